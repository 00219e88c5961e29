"""Whole letters at the desk: a host's of 98 items (C1), and letters that nobody should have written (issue 6 §3.5)."""

import io
import random
import zipfile
from email.message import EmailMessage

import msgspec
import pytest

from perdure.desk.events import LetterArrived
from perdure.desk.model import Arrived
from perdure.desk.service import answering, arriving, letters, opening
from perdure.kernel.clock import ManualClock
from perdure.kernel.settings import Settings
from tests.app.letters import arrive, host, states
from tests.app.people import Person, person
from tests.app.test_desk import BASE, THREAT, _sql, address
from tests.app.test_posts import say
from tests.app.test_reports import mod, settle_all
from tests.conftest import LOOPBACK
from tests.elsewhere import Answer, elsewhere
from tests.site import Site, open_site, rows

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def posted(site: Site, who: Person, count: int, *, threats: int = 0) -> list[str]:
    """Posts that are there already; the first ones threaten somebody, which nobody saw yet."""
    found = [say(site, who, text=f"a quiet post about cooking, number {number}")["id"] for number in range(count)]
    site.work()
    for number, one in enumerate(found[:threats]):
        site.write(
            lambda tx, post=one, place=number: tx.run(
                _sql(f"UPDATE post SET text = '{THREAT} {place}' WHERE id = {post}")
            )
        )
    return found


def test_a_hosts_letter_of_98_items_is_worked_off_to_the_last_of_them(settings: Settings, clock: ManualClock) -> None:
    with elsewhere() as there:
        changed = msgspec.structs.replace(settings, short_link_hosts=("127.0.0.1",), **LOOPBACK)
        with open_site(changed, clock) as site:
            bob = person(site, "bob")
            posts = posted(site, bob, 78, threats=5)
            live, short = posts[:74], posts[74:]
            there.answers |= {f"/{one}": Answer(b"", 301, (("Location", address("bob", one)),)) for one in short}
            raw = the_letter(live, [f"{there.url}/{one}" for one in short])
            sender, _ = host(site)
            letter_id = arrive(site, raw, sender_id=sender, proof="dkim")
            view = site.read(letters.letter_in, letter_id)
            items = site.read(letters.items_in, letter_id)
            assert (view.items, view.state) == (98, "opened")
            assert view.outcomes == {"duplicate_of": 10, "not_found": 5, "not_ours": 3, "pending": 80}
            assert sum(one.pointer == "screenshot" for one in items) == 2
            assert sum(one.resolution == "short_link" for one in items) == 4
            assert {str(one.subject.id) for one in items if one.held_by and one.subject} == set(posts[:5])
            assert [site.get(f"/api/v1/statuses/{one}").status_code for one in posts[:6]] == [404] * 5 + [200]
            assert view.receipt_at is not None
            assert view.receipt_at - view.received_at <= 60_000
            (case,) = site.read(rows, f"SELECT * FROM moderation_case WHERE id = {view.case_id}")
            assert (case.severity, case.pending_items) == (0, 80)
            staff = mod(site)
            settle_all(site, staff, case.id)
            drafts = site.write(answering.views_in, staff.id, letter_id, answering.place_of(site.rt))
    assert [one.kind for one in drafts][-1] == "final"
    assert "passed on" not in drafts[-1].body


def the_letter(live: list[str], short: list[str]) -> bytes:
    """98 items: ten named twice, five gone, three somewhere else, four shortened, two screenshots."""
    lines = [address("bob", one) for one in live]
    lines += [f"hxxp://perdure[.]test/api/v1/statuses/{one}" for one in live[:10]]
    lines += [address("bob", f"{number}7") for number in range(1, 6)]
    lines += [f"https://elsewhere.test/@x/{number}" for number in range(3)]
    random.Random(1).shuffle(lines)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Abuse <abuse@host.test>", "abuse@perdure.test", "98 posts"
    mail["Message-ID"] = "<98@host.test>"
    mail.set_content("Dear operator,\n\nremove these within 24 hours:\n\n" + "\n".join(lines + short) + "\n")
    for number in range(2):
        mail.add_attachment(PIXEL + bytes([number]), "image", "png", filename=f"shot{number}.png")
    return mail.as_bytes()


def test_a_letter_that_points_at_nothing_here_is_answered_item_by_item(site: Site) -> None:
    lines = [f"{BASE}/@bob/17", f"{BASE}/@nobody", f"{BASE}/tags/nothing", "https://elsewhere.test/@x/1"]
    assert states(site, arrive(site, "\n".join(lines))) == ["not_found", "not_found", "not_found", "not_ours"]


def test_accounts_hashtags_echoes_and_deleted_posts_are_what_they_are(site: Site) -> None:
    bob, anna = person(site, "bob"), person(site, "anna")
    post = say(site, bob, text="a post about #cooking")["id"]
    echo = site.post(f"/api/v1/statuses/{post}/reblog", anna.token).json()["id"]
    gone = say(site, bob, text="taken back")["id"]
    site.delete(f"/api/v1/statuses/{gone}", bob.token)
    lines = [
        f"{BASE}/@anna/{echo}",
        address("bob", post),
        f"{BASE}/tags/cooking",
        f"{BASE}/@anna",
        address("bob", gone),
    ]
    items = site.read(letters.items_in, arrive(site, "\n".join(lines)))
    assert [one.state for one in items] == ["pending", "duplicate_of", "pending", "pending", "deleted_by_author"]
    assert [one.subject.kind if one.subject else "" for one in items] == ["post", "", "tag", "account", "post"]
    assert (items[0].resolution, items[0].subject.id if items[0].subject else 0) == ("echo", int(post))
    assert items[4].evidence_hash is not None


def test_a_post_that_was_edited_since_the_letter_says_so(site: Site) -> None:
    bob = person(site, "bob")
    post = say(site, bob, text="first words")["id"]
    received = site.clock.now_ms()
    site.clock.advance(seconds=60)
    site.put(f"/api/v1/statuses/{post}", bob.token, json={"status": "second words"})
    (item,) = site.read(letters.items_in, arrive(site, address("bob", post), received_at=received))
    assert (item.state_before, item.state) == ("edited", "pending")


def test_quoted_words_bring_their_post_before_a_person(site: Site) -> None:
    bob = person(site, "bob")
    post = say(site, bob, text="the quick brown fox jumps over the lazy dog today")["id"]
    say(site, bob, text="fox the lazy over quick", visibility="direct")
    _, token = host(site)
    body = {"items": [{"phrase": "quick brown fox jumps over"}, {"phrase": "nobody ever said these words"}]}
    sent = site.post("/api/perdure/v1/notices", token, json=body).json()["id"]
    site.work()
    found, nothing = site.read(letters.items_in, int(sent))
    assert (found.state, found.subject.id if found.subject else 0) == ("pending", int(post))
    assert (nothing.state, nothing.subject) == ("pending", None)


def test_ten_thousand_addresses_in_one_notice_are_ten_thousand_items(site: Site, engine: str) -> None:
    most = 10_000 if engine == "sqlite" else 1_000  # the same path on both: the other engine need not repeat it whole
    _, token = host(site)
    items = [{"url": f"https://elsewhere.test/{number}"} for number in range(10_001)]
    assert site.post("/api/perdure/v1/notices", token, json={"items": items}).status_code == 422
    sent = site.post("/api/perdure/v1/notices", token, json={"items": items[:most]})
    assert sent.status_code == 202
    site.work()
    view = site.read(letters.letter_in, int(sent.json()["id"]))
    assert (view.items, view.state, view.outcomes) == (most, "opened", {"not_ours": most})


def test_a_forged_sender_is_nobody_in_particular(site: Site) -> None:
    host(site)
    raw = b"From: abuse@host.test\nTo: a@perdure.test\nSubject: x\n\nRemove http://perdure.test/@bob/1\n"
    view = site.read(letters.letter_in, arrive(site, raw, envelope_from="abuse@host.test"))
    assert (view.verified, view.authority, view.sender_id) == (False, "no_account", None)


def bomb() -> bytes:
    """A zip of ten megabytes of nothing, packed twice."""
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("letter.txt", b"\0" * 10_000_000)
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(20):
            packed.writestr(f"{number}.zip", inner.getvalue())
    return outer.getvalue()


@pytest.mark.parametrize(
    ("raw", "name", "mime"),
    [
        (bomb(), "letter.zip", "application/zip"),
        (b"<div>" * 200_000, "letter.html", "text/html"),
        (b"\x00\xff\xfe" * 1000, "letter", ""),
        ("\ud800".encode("utf-8", "surrogatepass") * 10, "letter.txt", "text/plain"),
        (b"%PDF-1.7\n" + b"garbage " * 100, "letter.pdf", "application/pdf"),
        (b'{"items": [' * 5000, "letter.json", "application/json"),
        (b"", "letter.txt", "text/plain"),
    ],
    ids=["zip bomb", "html bomb", "noise", "surrogates", "broken pdf", "deep json", "nothing"],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_nobody_can_read_becomes_a_case_for_a_person(site: Site, raw: bytes, name: str, mime: str) -> None:
    letter_id = arrive(site, raw, name=name, mime=mime)
    view = site.read(letters.letter_in, letter_id)
    assert (view.state, view.items >= 1, view.case_id is not None) == ("opened", True, True)
    assert view.pending >= 1
    assert site.read(letters.bytes_in, letter_id) == raw


def test_a_letter_that_was_half_looked_up_when_the_site_stopped_goes_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_LOOKED_UP", 2)
    monkeypatch.setattr(opening, "_GO_MS", -1)
    letter_id = arrive(site, "\n".join(f"https://elsewhere.test/{number}" for number in range(9)), work=False)
    for _ in range(3):
        site.run(opening.open_letter, site.rt, LetterArrived(letter_id))
    half = site.read(letters.letter_in, letter_id)
    assert (half.state, half.items, half.pending, 0 < half.done < 9) == ("opening", 9, 9, True)
    site.write(lambda tx: [tx.run(_sql("DELETE FROM outbox_delivery"))])
    site.clock.advance(seconds=200)
    site.run(opening.resume, site.rt)
    site.work()
    assert states(site, letter_id) == ["not_ours"] * 9


def test_a_reply_of_the_same_writer_joins_the_open_case_and_a_strangers_does_not(site: Site) -> None:
    first = site.run(arriving.arrive, site.rt, mail("one@host.test", "<1@host.test>"))
    site.work()
    again = site.run(arriving.arrive, site.rt, mail("one@host.test", "<2@host.test>", "<1@host.test>"))
    other = site.run(arriving.arrive, site.rt, mail("two@host.test", "<3@host.test>", "<1@host.test>"))
    site.work()
    cases = {one: site.read(letters.letter_in, one).case_id for one in (first, again, other)}
    assert cases[first] == cases[again] != cases[other]
    settle_all(site, mod(site), cases[first])
    late = site.run(arriving.arrive, site.rt, mail("one@host.test", "<4@host.test>", "<2@host.test>"))
    site.work()
    assert site.read(letters.letter_in, late).case_id not in cases.values()


def mail(sender: str, message_id: str, answers: str = "") -> Arrived:
    """A mail as it comes in."""
    text = f"From: {sender}\nTo: abuse@perdure.test\nSubject: Look\nMessage-ID: {message_id}\n"
    text += f"In-Reply-To: {answers}\nReferences: {answers}\n" if answers else ""
    raw = f"{text}Content-Type: text/plain\n\nPlease look at {BASE}/about?{message_id[1]}\n".encode()
    return Arrived(raw=raw, channel="lmtp", received_at=1_790_000_000_000, envelope_from=sender)
