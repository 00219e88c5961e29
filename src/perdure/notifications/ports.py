"""What notifications need from outside."""

from typing import Literal, Protocol

from perdure.notifications.model import PushAddress

PushOutcome = Literal["sent", "gone", "refused"]


class PushGateway(Protocol):
    """Encrypts Web Push messages for one receiver and hands them to the receiver's push service."""

    def checked(self, address: PushAddress) -> PushAddress:
        """The address in the form in which it is kept.

        Raises :class:`~perdure.kernel.errors.Invalid` for keys that nothing can be encrypted for, and for an
        endpoint that this site would never ask.
        """
        ...

    async def send(self, address: PushAddress, payload: bytes, *, key_pem: str, contact: str) -> PushOutcome:
        """Deliver one message, signed with the site's key (VAPID); ``contact`` is a mailto: or https: URL.

        ``gone``: forget the subscription. ``refused``: this message will never arrive. Raises
        :class:`~perdure.kernel.errors.Unavailable` where trying again later may help.
        """
        ...
