"""Derived rows that a restored site does without at first: what is still to be made, and how far that is.

The place is kept in the transaction that makes the rows, so whoever is killed in the middle is followed by whoever
comes next, and several at once share the work.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from sqlalchemy import bindparam, select

from perdure.kernel.db import BigId, Column, Integer, Table, Text, Tx, metadata, sql
from perdure.kernel.runtime import Runtime

refill = Table(
    "refill",
    metadata,
    Column("name", Text, primary_key=True),
    Column("step", Integer, nullable=False),
    Column("place", BigId, nullable=False),
    info={"derived": "what is still to be made anew after a restore: each restore begins with all of it"},
)

Page = Callable[[Tx, int], int | None]
"""Makes what follows a place; returns the place that it came to, None where nothing was left. Safe to repeat."""
_LOCKED: Final = sql(select(refill.c.step, refill.c.place).where(refill.c.name == bindparam("name")).with_for_update())
_LONGEST_PAUSE_S: Final = 0.2
_LEFT: Final = sql(select(refill.c.name))


def begin_in(tx: Tx, names: Iterable[str]) -> None:
    """All of these are to be made, from the beginning."""
    tx.upsert_many(refill, ("name",), [{"name": name, "step": 0, "place": 0} for name in names])


def left(tx: Tx) -> list[str]:
    """What is still to be made."""
    return tx.column(_LEFT)


async def in_pages(rt: Runtime, name: str, *steps: Page) -> None:
    """Go on where it stands, page by page and step by step; nothing happens where it is made already.

    Members write meanwhile: after each page they have as much time as it took.
    """
    began = rt.clock.monotonic()
    while await rt.db.write("refill", _page_in, name, steps):
        await asyncio.sleep(min(rt.clock.monotonic() - began, _LONGEST_PAUSE_S))
        began = rt.clock.monotonic()


def _page_in(tx: Tx, name: str, steps: tuple[Page, ...]) -> bool:
    """One page; tells whether there may be more."""
    row = tx.first(_LOCKED, name=name)
    if row is None:
        return False
    came_to = steps[row.step](tx, row.place)
    if came_to is not None:
        tx.update(refill, {"name": name}, place=came_to)
    elif row.step + 1 < len(steps):
        tx.update(refill, {"name": name}, step=row.step + 1, place=0)
    else:
        tx.delete(refill, name=name)
        return False
    return True


async def at_once(rt: Runtime, name: str, run: Callable[[Runtime], Awaitable[None]]) -> None:
    """The same for what is made in one go: who is killed in the middle begins again."""
    if name in await rt.db.read(left):
        await run(rt)
        await rt.db.write("refill", _made_in, name)


def _made_in(tx: Tx, name: str) -> None:
    tx.delete(refill, name=name)
