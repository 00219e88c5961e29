"""Every state a post was in."""

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound
from perdure.media import service as media
from perdure.posts.model import Edit, PostView
from perdure.posts.queries import reading
from perdure.posts.service.viewing import views_in


def history_in(tx: Tx, viewer_id: int | None, post_id: int) -> tuple[AccountView, list[Edit]]:
    """The author and the states of a post that the viewer may see, oldest first. Raises NotFound."""
    found = views_in(tx, viewer_id, [post_id])
    if not found:
        raise NotFound
    return found[0].author, [*(_earlier(tx, row) for row in reading.edits(tx, post_id)), _now(found[0])]


def _earlier(tx: Tx, row: Row) -> Edit:
    options = msgspec.json.decode(row.options_json, type=tuple[str, ...])
    texts = (row.spoiler_text, row.text, *options)
    return Edit(
        row.created_at,
        row.content,
        row.spoiler_text,
        row.sensitive,
        tuple(media.views_in(tx, msgspec.json.decode(row.media_json, type=list[int]))),
        options,
        accounts.NamedEmojis(tx, texts).of(*texts),
    )


def _now(view: PostView) -> Edit:
    options = tuple(option.title for option in view.poll.options) if view.poll else ()
    return Edit(
        view.edited_at or view.created_at,
        view.content,
        view.spoiler_text,
        view.sensitive,
        view.media,
        options,
        view.emojis,
    )
