"""Figures about the work of moderation: queue, times, precision of sources, silence (safety.md §9.2)."""

from email import message_from_bytes
from email.policy import default

from perdure.kernel.clock import ManualClock
from perdure.moderation.service import alarming, leases, metrics
from perdure.moderation.service.metrics import times_of
from perdure.signals.events import Flagged
from perdure.signals.service import findings
from perdure.signals.service.findings import Found
from tests.app.people import person
from tests.app.test_metrics import asked, value
from tests.app.test_posts import say
from tests.app.test_reports import flag, mod, report, settle_all
from tests.site import Site, rows


def test_queue_times_inflow_and_precision_are_counted_from_the_rows(site: Site, clock: ManualClock) -> None:
    staff, alice = mod(site), person(site, "alice")
    for name, verdict in (("bob", "actioned"), ("carol", "no_violation")):
        author = person(site, name)
        post = say(site, author, text=f"a post of {name}")["id"]
        flag(site, author, post)
        report(site, alice, author, post, harm="incitement")
        case_id = site.read(rows, f"SELECT id FROM moderation_case WHERE author_id = {author.id}")[0].id
        site.write(leases.claim_in, staff.id, case_id)
        clock.advance(seconds=60)
        settle_all(site, staff, case_id, verdict)
    dave = person(site, "dave")
    report(site, alice, dave, say(site, dave)["id"], category="spam")
    clock.advance(days=2)
    found = site.read(metrics.metrics_in, staff.id)
    assert [(size.severity, size.waiting, size.late) for size in found.queue] == [
        (0, 0, 0),
        (1, 0, 0),
        (2, 0, 0),
        (3, 1, 1),
    ]
    assert found.to_action[1].count == 2
    assert (found.to_action[1].p50_s, found.to_action[1].p99_s) == (60, 60)
    assert found.handling is not None
    assert (found.handling.count, found.handling.p95_s) == (2, 60)
    precision = {
        one.source: (one.found, one.right, one.wrong, one.precision)
        for one in found.sources
        if one.policy == "incitement"
    }
    assert precision == {"rule": (2, 1, 1, 0.5), "api": (2, 1, 1, 0.5)}
    assert [(one.obligation, one.found, one.late) for one in found.clocks] == [("house.sev1.limit", 2, 0)]
    assert ("late", "sev-3") in {(alarm.kind, alarm.about) for alarm in found.alarms}


def test_each_rule_has_its_own_hits_and_precision_and_its_own_silence(site: Site, clock: ManualClock) -> None:
    staff, alice, bob = mod(site), person(site, "alice"), person(site, "bob")
    for author, verdict in ((alice, "actioned"), (bob, "no_violation")):
        post = say(site, author)["id"]
        for _ in range(18):
            found = Found(
                source="rule", name="gathering", version="1", digest="d", policy="incitement", severity=1, score=0.9,
                may_hold=False, view="words",
            )  # fmt: skip
            kept = site.write(findings.keep_in, ("post", int(post), 1), found, "queue", 1)
            event = Flagged("post", int(post), 1, author.id, "queue", 1, "incitement", 0.9, (kept,), "rule")
            site.write(lambda tx, event=event: tx.emit(event))
        case_id = site.read(rows, f"SELECT id FROM moderation_case WHERE author_id = {author.id}")[0].id
        settle_all(site, staff, case_id, verdict)
    (one,) = site.read(metrics.metrics_in, staff.id).rules
    assert (one.name, one.hits, one.share, one.precision) == ("gathering", 36, 1.0, 0.5)
    clock.advance(days=2)
    silent = {alarm.about for alarm in site.read(metrics.metrics_in, staff.id).alarms if alarm.kind == "silent"}
    assert silent == {"rule", "gathering"}


def test_a_source_that_stops_speaking_raises_an_alarm(site: Site, clock: ManualClock) -> None:
    staff, bob = mod(site), person(site, "bob")
    post = say(site, bob)["id"]
    for _ in range(36):
        flag(site, bob, post)
        clock.advance(seconds=3600)
    assert [one.kind for one in site.read(metrics.metrics_in, staff.id).alarms] == ["late"]
    clock.advance(days=1)
    (alarm,) = [one for one in site.read(metrics.metrics_in, staff.id).alarms if one.kind == "silent"]
    assert (alarm.about, alarm.figure) == ("rule", 25.0)
    text = asked(site, "/metrics", "127.0.0.1").text
    assert value(text, 'perdure_feed_silent_hours{feed="rule"}') == 25.0
    assert value(text, 'perdure_cases_open{severity="1"}') == 1


def mails(site: Site) -> list[str]:
    folder = site.rt.settings.data / "mail"
    found = sorted(folder.iterdir()) if folder.exists() else []
    return [message_from_bytes(file.read_bytes(), policy=default).get_body().get_content() for file in found]  # type: ignore[union-attr]


def test_a_classifier_that_reads_no_more_is_an_alarm_and_one_that_nobody_writes_to_is_not(
    site: Site, clock: ManualClock
) -> None:
    staff, bob = mod(site), person(site, "bob")
    say(site, bob, text="the classifier reads this one")
    site.work()
    clock.advance(days=1)
    assert site.read(metrics.alarms_in) == ()
    for number in range(50):
        say(site, bob, text=f"and nobody reads number {number}")
    clock.advance(seconds=3600)
    (alarm,) = site.read(metrics.metrics_in, staff.id).alarms
    assert (alarm.kind, alarm.about, alarm.figure) == ("silent", "classifier", 25.0)
    assert value(asked(site, "/metrics", "127.0.0.1").text, 'perdure_feed_silent_hours{feed="classifier"}') == 25.0
    site.run(alarming.tell_staff, site.rt)
    (mail,) = mails(site)
    assert "classifier has said nothing for 25 hours" in mail
    assert "/moderation/metrics" in mail
    clock.advance(seconds=3600)
    site.run(alarming.tell_staff, site.rt)
    assert len(mails(site)) == 1
    site.work()
    assert site.read(metrics.alarms_in) == ()


def test_a_rule_that_stops_firing_is_mailed_once_and_again_when_it_stops_again(site: Site, clock: ManualClock) -> None:
    mod(site)
    bob = person(site, "bob")
    for silence in (1, 2):
        for number in range(40):
            say(site, bob, text=f"drop dead, number {number} of {silence}")
            clock.advance(seconds=3600)
            site.work()
        site.run(alarming.tell_staff, site.rt)
        assert len(mails(site)) == silence - 1
        clock.advance(days=2)
        site.run(alarming.tell_staff, site.rt)
        assert len(mails(site)) == silence
        assert "has said nothing for" in mails(site)[-1]
        assert "threat" in mails(site)[-1]


def test_percentiles_are_values_that_occurred() -> None:
    found = times_of([number * 1000 for number in range(1, 101)])
    assert (found.p50_s, found.p95_s, found.p99_s) == (50, 95, 99)
    assert times_of([7000]).p99_s == 7
