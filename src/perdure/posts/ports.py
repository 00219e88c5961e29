"""What posts need of the rooms above."""

from typing import Protocol

from perdure.posts.model import CLEAR, Verdict


class Screener(Protocol):
    """Looks at a text before it is stored, and says whether it must wait for a person (safety.md §5.7).

    Called in the process that answers the request, in front of the transaction: it asks no database and takes a
    millisecond or so. What takes longer is asked for after publishing.
    """

    def screen(self, text: str, language: str | None) -> Verdict:
        """Judge a text as its author typed it: warning, text and poll options, one a line."""
        ...


class NoScreener:
    """Lets everything through: where scoring is switched off."""

    def screen(self, text: str, language: str | None) -> Verdict:  # noqa: ARG002 - the port's names
        """See the port."""
        return CLEAR
