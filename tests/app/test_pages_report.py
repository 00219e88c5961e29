"""Reporting on pages: from posts, profiles and messages, and by whoever has no account."""

import re
from html import unescape

import pytest

from perdure.web.pages.report import HARMS
from tests.app.browser import hidden, sign_in, words
from tests.app.humans import solution
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site, rows

BAD = "You will all be sorry, said the pump to the bucket."


@pytest.fixture
def bea(site: Site) -> Person:
    return person(site, "bea")


@pytest.fixture
def post(site: Site, bea: Person) -> str:
    return str(say(site, bea, BAD)["id"])


def test_every_post_and_profile_of_others_leads_to_the_form(site: Site, bea: Person, post: str) -> None:
    sign_in(site, person(site, "mina"))
    assert f'href="/@bea/{post}/report"' in site.get(f"/@bea/{post}").text
    assert 'href="/@bea/report"' in site.get("/@bea").text
    sign_in(site, bea)
    assert "/report" not in site.get(f"/@bea/{post}").text.replace('href="/reports"', "")


def test_a_report_needs_a_reason_and_loses_nothing_that_was_typed(site: Site, post: str) -> None:
    sign_in(site, person(site, "mina"))
    page = site.post(f"/@bea/{post}/report", data={"comment": "He means my bucket.", "post": post})
    assert page.status_code == 422
    assert "He means my bucket." in page.text
    assert 'href="#harm"' in page.text
    assert f'value="{post}" checked' in page.text


@pytest.mark.parametrize("harm", HARMS)
def test_each_reason_is_taken_and_the_receipt_says_how_far_it_is(site: Site, post: str, harm: str) -> None:
    sign_in(site, person(site, "mina"))
    receipt = site.post(f"/@bea/{post}/report", data={"harm": harm, "post": post})
    assert receipt.url.path.startswith("/reports/")
    assert "Received" in words(receipt.text)
    assert "We decide by" in words(receipt.text)
    assert "@bea" in site.get("/reports").text


def test_a_report_is_seen_by_whoever_sent_it_and_nobody_else(site: Site, bea: Person, post: str) -> None:
    sign_in(site, person(site, "mina"))
    where = site.post(f"/@bea/{post}/report", data={"harm": "threat", "post": post}).url.path
    sign_in(site, bea)
    assert site.get(where).status_code == 404
    assert "@bea" not in site.get("/reports").text.replace('href="/@bea"', "")
    site.client.cookies.clear()
    assert site.get(where).url.path == "/auth/sign_in"


def test_one_cannot_report_oneself_or_what_one_cannot_see(site: Site, bea: Person, post: str) -> None:
    sign_in(site, bea)
    assert site.post(f"/@bea/{post}/report", data={"harm": "spam", "post": post}).status_code == 422
    private = say(site, bea, "for friends", visibility="private")["id"]
    sign_in(site, person(site, "mina"))
    assert site.get(f"/@bea/{private}/report").status_code == 404
    assert site.get("/@nobody/report").status_code == 404


def test_somebody_without_an_account_reports_and_follows_it_under_a_link(site: Site, post: str) -> None:
    given = solved(site) | {"urls": f"{site.rt.settings.base_url}/@bea/{post}"}
    missing = site.post("/report", data=given | {"reasons": ""})
    assert missing.status_code == 422
    assert "Ada Jones" in missing.text
    state = site.post("/report", data=given)
    assert state.url.path.startswith("/report/state/")
    assert "Received" in words(state.text)
    assert "no-store" in state.headers["Cache-Control"]
    assert "bea" not in words(state.text).replace(f"/@bea/{post}", "")
    assert site.get("/report/state/guessed").status_code == 404


def test_addresses_in_the_open_form_are_understood_in_every_spelling_and_too_many_are_refused_kindly(
    site: Site, post: str
) -> None:
    base = site.rt.settings.base_url.removeprefix("http://")
    urls = f"see hxxp://{base.replace('.', '[.]')}/@bea/{post}?utm_source=x and http://other.example/1\nno address here"
    state = site.post("/report", data=solved(site) | {"urls": urls})
    assert state.url.path.startswith("/report/state/"), words(state.text)
    shown = words(state.text)
    assert f"http://{base}/@bea/{post}" in shown
    assert "http://other.example/1" in shown
    (case,) = site.read(rows, "SELECT count(*) AS n FROM subject WHERE kind = 'post'")
    assert case.n == 1
    many = "\n".join(f"http://{base}/@bea/{n}" for n in range(10_000))
    refused = site.post("/report", data=solved(site) | {"urls": many})
    assert refused.status_code == 422
    assert "It threatens my bucket." in refused.text


def solved(site: Site) -> dict[str, str]:
    """The form filled in, its puzzle solved."""
    form = site.get("/report").text
    challenge = re.search(r'data-puzzle="([^"]*)"', form)
    assert challenge is not None
    return {
        "harm": "threat",
        "reasons": "It threatens my bucket.",
        "name": "Ada Jones",
        "email": "ada@elsewhere.test",
        "good_faith": "1",
        "ticket": hidden(form, "ticket")[0],
        "altcha": solution(unescape(challenge[1])),
    }


def test_the_open_form_refuses_machines(site: Site, post: str) -> None:
    given = {"urls": f"https://x.test/@bea/{post}", "harm": "spam", "reasons": "x", "name": "A", "email": "a@x.test"}
    assert site.post("/report", data=given | {"good_faith": "1", "altcha": "e30="}).status_code == 422
