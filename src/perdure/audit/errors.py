"""What can go wrong when something is proved."""

from perdure.kernel.errors import Invalid, Unavailable


class Unproved(Invalid):
    """There is nothing to prove by: no such case or day, or a document that the ledger does not vouch for."""


class NotAnchored(Unavailable):
    """Some places did not take a root. It is tried again."""
