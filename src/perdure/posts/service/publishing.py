"""Publish, edit, delete."""

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Forbidden, NotFound
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import key as fold
from perdure.media import service as media
from perdure.posts.events import PostDeleted, PostEdited, PostHeld, PostPublished, TagShown
from perdure.posts.model import CLEAR, Draft, Unexpected, Verdict
from perdure.posts.ports import Screener
from perdure.posts.queries import reading, writing
from perdure.posts.rules import drafts, markup
from perdure.posts.service.previews import link_in, unlink_in
from perdure.posts.service.viewing import LIMITED, load_in
from perdure.posts.tables import idempotency, post, post_pin


class Rendered(msgspec.Struct, frozen=True):
    """A checked text: HTML, whom it speaks to, its hashtags."""

    content: str
    mentioned: tuple[int, ...]
    tags: dict[str, str]
    link: str | None = None  # the first one that leads to another site


class Limits(msgspec.Struct, frozen=True):
    """What of the settings a transaction body needs."""

    base_url: str
    domain: str
    characters: int


def limits_of(rt: Runtime) -> Limits:
    """The site's limits for posts."""
    return Limits(rt.settings.base_url, rt.settings.domain, rt.settings.max_post_characters)


async def publish(rt: Runtime, author_id: int, draft: Draft, idempotency_key: str | None = None) -> int:
    """Publish a post; returns its id. The same key of the same author returns the same post for an hour.

    A text that threatens somebody is stored but held: see :class:`PostHeld`. Raises Invalid for a draft that breaks a
    rule, NotFound for a reply to something the author may not see.
    """
    verdict = await screen(rt, draft)
    return await rt.db.write("posts.publish", publish_in, limits_of(rt), author_id, draft, idempotency_key, verdict)


async def screen(rt: Runtime, draft: Draft) -> Verdict:
    """What screening says of a draft. What is said in confidence is not read by machines."""
    if draft.visibility == "direct":
        return CLEAR
    screener = rt.port(Screener)
    await screener.ready(rt)
    return screener.screen(draft.readable, draft.language)


def publish_in(
    tx: Tx, limits: Limits, author_id: int, draft: Draft, key: str | None = None, verdict: Verdict = CLEAR
) -> int:
    """:func:`publish` in the caller's transaction, which brings what screening said."""
    post_id = tx.new_id()
    if key is not None and (made := claim_in(tx, author_id, key, post_id)) != post_id:
        return made
    author = accounts.writer_in(tx, author_id)
    rendered = render_in(tx, limits, draft)
    parent = load_in(tx, author_id, draft.in_reply_to_id) if draft.in_reply_to_id else None
    if parent is not None and parent.reblog_of_id is not None:
        parent = load_in(tx, author_id, parent.reblog_of_id)
    if parent is not None and parent.limited and parent.account_id != author_id:
        raise Forbidden(LIMITED)
    _check_mentions(author_id, draft, rendered)
    visibility = draft.visibility or author.default_visibility
    _insert(tx, post_id, author, draft, rendered, parent, visibility, held=verdict.hold)
    if draft.media_ids:
        media.attach_in(tx, author_id, draft.media_ids, post_id)
    if rendered.link is not None:
        link_in(tx, post_id, visibility, rendered.link)
    if parent is not None:
        writing.add_count(tx, parent.id, "replies", 1)
    accounts.adjust_counts_in(tx, author_id, statuses=1, last_status_at=tx.now)
    if verdict.hold:
        tx.emit(PostHeld(post_id, author_id, visibility, 1, verdict.findings_json))
        return post_id
    tx.emit(
        PostPublished(
            post_id,
            author_id,
            visibility,
            in_reply_to_account_id=parent.account_id if parent else None,
            thread_id=parent.thread_id if parent else post_id,
            mentioned=rendered.mentioned,
        )
    )
    return post_id


def claim_in(tx: Tx, author_id: int, key: str, made_id: int) -> int:
    """Tie a key to what is about to be made; returns what the key made within the last hour, else ``made_id``.

    The insert comes first: of two requests at once the second waits here for the first, and then finds its post.
    """
    values = {"account_id": author_id, "key": key, "post_id": made_id, "created_at": tx.now}
    if tx.insert_new(idempotency, **values):
        return made_id
    found = writing.keyed(tx, author_id, key)
    if found is not None and found.created_at >= tx.now - drafts.IDEMPOTENCY_MS:
        made: int = found.post_id
        return made
    tx.upsert(idempotency, ("account_id", "key"), **values)
    return made_id


def _check_mentions(author_id: int, draft: Draft, rendered: Rendered) -> None:
    if draft.allowed_mentions is None:
        return
    allowed = {*draft.allowed_mentions, author_id}
    if others := tuple(one for one in rendered.mentioned if one not in allowed):
        raise Unexpected(others)


def _insert(
    tx: Tx,
    post_id: int,
    author: AccountView,
    draft: Draft,
    rendered: Rendered,
    parent: Row | None,
    visibility: str,
    *,
    held: bool,
) -> None:
    sensitive = draft.sensitive if draft.sensitive is not None else author.default_sensitive
    tx.insert(
        post,
        id=post_id,
        account_id=author.id,
        text=draft.text,
        content=rendered.content,
        spoiler_text=draft.spoiler_text,
        sensitive=sensitive or bool(draft.spoiler_text),
        visibility=visibility,
        language=draft.language or author.default_language,
        in_reply_to_id=parent.id if parent else None,
        in_reply_to_account_id=parent.account_id if parent else None,
        thread_id=parent.thread_id if parent else post_id,
        reblog_of_id=None,
        poll_id=_insert_poll(tx, post_id, author.id, draft),
        has_media=bool(draft.media_ids),
        app_name=draft.app_name,
        app_website=draft.app_website,
        state="held" if held else "published",
        announced=not held,
        created_at=tx.now,
        edited_at=None,
        deleted_at=None,
        version=1,
        replies_count=0,
        reblogs_count=0,
        favourites_count=0,
        import_key=None,
    )
    writing.set_mentions(tx, post_id, list(rendered.mentioned))
    set_tags_in(tx, post_id, author.id, visibility, rendered.tags)


def set_tags_in(tx: Tx, post_id: int, author_id: int, visibility: str, tags: dict[str, str]) -> None:
    """Give a post its hashtags, folded name → as written, and tell of those that nobody could read before."""
    for tag_id in writing.set_tags(tx, post_id, tags, private=visibility == "direct"):
        tx.emit(TagShown(tag_id, author_id))


def _insert_poll(tx: Tx, post_id: int, author_id: int, draft: Draft) -> int | None:
    if draft.poll is None:
        return None
    poll_id = tx.new_id()
    writing.insert_poll(
        tx,
        poll_id,
        draft.poll.options,
        post_id=post_id,
        author_id=author_id,
        expires_at=tx.now + draft.poll.expires_in_s * 1000,
        multiple=draft.poll.multiple,
        hide_totals=draft.poll.hide_totals,
    )
    return poll_id


def render_in(tx: Tx, limits: Limits, draft: Draft) -> Rendered:
    """Check a draft and make its HTML. Raises Invalid."""
    found = markup.tokens(draft.text, limits.domain)
    drafts.check(draft, markup.length(draft.text, found) + len(draft.spoiler_text), limits.characters)
    typed = {token.value for token in found if token.kind == "mention"}
    ids = accounts.ids_by_names_in(tx, typed) if typed else {}
    people = accounts.views_in(tx, ids.values()) if ids else {}
    names = {name.lower(): people[account_id].username for name, account_id in ids.items()}
    tags = {fold(token.value): token.value for token in found if token.kind == "tag"}
    content = markup.render(draft.text, found, limits.base_url, names)
    return Rendered(content, tuple(dict.fromkeys(ids.values())), tags, markup.first_url(found, limits.domain))


def own_in(tx: Tx, author_id: int, post_id: int) -> Row:
    """A post that belongs to the account. Raises NotFound for anybody else's."""
    row = load_in(tx, author_id, post_id)
    if row.account_id != author_id:
        raise NotFound
    return row


async def edit(rt: Runtime, author_id: int, post_id: int, draft: Draft) -> None:
    """Change a post of one's own and keep what it was. Visibility and parent stay; what threatens is held.

    Raises Invalid for a draft that breaks a rule, NotFound for a post of anybody else's.
    """
    row = await rt.db.read(own_in, author_id, post_id)
    verdict = await screen(rt, msgspec.structs.replace(draft, visibility=row.visibility))
    await rt.db.write("posts.edit", edit_in, limits_of(rt), author_id, post_id, draft, verdict)


def edit_in(tx: Tx, limits: Limits, author_id: int, post_id: int, draft: Draft, verdict: Verdict = CLEAR) -> None:
    """:func:`edit` in the caller's transaction, which brings what screening said."""
    accounts.may_write_in(tx, author_id)
    row = own_in(tx, author_id, post_id)
    rendered = render_in(tx, limits, draft)
    _keep_edit(tx, row)
    values = {
        "text": draft.text,
        "content": rendered.content,
        "spoiler_text": draft.spoiler_text,
        "sensitive": bool(draft.sensitive) or bool(draft.spoiler_text),
        "language": draft.language or row.language,
        "has_media": bool(draft.media_ids),
        "edited_at": tx.now,
    }
    if draft.poll is not None:
        values["poll_id"] = _replace_poll(tx, row, author_id, draft)
    if row.has_media or draft.media_ids:
        media.attach_in(tx, author_id, draft.media_ids, post_id, draft.media_changes)
    held = verdict.hold or row.state == "held"
    if held:
        values["state"] = "held"
    tx.update(post, {"id": post_id}, **values)
    writing.new_version(tx, post_id)
    writing.set_mentions(tx, post_id, list(rendered.mentioned))
    set_tags_in(tx, post_id, author_id, row.visibility, rendered.tags)
    link_in(tx, post_id, row.visibility, rendered.link)
    if held:
        tx.emit(PostHeld(post_id, author_id, row.visibility, row.version + 1, verdict.findings_json, edited=True))
    else:
        tx.emit(PostEdited(post_id, author_id))


def _keep_edit(tx: Tx, row: Row) -> None:
    shown = media.views_of_posts_in(tx, [row.id]).get(row.id, ()) if row.has_media else ()
    options = tuple(option.title for option in reading.poll_options(tx, [row.poll_id])) if row.poll_id else ()
    writing.keep_edit(tx, row, row.edited_at or row.created_at, [view.id for view in shown], options)


def _replace_poll(tx: Tx, row: Row, author_id: int, draft: Draft) -> int | None:
    """Keep a poll whose answers did not change (and its votes); otherwise start a new one."""
    assert draft.poll is not None
    if row.poll_id is not None:
        titles = tuple(option.title for option in reading.poll_options(tx, [row.poll_id]))
        if titles == draft.poll.options:
            kept: int = row.poll_id
            return kept
        writing.drop_poll(tx, row.poll_id)
    return _insert_poll(tx, row.id, author_id, draft)


@accounts.by_member
def delete_in(tx: Tx, author_id: int, post_id: int) -> None:
    """Delete a post of one's own: it leaves every list at once, with its echoes; a purge erases it later."""
    if not delete_row_in(tx, own_in(tx, author_id, post_id)):
        raise NotFound


def delete_row_in(tx: Tx, row: Row) -> bool:
    """Delete a post, whoever asks; tells whether it was this call that did it."""
    post_id, author_id = row.id, row.account_id
    if not writing.mark_deleted(tx, post_id):
        return False
    tx.delete(post_pin, post_id=post_id)
    unlink_in(tx, post_id)
    if row.has_media:
        media.detach_in(tx, post_id)
    accounts.adjust_counts_in(tx, author_id, statuses=-1)
    if row.in_reply_to_id is not None:
        writing.add_count(tx, row.in_reply_to_id, "replies", -1)
    if row.reblog_of_id is not None:
        writing.add_count(tx, row.reblog_of_id, "reblogs", -1)
    for echo in writing.delete_echoes(tx, post_id):
        accounts.adjust_counts_in(tx, echo.account_id, statuses=-1)
        tx.emit(PostDeleted(echo.id, echo.account_id, row.visibility, reblog_of_id=post_id))
    tx.emit(PostDeleted(post_id, author_id, row.visibility, reblog_of_id=row.reblog_of_id))
    return True
