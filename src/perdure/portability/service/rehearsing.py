"""A look at a site that a drill brought back: as a member, as a moderator, and for what must hold."""

from collections.abc import Callable, Collection
from typing import Final

from perdure.accounts import service as accounts
from perdure.audit.service import enforcement
from perdure.continuity.model.drills import Seen
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.media.service import expecting
from perdure.moderation.service import clocks
from perdure.posts.service import Slice
from perdure.timelines import service as timelines

_PAGE: Final = 20
_TOP: Final = 2**63 - 1
_SHUT_OUT: Final = frozenset({"suspension", "ban"})
_FREE: Final = frozenset({"active", "pending"})


async def look(rt: Runtime, there: Collection[str], at_home: Callable[[], None]) -> Seen:
    """What is seen. ``there`` are the objects of files that stores list; ``at_home`` is called after the timeline."""
    members, wrote, home = await rt.db.read(_home_in)
    at_home()
    cases, running, due_at = await rt.db.read(clocks.standing_in)
    measures, free = await rt.db.read_long(_shut_out_in)
    objects, missing = await rt.db.read_long(_files_in, there)
    return Seen(
        members=members,
        home=home,
        wrote=wrote,
        cases=cases,
        clocks=running,
        due_at=due_at,
        measures=measures,
        free=free,
        objects=objects,
        missing=missing,
    )


def _home_in(tx: Tx) -> tuple[int, int, int]:
    members, busiest = accounts.looked_at_in(tx)
    if busiest is None:
        return members, 0, 0
    account_id, wrote = busiest
    return members, wrote, len(timelines.home_in(tx, account_id, Slice(0, _TOP, _PAGE)))


def _shut_out_in(tx: Tx) -> tuple[int, int]:
    """Suspensions and bans in force, and how many of the accounts are free all the same."""
    subjects = {one.subject for one in enforcement.current_in(tx) if one.kind in _SHUT_OUT}
    ids = [int(subject.removeprefix("account:")) for subject in subjects if subject.startswith("account:")]
    found = accounts.views_in(tx, ids)
    return len(ids), sum(view.state in _FREE for view in found.values())


def _files_in(tx: Tx, there: Collection[str]) -> tuple[int, int]:
    objects = missing = 0
    for name in expecting.objects_in(tx):
        objects += 1
        missing += name not in there
    return objects, missing
