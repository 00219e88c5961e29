"""The orderly end of a site: announced long before, reminded of, read-only from the day, keys destroyed at last."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from perdure.accounts.service import closing
from perdure.audit.service import roots
from perdure.audit.service.ledger import append_in
from perdure.continuity.service import disk
from perdure.continuity.service.site import ENDED_FILE
from perdure.kernel import mode
from perdure.kernel.db import Tx, emptied
from perdure.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from perdure.kernel.runtime import Runtime
from perdure.portability.model import SiteEnd
from perdure.portability.ports import Signer
from perdure.portability.queries import ending as queries
from perdure.portability.tables import site_end

NOTICE_DAYS: Final = 90
REMIND_DAYS: Final = (90, 30, 7, 1)
STATEMENT: Final = ENDED_FILE
KIND: Final = "site-end"
_REMAINS: Final = "what the database's files still had of them"
_BUSY: Final = (
    "the database is busy, and its files may still have what is left of them: stop the site and run this again"
)
_DAY_MS: Final = 86_400_000
_BATCH: Final = 200
_MOST_BATCHES: Final = 100
# What of the data directory is a key of the site.
_KEYS: Final = (
    "secrets/site.key",
    "secrets/drill.identity",
    "secrets/erasures.salt",
    "continuity/host.key",
    "continuity/host.voucher",
)


def end_in(tx: Tx) -> SiteEnd | None:
    """The announced end of the site; None where there is none."""
    row = queries.one(tx)
    if row is None:
        return None
    plain = {name: getattr(row, name) for name in SiteEnd.__struct_fields__ if name != "successors"}
    return SiteEnd(**plain, successors=msgspec.json.decode(row.successors_json, type=tuple[str, ...]))


def announce_in(
    tx: Tx, ends_at: int, reason: str, successors: Sequence[str], notice_days: int | None = None
) -> SiteEnd:
    """Announce the end: sign-up closes at once, everybody is told by mail and on every page.

    At least 90 days before; ``notice_days`` asks for fewer, and then ``reason`` must say why. Raises Invalid, Conflict
    where an end is announced already.
    """
    if queries.one(tx) is not None:
        raise Conflict("the end is announced already: cancel it first, or see --status")
    least = NOTICE_DAYS if notice_days is None else notice_days
    if least < NOTICE_DAYS and not reason.strip():
        raise Invalid(f"fewer than {NOTICE_DAYS} days of notice need a reason that members can read: --reason")
    if least < 1 or ends_at < tx.now + least * _DAY_MS:
        raise Invalid(
            f"the date must be at least {max(least, 1)} days away: members need time to take their things along"
        )
    for address in successors:
        if not address.startswith("https://") or len(address) > 300 or not address.isprintable():
            raise Invalid(f"{address[:80]!r} is no https address")
    before = closing.set_registrations_in(tx, "closed", f"This site closes on {day_of(ends_at)}.")
    tx.insert(
        site_end,
        id=queries.ROW,
        ends_at=ends_at,
        announced_at=tx.now,
        reason=reason.strip()[:1000],
        successors_json=msgspec.json.encode(list(successors)).decode(),
        before_registrations=before[0],
        before_message=before[1],
        reminded_days=0,
        reminded_until=0,
        destroyed_at=None,
    )
    append_in(tx, actor_id=None, action="site.end_announced", subject="site:1", ends_at=ends_at, reason=reason.strip())
    found = end_in(tx)
    assert found is not None
    return found


def cancel_in(tx: Tx) -> None:
    """The site goes on: sign-up as before, no reminders. Raises NotFound, Conflict once keys are destroyed.

    Where the site only reads because it ended, the caller opens it again (``site.mode``).
    """
    row = queries.one(tx)
    if row is None:
        raise NotFound("no end is announced")
    if row.destroyed_at is not None:
        raise Conflict("the keys are destroyed: this cannot be taken back")
    tx.delete(site_end, id=queries.ROW)
    closing.set_registrations_in(tx, row.before_registrations, row.before_message)
    append_in(tx, actor_id=None, action="site.end_cancelled", subject="site:1")


def open_again_in(tx: Tx) -> bool:
    """Write to the site again, if it was its end that kept it from that. The body's name is ``site.mode``."""
    return mode.set_in(tx, mode.OPEN, "")


async def keep_up(rt: Runtime) -> None:
    """The recurring job: reminders when their day has come, and reading only from the last day on."""
    end = await rt.db.read(end_in)
    if end is None or end.destroyed_at is not None:
        return
    now = rt.clock.now_ms()
    if now >= end.ends_at and mode.current(rt.db).name == mode.OPEN:
        await rt.db.write("site.mode", mode.set_in, mode.READING, f"This site closed on {day_of(end.ends_at)}.")
    due = next((days for days in reversed(REMIND_DAYS) if end.ends_at - now <= days * _DAY_MS), None)
    for _ in range(_MOST_BATCHES):
        if due is None or now >= end.ends_at or not await rt.db.write("shutdown.remind", _remind_in, due):
            return


def _remind_in(tx: Tx, days: int) -> bool:
    """Ask for the next mails of a reminder; tells whether more are to come."""
    row = queries.one(tx)
    if row is None or (row.reminded_days == days and row.reminded_until < 0):
        return False
    after = row.reminded_until if row.reminded_days == days else 0
    last = closing.mail_everybody_in(tx, "ending", day_of(row.ends_at), after, _BATCH)
    tx.update(site_end, {"id": queries.ROW}, reminded_days=days, reminded_until=last or -1)
    return bool(last)


def day_of(ms: int) -> str:
    """A date for people, UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")


def statement(rt: Runtime, end: SiteEnd) -> bytes:
    """The site's last word, signed: that it ended, when, where its members went, and how far its ledger goes."""
    root = rt.db.read_now(roots.last_in)
    document: dict[str, Any] = {
        "format": "perdure-site-end",
        "version": 1,
        "host": rt.settings.domain,
        "announced_at": end.announced_at,
        "ended_at": end.ends_at,
        "reason": end.reason,
        "successors": end.successors,
        "made_at": rt.clock.now_ms(),
        "ledger": {"root": root.n, "digest": roots.digest_of(root.statement)} if root else None,
    }
    return rt.port(Signer).sign(KIND, document)


def may_destroy(rt: Runtime) -> SiteEnd:
    """The announced end, if its day has passed; blocking. Raises Conflict."""
    end = rt.db.read_now(end_in)
    if end is None or rt.clock.now_ms() < end.ends_at:
        raise Conflict("keys are destroyed after the announced last day only: see --status")
    return end


def destroy_keys(rt: Runtime, named: str) -> list[str]:
    """Destroy every key that this host holds, after the last day; what they seal and sign is over for good. Blocking.

    ``named`` must be the site's name. The final statement is signed and kept first. The site answers nothing but reads
    afterwards. Copies at stores stay readable to whoever holds the recovery kit: its paper and shares are the
    operator's to destroy. Returns what was destroyed. Raises Invalid, Conflict before the day, Unavailable
    where the database is too busy for its files to be overwritten: to be repeated.
    """
    end = may_destroy(rt)
    if named.strip().lower() != rt.settings.domain.lower():
        raise Invalid(f"that is not this site's name, {rt.settings.domain}: nothing was destroyed")
    kept = rt.settings.data / STATEMENT
    rt.db.write_now("site.mode", mode.set_in, mode.READING, f"This site closed on {day_of(end.ends_at)}.")
    count, keys = rt.db.write_now("shutdown.destroy", _destroyed_in, rt.settings.domain)
    if not kept.exists():
        disk.write_private(kept, statement(rt, end), 0o644)
    gone = [name for name in _KEYS if _shred(rt.settings.data / name)]
    if not emptied.overwrite(rt.settings, ("site_setting", "audit_key")):
        raise Unavailable(f"The keys are destroyed, but {_BUSY}")
    return [*gone, f"{count} secrets in the database", f"{keys} keys of the ledger", _REMAINS]


def _destroyed_in(tx: Tx, domain: str) -> tuple[int, int]:
    count = closing.forget_secrets_in(tx)
    if (row := queries.one(tx)) is not None and row.destroyed_at is None:
        append_in(tx, actor_id=None, action="site.keys_destroyed", subject="site:1")
    keys = roots.destroy_keys_in(tx, domain)
    tx.update(site_end, {"id": queries.ROW}, destroyed_at=tx.now)
    return count, keys


def _shred(path: Path) -> bool:
    """Overwrite and delete a key; tells whether it was there. Raises Unavailable."""
    if not path.is_file():
        return False
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(max(path.stat().st_size, 64)))
            file.flush()
        path.unlink()
    except OSError as error:
        raise Unavailable(f"{path.name} could not be destroyed: {error.strerror}") from error
    return True
