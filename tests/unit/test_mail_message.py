"""Mails as they go out: threads, files, and headers that nobody can break."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from perdure.adapters.mail_message import message
from perdure.delivery.model import Attachment, Mail
from perdure.kernel.clock import ManualClock

CLOCK = ManualClock(1_790_000_000_000)
FILES = (
    Attachment("outcome.csv", "text/csv", "é,1\r\n".encode()),
    Attachment("outcome.json", "application/json", b'{"a": 1}', leads=True),
)


def built(mail: Mail) -> EmailMessage:
    parsed = message_from_bytes(message(mail, "Site <desk@x.test>", CLOCK).as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_mail_follows_the_exchange_that_it_answers() -> None:
    answers = ("<first@host.test>", "<second@host.test>")
    found = built(Mail("a@b.test", "Re: x", "hello", "r", message_id="<letter.1@x.test>", answers=answers))
    assert found["Message-ID"] == "<letter.1@x.test>"
    assert found["In-Reply-To"] == "<second@host.test>"
    assert found["References"] == "<first@host.test> <second@host.test>"


def test_what_is_no_message_id_reaches_no_header() -> None:
    evil = ("<a@b>\r\nBcc: x@y.test", "plain", "<two words@b>", "<>", "<ok@b.test>")
    found = built(Mail("a@b.test", "a\r\nBcc: x@y.test", "hello", "r", message_id="<x\n@y>", answers=evil))
    assert found["References"] == "<ok@b.test>"
    assert found["Bcc"] is None
    assert found["Subject"] == "a Bcc: x@y.test"
    assert found["Message-ID"].endswith("@x.test>")


def test_files_come_with_their_bytes_and_what_leads_stands_in_front_of_the_text() -> None:
    found = built(Mail("a@b.test", "s", "héllo\n", "r", attachments=FILES))
    parts = list(found.iter_parts())
    assert [part.get_content_type() for part in parts] == ["application/json", "text/plain", "text/csv"]
    assert parts[0].get_content() == b'{"a": 1}'
    assert parts[1].get_content() == "héllo\n"
    assert parts[2].get_payload(decode=True) == FILES[0].content
    assert [part.get_filename() for part in parts] == ["outcome.json", None, "outcome.csv"]


def test_a_mail_without_files_is_plain_text() -> None:
    assert built(Mail("a@b.test", "s", "hello", "r")).get_content_type() == "text/plain"
