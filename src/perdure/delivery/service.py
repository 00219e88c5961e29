"""Use cases of delivery."""

from perdure.delivery.model import Mail as Mail
from perdure.delivery.ports import Mailer
from perdure.kernel.runtime import Runtime


async def send_mail(rt: Runtime, mail: Mail) -> None:
    """Send a mail through the adapter that the settings name. Raises Unavailable where it cannot be sent now."""
    await rt.port(Mailer).send(mail)
