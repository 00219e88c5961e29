"""Time stamps of an authority (RFC 3161): it signs that it saw a digest at an instant."""

import base64
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from perdure.audit.ports import Deposit
from perdure.audit.rules import verify
from perdure.delivery.model import Wanted
from perdure.delivery.ports import Outgoing
from perdure.kernel.errors import Unavailable

_ANSWER: Final = Wanted(types=frozenset({"application/timestamp-reply"}), most=100_000, seconds=20.0)
_SHA256: Final = bytes.fromhex("300d06096086480165030402010500")  # AlgorithmIdentifier with its NULL parameter


class TimestampPlace:
    """An authority, asked through the guarded way out."""

    kind = "timestamp"

    def __init__(self, url: str, outgoing: Outgoing) -> None:
        self._url = url
        self._outgoing = outgoing
        self.name = f"timestamp:{urlsplit(url).hostname or ''}"

    async def deposit(self, deposit: Deposit) -> Mapping[str, Any]:
        """Ask for a time stamp of the digest. Raises Unavailable for an answer that is not one of this question."""
        nonce = secrets.randbits(63) | 1 << 62
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        answer = await self._outgoing.ask(self._url, headers, question(deposit.digest, nonce), _ANSWER)
        if answer.status != 200:
            raise Unavailable(f"The time-stamping authority answered {answer.status}.")
        try:
            stamped, when, echoed = verify.timestamp(answer.body)
        except verify.Wrong as error:
            raise Unavailable(f"The time-stamping authority: {error}.") from error
        if (stamped, echoed) != (deposit.digest, nonce):
            raise Unavailable("The time-stamping authority answered another question.")
        return {"time": when, "response": base64.b64encode(answer.body).decode()}

    async def recall(self, deposit: Deposit) -> bytes | None:  # noqa: ARG002 - the port's
        """An authority keeps nothing: the receipt is the proof."""
        return None


def question(digest: str, nonce: int) -> bytes:
    """A TimeStampReq in DER: version 1, the digest, a nonce, and the wish for the authority's certificate."""
    imprint = _tagged(0x30, _SHA256 + _tagged(0x04, bytes.fromhex(digest)))
    number = _tagged(0x02, nonce.to_bytes(nonce.bit_length() // 8 + 1, "big"))
    return _tagged(0x30, _tagged(0x02, b"\1") + imprint + number + _tagged(0x01, b"\xff"))


def _tagged(tag: int, content: bytes) -> bytes:
    """An element of at most 127 bytes, which every part of a question is."""
    return bytes((tag, len(content))) + content
