"""The notice desk: a letter becomes one case whose items all end in an outcome (safety.md §7, C1)."""

from typing import Any

from perdure.desk.service import arriving, letters
from tests.app.letters import arrive, host, states
from tests.app.people import person
from tests.app.test_posts import say
from tests.app.test_reports import mod
from tests.site import Site, rows

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


def test_a_flood_is_kept_and_waits_for_a_person(site: Site) -> None:
    ids = [arrive(site, f"letter {number}", work=False) for number in range(25)]
    site.work()
    found = [site.read(letters.letter_in, one).state for one in ids]
    assert found == ["opened"] * 20 + ["refused"] * 5
    site.write(arriving.let_in_in, mod(site).id, ids[-1])
    site.work()
    assert site.read(letters.letter_in, ids[-1]).state == "opened"
