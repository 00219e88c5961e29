"""A letter becomes a case: read, looked up, judged, and settled where that needs no person.

Every step commits by itself and knows from the rows what is done, so a restart or a restore in the middle goes on
where it stood. One go takes at most half a minute; a letter of thousands of items takes several.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urljoin

import msgspec

from perdure.delivery import service as delivery
from perdure.desk.events import LetterArrived, LetterOpened
from perdure.desk.model import Claimed, Letter
from perdure.desk.ports import OwnPlaces, Reader
from perdure.desk.queries import letters as queries
from perdure.desk.rules import places, structured
from perdure.desk.service import judging, resolving, returning, standing
from perdure.desk.service.sealing import opened_in
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Unavailable
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.moderation.model import ItemState
from perdure.moderation.service import bundles
from perdure.moderation.service.settling import Outcome

_LOOKED_UP: Final = 200  # items in one transaction
_SETTLED: Final = 500
_SOON_MS: Final = 60_000
_GO_MS: Final = 25_000
_READ_TRIES: Final = 3
_SHORT: Final = delivery.Wanted(types=frozenset(), most=0, seconds=5.0, statuses=frozenset())
_HOPS: Final = 3
_SHORT_S: Final = 15.0  # for the short links of one transaction; those that did not answer by then are for a person
_SHORT_UNVERIFIED: Final = 200  # up to which item they are followed for whoever is not verified
_STUCK_MS: Final = 180_000
Told = Callable[[int, int], None]
log = logger("desk")


def own_places(rt: Runtime) -> OwnPlaces:
    """Where this site is reached."""
    own = rt.settings.base_url.split("://", 1)[1].split("/", 1)[0]
    return OwnPlaces(tuple(dict.fromkeys(places.host_of(one) for one in (own, *rt.settings.other_hosts))))


def _leading(rt: Runtime) -> frozenset[str]:
    return places.SHORTENERS | {places.host_of(one) for one in rt.settings.short_link_hosts}


async def open_letter(rt: Runtime, event: LetterArrived) -> None:
    """Read a letter that arrived and open its case (subscriber)."""
    await _go(rt, event.letter_id, None)


async def open_whole(rt: Runtime, letter_id: int, told: Told | None = None) -> None:
    """Open a letter to its end, however many items it has; ``told`` hears how many of how many are done."""
    while (row := await rt.db.read(queries.one, letter_id)) is not None and row.state in {"received", "opening"}:
        await _go(rt, letter_id, told)


async def _go(rt: Runtime, letter_id: int, told: Told | None) -> None:
    began = rt.clock.now_ms()
    row = await rt.db.read(queries.one, letter_id)
    if row is not None and row.state == "received" and not await returning.take(rt, row):
        read = await _read(rt, row)
        row = await rt.db.write("desk.stand", standing.stand_in, row.id, read)
        waiting = await rt.db.read(queries.stuck, ("received",), began + _SOON_MS, 1)
        if row is not None and waiting:
            # Many came at once: each is read, so that its sender can be told that it is here, before any is looked up.
            await rt.db.write("desk.go_on", _go_on_in, row.id)
            return
    if row is None or row.state != "opening":
        return
    while await _step(rt, row):
        if told is not None:
            told(await rt.db.read(queries.count_done, row.id, 2), row.items)
        if rt.clock.now_ms() - began > _GO_MS:
            await rt.db.write("desk.go_on", _go_on_in, row.id)
            return
    await rt.db.write("desk.opened", _opened_in, row.id)


async def _read(rt: Runtime, row: Row) -> Letter:
    """What a letter says. A reader that fails again and again leaves it to a person, whole."""
    attempts = await rt.db.write("desk.reading", _try_in, row.id)
    raw = await rt.db.read_long(raw_in, row.id)
    try:
        if row.mime == structured.MIME:
            return structured.letter_of(raw)
        return await rt.port(Reader).read(raw, row.name, row.mime, own_places(rt))
    except Unavailable:
        raise
    except Exception as error:
        log.warning("letter_not_read", letter=row.id, error=repr(error))
        if attempts < _READ_TRIES:
            raise
        return unread(f"The reader failed: {type(error).__name__}")


def unread(fault: str) -> Letter:
    """A letter of which nothing was understood: one item, for a person."""
    return Letter(form="text", items=(Claimed(number=1, claim="", pointer="none"),), faults=(fault,))


def _try_in(tx: Tx, letter_id: int) -> int:
    row = queries.lock(tx, letter_id)
    assert row is not None
    queries.change(tx, row, attempts=row.attempts + 1)
    return int(row.attempts) + 1


def raw_in(tx: Tx, letter_id: int) -> bytes:
    """The bytes of a letter as they came. Raises Unavailable where the site's key has changed since."""
    kept = queries.raw(tx, letter_id)
    assert kept is not None
    return opened_in(tx, bytes(kept.sealed), kept.wrapped_key, f"letter:{letter_id}")


async def _step(rt: Runtime, row: Row) -> bool:
    """Do one piece of the work on a letter; tells whether there was any."""
    if await _look_up(rt, row):
        return True
    return bool(await rt.db.write("desk.settle", _settle_in, row.id))


async def _look_up(rt: Runtime, row: Row) -> bool:
    """Look up and judge the next items: what is dangerous is hidden before the rest of a long letter is looked at."""
    if judged := await rt.db.read(queries.at_step, row.id, 1, _LOOKED_UP):
        await judging.judge(rt, row, judged)
        return True
    fresh = await rt.db.read(queries.at_step, row.id, 0, _LOOKED_UP)
    if not fresh:
        return False
    follows = row.verified or fresh[0].number <= _SHORT_UNVERIFIED
    hosts, short = frozenset(own_places(rt).hosts), _leading(rt)
    led = await _follow(rt, resolving.short_links(fresh, hosts, short), short) if follows else {}
    await rt.db.write("desk.resolve", _resolve_in, row.id, [one.number for one in fresh], (hosts, short), led)
    return True


async def _follow(rt: Runtime, urls: Sequence[str], short: frozenset[str]) -> dict[str, str]:
    """Where short links lead, as far as they answer in time."""
    tasks = {asyncio.create_task(_target(rt, url, short)): url for url in dict.fromkeys(urls)}
    if not tasks:
        return {}
    done, late = await asyncio.wait(tasks, timeout=_SHORT_S)
    for one in late:
        one.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    return {tasks[one]: one.result() for one in done if one.result()}


async def _target(rt: Runtime, url: str, short: frozenset[str]) -> str:
    """Where a short link leads; empty where that cannot be seen. Only hosts that lead on are asked, no target is."""
    for _ in range(_HOPS):
        try:
            found = await delivery.ask(rt, url, {}, None, _SHORT)
        except (delivery.Refused, delivery.Unreachable):
            return ""
        if not found.onward:
            return ""
        url = urljoin(found.url, found.onward)[:2000]
        if places.place_of(url, frozenset(), short).kind != "short":
            return url
    return ""


def _resolve_in(
    tx: Tx, letter_id: int, numbers: list[int], hosts: tuple[frozenset[str], frozenset[str]], led: dict[str, str]
) -> None:
    row = queries.lock(tx, letter_id)
    if row is None or row.state != "opening":
        return
    wanted = set(numbers)
    rows = [one for one in queries.at_step(tx, letter_id, 0, _LOOKED_UP) if one.number in wanted]
    if rows:
        known = resolving.Known(*hosts, led, standing.written_at_in(tx, row))
        resolving.resolve_in(tx, row, rows, known)
        queries.change(tx, row, done=queries.count_done(tx, letter_id, 2))


def _settle_in(tx: Tx, letter_id: int) -> int:
    """Give items that need no person their outcomes; returns how many were looked at."""
    row = queries.lock(tx, letter_id)
    if row is None or row.state != "opening":
        return 0
    rows = queries.at_step(tx, letter_id, 2, _SETTLED)
    outcomes = [_outcome(one) for one in rows if one.outcome_hint]
    bundles.settle_certain_in(tx, row.case_id, outcomes)
    queries.change_items(
        tx, queries.STEPPED, [{"letter_id": letter_id, "number": one.number, "step": 3} for one in rows]
    )
    return len(rows)


def _outcome(one: Row) -> Outcome:
    state: ItemState = one.outcome_hint
    return Outcome(item_id=one.item_id, state=state, decision_id=one.decision_id, duplicate_of=one.same_as)


def _go_on_in(tx: Tx, letter_id: int) -> None:
    tx.emit(LetterArrived(letter_id))


def _opened_in(tx: Tx, letter_id: int) -> None:
    row = queries.lock(tx, letter_id)
    if row is None or row.state != "opening":
        return
    queries.change(tx, row, state="opened", opened_at=tx.now, done=row.items)
    tx.emit(LetterOpened(letter_id, row.case_id))


async def resume(rt: Runtime) -> None:
    """The recurring job: letters that a restore brought back without their event are opened too."""
    late = rt.clock.now_ms() - _STUCK_MS
    for letter_id in await rt.db.read(queries.stuck, ("received", "opening"), late, 20):
        await open_letter(rt, LetterArrived(letter_id))


def read_of_in(tx: Tx, letter_id: int) -> Letter | None:
    """What was understood of a letter, without its items; None until it was read."""
    kept = queries.read(tx, letter_id)
    if kept is None:
        return None
    return msgspec.json.decode(opened_in(tx, bytes(kept.sealed), kept.wrapped_key, f"read:{letter_id}"), type=Letter)
