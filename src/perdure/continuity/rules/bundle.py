"""The bytes of a config bundle: signed by the host, compressed, wrapped with age for every recipient.

Inside are two lines: the signed bundle, and the voucher of the root key for the host that signed it (empty where a host
was handed the site without a kit; then a genesis names its key).
"""

import hashlib
import re
from collections.abc import Collection
from typing import Final

import msgspec
import zstandard

from perdure.continuity.model.bundle import FORMAT, Bundle, Opened
from perdure.continuity.model.keys import VOUCHER, Voucher
from perdure.continuity.rules import sealing, signing
from perdure.kernel.errors import Invalid

KIND: Final = "config"
PREFIX: Final = "config/"
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a bundle, unwrapped."""
_NAME: Final = re.compile(r"config/(\d{1,12})/(\d{1,15})\.age")


class _Version(msgspec.Struct):
    version: int


def place_of(name: str) -> tuple[int, int] | None:
    """Epoch, and instant (ms) from which on it held, of a bundle's name; None for something else."""
    found = _NAME.fullmatch(name)
    return (int(found[1]), int(found[2])) if found else None


def digest(bundle: Bundle) -> str:
    """SHA-256 (hex) of what a bundle says; when it changes, a new one is due.

    Name, time and what stays behind are no part of it.
    """
    bare = msgspec.structs.replace(bundle, name="", made_at=0, left_out=())
    return hashlib.sha256(signing.canonical(bare)).hexdigest()


def pack(bundle: Bundle, host_key: bytes, voucher: bytes) -> bytes:
    """The object to be stored. Raises Invalid for one that is too large."""
    plain = signing.sign(KIND, bundle, host_key) + voucher
    if len(plain) > LARGEST:
        raise Invalid(f"The config bundle has {len(plain):,} bytes, and {LARGEST:,} is the most: {_heaviest(bundle)}")
    return sealing.wrap(bundle.site.recipients, zstandard.ZstdCompressor(level=3).compress(plain))


def unpack(identity: str, data: bytes, trusted: Collection[str], name: str) -> Opened:
    """Open an object with an identity and prove that a host of this site made it under this name.

    ``trusted`` are public keys: the root key, and hosts that geneses name. Raises Invalid, which names the object.
    """
    signed, _, voucher = _inflated(sealing.unwrap(identity, data, name), name).partition(b"\n")
    hosts = {*trusted, *([_vouched(voucher, trusted, name)] if voucher.strip() else [])}
    document, host = signing.verify(KIND, signed, hosts, name)
    try:
        if msgspec.convert(document, _Version).version > FORMAT:
            raise Invalid(f"{name} is of a newer Perdure: install that release here and try again")
        bundle = msgspec.convert(document, Bundle)
    except msgspec.ValidationError as error:
        raise Invalid(f"{name} is no config bundle that this Perdure can read") from error
    if bundle.name != name:
        raise Invalid(f"{name} was made as {bundle.name}: somebody copied an old bundle to a new name")
    return Opened(bundle, host)


def _inflated(packed: bytes, name: str) -> bytes:
    try:
        with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
            plain: bytes = reader.read(LARGEST + 1)
    except zstandard.ZstdError as error:
        raise Invalid(f"{name} is no config bundle: it cannot be unpacked") from error
    if len(plain) > LARGEST:
        raise Invalid(f"{name} is no config bundle: it is too large")
    return plain


def _vouched(voucher: bytes, trusted: Collection[str], name: str) -> str:
    document = signing.verify(VOUCHER, voucher, trusted, f"The host's voucher in {name}").document
    try:
        return msgspec.convert(document, Voucher).host
    except msgspec.ValidationError as error:
        raise Invalid(f"The host's voucher in {name} cannot be read by this Perdure") from error


def _heaviest(bundle: Bundle) -> str:
    heavy = sorted(bundle.files, key=lambda file: len(file.data))[-3:]
    return ", ".join(f"{file.path} {len(file.data):,}" for file in reversed(heavy))
