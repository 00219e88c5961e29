"""The yearly report: made from the same rows as the statements, so that all sums agree (safety.md §4.2)."""

import csv
import io
import zipfile
from typing import Any

import pytest

from perdure.kernel.db import sql
from perdure.kernel.errors import Conflict, Forbidden, Invalid
from perdure.moderation.model.decisions import DecisionInput
from perdure.moderation.model.misuse import MisuseInput
from perdure.moderation.service import appeals, decisions, misuse, policies, publishing
from perdure.moderation.tables.decisions import decision
from perdure.transparency import jobs
from perdure.transparency.model import Part, Report
from perdure.transparency.rules.archive import csv_of
from perdure.transparency.rules.report import median
from perdure.transparency.service import reports
from tests.app.people import Person, person
from tests.app.test_decisions import GOOD, but, reported
from tests.app.test_posts import say
from tests.app.test_referrals import police, refer
from tests.app.test_referrals import reported as threatening
from tests.app.test_reports import flag, mod, report
from tests.command import Command
from tests.site import Site, rows

YEAR = 2026
DAY_S = 86_400


def decided(site: Site, mona: Person, name: str, given: DecisionInput = GOOD) -> int:
    """A post of somebody that was reported and decided about."""
    reported(site, person(site, name))
    case = site.read(rows, "SELECT * FROM moderation_case WHERE decided_at IS NULL")[0]
    made = site.run(decisions.decide, site.rt, mona.id, case.id, case.version, given)
    site.work()
    return made.decision_ids[0]


def part(report: Report, name: str) -> Part:
    (found,) = (one for one in report.parts if one.name == name)
    return found


def looked_at(site: Site, staff_id: int | None = None) -> Report:
    site.clock.advance(seconds=120)
    return site.run(reports.look, site.rt, staff_id, YEAR)


@pytest.fixture
def busy(site: Site) -> tuple[Site, Person]:
    """A site where something of every kind was decided."""
    mona = mod(site, role="admin")
    decided(site, mona, "alice")
    decided(site, mona, "bob", but(ground="illegal", legal_ground="Criminal Code § 241", source="article_16"))
    decided(site, mona, "carol", but(source="voluntary", automated_detection=True, automated_decision="partially"))
    decided(site, mona, "dave", but(acts=(), scope="none"))
    return site, mona


def test_every_sum_of_the_report_is_the_number_of_decisions_and_of_statements(busy: tuple[Site, Person]) -> None:
    site, _ = busy
    found = looked_at(site)
    (stored,) = site.read(rows, "SELECT count(*) AS n FROM decision")
    (restricted,) = site.read(rows, "SELECT count(*) AS n FROM decision WHERE outcome = 'restricted'")
    summed = sum(int(row[-1] or 0) for one in found.parts if one.sums for row in one.rows)
    assert (found.decisions, found.restrictions, found.statements) == (stored.n, restricted.n, stored.n)
    assert summed == restricted.n == 3
    sums = {row[0]: row[1] for row in part(found, "sums").rows}
    assert sums["decisions"] == sums["statements"] == stored.n


def test_own_initiative_notices_and_law_or_rules_stand_apart(busy: tuple[Site, Person]) -> None:
    found = looked_at(busy[0])
    assert [row[-1] for row in part(found, "on_notice_terms").rows] == [1]
    assert [row[-1] for row in part(found, "on_notice_illegal").rows] == [1]
    assert part(found, "own_terms").rows == (("VIOLENCE", "CONTENT_REMOVED", "yes", "partially", 1),)
    assert part(found, "own_illegal").rows == ()


def test_notices_are_counted_with_their_outcome_and_the_median_time_they_took(site: Site) -> None:
    mona = mod(site)
    for name, minutes in (("alice", 30), ("bob", 60), ("carol", 600)):
        author = person(site, name)
        report(site, person(site, f"of_{name}"), author, say(site, author)["id"], category="violation")
        site.clock.advance(seconds=minutes * 60)
        case = site.read(rows, "SELECT * FROM moderation_case WHERE decided_at IS NULL")[0]
        site.run(decisions.decide, site.rt, mona.id, case.id, case.version, GOOD)
        site.work()
    (row,) = part(looked_at(site), "notices").rows
    assert row[:3] == ("member", "OTHER_VIOLATION_TC", 3)
    assert (row[3], row[-1]) == (3, 1.0)


def test_complaints_are_counted_with_how_many_were_reversed_and_how_long_they_took(site: Site) -> None:
    mona = mod(site)
    alice = person(site, "alice")
    reported(site, alice)
    case = site.read(rows, "SELECT * FROM moderation_case")[0]
    made = site.run(decisions.decide, site.rt, mona.id, case.id, case.version, GOOD)
    site.work()
    site.run(appeals.file_own, site.rt, alice.id, made.decision_ids[0], "It was a song.")
    (row,) = part(looked_at(site), "complaints").rows
    assert row[:3] == ("internal", "author", "incompatible")
    assert (row[3], row[4], row[5]) == (1, 0, 1)


def test_what_machines_brought_is_counted_by_tool_with_its_error_rate(site: Site) -> None:
    mona, alice = mod(site), person(site, "alice")
    flag(site, alice, say(site, alice)["id"])
    site.work()
    case = site.read(rows, "SELECT * FROM moderation_case WHERE decided_at IS NULL")[0]
    site.run(decisions.decide, site.rt, mona.id, case.id, case.version, but(acts=(), scope="none"))
    site.work()
    (row,) = part(looked_at(site), "automated_means").rows
    assert (row[0], *row[2:]) == ("rule", 1, 0, 1, 1.0)


def test_measures_against_misuse_are_counted_by_kind(site: Site) -> None:
    mona, eve = mod(site), person(site, "eve")
    given = MisuseInput(role="notifier", party_id=eve.id, gravity="None", intent="On purpose", reasons="No rule broken")
    site.write(misuse.warn_in, mona.id, given)
    assert part(looked_at(site), "misuse").rows == (("notifier", "warning", 1),)


def test_rehearsals_are_in_no_sum(busy: tuple[Site, Person]) -> None:
    site, _ = busy
    before = looked_at(site)
    site.write(_rehearse)
    again = looked_at(site)
    assert again.decisions == before.decisions


def _rehearse(tx: Any, drill: object = True) -> None:
    row = tx.all(sql("SELECT * FROM decision ORDER BY id"))[0]
    fields = {name: getattr(row, name) for name in row._fields}
    new_id = tx.new_id()
    tx.insert(decision, **(fields | {"id": new_id, "puid": f"x-{new_id}", "drill": bool(drill), "batch_key": None}))


def test_a_year_is_published_when_it_is_over_and_corrected_only_by_a_newer_version_that_says_why(
    busy: tuple[Site, Person],
) -> None:
    site, mona = busy
    with pytest.raises(Conflict, match="not over"):
        site.run(reports.publish, site.rt, mona.id, YEAR)
    site.clock.advance(seconds=120 * DAY_S)
    first = site.run(reports.publish, site.rt, mona.id, YEAR)
    assert (first.number, first.report.complete) == (1, True)
    with pytest.raises(Conflict, match="says the same"):
        site.run(reports.publish, site.rt, mona.id, YEAR, "no reason")
    site.write(_rehearse, False)
    with pytest.raises(Invalid, match="why"):
        site.run(reports.publish, site.rt, mona.id, YEAR)
    second = site.run(reports.publish, site.rt, mona.id, YEAR, "A decision was missing")
    assert (second.number, second.why, second.report.decisions) == (2, "A decision was missing", 5)
    assert [one.number for one in site.read(reports.every_in)] == [2, 1]
    assert site.read(reports.archive_in, YEAR, 1) != site.read(reports.archive_in, YEAR, 2)


def test_the_report_publishes_itself_a_week_into_the_new_year_once(busy: tuple[Site, Person]) -> None:
    site, _ = busy
    end = reports.period(YEAR)[1]
    site.clock.advance(seconds=(end - site.clock.now_ms()) // 1000 + DAY_S)
    site.run(jobs.publish_due, site.rt)
    assert site.read(reports.every_in) == []
    site.clock.advance(seconds=7 * DAY_S)
    for _ in range(2):
        site.run(jobs.publish_due, site.rt)
    assert [(one.year, one.number) for one in site.read(reports.every_in)] == [(YEAR, 1)]


def test_moderators_look_and_only_operators_publish(busy: tuple[Site, Person]) -> None:
    site, _ = busy
    ned, member = mod(site, "ned"), person(site, "eve")
    assert looked_at(site, ned.id).decisions == 4
    with pytest.raises(Forbidden):
        site.run(reports.look, site.rt, member.id, YEAR)
    site.clock.advance(seconds=120 * DAY_S)
    with pytest.raises(Forbidden):
        site.run(reports.publish, site.rt, ned.id, YEAR)
    with pytest.raises(Invalid):
        site.run(reports.look, site.rt, ned.id, 1999)


def test_the_archive_holds_every_part_as_csv_and_the_same_bytes_each_time(busy: tuple[Site, Person]) -> None:
    site, mona = busy
    site.clock.advance(seconds=120 * DAY_S)
    made = site.run(reports.publish, site.rt, mona.id, YEAR)
    content = site.read(reports.archive_in, YEAR)
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        assert {f"{one.name}.csv" for one in made.report.parts} | {"report.json"} == set(files.namelist())
        table = list(csv.reader(io.StringIO(files.read("sums.csv").decode())))
    assert table[0] == ["what", "count"]
    assert ["decisions", "4"] in table


def test_no_cell_of_a_table_is_a_formula_for_a_spreadsheet() -> None:
    assert b"'=1+1" in csv_of(Part("x", ("a",), (("=1+1",),)))


@pytest.mark.parametrize(
    ("spread", "middle"), [([], None), ([(5, 1)], 5), ([(1, 1), (9, 1)], 1), ([(1, 1), (2, 1), (9, 5)], 9)]
)
def test_the_median_of_counted_values(spread: list[tuple[int, int]], middle: int | None) -> None:
    assert median(spread) == middle


def test_the_command_line_shows_writes_and_publishes(perdure: Command, tmp_path: Any) -> None:
    assert "0 decisions" in perdure("transparency", "report", "2026").out
    assert "Wrote" in perdure("transparency", "report", "2026", "--out", tmp_path / "r.zip").out
    assert "must be 2020 to" in perdure.fails("transparency", "report", "1990")
    assert perdure("transparency", "statements").status == 0
    assert "Wrote 0" in perdure("transparency", "statements", "--export", tmp_path / "s.jsonl").out


def test_a_category_is_that_of_the_sites_own_rule(site: Site) -> None:
    rule = site.read(policies.current_in)[0]
    year = site.read(publishing.year_in, *reports.period(YEAR))
    assert year.categories[rule.key] == rule.category


def test_authorities_told_of_threats_to_life_are_counted_by_law(site: Site) -> None:
    _, case_id = threatening(site)
    chief = mod(site, "chief", "admin")
    told = police(site, chief)
    for basis in ("dsa18", "tco14"):
        assert refer(site, chief, case_id, told, basis=basis).status_code == 200
    assert part(looked_at(site), "referrals").rows == (("dsa18", 1), ("receipts", 0), ("tco14", 1))
