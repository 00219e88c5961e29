"""Places in other hands that keep the ledger's signed roots: stores, mailboxes, time-stamping authorities.

``anchors`` in the settings names them: ``folder:/mnt/elsewhere``, ``s3://bucket/prefix?endpoint=…``,
``mailto:archive@example.org``, ``rfc3161+https://tsa.example.org/``.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from perdure.adapters.anchor_timestamp import TimestampPlace
from perdure.adapters.storage_folder import FolderStore
from perdure.adapters.storage_s3 import S3Store
from perdure.audit.ports import AnchorPlace, Deposit
from perdure.delivery.model import Mail
from perdure.delivery.ports import Mailer, Outgoing
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.settings import Settings
from perdure.media.ports import ObjectStore

_MIME: Final = "application/json"


class Places:
    """What the settings name. Raises Invalid for an address that is none."""

    def __init__(self, settings: Settings, mailer: Mailer, outgoing: Outgoing) -> None:
        self.places: tuple[AnchorPlace, ...] = tuple(
            _place(address.strip(), settings, mailer, outgoing) for address in settings.anchors if address.strip()
        )
        if len({place.name for place in self.places}) < len(self.places):
            raise Invalid("Settings: anchors names a place twice")


def _place(address: str, settings: Settings, mailer: Mailer, outgoing: Outgoing) -> AnchorPlace:
    scheme, _, rest = address.partition(":")
    if scheme == "folder" and rest:
        folder = settings.data / rest
        return StorePlace(f"folder:{folder.name}-{_short(str(folder))}", FolderStore(folder))
    if scheme == "s3" and urlsplit(address).netloc:
        parts = urlsplit(address)
        return StorePlace(f"s3://{parts.netloc}{parts.path.rstrip('/')}", S3Store(address))
    if scheme == "mailto" and "@" in rest:
        return MailPlace(rest, mailer, settings.domain)
    if scheme in {"rfc3161+https", "rfc3161+http"}:
        return TimestampPlace(address.removeprefix("rfc3161+"), outgoing)
    kinds = "folder:, s3://, mailto: or rfc3161+https://"
    raise Invalid(f"Settings: anchors: {scheme or 'a place'}: must start with {kinds}")


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


class StorePlace:
    """A folder on another machine's disk, or a bucket at another provider. What lies there is never overwritten."""

    kind = "store"

    def __init__(self, name: str, store: ObjectStore) -> None:
        self.name = name
        self._store = store

    async def deposit(self, deposit: Deposit) -> Mapping[str, Any]:
        """Write the document and read it back. Raises Conflict where something else already lies in its place."""
        kept = await self._kept(deposit)
        if kept is None:
            with tempfile.TemporaryDirectory(prefix="perdure-anchor-") as folder:
                source = Path(folder) / "root.json"
                await asyncio.to_thread(source.write_bytes, deposit.document)
                await self._store.put(_key(deposit), source, _MIME)
            kept = await self._kept(deposit)
        if kept != deposit.document:
            raise Conflict(
                f"Another document lies at {_key(deposit)}: somebody rewrote this site's past, or that place."
            )
        return {"key": _key(deposit), "sha256": hashlib.sha256(kept).hexdigest()}

    async def recall(self, deposit: Deposit) -> bytes | None:
        """The document as it lies there. Raises NotFound."""
        kept = await self._kept(deposit)
        if kept is None:
            raise NotFound
        return kept

    async def _kept(self, deposit: Deposit) -> bytes | None:
        with tempfile.TemporaryDirectory(prefix="perdure-anchor-") as folder:
            into = Path(folder) / "root.json"
            try:
                await self._store.fetch(_key(deposit), into)
            except NotFound:
                return None
            return await asyncio.to_thread(into.read_bytes)


def _key(deposit: Deposit) -> str:
    return f"roots/{deposit.day}-{deposit.n:08d}.json"


class MailPlace:
    """A mailbox, best at another provider: mails that were delivered cannot be called back."""

    kind = "mail"

    def __init__(self, address: str, mailer: Mailer, site: str) -> None:
        self._address = address
        self._mailer = mailer
        self._site = site
        self.name = f"mail:{address.rpartition('@')[2]}-{_short(address)}"

    async def deposit(self, deposit: Deposit) -> Mapping[str, Any]:
        """Send the document as a mail. The receipt says what was handed to the mail server."""
        subject = f"{self._site}: root {deposit.n} of the ledger, {deposit.day}"
        text = (
            f"Keep this mail: it proves what {self._site} had written down by then.\n\n"
            f"SHA-256 of the statement: {deposit.digest}\n\n{deposit.document.decode()}"
        )
        await self._mailer.send(Mail(self._address, subject, text, f"audit.root:{deposit.n}"))
        return {"subject": subject, "sha256": hashlib.sha256(text.encode()).hexdigest()}

    async def recall(self, deposit: Deposit) -> bytes | None:  # noqa: ARG002 - the port's
        """A mailbox is read by people."""
        return None
