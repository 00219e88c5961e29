"""Posts as clients read them: rendered pieces from a cache, the changing parts spliced in.

A status is made of three pieces of JSON text: what only an edit changes (cached by post id and version), the author
(cached by account id and version), and counts and marks (read each time, written each time). A changed version is a
miss, so no process has to be told of a change.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.graph.model import FilterView
from perdure.graph.service import filters
from perdure.kernel.db import Row, Tx
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.entities.account import Urls, account_entity
from perdure.mastodon_api.entities.card import card_entity
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.emoji import emoji_entities
from perdure.mastodon_api.entities.filter import result_entity
from perdure.mastodon_api.entities.media import media_entity
from perdure.mastodon_api.entities.poll import poll_entity
from perdure.posts import service as posts
from perdure.posts.model import Overlay, PollView, PostView

_MOST: Final = 20_000
_encode = msgspec.json.encode
_TRUE, _FALSE = b"true", b"false"


class _Pieces:
    """Rendered text by id and versions; at the limit the oldest half goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[tuple[int, ...], bytes] = {}
        self.get = self._kept.get

    def put(self, key: tuple[int, ...], text: bytes) -> None:
        if len(self._kept) >= self._most:
            for old in list(self._kept)[: self._most // 2]:
                self._kept.pop(old, None)
        self._kept[key] = text


class StatusCache:
    """The pieces of one process for one base URL."""

    def __init__(self, urls: Urls) -> None:
        self.urls = urls
        self.posts = _Pieces(_MOST)
        self.accounts = _Pieces(_MOST)
        self.texts = _Pieces(_MOST)  # what filters look at
        self.whole = _Pieces(_MOST // 4)
        self.same: dict[int, tuple[Row, bytes]] = {}

    def text_of(self, row: Row) -> bytes | None:
        """The finished text of a page's row. A row told again is the same object, which spares comparing it."""
        kept = self.same.get(row.id)
        if kept is not None and kept[0] is row:
            return kept[1]
        text = self.whole.get(row)
        if text is not None:
            if len(self.same) > _MOST // 4:
                self.same.clear()
            self.same[row.id] = (row, text)
        return text


def cache_of(rt: Runtime) -> StatusCache:
    """The cache that belongs to a runtime's addresses. Ids are unique for a site, so sites do not mix."""
    urls = Urls.of(rt.settings)
    key = (urls, str(rt.settings.data), rt.settings.database_url)
    found = _caches_by_site.get(key)
    if found is None:
        found = _caches_by_site[key] = StatusCache(urls)
    return found


_caches_by_site: dict[tuple[Urls, str, str], StatusCache] = {}


async def render_statuses(
    rt: Runtime, viewer: Viewer | None, ids: Sequence[int], *, context: str | None = None
) -> list[msgspec.Raw]:
    """Statuses in the order asked, encoded. What the viewer may not see is left out.

    With ``context`` (``home``, ``notifications``) what the viewer's filters hide there is left out too.
    """
    if not ids:
        return []
    viewer_id = viewer.account_id if viewer else None
    return await rt.db.read(render_in, cache_of(rt), viewer_id, list(ids), context)


async def render_status(rt: Runtime, viewer: Viewer | None, post_id: int) -> msgspec.Raw:
    """One status. Raises NotFound, Gone."""
    found = await render_statuses(rt, viewer, [post_id])
    return found[0] if found else await rt.db.read(posts.explain_absence_in, post_id)


def render_in(
    tx: Tx, cache: StatusCache, viewer_id: int | None, ids: list[int], context: str | None = None
) -> list[msgspec.Raw]:
    """:func:`render_statuses` in a transaction: one query when every piece is cached, a second for echoes."""
    texts = _texts_in(tx, cache, viewer_id, ids, context)
    return [msgspec.Raw(texts[post_id]) for post_id in ids if post_id in texts]


def render_rows_in(
    tx: Tx, cache: StatusCache, viewer_id: int, rows: list[Row], context: str, *, filtered: bool
) -> list[bytes]:
    """The statuses of a page that :func:`perdure.posts.service.overlaid` told, as far as they are ``seen``.

    A row holds everything a status is made of, versions, counts and marks, so the row itself is the key of the
    finished text: whoever sees the same row gets the same bytes. A poll is told to each viewer anew, and so is
    everything to somebody who has filters (``filtered``).
    """
    if filtered:
        told = _texts_in(tx, cache, viewer_id, [row.id for row in rows if row.seen], context)
        return [told[row.id] for row in rows if row.id in told]
    get = cache.text_of
    seen = [row for row in rows if row.seen]
    texts = [get(row) if row.poll_id is None else None for row in seen]
    if None in texts:
        missing = [row for row, text in zip(seen, texts, strict=True) if text is None]
        made = _texts_in(tx, cache, viewer_id, [row.id for row in missing])
        for row in missing:
            if row.poll_id is None and row.id in made:
                cache.whole.put(row, made[row.id])
        texts = [text or made.get(row.id) for row, text in zip(seen, texts, strict=True)]
    return [text for text in texts if text is not None]


def known_texts(cache: StatusCache, rows: list[Row]) -> list[bytes] | None:
    """:func:`render_rows_in` for a viewer without filters, where every text is at hand; else None."""
    texts = [cache.text_of(row) if row.poll_id is None else None for row in rows if row.seen]
    whole = [text for text in texts if text is not None]
    return whole if len(whole) == len(texts) else None


def _texts_in(
    tx: Tx, cache: StatusCache, viewer_id: int | None, ids: list[int], context: str | None = None
) -> dict[int, bytes]:
    seen = posts.overlays_in(tx, viewer_id, ids)
    originals = [one.reblog_of_id for one in seen.values() if one.reblog_of_id and one.reblog_of_id not in seen]
    if originals:
        seen |= posts.overlays_in(tx, viewer_id, originals)
    _fill(tx, cache, viewer_id, seen)
    poll_ids = [one.poll_id for one in seen.values() if one.poll_id]
    polls = posts.polls_in(tx, viewer_id, poll_ids) if poll_ids else {}
    mine = filters.filters_in(tx, viewer_id, among=list(seen)) if viewer_id else []
    writer = _Writer(cache, seen, polls, _Sieve(cache, mine, tx.now, viewer_id, context))
    texts = {post_id: writer.status(seen[post_id]) for post_id in ids if post_id in seen}
    return {post_id: text for post_id, text in texts.items() if text is not None}


def _key(one: Overlay, seen: dict[int, Overlay]) -> tuple[int, ...]:
    """Under which a post's own piece is cached. An echo shows what it echoes, so an edit of that is a miss too."""
    original = seen.get(one.reblog_of_id) if one.reblog_of_id is not None else None
    return (one.id, one.version, original.version if original is not None else 0)


def _fill(tx: Tx, cache: StatusCache, viewer_id: int | None, seen: dict[int, Overlay]) -> None:
    """Render what the cache lacks."""
    missing = [
        one.id
        for one in seen.values()
        if cache.posts.get(_key(one, seen)) is None or cache.texts.get((one.id, one.version)) is None
    ]
    views = posts.views_in(tx, viewer_id, missing) if missing else []
    for view in views:
        cache.posts.put(_key(seen[view.id], seen), _static(view, cache.urls))
        cache.texts.put((view.id, view.version), _filterable(view).encode())
    authors = {
        one.author_id for one in seen.values() if cache.accounts.get((one.author_id, one.author_version)) is None
    }
    told = {view.author.id: view.author for view in views if view.author.id in authors}
    unknown = authors - told.keys()
    for account in (*told.values(), *(accounts.views_in(tx, unknown).values() if unknown else ())):
        cache.accounts.put((account.id, account.version), _encode(account_entity(account, cache.urls)))


class _Sieve:
    """One viewer's filters at work. Nobody's own posts are filtered for them."""

    def __init__(
        self, cache: StatusCache, mine: list[FilterView], now: int, viewer_id: int | None, context: str | None
    ) -> None:
        self._cache = cache
        self._mine = mine
        self._now = now
        self._context = context
        self.viewer_id = viewer_id

    def results(self, one: Overlay) -> bytes | None:
        """The list ``filtered`` of a post; None where it is not to be sent at all."""
        if not self._mine or one.author_id == self.viewer_id:
            return b"[]"
        text = (self._cache.texts.get((one.id, one.version)) or b"").decode()
        hits = filters.hits(self._mine, self._now, one.id, text)
        if any(hit.filter.action == "hide" and self._context in hit.filter.contexts for hit in hits):
            return None
        return _encode([result_entity(hit, one.id) for hit in hits])


class _Writer:
    """Joins the pieces."""

    def __init__(self, cache: StatusCache, seen: dict[int, Overlay], polls: dict[int, PollView], sieve: _Sieve) -> None:
        self._cache = cache
        self._seen = seen
        self._polls = polls
        self._sieve = sieve

    def status(self, one: Overlay) -> bytes | None:
        """One status, or None where a piece is gone (deleted since, or an echo of something hidden)."""
        static = self._cache.posts.get(_key(one, self._seen))
        author = self._cache.accounts.get((one.author_id, one.author_version))
        reblog: bytes | None = b"null"
        if one.reblog_of_id is not None:
            original = self._seen.get(one.reblog_of_id)
            reblog = self.status(original) if original is not None else None
        if static is None or author is None or reblog is None:
            return None
        filtered = self._sieve.results(self._shown(one))
        if filtered is None:
            return None
        parts = [static, self._counts(one), b',"reblog":', reblog, b',"account":', author, b"}"]
        if self._sieve.viewer_id is not None:
            parts.insert(2, self._marks(one) + filtered)
        if one.poll_id is not None and one.poll_id in self._polls:
            parts.insert(-1, b',"poll":' + _encode(poll_entity(self._polls[one.poll_id], self._cache.urls)))
        else:
            parts.insert(-1, b',"poll":null')
        return b"".join(parts)

    def _shown(self, one: Overlay) -> Overlay:
        """The post itself; of an echo the original."""
        return self._seen.get(one.reblog_of_id, one) if one.reblog_of_id else one

    def _counts(self, one: Overlay) -> bytes:
        counts = self._shown(one).counts
        return b',"replies_count":%d,"reblogs_count":%d,"favourites_count":%d,"quotes_count":0' % (
            counts.replies,
            counts.reblogs,
            counts.favourites,
        )

    def _marks(self, one: Overlay) -> bytes:
        marks = self._shown(one).marks
        return b',"favourited":%b,"reblogged":%b,"muted":%b,"bookmarked":%b,"pinned":%b,"filtered":' % (
            _TRUE if marks.favourited else _FALSE,
            _TRUE if marks.reblogged else _FALSE,
            _TRUE if marks.muted else _FALSE,
            _TRUE if marks.bookmarked else _FALSE,
            _TRUE if marks.pinned else _FALSE,
        )


def _static(view: PostView, urls: Urls) -> bytes:
    """Everything of a status that only an edit changes: a JSON object without its closing brace."""
    shown = view.reblog or view
    application = {"name": view.app_name, "website": view.app_website} if view.app_name else None
    fields: dict[str, Any] = {
        "id": id_text(view.id),
        "created_at": iso(view.created_at),
        "in_reply_to_id": id_text(view.in_reply_to_id) if view.in_reply_to_id else None,
        "in_reply_to_account_id": id_text(view.in_reply_to_account_id) if view.in_reply_to_account_id else None,
        "sensitive": shown.sensitive,
        "spoiler_text": shown.spoiler_text,
        "visibility": view.visibility,
        "language": shown.language,
        "uri": f"{urls.base}/users/{view.author.username}/statuses/{view.id}",
        "url": urls.post(shown.author.username, shown.id),
        "edited_at": iso(shown.edited_at) if shown.edited_at else None,
        "content": shown.content,
        "media_attachments": [media_entity(one, urls) for one in shown.media],
        "mentions": [mention_entity(mention.id, mention.username, urls) for mention in shown.mentions],
        "tags": [{"name": name, "url": urls.tag(name)} for name in shown.tags],
        "emojis": emoji_entities(shown.emojis, urls),
        "card": card_entity(shown.card, urls) if shown.card else None,
        "quote": None,
        "quote_approval": {"automatic": [], "manual": [], "current_user": "denied"},
        "application": application,
    }
    if said := _measures(shown):
        fields["perdure"] = said
    return _encode(fields)[:-1]


def _measures(shown: PostView) -> dict[str, Any]:
    """What staff decided about a post, and where it comes from, for clients that know Perdure."""
    said: dict[str, Any] = {}
    if shown.state != "published":
        said["state"] = shown.state
    if shown.limited:
        said["limited"] = True
    if shown.labels:
        said["labels"] = [msgspec.structs.asdict(label) for label in shown.labels]
    if shown.origin is not None:
        said["imported"] = msgspec.structs.asdict(shown.origin)
    return said


def _filterable(view: PostView) -> str:
    """What filters look at: warning, text, answers of a poll."""
    options = [option.title for option in view.poll.options] if view.poll else []
    return "\n".join([view.spoiler_text, view.text, *options])


def mention_entity(account_id: int, username: str, urls: Urls) -> dict[str, str]:
    """Somebody a post speaks to."""
    return {"id": id_text(account_id), "username": username, "acct": username, "url": urls.account(username)}
