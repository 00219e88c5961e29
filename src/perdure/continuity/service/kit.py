"""Making a recovery kit, and what the host remembers of it: nothing that opens a copy."""

import secrets
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from perdure.continuity.model.keys import Site
from perdure.continuity.model.kit import Kit, KitRecord, KitStore
from perdure.continuity.rules import keys, shares, signing
from perdure.continuity.rules import kit as rules
from perdure.continuity.service import disk, site
from perdure.kernel.errors import Conflict, Invalid

RECORD_FILE: Final = "continuity/kit.json"


class Wish(NamedTuple):
    """What the operator asks for. ``holders`` are trustees' names, none for a whole kit."""

    store: KitStore
    stores: tuple[str, ...]
    domains: tuple[str, ...]
    lifeboats: tuple[str, ...]
    operator: str = ""
    drill: str = ""
    holders: tuple[str, ...] = ()
    needed: int = 0


class Made(NamedTuple):
    """A fresh kit as it goes on paper, its master, and a share for each trustee in their order."""

    kit: Kit
    master: bytes
    shares: tuple[str, ...]


def make(data: Path, wish: Wish, now_ms: int, *, replace: bool) -> Made:
    """Draw a kit. Nothing is written: :func:`keep` does, once the kit lies where it should.

    Raises Conflict for a site that has one, unless ``replace``; Invalid for a split that protects nothing.
    """
    known = site.load_site(data)
    if known is not None and not replace:
        raise Conflict(
            "This site has a recovery kit already, and nothing was changed. perdure kit create --replace makes a new "
            "one: the old kit then opens old copies only"
        )
    master = keys.new_master()
    parts = shares.split(master, len(wish.holders), wish.needed) if wish.holders else []
    kit = Kit(
        site_id=known.site_id if known is not None else secrets.token_hex(16),
        root=signing.public_of(keys.root_key(master)),
        made_at=now_ms,
        master=b"" if parts else master,
        needed=wish.needed if parts else 0,
        store=wish.store,
        stores=wish.stores,
        domains=wish.domains,
        lifeboats=wish.lifeboats,
    )
    return Made(kit, master, tuple(parts))


def keep(data: Path, made: Made, wish: Wish) -> Site:
    """Let the site live by the kit: a reign with a host key of its own begins, for which the root key vouches."""
    kit = made.kit
    fresh = Site(
        site_id=kit.site_id,
        root=kit.root,
        recovery=rules.recipient_of(made.master),
        operator=wish.operator,
        drill=wish.drill,
        host_id="",
        host="",
        domains=kit.domains,
        lifeboats=kit.lifeboats,
    )
    begun = site.new_host(data, fresh, root=keys.root_key(made.master), now_ms=kit.made_at)
    record = KitRecord(
        root=kit.root, created_at=kit.made_at, store=kit.store.name, shares=len(wish.holders), needed=kit.needed
    )
    _save(data, record)
    return begun


def load_record(data: Path) -> KitRecord | None:
    """What the host remembers of its kit; None where it never made one, or the file is of another kit than the site."""
    known = site.load_site(data)
    try:
        record = msgspec.json.decode((data / RECORD_FILE).read_bytes(), type=KitRecord)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return record if known is not None and record.root == known.root else None


def note_test(data: Path, kit: Kit, now_ms: int) -> bool:
    """Keep the date of a test that went well; False where this host lives by another kit, or by none."""
    record = load_record(data)
    if record is None or record.root != kit.root:
        return False
    _save(data, msgspec.structs.replace(record, tested_at=now_ms))
    return True


def read_file(path: Path) -> str:
    """The text of a kit's or a share's file. Raises Invalid, which names it."""
    try:
        with path.open("rb") as file:
            return file.read(1_000_000).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{path} is no text in UTF-8: give the text file, not the PDF") from error
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error


def combine(files: list[Path], kit_file: Path | None) -> Kit:
    """The whole kit from trustees' files and the kit's own text, which each share's text file holds as well.

    Raises Invalid, which names the file, the line or the word; for too few shares; for two kits mixed.
    """
    texts = [read_file(path) for path in files]
    master = shares.combine([shares.read(text, str(path)) for text, path in zip(texts, files, strict=True)])
    sources = [read_file(kit_file)] if kit_file is not None else [text for text in texts if rules.holds_kit(text)]
    if not sources:
        raise Invalid("The shares fit together. Now the kit's own text is missing: add it with --kit FILE")
    kits = [rules.parse(text) for text in sources]
    return rules.with_master(kits[0], master)


def _save(data: Path, record: KitRecord) -> None:
    disk.write_private(data / RECORD_FILE, msgspec.json.format(msgspec.json.encode(record)) + b"\n")
