"""What whoever sent a letter sees under its link, without an account (C20)."""

import re
from typing import Any

from perdure.desk.service import following
from tests.app.browser import words
from tests.app.letters import arrive, host
from tests.app.people import person
from tests.app.test_answers import KEEP, Wrote, decide, draft, mails, send, text_of
from tests.site import Site, rows


def link_of(site: Site) -> str:
    """The path of the link that the receipt names."""
    site.run_jobs()
    site.work()
    found = re.search(r"http://perdure\.test(/report/state/\S+)", text_of(mails(site)[0]))
    assert found is not None
    return found[1]


def test_the_link_of_the_receipt_shows_stage_deadline_items_then_outcomes_answer_and_files(site: Site) -> None:
    wrote = Wrote(site)
    link = link_of(site)
    site.client.cookies.clear()
    page = words(site.get(link).text)
    assert "Our reference PN-2026-000001" in page
    assert "An answer is due" in page or "by" in page
    for name in ("@bob", "apple pie", "mayor"):
        assert name not in page.replace("/@bob/", ""), name
    decide(site, wrote.mona, wrote.letter_id, (1,))
    decide(site, wrote.mona, wrote.letter_id, (2,), KEEP)
    site.work()
    sent = send(site, wrote.mona, draft(site, wrote.letter_id).id)
    site.run_jobs()
    site.client.cookies.clear()
    page = site.get(link).text
    assert sent.subject in words(page)
    files = re.findall(r'href="(/report/state/[^"]+/files/\d+/[^"]+)"', page)
    assert any(one.endswith("outcome.json") for one in files), files
    kept = site.get(files[0])
    assert (kept.status_code, kept.headers["x-content-type-options"]) == (200, "nosniff")
    assert "mona" not in page
    told = site.get(f"/api/perdure/v1/notices/{link.rsplit('/', 1)[1]}").json()
    assert (told["reference"], told["state"], told["decision"]) == ("PN-2026-000001", "decided", "partly")
    assert [one["state"] for one in told["items"]] == ["actioned", "no_violation", "duplicate_of", "not_found"]


def test_the_sender_objects_by_the_link(site: Site) -> None:
    wrote = Wrote(site)
    link = link_of(site)
    decide(site, wrote.mona, wrote.letter_id, (1,))
    decide(site, wrote.mona, wrote.letter_id, (2,), KEEP)
    site.work()
    sent = site.post(f"/api/perdure/v1/notices/{link.rsplit('/', 1)[1]}/appeal", json={"text": "It is no recipe."})
    assert sent.status_code == 200, sent.text
    assert sent.json()


def test_a_link_works_while_the_letter_is_still_being_read_and_a_guess_finds_nothing(site: Site) -> None:
    _, token = host(site)
    taken: dict[str, Any] = site.post(
        "/api/perdure/v1/notices",
        token,
        content=b"http://perdure.test/@nobody/1",
        headers={"Content-Type": "text/plain"},
    ).json()
    link = taken["status_url"].removeprefix("http://perdure.test")
    assert "Our reference" in words(site.get(link).text)
    assert site.get(link[:-1]).status_code == 404
    assert site.get(f"{link}/files/1/outcome.json").status_code == 404
    assert site.get(f"{link}/appeal").status_code == 200


def test_nothing_under_the_link_tells_of_a_private_message(site: Site) -> None:
    alice = person(site, "alice")
    person(site, "bob")
    sent = site.post(
        "/api/v1/statuses", alice.token, json={"status": "@bob a secret meeting", "visibility": "direct"}
    ).json()
    site.work()
    sender, _ = host(site, answer_to="abuse@host.test")
    arrive(site, f"http://perdure.test/@alice/{sent['id']}", sender_id=sender)
    link = link_of(site)
    told = site.get(f"/api/perdure/v1/notices/{link.rsplit('/', 1)[1]}").json()
    assert [one["state"] for one in told["items"]] == ["not_found"]
    assert "secret" not in site.get(link).text


def test_opening_the_link_again_and_again_writes_once_and_a_long_letter_is_judged_whole(
    site: Site, monkeypatch: Any
) -> None:
    wrote = Wrote(site)
    link = link_of(site)
    monkeypatch.setattr(following, "MOST_ITEMS", 1)
    decide(site, wrote.mona, wrote.letter_id, (1,))
    decide(site, wrote.mona, wrote.letter_id, (2,), KEEP)
    site.work()
    token = link.rsplit("/", 1)[1]
    told = site.get(f"/api/perdure/v1/notices/{token}").json()
    assert (told["decision"], len(told["items"])) == ("partly", 1)
    before = site.read(rows, "SELECT id, version FROM answer ORDER BY id")
    site.get(f"/api/perdure/v1/notices/{token}")
    assert site.read(rows, "SELECT id, version FROM answer ORDER BY id") == before
