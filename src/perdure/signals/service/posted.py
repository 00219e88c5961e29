"""Posts that went out or changed, a batch at a time: read in front of the transaction that stores what was found.

One delivery a post does it all: rules and classifier, the keys under which copies are found, and the stay-down bank.
"""

import asyncio
from collections.abc import Sequence

import msgspec

from perdure.kernel.db import Tx
from perdure.kernel.events import Event
from perdure.kernel.runtime import Runtime
from perdure.media.events import MediaPrinted
from perdure.posts.events import PostEdited, PostPublished, PostsImported
from perdure.posts.service.copies import Said, said_in
from perdure.signals.ports import Classifier
from perdure.signals.service import signatures, staying
from perdure.signals.service.bank import Shown
from perdure.signals.service.rulebook import Rulebook
from perdure.signals.service.scoring import Judged, classified, judged_in, keep_all_in
from perdure.signals.service.subjects import subjects_of_in


class Posted(msgspec.Struct, frozen=True):
    """What was read of some posts. ``kind`` says why: they are new, were edited, or were imported."""

    kind: type[Event]
    said: tuple[Said, ...] = ()
    shown: tuple[Shown, ...] = ()
    judged: tuple[Judged, ...] = ()


async def read(rt: Runtime, events: Sequence[PostPublished]) -> Posted:
    """Read new posts; echoes and private messages are left out. Writes nothing."""
    ids = [one.post_id for one in events if one.reblog_of_id is None and one.visibility != "direct"]
    return await _read(rt, PostPublished, ids)


async def read_edited(rt: Runtime, events: Sequence[PostEdited]) -> Posted:
    """Read posts that changed. Writes nothing."""
    return await _read(rt, PostEdited, list(dict.fromkeys(one.post_id for one in events)))


async def read_imported(rt: Runtime, events: Sequence[PostsImported]) -> Posted:
    """Read imported posts. Writes nothing."""
    return await _read(rt, PostsImported, [post_id for one in events for post_id in one.post_ids])


async def _read(rt: Runtime, kind: type[Event], ids: Sequence[int]) -> Posted:
    """The classifier has a thread of its own: it must not hold up what else the worker delivers."""
    if not ids:
        return Posted(kind)
    found = await rt.db.read_long(_read_in, kind, rt.port(Rulebook), ids)
    judged = await asyncio.to_thread(classified, rt.port(Classifier), found.judged)
    return msgspec.structs.replace(found, judged=tuple(judged))


def _read_in(tx: Tx, kind: type[Event], book: Rulebook, ids: Sequence[int]) -> Posted:
    said = tuple(one for one in said_in(tx, ids) if one.visibility != "direct" and one.state != "deleted")
    judged = judged_in(tx, book, subjects_of_in(tx, said))
    return Posted(kind, said, tuple(map(shown_of, said)), tuple(judged))


def shown_of(said: Said) -> Shown:
    """A post as the bank looks at it."""
    texts = tuple(signatures.fingerprints(said.texts))
    return Shown(said.id, said.account_id, said.created_at, texts, signatures.links_in(said.texts))


def store_in(tx: Tx, posted: Posted) -> None:
    """Keep scores and keys, and flag what rules, classifier or bank found.

    Of a post that says something else by now nothing is kept: its next event tells of that.
    """
    now = {one.id: one.texts for one in said_in(tx, [one.id for one in posted.said]) if one.state != "deleted"}
    same = {one.id for one in posted.said if now.get(one.id) == one.texts}
    judged = [one for one in posted.judged if one.about[1] in same]
    shown = [one for one in posted.shown if one.id in same]
    keep_all_in(tx, judged, first=posted.kind is not PostEdited)
    signatures.keep_posts_in(tx, {one.id: signatures.keys_of(one.texts, one.links) for one in shown})
    staying.posts_in(tx, shown, old=posted.kind is PostsImported)


def printed_in(tx: Tx, event: MediaPrinted) -> None:
    """Compare a post with the bank whose file can be recognised only now."""
    said = [one for one in said_in(tx, [event.post_id]) if one.visibility != "direct" and one.state != "deleted"]
    staying.posts_in(tx, [shown_of(one) for one in said], old=True)
