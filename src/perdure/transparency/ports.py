"""What transparency needs from outside."""

from collections.abc import Sequence
from typing import Any, Protocol

from perdure.transparency.model import Accepted, Answered


class StatementDatabase(Protocol):
    """The DSA Transparency Database, or nobody where the operator has no access to it."""

    @property
    def named(self) -> str:
        """Its host, for people; empty where there is none."""
        ...

    async def store(self, documents: Sequence[dict[str, Any]]) -> Answered:
        """Send at most a hundred statements: all of them are stored, or none.

        Raises Unavailable where it is not known whether they were, or the database does not let this site in.
        """
        ...

    async def find(self, puid: str) -> Accepted | None:
        """The statement of this site with a puid, or None. Raises Unavailable."""
        ...
