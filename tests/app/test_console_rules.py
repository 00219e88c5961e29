"""Rules, a text tried on them and the action matrix, on the moderators' page and in our own API."""

import re

import pytest

from tests.app.browser import sign_in, words
from tests.app.people import Person, person
from tests.app.test_moderation_api import BASE
from tests.app.test_pages_moderation import held, version_of
from tests.site import Site, rows

RULE = "threat-direct-en"
THREAT = "I am going to kill you tomorrow"


@pytest.fixture
def olga(site: Site) -> Person:
    """The owner, in the browser."""
    someone = person(site, "olga", role="owner")
    sign_in(site, someone)
    return someone


def enabled(site: Site, olga: Person, name: str = RULE) -> bool:
    found = site.get(f"{BASE}/rules", olga.token).json()
    return next(bool(one["rule"]["enabled"]) for one in found if one["rule"]["name"] == name)


def test_each_rule_says_whose_it_is_what_it_asks_for_and_how_it_did(site: Site) -> None:
    case, _mina = held(site)
    before = words(site.get("/moderation/rules").text)
    assert f"{RULE} 1 hit – right" in before
    assert "Danger to life Threats at most: hold at once EN looked after by perdure" in before
    site.post(f"{case}/dismiss", data={"version": version_of(site.get(case).text)})
    site.work()
    after = words(site.get("/moderation/rules").text)
    assert re.search(rf"{RULE} \d hits? 0% right", after)
    assert "Right in 0 of 1 that was decided." in after
    french = site.get("/moderation/rules?lang=fr")
    assert "au plus : retenu aussitôt" in words(french.text).replace("\u00a0", " ")


def test_rules_are_narrowed_by_house_rule_and_state(site: Site, olga: Person) -> None:
    assert "hate-" not in words(site.get("/moderation/rules?policy=threat").text)
    assert "Nothing fits." in words(site.get("/moderation/rules?state=off").text)
    assert site.get("/moderation/rules?state=king&policy=king").status_code == 200


def test_a_text_is_tried_and_nothing_of_it_is_kept(site: Site, olga: Person) -> None:
    page = site.post("/moderation/rules/try", data={"text": THREAT}).text
    assert "<mark>kill</mark>" in page
    said = words(page)
    assert "Somebody new hold at once Somebody known hold at once" in said
    assert "as written I am going to kill you tomorrow folded words i am going to kill you tomorrow" in said
    assert "goes out" in words(site.post("/moderation/rules/try", data={"text": "A quiet garden."}).text)
    assert site.read(rows, "SELECT count(*) AS n FROM signal")[0].n == 0
    for text, fault in ((" ", "This is still empty."), ("x" * 5001, "too long")):
        refused = site.post("/moderation/rules/try", data={"text": text})
        assert (refused.status_code, fault in refused.text) == (422, True)
    assert "<script>x" not in site.post("/moderation/rules/try", data={"text": "kill you <script>x"}).text


def test_a_rule_is_switched_with_a_reason_that_the_record_keeps(site: Site, olga: Person) -> None:
    refused = site.post(f"/moderation/rules/{RULE}/switch", data={"on": "0", "reason": " "})
    assert (refused.status_code, 'href="#reason"' in refused.text, enabled(site, olga)) == (422, True, True)
    done = site.post(f"/moderation/rules/{RULE}/switch", data={"on": "0", "reason": "It caught a play."})
    assert "The rule is off." in words(done.text)
    assert not enabled(site, olga)
    assert "It caught a play." in site.get(f"/moderation/audit?subject=rule:{RULE}").text
    tried = site.post(f"{BASE}/rules/try", olga.token, json={"text": THREAT}).json()
    assert [one["enabled"] for one in tried["fired"] if one["name"] == RULE] == [False]
    assert site.post("/moderation/rules/nothing/switch", data={"on": "0", "reason": "x"}).status_code == 404
    switched = site.post(f"{BASE}/rules/{RULE}/switch", olga.token, json={"enabled": True, "reason": "Mended."})
    assert switched.json()["rule"]["enabled"] is True
    assert site.post(f"{BASE}/rules/{RULE}/switch", olga.token, json={"enabled": False}).status_code == 422


def test_who_may_look_and_not_switch_is_offered_no_switch_and_refused(site: Site) -> None:
    mod = person(site, "mod1", role="moderator")
    sign_in(site, mod)
    assert f"/moderation/rules/{RULE}/switch" not in site.get("/moderation/rules").text
    given = {"on": "0", "reason": "I should not."}
    assert site.post(f"/moderation/rules/{RULE}/switch", data=given).status_code == 403
    asked = {"enabled": False, "reason": "I should not."}
    assert site.post(f"{BASE}/rules/{RULE}/switch", mod.token, json=asked).status_code == 403
    assert enabled(site, mod)


def test_programs_get_views_words_scores_and_the_action_for_each_trust(site: Site, olga: Person) -> None:
    tried = site.post(f"{BASE}/rules/try", olga.token, json={"text": THREAT}).json()
    (rule,) = [one for one in tried["fired"] if one["name"] == RULE]
    assert rule["words"] == ["i am going to kill you"]
    assert tried["actions"] == {"new": "auto_hold", "known": "auto_hold", "trusted": "auto_hold"}
    assert tried["words"] == THREAT.lower()
    assert set(tried["scores"]) >= {"threat", "hate", "model"}
    matrix = site.get(f"{BASE}/matrix", olga.token).json()
    assert (matrix["version"], tried["matrix_version"]) == (1, 1)
    assert matrix["severity"]["1"]["trusted"] == {"queue": 0.5}


def test_programs_get_the_figures_that_the_page_shows(site: Site, olga: Person) -> None:
    held(site)
    found = site.get(f"{BASE}/metrics?days=30", olga.token).json()
    assert found["days"] == 30
    assert [one["waiting"] for one in found["queue"]] == [1, 0, 0, 0]
    assert RULE in {one["name"] for one in found["rules"]}
    assert site.get(f"{BASE}/metrics?days=x", olga.token).status_code == 422
