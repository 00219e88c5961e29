"""Deadlines call whoever is on duty until somebody takes them (safety.md §3, C2)."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from perdure.kernel.clock import ManualClock
from perdure.kernel.db import Tx, metadata
from perdure.kernel.errors import Conflict, Forbidden, Invalid
from perdure.kernel.settings import Settings
from perdure.moderation.rules import paging as rules
from perdure.moderation.rules.paging import Duty
from perdure.moderation.service import clocks, duty, leases, metrics, paging, working
from tests.app.people import Person, person
from tests.app.test_cases import a_case
from tests.app.test_obligations import boss, clocks_of, start
from tests.app.test_posts import say
from tests.app.test_reports import mod, report, settle_all
from tests.conftest import LOOPBACK
from tests.elsewhere import Answer, Elsewhere, elsewhere
from tests.site import Site, rows

MINUTE = 60


def step(site: Site, seconds: float) -> None:
    """Let time pass, and the worker work."""
    site.clock.advance(seconds=seconds)
    site.run_jobs()
    site.work()


def mails(site: Site, to: str = "") -> list[str]:
    """The mails that went out, oldest first; those to one address."""
    folder = site.rt.settings.data / "mail"
    found = [file.read_text() for file in sorted(folder.iterdir())] if folder.is_dir() else []
    return [one for one in found if f"To: {to}" in one]


def pages(site: Site) -> list[tuple[str, int]]:
    """Stage and repetition of every page, oldest first."""
    return [(row.stage, row.repeat) for row in site.read(rows, "SELECT * FROM clock_page ORDER BY id")]


def an_order(site: Site, name: str = "bob") -> int:
    """A case with an hour's clock; a day's of the house beside it."""
    case_id = a_case(site, name)
    start(site, case_id, "tco.order")
    return case_id


def test_half_four_fifths_and_the_miss_call_by_mail_and_in_the_app(site: Site) -> None:
    mod(site)
    an_order(site)
    for minutes, words in ((31, "half of its time is over"), (18, "four fifths"), (12, "deadline has passed")):
        step(site, minutes * MINUTE)
        last = mails(site, "mona@people.test")[-1]
        assert words in " ".join(last.replace("=\n", "").split())
        assert "Removal order: remove or disable" in last
    assert [stage for stage, repeat in pages(site) if repeat == 0] == ["warned50", "warned80", "missed"]
    (told,) = site.read(rows, "SELECT * FROM notification WHERE kind = 'perdure.deadline'")
    assert told.post_id == site.read(rows, "SELECT id FROM moderation_case")[0].id
    assert site.read(rows, "SELECT * FROM page_call WHERE sent_at IS NULL") == []


def test_who_does_not_come_is_called_again_until_somebody_takes_it(site: Site) -> None:
    staff = mod(site)
    case_id = an_order(site)
    step(site, 31 * MINUTE)
    step(site, 7 * MINUTE)
    assert pages(site) == [("warned50", 0), ("warned50", 1)]
    assert "still nobody is on it" in mails(site)[-1].replace("=\n", "")
    clock = clocks_of(site, staff, case_id)["tco.order"]
    site.write(paging.take_in, staff.id, clock.id)
    step(site, 7 * MINUTE)
    assert len(pages(site)) == 2
    step(site, 4 * MINUTE)
    assert pages(site)[-1] == ("warned80", 0)  # the next stage calls again, whoever took the one before
    taken = [row.kind for row in site.read(rows, "SELECT kind FROM case_event ORDER BY id")]
    assert taken.count("clock.taken") == 1


@pytest.mark.parametrize("how", ["lease", "assign"])
def test_a_claim_or_an_assignment_is_taking_it_and_a_lapsed_claim_is_not(site: Site, how: str) -> None:
    staff = mod(site)
    case_id = an_order(site)
    if how == "assign":
        site.write(working.assign_in, staff.id, case_id, staff.id)
    step(site, 31 * MINUTE)
    if how == "lease":
        site.clock.advance(seconds=4 * MINUTE)
        site.write(leases.claim_in, staff.id, case_id)
    step(site, 3 * MINUTE)
    assert pages(site) == [("warned50", 0)]
    step(site, 8 * MINUTE)
    assert pages(site) == [("warned50", 0)] + ([("warned50", 1)] if how == "lease" else [])


def test_calling_again_is_bounded_and_ends_with_the_decision(site: Site) -> None:
    staff = mod(site)
    case_id = an_order(site)
    for _ in range(30):
        step(site, 6 * MINUTE)
    missed = [repeat for stage, repeat in pages(site) if stage == "missed"]
    assert missed == list(range(rules.MOST_REPEATS + 1))
    settle_all(site, staff, case_id)
    before = len(pages(site))
    step(site, 86_400)
    assert len(pages(site)) == before


def test_a_mild_house_clock_waits_for_the_hour_and_an_obligation_does_not(site: Site) -> None:
    mod(site)
    a_case(site)
    a_case(site, "carol")
    step(site, 12 * 3600)
    assert len(mails(site)) == 1  # both in one
    assert "2 moderation deadlines" in mails(site)[0].replace("=\n", "")
    start(site, a_case(site, "dora"), "provider.notice", site.clock.now_ms() - 13 * 3_600_000)
    step(site, 2 * MINUTE)
    assert len(mails(site)) == 2


def test_somebody_named_for_duty_is_called_alone_until_four_fifths(site: Site) -> None:
    admin, _, nina = boss(site), mod(site), mod(site, "nina")
    with pytest.raises(Forbidden):
        site.write(duty.name_in, nina.id, [nina.id])
    with pytest.raises(Invalid):
        site.write(duty.name_in, admin.id, [person(site, "alice").id])
    site.write(duty.name_in, admin.id, [nina.id])
    site.write(duty.prefer_in, nina.id, mail=False, push=False)
    an_order(site)
    step(site, 31 * MINUTE)
    assert [len(mails(site, f"{who}@people.test")) for who in ("nina", "mona", "boss")] == [1, 0, 0]
    step(site, 18 * MINUTE)
    assert [len(mails(site, f"{who}@people.test")) for who in ("nina", "mona", "boss")] == [2, 0, 1]


def test_whatever_people_prefer_somebody_gets_a_mail() -> None:
    off = Duty(mail=False, push=False)
    assert set(rules.called([1, 2], [3], {1: off, 2: off}, ["warned50"])) == {1, 2, 3}
    assert rules.called([], [3], {}, ["warned50"]) == {3: Duty()}
    assert rules.called([1, 2], [2], {1: off}, ["warned50"]) == {2: Duty()}
    assert rules.called([1, 2], [3], {2: Duty(push=False)}, ["missed"]) == {
        1: Duty(),
        2: Duty(push=False),
        3: Duty(),
    }


def test_whoever_left_before_their_mail_went_out_leaves_no_call_behind(site: Site) -> None:
    mod(site)
    gone = mod(site, "nina")
    an_order(site)
    site.clock.advance(seconds=31 * MINUTE)
    site.run_jobs()
    site.write(_forget_login, gone.id)
    site.work()
    assert len(mails(site)) == 1
    assert site.read(paging.unsent_in) == 0


def _forget_login(tx: Tx, account_id: int) -> None:
    tx.delete(metadata.tables["login"], account_id=account_id)


def test_what_is_watched_from_outside_counts_deadlines_by_obligation(site: Site) -> None:
    mod(site)
    an_order(site)
    step(site, 3601)
    found = {one.obligation: (one.running, one.overdue) for one in site.read(metrics.deadlines_in)}
    assert found == {"house.sev2.limit": (1, 0), "tco.order": (1, 1)}
    assert site.read(paging.unsent_in) == 0


def test_taking_asks_for_the_right_and_a_clock_that_runs(site: Site) -> None:
    staff, case_id = mod(site), a_case(site)
    (clock,) = clocks_of(site, staff, case_id).values()
    with pytest.raises(Forbidden):
        site.write(paging.take_in, person(site, "alice").id, clock.id)
    settle_all(site, staff, case_id)
    with pytest.raises(Conflict):
        site.write(paging.take_in, staff.id, clock.id)


def test_any_missed_clock_of_a_grave_case_hides_what_it_is_about_and_says_so(site: Site) -> None:
    staff = mod(site)
    author = person(site, "carol")
    post = say(site, author, text="a real threat")["id"]
    for name in ("dave", "erin"):
        report(site, person(site, name), author, post, harm="armed_gathering")
    (case,) = site.read(rows, "SELECT id FROM moderation_case")
    start(site, case.id, "tco.order", site.clock.now_ms() - 3_599_000)
    step(site, 2)
    step(site, 6)
    assert site.get(f"/api/v1/statuses/{post}").status_code == 404
    events = [row.kind for row in site.read(rows, "SELECT kind FROM case_event ORDER BY id")]
    assert "held_by_clock" in events
    settle_all(site, staff, case.id)
    found = clocks_of(site, staff, case.id)
    assert (found["tco.order"].late, found["house.sev1.limit"].late) == (True, False)


class TestProgram:
    """With a program that is called too."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, **LOOPBACK)

    @pytest.fixture
    def other(self) -> Iterator[Elsewhere]:
        with elsewhere() as found:
            yield found

    def add(self, site: Site, admin: Person, url: str, **more: Any) -> int:
        values = {"name": "Telephone", "url": url, "secret": "sixteen letters or more", **more}
        return site.run(duty.add_program, site.rt, admin.id, **values)

    def test_a_program_is_told_and_what_became_of_it_is_seen(self, site: Site, other: Elsewhere) -> None:
        admin = boss(site)
        other.answers["/call"] = Answer(b"", 200)
        hook_id = self.add(site, admin, f"{other.url}/call")
        case_id = an_order(site)
        step(site, 31 * MINUTE)
        (asked,) = other.asked
        told = json.loads(asked.body)
        assert told["count"] == 1
        (page,) = told["pages"]
        assert (page["case"], page["obligation"], page["stage"]) == (str(case_id), "tco.order", "warned50")
        assert page["due_at"] == clocks_of(site, admin, case_id)["tco.order"].due_at
        (program,) = site.read(duty.programs_in, admin.id)
        assert [one.status for one in program.sent] == [200]
        site.write(duty.try_program_in, admin.id, hook_id)
        site.work()
        assert json.loads(other.asked[-1].body)["count"] == 0
        site.write(duty.remove_program_in, admin.id, hook_id)
        step(site, 18 * MINUTE)
        assert len(other.asked) == 2

    @pytest.mark.parametrize(
        "more",
        [{"url": ""}, {"url": "http://10.0.0.1/"}, {"secret": "short"}, {"name": ""}, {"url": "file:///etc/passwd"}],
    )
    def test_what_cannot_be_called_is_refused(self, site: Site, more: dict[str, str]) -> None:
        with pytest.raises(Invalid):
            self.add(site, boss(site), **({"url": "https://hooks.test/"} | more))


def test_a_machine_whose_clock_ran_ahead_is_put_right_and_it_is_on_record(site: Site, clock: ManualClock) -> None:
    staff = mod(site)
    case_id = an_order(site)
    before = clocks_of(site, staff, case_id)
    step(site, 7200)
    assert clocks_of(site, staff, case_id)["tco.order"].state == "missed"
    clock.advance(seconds=-7190)
    site.run_jobs()
    site.write(clocks.correct_in, 100)
    after = clocks_of(site, staff, case_id)
    assert after["tco.order"].state == "running"
    assert {key: one.due_at for key, one in after.items()} == {key: one.due_at for key, one in before.items()}
    kinds = [row.kind for row in site.read(rows, "SELECT kind FROM case_event ORDER BY id")]
    assert kinds.count("clock.corrected") == 1
    step(site, 1850)
    assert clocks_of(site, staff, case_id)["tco.order"].state == "warned50"
