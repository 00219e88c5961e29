"""Previews of linked pages: which post shows which, when a page is looked at, and what is kept of it."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.parse import urldefrag

import msgspec

from perdure.delivery import service as delivery
from perdure.delivery.service import Refused, Unreachable, Wanted
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import AppError
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.kernel.tags import decoded
from perdure.media import service as media
from perdure.media.rules.kinds import IMAGES
from perdure.posts.events import CardDrawn, PreviewWanted
from perdure.posts.model import CardView, CardWords
from perdure.posts.queries import previews, trends
from perdure.posts.rules import preview

_SHOWN_TO_ALL: Final = frozenset({"public", "unlisted"})
_PAGE: Final = Wanted(types=frozenset({"text/html", "application/xhtml+xml"}), most=524_288, cut=True)
_IMAGE_BYTES: Final = 8 * 1024 * 1024
_CLAIM_MS: Final = 120_000
_OLD_MS: Final = 14 * 86_400_000
_RETRY_MS: Final = 86_400_000
# A page that could not be reached is tried again after these times, then not until somebody links to it again.
_DELAYS_MS: Final = (60_000, 600_000, 3_600_000, 6 * 3_600_000, 86_400_000)
_BATCH: Final = 20
log = logger("previews")


_WORDS: Final = ("title", "description", "provider", "author_name", "image_description")


def card_words_in(tx: Tx, card_id: int) -> CardWords | None:
    """What a card says and whose post showed it first; None where there is nothing to read or nobody shows it."""
    card, author_id = previews.by_id(tx, card_id), previews.shown_by(tx, card_id)
    if card is None or card.state != "ready" or author_id is None:
        return None
    said = {name: getattr(card, name) for name in _WORDS}
    return CardWords(
        card_id, card.version, author_id, card.shown_url, {name: text for name, text in said.items() if text}
    )


def _words(values: dict[str, Any]) -> tuple[str, ...]:
    return tuple(values[name] for name in _WORDS if values[name])


def link_in(tx: Tx, post_id: int, visibility: str, url: str | None) -> None:
    """Make a post show the card of its link, and ask for the page where nothing recent is known of it.

    Links in posts that are not for everybody are never followed: the other site would learn of them.
    """
    if url is None or visibility not in _SHOWN_TO_ALL:
        previews.unlink(tx, post_id)
        return
    card_id = tx.new_id()
    if previews.insert(tx, card_id, url):
        tx.emit(PreviewWanted(card_id))
    else:
        card = previews.by_url(tx, url)
        assert card is not None
        card_id = card.id
        if _is_old(card, tx.now):
            previews.change(tx, card_id, due_at=tx.now, failures=0)
            tx.emit(PreviewWanted(card_id))
    previews.link(tx, post_id, card_id)


def _is_old(card: Row, now: int) -> bool:
    if card.due_at is not None:
        return False
    return bool(card.fetched_at < now - (_OLD_MS if card.state == "ready" else _RETRY_MS))


def unlink_in(tx: Tx, post_id: int) -> None:
    """A deleted post shows nothing."""
    previews.unlink(tx, post_id)


def cards_in(tx: Tx, post_ids: list[int]) -> dict[int, CardView]:
    """The cards that posts show, by post."""
    return {row.post_id: _view(row) for row in previews.of_posts(tx, post_ids)}


def cards_by_id_in(tx: Tx, card_ids: list[int]) -> dict[int, CardView]:
    """Cards by their ids; those that nothing worth showing was found for are left out."""
    return {row.id: _view(row) for row in trends.cards(tx, card_ids) if row.state == "ready"}


def _view(row: Row) -> CardView:
    values = {name: getattr(row, name) for name in CardView.__struct_fields__ if name != "url"}
    return CardView(url=row.shown_url, **values)


async def fetch_wanted(rt: Runtime, event: PreviewWanted) -> None:
    """Look at a page that a post links to. Of several posts with the same link one asks."""
    await _fetch(rt, event.card_id)


async def fetch_due(rt: Runtime) -> None:
    """The recurring job: pages that did not answer, and what a stopped worker left, are asked for again."""
    if await rt.db.read(previews.due, 1):
        await rt.db.write("previews.due", _ask_due_in)


def _ask_due_in(tx: Tx) -> None:
    for card_id in previews.due(tx, _BATCH):
        tx.emit(PreviewWanted(card_id))


async def forget_unused(rt: Runtime) -> None:
    """The recurring job: forget cards that no post shows any more."""
    for key in await rt.db.write("previews.sweep", previews.forget_unused, rt.clock.now_ms() - _OLD_MS):
        await media.forget_picture(rt, key)


async def _fetch(rt: Runtime, card_id: int) -> None:
    card = await rt.db.write("previews.claim", _claim_in, card_id)
    if card is None:
        return
    try:
        found = await _look(rt, card.url)
    except Unreachable as error:
        log.info("preview_failed", url=card.url, reason=error.public)
        await rt.db.write("previews.failed", _failed_in, card_id, _DELAYS_MS)
    except Refused as error:
        log.info("preview_refused", url=card.url, reason=error.public)
        await rt.db.write("previews.failed", _failed_in, card_id, ())
    except Exception as error:
        log.error("preview_fault", url=card.url, exc_info=error)
        await rt.db.write("previews.failed", _failed_in, card_id, ())
    else:
        await media.forget_picture(rt, await rt.db.write("previews.keep", _keep_in, card_id, found))


def _claim_in(tx: Tx, card_id: int) -> Row | None:
    return previews.by_id(tx, card_id) if previews.claim(tx, card_id, tx.now + _CLAIM_MS) else None


async def _look(rt: Runtime, url: str) -> dict[str, Any] | None:
    """The columns of a card; None for a page that says nothing. Raises Refused, Unreachable."""
    page = await delivery.fetch(rt, url, _PAGE)
    if page.status == 429 or page.status >= 500:
        raise Unreachable(f"The other site answered {page.status}")
    if page.status != 200:
        raise Refused(f"The other site answered {page.status}")
    text = decoded(page.body, page.charset)
    facts = await asyncio.to_thread(preview.facts_of, text, page.url)
    if facts is None:
        return None
    values = msgspec.structs.asdict(facts)
    image = values.pop("image")
    return {**previews.BLANK, **values, **_address(page.url), **await _picture(rt, image)}


def _address(url: str) -> dict[str, str]:
    return {"shown_url": url, "shown_hash": previews.hash_of(url)}


def link_parameters(url: str) -> dict[str, str]:
    """What the feed ``link`` takes for the address of a page, as posts or as cards write it."""
    plain = urldefrag(url).url
    return {"link": plain, "link_hash": previews.hash_of(plain)}


async def _picture(rt: Runtime, url: str) -> dict[str, Any]:
    """Fetch a card's image and keep our own small copy. A card is fine without."""
    if not url:
        return {}
    try:
        wanted = Wanted(types=IMAGES, most=min(_IMAGE_BYTES, rt.settings.max_image_bytes))
        found = await delivery.fetch(rt, url, wanted)
        if found.status != 200:
            return {}
        with tempfile.TemporaryDirectory(prefix="perdure-preview-") as folder:
            source = Path(folder) / "source"
            await asyncio.to_thread(source.write_bytes, found.body)
            made = await media.make_preview(rt, source)
    except AppError as error:
        log.info("preview_image_failed", url=url, reason=error.public)
        return {}
    return {
        "image_key": made.key,
        "image_width": made.width,
        "image_height": made.height,
        "blurhash": made.blurhash,
    }


def _failed_in(tx: Tx, card_id: int, delays: tuple[int, ...]) -> None:
    """Remember that it did not work. A card that was there before stays as it was."""
    card = previews.by_id(tx, card_id)
    if card is None:
        return
    due_at = tx.now + delays[card.failures] if card.failures < len(delays) else None
    state = "ready" if card.state == "ready" else ("waiting" if due_at else "none")
    previews.change(
        tx,
        card_id,
        state=state,
        failures=card.failures + 1,
        fetched_at=tx.now,
        due_at=due_at,
        claimed_until=0,
    )


def _keep_in(tx: Tx, card_id: int, found: dict[str, Any] | None) -> str | None:
    """Store what was found; returns the key of an image that nobody needs any more."""
    card = previews.by_id(tx, card_id)
    if card is None:
        return found["image_key"] if found else None
    values = found or previews.BLANK
    words = _words(values)
    fresh = bool(words) and words != _words({name: getattr(card, name) for name in _WORDS})
    previews.change(
        tx,
        card_id,
        state="ready" if found else "none",
        failures=0,
        fetched_at=tx.now,
        due_at=None,
        claimed_until=0,
        version=card.version + fresh,
        **values,
    )
    previews.redrawn(tx, card_id)
    if fresh:
        tx.emit(CardDrawn(card_id))
    old: str | None = card.image_key
    return old
