"""What delivery needs from outside."""

from collections.abc import Mapping
from typing import Protocol

from perdure.delivery.model import Fetched, Mail, Wanted


class Mailer(Protocol):
    """Hands a mail to whoever carries it. Raises Unavailable where that fails for now."""

    async def send(self, mail: Mail) -> None:
        """Send one mail."""
        ...

    async def probe(self) -> None:
        """See whether mail could be sent now, without sending any. Raises Unavailable with a reason to show."""
        ...


class Outgoing(Protocol):
    """The one way by which this site asks other sites for something.

    Addresses that only this machine or its network can reach are refused, at each redirect anew, and so is a name
    that leads to one. No cookies, no credentials, limits on everything.
    """

    def check(self, url: str) -> None:
        """Raise Refused for a URL that would not be asked, as far as its text tells. Looks nothing up."""
        ...

    async def get(self, url: str, wanted: Wanted) -> Fetched:
        """Fetch a page, over at most three redirects. Raises Refused, Unreachable."""
        ...

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send bytes and return the status; redirects are not followed. Raises Refused, Unreachable."""
        ...

    async def ask(self, url: str, headers: Mapping[str, str], body: bytes | None, wanted: Wanted) -> Fetched:
        """Send bytes (None: only ask, with GET) and read the answer; redirects are not followed.

        Raises Refused, Unreachable.
        """
        ...
