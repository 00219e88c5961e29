"""Who may do what: asked of the database in the transaction that does it, never of what a request remembers."""

from typing import Final

from perdure.accounts.errors import FactorMissing
from perdure.accounts.model import Right, Role, Standing
from perdure.accounts.queries import people, site
from perdure.accounts.rules import rights
from perdure.kernel.db import Tx
from perdure.kernel.errors import Forbidden

FROZEN: Final = "Your account is frozen: you can read, but not write. The notice about it says why, and how to appeal."
NO_FACTOR: Final = (
    "This action needs a second factor. Turn on two-factor codes or add a passkey in your security settings first."
)


def standing_in(tx: Tx, account_id: int) -> Standing:
    """An account's role and whether it has a second factor; a member's without one where the account is gone."""
    return people.standing(tx, account_id) or Standing("member", "deleted", second_factor=False)


def authorise_in(tx: Tx, account_id: int, right: Right) -> Role:
    """The role of an account that holds a right now.

    Raises Forbidden for one that does not or is frozen, FactorMissing for staff without a second factor. Test mode's
    fixed staff has none and needs none: nothing else serves its database.
    """
    found = standing_in(tx, account_id)
    if found.state != "active" or not rights.holds(found.role, right):
        raise Forbidden
    if found.frozen:
        raise Forbidden(FROZEN)
    if rights.needs_factor(right) and not found.second_factor and site.test_seed(tx) is None:
        raise FactorMissing(NO_FACTOR)
    return found.role


def require_factor_in(tx: Tx, account_id: int) -> None:
    """Raise FactorMissing for staff without a second factor, Forbidden for whoever is no staff."""
    authorise_in(tx, account_id, "view_dashboard")


def holders_in(tx: Tx, right: Right) -> list[int]:
    """Staff that holds a right, whether or not they have a second factor: for telling, not for letting."""
    return [row.id for row in people.staff(tx) if rights.holds(row.role, right)]
