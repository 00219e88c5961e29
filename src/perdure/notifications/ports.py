"""What notifications need from outside."""

from typing import Literal, Protocol

PushOutcome = Literal["sent", "gone", "refused"]


class PushGateway(Protocol):
    """Encrypts and delivers Web Push messages under the site's own VAPID key."""

    def public_key(self) -> str:
        """The site's VAPID public key: 65 bytes as unpadded base64url."""
        ...

    def seal(self, text: str) -> str:
        """Encrypt a secret for storage."""
        ...

    def unseal(self, sealed: str) -> str:
        """The secret that :meth:`seal` encrypted."""
        ...

    def check_keys(self, p256dh: str, auth: str) -> None:
        """Raise :class:`~perdure.kernel.errors.Invalid` for keys that no message could be encrypted for."""
        ...

    async def send(self, endpoint: str, p256dh: str, auth: str, payload: bytes, *, standard: bool) -> PushOutcome:
        """Deliver one message. ``gone``: forget the subscription. ``refused``: it will never arrive; do not retry.

        Raises :class:`~perdure.kernel.errors.Unavailable` where trying again later may help.
        """
        ...
