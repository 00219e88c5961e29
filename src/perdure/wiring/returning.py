"""What a restored database needs before it is a site: derived tables, the ledgers, keys that live in rows."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit.service.roots import signing_keys_in
from perdure.continuity.model.drills import Seen
from perdure.continuity.model.restoring import Ledger, Outcome
from perdure.continuity.service import erasures
from perdure.continuity.service.restoring.bare import without_indexes
from perdure.discovery import service as discovery
from perdure.kernel import refilling
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.media.service import scrubbing
from perdure.portability.service import forgetting, rehearsing
from perdure.signals.service import signatures
from perdure.timelines import jobs as timeline_jobs
from perdure.timelines import service as timelines
from perdure.wiring.process import runtime


async def _nothing(rt: Runtime) -> None:
    """For what is good for minutes, or is made by whoever needs it next."""


async def _begin_later(rt: Runtime) -> None:
    """Write down what is still to be made when the site opens: whoever is there goes on with it."""
    await rt.db.write("refill", refilling.begin_in, LATER)


Rebuild = Callable[[Runtime], Awaitable[None]]
REBUILDS: Final[Mapping[str, Rebuild]] = {
    "large_author": timeline_jobs.rebuild_large,
    "cache_change": _nothing,
    "form_use": _nothing,
    "id_lane": _nothing,
    "job_run": _nothing,
    "passkey_challenge": _nothing,
    "refill": _begin_later,
    "used_proof": _nothing,
}
"""By table that no copy holds: what makes its rows after a restore."""
LATER: Final[Mapping[str, Rebuild]] = {
    "home_entry": timeline_jobs.rebuild_homes,
    "search_account": discovery.rebuild_accounts,
    "search_post": discovery.rebuild_posts,
    "signature": signatures.rebuild,
    "media_at_store": partial(refilling.at_once, name="media_at_store", run=scrubbing.rebuild),
}
"""The same, for what a site can do without while it is filled; each goes on where it stands, and ends where nothing is
left."""


async def finish_restore(settings: Settings, ledger: Ledger) -> Outcome:
    """In a database whose rows came back: make what members see first, and erase again what was erased later."""
    await _rebuilt(settings)
    with runtime(settings) as rt:
        return await forgetting.apply(rt, ledger)


async def look_at_rehearsed(
    settings: Settings, ledger: Ledger, there: frozenset[str], at_home: Callable[[], None]
) -> tuple[Outcome, Seen]:
    """The same in a drill's scratch database, with every way out shut, and what is seen there then."""
    await _rebuilt(settings, shut=True)
    with runtime(settings, local=True, shut=True) as rt:
        outcome = await forgetting.apply(rt, ledger)
        await rt.db.write("timelines.rebuild", _fill_looked_at_in, settings.keep_home_entries)
        again = await erasures.replay(rt.db, ledger.erasures, ledger.salt, forgetting.ERASERS)
        seen = await rehearsing.look(rt, there, at_home)
    return outcome, msgspec.structs.replace(seen, standing=sum(again.erased.values()))


def _fill_looked_at_in(tx: Tx, kept: int) -> None:
    """A drill looks at one feed, whose owner may not have been here for long."""
    _, busiest = accounts.looked_at_in(tx)
    timelines.refill_in(tx, [busiest[0]] if busiest else [], kept)


async def _rebuilt(settings: Settings, *, shut: bool = False) -> None:
    async with without_indexes(settings, "home_entry"):
        with runtime(settings, local=shut, shut=shut) as rt:
            for rebuild in REBUILDS.values():
                await rebuild(rt)
            await timeline_jobs.rebuild_seen(rt)


async def refill(rt: Runtime) -> None:
    """Go on with what a restore left to be made: search, near-duplicates, where files lie. The worker does it."""
    if not await rt.db.read(refilling.left):
        return
    for rebuild in LATER.values():
        await rebuild(rt)


def secret_rows_in(tx: Tx) -> dict[str, str]:
    """The keys that live in the database, for the config bundle: web push, sealing, forms, and the ledger's."""
    own = {f"site:{name}": value for name, value in accounts.site_secrets_in(tx).items()}
    return own | {f"audit:{key.public_key}": key.secret for key in signing_keys_in(tx)}


def put_back_secret_rows_in(tx: Tx, kept: Mapping[str, str]) -> list[str]:
    """After a restore, keep those of a bundle's keys that the rows lack. Returns the names of those put back.

    The ledger's own keys are entries of the ledger and come with it or not at all.
    """
    own = {name.removeprefix("site:"): value for name, value in kept.items() if name.startswith("site:")}
    return accounts.put_back_secrets_in(tx, own)
