"""People on the moderators' page and in our own API: their record, decisions about the account, lifting, links."""

import re
from typing import Any

import pytest

from perdure.accounts import service as accounts
from perdure.accounts.events import AccountActivated
from perdure.accounts.model import Restrictions
from perdure.accounts.service.sign_in import open_session_in
from tests.app.browser import link, sign_in, words
from tests.app.people import Person, person
from tests.app.test_bans import ban
from tests.app.test_moderation_api import BASE
from tests.app.test_pages_moderation import BAD, FACTS, decide, held, reported, site_id
from tests.app.test_posts import say
from tests.app.test_reports import mod as moderator
from tests.site import Site, rows

BEA = "/moderation/people/bea"
GIVEN = {"policy": "harassment", "facts": "She is after the pump in ten posts.", "ground": "incompatible"}
GIVEN |= {"scope": "account", "automated": "not", "strike": "1", "days": "7"}
DRAFT: dict[str, Any] = {
    "policy": "harassment",
    "acts": [{"kind": "account_freeze"}],
    "ground": "incompatible",
    "explanation": "Let everybody be.",
    "facts": "She is after the pump in ten posts.",
    "scope": "account",
    "automated_detection": False,
    "automated_decision": "not",
}


@pytest.fixture
def mod(site: Site) -> Person:
    someone = person(site, "mod1", role="moderator")
    sign_in(site, someone)
    return someone


@pytest.fixture
def bea(site: Site) -> Person:
    return person(site, "bea")


def stands(site: Site, who: Person) -> Restrictions:
    return site.read(accounts.restrictions_in, who.id)


def act(site: Site, effects: str, **more: str) -> Any:
    return site.post(f"{BEA}/decide", data=GIVEN | {"effects": effects} | more)


def test_a_record_shows_state_strikes_decisions_cases_and_posts(site: Site) -> None:
    case = reported(site)
    decide(site, case, policy="harassment")
    bea = Person(site_id(site, "bea"), "", "bea")
    page = site.get(BEA).text
    said = words(page)
    assert "@bea" in said
    assert re.search(r"Harassment \d now", said)
    assert "1 decision about them" in said
    assert FACTS in said
    assert f'href="{case}"' in page
    assert f"Taken down · comments 0, echoes 0, favourites 0 {BAD}" in said
    assert "Nothing is in force about the account." in said
    assert f"/operations/members/{bea.id}" in page
    assert f'href="{BEA}"' in site.get(case).text
    assert "Ses dernières publications" in site.get(f"{BEA}?lang=fr").text


def test_an_open_case_and_a_held_post_are_on_the_record(site: Site) -> None:
    case, _mina = held(site)
    page = site.get(BEA).text
    assert f'href="{case}"' in page
    assert "Held: nobody but the author sees it" in words(page)
    assert "A case about them is open." in words(page)


def test_what_was_written_to_some_only_is_not_on_the_record(site: Site, mod: Person, bea: Person) -> None:
    for visibility in ("private", "direct"):
        site.post("/api/v1/statuses", bea.token, json={"status": "the quiet quillwort", "visibility": visibility})
    say(site, bea, "the loud bulrush")
    page = site.get(BEA).text
    assert ("bulrush" in page, "quillwort" in page) == (True, False)


def test_a_look_at_what_somebody_wrote_counts_for_the_readers_exposure(site: Site, mod: Person, bea: Person) -> None:
    say(site, bea, "hello")
    site.get(BEA)
    assert "2 seen today" in words(site.get(BEA).text)


@pytest.mark.parametrize(
    ("effects", "field"),
    [
        ("account_freeze", "frozen"),
        ("account_limit", "limited"),
        ("account_sensitive", "sensitive"),
        ("account_suspend", "suspended"),
        ("account_ban", "banned"),
    ],
)
def test_each_measure_is_decided_with_its_statement_and_lifted_with_a_reason(
    site: Site, mod: Person, bea: Person, effects: str, field: str
) -> None:
    done = act(site, effects)
    assert "Decided." in words(done.text)
    assert getattr(stands(site, bea), field) is True
    (one,) = site.read(rows, "SELECT facts, explanation, actor_id FROM decision")
    assert (one.facts, one.actor_id, bool(one.explanation)) == (GIVEN["facts"], mod.id, True)
    blank = site.post(f"{BEA}/lift", data={"kind": effects, "reason": " "})
    assert (blank.status_code, 'href="#reason"' in blank.text) == (422, True)
    lifted = site.post(f"{BEA}/lift", data={"kind": effects, "reason": "She made peace with the pump."})
    assert "Lifted." in words(lifted.text)
    assert "She made peace with the pump." in lifted.text
    assert stands(site, bea) == Restrictions()


def test_a_measure_is_undone_within_half_a_minute(site: Site, mod: Person, bea: Person) -> None:
    done = act(site, "account_freeze")
    batch = re.search(r'name="batch" value="(\d+)"', done.text)
    assert batch is not None
    back = site.post("/moderation/undo", data={"batch": batch[1], "return_to": BEA})
    assert (back.url.path, "Taken back." in words(back.text)) == (BEA, True)
    assert stands(site, bea) == Restrictions()


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"policy": ""}, "policy"),
        ({"facts": " "}, "facts"),
        ({"ground": ""}, "ground"),
        ({"scope": ""}, "scope"),
        ({"effects": ""}, "effects"),
        ({"effects": "hide"}, "effects"),
        ({"effects": "account_suspend", "days": "x"}, "days"),
    ],
)
def test_nothing_is_done_without_what_is_obligatory_and_nothing_typed_is_lost(
    site: Site, mod: Person, bea: Person, missing: dict[str, str], field: str
) -> None:
    given = {"effects": "account_freeze", "explanation": "These words are mine."} | missing
    page = site.post(f"{BEA}/decide", data=GIVEN | given)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert "These words are mine." in page.text
    assert stands(site, bea) == Restrictions()


def test_nobody_decides_about_their_own_rank_or_an_account_that_changed_meanwhile(
    site: Site, mod: Person, bea: Person
) -> None:
    other = person(site, "mod2", role="moderator")
    page = site.get("/moderation/people/mod2").text
    assert 'action="/moderation/people/mod2/decide"' not in page
    for name in ("mod1", "mod2"):
        refused = site.post(f"/moderation/people/{name}/decide", data=GIVEN | {"effects": "account_freeze"})
        assert refused.status_code == 403
    assert stands(site, other) == Restrictions()
    assert act(site, "account_freeze", version="9").status_code == 409
    assert stands(site, bea) == Restrictions()
    assert site.get("/moderation/people/nobody").status_code == 404


def evader(site: Site) -> Person:
    """Bob, from the network of Alice, who is banned; the moderator who banned her is in the browser."""
    alice, mona, bob = person(site, "alice"), moderator(site), person(site, "bob")
    site.write(open_session_in, alice.id, "test", "2001:db8::1")
    ban(site, mona, alice)
    site.write(open_session_in, bob.id, "test", "2001:db8::2")
    site.write(lambda tx: tx.emit(AccountActivated(bob.id)))
    site.work()
    sign_in(site, mona)
    return bob


@pytest.mark.parametrize(("verdict", "said"), [("confirmed", "the same person"), ("dismissed", "somebody else")])
def test_a_link_to_somebody_banned_is_shown_with_its_evidence_and_settled(site: Site, verdict: str, said: str) -> None:
    bob = evader(site)
    begun = site.get("/moderation/people").text
    assert "1 link to somebody banned waits" in words(begun)
    assert "@bob @alice score" in words(begun)
    assert "1 measure in force @alice Banned" in words(begun)
    page = site.get("/moderation/people/bob").text
    assert "What speaks for it: the same " in words(page)
    path = re.search(rf'action="(/moderation/links/\d+/{verdict})"', page)
    assert path is not None
    settled = site.post(path[1], data={"return_to": "/moderation/people/bob"})
    assert said in words(settled.text)
    assert path[1] not in settled.text
    assert stands(site, bob) == Restrictions()
    assert "No link waits." in words(site.get("/moderation/people").text)


def test_a_whole_name_leads_to_the_record_and_a_beginning_to_a_list(site: Site, mod: Person, bea: Person) -> None:
    person(site, "beatrice")
    assert site.get("/moderation/people?name=@Bea").url.path == BEA
    listed = site.get("/moderation/people?name=be").text
    assert "2 accounts" in words(listed)
    assert link(listed, f'href="{BEA}"') == BEA
    assert "Nobody’s name begins with “zz”." in words(site.get("/moderation/people?name=zz").text)


def test_programs_read_decide_repeat_and_lift_the_same(site: Site, mod: Person, bea: Person) -> None:
    say(site, bea, "hello")
    shown = site.get(f"{BASE}/people/bea", mod.token)
    found = shown.json()
    assert (found["account"]["id"], found["may_act"], found["posts"][0]["text"]) == (str(bea.id), True, "hello")
    draft = DRAFT | {"key": "once"}
    stale = {"If-Match": '"9"'}
    assert site.post(f"{BASE}/people/bea/decide", mod.token, json=draft, headers=stale).status_code == 409
    fresh = {"If-Match": shown.headers["ETag"]}
    made = site.post(f"{BASE}/people/bea/decide", mod.token, json=draft, headers=fresh).json()
    again = site.post(f"{BASE}/people/bea/decide", mod.token, json=draft, headers=fresh).json()
    assert made["batch_id"] == again["batch_id"]
    assert stands(site, bea).frozen is True
    assert [one["act"]["kind"] for one in site.get(f"{BASE}/people", mod.token).json()["measures"]] == [
        "account_freeze"
    ]
    empty = site.post(f"{BASE}/people/bea/decide", mod.token, json=DRAFT | {"acts": []})
    assert "acts" in empty.json()["details"]
    for wrong in ({"kinds": ["account_freeze"]}, {"kinds": ["hide"], "reason": "x"}, {"kinds": [], "reason": "x"}):
        assert site.post(f"{BASE}/people/bea/lift", mod.token, json=wrong).status_code == 422
    lifted = site.post(f"{BASE}/people/bea/lift", mod.token, json={"kinds": ["account_freeze"], "reason": "Peace."})
    assert lifted.json()["in_force"] == []
    assert lifted.json()["decisions"][0]["taken_back"] == "Peace."
    assert site.get(f"{BASE}/people?name=be", mod.token).json()[0]["username"] == "bea"


@pytest.mark.parametrize(
    "path",
    [
        "/moderation/people/bea/decide",
        "/moderation/people/bea/lift",
        "/moderation/rules/try",
        "/moderation/rules/threat-direct-en/switch",
        "/moderation/trends",
    ],
)
def test_nothing_is_done_for_members_guests_or_staff_without_a_factor(site: Site, bea: Person, path: str) -> None:
    given = GIVEN | {"effects": "account_freeze", "kind": "account_freeze", "reason": "x", "text": "x", "on": "0"}
    person(site, "olga", role="owner")
    assert site.post(path, data=given, follow_redirects=False).headers["location"].startswith("/auth/sign_in")
    sign_in(site, bea)
    assert site.post(path, data=given, follow_redirects=False).status_code == 403
    sign_in(site, person(site, "ada", role="admin", factor=False))
    assert site.post(path, data=given, follow_redirects=False).status_code == 403
    assert stands(site, bea) == Restrictions()
