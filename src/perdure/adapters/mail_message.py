"""A mail as a MIME message: what both mail adapters send."""

import hashlib
from email.message import EmailMessage
from email.utils import formatdate, parseaddr

from perdure.delivery.model import Mail
from perdure.kernel.clock import Clock


def message(mail: Mail, sender: str, clock: Clock) -> EmailMessage:
    """Build the message. The same reference and text give the same Message-ID."""
    built = EmailMessage()
    built["From"] = sender
    built["To"] = mail.to
    built["Subject"] = mail.subject.replace("\n", " ")
    built["Date"] = formatdate(clock.now_ms() / 1000)
    host = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    digest = hashlib.sha256(f"{mail.reference}\0{mail.to}\0{mail.subject}".encode()).hexdigest()[:32]
    built["Message-ID"] = f"<{digest}@{host}>"
    built["Auto-Submitted"] = "auto-generated"
    built.set_content(mail.text)
    return built
