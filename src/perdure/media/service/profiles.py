"""Profile pictures that come and go with a change of a profile."""

from perdure.accounts import service as accounts
from perdure.kernel.errors import AppError, Unavailable
from perdure.kernel.runtime import Runtime
from perdure.media.service.uploading import forget_picture


async def change_profile(rt: Runtime, account_id: int, change: accounts.ProfileChange) -> None:
    """Change a profile; a picture that it no longer shows is deleted, and so is a new one if the change is refused.

    Raises Invalid with every fault of the change.
    """
    before = await rt.db.read(accounts.view_in, account_id)
    try:
        await accounts.update_profile(rt, account_id, change)
    except Unavailable:
        raise  # it may have been stored all the same
    except AppError:
        for key in filter(None, (change.avatar_key, change.header_key)):
            await forget_picture(rt, key)
        raise
    if change.avatar_key is not None:
        await forget_picture(rt, before.avatar_key)
    if change.header_key is not None:
        await forget_picture(rt, before.header_key)
