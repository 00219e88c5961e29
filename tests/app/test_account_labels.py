"""An account that carries a label: on its profile and on every post, for every reader, until it is taken back."""

from typing import Any

from perdure.moderation.model.decisions import Act, LabelInput
from perdure.moderation.service import decisions
from tests.app.browser import sign_in
from tests.app.people import Person, person
from tests.app.test_decisions import but, decide, refused
from tests.app.test_pages_moderation import version_of
from tests.app.test_posts import say
from tests.app.test_reports import mod, report
from tests.site import Site, rows

DAY_MS = 86_400_000


def labelled(site: Site, alice: Person, mona: Person, **more: Any) -> Any:
    """Label somebody whom a neighbour reported; returns what was decided."""
    report(site, person(site, "neighbour"), alice, category="violation")
    label = LabelInput(value="disputed", reason="Often <wrong>", **({"permanent": True} | more))
    return decide(site, mona, but(policy="other", acts=(Act(kind="account_label", label=label),), scope="account"))


def test_a_label_on_an_account_stands_on_its_profile_and_in_front_of_every_post_and_leaves_no_trace(site: Site) -> None:
    alice, bob, mona = person(site, "alice", note="I write about moss."), person(site, "bob"), mod(site)
    post, echoed = say(site, alice, "quillwort"), say(site, bob, "moss")
    site.post(f"/api/v1/statuses/{post['id']}/reblog", bob.token)
    pages = [
        f"/api/v1/statuses/{post['id']}",
        f"/api/v1/accounts/{alice.id}",
        f"/api/v1/accounts/{bob.id}/statuses",
        f"/api/v1/statuses/{post['id']}/source",
    ]
    before = [site.get(page, alice.token).content for page in pages]
    made = labelled(site, alice, mona)
    site.work()
    said = site.get(pages[0]).json()
    assert (said["sensitive"], said["spoiler_text"]) == (True, "Often <wrong>")
    label = {"value": "disputed", "reason": "Often <wrong>", "severity": "alert", "blur": "content"}
    assert said["account"]["perdure"]["labels"] == [label]
    assert site.get(pages[1]).json()["perdure"]["labels"] == [label]
    through, own = site.get(pages[2]).json()
    assert (through["reblog"]["spoiler_text"], own["id"], own["spoiler_text"]) == (
        "Often <wrong>",
        echoed["id"],
        "",
    )
    assert site.get(pages[3], alice.token).json()["spoiler_text"] == ""
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    assert [site.get(page, alice.token).content for page in pages] == before


def test_the_profile_page_says_what_the_label_says_and_folds_what_the_account_says_of_itself(site: Site) -> None:
    alice, mona = person(site, "alice", note="I write about moss."), mod(site)
    say(site, alice, "quillwort")
    assert "warned" not in site.get("/@alice").text
    labelled(site, alice, mona)
    page = site.get("/@alice").text
    assert page.count('<details class="warned"') == 2  # what it says of itself, and its post
    assert "About this account: <bdi>Often &lt;wrong&gt;</bdi>" in page
    assert "I write about moss." in page


def test_a_label_that_covers_nothing_is_a_line_on_profile_and_posts_and_ends_by_itself(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    post = say(site, alice, "quillwort")
    before = site.get(f"/api/v1/statuses/{post['id']}").content
    labelled(site, alice, mona, blur="none", severity="inform", permanent=False, until=site.clock.now_ms() + DAY_MS)
    said = site.get(f"/api/v1/statuses/{post['id']}").json()
    assert (said["sensitive"], said["spoiler_text"]) == (False, "")
    assert site.get("/@alice").text.count("About this account:") == 2
    site.clock.advance(seconds=DAY_MS // 1000 + 1)
    site.run_jobs()
    after = site.get(f"/api/v1/statuses/{post['id']}").json()
    assert "perdure" not in after["account"]
    assert site.get(f"/api/v1/statuses/{post['id']}").content == before


def test_the_labelled_account_gets_a_statement_and_may_appeal_and_the_ledger_knows_the_label(site: Site) -> None:
    alice, mona, max_ = person(site, "alice"), mod(site), mod(site, "max")
    made = labelled(site, alice, mona)
    site.work()
    (warning,) = site.get("/api/v1/notifications?types[]=moderation_warning", alice.token).json()
    assert warning["moderation_warning"]["action"] == "sensitive"
    (entry,) = site.read(rows, "SELECT kind, subject, value_json FROM audit_enforcement ORDER BY seq")
    assert (entry.kind, entry.subject, entry.value_json) == ("label", f"account:{alice.id}", '"disputed"')
    (stored,) = site.read(rows, "SELECT decision_visibility_json FROM decision")
    assert stored.decision_visibility_json == '["CONTENT_LABELLED"]'
    base = f"/api/perdure/v1/decisions/{made.batch_id}"
    assert site.post(f"{base}/appeal", alice.token, json={"text": "I am right"}).status_code == 200
    appeals = "/api/perdure/v1/moderation/appeals"
    (waiting,) = site.get(appeals, max_.token).json()
    number = waiting["appeal"]["id"]
    site.post(f"{appeals}/{number}/take", max_.token)
    site.post(f"{appeals}/{number}/read", max_.token, json={"verdict": "no_violation"})
    answer = {"outcome": "overturned", "text": "Right indeed"}
    assert site.post(f"{appeals}/{number}/decide", max_.token, json=answer).status_code == 200
    assert "perdure" not in site.get(f"/api/v1/accounts/{alice.id}").json()


def test_a_label_on_an_account_needs_its_text_and_an_end_or_the_word_permanent(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    assert "label" in refused(lambda: labelled(site, alice, mona, permanent=False)).details
    bare = but(acts=(Act(kind="account_label"),), scope="account")
    assert "label" in refused(lambda: decide(site, mona, bare)).details


def test_the_console_labels_an_account_with_what_the_form_says(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    report(site, person(site, "neighbour"), alice, category="violation")
    sign_in(site, mona)
    (case,) = site.read(rows, "SELECT id, version FROM moderation_case")
    page = site.get(f"/moderation/cases/{case.id}").text
    assert page.count('name="label_reason"') == 1
    given = {"policy": "other", "effects": "account_label", "facts": "Seen twice.", "ground": "incompatible"}
    given |= {"scope": "account", "automated": "not", "label": "disputed", "label_reason": "Often wrong"}
    done = site.post(f"/moderation/cases/{case.id}/decide", data=given | {"version": version_of(page)})
    assert "Decided." in done.text
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["perdure"]["labels"][0]["reason"] == "Often wrong"
