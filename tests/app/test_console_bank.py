"""What rests in the stay-down bank is let act again, on the moderators' page and in our own API."""

import pytest

from perdure.kernel.db import Tx
from perdure.signals.queries import bank as queries
from perdure.signals.service import bank
from tests.app.browser import sign_in, words
from tests.app.people import Person, person
from tests.app.test_bank import ban
from tests.app.test_moderation_api import BASE
from tests.app.test_notifications import publish
from tests.site import Site, rows

WHY = "25 established people in an hour, where 0.5 are usual"


@pytest.fixture
def mod(site: Site) -> Person:
    someone = person(site, "mod1", role="moderator")
    sign_in(site, someone)
    return someone


def resting(site: Site) -> int:
    """An entry that rests; returns its id."""
    (entry,) = ban(site, publish(site, person(site, "alice"), "We will drag Wobbleton out of his house tonight"))

    def rest(tx: Tx) -> None:
        bank.quarantine_in(tx, queries.by_id(tx, [entry])[0], WHY)

    site.write(rest)
    return entry


def test_what_rests_says_why_in_the_readers_language_and_is_let_act_again(site: Site, mod: Person) -> None:
    entry = resting(site)
    assert f"At rest: {WHY}" in words(site.get("/moderation/bank?show=quarantined").text)
    assert "25 personnes établies en une heure, contre 0.5" in site.get("/moderation/bank?lang=fr").text
    done = site.post(f"/moderation/bank/{entry}/release", data={})
    assert "Nothing is remembered." in words(done.text)
    assert "Acts" in words(site.get("/moderation/bank?lang=en").text)
    assert site.post(f"/moderation/bank/{entry}/release", data={}).status_code == 404
    assert len(site.read(rows, "SELECT seq FROM audit_entry WHERE action = 'bank.release'")) == 1


def test_programs_release_what_rests_too(site: Site, mod: Person) -> None:
    entry = resting(site)
    (found,) = site.get(f"{BASE}/bank?quarantined=true", mod.token).json()
    assert (found["id"], found["quarantine_reason"]) == (str(entry), WHY)
    assert site.post(f"{BASE}/bank/{entry}/release", mod.token).status_code == 200
    assert site.get(f"{BASE}/bank?quarantined=true", mod.token).json() == []
    assert site.post(f"{BASE}/bank/{entry}/release", mod.token).status_code == 404
