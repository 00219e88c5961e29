"""The door for mail servers: LMTP (RFC 2033) or SMTP on an address of this machine.

A mail is confirmed after it was stored, and refused for now where it could not be, so that the mail server keeps it
and tries again. Nothing is ever relayed.
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import Awaitable, Callable
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from perdure.kernel.errors import AppError, Invalid, TooLarge
from perdure.kernel.log import logger

_MOST_CONNECTIONS: Final = 10
_MOST_RECIPIENTS: Final = 100
_QUIET_S: Final = 120.0
_QUEUED_MS: Final = 6 * 86_400_000  # mail servers give up after five days
_HEAD: Final = 64 * 1024
Take = Callable[..., Awaitable[Any]]
log = logger("letters")


def place_of(url: str) -> tuple[str, str, int]:
    """``lmtp`` or ``smtp``, address, port. Raises Invalid for what is none, or would listen to everybody."""
    try:
        parts = urlsplit(url)
        host, port = ipaddress.ip_address(parts.hostname or ""), parts.port
    except ValueError as error:
        raise Invalid("Settings: letters_listen must look like lmtp://127.0.0.1:2424") from error
    if parts.scheme not in {"lmtp", "smtp"} or not port:
        raise Invalid("Settings: letters_listen must look like lmtp://127.0.0.1:2424")
    if not (host.is_loopback or host.is_private) or host.is_unspecified:
        raise Invalid("Settings: letters_listen must be an address of this machine or of a private network")
    return parts.scheme, str(host), port


class Door:
    """What the protocol asks us: whom mail is for, and what becomes of it."""

    def __init__(self, take: Take, now: Callable[[], int], recipients: tuple[str, ...], *, local: bool) -> None:
        self._take = take
        self._now = now
        self._recipients = frozenset(one.strip().lower() for one in recipients)
        self._local = local

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take mail for the addresses of the settings; ``abuse+anything@…`` is ``abuse@…``."""
        del server, session
        name, _, domain = address.strip().lower().rpartition("@")
        if self._recipients and f"{name.partition('+')[0]}@{domain}" not in self._recipients:
            return "550 5.1.1 No such address here"
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        """Store the mail, then say so."""
        del server, session
        said = await self._stored(envelope)
        # LMTP: an answer for each recipient.
        return "\r\n".join([said] * max(1, len(envelope.rcpt_tos))) if self._local else said

    async def _stored(self, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            taken = await self._take(
                raw,
                channel="lmtp",
                received_at=self._received_at(raw),
                envelope_from=str(envelope.mail_from or ""),
            )
        except TooLarge:
            return "552 5.3.4 The message is too large"
        except AppError as error:
            log.warning("letter_refused_for_now", reason=error.public)
            return "451 4.3.0 It cannot be stored now, try again"
        except Exception as error:  # noqa: BLE001 - whatever it is, the mail server still has the mail
            log.error("letter_refused_for_now", error=repr(error))
            return "451 4.3.0 It cannot be stored now, try again"
        return f"250 2.0.0 Taken as {taken.reference}"

    def _received_at(self, raw: bytes) -> int:
        """When it reached the mail server in front of us: by its Received line, which LMTP always comes behind.

        While this site was down the mail waited there, and its deadlines ran. Over SMTP anybody may have written that
        line, so it is the present.
        """
        now = self._now()
        if not self._local:
            return now
        with contextlib.suppress(Exception):
            lines = BytesHeaderParser().parsebytes(raw[:_HEAD]).get_all("Received", [])
            stamped = parsedate_to_datetime(" ".join(str(lines[0]).rpartition(";")[2].split()))
            then = int(stamped.timestamp() * 1000)
            if now - _QUEUED_MS <= then <= now:
                return then
        return now


class Listener:
    """Listens until it is told to stop, and lets nobody hold it up."""

    def __init__(self, url: str, door: Door, most_bytes: int, hostname: str) -> None:
        self._scheme, self._host, self._port = place_of(url)
        self._door = door
        self._most = most_bytes
        self._hostname = hostname
        self._open = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Begin to listen. Raises OSError where the address is taken."""
        self._server = await asyncio.get_running_loop().create_server(self._protocol, self._host, self._port)
        log.info("letters_listening", kind=self._scheme, host=self._host, port=self._port)

    async def stop(self) -> None:
        """Take no new connections. A mail that is half way in was not confirmed: its server sends it again."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _protocol(self) -> SMTP:
        kind = _LimitedLmtp if self._scheme == "lmtp" else _LimitedSmtp
        return kind(
            self,
            self._door,
            data_size_limit=self._most,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname=self._hostname,
            ident="Perdure",
            timeout=_QUIET_S,
            loop=asyncio.get_running_loop(),
        )

    def enter(self) -> bool:
        """Count a connection; False where there are too many."""
        self._open += 1
        return self._open <= _MOST_CONNECTIONS

    def leave(self) -> None:
        """A connection ended."""
        self._open -= 1


class _Counted:
    """Turns connections away beyond a number, before a word is said."""

    def __init__(self, listener: Listener, *args: Any, **kwargs: Any) -> None:
        self._listener = listener
        super().__init__(*args, **kwargs)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        if not self._listener.enter() and isinstance(transport, asyncio.Transport):
            transport.write(b"421 4.7.0 Too many connections, try again\r\n")
            transport.close()
            return
        super().connection_made(transport)  # type: ignore[misc]

    def connection_lost(self, error: Exception | None) -> None:
        """It is gone."""
        self._listener.leave()
        if getattr(self, "session", None) is not None:
            super().connection_lost(error)  # type: ignore[misc]


class _LimitedLmtp(_Counted, LMTP):
    pass


class _LimitedSmtp(_Counted, SMTP):
    pass
