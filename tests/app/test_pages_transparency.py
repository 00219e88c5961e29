"""What everybody may read about decisions, and what staff sees of statements."""

import pytest

from perdure.transparency.service import reports
from tests.app.browser import sign_in, words
from tests.app.people import Person, person
from tests.app.test_reports import mod
from tests.app.test_transparency_report import DAY_S, YEAR, busy, decided
from tests.site import Site

__all__ = ["busy", "decided"]


def test_everybody_reads_a_published_report_in_english_and_french_and_takes_its_tables(
    busy: tuple[Site, Person],
) -> None:
    site, _ = busy
    assert "No report is published yet" in site.get("/transparency").text
    site.clock.advance(seconds=120 * DAY_S)
    site.run(reports.publish, site.rt, None, YEAR)
    assert f"/transparency/{YEAR}/1" in site.get("/transparency").text
    page = site.get(f"/transparency/{YEAR}/1")
    assert page.status_code == 200
    assert "4 decisions, 3 of them with a restriction" in page.text
    assert "4 décisions, dont 3 avec une restriction" in site.get(f"/transparency/{YEAR}/1?lang=fr").text
    tables = site.get(f"/transparency/{YEAR}/1/tables.zip")
    assert (tables.headers["content-type"], tables.content[:2]) == ("application/zip", b"PK")


@pytest.mark.parametrize(
    "path", ["/transparency/1999", "/transparency/2026/9", "/transparency/x", "/transparency/2026/1/tables.zip"]
)
def test_a_report_that_is_none_is_not_found(site: Site, path: str) -> None:
    assert site.get(path).status_code == 404


def test_operators_see_how_statements_stand_and_the_year_so_far_and_are_told_why_it_cannot_be_published(
    busy: tuple[Site, Person],
) -> None:
    site, mona = busy
    sign_in(site, mona)
    site.clock.advance(seconds=120)
    page = words(site.get("/moderation/transparency").text)
    assert "No Transparency Database is set" in page
    assert "Statements: to be sent 3" in page
    assert "4 decisions, 3 of them with a restriction. The year is not over" in page
    site.clock.advance(seconds=120 * DAY_S)
    sign_in(site, mona)
    done = site.post("/moderation/transparency/publish", data={"why": ""})
    assert "Report for 2026" in words(done.text)
    again = words(site.post("/moderation/transparency/publish", data={"why": ""}).text)
    assert "says the same" in again


def test_programs_read_and_publish_what_the_console_does(busy: tuple[Site, Person]) -> None:
    site, mona = busy
    base = "/api/perdure/v1/transparency"
    site.clock.advance(seconds=120)
    assert site.get(f"{base}/reports/{YEAR}", mona.token).json()["decisions"] == 4
    found = site.get(f"{base}/statements?state=pending", mona.token).json()
    assert found["counts"]["states"] == {"pending": 3, "not_owed": 1}
    assert len(found["statements"]) == 3
    assert site.get(f"{base}/statements?state=odd", mona.token).status_code == 422
    assert site.post(f"{base}/reports/{YEAR}", mona.token, json={}).status_code == 409
    ned, member = mod(site, "ned"), person(site, "eve", scope="read write admin:read admin:write")
    assert site.post(f"{base}/reports/2025", ned.token, json={}).status_code == 403
    assert site.get(f"{base}/statements", member.token).status_code == 403
    assert site.get(f"{base}/reports").json() == []
