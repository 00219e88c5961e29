"""The copies: how far each store is, in whose hands they are, what was promised, and what to do next."""

import asyncio
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.continuity.model.alarms import Trouble
from perdure.continuity.model.lifeboat import Boat
from perdure.continuity.model.status import LaneStatus
from perdure.continuity.model.stores import StoreRecord
from perdure.continuity.rules.alarms import LATE_MS, SOON_MS
from perdure.continuity.rules.lifeboat import is_old
from perdure.continuity.service import alarming
from perdure.continuity.service.status import Overview, Promise, overview
from perdure.web.pages.operations.frame import operations_page, require_staff
from perdure.web.request import WebRequest, runtime_of, words_of
from perdure.web.words import Words

Level = Literal["well", "warn", "ill", "unknown"]
_PAGE: Final = "/operations/copies"
_ILL: Final = frozenset({"behind", "refused", "foreign", "lying"})
_SLOW: Final = frozenset({"new", "trying", "healing"})
_MINUTES_FROM_MS: Final = 120_000
_NOTHING: Final = ("kit", "stores", "alive", "shipping")
"""Promises without which nothing is copied at all, the first first."""


class Store(msgspec.Struct, frozen=True):
    """A store as the page shows it. ``state`` is a word of the catalogue, ``far`` how far behind it is, in words."""

    record: StoreRecord
    lane: LaneStatus | None
    state: str
    level: Level
    far: str
    hand: str
    """``apart`` from the host or ``with_host``; empty where nobody said whose it is."""
    with_others: tuple[str, ...]
    """Stores in the same hand."""
    out_of_reach: bool


class Headline(msgspec.Struct, frozen=True):
    """The sentence on top. ``key`` is a word of the catalogue."""

    key: str
    text: str
    level: Level


@get(_PAGE)
async def copies_page(request: WebRequest) -> Response[Any]:
    """How the copies stand. Everything but who is asking comes from files."""
    await require_staff(request, "view_devops")
    found, troubles = await _read(request)
    t = words_of(request)
    return await operations_page(
        request,
        "copies",
        found=found,
        headline=_headline(t, found),
        stores=_stores(t, found),
        troubles=[(one, _trouble(t, one)) for one in troubles],
        promises=[(one, _promise(t, one)) for one in found.promises],
        boats=_boats(found),
        mark=_mark(found, troubles),
    )


@get(f"{_PAGE}/live")
async def live(request: WebRequest) -> Response[Any]:
    """What moves on the page, in the reader's words. A script without a session is told so (401)."""
    await require_staff(request, "view_devops")
    found, troubles = await _read(request)
    t = words_of(request)
    headline = _headline(t, found)
    shown = {
        "mark": _mark(found, troubles),
        "level": headline.level,
        "text": headline.text,
        "stores": [
            {
                "name": one.record.name,
                "ms": one.lane.behind_ms if one.lane and found.alive else None,
                "far": one.far,
                "level": one.level,
                "state": t.of("copies.states", one.state),
                "waiting": _waiting(t, one.lane),
                "newest": _since(t, one.lane.acked_at if one.lane else 0),
            }
            for one in _stores(t, found)
        ],
    }
    return Response(shown, headers={"Cache-Control": "private, no-store"})


async def _read(request: WebRequest) -> tuple[Overview, tuple[Trouble, ...]]:
    rt = runtime_of(request)
    return await asyncio.to_thread(_read_files, rt.settings.data, rt.clock.now_ms())


def _read_files(data: Path, now: int) -> tuple[Overview, tuple[Trouble, ...]]:
    return overview(data, now), alarming.lasting(data, now)


def _mark(found: Overview, troubles: tuple[Trouble, ...]) -> str:
    """Changes when anything but a figure does: then the open page is fetched anew."""
    names = [record.name for record in found.listed.stores]
    broken = [f"{one.key}{one.facts.get('store', '')}" for one in found.promises if not one.kept]
    return " ".join([*names, "|", *broken, "|", *(f"{one.sign.kind}{one.sign.about}" for one in troubles)])


def _headline(t: Words, found: Overview) -> Headline:
    broken = {promise.key: promise for promise in found.promises if not promise.kept}
    for key in _NOTHING:
        if key in broken:
            at = found.status.at if found.status else 0
            return Headline(key, t.of("copies.nothing", key, at=_since(t, at)), "ill")
    far, count = _far(t, found.behind_ms or 0), len(found.listed.stores)
    if not broken:
        return Headline("well", t("copies.well", far=far, n=count), "well")
    level: Level = "ill" if broken.keys() & {"behind", "head"} else "warn"
    return Headline("broken", t("copies.broken_some", far=far, n=len(broken)), level)


def _stores(t: Words, found: Overview) -> list[Store]:
    lanes = {lane.name: lane for lane in found.status.lanes} if found.status else {}
    return [_store(t, found, record, lanes.get(record.name)) for record in found.listed.stores]


def _store(t: Words, found: Overview, record: StoreRecord, lane: LaneStatus | None) -> Store:
    known = bool(record.owner.entity or record.owner.parent)
    hand = "with_host" if record.name in found.verdict.with_host else "apart" if known else ""
    others = next((names for names in found.verdict.owners if record.name in names), ())
    return Store(
        record=record,
        lane=lane,
        state=_state(found, lane),
        level=_level(found, lane),
        far=_far(t, lane.behind_ms if lane and found.alive else -1),
        hand=hand,
        with_others=tuple(name for name in others if name != record.name),
        out_of_reach=record.name in found.verdict.out_of_reach,
    )


def _state(found: Overview, lane: LaneStatus | None) -> str:
    if not found.alive:
        return "unknown"
    if lane is None:
        return "unopened"
    return "headless" if lane.state == "ok" and _is_headless(found, lane) else lane.state


def _is_headless(found: Overview, lane: LaneStatus) -> bool:
    """While nothing is written a store that is gone lacks nothing; only the sign of life that is due tells."""
    return bool(lane.head_at) and found.at - lane.head_at > LATE_MS


def _level(found: Overview, lane: LaneStatus | None) -> Level:
    if not found.alive:
        return "unknown"
    if lane is None or lane.state in _ILL or lane.behind_ms > LATE_MS or _is_headless(found, lane):
        return "ill"
    return "warn" if lane.behind_ms > SOON_MS or lane.state in _SLOW else "well"


def _boats(found: Overview) -> list[tuple[Boat, str, bool]]:
    """Where the lifeboat lies, where people read it, and whether it is old."""
    addresses = {one.name: one.address for one in found.listed.boats}
    return [
        (boat, addresses.get(boat.name, "") if boat.kind == "host" else "", is_old(boat, found.boats, found.at))
        for boat in found.boats.boats
    ]


def _promise(t: Words, promise: Promise) -> str:
    facts: dict[str, str | int] = dict(promise.facts)
    if "at" in facts:
        facts["at"] = _since(t, int(facts["at"]))
    if "ms" in facts:
        facts["ms"] = _far(t, int(facts["ms"]))
    facts["n"] = facts.get("count", 0)
    if promise.kept:
        return t.of("copies.kept", promise.key, **facts)
    return t.of("copies.broken", promise.key, **facts).strip()


def _trouble(t: Words, one: Trouble) -> str:
    return t.of("copies.troubles", one.sign.kind, store=one.sign.about, since=t.since(one.since))


def _waiting(t: Words, lane: LaneStatus | None) -> str:
    if lane is None or not lane.backlog:
        return t("copies.waits_none")
    return t("copies.waits", n=lane.backlog, size=t.size(lane.backlog_bytes))


def _since(t: Words, ms: int) -> str:
    return t.since(ms) if ms else t("time.never")


def _far(t: Words, ms: int) -> str:
    """A delay in words: tenths of a second, then minutes, then hours."""
    if ms < 0:
        return t("copies.unknown")
    if ms < _MINUTES_FROM_MS:
        return t("copies.seconds", count=t.tenths(ms / 1000))
    return t.lasting(ms // 1000)


ROUTES: list[HTTPRouteHandler] = [copies_page, live]
