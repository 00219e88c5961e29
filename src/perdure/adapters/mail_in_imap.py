"""Mail from a mailbox over IMAP (RFC 3501), with the standard library in a thread.

What was taken is known by its number and the mailbox's UIDVALIDITY, never by whether somebody read it meanwhile.
"""

import asyncio
import contextlib
import imaplib
import ipaddress
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from perdure.desk.model import MOST_BYTES
from perdure.desk.ports import Mailed, Mark
from perdure.kernel.errors import Invalid, Unavailable

_SECONDS: Final = 20.0
_GO_S: Final = 200.0  # of the five minutes for which a job is one worker's
_AT_ONCE: Final = 500
_DAY_MS: Final = 86_400_000
_SHAPE: Final = "Settings: letters_imap must look like imaps://user:password@host/INBOX?done=Taken"
_NUMBER: Final = re.compile(rb"UID (\d+)")
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")
_MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class NoMailbox:
    """Where the settings name none."""

    key = ""

    async def read(self, mark: Mark | None, take: Callable[[Mailed], Awaitable[None]]) -> Mark | None:
        """There is nothing."""


class ImapMailbox:
    """One folder of one user on one server. ``context`` is for tests with a certificate of their own."""

    def __init__(self, url: str, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
        if (
            parts.scheme not in {"imap", "imaps"}
            or not parts.hostname
            or not parts.username
            or asked.keys() - {"done", "plain"}
        ):
            raise Invalid(_SHAPE)
        self._tls = parts.scheme == "imaps"
        self._host, self._port = parts.hostname, parts.port or (993 if self._tls else 143)
        self._user, self._password = unquote(parts.username), unquote(parts.password or "")
        self._folder = unquote(parts.path.strip("/")) or "INBOX"
        self._done = asked.get("done", [""])[0]
        self._plain = asked.get("plain", ["0"])[0] == "1"
        if self._plain and not _is_loopback(self._host):
            raise Invalid("Settings: letters_imap: plain=1 sends the password openly, so only to 127.0.0.1")
        if any(not one.isprintable() for one in self._user + self._password + self._folder + self._done):
            raise Invalid(_SHAPE)
        self._context = context

    @property
    def key(self) -> str:
        """Server, user and folder."""
        return f"{self._user}@{self._host}:{self._port}/{self._folder}"

    async def read(self, mark: Mark | None, take: Callable[[Mailed], Awaitable[None]]) -> Mark | None:
        """One visit. Raises Unavailable with the server's words, never with the password."""
        client: imaplib.IMAP4 | None = None
        try:
            client = await asyncio.to_thread(self._enter)
            validity, last = await asyncio.to_thread(self._select, client)
            whole = await self._each(client, validity, mark, take)
            fresh = mark is None or mark.validity != validity
            return Mark(validity, last, 0) if fresh and whole else None
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            words = str(error).replace(self._password, "…") if self._password else str(error)
            raise Unavailable("The mailbox cannot be read now.", mailbox=self.key, reason=words[:200]) from error
        finally:
            if client is not None:
                await asyncio.to_thread(_leave, client)

    async def _each(
        self, client: imaplib.IMAP4, validity: int, mark: Mark | None, take: Callable[[Mailed], Awaitable[None]]
    ) -> bool:
        """Take one mail after the other; tells whether that were all."""
        began = time.monotonic()
        found = await asyncio.to_thread(self._search, client, validity, mark)
        for uid in found[:_AT_ONCE]:
            if time.monotonic() - began > _GO_S:
                return False
            mailed = await asyncio.to_thread(_fetch, client, uid, validity)
            if mailed is None:  # somebody took it away meanwhile
                continue
            await take(mailed)
            await asyncio.to_thread(self._put_away, client, uid)
        return len(found) <= _AT_ONCE

    def _enter(self) -> imaplib.IMAP4:
        context = self._context or ssl.create_default_context()
        client: imaplib.IMAP4
        if self._tls:
            client = imaplib.IMAP4_SSL(self._host, self._port, ssl_context=context, timeout=_SECONDS)
        else:
            client = imaplib.IMAP4(self._host, self._port, timeout=_SECONDS)
        try:
            if not self._tls and not self._plain:
                client.starttls(context)
            client.login(self._user, self._password)
        except BaseException:
            _leave(client)
            raise
        return client

    def _select(self, client: imaplib.IMAP4) -> tuple[int, int]:
        """What the folder calls itself, and the number of the last mail that it ever held."""
        _ok(client.select(_quoted(self._folder)))
        _, named = client.response("UIDVALIDITY")
        _, coming = client.response("UIDNEXT")
        return _number(named), max(0, _number(coming) - 1)

    def _search(self, client: imaplib.IMAP4, validity: int, mark: Mark | None) -> list[int]:
        """The numbers of the mails to take, the oldest first."""
        asked: tuple[str, ...]
        if mark is None:
            asked = ("UNSEEN",)
        elif mark.validity == validity:
            asked = ("UID", f"{mark.uid + 1}:*")
        else:
            since = datetime.fromtimestamp((mark.received_at - _DAY_MS) / 1000, UTC)
            asked = ("SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}")
        data = _ok(client.uid("SEARCH", *asked, "UNDELETED"))
        found = sorted({int(one) for one in b" ".join(part for part in data if part).split()})
        # ``n:*`` always means the last one too, also where it is smaller than n.
        return [uid for uid in found if mark is None or mark.validity != validity or uid > mark.uid]

    def _put_away(self, client: imaplib.IMAP4, uid: int) -> None:
        """Mark as read, and move where the settings say. It is stored here: what fails now is only untidy."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
            if not self._done:
                return
            if b"MOVE" in _capabilities(client):
                kind, _ = client.uid("MOVE", str(uid), _quoted(self._done))
                if kind != "OK":
                    client.create(_quoted(self._done))
                    client.uid("MOVE", str(uid), _quoted(self._done))


def _number(said: list[Any]) -> int:
    return int(said[0]) if said and said[0] else 0


def _capabilities(client: imaplib.IMAP4) -> frozenset[bytes]:
    _, said = client.capability()
    return frozenset(said[0].upper().split()) if said and isinstance(said[0], bytes) else frozenset()


def _fetch(client: imaplib.IMAP4, uid: int, validity: int) -> Mailed | None:
    """One mail and when it came, without marking it as read."""
    said = _ok(client.uid("FETCH", str(uid), f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.{MOST_BYTES}>)"))
    for part in said:
        if not isinstance(part, tuple):
            continue
        number = _NUMBER.search(part[0])
        if number is not None and int(number[1]) != uid:
            continue
        stamp = imaplib.Internaldate2tuple(part[0])
        received = int(time.mktime(stamp) * 1000) if stamp is not None else int(time.time() * 1000)
        size = _SIZE.search(part[0])
        cut = size is not None and int(size[1]) > MOST_BYTES
        return Mailed(bytes(part[1]), Mark(validity, uid, received), "", cut)
    return None


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(f"{kind}: {data!r}"[:200])
    return data


def _quoted(name: str) -> str:
    """A folder's name as the protocol wants it (modified UTF-7)."""
    coded = "".join(
        one if 0x20 <= ord(one) < 0x7F and one != "&" else "&-" if one == "&" else _wide(one) for one in name
    )
    escaped = coded.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _wide(letter: str) -> str:
    import base64

    return "&" + base64.b64encode(letter.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _leave(client: imaplib.IMAP4) -> None:
    """Sign out, whatever state the connection is in."""
    with contextlib.suppress(imaplib.IMAP4.error, OSError):
        client.logout()
