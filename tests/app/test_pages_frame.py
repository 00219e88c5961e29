"""The frame of every page: policy for browsers, sign-in first, messages after a redirect, components on one page."""

import re

import pytest

from tests.app import browser
from tests.app.people import person
from tests.app.test_pages_home import OWNER
from tests.app.test_posts import say
from tests.site import Site

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize("path", ["/", "/public", "/design", "/auth/sign_in", "/@alice", "/tags/x", "/nothing"])
def test_no_page_runs_or_styles_anything_that_is_not_our_own_file(site: Site, path: str) -> None:
    say(site, person(site, "alice", role="owner"), "hello")
    page = site.get(path, headers=BROWSER)
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", page.text)


def test_a_page_for_members_leads_guests_over_the_sign_in_page_and_back(site: Site) -> None:
    person(site, "alice", role="owner", password="right password", factor=False)
    page = site.get("/you?x=1")
    assert page.url.path == "/auth/sign_in"
    assert page.url.params["return_to"] == "/you?x=1"
    form = {"user[email]": "alice", "user[password]": "right password", "return_to": "/you?x=1"}
    assert str(site.post("/auth/sign_in", data=form).url).endswith("/you?x=1")
    script = site.get("/you", headers={"Accept": "application/json", "Cookie": "perdure_session=none"})
    assert script.status_code == 401


def test_a_form_for_members_does_nothing_for_guests(site: Site) -> None:
    person(site, "alice", role="owner")
    assert site.post("/posts", data={"status": "from a guest"}).url.path == "/auth/sign_in"
    assert "from a guest" not in site.get("/public").text
    pressed = site.post("/posts/1/favourite", headers={"Referer": "http://perdure.test/@alice?tab=media"})
    assert pressed.url.params["return_to"] == "/@alice?tab=media"
    elsewhere = site.post("/posts/1/favourite", headers={"Referer": "http://evil.test/x"})
    assert elsewhere.url.params["return_to"] == "/"


def test_a_message_is_said_once_after_a_redirect_and_only_in_our_words(site: Site) -> None:
    site.post("/setup", data=OWNER)
    page = site.post("/posts", data={"status": "hello", "visibility": "public"})
    assert "<span>Posted.</span>" in page.text
    assert "Posted." not in site.get("/").text
    assert "forged" not in site.get("/", headers={"Cookie": "perdure_said=<b>forged</b>"}).text


def test_the_design_page_shows_the_parts_to_everybody(site: Site) -> None:
    person(site, "alice", role="owner")
    page = site.get("/design")
    assert page.status_code == 200
    assert 'class="problem" role="alert"' in page.text
    assert 'aria-invalid="true"' in page.text


def test_streams_go_on_page_by_page(site: Site) -> None:
    alice = person(site, "alice", role="owner")
    for number in range(25):
        say(site, alice, f"post number {number:02}.")
    first = site.get("/public").text
    assert first.count("<article") == 20
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = site.get(older[1].replace("&amp;", "&")).text
    assert second.count("<article") == 5
    assert "post number 00." in second
    assert site.get("/public?max_id=nonsense").status_code == 404


def test_staff_alone_see_the_way_to_the_operators_pages(site: Site) -> None:
    site.post("/setup", data=OWNER)
    assert 'href="/operations"' in site.get("/you").text
    person(site, "bob", password="right password")
    site.post("/auth/sign_out")
    site.post("/auth/sign_in", data={"user[email]": "bob", "user[password]": "right password"})
    page = site.get("/you").text
    assert "@bob" in page
    assert 'href="/operations"' not in page


def test_the_navigation_says_where_one_is_on_pages_below_its_own_too(site: Site) -> None:
    browser.sign_in(site, person(site, "alice"))
    top = site.get("/settings").text
    below = site.get("/settings/account/email").text
    assert '<a href="/settings" aria-current="page">' in top
    assert '<a href="/settings" aria-current="true">' in below
    assert '<a href="/settings/account" aria-current="true">' in below
    assert '<a href="/" aria-current' not in below
