"""A mail as a MIME message: what both mail adapters send."""

import hashlib
import re
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Final

from perdure.delivery.model import Attachment, Mail
from perdure.kernel.clock import Clock

# Of the many spellings that RFC 5322 allows, those that programs write. Anything else could break a header.
_ID: Final = re.compile(r"<[!-;=?A-~]{1,120}@[!-;=?A-~]{1,120}>")
_MOST_ANSWERED: Final = 20


def message(mail: Mail, sender: str, clock: Clock) -> EmailMessage:
    """Build the message. The same reference and text give the same Message-ID."""
    built = EmailMessage()
    built["From"] = sender
    built["To"] = mail.to
    if mail.reply_to:
        built["Reply-To"] = mail.reply_to
    built["Subject"] = " ".join(mail.subject.split())
    built["Date"] = formatdate(clock.now_ms() / 1000)
    host = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    digest = hashlib.sha256(f"{mail.reference}\0{mail.to}\0{mail.subject}".encode()).hexdigest()[:32]
    built["Message-ID"] = mail.message_id if _ID.fullmatch(mail.message_id) else f"<{digest}@{host}>"
    if followed := [one for one in mail.answers if _ID.fullmatch(one)]:
        built["In-Reply-To"] = followed[-1]
        built["References"] = " ".join(followed[-_MOST_ANSWERED:])
    built["Auto-Submitted"] = "auto-replied" if mail.answers else "auto-generated"
    built.set_content(mail.text)
    _attach(built, mail.attachments)
    return built


def _attach(built: EmailMessage, files: tuple[Attachment, ...]) -> None:
    for file in files:
        kind, _, subtype = file.mime.partition("/")
        built.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    parts = built.get_payload()
    if files and isinstance(parts, list):
        text, attached = parts[:1], parts[1:]
        leading = [part for part, file in zip(attached, files, strict=True) if file.leads]
        built.set_payload([*leading, *text, *(part for part in attached if part not in leading)])
