"""Looks at the copies every few seconds and tells operators what is wrong: in the log, by mail, on their page.

What is known stands in a file: this must work while the site takes no writes, and while no database answers.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec

from perdure.continuity.model.alarms import Alarms, Person, Sign, Trouble
from perdure.continuity.rules import alarms as rules
from perdure.continuity.rules import letters
from perdure.continuity.service import disk, drills, lifeboat, moved, physical, stores
from perdure.continuity.service.site import ENDED_FILE
from perdure.continuity.service.status import read_status
from perdure.kernel.errors import Unavailable
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime

FILE: Final = "continuity/alarms.json"
EVERY_S: Final = 5.0
_PEOPLE_MS: Final = 600_000
_TRY_AGAIN_MS: Final = 60_000
log = logger("copies")

FindPeople = Callable[[], Awaitable[tuple[str, tuple[Person, ...]]]]
"""The site's name and who is to be told. Raises Unavailable."""
SendLetter = Callable[[str, str, str, str], Awaitable[None]]
"""Address, subject, text, and what caused it. Raises Unavailable."""


def load(data: Path) -> Alarms:
    """What is known; nothing where the file is missing or of another release."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Alarms)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return Alarms()


def lasting(data: Path, now_ms: int) -> tuple[Trouble, ...]:
    """What is wrong and counts, alarms before warnings, oldest first."""
    found = [one for one in load(data).troubles if one.lasts(now_ms)]
    return tuple(sorted(found, key=lambda one: (one.sign.level, one.since)))


async def look(rt: Runtime, find_people: FindPeople, send: SendLetter) -> None:
    """One look. Raises Invalid for a broken list of stores, OSError where nothing can be written."""
    data, now = rt.settings.data, rt.clock.now_ms()
    before = await asyncio.to_thread(load, data)
    known = await _with_people(before, find_people, now)
    gone = rules.turn(known, await asyncio.to_thread(_signs, data, now), now)
    after = gone.alarms
    if (gone.fresh or gone.over) and now - after.tried_at >= _TRY_AGAIN_MS:
        told = await _tell(rt, gone, send)
        after = rules.noted(gone, now) if told else msgspec.structs.replace(after, tried_at=now)
    if after != before:
        await asyncio.to_thread(disk.write_private, data / FILE, msgspec.json.encode(after))


def _signs(data: Path, now: int) -> list[Sign]:
    """Everything that is wrong now. A host that was left, or a site that has ended, answers for nothing any more."""
    if moved.address(data) or (data / ENDED_FILE).exists():
        return []
    listed, found = stores.load(data), read_status(data)
    seen = list(rules.signs(listed, found, drills.newest(data), now))
    if listed.stores or listed.boats:
        seen += rules.old_boats(lifeboat.load(data), now)
    if age := physical.stale_for(data, found, now):
        seen.append(Sign(kind="physical", figure=age))
    return seen


async def _with_people(before: Alarms, find_people: FindPeople, now: int) -> Alarms:
    """Whom to tell, as the database last said."""
    if now - before.people_at < _PEOPLE_MS and before.people:
        return before
    try:
        site, people = await find_people()
    except Unavailable:
        return before
    return msgspec.structs.replace(before, site=site, people=people, people_at=now)


async def _tell(rt: Runtime, gone: rules.Turn, send: SendLetter) -> bool:
    """Log everything, mail the alarms; False where no mail could be handed over."""
    for one in gone.fresh:
        say = log.error if one.sign.level == "alarm" else log.warning
        say("copies_trouble", kind=one.sign.kind, store=one.sign.about, ms=one.sign.figure, reason=one.sign.detail)
    for one in gone.over:
        log.info("copies_well", kind=one.sign.kind, store=one.sign.about)
    fresh = [one for one in gone.fresh if one.sign.level == "alarm"]
    over = [one for one in gone.over if one.sign.level == "alarm"]
    if not (fresh or over):
        return True
    link, at = f"{rt.settings.base_url}/operations/copies", rt.clock.now_ms()
    sent = 0
    for person in gone.alarms.people:
        subject, text = letters.alarms(person.locale, site=gone.alarms.site, fresh=fresh, over=over, link=link)
        try:
            await send(person.email, subject, text, f"copies:{at}:{person.email}")
            sent += 1
        except Unavailable as error:
            log.warning("copies_mail_failed", reason=error.public)
    return sent > 0
