"""Fire drills of the notice desk: end to end, marked everywhere, scored, and told to nobody outside (C19)."""

from typing import Any

import pytest

from perdure.desk.rules import drills as rules
from perdure.desk.service import drilling, orders_acting, orders_reading
from perdure.desk.service.contact import ContactInput, change_in
from perdure.kernel.errors import Conflict, Forbidden
from tests.app.people import person
from tests.app.test_accounts_access import mails
from tests.app.test_reports import mod, settle_all
from tests.command import Command
from tests.site import Site, rows

DAY = 86_400_000


def works(site: Site) -> None:
    """What the worker does in a minute or so."""
    for _ in range(3):
        site.work()
        site.clock.advance(seconds=6)
        site.run_jobs()
    site.work()


def published(site: Site) -> list[Any]:
    return site.read(drilling.published_in)


def test_an_order_at_three_in_the_morning_is_obeyed_with_nobody_awake(site: Site) -> None:
    drill_id = site.run(drilling.start, site.rt, None, "order")
    works(site)
    (order,) = site.read(rows, "SELECT * FROM removal_order")
    assert (order.state, order.drill) == ("in_force", True)
    assert order.done_at - order.received_at <= 20 * 60_000
    (answer,) = site.read(rows, "SELECT * FROM order_answer")
    assert (answer.annex, answer.state) == (2, "withheld")
    assert answer.body.startswith("EXERCISE")
    assert {post.state for post in site.read(rows, "SELECT state FROM post")} == {"held"}
    chief = mod(site)
    site.write(orders_acting.confirm_in, chief.id, order.id)
    site.clock.advance(seconds=31)
    site.run_jobs()
    assert site.read(drilling.one_in, drill_id)[0] == "scored"
    (seen,) = published(site)
    assert (seen.kind, seen.score, seen.passed, seen.items) == ("order", 100, True, 4)


def test_a_letter_of_the_site_itself_goes_the_way_of_every_letter_and_is_marked(site: Site) -> None:
    site.run(drilling.start, site.rt, None, "notice", compressed=True)
    works(site)
    (letter,) = site.read(rows, "SELECT * FROM letter")
    assert (letter.drill, letter.state, letter.channel, letter.items) == (True, "opened", "drill", 7)
    (case,) = site.read(rows, "SELECT * FROM moderation_case WHERE cluster_key LIKE 'letter:%'")
    assert case.drill
    states = sorted(one.state for one in site.read(rows, "SELECT state FROM case_item"))
    assert states == ["duplicate_of", "not_found", "not_ours", *["pending"] * 4]
    settle_all(site, mod(site), case.id, "no_violation")
    site.clock.advance(seconds=24 * 60)
    site.run_jobs()
    (seen,) = published(site)
    assert (seen.compressed, seen.passed) == (True, False)  # nobody sent an answer
    assert seen.score == 75
    assert seen.receipt is not None
    assert seen.receipt <= 60_000


def test_a_drill_leaves_the_site_never_and_is_shown_to_nobody(site: Site) -> None:
    bob = person(site, "bob")
    for kind in rules.KINDS:
        site.run(drilling.start, site.rt, None, kind)
    works(site)
    site.clock.advance(days=2)
    works(site)
    assert mails(site) == []
    name = site.read(rows, "SELECT username FROM account WHERE username LIKE '%drill%'")[0].username
    assert site.get(f"/@{name}").status_code in {404, 410}
    assert site.get(f"/api/v2/search?q={name}&type=accounts", bob.token).json()["accounts"] == []
    posts = site.read(rows, "SELECT id FROM post")
    assert len(posts) == 8
    assert {site.get(f"/api/v1/statuses/{one.id}", bob.token).status_code for one in posts} == {404}
    assert [(one.passed, one.score) for one in published(site) if one.kind == "order"] == [(True, 90)]
    assert {one.drill for one in site.read(rows, "SELECT drill FROM decision")} == {True}


def test_each_month_has_one_of_each_at_an_instant_that_nobody_knows(site: Site) -> None:
    chief = mod(site, role="admin")
    site.run_jobs()
    assert not site.read(rows, "SELECT 1 FROM notice_drill")  # nobody set the desk up
    site.write(change_in, chief.id, ContactInput(name="Site of Trials", languages=("en", "fr")))
    for _ in range(3):
        site.clock.advance(seconds=31)
        site.run_jobs()
    planned = site.read(rows, "SELECT * FROM notice_drill ORDER BY kind")
    assert [(one.kind, one.plan_key[:7]) for one in planned] == [("notice", "2026-09"), ("order", "2026-09")]
    ends = rules.month_ends(site.clock.now_ms())
    assert all(site.clock.now_ms() - 100_000 <= one.scheduled_at < ends for one in planned)
    assert published(site) == []
    site.clock.advance(ms=ends - site.clock.now_ms() - 1000)
    site.run_jobs()
    site.work()
    assert {one.state for one in site.read(rows, "SELECT state FROM notice_drill")} == {"running"}


def test_whoever_starts_a_drill_may_manage_the_site_and_one_runs_at_a_time(site: Site) -> None:
    with pytest.raises(Forbidden):
        site.run(drilling.start, site.rt, mod(site).id, "order")
    chief = mod(site, "anton", role="admin")
    site.run(drilling.start, site.rt, chief.id, "order")
    with pytest.raises(Conflict):
        site.run(drilling.start, site.rt, chief.id, "order")
    assert site.read(orders_reading.open_conflicts_in) == 0


def test_perdure_drill_notice_injects_both(site: Site, perdure: Command) -> None:
    found = perdure("drill", "notice", "--compressed")
    assert found.status == 0, found.err
    assert found.out.count("marked as a drill") == 2
    site.work()
    assert len(site.read(rows, "SELECT 1 FROM letter")) == 2


def test_what_people_do_has_less_time_in_a_compressed_drill(site: Site) -> None:
    del site
    at = {"receipt": 1000, "resolved": 2000, "held": 3000, "answered": 4000, "decided": 30 * 60_000}
    assert rules.score("order", 0, at, compressed=False) == (100, True)
    assert rules.score("order", 0, at, compressed=True) == (90, True)
    assert rules.score("order", 0, at | {"held": 21 * 60_000}, compressed=False) == (60, False)
    assert rules.month_ends(1_798_700_000_000) == 1_798_761_600_000  # the end of 2026
