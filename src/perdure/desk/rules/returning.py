"""Reports of mail servers on what became of a mail (RFC 3464): read for those that are about ours. Pure."""

import re
from email import message_from_bytes
from email.message import Message
from typing import Final

import msgspec

_MOST: Final = 256 * 1024
_OURS: Final = re.compile(r"<answer-\d{1,20}\.[a-z_]{1,20}\.[0-9a-f]{16}@[A-Za-z0-9.:-]{1,253}>")
_ACTIONS: Final = {"failed": True, "delivered": False, "relayed": False}


class Returned(msgspec.Struct, frozen=True):
    """What a report says of one of our mails. ``why`` is the server's own words, cut short."""

    message_id: str
    failed: bool
    why: str


def returned(raw: bytes) -> Returned | None:
    """What a letter reports of a mail of ours; None for every other letter, and for mere delays."""
    head = raw[:_MOST]
    if b"delivery-status" not in head.lower():
        return None
    whole = message_from_bytes(head)
    if whole.get_content_type() != "multipart/report" or not whole.is_multipart():
        return None
    status = next((one for one in whole.walk() if one.get_content_type() == "message/delivery-status"), None)
    fields = _fields(status) if status is not None else {}
    failed = _ACTIONS.get(fields.get("action", "").split(" ")[0].lower())
    named = _OURS.findall(head.decode("ascii", "replace"))
    if failed is None or not named:
        return None
    why = fields.get("diagnostic-code") or fields.get("status", "")
    return Returned(named[-1], failed, " ".join(why.split())[:300])


def _fields(status: Message) -> dict[str, str]:
    """The fields of every block, those of the recipient last."""
    blocks = status.get_payload()
    found: dict[str, str] = {}
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Message):
            found |= {name.lower(): str(value) for name, value in block.items()}
    return found
