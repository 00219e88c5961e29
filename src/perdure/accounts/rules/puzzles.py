"""The puzzle that stops machines without asking anybody else: proof of work in ALTCHA's form, or patience.

A browser finds the number behind a SHA-256 sum. A browser without scripts sends the form's signed ticket instead,
which counts once it is old enough.
"""

import base64
import binascii
import hmac
from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from urllib.parse import parse_qs

import altcha
import msgspec
from altcha.v1 import ChallengeOptions, create_challenge

from perdure.accounts.rules import secrets

HARDEST: Final = 200_000
"""The puzzle's numbers go up to this: half as many sums on average, under a second on a phone."""
LIFE_MS: Final = 3_600_000
PATIENCE_MS: Final = 20_000
"""How long a form without a solution must have been open."""
_LONGEST: Final = 2000


class Puzzle(msgspec.Struct, frozen=True):
    """What a form carries: the signed moment at which it was made, and the challenge for scripts (JSON)."""

    ticket: str
    challenge: str


class _Solution(msgspec.Struct):
    algorithm: Literal["SHA-256"]
    challenge: str
    number: Annotated[int, msgspec.Meta(ge=0, le=HARDEST)]
    salt: str
    signature: str


def make(key: str, now_ms: int) -> Puzzle:
    """A fresh puzzle, signed with the site's key."""
    stamp = f"{now_ms}.{secrets.fresh(12)}"
    expires = datetime.fromtimestamp((now_ms + LIFE_MS) / 1000, UTC)
    options = ChallengeOptions(max_number=HARDEST, hmac_key=key, expires=expires)
    challenge = msgspec.json.encode(create_challenge(options).to_dict()).decode()
    return Puzzle(f"{stamp}.{_signed(key, stamp)}", challenge)


def solved(key: str, solution: str, now_ms: int) -> str | None:
    """The challenge that a solution answers, to be remembered as used; None for one that is wrong or too old."""
    try:
        given = msgspec.json.decode(base64.b64decode(solution[:_LONGEST], validate=True), type=_Solution)
        expires = int(parse_qs(given.salt.partition("?")[2])["expires"][0])
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError, KeyError):
        return None
    expected = altcha.hash_hex("SHA-256", (given.salt + str(given.number)).encode())
    signature = altcha.hmac_hex("SHA-256", expected.encode(), key)
    genuine = hmac.compare_digest(signature.encode(), given.signature.encode()) and expected == given.challenge
    # The salt ends with "&", so that no digit of the number can pass for a part of it.
    return expected if genuine and given.salt.endswith("&") and expires * 1000 > now_ms else None


def ticket_age_ms(key: str, ticket: str, now_ms: int) -> int | None:
    """How long ago a form was made; None for a ticket that is forged or too old."""
    stamp, _, signature = ticket[:_LONGEST].rpartition(".")
    if not hmac.compare_digest(_signed(key, stamp).encode(), signature.encode()):
        return None
    age = now_ms - int(stamp.partition(".")[0])
    return age if 0 <= age < LIFE_MS else None


def _signed(key: str, stamp: str) -> str:
    return str(altcha.hmac_hex("SHA-256", f"ticket {stamp}".encode(), key))
