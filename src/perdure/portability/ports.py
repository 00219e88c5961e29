"""What portability needs from outside."""

from typing import Any, Protocol


class Signer(Protocol):
    """Signs in the site's name. A signed file is one of :mod:`perdure.continuity.rules.signing`."""

    def public_key(self) -> str:
        """The public key, as hex. Raises Unavailable where there is none any more."""
        ...

    def sign(self, kind: str, document: Any) -> bytes:
        """A signed file of a document of one kind. Raises Unavailable."""
        ...
