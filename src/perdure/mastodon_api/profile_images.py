"""Profile pictures in requests that change a profile."""

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.kernel.errors import AppError, Unavailable
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


async def change_profile(rt: Runtime, account_id: int, change: accounts.ProfileChange) -> None:
    """Change a profile; a picture that it no longer shows is deleted, and so is a new one if the change is refused."""
    before = await rt.db.read(accounts.view_in, account_id)
    try:
        await accounts.update_profile(rt, account_id, change)
    except Unavailable:
        raise  # it may have been stored all the same
    except AppError:
        for key in filter(None, (change.avatar_key, change.header_key)):
            await media.forget_picture(rt, key)
        raise
    if change.avatar_key is not None:
        await media.forget_picture(rt, before.avatar_key)
    if change.header_key is not None:
        await media.forget_picture(rt, before.header_key)
