"""Filling a table that is derived: its indexes are made when all is in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from perdure.continuity.queries.loading import indexes
from perdure.kernel.settings import Settings


@asynccontextmanager
async def without_indexes(settings: Settings, table: str) -> AsyncIterator[None]:
    """While this lasts, a table of a database that nobody else has open has no secondary indexes.

    Where what is done inside fails they stay away, as it is thrown away then.
    """
    statements = await asyncio.to_thread(indexes.take_off, settings, table)
    yield
    await asyncio.to_thread(indexes.put_back, settings, statements)
