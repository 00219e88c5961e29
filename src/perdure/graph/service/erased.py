"""Clears up after an account that was erased."""

from perdure.accounts.events import AccountDeleted
from perdure.graph.queries import erased
from perdure.graph.service import unfollow_in
from perdure.kernel.db import Tx


def account_deleted_in(tx: Tx, event: AccountDeleted) -> None:
    """Forget its lists, filters, blocks and notes. Its follows end in batches: there may be very many."""
    erased.forget(tx, event.account_id)


def withdraw_in(tx: Tx, most: int) -> int:
    """End ``most`` follows to and from erased accounts, so that nobody is counted who is gone; returns how many."""
    rows = erased.follows(tx, most)
    for row in rows:
        unfollow_in(tx, row.account_id, row.target_id)
    return len(rows)
