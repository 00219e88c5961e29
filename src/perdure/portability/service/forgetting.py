"""What was erased is told to the stores, outside the epochs, and is erased again after a restore to an older point."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

from perdure.accounts import service as accounts
from perdure.accounts.events import AccountDeleted
from perdure.audit.service import enforcement
from perdure.continuity.model.restoring import Ledger, Outcome
from perdure.continuity.service import erasures, measures
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.media import service as media
from perdure.media.events import CopiesBarred, FileErased
from perdure.moderation.service import again, preservation
from perdure.posts import service as posts
from perdure.posts.events import PostDeleted

Erased = Literal["erased", "held", "gone"]


async def tell_accounts(rt: Runtime, events: Sequence[AccountDeleted]) -> None:
    """Write erased accounts into the ledger."""
    await _tell(rt, [("account", event.account_id, "closed") for event in events])


async def tell_posts(rt: Runtime, events: Sequence[PostDeleted]) -> None:
    """Write deleted posts into the ledger."""
    await _tell(rt, [("post", event.post_id, "deleted") for event in events])


async def tell_files(rt: Runtime, events: Sequence[FileErased]) -> None:
    """Write erased files into the ledger."""
    await _tell(rt, [("media", event.media_id, "deleted") for event in events])


async def tell_barred(rt: Runtime, events: Sequence[CopiesBarred]) -> None:
    """Write into the ledger which files no store may have any more, or may again."""
    told = [
        ("copy", one, "barred" if event.barred else erasures.RELEASED) for event in events for one in event.media_ids
    ]
    await _tell(rt, told)


def told_in(tx: Tx, prepared: None) -> None:
    """Nothing is left to be done once the ledger has it."""


async def _tell(rt: Runtime, erased: list[tuple[str, int, str]]) -> None:
    await asyncio.to_thread(erasures.write, rt.settings.data, erased, rt.clock.now_ms())


class _Eraser(NamedTuple):
    """See continuity.ports.Eraser."""

    scope: str
    ids: Callable[[Tx, int, int], list[int]]
    erase: Callable[[Tx, int], bool | None]
    kinds: tuple[str, ...]
    """What a hold calls it."""

    def ids_in(self, tx: Tx, after: int, most: int) -> list[int]:
        return self.ids(tx, after, most)

    def erase_in(self, tx: Tx, ref: int) -> Erased:
        if any(preservation.holds_on_in(tx, (kind, ref)) for kind in self.kinds):
            return "held"
        done = self.erase(tx, ref)
        return "held" if done is None else "erased" if done else "gone"


ERASERS: Final = (
    _Eraser("account", accounts.standing_ids_in, accounts.erase_in, ("account",)),
    _Eraser("post", posts.standing_ids_in, posts.withdraw_in, ("post", "message")),
    _Eraser("media", media.ids_in, media.erase_in, ("media",)),
    _Eraser("copy", media.ids_in, media.bar_again_in, ()),
)
"""For ``erasures.replay``."""


async def apply(rt: Runtime, ledger: Ledger) -> Outcome:
    """Before a restored site opens: erase again what was erased, put into force again what the rows do not know of.

    May be repeated. What staff must decide anew is told in ``newer_measures``.
    """
    done = await erasures.replay(rt.db, ledger.erasures if ledger.salt else (), ledger.salt, ERASERS)
    known = await rt.db.read_long(enforcement.hashes_in)
    enforced: list[str] = []
    to_decide: list[str] = []
    for one in measures.unknown(ledger.measures, known):
        outcome = await rt.db.write("decision.again", again.enforce_again_in, one.kind, one.subject, one.until)
        if outcome in {"done", "told"}:
            (enforced if outcome == "done" else to_decide).append(f"{one.kind} on {one.subject}")
    return Outcome(erased=done.erased, held=done.held, enforced=tuple(enforced), newer_measures=tuple(to_decide))
