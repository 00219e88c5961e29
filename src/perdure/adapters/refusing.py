"""Ways out of a site that are shut: a rehearsed copy must never write to a member, or ask another site anything."""
# ruff: noqa: ARG002 - the ports fix what is asked, and every answer is no

from collections.abc import Mapping, Sequence
from typing import Final, NoReturn

from perdure.audit.ports import AnchorPlace
from perdure.continuity.model.stores import StoreRecord
from perdure.delivery.errors import Refused
from perdure.delivery.model import Fetched, Mail, Wanted
from perdure.kernel.errors import Unavailable
from perdure.notifications.model import PushAddress
from perdure.notifications.ports import PushOutcome

_WHY: Final = "This is a rehearsal: nothing leaves it"


class NoMailer:
    """See delivery.ports.Mailer."""

    async def send(self, mail: Mail) -> None:
        """Raise Unavailable."""
        raise Unavailable(_WHY)

    async def probe(self) -> None:
        """Raise Unavailable."""
        raise Unavailable(_WHY)


class NoOutgoing:
    """See delivery.ports.Outgoing. No name is looked up either."""

    def check(self, url: str) -> None:
        """Raise Refused."""
        raise Refused(_WHY)

    async def get(self, url: str, wanted: Wanted) -> Fetched:
        """Raise Refused."""
        raise Refused(_WHY)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Raise Refused."""
        raise Refused(_WHY)

    async def ask(self, url: str, headers: Mapping[str, str], body: bytes | None, wanted: Wanted) -> Fetched:
        """Raise Refused."""
        raise Refused(_WHY)


class NoPush:
    """See notifications.ports.PushGateway."""

    def checked(self, address: PushAddress) -> PushAddress:
        """Raise Unavailable."""
        raise Unavailable(_WHY)

    async def send(self, address: PushAddress, payload: bytes, *, key_pem: str, contact: str) -> PushOutcome:
        """Raise Unavailable."""
        raise Unavailable(_WHY)


class NoPlaces:
    """See audit.ports.AnchorPlaces: nobody keeps the roots of a rehearsal."""

    @property
    def places(self) -> Sequence[AnchorPlace]:
        """None."""
        return ()


class NoStores:
    """See continuity.ports.StoreOpener: the copies themselves are read before the site is booted."""

    def open(self, record: StoreRecord, secret: str, *, raw: bool = False) -> NoReturn:
        """Raise Unavailable."""
        raise Unavailable(_WHY)

    def make_ready(self, record: StoreRecord) -> None:
        """Raise Unavailable."""
        raise Unavailable(_WHY)
