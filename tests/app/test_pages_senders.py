"""The senders' page and the sheet of measures against misuse, in English and French."""

import pytest

from tests.app.browser import sign_in, words
from tests.app.people import Person, person
from tests.app.test_reports import mod
from tests.site import Site, rows

GIVEN = {"name": "North Host", "authority": "provider", "domains": "north.example", "locale": "en", "hours": "24"}
WHY = {"kind": "warning", "gravity": "None", "intent": "By the hundred", "reasons": "No rule.", "role": "notifier"}


@pytest.fixture
def boss(site: Site) -> Person:
    someone = person(site, "boss", role="admin")
    sign_in(site, someone)
    return someone


def test_a_sender_is_registered_changed_and_given_a_token_that_is_shown_once(site: Site, boss: Person) -> None:
    made = site.post("/moderation/senders", data=GIVEN)
    assert "North Host" in words(made.text)
    (row,) = site.read(rows, "SELECT * FROM sender")
    assert (row.limit_minutes, row.domains_json) == (1440, '["north.example"]')
    page = f"/moderation/senders/{row.id}"
    shown = words(site.post(f"{page}/tokens", data={"token_name": "robot"}).text)
    assert "shown this once" in shown
    assert "shown this once" not in words(site.get(page).text)
    changed = site.post(page, data=GIVEN | {"locale": "fr", "version": "1", "hours": "1,5"})
    assert changed.status_code == 200
    (row,) = site.read(rows, "SELECT locale, limit_minutes FROM sender")
    assert (row.locale, row.limit_minutes) == ("fr", 90)
    assert "Somebody else" in words(site.post(page, data=GIVEN | {"version": "1"}).text)
    site.post(f"{page}/tokens/revoke", data={"token_name": "robot"})
    assert "None." in words(site.get(page).text)
    assert "Expéditeurs" in words(site.get("/moderation/senders?lang=fr").text)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": ""}, "This is still empty"),
        ({"hours": "soon"}, "minute"),
        ({"domains": "nothing at all"}, "One domain a line"),
        ({"domains": "gmail.com"}, "exact addresses"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    site: Site, boss: Person, more: dict[str, str], said: str
) -> None:
    page = site.post("/moderation/senders", data=GIVEN | {"answer_to": "desk@north.example"} | more).text
    assert said in words(page)
    assert "desk@north.example" in page


def test_a_sender_is_warned_then_suspended_then_let_go(site: Site, boss: Person) -> None:
    site.post("/moderation/senders", data=GIVEN)
    (row,) = site.read(rows, "SELECT id FROM sender")
    page = f"/moderation/senders/{row.id}"
    early = site.post(f"{page}/measures", data=WHY | {"kind": "suspension", "days": "10"})
    assert "Warn them first" in words(early.text)
    assert "Warning" in words(site.post(f"{page}/measures", data=WHY).text)
    site.post(f"{page}/measures", data=WHY | {"kind": "suspension", "days": "10"})
    assert site.read(rows, "SELECT state FROM sender")[0].state == "suspended"
    (made,) = site.read(rows, "SELECT id FROM misuse_measure WHERE kind = 'suspension'")
    site.post(f"/moderation/misuse/{made.id}/lift", data={"reason": "Mended", "return_to": page})
    assert "taken back" in words(site.get(page).text)
    assert site.read(rows, "SELECT state FROM sender")[0].state == "active"


def test_a_members_sheet_shows_what_counts_and_takes_a_weighed_measure(site: Site, boss: Person) -> None:
    person(site, "eve")
    page = "/moderation/people/eve/misuse"
    assert "who reports" in words(site.get(page).text)
    done = site.post(page, data=WHY | {"reasons": "", "gravity": "Somebody was hurt"})
    assert "This is still empty" in words(done.text)
    assert "Somebody was hurt" in done.text
    assert "in force" in words(site.post(page, data=WHY).text)
    assert "Choose 1 to 180 days" in words(site.post(page, data=WHY | {"kind": "suspension", "days": "999"}).text)
    assert "Mesures contre les abus" in words(site.get(f"{page}?lang=fr").text)


def test_members_see_neither_and_moderators_register_nobody(site: Site) -> None:
    sign_in(site, person(site, "eve"))
    assert site.get("/moderation/senders").status_code in {403, 404}
    sign_in(site, mod(site))
    assert site.get("/moderation/senders").status_code == 200
    assert site.post("/moderation/senders", data=GIVEN).status_code in {403, 404}
