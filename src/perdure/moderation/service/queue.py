"""The queue: lists, the next case, saved filters, who has how much before them."""

import secrets
from collections.abc import Iterable
from statistics import median
from typing import Final

from msgspec import structs

from perdure.accounts import service as accounts
from perdure.accounts.model import Role
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden, Invalid, NotFound
from perdure.kernel.text import clean
from perdure.moderation.model import Case, Clock, Exposure, Lease, QueueFilter, SavedFilter, Workload
from perdure.moderation.queries import cases, staff
from perdure.moderation.queries import queue as queries
from perdure.moderation.rules import harms
from perdure.moderation.service import exposure, leases
from perdure.moderation.service.reading import case_in, cases_in

_DAY_MS: Final = 86_400_000
MOST: Final = 200
# One claim in twenty takes a milder case at random, so that nothing waits behind what never ends (I6).
_SAMPLE_ONE_IN: Final = 20
_NAME_MOST: Final = 60
_FILTERS_MOST: Final = 50
# Which queues a role is handed cases from.
_SERVES: Final[dict[Role, tuple[str, ...]]] = {
    "moderator": ("default",),
    "admin": ("lead", "legal", "default"),
    "owner": ("lead", "legal", "default"),
}


def list_in(tx: Tx, staff_id: int, wanted: QueueFilter, *, most: int = 50, skip: int = 0) -> list[Case]:
    """Cases of a filter in its order. Asks for ``manage_reports``. "Oldest" begins with the oldest."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return cases_in(tx, queries.page(tx, wanted, staff_id, most=max(1, min(most, MOST)), skip=max(0, skip)))


def clocks_in(tx: Tx, staff_id: int, case_ids: Iterable[int]) -> dict[int, list[Clock]]:
    """The deadlines of some cases that are not met, the nearest first. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    found: dict[int, list[Clock]] = {}
    for case_id, clock in cases.clocks_of(tx, case_ids):
        found.setdefault(case_id, []).append(clock)
    return found


def count_in(tx: Tx, staff_id: int, wanted: QueueFilter) -> int:
    """How many cases a filter shows. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return queries.count(tx, wanted, staff_id)


def copies_in(tx: Tx, staff_id: int, group_key: str) -> list[Case]:
    """The open cases that hold the same text, for deciding them together. Asks for ``manage_reports``."""
    if not group_key:
        return []
    return list_in(tx, staff_id, QueueFilter(group_key=group_key), most=MOST)


def claim_next_in(tx: Tx, staff_id: int, wanted: QueueFilter | None = None) -> tuple[Case, Lease] | None:
    """Claim the next case that nobody works on: highest priority first, one in twenty a milder one at random.

    What somebody opted out of is not handed to them. Asks for ``manage_reports``. None where nothing is free.
    """
    role = accounts.authorise_in(tx, staff_id, "manage_reports")
    leases.expire_due_in(tx, 20)
    asked, opted_out = wanted or QueueFilter(), staff.opted_out(tx, staff_id)
    queues = (asked.queue,) if asked.queue else _SERVES[role]
    if asked.queue and asked.queue not in _SERVES[role]:
        raise Forbidden("This queue is for leads")
    turn = secrets.randbelow(1000) if secrets.randbelow(_SAMPLE_ONE_IN) == 0 else None
    for name, at in ((name, at) for at in dict.fromkeys((turn, None)) for name in queues):
        row = queries.next_free(tx, structs.replace(asked, queue=name), staff_id, opted_out, turn=at)
        if row is not None:
            lease = leases.grant_in(tx, staff_id, row)
            return case_in(tx, staff_id, row.id), lease
    return None


def workload_in(tx: Tx, staff_id: int) -> list[Workload]:
    """What everybody who looks after reports has before them and did in a day. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    ids = accounts.holders_in(tx, "manage_reports")
    found = staff.load_of(tx, ids, tx.now - _DAY_MS, tx.now // _DAY_MS)
    times = staff.handling_times(tx, ids, tx.now - _DAY_MS)
    return [
        Workload(
            account_id=one,
            assigned=found["assigned"].get(one, 0),
            holding=found["holding"].get(one, 0),
            decided=found["decided"].get(one, 0),
            items_viewed=found["viewed"].get(one, 0),
            median_handling_s=round(median(times[one]) / 1000) if one in times else None,
        )
        for one in ids
    ]


def filters_in(tx: Tx, staff_id: int) -> list[SavedFilter]:
    """The filters somebody keeps. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return staff.filters(tx, staff_id)


def save_filter_in(tx: Tx, staff_id: int, name: str, kept: QueueFilter) -> None:
    """Keep a filter under a name; it replaces one of the same name. Asks for ``manage_reports``; raises Invalid."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    cleaned = clean(name).strip()
    if not cleaned or len(cleaned) > _NAME_MOST:
        raise Invalid(f"Validation failed: a filter's name has 1 to {_NAME_MOST} characters")
    if len(staff.filters(tx, staff_id)) >= _FILTERS_MOST:
        raise Invalid(f"Validation failed: {_FILTERS_MOST} filters are the most that are kept")
    staff.store_filter(tx, staff_id, cleaned, kept)


def forget_filter_in(tx: Tx, staff_id: int, filter_id: int) -> None:
    """Forget a filter. Asks for ``manage_reports``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    if not staff.forget_filter(tx, staff_id, filter_id):
        raise NotFound


def opt_out_in(tx: Tx, staff_id: int, policies: tuple[str, ...]) -> None:
    """Set which cases are not handed to somebody, by house rule. Asks for ``manage_reports``; raises Invalid."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    if unknown := [one for one in policies if one not in harms.SEVERITY]:
        raise Invalid(f"Validation failed: there is no house rule {unknown[0]!r}")
    staff.opt_out(tx, staff_id, tuple(dict.fromkeys(policies)))


def opted_out_in(tx: Tx, staff_id: int) -> tuple[str, ...]:
    """Which cases are not handed to somebody. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return staff.opted_out(tx, staff_id)


def exposure_in(tx: Tx, staff_id: int) -> Exposure:
    """What somebody looked at today, and whether a break would be good. Asks for ``manage_reports``."""
    accounts.authorise_in(tx, staff_id, "manage_reports")
    return exposure.exposure_in(tx, staff_id)
