"""What delivery needs from outside."""

from typing import Protocol

from perdure.delivery.model import Mail


class Mailer(Protocol):
    """Hands a mail to whoever carries it. Raises Unavailable where that fails for now."""

    async def send(self, mail: Mail) -> None:
        """Send one mail."""
        ...
