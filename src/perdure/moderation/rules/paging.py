"""When people are called again, and who is. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

HOUSE: Final = "house."
MOST_REPEATS: Final = 12
"""So often people are called again in one stage; the next stage calls by itself."""
SPACING_MS: Final = 60_000
DIGEST_MS: Final = 3_600_000
_SOONEST_MS: Final = 5 * 60_000
_LATEST_MS: Final = 4 * 3_600_000
_ESCALATED: Final = frozenset({"warned80", "missed"})


class Duty(msgspec.Struct, frozen=True):
    """How a member of staff is called. Whoever said nothing gets mail and push."""

    on_call: bool = False
    mail: bool = True
    push: bool = True


def interval_ms(length_ms: int) -> int:
    """How long after a call the next one follows: a tenth of the limit, from five minutes to four hours."""
    return max(_SOONEST_MS, min(length_ms // 10, _LATEST_MS))


def urgent(severity: int, obligation: str) -> bool:
    """Whether a page waits for no other: grave cases, and whatever is owed to somebody outside."""
    return severity <= 1 or not obligation.startswith(HOUSE)


def is_due(now: int, last_at: int | None, *, has_urgent: bool) -> bool:
    """Whether pages that wait go out now. A clock that was set back holds none up."""
    spacing = SPACING_MS if has_urgent else DIGEST_MS
    return last_at is None or not 0 <= now - last_at < spacing


def called(
    workers: Iterable[int], admins: Iterable[int], duties: Mapping[int, Duty], stages: Iterable[str]
) -> dict[int, Duty]:
    """Who is called, and how.

    Everybody who looks after reports, unless somebody is named for duty: then they, by mail at least. From 80 % on,
    admins too. Where nobody would be left to be called, everybody is, by mail.
    """
    staff, leads = list(workers), list(admins)
    named = [one for one in staff if duties.get(one, Duty()).on_call]
    wanted = named or staff
    if not wanted or not _ESCALATED.isdisjoint(stages):
        wanted = [*wanted, *leads]
    found = {one: duties.get(one, Duty()) for one in wanted}
    found |= {one: msgspec.structs.replace(found[one], mail=True) for one in named}
    reached = {one: how for one, how in found.items() if how.mail or how.push}
    if any(how.mail for how in reached.values()):
        return reached
    everybody = dict.fromkeys([*staff, *leads])
    return {one: msgspec.structs.replace(duties.get(one, Duty()), mail=True) for one in everybody}
