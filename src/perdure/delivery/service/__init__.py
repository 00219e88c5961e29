"""Use cases of delivery."""

from collections.abc import Mapping

from perdure.delivery.errors import Refused as Refused
from perdure.delivery.errors import Unreachable as Unreachable
from perdure.delivery.model import Attachment as Attachment
from perdure.delivery.model import Fetched as Fetched
from perdure.delivery.model import Mail as Mail
from perdure.delivery.model import Wanted as Wanted
from perdure.delivery.ports import Mailer, Outgoing
from perdure.kernel.runtime import Runtime


async def send_mail(rt: Runtime, mail: Mail) -> None:
    """Send a mail through the adapter that the settings name. Raises Unavailable where it cannot be sent now."""
    await rt.port(Mailer).send(mail)


async def probe_mail(rt: Runtime) -> None:
    """See whether mail could be sent now; none is. Raises Unavailable with a reason that an operator may see."""
    await rt.port(Mailer).probe()


def check_url(rt: Runtime, url: str) -> None:
    """Raise Refused for a URL that this site would never ask."""
    rt.port(Outgoing).check(url)


async def fetch(rt: Runtime, url: str, wanted: Wanted) -> Fetched:
    """Fetch a page from another site. Raises Refused, Unreachable."""
    return await rt.port(Outgoing).get(url, wanted)


async def post(rt: Runtime, url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Send bytes to another site; returns the status. Raises Refused, Unreachable."""
    return await rt.port(Outgoing).post(url, headers, body)


async def ask(rt: Runtime, url: str, headers: Mapping[str, str], body: bytes | None, wanted: Wanted) -> Fetched:
    """Send bytes (None: only ask) to another site and read the answer. Raises Refused, Unreachable."""
    return await rt.port(Outgoing).ask(url, headers, body, wanted)
