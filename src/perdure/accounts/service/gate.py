"""What stands before forms that machines like: a puzzle, and a limit for each network. Test mode has neither."""

from typing import Final, Literal

import msgspec

from perdure.accounts.queries import gate, site
from perdure.accounts.rules import puzzles, secrets
from perdure.accounts.rules.networks import network_of
from perdure.accounts.rules.puzzles import Puzzle
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, RateLimited
from perdure.kernel.runtime import Runtime

Form = Literal["sign_up", "confirm", "reset", "resend", "sign_in", "patience", "report", "report_state"]
_HOUR_S: Final = 3600
# How often, in how many seconds, from one network (an account for "resend").
_LIMITS: Final[dict[Form, tuple[int, int]]] = {
    "sign_up": (5, 1800),
    "confirm": (20, _HOUR_S),
    "reset": (10, _HOUR_S),
    "resend": (5, _HOUR_S),
    "sign_in": (60, 600),
    "patience": (3, _HOUR_S),
    "report": (20, _HOUR_S),
    "report_state": (60, 600),
}
BAD_PROOF: Final = "The check against machines did not work. Please send the form again."
IMPATIENT: Final = "Without scripts, please wait 20 seconds after the page opened, then send the form again."
TOO_OFTEN: Final = "Too many attempts from your network. Try again later."


class Proof(msgspec.Struct, frozen=True):
    """What came with a form: a solved puzzle, or the form's own ticket; and the client's address."""

    solution: str = ""
    ticket: str = ""
    address: str = ""


async def new_puzzle(rt: Runtime) -> Puzzle:
    """A puzzle for a form."""
    return puzzles.make(await _key(rt), rt.clock.now_ms())


async def admit(rt: Runtime, form: Form, proof: Proof) -> None:
    """Let a form through that shows a solved puzzle, or twenty seconds' patience at most three times an hour.

    A proof works once. Raises Invalid for a wrong, used or impatient one, RateLimited where a network asks too often.
    """
    if rt.settings.peer_test:
        return
    await spend(rt, form, network_of(proof.address))
    now, key = rt.clock.now_ms(), await _key(rt)
    if proof.solution:
        used = puzzles.solved(key, proof.solution, now)
    else:
        used = await _patient(rt, key, proof, now)
    if used is None or not await rt.db.write("gate.use", gate.use_once, secrets.digest(used), now + puzzles.LIFE_MS):
        raise Invalid(BAD_PROOF, {"proof": [("ERR_INVALID", "did not work")]})


async def spend(rt: Runtime, form: Form, who: str) -> None:
    """Count one use of a form. Raises RateLimited over the limit."""
    if rt.settings.peer_test:
        return
    most, window_s = _LIMITS[form]
    if await rt.db.write("gate.spend", _spend_in, f"{form}:{who}", window_s * 1000) > most:
        raise RateLimited(TOO_OFTEN, retry_after_s=window_s)


async def refuse_spent(rt: Runtime, form: Form, who: str) -> None:
    """Raise RateLimited where the limit is reached, without counting."""
    most, window_s = _LIMITS[form]
    if await rt.db.read(gate.uses, secrets.digest(f"{form}:{who}"), rt.clock.now_ms() - window_s * 1000) >= most:
        raise RateLimited(TOO_OFTEN, retry_after_s=window_s)


async def _patient(rt: Runtime, key: str, proof: Proof, now: int) -> str | None:
    age = puzzles.ticket_age_ms(key, proof.ticket, now)
    if age is None:
        return None
    if age < puzzles.PATIENCE_MS:
        raise Invalid(IMPATIENT, {"proof": [("ERR_TOO_SOON", "came too soon")]})
    await spend(rt, "patience", network_of(proof.address))
    return proof.ticket


async def _key(rt: Runtime) -> str:
    found = await rt.db.read(site.secret, "gate")
    if found is None:
        return await rt.db.write("site.gate", site.keep_secret, "gate", secrets.fresh())
    return found


def _spend_in(tx: Tx, what: str, window_ms: int) -> int:
    return gate.count(tx, secrets.digest(what), window_ms)
