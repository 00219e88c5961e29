"""The machine-readable form of a kit: ``PERDURE-KIT-1:``, armoured zlib-compressed JSON, a star."""

import re
import zlib
from typing import Final

import msgspec

from perdure.continuity.model.kit import FORMAT, Kit
from perdure.continuity.rules import armour, keys, sealing, signing
from perdure.kernel.errors import Invalid

PREFIX: Final = "PERDURE-KIT-1:"
_LARGEST: Final = 65_536
_START: Final = re.compile(r"PERDURE[\s-]*KIT[\s-]*(\d+)\s*:", re.IGNORECASE)
_QR_LINES: Final = 40
"""Lines of armour that one QR code holds, so that a telephone reads it from paper."""


class _Version(msgspec.Struct):
    version: int = 1


def lines(kit: Kit) -> list[str]:
    """The kit's armour, line by line; the last ends with the star."""
    made = armour.armoured(zlib.compress(msgspec.json.encode(kit), 9))
    return [*made[:-1], made[-1] + armour.END]


def squares(kit: Kit) -> list[str]:
    """What the kit's QR codes say; scanned one after the other they make its text."""
    made = lines(kit)
    parts = ["".join(made[start : start + _QR_LINES]) for start in range(0, len(made), _QR_LINES)]
    return [PREFIX + parts[0], *parts[1:]]


def holds_kit(text: str) -> bool:
    """Whether a kit begins somewhere in a text."""
    return _START.search(text) is not None


def parse(text: str) -> Kit:
    """The kit in a text: a whole page, or its lines alone as somebody typed them. Raises Invalid, which says where."""
    found = _START.search(text)
    if found is None:
        raise Invalid(f"There is no kit in this text: it begins with {PREFIX}")
    if found[1] != "1":
        raise Invalid(f"This is a kit of form {found[1]}: a newer Perdure reads it")
    packed = armour.plain(text[found.end() :])
    try:
        data = zlib.decompressobj().decompress(packed, _LARGEST)
        if msgspec.json.decode(data, type=_Version).version > FORMAT:
            raise Invalid("This kit was made by a newer Perdure: install that release and try again")
        return msgspec.json.decode(data, type=Kit)
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("This kit cannot be read by this Perdure: install the release that made it") from error


def with_master(kit: Kit, master: bytes) -> Kit:
    """The whole kit, from a master that shares rebuilt. Raises Invalid where it is the master of another kit."""
    if signing.public_of(keys.root_key(master)) != kit.root:
        raise Invalid("These shares are of another kit than this one: two kits got mixed")
    return msgspec.structs.replace(kit, master=master, needed=0)


def checked(kit: Kit) -> Kit:
    """The kit itself. Raises Invalid where its master is missing or does not make its root key."""
    if not kit.master:
        hint = f"put {kit.needed} of their pages together with perdure kit combine"
        raise Invalid(f"This kit's secret is in the trustees' hands: {hint}")
    return with_master(kit, kit.master)


def identity_of(kit: Kit) -> str:
    """The age identity that opens this kit's copies. Raises Invalid where the master is missing."""
    return keys.recovery_identity(checked(kit).master)


def recipient_of(master: bytes) -> str:
    """The age recipient of a master's recovery identity."""
    return sealing.recipient_of(keys.recovery_identity(master))
