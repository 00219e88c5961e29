"""What a subject looks like now: the content of a snapshot before it is sealed."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import structs

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.graph import service as graph
from perdure.kernel.db import Row, Tx
from perdure.media import service as media
from perdure.media.model import MediaView, Print
from perdure.moderation.model import SnapshotContent, SnapshotMedia, SnapshotPost, Subject
from perdure.moderation.queries import snapshots as queries
from perdure.posts import service as posts
from perdure.signals.rules.normalise import views

_BEFORE: Final = 5
"""How many messages before a reported one come along, so that it can be understood."""
_GONE: Final = "deleted"


def content_in(tx: Tx, about: Subject) -> SnapshotContent | None:
    """Everything a person needs to judge a subject; None where nothing of it is left.

    A post that its author deleted is still there until the purge, without its files.
    """
    found = _content_in(tx, about)
    if found is None:
        return None
    said = "\n".join(filter(None, (found.spoiler_text, found.text, *found.poll_options)))
    return structs.replace(found, views=views(said)._asdict())


def _content_in(tx: Tx, about: Subject) -> SnapshotContent | None:
    if about.kind in {"post", "message"}:
        row = posts.stored_in(tx, about.id)
        return None if row is None else _post_in(tx, about, row)
    if about.kind == "account":
        view = accounts.views_in(tx, [about.id]).get(about.id)
        return None if view is None else _account(about, view, tx.now)
    return _other_in(tx, about)


def _author_in(tx: Tx, author_id: int | None) -> dict[str, Any]:
    view = accounts.views_in(tx, [author_id]).get(author_id) if author_id else None
    if view is None:
        return {
            "author_id": author_id,
            "author_name": "",
            "author_display_name": "",
            "author_state": _GONE if author_id else "",
            "author_role": "",
            "author_created_at": 0,
            "author_followers": 0,
            "author_statuses": 0,
        }
    return _author(view)


def _author(view: AccountView) -> dict[str, Any]:
    return {
        "author_id": view.id,
        "author_name": view.username,
        "author_display_name": view.display_name,
        "author_state": view.state,
        "author_role": view.role,
        "author_created_at": view.created_at,
        "author_followers": view.followers_count,
        "author_statuses": view.statuses_count,
    }


def _post_in(tx: Tx, about: Subject, row: Row) -> SnapshotContent:
    polls = posts.polls_in(tx, None, [row.poll_id]) if row.poll_id else {}
    options = tuple(option.title for poll in polls.values() for option in poll.options)
    cards = posts.cards_in(tx, [row.id]) if "://" in row.text else {}
    return SnapshotContent(
        kind=about.kind,
        ref_id=row.id,
        version=row.version,
        text=row.text,
        spoiler_text=row.spoiler_text,
        language=row.language,
        visibility=row.visibility,
        state=row.state,
        created_at=row.created_at,
        edited_at=row.edited_at,
        media=_media_in(tx, row.id) if row.has_media else (),
        poll_options=options,
        card_url=cards[row.id].url if row.id in cards else None,
        context=tuple(_context_in(tx, row)),
        replies=row.replies_count,
        reblogs=row.reblogs_count,
        favourites=row.favourites_count,
        taken_at=tx.now,
        **_author_in(tx, row.account_id),
    )


def _media_in(tx: Tx, post_id: int) -> tuple[SnapshotMedia, ...]:
    return _files_in(tx, media.views_of_posts_in(tx, [post_id]).get(post_id, ()))


def _files_in(tx: Tx, found: Sequence[MediaView]) -> tuple[SnapshotMedia, ...]:
    prints = {one.media_id: one for one in media.prints_in(tx, [view.id for view in found])} if found else {}
    return tuple(_file(view, prints.get(view.id)) for view in found)


def _file(view: MediaView, known: Print | None) -> SnapshotMedia:
    return SnapshotMedia(
        id=view.id,
        kind=view.kind,
        mime=view.mime,
        description=view.description,
        file_key=view.file_key,
        preview_key=view.preview_key,
        sha256=known.sha256 if known else (),
        looks=tuple(f"{look:016x}" for look in known.looks) if known else (),
    )


def _context_in(tx: Tx, row: Row) -> list[SnapshotPost]:
    """The parent of a post; of a message what was said before it. Nothing else: no stranger comes along."""
    found: list[SnapshotPost] = []
    parent_id = row.in_reply_to_id
    while parent_id is not None and len(found) < (_BEFORE if row.visibility == "direct" else 1):
        parent = posts.stored_in(tx, parent_id)
        if parent is None:
            break
        author = accounts.views_in(tx, [parent.account_id]).get(parent.account_id)
        found.append(
            SnapshotPost(
                id=parent.id,
                author_id=parent.account_id,
                author_name=author.username if author else "",
                text=parent.text,
                spoiler_text=parent.spoiler_text,
                created_at=parent.created_at,
                relation="before" if row.visibility == "direct" else "parent",
            )
        )
        parent_id = parent.in_reply_to_id
    return found


def _account(about: Subject, view: AccountView, now: int) -> SnapshotContent:
    return SnapshotContent(
        kind=about.kind,
        ref_id=view.id,
        version=about.version,
        text=view.note,
        spoiler_text="",
        fields={
            "display_name": view.display_name,
            "username": view.username,
            "avatar": view.avatar_key or "",
            "header": view.header_key or "",
            "avatar_description": view.avatar_description,
            "header_description": view.header_description,
            **{f"field {place}": f"{field.name}: {field.value}" for place, field in enumerate(view.fields, 1)},
        },
        created_at=view.created_at,
        taken_at=now,
        **_author(view),
    )


def _other_in(tx: Tx, about: Subject) -> SnapshotContent:
    """A tag, a file, a poll, a link, a list: by what names it; the signals of the case say what was found in it."""
    text, files, options = "", list[MediaView](), tuple[str, ...]()
    version, fields, card_url = about.version, dict[str, str](), None
    if about.kind == "tag":
        text, version = queries.tag_name(tx, about.id), 1
    elif about.kind == "list":
        text, version = _title_in(tx, about)
    elif about.kind == "link" and (card := posts.card_words_in(tx, about.id)) is not None:
        version, fields, card_url = card.version, card.parts, card.url
        text = "\n".join(card.parts.values())
    elif about.kind == "media":
        files = media.views_in(tx, [about.id])
        text = (files[0].description or "") if files else ""
    elif about.kind == "poll":
        found = posts.polls_in(tx, None, [about.id])
        options = tuple(option.title for poll in found.values() for option in poll.options)
    return SnapshotContent(
        kind=about.kind,
        ref_id=about.id,
        version=version,
        text=text,
        spoiler_text="",
        fields=fields,
        card_url=card_url,
        poll_options=options,
        media=_files_in(tx, files),
        taken_at=tx.now,
        **_author_in(tx, about.author_id),
    )


def _title_in(tx: Tx, about: Subject) -> tuple[str, int]:
    row = graph.list_title_in(tx, about.id)
    return ("", about.version) if row is None else (row.title, row.version)
