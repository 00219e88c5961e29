"""Mail that is a letter: who signed it is found out, and it is stored before the one who brought it is told so."""

from email import message_from_bytes, policy
from email.utils import getaddresses
from typing import Final

import msgspec

from perdure.desk.model import MOST_BYTES, Arrived, Channel
from perdure.desk.ports import Mailbox, Mailed, Signatures
from perdure.desk.queries import mailboxes as queries
from perdure.desk.rules.reading.mail import CUT
from perdure.desk.service import arriving, senders
from perdure.desk.service.arriving import Taken
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime

_HEADERS: Final = 256 * 1024
_CUT: Final = f"{CUT}: yes\r\n".encode()
log = logger("letters")


async def take_mail(rt: Runtime, raw: bytes, *, channel: Channel, received_at: int, envelope_from: str) -> Taken:
    """Store a mail as a letter. A registered sender is who signed it validly, and nobody else.

    Raises TooLarge for more than 25 MiB, Unavailable where it could not be stored: then it was not taken.
    """
    signed = await rt.port(Signatures).domains(raw)
    address = author_of(raw)
    sender_id = await rt.db.read(senders.by_mail_in, address, signed) if signed and address else None
    proof = f"dkim:{','.join(signed)}"[:200] if sender_id is not None else ""
    arrived = Arrived(
        raw=raw,
        channel=channel,
        received_at=received_at,
        name="mail.eml",
        mime="message/rfc822",
        sender_id=sender_id,
        proof=proof,
        envelope_from=envelope_from or address,
    )
    taken = await arriving.take(rt, arrived)
    log.info("letter_taken", channel=channel, reference=taken.reference, fresh=taken.fresh, verified=bool(proof))
    return taken


def author_of(raw: bytes) -> str:
    """The one address in the From line; empty where there is none, or more than one."""
    try:
        head = message_from_bytes(raw[:_HEADERS], policy=policy.compat32)
        lines = [str(line) for line in head.get_all("From", [])]
        found = [address for _, address in getaddresses(lines) if "@" in address]
    except Exception:  # noqa: BLE001 - a line that nobody can read names nobody
        return ""
    return found[0].strip().lower() if len(lines) == 1 and len(found) == 1 else ""


async def poll(rt: Runtime) -> None:
    """Take what came into the mailbox that the settings name (recurring job). Raises Unavailable."""
    box = rt.port(Mailbox)
    if not box.key:
        return

    async def take(mailed: Mailed) -> None:
        raw = (_CUT + mailed.raw)[:MOST_BYTES] if mailed.cut else mailed.raw
        await take_mail(
            rt,
            raw,
            channel="imap",
            received_at=min(mailed.mark.received_at, rt.clock.now_ms()),
            envelope_from=mailed.envelope_from,
        )
        await rt.db.write("desk.mailbox", queries.keep, box.key, mailed.mark)

    reached = await box.read(await rt.db.read(queries.mark, box.key), take)
    if reached is not None:
        reached = msgspec.structs.replace(reached, received_at=rt.clock.now_ms())
        await rt.db.write("desk.mailbox", queries.keep, box.key, reached)
