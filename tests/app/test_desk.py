"""The notice desk: a letter becomes one case whose items all end in an outcome (safety.md §7, C1)."""

import json
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from perdure.desk.rules import flooding
from perdure.desk.service import arriving, letters, opening, senders
from perdure.kernel.clock import ManualClock
from perdure.kernel.settings import Settings
from perdure.moderation.service import decisions
from perdure.signals.service import signatures
from tests.app.letters import arrive, host, states
from tests.app.people import person
from tests.app.test_decisions import GOOD, but
from tests.app.test_posts import say
from tests.app.test_reports import mod, report, settle_all
from tests.command import Command
from tests.conftest import LOOPBACK
from tests.elsewhere import Answer, Asked, elsewhere
from tests.site import Site, open_site, rows

BASE = "http://perdure.test"
THREAT = "I will kill every one of them with my own hands tomorrow"


def address(name: str, post_id: str) -> str:
    return f"{BASE}/@{name}/{post_id}"


def test_a_letter_becomes_one_case_with_an_item_for_each_line(site: Site) -> None:
    bob, anna = person(site, "bob"), person(site, "anna")
    first = say(site, bob, text="a first post about cooking")["id"]
    second = say(site, anna, text="another post about walking")["id"]
    gone = say(site, bob, text="this was taken back")["id"]
    site.delete(f"/api/v1/statuses/{gone}", bob.token)
    lines = [
        address("bob", first),
        f"{BASE}/api/v1/statuses/{first}",
        address("anna", second),
        address("bob", gone),
        f"{BASE}/@bob/999999999999",
        "https://elsewhere.test/@x/1",
        f"{BASE}/@bob",
        f"{BASE}/about",
    ]
    sender, _ = host(site)
    letter_id = arrive(site, "\n".join(lines), sender_id=sender)
    view = site.read(letters.letter_in, letter_id)
    assert (view.state, view.items, view.pending) == ("opened", 8, 4)
    assert states(site, letter_id) == [
        "pending",
        "duplicate_of",
        "pending",
        "deleted_by_author",
        "not_found",
        "not_ours",
        "pending",
        "pending",
    ]
    (case,) = site.read(rows, "SELECT * FROM moderation_case")
    assert (case.id, case.pending_items, case.state) == (view.case_id, 4, "open")
    assert case.due_at is not None


def test_a_threat_that_a_letter_names_is_hidden_at_once_with_a_statement(site: Site) -> None:
    bob = person(site, "bob")
    post = say(site, bob, text="hello there")["id"]
    site.work()
    site.write(lambda tx: tx.run(_sql(f"UPDATE post SET text = '{THREAT}' WHERE id = {post}")))
    sender, _ = host(site)
    letter_id = arrive(site, address("bob", post), sender_id=sender)
    (item,) = site.read(letters.items_in, letter_id)
    assert item.state == "pending"
    (made,) = site.read(rows, "SELECT id, case_id, source_type, automated_decision FROM decision")
    assert (item.held_by, made.case_id) == (made.id, site.read(letters.letter_in, letter_id).case_id)
    assert site.read(rows, "SELECT kind FROM notice_out ORDER BY id")[0].kind == "statement"
    assert site.get(f"/api/v1/statuses/{post}").status_code == 404


def _sql(text: str) -> Any:
    from perdure.kernel.db import sql

    return sql(text)


def test_the_same_bytes_from_the_same_source_are_one_letter(site: Site) -> None:
    one = arrive(site, "hello")
    assert arrive(site, "hello") == one
    assert arrive(site, "hello", envelope_from="b@stranger.test") != one
    site.clock.advance(days=31)
    assert arrive(site, "hello") != one


def test_a_flood_is_kept_and_waits_for_a_person(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flooding, "FROM_ONE_SOURCE", 3)
    ids = [arrive(site, f"letter {number}", work=False) for number in range(5)]
    site.work()
    found = [site.read(letters.letter_in, one).state for one in ids]
    assert found == ["opened"] * 3 + ["refused"] * 2
    site.write(arriving.let_in_in, mod(site).id, ids[-1])
    site.work()
    assert site.read(letters.letter_in, ids[-1]).state == "opened"


def the_letter(site: Site) -> Any:
    """The one letter there is."""
    (row,) = site.read(rows, "SELECT id FROM letter")
    return site.read(letters.letter_in, row.id)


def test_a_senders_program_hands_in_a_notice_and_follows_its_items(site: Site) -> None:
    bob = person(site, "bob")
    post = say(site, bob, text="a post about cooking")["id"]
    _, token = host(site)
    body = {
        "items": [
            {"url": address("bob", post), "reason": "no", "policy": "harassment", "reference": "A-1"},
            {"id": "123"},
            {"account": "@bob"},
        ],
        "references": ["T-77"],
        "deadline_minutes": 60,
    }
    key = {"Idempotency-Key": "one"}
    sent = site.post("/api/perdure/v1/notices", token, json=body, headers=key)
    assert sent.status_code == 202, sent.text
    assert site.post("/api/perdure/v1/notices", token, json=body, headers=key).status_code == 200
    other = site.post("/api/perdure/v1/notices", token, json={"items": [{"id": "5"}]}, headers=key)
    assert other.status_code == 409
    site.work()
    shown = site.get(f"/api/perdure/v1/notices/{sent.json()['id']}", token).json()
    assert [one["state"] for one in shown["items"]] == ["pending", "not_found", "pending"]
    assert (shown["notice"]["references"], shown["notice"]["items"]) == (["T-77"], 3)
    assert shown["notice"]["due_at"] == sent.json()["received_at"] + 3_600_000
    assert [one["id"] for one in site.get("/api/perdure/v1/notices", token).json()["notices"]] == [sent.json()["id"]]


@pytest.mark.parametrize(
    "body",
    [
        {"items": []},
        {"items": [{}]},
        {"items": [{"url": "https://a.test/", "id": "1"}]},
        {"items": [{"url": 5}]},
        {"items": [{"url": "https://a.test/"}], "what": 1},
    ],
)
def test_a_notice_of_the_wrong_form_is_refused_with_what_is_wrong(site: Site, body: dict[str, Any]) -> None:
    _, token = host(site)
    refused = site.post("/api/perdure/v1/notices", token, json=body)
    assert refused.status_code == 422
    assert "Validation failed" in refused.json()["error"]
    assert site.post("/api/perdure/v1/notices", token, content=b" ").status_code == 422


def test_nobody_but_a_sender_or_staff_reaches_notices_and_a_sender_only_their_own(site: Site) -> None:
    _, token = host(site)
    _, other = host(site, "Other Hosting")
    sent = site.post("/api/perdure/v1/notices", token, json={"items": [{"id": "1"}]}).json()["id"]
    where = f"/api/perdure/v1/notices/{sent}"
    assert site.get(where).status_code == 401
    assert site.get(where, "nonsense").status_code == 401
    assert site.get(where, person(site, "bob", scope="read write admin:read admin:write").token).status_code == 403
    assert site.get(where, other).status_code == 404
    assert site.get("/api/perdure/v1/notices", other).json()["notices"] == []
    staff = mod(site)
    assert site.get(where, staff.token).status_code == 200
    assert site.post("/api/perdure/v1/notices?from=Other Hosting", staff.token, content=b"look").status_code == 202
    assert len(site.get("/api/perdure/v1/notices", other).json()["notices"]) == 1


def test_a_program_that_hands_in_hundreds_is_told_to_come_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flooding, "FROM_ONE_PROGRAM", 3)
    _, token = host(site)
    sent = [site.post("/api/perdure/v1/notices", token, json={"items": [{"id": str(one)}]}) for one in range(1, 5)]
    assert [one.status_code for one in sent] == [202, 202, 202, 429]
    assert sent[-1].headers["Retry-After"] == "600"
    again = site.post("/api/perdure/v1/notices", token, json={"items": [{"id": "1"}]})
    assert again.status_code == 200


def test_a_senders_token_that_is_revoked_hands_in_nothing(site: Site) -> None:
    sender, token = host(site)
    site.write(senders.revoke_tokens_in, None, sender)
    assert site.post("/api/perdure/v1/notices", token, json={"items": [{"id": "1"}]}).status_code == 401


def test_a_private_message_looks_to_its_reporter_like_nothing(site: Site) -> None:
    bob = person(site, "bob")
    message = say(site, bob, text="a word between us", visibility="direct")["id"]
    friends = say(site, bob, text="for those who follow me", visibility="private")["id"]
    _, token = host(site)
    lines = [{"id": message}, {"id": "999"}, {"id": friends}]
    sent = site.post("/api/perdure/v1/notices", token, json={"items": lines}).json()["id"]
    site.work()
    told, nothing, followers = site.get(f"/api/perdure/v1/notices/{sent}", token).json()["items"]
    assert {name for name in told if told[name] != nothing[name]} == {"number", "claim"}
    assert followers["state"] == "pending"
    assert states(site, int(sent)) == ["pending", "not_found", "pending"]
    stranger = arrive(site, f"{address('bob', message)}\n{address('bob', friends)}")
    assert states(site, stranger) == ["not_found", "not_found"]
    assert site.read(rows, "SELECT COUNT(*) AS n FROM snapshot")[0].n == 2


def test_what_is_decided_elsewhere_settles_the_item_of_a_letter(site: Site) -> None:
    bob, anna, staff = person(site, "bob"), person(site, "anna"), mod(site)
    bad = say(site, bob, text="a post about cooking")["id"]
    good = say(site, anna, text="a post about walking")["id"]
    sender, _ = host(site)
    before = arrive(site, address("bob", bad), sender_id=sender)
    report(site, staff, bob, bad)
    case_id = site.read(rows, f"SELECT id FROM moderation_case WHERE author_id = {bob.id}")[0].id
    version = site.read(rows, f"SELECT version FROM moderation_case WHERE id = {case_id}")[0].version
    site.run(decisions.decide, site.rt, staff.id, case_id, version, GOOD)
    site.work()
    (item,) = site.read(letters.items_in, before)
    assert (item.state, item.decided_policy, item.outcome) == ("actioned", "threat", "restricted")
    site.run(decisions.undo, site.rt, staff.id, item.decision_id)
    site.work()
    assert states(site, before) == ["pending"]
    version = site.read(rows, f"SELECT version FROM moderation_case WHERE id = {case_id}")[0].version
    site.run(decisions.decide, site.rt, staff.id, case_id, version, GOOD)
    site.work()
    (item,) = site.read(letters.items_in, before)
    assert (item.state, item.outcome) == ("actioned", "restricted")
    after = arrive(site, f"{address('bob', bad)}\n{address('anna', good)}", sender_id=sender)
    assert states(site, after) == ["already_actioned", "pending"]
    assert site.read(letters.items_in, after)[0].decision_id == item.decision_id


def test_the_command_takes_a_letter_in_and_says_what_became_of_it(
    site: Site, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = person(site, "bob")
    post = say(site, bob, text="a post about cooking")["id"]
    host(site)
    command.settings = site.rt.settings
    monkeypatch.setenv("PERDURE_BASE_URL", BASE)
    file = tmp_path / "letter.txt"
    file.write_text(f"Dear all,\n{address('bob', post)}\n{BASE}/@bob/99\nhttps://elsewhere.test/x\n")
    done = command("notices", "import", file, "--from", "Example Hosting", "--received", "2020-01-09T18:00")
    assert done.status == 0, done
    assert "1 pending, 1 not found, 1 not ours" in done.out
    view = the_letter(site)
    assert (view.sender, view.verified, view.received_at) == ("Example Hosting", True, 1_578_592_800_000)
    assert view.reference in command("notices", "list").out
    assert json.loads(command("notices", "show", view.reference, "--json").out)["letter"]["items"] == 3
    out = tmp_path / "pack"
    assert command("notices", "export", view.reference, "--out", out).status == 0
    assert (out / "letter.bin").read_bytes() == file.read_bytes()
    assert (out / "proof" / "verify.py").exists()
    file.write_text("nothing that could be looked for")
    assert command("notices", "import", file).status == 1
    assert "reference" not in command.fails("notices", "import", file, "--received", "yesterday")
    command.fails("notices", "import", tmp_path / "missing.txt")
    command.fails("notices", "import", file, "--from", "Nobody")
    command.fails("notices", "show", "PN-1999-000001")


def test_short_links_are_followed_as_far_as_their_hosts_lead_on_and_no_target_is_asked(
    settings: Settings, clock: ManualClock
) -> None:
    with elsewhere() as there:
        changed = msgspec.structs.replace(settings, short_link_hosts=("127.0.0.1",), **LOOPBACK)
        with open_site(changed, clock) as site:
            post = say(site, person(site, "bob"), text="a post about cooking")["id"]
            leads = {"/one": "/two", "/two": address("bob", post), "/round": "/round"}
            there.answers |= {path: Answer(b"", 302, (("Location", to),)) for path, to in leads.items()}
            lines = [f"{there.url}/one", f"{there.url}/round", f"{there.url}/dead", address("bob", post)]
            items = site.read(letters.items_in, arrive(site, "\n".join(lines)))
    assert [one.state for one in items] == ["pending", "pending", "pending", "duplicate_of"]
    assert items[0].subject is not None
    assert (items[0].resolution, items[0].subject.id) == ("short_link", int(post))
    assert set(there.paths()) == {"/one", "/two", "/round", "/dead"}


def test_a_senders_program_is_told_of_every_step_and_of_nothing_that_is_private(
    settings: Settings, clock: ManualClock
) -> None:
    with elsewhere() as there, open_site(msgspec.structs.replace(settings, **LOOPBACK), clock) as site:
        there.answers["/hook"] = Answer(b"", 204)
        bob = person(site, "bob")
        post = say(site, bob, text="a post about cooking")["id"]
        message = say(site, bob, text="a word between us", visibility="direct")["id"]
        sender, _ = host(site, hook_url=f"{there.url}/hook")
        letter_id = arrive(site, f"{address('bob', post)}\n{address('bob', message)}", sender_id=sender)
        settle_all(site, mod(site), the_letter(site).case_id)
        site.work()
        told = {one.headers["Perdure-Event"]: json.loads(one.body) for one in there.asked}
    assert set(told) == {"notice.received", "notice.opened", "notice.decided"}
    assert {one["id"] for one in told.values()} == {str(letter_id)}
    assert told["notice.opened"]["outcomes"] == {"pending": 1, "not_found": 1}
    assert told["notice.decided"]["outcomes"] == {"actioned": 1, "not_found": 1}


def test_copies_of_what_a_letter_hid_are_found_and_counted_and_free_again_when_a_person_says_so(site: Site) -> None:
    bob, anna, staff = person(site, "bob"), person(site, "anna"), mod(site)
    posts = [say(site, one, text=f"something else {one.name}")["id"] for one in (bob, anna)]
    site.work()
    for post in posts:
        site.write(lambda tx, post=post: tx.run(_sql(f"UPDATE post SET text = '{THREAT}' WHERE id = {post}")))
        site.write(signatures.sign_posts_in, [int(post)])
    sender, _ = host(site)
    letter_id = arrive(site, address("bob", posts[0]), sender_id=sender)
    (item,) = site.read(letters.items_in, letter_id)
    assert (item.swept, item.held_at is not None) == (1, True)
    case_id = site.read(letters.letter_in, letter_id).case_id
    version = site.read(rows, f"SELECT version FROM moderation_case WHERE id = {case_id}")[0].version
    nothing = but(acts=(), scope="none", ground=None)
    site.run(decisions.decide, site.rt, staff.id, case_id, version, nothing)
    site.work()
    assert site.get(f"/api/v1/statuses/{posts[0]}").status_code == 200
    assert all(row.forgotten_at for row in site.read(rows, "SELECT forgotten_at FROM bank_entry"))


def test_a_short_link_that_does_not_answer_waits_for_a_person_and_holds_nothing_up(
    settings: Settings, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_SHORT_S", 0.2)
    left = threading.Event()

    def wait(_: Asked) -> Answer:
        left.wait(5)
        return Answer(b"", 302, (("Location", address("bob", "1")),))

    with elsewhere() as there, open_site(_short(settings), clock) as site:
        there.answers["/slow"] = wait
        (item,) = site.read(letters.items_in, arrive(site, f"{there.url}/slow"))
        left.set()
    assert (item.state, item.subject, "short link" in item.note) == ("pending", None, True)


def _short(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, short_link_hosts=("127.0.0.1",), **LOOPBACK)
