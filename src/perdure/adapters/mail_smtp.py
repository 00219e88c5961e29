"""Mail over SMTP: ``smtp://user:password@host:port?starttls=1`` or ``smtps://…``."""

from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from perdure.adapters.mail_message import message
from perdure.delivery.model import Mail
from perdure.kernel.clock import Clock
from perdure.kernel.errors import Invalid, Unavailable

_TIMEOUT_S = 20.0
_PROBE_S = 8.0


class SmtpMailer:
    """Sends each mail over its own connection."""

    def __init__(self, url: str, sender: str, clock: Clock) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise Invalid("Settings: mail_url must look like smtp://user:password@host:587?starttls=1")
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or (465 if self._tls else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        starttls = parse_qs(parts.query).get("starttls", [""])[0]
        self._starttls = None if starttls == "" else starttls in {"1", "true"}
        self._sender = sender
        self._clock = clock

    async def send(self, mail: Mail) -> None:
        """Send one mail. Raises Unavailable for every failure, so that the outbox tries again."""
        try:
            await aiosmtplib.send(
                message(mail, self._sender, self._clock),
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                start_tls=None if self._tls else self._starttls,
                timeout=_TIMEOUT_S,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable("The mail server does not take mail now.", reason=str(error)) from error

    async def probe(self) -> None:
        """Connect, begin TLS as the settings say, sign in, and leave."""
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._tls,
            start_tls=None if self._tls else self._starttls,
            timeout=_PROBE_S,
        )
        try:
            async with client:
                await client.noop()
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"{self._host} port {self._port}: {error}") from error
