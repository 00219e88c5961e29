"""Checks of the site itself: mail, files, people, what waits, and whether anybody works."""

import asyncio
import secrets
import tempfile
from pathlib import Path
from typing import Final

from perdure.accounts import service as accounts
from perdure.accounts.model import STAFF
from perdure.audit import service as audit
from perdure.audit.service import anchors as anchoring
from perdure.cli.doctor.finding import Findings, fail, info, is_local, ok, warn
from perdure.delivery import service as delivery
from perdure.kernel import schedule
from perdure.kernel.errors import AppError
from perdure.kernel.outbox import queries as outbox
from perdure.kernel.runtime import Runtime
from perdure.media.ports import MediaProcessor, ObjectStore

_ENTRIES: Final = 2000
_KINDS: Final = 2
_LATE_S: Final = 300
_STILL_S: Final = 60
_PIXEL: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


def mail(rt: Runtime) -> Findings:
    """Whether mail could be sent; none is."""
    where = rt.settings.mail_url.split("@")[-1].split("?")[0]
    try:
        asyncio.run(delivery.probe_mail(rt))
    except AppError as error:
        yield fail("mail", error.public, "check mail_url, the password and the firewall; confirmations wait until then")
        return
    if not rt.settings.mail_url.startswith("folder:"):
        yield ok("mail", f"{where.removeprefix('smtp://').removeprefix('smtps://')} takes mail")
    elif is_local(rt.settings):
        yield info("mail", f"is written as files to {rt.settings.data / where.partition(':')[2]}")
    else:
        yield warn(
            "mail",
            "is written as files: nobody gets confirmations or password resets",
            'set mail_url = "smtp://user:password@host:587?starttls=1"',
        )


def storage(rt: Runtime) -> Findings:
    """A small object goes in, comes out the same, and is gone again."""
    try:
        asyncio.run(_round_trip(rt.port(ObjectStore)))
    except (AppError, OSError) as error:
        reason = str(error.data.get("reason", "")) if isinstance(error, AppError) else str(error)
        told = error.public if isinstance(error, AppError) else "The file store fails."
        yield fail("files", f"{told} {reason[:200]}".strip(), "check storage_url, its keys, and that the bucket exists")
        return
    kind = "folder" if rt.settings.storage_url.startswith("folder:") else "object store"
    yield ok("files", f"the {kind} keeps, returns and deletes")


async def _round_trip(store: ObjectStore) -> None:
    key = f"doctor/{secrets.token_hex(8)}.bin"
    given = secrets.token_bytes(64)
    with tempfile.TemporaryDirectory(prefix="perdure-doctor-") as folder:
        sent, back = Path(folder) / "sent", Path(folder) / "back"
        await asyncio.to_thread(sent.write_bytes, given)
        await store.put(key, sent, "application/octet-stream")
        try:
            await store.fetch(key, back)
        finally:
            await store.delete(key)
        if await asyncio.to_thread(back.read_bytes) != given:
            message = "what came back is not what was sent"
            raise OSError(message)


def pictures(rt: Runtime) -> Findings:
    """A picture of one pixel through the real process, with its limits."""
    with tempfile.TemporaryDirectory(prefix="perdure-doctor-") as folder:
        source = Path(folder) / "pixel.png"
        source.write_bytes(_PIXEL)
        try:
            asyncio.run(rt.port(MediaProcessor).process(source, "image/png", Path(folder), "media"))
        except AppError as error:
            yield fail(
                "pictures",
                f"libvips does not work here: {error.public}",
                "reinstall the locked dependencies (make run), and look for media_defect in the log",
            )
            return
    yield ok("pictures", "libvips makes a picture safe")


def people(rt: Runtime) -> Findings:
    """Whether somebody owns the site, and how staff sign in."""
    members = [one for role in sorted(STAFF) for one in rt.db.read_now(accounts.members_in, role=role)]
    staff = [one for one in members if one.state == "active"]
    if not any(one.role == "owner" for one in staff):
        text = "nobody owns the site yet: whoever opens it first becomes its owner"
        advice = "open it now, or: perdure accounts create NAME --email ADDRESS --role owner --confirmed"
        yield (warn if is_local(rt.settings) else fail)("owner", text, advice)
        return
    bare = [f"@{one.username}" for one in staff if not one.second_factor]
    if bare:
        yield warn(
            "second factors",
            f"staff without one: {', '.join(bare)}",
            "ask them to add a passkey or an authenticator app in their settings",
        )
    else:
        yield ok("second factors", f"all {len(staff)} of the staff have one")


def queue(rt: Runtime) -> Findings:
    """What the outbox holds."""
    depth = rt.db.read_now(outbox.depth)
    oldest = rt.db.read_now(outbox.oldest_due)
    late = 0 if oldest is None else (rt.clock.now_ms() - oldest) / 1000
    if depth.dead:
        yield warn(
            "outbox",
            f"{depth.dead} deliveries were given up",
            "perdure outbox list shows why; when the cause is mended: perdure outbox replay",
        )
    if late > _LATE_S:
        yield warn(
            "outbox",
            f"{depth.waiting} deliveries wait, the oldest for {late:.0f} s",
            "is perdure serve running? If it is, see its log",
        )
    elif not depth.dead:
        yield ok("outbox", f"{depth.waiting} wait, none was given up")


def worker(rt: Runtime, state: str) -> Findings:
    """Whether recurring work is done. ``state`` is what the site answered on its port."""
    runs = rt.db.read_now(schedule.runs)
    failed = [run for run in runs if run.error]
    newest = max((run.finished_at or 0 for run in runs), default=0)
    still = (rt.clock.now_ms() - newest) / 1000
    if state != "up":
        yield info("worker", "is not looked for, as the site does not answer")
    elif still > _STILL_S:
        yield fail(
            "worker", f"has done nothing for {still:.0f} s" if newest else "has never worked", "restart perdure serve"
        )
    else:
        yield ok("worker", f"finished a job {still:.0f} s ago")
    for run in failed:
        yield warn(
            "jobs", f"{run.name} failed last time: {run.error[:200]}", "it is tried again by itself; see the log"
        )


def record(rt: Runtime) -> Findings:
    """The newest part of the audit log."""
    count, broken = rt.db.read_now(audit.verify_newest_in, _ENTRIES)
    if broken is not None:
        yield fail(
            "audit log",
            f"entry {broken.seq}: {broken.reason}",
            "somebody changed it: keep a copy of the database, and compare with an older one (perdure audit verify)",
        )
    else:
        yield ok("audit log", f"{count} entries, the newest {min(count, _ENTRIES)} unbroken")


def anchors(rt: Runtime) -> Findings:
    """Whether the ledger's newest root is in other hands, at two kinds of places."""
    seen = asyncio.run(anchoring.outlook(rt))
    advice = 'set anchors = ["s3://…", "mailto:…"]: two or more places of different kinds, under different providers'
    if len(seen.kinds) < _KINDS:
        told = "at one kind of place only" if seen.kinds else "nowhere"
        yield warn("anchors", f"the ledger's signed roots are kept outside {told}", advice)
    elif seen.missing:
        yield warn(
            "anchors",
            f"root {seen.root.n if seen.root else 0} was not taken by {', '.join(seen.missing)} yet",
            "it is tried again; perdure outbox list shows why it failed",
        )
    else:
        told = f"root {seen.root.n} of {seen.root.day}" if seen.root else "nothing was signed yet; the next root"
        yield ok("anchors", f"{told} {'is' if seen.root else 'goes'} to {len(seen.kinds)} kinds of places outside")
