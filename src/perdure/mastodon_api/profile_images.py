"""Profile pictures in requests that change a profile."""

from perdure.accounts.model import Viewer
from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.params import Params


async def stored_image(rt: Runtime, person: Viewer, params: Params, name: str) -> str | None:
    """The storage key of a picture that was sent, or None where none was. Raises Invalid: none is stored so far."""
    if params.file(name) is not None:
        raise Invalid(f"Validation failed: {name.capitalize()} cannot be changed: this site stores no pictures yet")
    return None
