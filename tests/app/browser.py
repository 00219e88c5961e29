"""Browsers for tests of pages: somebody signed in, and what a page says."""

import re
from html import unescape

from perdure.accounts.service.sign_in import open_session_in
from tests.app.people import Person
from tests.site import Site


def sign_in(site: Site, someone: Person) -> None:
    """Give the test's browser somebody's session."""
    token = site.write(open_session_in, someone.id, "test", "127.0.0.1")
    site.client.cookies.set("perdure_session", token)


def words(page: str) -> str:
    """The text of a page, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def link(page: str, mark: str) -> str:
    """The address of the first link whose tag contains a text."""
    found = next(tag for tag in re.findall(r"<a [^>]+>", page) if mark in tag)
    return unescape(re.findall(r'href="([^"]*)"', found)[0])


def hidden(page: str, name: str) -> list[str]:
    """The values of hidden fields with a name."""
    return [unescape(value) for value in re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)]
