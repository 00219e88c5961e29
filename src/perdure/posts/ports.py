"""What posts need of the rooms above."""

from typing import Protocol

from perdure.kernel.runtime import Runtime
from perdure.posts.model import Verdict


class Screener(Protocol):
    """Looks at a text before it is stored, and says whether it must wait for a person (safety.md §5.7).

    Called in the process that answers the request, in front of the transaction: it asks no database and takes a
    millisecond or so. What takes longer is asked for after publishing.
    """

    async def ready(self, rt: Runtime) -> None:
        """Take up what was changed about screening elsewhere; asks the database once a second at most."""
        ...

    def screen(self, text: str, language: str | None) -> Verdict:
        """Judge a text as its author typed it: warning, text and poll options, one a line."""
        ...
