"""The site's identity on this host: ``continuity/`` in the data directory. Nothing there opens a copy.

``site.json`` is public, ``host.key`` signs in this host's name, and ``host.voucher`` is the root key's word for it,
which only a kit can give.
"""

import secrets
from pathlib import Path
from typing import Any, Final

import msgspec

from perdure.continuity.model.keys import FORMAT, VOUCHER, Site, Voucher
from perdure.continuity.rules import sealing, signing
from perdure.continuity.service import disk
from perdure.kernel.errors import Invalid

FOLDER: Final = "continuity"
SITE_FILE: Final = "site.json"
KEY_FILE: Final = "host.key"
VOUCHER_FILE: Final = "host.voucher"
ENDED_FILE: Final = "final-statement.json"
"""The site's last word. Lies in the data directory once its keys are destroyed."""


class _Version(msgspec.Struct):
    version: int


def load_site(data: Path) -> Site | None:
    """The site that a data directory carries; None where no kit was ever made. Raises Invalid for a broken file."""
    path = data / FOLDER / SITE_FILE
    raw = _read(path)
    if raw is None:
        return None
    try:
        if msgspec.json.decode(raw, type=_Version).version > FORMAT:
            raise Invalid(f"{path} is of a newer Perdure: bring this one up to date")
        return msgspec.json.decode(raw, type=Site)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} is damaged: put it back from another copy, or make a new kit") from error


def save_site(data: Path, site: Site) -> None:
    """Keep what is public of the site. Raises Invalid for a key that is none."""
    for recipient in site.recipients:
        sealing.check_recipient(recipient)
    disk.write_private(data / FOLDER / SITE_FILE, msgspec.json.format(signing.canonical(site)) + b"\n")


def host_key(data: Path) -> bytes:
    """This host's private key (Ed25519, 32 bytes). Raises Invalid where there is none, or not the one of ``site.json``.

    The two differ after a crash between writing them: whatever began a reign is to be run again.
    """
    path = data / FOLDER / KEY_FILE
    raw = _read(path)
    if raw is None:
        raise Invalid(f"{path} is missing: this host cannot sign. Restore the site, or make a new kit")
    key = _key_of(raw, path)
    site = load_site(data)
    if site is None or signing.public_of(key) != site.host:
        raise Invalid(f"{path} is not the key that {SITE_FILE} names: run again what was cut off (restore, kit create)")
    return key


def voucher(data: Path) -> bytes | None:
    """The signed Voucher of this host; None where the root key never vouched for it (a planned move)."""
    return _read(data / FOLDER / VOUCHER_FILE)


def new_host(data: Path, site: Site, *, root: bytes | None, now_ms: int, **changed: Any) -> Site:
    """Begin a reign: a fresh host id and host key, kept with ``site``; with the root key at hand, a voucher for them.

    ``changed`` are fields of the site to be changed in the same step. Returns the site as kept.
    """
    key = signing.new_key()
    made = msgspec.structs.replace(site, host_id=secrets.token_hex(16), host=signing.public_of(key), **changed)
    folder = data / FOLDER
    disk.write_private(folder / KEY_FILE, key.hex().encode() + b"\n")
    if root is None:
        (folder / VOUCHER_FILE).unlink(missing_ok=True)
    else:
        disk.write_private(folder / VOUCHER_FILE, make_voucher(made, root, now_ms))
    save_site(data, made)
    return made


def make_voucher(site: Site, root: bytes, now_ms: int) -> bytes:
    """The root key's signed word for the site's host. Raises Invalid for a root key of another site or kit."""
    if signing.public_of(root) != site.root:
        raise Invalid("This kit is of another site, or was replaced: its root key is not this site's")
    return signing.sign(VOUCHER, Voucher(site.site_id, site.host_id, site.host, now_ms), root)


def _key_of(raw: bytes, path: Path) -> bytes:
    try:
        key = bytes.fromhex(raw.decode().strip())
    except ValueError:
        key = b""
    if len(key) != signing.KEY_BYTES:
        raise Invalid(f"{path} is damaged: it should hold 64 hex digits")
    return key


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error
