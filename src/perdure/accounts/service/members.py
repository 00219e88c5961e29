"""Members as staff sees them: found, looked at, counted."""

from typing import Final

import msgspec

from perdure.accounts.model import Member, Viewer
from perdure.accounts.queries import roster, waiting
from perdure.accounts.service.authority import authorise_in
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.ids import id_at
from perdure.kernel.runtime import Runtime

_DAY_MS: Final = 86_400_000
_WEEK_MS: Final = 7 * _DAY_MS


class MemberQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which members: a part of name or address, a role, a state; those with an id below ``before``."""

    text: str = ""
    role: str = ""
    state: str = ""
    before: int = 2**63 - 1
    most: int = 40


class Growth(msgspec.Struct, frozen=True):
    """How many there are and how many came. ``joined`` counts by UTC day, as days since the epoch."""

    members: int
    active_week: int
    waiting: int
    joined: dict[int, int]


async def find_members(rt: Runtime, staff: Viewer, wanted: MemberQuery) -> list[Member]:
    """Members that fit, newest first. Asks for ``manage_users``."""
    return await rt.db.read_long(_find_in, staff.account_id, wanted)


async def member_of(rt: Runtime, staff: Viewer, account_id: int) -> Member:
    """One member. Asks for ``manage_users``; raises NotFound."""
    return await rt.db.read(_member_in, staff.account_id, account_id)


async def growth(rt: Runtime, staff: Viewer, since: int) -> Growth:
    """How the site grows, with the sign-ups of each day since an instant. Asks for ``view_dashboard``."""
    return await rt.db.read_long(_growth_in, staff.account_id, since)


def _find_in(tx: Tx, staff_id: int, wanted: MemberQuery) -> list[Member]:
    authorise_in(tx, staff_id, "manage_users")
    return roster.search(
        tx,
        text=wanted.text.strip().lstrip("@").lower(),
        role=wanted.role,
        state=wanted.state,
        before=wanted.before,
        most=wanted.most,
    )


def _member_in(tx: Tx, staff_id: int, account_id: int) -> Member:
    authorise_in(tx, staff_id, "manage_users")
    found = roster.by_id(tx, account_id)
    if found is None:
        raise NotFound
    return found


def looked_at_in(tx: Tx) -> tuple[int, tuple[int, int] | None]:
    """For a rehearsal: how many members there are, and who of them wrote most, with their own count of posts."""
    members, _ = roster.counts(tx, tx.now)
    return members, roster.busiest(tx)


def _growth_in(tx: Tx, staff_id: int, since: int) -> Growth:
    authorise_in(tx, staff_id, "view_dashboard")
    members, active = roster.counts(tx, tx.now - _WEEK_MS)
    return Growth(members, active, len(waiting.everybody(tx)), roster.joined_by_day(tx, id_at(since)))
