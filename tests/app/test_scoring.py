"""What threatens is held before anybody sees it; what is doubtful comes before a person; the rest goes out."""

from typing import Any

import pytest

from perdure.accounts.tables import account
from perdure.kernel.db import Tx
from perdure.kernel.settings import Settings
from perdure.moderation.service import decisions
from perdure.signals.service import matrix, rulebook, subjects
from perdure.signals.service.findings import signals_of_in
from tests.app.people import Person, person
from tests.app.test_decisions import decide, reported
from tests.app.test_reports import mod
from tests.command import Command
from tests.site import Site, rows

THREAT = "I am going to kill you tomorrow"


def say(site: Site, who: Person, text: str, **more: object) -> dict[str, Any]:
    answer = site.post("/api/v1/statuses", who.token, json={"status": text, **more})
    assert answer.status_code == 200, answer.text
    site.work()
    return answer.json()  # type: ignore[no-any-return]


def state_of(site: Site, post: dict[str, Any]) -> str:
    return str(site.read(rows, f"SELECT state FROM post WHERE id = {post['id']}")[0].state)


def trust(site: Site, who: Person) -> str:
    return site.read(lambda tx: subjects.trust_in(tx, matrix.matrix_in(tx), who.id))


def cases(site: Site) -> list[Any]:
    return site.read(rows, "SELECT severity, policy, state FROM moderation_case ORDER BY id")


@pytest.mark.parametrize(
    "text", [THREAT, "Je vais te tuer demain", "we will h4ng y0u @bob", "I a m going to k.i.l.l you"]
)
def test_a_threat_is_held_before_anybody_sees_it_and_a_case_is_open(site: Site, text: str) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    post = say(site, alice, text)
    assert state_of(site, post) == "held"
    assert site.get(f"/api/v1/statuses/{post['id']}", bob.token).status_code == 404
    assert site.get(f"/api/v1/statuses/{post['id']}").status_code == 404
    assert site.get(f"/api/v1/statuses/{post['id']}", alice.token).status_code == 200
    assert site.get("/api/v1/notifications", bob.token).json() == []
    assert [(case.severity, case.policy) for case in cases(site)] == [(0, "threat")]


@pytest.mark.parametrize(
    "text",
    [
        "You killed it on stage tonight",
        'He wrote "I am going to kill you" and was arrested',
        "I'm dying to see you",
        "Je meurs de rire",
        "the rapist was sentenced, says the therapist",
        "Хорошего дня всем",
        "صباح الخير جميعا",
        "код 1234 5678",
    ],
)
def test_what_only_sounds_like_one_goes_out(site: Site, text: str) -> None:
    post = say(site, person(site, "alice"), text)
    assert state_of(site, post) == "published"
    assert cases(site) == []


def test_an_edit_into_a_threat_takes_the_post_out_of_sight(site: Site) -> None:
    alice = person(site, "alice")
    post = say(site, alice, "a quiet evening")
    assert site.put(f"/api/v1/statuses/{post['id']}", alice.token, json={"status": THREAT}).status_code == 200
    assert state_of(site, post) == "held"
    assert site.get(f"/api/v1/statuses/{post['id']}").status_code == 404


def test_each_finding_names_rule_version_view_score_and_words(site: Site) -> None:
    post = say(site, person(site, "alice"), THREAT)
    found = site.read(signals_of_in, "post", int(post["id"]))
    assert found[0].source == "rule"
    assert found[0].name == "threat-direct-en"
    assert (found[0].version, found[0].view, found[0].action) == ("1", "words", "auto_hold")
    assert found[0].score_permille == 930
    assert any("kill you" in words for words in found[0].fired)


def test_every_score_is_kept_with_model_language_and_view(site: Site) -> None:
    post = say(site, person(site, "alice"), "What a lovely morning in the garden")
    kept = site.read(rows, f"SELECT * FROM score WHERE subject_kind = 'post' AND subject_id = {post['id']}")
    assert len(kept) == 1
    assert kept[0].model.startswith("shipped")
    assert (kept[0].language, kept[0].view) == ("en", "classifier-1")
    assert 0 <= kept[0].threat < 200


def test_what_is_doubtful_stays_visible_and_comes_before_a_person(site: Site) -> None:
    post = say(site, person(site, "alice"), "drop dead")
    assert state_of(site, post) == "published"
    assert [(case.severity, case.policy) for case in cases(site)] == [(0, "threat")]


def test_what_is_said_in_confidence_is_not_read(site: Site) -> None:
    alice = person(site, "alice")
    person(site, "bob")
    post = say(site, alice, f"@bob {THREAT}", visibility="direct")
    assert state_of(site, post) == "published"
    assert cases(site) == []
    assert site.read(signals_of_in, "post", int(post["id"])) == []


def test_a_poll_option_and_a_warning_are_read_too(site: Site) -> None:
    alice = person(site, "alice")
    poll = {"options": ["yes", "I will shoot you in the face"], "expires_in": 3600}
    assert state_of(site, say(site, alice, "what now", poll=poll)) == "held"
    assert state_of(site, say(site, alice, "what now", spoiler_text=THREAT)) == "held"


def test_a_profile_that_threatens_comes_before_a_person_and_stays(site: Site) -> None:
    alice = person(site, "alice")
    assert site.patch("/api/v1/accounts/update_credentials", alice.token, json={"note": THREAT}).status_code == 200
    site.work()
    assert [(case.severity, case.policy) for case in cases(site)] == [(0, "threat")]
    assert site.get(f"/api/v1/accounts/{alice.id}").json()["note"] != ""


def test_a_rule_that_is_switched_off_fires_no_more_and_on_again_fires(site: Site) -> None:
    alice = person(site, "alice")
    book = site.rt.port(rulebook.Rulebook)
    for name in ("threat-direct-en", "threat-told-en"):
        site.write(lambda tx, name=name: rulebook.switch_in(tx, book, None, name, on=False))
    site.clock.advance(seconds=2)
    assert state_of(site, say(site, alice, THREAT)) == "published"
    site.write(lambda tx: rulebook.switch_in(tx, book, None, "threat-direct-en", on=True))
    site.clock.advance(seconds=2)
    assert state_of(site, say(site, alice, THREAT)) == "held"


def test_a_scheduled_threat_is_held_when_its_time_comes(site: Site) -> None:
    alice = person(site, "alice")
    at = "2026-09-21T16:13:20Z"
    answer = site.post("/api/v1/statuses", alice.token, json={"status": THREAT, "scheduled_at": at})
    if answer.status_code == 422:
        pytest.fail(answer.text)
    site.clock.advance(seconds=7 * 86_400)
    site.run_jobs()
    site.work()
    found = site.read(rows, "SELECT state FROM post")
    assert [row.state for row in found] == ["held"]


def test_the_command_line_tests_lists_and_explains(perdure: Command) -> None:
    done = perdure("rules", "test")
    assert (done.status, done.err) == (0, "")
    assert " 0 faults." in done.out
    assert "threat-direct-en (threat)" in perdure("rules", "test", "--text", THREAT).out
    unknown = perdure("rules", "disable", "nothing-like-it")
    assert (unknown.status, unknown.err) == (2, "perdure: There is no rule nothing-like-it.\n")


def test_a_changed_matrix_is_in_force_at_once_also_in_front_of_the_transaction(
    site: Site, perdure: Command, settings: Settings
) -> None:
    path = settings.data / "changed.toml"
    path.write_text(perdure("rules", "matrix").out.replace("auto_hold = 0.9 }", "auto_hold = 1.0 }"))
    path.write_text(path.read_text().replace("hold_review = 0.85, auto_hold = 1.0 }", "auto_hold = 1.0 }"))
    refused = perdure("rules", "matrix", "--set", path)
    assert (refused.status, refused.err.startswith("perdure: Say why")) == (2, True)
    text = path.read_text()
    assert "{ queue = 0.25, auto_hold = 1.0 }" in text
    site.write(matrix.set_matrix_in, None, text, "Too much was held.")
    site.clock.advance(seconds=2)
    alice = person(site, "alice")
    answer = site.post("/api/v1/statuses", alice.token, json={"status": THREAT})
    assert state_of(site, answer.json()) == "published"  # what comes after publishing knows the author, and holds it
    site.work()
    assert state_of(site, answer.json()) == "held"


def test_sites_to_which_removed_posts_led_are_remembered_until_the_decision_falls(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    reported(site, alice, "a plain word and https://odd.example/page to read on")
    site.work()
    made = decide(site, mona)
    site.work()
    asked = "SELECT posts, removed FROM domain_reputation WHERE domain = 'odd.example'"
    assert [tuple(row) for row in site.read(rows, asked)] == [(1, 1)]
    site.run(decisions.undo, site.rt, mona.id, made.batch_id)
    site.work()
    assert [tuple(row) for row in site.read(rows, asked)] == [(1, 0)]


def test_what_is_known_beside_the_text_counts_author_people_hashtag_and_link(site: Site) -> None:
    alice, bob = person(site, "alice"), person(site, "bob")
    first = say(site, alice, "@bob look #rain https://odd.example/page")
    say(site, bob, "so it does #rain")
    last = say(site, alice, "@bob again #rain https://odd.example/page", in_reply_to_id=first["id"])
    wanted = ("by_author", "at_target", "with_tag", "with_link", "mentions", "is_reply", "links")

    def asked(tx: Tx) -> dict[str, Any]:
        (subject,) = subjects.post_subjects_in(tx, [int(last["id"])])
        return {name: subject.facts[name] for name in wanted}

    assert site.read(asked) == {
        "by_author": 2, "at_target": 1, "with_tag": 3, "with_link": 2, "mentions": 1, "is_reply": True, "links": 1
    }  # fmt: skip
    assert trust(site, alice) == "new"


def test_whoever_had_a_post_taken_down_lately_is_trusted_no_more(site: Site) -> None:
    alice, mona = person(site, "alice"), mod(site)
    site.write(lambda tx: tx.update(account, {"id": alice.id}, followers_count=5, statuses_count=20))
    site.clock.advance(seconds=8 * 86_400)
    assert trust(site, alice) == "known"
    reported(site, alice)
    decide(site, mona)
    assert trust(site, alice) == "new"
