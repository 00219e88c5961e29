"""What somebody was told, one by one or in groups, and what they do with it."""

from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.notifications.events import NotificationsMerged
from perdure.notifications.model import OWN, STANDARD, Group, Notification, Policy, Request, Wanted
from perdure.notifications.queries import lists, upkeep
from perdure.notifications.rules import VERDICTS
from perdure.notifications.tables import (
    notification,
    notification_permission,
    notification_policy,
    notification_request,
)

_TOP = 2**63 - 1
_SAMPLES = 8


def _kinds(wanted: Wanted) -> list[str]:
    """Our own kinds are for clients that say which kinds they know."""
    known = STANDARD if wanted.supported is None else STANDARD + OWN
    return [kind for kind in wanted.kinds or known if kind in known and kind not in wanted.excluded]


def page_in(
    tx: Tx,
    owner: int,
    wanted: Wanted,
    *,
    lower: int = 0,
    upper: int = _TOP,
    most: int = 40,
    ascending: bool = False,
) -> list[Notification]:
    """A page of one's notifications, newest first."""
    return lists.page(
        tx,
        ascending=ascending,
        owner=owner,
        lower=lower,
        upper=upper,
        most=most,
        kinds=_kinds(wanted),
        sender=wanted.from_account_id or 0,
        with_filtered=wanted.include_filtered,
    )


def groups_in(
    tx: Tx,
    owner: int,
    wanted: Wanted,
    grouped: list[str],
    *,
    lower: int = 0,
    upper: int = _TOP,
    most: int = 40,
    ascending: bool = False,
) -> list[Group]:
    """A page of one's notification groups; kinds outside ``grouped`` stand alone."""
    return lists.group_page(
        tx,
        ascending=ascending,
        owner=owner,
        lower=lower,
        upper=upper,
        most=most,
        kinds=_kinds(wanted),
        sender=wanted.from_account_id or 0,
        with_filtered=wanted.include_filtered,
        grouped=grouped,
    )


def group_in(tx: Tx, owner: int, group_key: str) -> list[Notification]:
    """Everything in one group, newest first. Raises NotFound for an empty one.

    ``ungrouped-ID`` names a single notification, also one of a kind that could be grouped.
    """
    found = lists.of_group(tx, owner, group_key)
    prefix, _, number = group_key.rpartition("-")
    if not found and prefix == "ungrouped" and number.isascii() and number.isdecimal() and int(number) <= _TOP:
        found = [notification_in(tx, owner, int(number))]
    if not found:
        raise NotFound
    return found


def whole_group_in(tx: Tx, owner: int, group_key: str) -> Group:
    """One group from its first notification to its last. Raises NotFound for an empty one."""
    found = group_in(tx, owner, group_key)
    newest = found[0]
    return Group(
        key=group_key,
        kind=newest.kind,
        count=len(found),
        newest_id=newest.id,
        page_min_id=found[-1].id,
        page_max_id=newest.id,
        newest_at=newest.created_at,
        sample_account_ids=tuple(dict.fromkeys(one.from_account_id for one in found))[:_SAMPLES],
        post_id=newest.post_id,
    )


def notification_in(tx: Tx, owner: int, notification_id: int) -> Notification:
    """One of one's own notifications. Raises NotFound."""
    found = lists.one(tx, notification_id)
    if found is None or found.account_id != owner:
        raise NotFound
    return found


def dismiss_in(tx: Tx, owner: int, notification_id: int) -> None:
    """Put one away. Raises NotFound."""
    if not tx.delete(notification, id=notification_id, account_id=owner):
        raise NotFound


def dismiss_group_in(tx: Tx, owner: int, group_key: str) -> None:
    """Put a whole group away."""
    tx.delete(notification, account_id=owner, group_key=group_key)


def clear_in(tx: Tx, owner: int) -> None:
    """Put everything away."""
    tx.delete(notification, account_id=owner)
    tx.delete(notification_request, account_id=owner)


def policy_in(tx: Tx, owner: int) -> tuple[Policy, int, int]:
    """From whom somebody wants to hear, with how many requests wait and how many notifications are in them."""
    return upkeep.policy(tx, owner), *upkeep.pending(tx, owner)


def set_policy_in(tx: Tx, owner: int, changes: dict[str, str]) -> None:
    """Change some of the rules. Raises Invalid for a word that is no verdict."""
    current = {name: getattr(upkeep.policy(tx, owner), name) for name in Policy.__struct_fields__}
    for name, value in changes.items():
        if value not in VERDICTS:
            raise Invalid(f"Validation failed: {name.replace('_', ' ').capitalize()} is not included in the list")
    tx.upsert(notification_policy, ("account_id",), account_id=owner, **current | changes)


def requests_in(
    tx: Tx, owner: int, *, lower: int = 0, upper: int = _TOP, most: int = 40, ascending: bool = False
) -> list[Request]:
    """A page of senders whose notifications were filtered, newest first."""
    return upkeep.requests_page(tx, owner, lower=lower, upper=upper, most=most, ascending=ascending)


def request_in(tx: Tx, owner: int, request_id: int) -> Request:
    """One request. Raises NotFound."""
    found = upkeep.requests_by_id(tx, owner, [request_id])
    if not found:
        raise NotFound
    return found[0]


def accept_requests_in(tx: Tx, owner: int, ids: list[int]) -> int:
    """Hear from these senders from now on; what was filtered joins the main list. Returns how many were accepted."""
    found = upkeep.requests_by_id(tx, owner, ids)
    for request in found:
        pair = {"account_id": owner, "from_account_id": request.from_account_id}
        tx.insert_new(notification_permission, **pair, created_at=tx.now)
        tx.update(notification, pair, filtered=False)
        tx.delete(notification_request, id=request.id)
    if found:
        tx.emit(NotificationsMerged(owner))
    return len(found)


def dismiss_requests_in(tx: Tx, owner: int, ids: list[int]) -> int:
    """Throw away what these senders sent so far. Returns how many requests there were."""
    found = upkeep.requests_by_id(tx, owner, ids)
    for request in found:
        tx.delete(notification, account_id=owner, from_account_id=request.from_account_id, filtered=True)
        tx.delete(notification_request, id=request.id)
    return len(found)
