"""Posts of a member's archive come in: with their dates and edits, marked, and without telling anybody."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final
from zlib import crc32

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.ids import SEQUENCE_BITS
from perdure.kernel.text import clean
from perdure.kernel.text import key as fold
from perdure.media import service as media
from perdure.posts.events import PostHeld, PostsImported
from perdure.posts.model import CLEAR, Origin, PostRef, Taken, TakenEdit, TakenMark, TakenPoll, Verdict
from perdure.posts.queries import origins, writing
from perdure.posts.rules import markup
from perdure.posts.service.publishing import Limits
from perdure.posts.service.viewing import load_in
from perdure.posts.tables import bookmark, poll, poll_option, post, post_edit, post_origin, post_pin, thread_mute, vote

LONGEST: Final = 10_000
"""Characters of an imported text: other sites have other limits, and an old post keeps its end."""
_MOST_FILES: Final = 16
_MOST_OPTIONS: Final = 20
_LONGEST_OPTION: Final = 200
_MOST_EDITS: Final = 1_000
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_HOST: Final = re.compile(r"[a-z0-9.\-\[\]:]{1,253}")
_OPEN: Final = frozenset({"public", "unlisted"})


class Arriving(msgspec.Struct, frozen=True):
    """A post that comes in, what screening said of it, and the files it shows here (by their ids in the archive)."""

    taken: Taken
    verdict: Verdict = CLEAR
    files: Mapping[str, int] = {}


class Brought(msgspec.Struct):
    """What became of posts: ``ids`` by their ids in the archive, ``elsewhere`` echoes of what is not here."""

    added: int = 0
    known: int = 0
    ids: dict[str, int] = {}
    fresh: list[int] = []
    elsewhere: list[Taken] = []
    refused: list[tuple[str, str]] = []


def bring_in(
    tx: Tx, limits: Limits, owner: int, origin: Origin, arriving: Sequence[Arriving], people: Mapping[str, int]
) -> Brought:
    """Store what is new of an archive's page, in its order. ``origin`` is the archive's; ids in it are not used.

    ``people`` are those of ``name@host`` who are known to be here; nobody else is spoken to, whatever their name.
    A repetition adds nothing. What staff held or hid where it comes from stays out. Raises Forbidden for an owner who
    may not write.
    """
    accounts.writer_in(tx, owner)
    done = Brought()
    for one in arriving:
        try:
            _bring(tx, limits, owner, origin, one, people, done)
        except Invalid as error:
            done.refused.append((one.taken.id[:40], error.public))
    if done.fresh:
        latest = max(one.taken.created_at for one in arriving if done.ids.get(one.taken.id) in done.fresh)
        before = accounts.view_in(tx, owner).last_status_at or 0
        accounts.adjust_counts_in(tx, owner, statuses=len(done.fresh), last_status_at=max(before, latest))
        tx.emit(PostsImported(tuple(done.fresh)))
    return done


def source_of(origin: Origin, taken: Taken) -> Origin:
    """Where a post was first written: an archive of an imported post still names its first home."""
    first = taken.origin
    if first is None:
        return msgspec.structs.replace(origin, id=taken.id, url=taken.url)
    both = "signed" if origin.signature == first.signature == "signed" else "none"
    return msgspec.structs.replace(first, signature=both, imported_at=origin.imported_at)


def find_in(tx: Tx, limits: Limits, viewer: int, ref: PostRef) -> Row | None:
    """The post that a reference means, if it is here and the viewer may see it."""
    host = ref.author.rpartition("@")[2].lower()
    if host == limits.domain.lower():
        found = [int(ref.id)] if ref.id.isascii() and ref.id.isdecimal() and len(ref.id) < 19 else []
    else:
        found = [row.id for row in origins.here(tx, host, ref.id)]
    for post_id in found:
        try:
            return load_in(tx, viewer, post_id)
        except NotFound:
            continue
    return None


def _bring(
    tx: Tx, limits: Limits, owner: int, origin: Origin, one: Arriving, people: Mapping[str, int], done: Brought
) -> None:
    taken, source = one.taken, source_of(origin, one.taken)
    key = hashlib.sha256(msgspec.json.encode(["archive", source.host, source.id, owner])).hexdigest()
    known = _known_in(tx, limits, owner, source, key)
    if known is not None:
        done.known += 1
        done.ids[taken.id] = known
        return
    _check(tx, taken, source)
    if taken.echo_of is not None:
        _echo(tx, limits, owner, taken, key, source, done)
        return
    post_id = _insert(tx, limits, owner, one, source, key, people)
    done.added += 1
    done.ids[taken.id] = post_id
    done.fresh.append(post_id)


def _known_in(tx: Tx, limits: Limits, owner: int, source: Origin, key: str) -> int | None:
    """The post that this one is already: imported before, or written here in the first place."""
    found = origins.by_key(tx, key)
    if found is None and source.host.lower() == limits.domain.lower() and source.id.isdecimal():
        rows = writing.owned(tx, owner, int(source.id)) if len(source.id) < 19 else []
        return rows[0] if rows else None
    return None if found is None else found.id


def _check(tx: Tx, taken: Taken, source: Origin) -> None:
    """Raise Invalid, with a word for the reason, for what does not come in."""
    if taken.state != "published":
        raise Invalid("withheld")
    if not 0 < taken.created_at <= tx.now or not all(0 < edit.created_at <= tx.now for edit in taken.edits):
        raise Invalid("date")
    texts = (taken.text, taken.spoiler_text, *(edit.text for edit in taken.edits))
    if any(len(text) > LONGEST for text in texts) or len(taken.edits) > _MOST_EDITS:
        raise Invalid("long")
    answers = taken.poll.options if taken.poll else ()
    if len(answers) > _MOST_OPTIONS or any(len(one.title) > _LONGEST_OPTION or one.votes < 0 for one in answers):
        raise Invalid("poll")
    if len(taken.media) > _MOST_FILES or not _HOST.fullmatch(source.host.lower()) or not 0 < len(source.id) <= 64:
        raise Invalid("form")
    if taken.language and not _LANGUAGE.fullmatch(taken.language):
        raise Invalid("form")


def _id_in(tx: Tx, taken: Taken, source: Origin) -> int:
    """An id that tells the time, so that old posts stand among old posts; what one instant made keeps its order."""
    known = source.id.isascii() and source.id.isdecimal()
    low = (int(source.id) if known else crc32(source.id.encode())) & ((1 << SEQUENCE_BITS) - 1)
    return writing.near_id(tx, (taken.created_at << SEQUENCE_BITS) | low) or tx.new_id()


def _echo(tx: Tx, limits: Limits, owner: int, taken: Taken, key: str, source: Origin, done: Brought) -> None:
    assert taken.echo_of is not None
    row = find_in(tx, limits, owner, taken.echo_of)
    if row is None or row.limited or row.visibility not in _OPEN or row.reblog_of_id is not None:
        done.elsewhere.append(taken)
        return
    if writing.echo_of(tx, owner, row.id) is not None:
        done.known += 1
        return
    echo_id = _id_in(tx, taken, source)
    values = _blank(echo_id, owner, taken, key) | {"reblog_of_id": row.id, "has_media": row.has_media}
    tx.insert(post, **values | {"visibility": taken.visibility if taken.visibility in _OPEN else "public"})
    _keep_origin(tx, echo_id, owner, taken, source, people_json="[]")
    writing.add_count(tx, row.id, "reblogs", 1)
    done.added += 1
    done.ids[taken.id] = echo_id
    done.fresh.append(echo_id)


def _blank(post_id: int, owner: int, taken: Taken, key: str) -> dict[str, object]:
    return {
        "id": post_id,
        "account_id": owner,
        "text": "",
        "content": "",
        "spoiler_text": "",
        "sensitive": taken.sensitive,
        "visibility": taken.visibility,
        "language": taken.language,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "thread_id": post_id,
        "reblog_of_id": None,
        "poll_id": None,
        "has_media": False,
        "app_name": None,
        "app_website": None,
        "state": "published",
        "created_at": taken.created_at,
        "edited_at": None,
        "deleted_at": None,
        "version": 1,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "import_key": key,
    }


def _insert(
    tx: Tx, limits: Limits, owner: int, one: Arriving, source: Origin, key: str, people: Mapping[str, int]
) -> int:
    taken = one.taken
    post_id = _id_in(tx, taken, source)
    text, spoiler, held = clean(taken.text), clean(taken.spoiler_text), one.verdict.hold
    found = markup.tokens(text, limits.domain)
    named = {token.value.lower() for token in found if token.kind == "mention"}
    spoken = {acct: people[acct] for acct in taken.mentions if acct in people}
    shown = accounts.views_in(tx, spoken.values())
    names = {
        name: shown[known].username
        for acct, known in spoken.items()
        if (name := acct.partition("@")[0].lower()) in named and known in shown
    }
    parent = find_in(tx, limits, owner, taken.in_reply_to) if taken.in_reply_to else None
    mentions = msgspec.json.encode([acct for acct in taken.mentions if acct not in people][:100]).decode()
    thread = parent.thread_id if parent else _thread_in(tx, owner, taken, mentions) or post_id
    files = [one.files[name] for name in taken.media if name in one.files]
    values = {
        "text": text,
        "content": markup.render(text, found, limits.base_url, names),
        "spoiler_text": spoiler,
        "in_reply_to_id": parent.id if parent else None,
        "in_reply_to_account_id": parent.account_id if parent else None,
        "thread_id": thread,
        "poll_id": _poll(tx, post_id, owner, taken.poll) if taken.poll else None,
        "has_media": bool(files),
        "app_name": clean(taken.app_name)[:200] if taken.app_name else None,
        "app_website": _website(taken.app_website),
        "state": "held" if held else "published",
        "announced": not held,
        "edited_at": taken.edited_at,
    }
    tx.insert(post, **_blank(post_id, owner, taken, key) | values)
    writing.set_mentions(tx, post_id, list(dict.fromkeys(spoken.values())))
    writing.set_tags(tx, post_id, {fold(token.value): token.value for token in found if token.kind == "tag"})
    if files:
        media.attach_in(tx, owner, files, post_id)
    for edit in taken.edits:
        _edit(tx, limits, post_id, edit, one.files)
    _keep_origin(tx, post_id, owner, taken, source, people_json=mentions)
    _join(tx, owner, post_id, taken, parent, source)
    if held:
        tx.emit(PostHeld(post_id, owner, taken.visibility, 1, one.verdict.findings_json))
    return post_id


def _thread_in(tx: Tx, owner: int, taken: Taken, mentions: str) -> int | None:
    """Letters to the same people stand in one thread, where what they answered is not here."""
    return origins.confided(tx, owner, mentions) if taken.visibility == "direct" else None


def _join(tx: Tx, owner: int, post_id: int, taken: Taken, parent: Row | None, source: Origin) -> None:
    """What hangs on the post: the count of its parent, earlier imports that answer it, pin, muted thread."""
    if parent is not None:
        writing.add_count(tx, parent.id, "replies", 1)
    if taken.visibility in _OPEN:
        for row in origins.answers(tx, source.host.lower(), source.id):
            tx.update(post, {"id": row.id}, in_reply_to_id=post_id, in_reply_to_account_id=owner)
            origins.move_thread(tx, row.thread_id, parent.thread_id if parent else post_id)
            writing.add_count(tx, post_id, "replies", 1)
    if taken.pinned and taken.visibility != "direct":
        tx.insert_new(post_pin, account_id=owner, post_id=post_id, created_at=tx.now)
    if taken.thread_muted:
        tx.insert_new(thread_mute, account_id=owner, thread_id=parent.thread_id if parent else post_id)


def _edit(tx: Tx, limits: Limits, post_id: int, edit: TakenEdit, files: Mapping[str, int]) -> None:
    text = clean(edit.text)
    tx.insert(
        post_edit,
        id=tx.new_id(),
        post_id=post_id,
        text=text,
        content=markup.render(text, markup.tokens(text, limits.domain), limits.base_url, {}),
        spoiler_text=clean(edit.spoiler_text)[:LONGEST],
        sensitive=edit.sensitive,
        media_json=msgspec.json.encode([files[name] for name in edit.media if name in files]).decode(),
        options_json=msgspec.json.encode([clean(title) for title in edit.options[:_MOST_OPTIONS]]).decode(),
        created_at=edit.created_at,
    )


def _poll(tx: Tx, post_id: int, owner: int, given: TakenPoll) -> int:
    poll_id = tx.new_id()
    over = given.expires_at <= tx.now
    tx.insert(
        poll,
        id=poll_id,
        post_id=post_id,
        author_id=owner,
        expires_at=given.expires_at,
        closed_at=given.expires_at if over else None,
        multiple=given.multiple,
        hide_totals=given.hide_totals,
        voters_count=max(given.voters, 0),
    )
    rows = [
        {"poll_id": poll_id, "position": place, "title": clean(option.title), "votes_count": option.votes}
        for place, option in enumerate(given.options)
    ]
    tx.insert_many(poll_option, rows)
    return poll_id


def _keep_origin(tx: Tx, post_id: int, owner: int, taken: Taken, source: Origin, *, people_json: str) -> None:
    reply = taken.in_reply_to
    tx.insert(
        post_origin,
        post_id=post_id,
        account_id=owner,
        host=source.host.lower(),
        source_id=source.id,
        url=_website(source.url) or "",
        author=clean(source.author)[:300],
        signature=source.signature,
        reply_json=msgspec.json.encode(reply).decode() if reply else None,
        reply_host=reply.author.rpartition("@")[2].lower()[:253] if reply else None,
        reply_id=reply.id[:64] if reply else None,
        mentions_json=people_json,
        counts_json=msgspec.json.encode(taken.counts).decode(),
        imported_at=tx.now,
    )


def _website(url: str | None) -> str | None:
    """An address to show, or None for what is no web address."""
    if not url or not url.startswith(("https://", "http://")) or len(url) > 2000 or not url.isprintable():
        return None
    return url


def mark_in(tx: Tx, limits: Limits, owner: int, kind: str, mark: TakenMark) -> bool:
    """Vote for, or bookmark, a post that an archive names; nobody is told. False where the post is not here."""
    row = find_in(tx, limits, owner, mark.post)
    if row is None or row.reblog_of_id is not None:
        return False
    if kind == "bookmarks":
        tx.insert_new(bookmark, id=tx.new_id(), account_id=owner, post_id=row.id)
    elif mark.value in {1, -1}:
        at = mark.created_at if 0 < mark.created_at <= tx.now else tx.now
        values = {"account_id": owner, "post_id": row.id, "value": mark.value, "created_at": at}
        if tx.insert_new(vote, id=tx.new_id(), **values) and mark.value > 0:
            writing.add_count(tx, row.id, "favourites", 1)
    return True
