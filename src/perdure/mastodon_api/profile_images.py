"""Profile pictures in requests that change a profile."""

from perdure.accounts.model import Viewer
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.media import spooled
from perdure.mastodon_api.params import Params
from perdure.media import service as media
from perdure.media.ports import Shape


async def stored_image(rt: Runtime, person: Viewer, params: Params, name: Shape) -> str | None:
    """Store a picture that was sent and return its key, or None where none was. Raises Invalid, TooLarge."""
    sent = params.file(name)
    if sent is None:
        return None
    async with spooled(sent) as path:
        return await media.make_picture(rt, path, name)
