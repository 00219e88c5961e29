"""The answer to a letter: acknowledged at once, drafted from the facts, sent with a proof that a stranger checks."""

import csv
import email
import io
import json
import re
import subprocess
import sys
import zipfile
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from perdure.desk.events import LetterOpened
from perdure.desk.rules import answering as rules
from perdure.desk.service import answering, answering_drafting, answering_sending, letters
from perdure.desk.service.answering import AnswerView
from perdure.desk.service.answering_facts import place_of
from perdure.kernel.db import sql
from perdure.kernel.errors import AppError, Conflict, Forbidden, Invalid
from perdure.moderation.model.decisions import Act, DecisionInput
from perdure.moderation.queries import decisions as decided
from perdure.moderation.service import decisions, reversing, settling
from tests.app.letters import arrive, host
from tests.app.people import Person, person
from tests.app.test_desk import BASE, address
from tests.app.test_posts import say
from tests.app.test_reports import mod
from tests.command import Command
from tests.site import Site, rows

DAY_MS = 86_400_000
HIDE = DecisionInput(
    policy="threat",
    acts=(Act(kind="hide"),),
    ground="incompatible",
    explanation="The post announces violence against a person who is named.",
    facts="The post says that a named person will be hurt.",
    scope="content",
    automated_detection=False,
    automated_decision="not",
)
KEEP = DecisionInput(facts="It is a recipe.", automated_detection=False, automated_decision="not", scope="none")


def mails(site: Site) -> list[EmailMessage]:
    """What went out, in order."""
    folder = site.rt.settings.data / "mail"
    found = [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in sorted(folder.glob("*.eml"))]
    return [one for one in found if one["To"] == "abuse@host.test"]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def answers(site: Site, letter_id: int) -> list[AnswerView]:
    return site.write(answering.views_in, None, letter_id, place_of(site.rt))


def draft(site: Site, letter_id: int) -> AnswerView:
    return next(one for one in answers(site, letter_id) if one.state == "draft")


def send(site: Site, staff: Person | None, answer_id: int, **more: Any) -> AnswerView:
    return site.run(answering.approve_and_send, site.rt, staff.id if staff is not None else None, answer_id, **more)


def refused(site: Site, kind: type[AppError], staff: Person, answer_id: int, **more: Any) -> str:
    with pytest.raises(kind) as caught:
        send(site, staff, answer_id, **more)
    return caught.value.public


def decide(site: Site, staff: Person, letter_id: int, numbers: tuple[int, ...], given: DecisionInput = HIDE) -> None:
    """Decide about items of a letter by their numbers."""
    items = {one.number: one.item_id for one in site.read(letters.items_in, letter_id)}
    wanted = DecisionInput(
        **{name: getattr(given, name) for name in given.__struct_fields__}
        | {"item_ids": tuple(items[one] for one in numbers)}
    )
    case_id = site.read(letters.letter_in, letter_id).case_id
    site.write(decisions.decide_in, staff.id, case_id, None, wanted)


class Wrote:
    """A host's letter about two posts of bob, one repeated, one that is not there."""

    def __init__(self, site: Site, **more: Any) -> None:
        self.mona, self.bob = mod(site), person(site, "bob")
        self.posts = [say(site, self.bob, text=text)["id"] for text in ("I will come for the mayor", "apple pie")]
        site.work()
        self.sender, self.token = host(site, answer_to="abuse@host.test", **more)
        lines = [*(address("bob", one) for one in self.posts), address("bob", self.posts[0]), f"{BASE}/@bob/99999999"]
        self.letter_id = arrive(site, "\n".join(lines), sender_id=self.sender)


@pytest.fixture
def wrote(site: Site) -> Wrote:
    return Wrote(site)


def test_a_letter_is_acknowledged_at_once_and_its_draft_says_what_is_so_far(site: Site, wrote: Wrote) -> None:
    (receipt,) = mails(site)
    view = site.read(letters.letter_in, wrote.letter_id)
    assert view.receipt_at is not None
    assert view.receipt_at - view.received_at <= 60_000
    assert receipt["Subject"] == f"Your letter has arrived [{view.reference}]"
    told = text_of(receipt)
    assert "addresses: 4" in told
    assert view.raw_hash in told
    assert f"{BASE}/report/state/" in told
    made = draft(site, wrote.letter_id)
    assert (made.kind, made.pending, made.number) == ("interim", 2, 1)
    assert "There is nothing at this address." in made.body
    assert "The same as item 1" in made.body
    site.run(answering_drafting.opened, site.rt, _opened(wrote))  # told again: nothing more
    assert len(mails(site)) == 1
    assert len(answers(site, wrote.letter_id)) == 2


def _opened(wrote: Wrote) -> Any:
    return LetterOpened(wrote.letter_id, 0)


def test_no_answer_goes_out_while_items_are_pending_but_one_that_says_so(site: Site, wrote: Wrote) -> None:
    made = draft(site, wrote.letter_id)
    assert refused(site, Conflict, wrote.mona, made.id) == answering.PENDING
    assert refused(site, Forbidden, wrote.bob, made.id, interim=True)
    decide(site, wrote.mona, wrote.letter_id, (1,))
    assert refused(site, Conflict, wrote.mona, made.id, interim=True, facts_key=made.facts_key) == answering.CHANGED
    assert refused(site, Invalid, wrote.mona, made.id, interim=True, note="x" * 5001)
    sent = send(site, wrote.mona, made.id, interim=True, note="More on Monday.")
    assert (sent.kind, sent.state) == ("interim", "sent")
    mail = mails(site)[-1]
    assert "interim answer" in text_of(mail)
    assert "More on Monday." in text_of(mail)
    assert site.read(letters.letter_in, wrote.letter_id).state == "opened"
    decide(site, wrote.mona, wrote.letter_id, (2,), KEEP)
    site.work()
    assert (draft(site, wrote.letter_id).kind, draft(site, wrote.letter_id).number) == ("final", 2)


def test_the_answer_says_item_by_item_what_was_done_and_a_stranger_verifies_it(
    site: Site, wrote: Wrote, tmp_path: Path
) -> None:
    decide(site, wrote.mona, wrote.letter_id, (1,))
    decide(site, wrote.mona, wrote.letter_id, (2,), KEEP)
    site.work()
    made = draft(site, wrote.letter_id)
    assert (made.kind, made.pending) == ("final", 0)
    send(site, wrote.mona, made.id, facts_key=made.facts_key)
    mail = mails(site)[-1]
    told = text_of(mail)
    for part in (
        "hidden from everybody, by a person",
        "Rule: ",
        "(threat, version 1)",
        "stays.",
        "was kept",
        "verify.py",
    ):
        assert part in told
    assert "fingerprints" in told
    files = {str(part.get_filename()): bytes(part.get_payload(decode=True)) for part in mail.iter_attachments()}  # type: ignore[arg-type] # bytes, once decoded
    assert set(files) == {"outcome.json", "outcome.csv", "proof.zip"}
    outcome = json.loads(files["outcome.json"])
    assert [one["outcome"] for one in outcome["items"]] == ["actioned", "no_violation", "duplicate_of", "not_found"]
    lines = list(csv.DictReader(io.StringIO(files["outcome.csv"].decode())))
    assert [one["url"] for one in lines][:2] == [address("bob", one) for one in wrote.posts]
    evidence = site.read(rows, "SELECT evidence_hash FROM case_item WHERE evidence_hash IS NOT NULL")
    assert outcome["items"][0]["evidence_sha256"] in {row.evidence_hash for row in evidence}
    view = site.read(letters.letter_in, wrote.letter_id)
    assert (view.state, view.answered_at) == ("answered", site.clock.now_ms())
    pack = tmp_path / "pack"
    zipfile.ZipFile(io.BytesIO(files["proof.zip"])).extractall(pack)
    assert verified(pack)
    assert (pack / "documents" / "outcome-1.json").read_bytes() == files["outcome.json"]
    assert (pack / "documents" / "outcome-1.csv").read_bytes() == files["outcome.csv"]
    letter = json.loads((pack / "documents" / f"letter-{view.reference}.json").read_bytes())
    assert (letter["sha256"], letter["acknowledged_at"] is not None) == (view.raw_hash, True)
    case = json.loads((pack / "documents" / "case.json").read_bytes())
    assert {one["obligation"] for one in case["clocks"]} > {"provider.notice"}
    nobody(site, wrote, told.encode() + b"".join(one.read_bytes() for one in pack.rglob("*") if one.is_file()))
    (pack / "documents" / "outcome-1.json").write_bytes(files["outcome.json"].replace(b"no_violation", b"actioned"))
    assert not verified(pack)


def verified(pack: Path) -> bool:
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(pack / "verify.py")], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.returncode == 0


def nobody(site: Site, wrote: Wrote, everything: bytes) -> None:
    """Nobody of the staff, no sender and no author is in what leaves (I14)."""
    for who in (str(wrote.mona.id), "mona", str(wrote.bob.id), "abuse@host.test", "Example Hosting", "apple pie"):
        assert who.encode() not in everything, who


def test_an_outcome_that_changes_is_corrected_under_a_new_number(site: Site, wrote: Wrote) -> None:
    decide(site, wrote.mona, wrote.letter_id, (1,))
    decide(site, wrote.mona, wrote.letter_id, (2,), KEEP)
    site.work()
    send(site, wrote.mona, draft(site, wrote.letter_id).id)
    site.write(answering_drafting.draft_in, wrote.letter_id, place_of(site.rt))
    assert draft(site, wrote.letter_id).kind == "supplement"
    case_id = site.read(letters.letter_in, wrote.letter_id).case_id
    first = site.read(letters.items_in, wrote.letter_id)[0]
    site.write(settling.reopen_in, None, case_id, [first.item_id], reason="new evidence")
    row = site.read(decided.one, first.decision_id)
    site.write(lambda tx: reversing.reverse_in(tx, row, actor_id=None, explanation="a play", operator=True))
    decide(site, wrote.mona, wrote.letter_id, (1,), KEEP)
    site.work()
    made = draft(site, wrote.letter_id)
    assert (made.kind, made.changed, made.replaces, made.number) == ("correction", (1,), 1, 2)
    send(site, wrote.mona, made.id)
    told = text_of(mails(site)[-1])
    assert "corrects our answer no. 1" in told
    assert "What changed: 1." in told
    states = [(one.number, one.state) for one in answers(site, wrote.letter_id)]
    assert states == [(0, "sent"), (1, "sent"), (2, "sent")]


def test_more_time_is_asked_for_before_the_deadline_and_never_after(site: Site, wrote: Wrote) -> None:
    site.clock.advance(seconds=13 * 3600)
    site.run_jobs()
    site.work()
    asked = next(one for one in answers(site, wrote.letter_id) if one.kind == "extension")
    assert asked.state == "draft"
    assert "Still open: 1–2" in asked.body
    due_at = site.read(letters.letter_in, wrote.letter_id).due_at
    assert due_at is not None
    for until in (due_at, due_at + 31 * DAY_MS):
        assert refused(site, Invalid, wrote.mona, asked.id, until=until)
    send(site, wrote.mona, asked.id, note="We wait for a translator.", until=due_at + 3_600_000)
    told = text_of(mails(site)[-1])
    assert "We wait for a translator." in told
    assert "If we hear nothing from you, your deadline stands." in told
    again = site.write(answering_drafting.ask_in, wrote.mona.id, wrote.letter_id)
    site.clock.advance(seconds=12 * 3600)
    assert "never after" in refused(site, Conflict, wrote.mona, again, until=due_at + 3_600_000)
    with pytest.raises(Conflict):
        site.write(answering_drafting.ask_in, wrote.mona.id, wrote.letter_id)


def test_an_answer_that_comes_back_takes_another_way_and_stands_on_the_page_at_last(site: Site, wrote: Wrote) -> None:
    (receipt,) = mails(site)
    assert site.write(answering_sending.bounced_in, "<nobody@x.test>", "no such user") is False
    assert site.write(answering_sending.bounced_in, receipt["Message-ID"], "550 no such user") is True
    site.run_jobs()
    (row,) = site.read(rows, "SELECT state, channel, error FROM answer WHERE number = 0")
    assert (row.state, row.channel) == ("sent", "page")
    assert len(mails(site)) == 1


REPORT = """From: MAILER-DAEMON@host.test
To: desk@perdure.test
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.host.test

Final-Recipient: rfc822; abuse@host.test
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: [PN]

--b--
"""


def test_a_report_of_a_mail_server_is_no_letter_but_says_what_became_of_an_answer(site: Site, wrote: Wrote) -> None:
    (receipt,) = mails(site)
    told = REPORT.format(action="delivered", message_id=receipt["Message-ID"])
    closed = arrive(site, told, envelope_from="")
    assert site.read(letters.letter_in, closed).state == "closed"
    assert answers(site, wrote.letter_id)[0].state == "delivered"
    assert site.read(letters.letter_in, closed).case_id is None
    send(site, wrote.mona, draft(site, wrote.letter_id).id, interim=True)
    gone = mails(site)[-1]["Message-ID"]
    arrive(site, REPORT.format(action="failed", message_id=gone), envelope_from="")
    site.run_jobs()
    back = answers(site, wrote.letter_id)[1]
    assert (back.state, back.channel, back.error) == ("sent", "page", "")
    forged = gone.replace(".mail.", ".mail.0")
    other = arrive(site, REPORT.format(action="failed", message_id=forged), envelope_from="x@y.test")
    assert site.read(letters.letter_in, other).state == "opened"


def test_answers_to_an_answer_reach_the_desk_and_the_desk_never_writes_to_itself(site: Site, wrote: Wrote) -> None:
    assert mails(site)[0]["Reply-To"] == "noreply@localhost"
    raw = "From: noreply@localhost\r\nSubject: x\r\n\r\nhttp://perdure.test/@nobody/12345\r\n"
    letter_id = arrive(site, raw, mime="message/rfc822", envelope_from="x@y.test")
    (row,) = site.read(rows, f"SELECT channel FROM answer WHERE letter_id = {letter_id} AND number = 0")
    assert row.channel == "page"


def test_an_unverified_writer_is_told_nothing_that_they_wrote_themselves(site: Site) -> None:
    raw = "From: Victim <victim@host.test>\r\nSubject: BUY PILLS\r\n\r\nhttp://perdure.test/@nobody/12345\r\n"
    arrive(site, raw, mime="message/rfc822", envelope_from="x@y.test")
    found = [one.read_text() for one in (site.rt.settings.data / "mail").glob("*.eml")]
    assert len(found) == 1
    assert "victim@host.test" in found[0]
    assert "PILLS" not in found[0]


def test_a_decision_that_falls_after_the_answer_has_its_correction_drafted(site: Site, wrote: Wrote) -> None:
    decide(site, wrote.mona, wrote.letter_id, (1,))
    decide(site, wrote.mona, wrote.letter_id, (2,), KEEP)
    site.work()
    send(site, wrote.mona, draft(site, wrote.letter_id).id)
    row = site.read(decided.one, site.read(letters.items_in, wrote.letter_id)[0].decision_id)
    site.write(lambda tx: reversing.reverse_in(tx, row, actor_id=None, explanation="a play", operator=True))
    site.work()
    made = draft(site, wrote.letter_id)
    assert (made.kind, made.changed) == ("correction", (1,))
    assert "and taken back since: it is in place again." in made.body


def test_a_pack_that_is_too_big_for_a_mail_lies_behind_the_link_and_opening_that_is_delivery(
    site: Site, wrote: Wrote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering_sending, "_ATTACHED_MOST", 10)
    send(site, wrote.mona, draft(site, wrote.letter_id).id, interim=True)
    mail = mails(site)[-1]
    assert [part.get_filename() for part in mail.iter_attachments()] == ["outcome.csv", "outcome.json"]
    (link,) = re.findall(r"http://perdure.test(/report/state/\S+/files/1/proof.zip)", text_of(mail))
    got = site.get(link)
    assert zipfile.ZipFile(io.BytesIO(got.content)).testzip() is None
    assert site.get(link.replace("/1/", "/2/")).status_code == 404
    assert answers(site, wrote.letter_id)[1].state == "sent"
    page = site.get(link.partition("/files/")[0])
    assert page.status_code == 200
    assert [one.state for one in answers(site, wrote.letter_id)] == ["delivered", "delivered"]
    assert site.write(answering_sending.bounced_in, str(mail["Message-ID"]), "late") is True
    assert answers(site, wrote.letter_id)[1].state == "delivered"


def test_a_mail_that_cannot_be_sent_is_tried_again_and_nothing_is_sent_twice(site: Site, wrote: Wrote) -> None:
    folder = site.rt.settings.data / "mail"
    made = draft(site, wrote.letter_id)
    before = len(mails(site))
    folder.rename(folder.with_name("away"))
    folder.write_text("in the way")
    sent = send(site, wrote.mona, made.id, interim=True)
    assert (sent.state, sent.attempts) == ("due", 1)
    folder.unlink()
    folder.with_name("away").rename(folder)
    site.run_jobs()
    assert answers(site, wrote.letter_id)[1].state == "due"
    site.clock.advance(seconds=31)
    site.run_jobs()
    assert answers(site, wrote.letter_id)[1].state == "sent"
    site.clock.advance(seconds=31)
    site.run_jobs()
    assert len(mails(site)) == before + 1
    assert refused(site, Conflict, wrote.mona, made.id)


def test_answers_go_out_by_themselves_only_where_that_is_allowed_and_people_decided(site: Site, wrote: Wrote) -> None:
    with pytest.raises(Forbidden):
        site.write(answering.permit_in, wrote.mona.id, wrote.sender, on=True)
    owner = person(site, "olga", role="owner")
    site.write(answering.permit_in, owner.id, wrote.sender, on=True)
    decide(site, wrote.mona, wrote.letter_id, (1,))
    site.work()
    assert [one.kind for one in answers(site, wrote.letter_id) if one.state == "sent"] == ["receipt"]
    decide(site, wrote.mona, wrote.letter_id, (2,), KEEP)
    site.work()
    site.run_jobs()
    assert answers(site, wrote.letter_id)[-1].state == "draft"  # it could still be taken back
    site.clock.advance(seconds=31)
    site.run_jobs()
    last = answers(site, wrote.letter_id)[-1]
    assert (last.kind, last.state, last.automatic, last.approved_by) == ("final", "sent", True, None)
    assert "2 items" not in text_of(mails(site)[-1])


def test_a_french_sender_is_answered_in_french_and_a_drill_writes_to_nobody(site: Site) -> None:
    wrote = Wrote(site, locale="fr")
    assert "Votre courrier est arrivé" in mails(site)[0]["Subject"]
    drill = arrive(site, f"{BASE}/@bob/77777", sender_id=wrote.sender, drill=True)
    assert len(mails(site)) == 1
    (row,) = site.read(rows, f"SELECT state, channel FROM answer WHERE letter_id = {drill} AND number = 0")
    assert (row.state, row.channel) == ("sent", "page")


def test_a_program_finds_its_own_numbers_in_the_file_that_leads_the_mail(site: Site, wrote: Wrote) -> None:
    lines = f"report_id,url,reason\r\nX-77,{address('bob', wrote.posts[1])},threat\r\n"
    letter_id = arrive(site, lines, sender_id=wrote.sender, name="reports.csv", mime="text/csv")
    assert site.read(letters.letter_in, letter_id).form == "csv"
    decide(site, wrote.mona, letter_id, (1,))
    site.work()
    send(site, wrote.mona, draft(site, letter_id).id)
    parts = list(mails(site)[-1].iter_parts())
    assert [part.get_filename() for part in parts] == ["outcome.csv", None, "outcome.json", "proof.zip"]
    (line,) = csv.DictReader(io.StringIO(bytes(parts[0].get_payload(decode=True)).decode()))  # type: ignore[arg-type] # bytes
    assert (line["report_id"], line["outcome"], line["measures"]) == ("X-77", "actioned", "hide")


def test_what_is_private_is_nothing_towards_a_sender(site: Site, wrote: Wrote) -> None:
    site.write(
        lambda tx: tx.run(
            _sql(f"UPDATE letter_item SET masked = true WHERE letter_id = {wrote.letter_id} AND number = 1")
        )
    )
    decide(site, wrote.mona, wrote.letter_id, (1,))
    decide(site, wrote.mona, wrote.letter_id, (2,), KEEP)
    site.work()
    facts = site.write(answering.facts_in, None, wrote.letter_id, place_of(site.rt))
    first = facts.items[0]
    assert (first.outcome, first.found, first.measures, first.evidence, first.decision) == (
        "not_found",
        False,
        (),
        "",
        "",
    )


def _sql(text: str) -> Any:
    return sql(text)


def test_an_operator_reads_and_sends_an_answer_from_a_shell(
    site: Site, wrote: Wrote, perdure: Command, tmp_path: Path
) -> None:
    perdure.settings = site.rt.settings
    reference = site.read(letters.letter_in, wrote.letter_id).reference
    shown = perdure("notices", "answer", reference)
    assert (shown.status, "Still open: 2." in shown.out) == (0, True)
    assert "add --send" in perdure.fails("notices", "answer", reference, "--interim")
    assert "2 items are pending" in perdure.fails("notices", "answer", reference, "--send")
    done = perdure(
        "notices", "answer", reference, "--send", "--interim", "--note", "Soon more.", "--out", tmp_path / "a"
    )
    assert f"{reference}, no. 1 (interim): sent by mail" in done.out
    names = sorted(one.name for one in (tmp_path / "a").iterdir())
    assert names == ["answer.txt", "outcome.csv", "outcome.json", "proof.zip"]
    assert "Soon more." in text_of(mails(site)[-1])
    assert "is there already" in perdure.fails("notices", "answer", reference, "--send", "--out", tmp_path / "a")


def test_every_way_of_an_answer_is_in_the_table_and_no_other() -> None:
    assert rules.step("draft", "approve") == "approved"
    for state, event in (("sent", "approve"), ("withdrawn", "approve"), ("draft", "send"), ("delivered", "redirect")):
        with pytest.raises(Conflict):
            rules.step(state, event)
