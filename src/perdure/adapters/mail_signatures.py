"""DKIM signatures of mail (RFC 6376): dkimpy does the reckoning, dnspython the look-ups."""

import asyncio
import re
from collections.abc import Callable
from typing import Any, Final

import dns.exception
import dns.resolver

from perdure.kernel.log import logger

_SECONDS: Final = 8.0
_LOOK_UP_S: Final = 4.0
_MOST_SIGNATURES: Final = 5
_LEAST_BITS: Final = 1024
_FROM: Final = re.compile(rb"^from[ \t]{0,9}:", re.IGNORECASE | re.MULTILINE)
_SIGNED: Final = re.compile(rb"^dkim-signature[ \t]{0,9}:", re.IGNORECASE | re.MULTILINE)
Lookup = Callable[[str], bytes | None]
log = logger("letters")


def text_record(name: str) -> bytes | None:
    """The TXT record of a name, or None."""
    try:
        answer = dns.resolver.resolve(name.rstrip("."), "TXT", lifetime=_LOOK_UP_S, search=False)
    except (dns.exception.DNSException, OSError, UnicodeError):
        return None
    return next((b"".join(one.strings) for one in answer), None)


class DkimSignatures:
    """Checks each signature of a mail against the key that its domain publishes."""

    def __init__(self, look_up: Lookup = text_record) -> None:
        self._look_up = look_up

    async def domains(self, raw: bytes) -> tuple[str, ...]:
        """The domains of valid signatures. One that covers only the beginning of a mail counts for nothing."""
        try:
            async with asyncio.timeout(_SECONDS):
                return await asyncio.to_thread(self._domains, raw)
        except TimeoutError:
            log.warning("signatures_not_checked", reason="it took too long")
            return ()

    def _domains(self, raw: bytes) -> tuple[str, ...]:
        head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        count = len(_SIGNED.findall(head))
        if count == 0 or len(_FROM.findall(head)) != 1:
            return ()
        found = [self._valid(raw, at) for at in range(min(count, _MOST_SIGNATURES))]
        return tuple(dict.fromkeys(domain for domain in found if domain))

    def _valid(self, raw: bytes, at: int) -> str:
        import dkim

        checker = dkim.DKIM(raw, minkey=_LEAST_BITS)
        try:
            valid = checker.verify(idx=at, dnsfunc=self._answer)
        except Exception:  # noqa: BLE001 - whatever a forged signature makes of the library, it is not valid
            return ""
        fields: dict[bytes, Any] = checker.signature_fields
        whole = b"l" not in fields
        covered = {name.strip().lower() for name in bytes(fields.get(b"h", b"")).split(b":")}
        if not (valid and whole and b"from" in covered):
            return ""
        return bytes(checker.domain or b"").decode("ascii", "replace").lower()

    def _answer(self, name: bytes | str, timeout: int = 5) -> bytes | None:
        del timeout  # ours holds
        return self._look_up(name.decode("ascii", "replace") if isinstance(name, bytes) else name)
