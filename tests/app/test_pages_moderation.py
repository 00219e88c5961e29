"""The moderators' console as pages: for staff with a second factor, of use without a script, kept in no cache."""

import re
from typing import Any

import pytest

from perdure.graph import service as graph
from tests.app.browser import link, sign_in, words
from tests.app.people import Person, person
from tests.app.test_posts import say
from tests.site import Site

HTML = {"Accept": "text/html"}
BAD = "You will all be sorry, said the pump to the old bucket by the wall."


def reported(site: Site, *, harm: str = "harassment", text: str = BAD, by: str = "mina", of: str = "bea") -> str:
    """A post that somebody reported; returns the address of its case."""
    post = say(site, person(site, of), text)["id"]
    sign_in(site, person(site, by))
    site.post(f"/@{of}/{post}/report", data={"harm": harm, "post": post, "comment": "She means my bucket."})
    site.work()
    sign_in(site, person(site, f"mod_{of}", role="moderator"))
    found = re.search(r'href="(/moderation/cases/\d+)', site.get("/moderation").text)
    assert found is not None
    return found[1]


PATHS = ("", "/workload", "/metrics", "/bank", "/audit", "/policies", "/appeals")
NEWER = ("/rules", "/trends", "/people", "/people/mod1")


@pytest.mark.parametrize("path", [*PATHS, *NEWER])
def test_each_page_is_for_staff_with_the_right_and_a_second_factor(site: Site, path: str) -> None:
    page = f"/moderation{path}"
    person(site, "olga", role="owner")
    assert site.get(page, headers=HTML).url.path == "/auth/sign_in"
    sign_in(site, person(site, "bob"))
    assert site.get(page, headers=HTML).status_code == 403
    sign_in(site, person(site, "ada", role="moderator", factor=False))
    assert site.get(page, headers=HTML).url.path == "/settings/security"
    sign_in(site, person(site, "mod1", role="moderator"))
    for language in ("en", "fr"):
        found = site.get(f"{page}?lang={language}")
        assert (found.status_code, f'lang="{language}"' in found.text) == (200, True)
        assert "no-store" in found.headers["Cache-Control"]
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", found.text)


def test_the_queue_shows_severity_words_clock_and_why(site: Site) -> None:
    reported(site)
    site.clock.advance(seconds=48 * 60)
    row = words(site.get("/moderation").text)
    assert "Grave" in row
    assert "due in 3 h 12" in row
    assert "You will all be sorry, said the pump …" in row
    assert "1 report" in row
    assert "Severity Grave, says one person" in row
    site.clock.advance(seconds=3600 * 4)
    assert "48 min late" in words(site.get("/moderation").text)


def test_a_case_shows_what_was_reported_beside_what_is_there_now(site: Site) -> None:
    case = reported(site)
    page = site.get(case).text
    assert BAD in page
    assert "As it was reported, word for word." in page
    assert "She means my bucket." in page
    assert "@mina" in page
    assert site.get(f"{case}?lang=fr").status_code == 200


def test_a_text_is_shown_and_never_becomes_markup(site: Site) -> None:
    case = reported(site, text="<script>alert(1)</script> <img src=x onerror=alert(1)>")
    page = site.get(case).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert" in page


def test_a_case_is_taken_kept_and_given_back(site: Site) -> None:
    case = reported(site)
    taken = site.post(f"{case}/claim", data={})
    assert "Yours for" in words(taken.text)
    assert site.post(f"{case}/renew", headers={"Accept": "application/json"}).json()["words"].startswith("Yours for")
    other = person(site, "mod2", role="moderator")
    sign_in(site, other)
    assert "@mod_bea works on it" in words(site.get(case).text)
    assert site.post(f"{case}/claim", data={}).status_code == 409
    sign_in(site, Person(site_id(site, "mod_bea"), "", "mod_bea"))
    site.post(f"{case}/release", data={})
    assert "Nobody works on it" in words(site.get(case).text)


def site_id(site: Site, name: str) -> int:
    from perdure.accounts import service as accounts

    found = site.read(accounts.find_by_name_in, name)
    assert found is not None
    return found.id


def test_notes_hand_over_and_escalation(site: Site) -> None:
    case = reported(site)
    colleague = person(site, "mod2", role="moderator")
    page = site.post(f"{case}/notes", data={"text": "I know this pump."})
    assert "I know this pump." in page.text
    assert site.post(f"{case}/notes", data={"text": " "}).status_code == 422
    site.post(f"{case}/hand_over", data={"to": str(colleague.id), "note": "Yours, you know pumps."})
    assert "→ @mod2" in words(site.get("/moderation").text)
    assert "Yours, you know pumps." in site.get(case).text
    assert site.post(f"{case}/escalate", data={"note": ""}).status_code == 422
    site.post(f"{case}/escalate", data={"note": "A lawyer should look."})
    assert "escalated" in words(site.get(case).text)


def test_filters_narrow_the_queue_and_are_kept_under_a_name(site: Site) -> None:
    reported(site)
    assert "No open case fits." in words(site.get("/moderation?severity=3").text)
    assert (
        "The filter is kept."
        in site.post("/moderation/filters", data={"query": "?severity=1", "name": "Grave ones"}).text
    )
    kept = re.search(r'href="(/moderation\?saved=\d+)"[^>]*>Grave ones', site.get("/moderation").text)
    assert kept is not None
    assert "1 open" in words(site.get(kept[1]).text)
    number = kept[1].rpartition("=")[2]
    assert "Grave ones" not in site.post(f"/moderation/filters/{number}/delete").text
    assert site.get("/moderation?severity=king&order=x&skip=y&saved=").status_code == 200


def test_staff_sees_who_has_how_much_and_says_what_to_be_spared(site: Site) -> None:
    reported(site)
    page = site.post("/moderation/workload", data={"policy": "graphic"})
    assert 'value="graphic" checked' in page.text
    assert "@mod_bea" in page.text


def test_an_unknown_case_is_not_found(site: Site) -> None:
    sign_in(site, person(site, "mod1", role="moderator"))
    for path in ("/moderation/cases/1", "/moderation/cases/x", "/moderation?saved=1"):
        assert site.get(path, headers=HTML).status_code == 404


def test_the_record_is_narrowed_by_what_who_and_how(site: Site) -> None:
    case = reported(site)
    site.post(f"{case}/claim", data={})
    number = case.rpartition("/")[2]
    assert "case.lease" in site.get("/moderation/audit?action=case.lease").text
    assert "case.received" not in site.get("/moderation/audit?action=case.lease").text
    assert f"case:{number}" in site.get(f"/moderation/audit?subject=case:{number}").text
    assert "case.lease" in site.get("/moderation/audit?actor=@mod_bea").text
    assert "Nothing fits." in words(site.get("/moderation/audit?actor=nobody").text)


def test_figures_stand_in_charts_and_in_tables(site: Site) -> None:
    reported(site)
    page = site.get("/moderation/metrics").text
    assert "Nothing is late" in page
    assert 'class="spark"' in page
    assert "From receipt to decision" in page
    assert page.count('height="96.0"') == 1
    site.clock.advance(seconds=86_400)
    site.run_jobs()
    assert "past its deadline" in words(site.get("/moderation/metrics?days=30").text)
    assert site.get("/moderation/metrics?days=x").status_code == 200


FACTS = "The post announces harm to a bucket."
DECISION = {"policy": "harassment", "effects": "hide", "facts": FACTS, "ground": "incompatible", "scope": "content"}
DECISION |= {"automated": "not", "strike": "1"}


def version_of(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def decide(site: Site, case: str, **given: str) -> Any:
    version = version_of(site.get(case).text)
    return site.post(f"{case}/decide", data={**DECISION, "version": version, **given})


def test_a_decision_hides_the_post_tells_the_author_and_can_be_undone(site: Site) -> None:
    case = reported(site)
    done = decide(site, case)
    assert "Decided." in words(done.text)
    assert "Nothing waits." in words(done.text)
    bea = Person(site_id(site, "bea"), "", "bea")
    batch = re.search(r'name="batch" value="(\d+)"', done.text)
    assert batch is not None
    sign_in(site, bea)
    told = site.get("/decisions")
    assert "Taken down" in words(told.text)
    one = link(told.text, 'href="/decisions/')
    shown = words(site.get(one).text)
    assert FACTS in shown
    assert "Your post was taken down." in shown
    assert "A person decided" in shown
    assert "mod_bea" not in shown
    sign_in(site, person(site, "layla"))
    assert site.get(one).status_code == 404
    sign_in(site, Person(site_id(site, "mod_bea"), "", "mod_bea"))
    assert "The case is open again." in words(site.post("/moderation/undo", data={"batch": batch[1]}).text)
    sign_in(site, bea)
    assert "This decision was taken back." in words(site.get(one).text)


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"policy": ""}, "policy"),
        ({"facts": " "}, "facts"),
        ({"ground": ""}, "ground"),
        ({"scope": ""}, "scope"),
        ({"scope": "account"}, "scope"),
        ({"automated": ""}, "automated_decision"),
        ({"ground": "illegal"}, "legal_ground"),
    ],
)
def test_nothing_is_sent_without_what_is_obligatory_and_nothing_typed_is_lost(
    site: Site, missing: dict[str, str], field: str
) -> None:
    case = reported(site)
    page = decide(site, case, explanation="These words are mine.", **missing)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert "These words are mine." in page.text
    assert "Taken down" not in words(site.get(case).text)


def test_whoever_was_slower_sees_what_changed_and_keeps_what_they_typed(site: Site) -> None:
    case = reported(site)
    version = version_of(site.get(case).text)
    site.post(f"{case}/claim", data={})
    page = site.post(f"{case}/decide", data={**DECISION, "version": version, "seen": "0"})
    assert page.status_code == 409
    assert "Somebody changed this case while you were writing." in page.text
    assert "Somebody took it" in page.text
    assert FACTS in page.text


def test_what_keeps_to_the_rules_is_dismissed_with_one_key(site: Site) -> None:
    case = reported(site)
    done = site.post(f"{case}/dismiss", data={"version": version_of(site.get(case).text)})
    assert "Decided." in words(done.text)
    site.work()
    sign_in(site, Person(site_id(site, "mina"), "", "mina"))
    assert "keeps to the rules" in words(site.get(link(site.get("/reports").text, 'href="/reports/')).text)


def test_a_script_gets_the_next_address_and_the_strip_that_undoes(site: Site) -> None:
    case = reported(site)
    given = {**DECISION, "version": version_of(site.get(case).text)}
    told = site.post(f"{case}/decide", data=given, headers={"Accept": "application/json"}).json()
    assert told["next"].startswith("/moderation?undo=")
    assert "data-undo" in told["strip"]
    again = site.post(f"{case}/decide", data=given, headers={"Accept": "application/json"})
    assert again.status_code in {409, 422}
    assert "page" in again.json()


def test_copies_by_others_are_decided_with_it_and_undone_with_it(site: Site) -> None:
    reported(site)
    case = reported(site, by="layla", of="carl")
    assert "Decide 1 copy of it too" in words(site.get(case).text)
    done = decide(site, case, copies="1")
    assert "2 cases decided." in words(done.text)
    batches = re.findall(r'name="batch" value="(\d+)"', done.text)
    assert len(batches) == 2
    site.post("/moderation/undo", data={"batch": batches})
    assert "2 open" in words(site.get("/moderation").text)


def test_rules_are_drafted_published_and_read_by_everybody(site: Site) -> None:
    sign_in(site, person(site, "olga", role="owner"))
    begun = site.get("/moderation/policies?key=harassment").text
    assert "No harassment" in begun
    given = {"key": "harassment", "severity": "1", "category": "CYBER_VIOLENCE", "keyword": "CYBER_HARASSMENT"}
    given |= {"strike_weight": "2", "strike_days": "90", "title_en": "Let everybody be", "title_fr": "Du calme"}
    refused = site.post("/moderation/policies", data=given | {"text_en": "Really.", "text_fr": ""})
    assert refused.status_code == 422
    assert 'href="#text_fr"' in refused.text
    kept = site.post("/moderation/policies", data=given | {"text_en": "Really.", "text_fr": "Vraiment."})
    number = re.search(r"/moderation/policies/(\d+)/publish", kept.text)
    assert number is not None
    assert "Let everybody be" not in site.get("/rules").text
    assert site.post(f"/moderation/policies/{number[1]}/publish", data={"from": "x"}).status_code == 422
    site.post(f"/moderation/policies/{number[1]}/publish", data={"from": ""})
    assert "Let everybody be" in site.get("/rules").text
    assert "Du calme" in site.get("/rules?lang=fr").text
    sign_in(site, person(site, "mod1", role="moderator"))
    assert site.post("/moderation/policies", data=given | {"text_en": "x", "text_fr": "x"}).status_code == 403


def test_an_appeal_is_read_blind_by_a_different_person_and_everything_comes_back(site: Site) -> None:
    case = reported(site)
    decide(site, case)
    mod, bea = Person(site_id(site, "mod_bea"), "", "mod_bea"), Person(site_id(site, "bea"), "", "bea")
    sign_in(site, bea)
    one = link(site.get("/decisions").text, 'href="/decisions/')
    assert site.post(f"{one}/appeal", data={"text": " "}).status_code == 422
    filed = site.post(f"{one}/appeal", data={"text": "It is my own bucket."})
    assert "Waiting for somebody to take it" in words(filed.text)
    sign_in(site, mod)
    assert "No appeal waits for you." in words(site.get("/moderation/appeals").text)
    sign_in(site, person(site, "mod2", role="moderator"))
    where = link(site.get("/moderation/appeals").text, 'href="/moderation/appeals/')
    assert BAD not in site.get(where).text
    sign_in(site, mod)
    assert site.get(where).status_code == 403
    sign_in(site, Person(site_id(site, "mod2"), "", "mod2"))
    taken = site.post(f"{where}/take", data={}).text
    assert BAD in taken
    assert FACTS not in taken
    assert "It is my own bucket." not in taken
    assert site.post(f"{where}/read", data={"verdict": "king"}).status_code == 422
    seen = site.post(f"{where}/read", data={"verdict": "no_violation"}).text
    assert FACTS in seen
    assert "It is my own bucket." in seen
    assert site.post(f"{where}/decide", data={"outcome": "overturned", "text": ""}).status_code == 422
    answer = {"outcome": "overturned", "text": "You are right, it is yours."}
    assert "Answered." in words(site.post(f"{where}/decide", data=answer).text)
    sign_in(site, bea)
    assert "You are right, it is yours." in site.get(one).text
    site.client.cookies.clear()
    assert BAD in site.get("/@bea").text


def test_notices_lead_to_the_reasons_the_outcome_and_the_queue(site: Site) -> None:
    case = reported(site)
    assert 'href="/moderation"' in site.get("/notifications").text
    decide(site, case)
    site.work()
    sign_in(site, Person(site_id(site, "bea"), "", "bea"))
    told = site.get("/notifications").text
    assert "The moderators wrote to you" in told
    assert site.get(link(told, 'href="/decisions/')).status_code == 200
    sign_in(site, Person(site_id(site, "mina"), "", "mina"))
    told = site.get("/notifications").text
    assert "Something you reported has been decided" in told
    assert "You were right." in site.get(link(told, 'href="/reports/')).text


@pytest.mark.parametrize(
    ("effect", "strip"),
    [("hold", "Waiting for review. Only you can see this."), ("limit", "Limited: not spread any further")],
)
def test_the_author_sees_on_the_post_what_was_decided_and_where_to_read_why(
    site: Site, effect: str, strip: str
) -> None:
    case = reported(site)
    assert decide(site, case, effects=effect).status_code == 200
    sign_in(site, Person(site_id(site, "bea"), "", "bea"))
    shown = site.get("/@bea").text
    assert strip in words(shown)
    assert 'href="/decisions">Why?' in shown
    sign_in(site, Person(site_id(site, "mina"), "", "mina"))
    assert strip not in words(site.get("/@bea").text)


def test_a_label_folds_the_text_behind_its_reason(site: Site) -> None:
    case = reported(site)
    assert decide(site, case, effects="label", label="slur", label_reason="Hard on buckets").status_code == 200
    site.client.cookies.clear()
    shown = words(site.get("/@bea").text)
    assert "Hard on buckets · Show" in shown


THREAT = "I'm going to kill you, old scarecrow."


def held(site: Site) -> tuple[str, Person]:
    """A post that was held before anybody saw it, followed by somebody; its case, in a moderator's browser."""
    bea, mina = person(site, "bea"), person(site, "mina")
    site.write(graph.follow_in, mina.id, bea.id)
    say(site, bea, THREAT)
    site.work()
    sign_in(site, person(site, "mod_bea", role="moderator"))
    return link(site.get("/moderation").text, 'href="/moderation/cases/'), mina


def home_of(site: Site, mina: Person) -> str:
    site.work()
    return str(site.get("/api/v1/timelines/home", mina.token).json())


def test_what_a_person_lets_out_goes_out_once_and_no_machine_holds_it_again(site: Site) -> None:
    case, mina = held(site)
    assert "scarecrow" not in home_of(site, mina)
    page = site.get(case).text
    assert "<mark>kill</mark>" in page
    site.post(f"{case}/dismiss", data={"version": version_of(page)})
    assert "scarecrow" in home_of(site, mina)
    assert "scarecrow" in home_of(site, mina)
    assert "Nothing waits." in words(site.get("/moderation").text)


def test_what_an_appeal_brings_back_reaches_those_who_follow(site: Site) -> None:
    case, mina = held(site)
    decide(site, case, policy="threat")
    assert "scarecrow" not in home_of(site, mina)
    sign_in(site, Person(site_id(site, "bea"), "", "bea"))
    one = link(site.get("/decisions").text, 'href="/decisions/')
    site.post(f"{one}/appeal", data={"text": "It is a line of a play."})
    sign_in(site, person(site, "mod2", role="moderator"))
    where = link(site.get("/moderation/appeals").text, 'href="/moderation/appeals/')
    site.post(f"{where}/take", data={})
    site.post(f"{where}/read", data={"verdict": "no_violation"})
    site.post(f"{where}/decide", data={"outcome": "overturned", "text": "So it is."})
    assert "scarecrow" in home_of(site, mina)
    assert "scarecrow" in home_of(site, mina)
