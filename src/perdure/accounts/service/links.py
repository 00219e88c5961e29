"""Verified links: the pages that a profile names are looked at for a link back, now and from time to time."""

import asyncio
from typing import Final, Literal

import msgspec

from perdure.accounts.events import LinksToCheck
from perdure.accounts.model import AccountView, Field
from perdure.accounts.queries import links, people
from perdure.accounts.rules import links as rules
from perdure.accounts.service.people import change_in
from perdure.delivery import service as delivery
from perdure.delivery.service import Refused, Unreachable, Wanted
from perdure.kernel.db import Tx
from perdure.kernel.log import logger
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.kernel.tags import decoded

_PAGE: Final = Wanted(types=frozenset({"text/html", "application/xhtml+xml"}), most=1_048_576, cut=True)
_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS
_CLAIM_MS: Final = 120_000
_AGAIN_MS: Final = 7 * _DAY_MS
# After a save, a link that was looked at so short a time ago is not looked at again at once.
_FRESH_MS: Final = 60_000
# When to look again at a page without a link back, or one that does not answer; then not until the next save.
_DELAYS_MS: Final = (600_000, _HOUR_MS, 6 * _HOUR_MS, _DAY_MS, 3 * _DAY_MS, 7 * _DAY_MS)
_MOST_AN_HOUR: Final = 16
_BATCH: Final = 20
Verdict = Literal["back", "not", "silent"]
log = logger("links")


def plan_in(tx: Tx, settings_domain: str, account_id: int, fields: tuple[Field, ...]) -> None:
    """A profile was saved: look at its links that are not verified. At most 16 new ones an hour."""
    urls = [field.value for field in fields if rules.is_checkable(field.value, settings_domain)]
    links.keep_only(tx, account_id, urls, tx.now - _HOUR_MS)
    known = {row.url: row for row in links.of(tx, account_id)}
    verified = {field.value for field in fields if field.verified_at is not None}
    room = _MOST_AN_HOUR - links.recent(tx, account_id, tx.now - _HOUR_MS)
    asked = False
    for url in dict.fromkeys(urls):
        row = known.get(url)
        if row is None and room > 0:
            room, asked = room - 1, True
            links.insert(tx, account_id, url)
        elif row is not None and url not in verified and (row.checked_at or 0) <= tx.now - _FRESH_MS:
            asked = True
            links.change(tx, account_id, url, due_at=tx.now, failures=0)
    if asked:
        tx.emit(LinksToCheck(account_id))


def renamed_in(tx: Tx, account_id: int) -> None:
    """The profile has another address now, so nothing links back to it: every link is looked at again."""
    view = people.views(tx, [account_id])[account_id]
    unverified = [msgspec.structs.replace(field, verified_at=None) for field in view.fields]
    change_in(tx, account_id, fields_json=msgspec.json.encode(unverified).decode())
    for row in links.of(tx, account_id):
        links.change(tx, account_id, row.url, due_at=tx.now, failures=0)
    tx.emit(LinksToCheck(account_id))


async def check_links(rt: Runtime, event: LinksToCheck) -> None:
    """Look at the due links of one account."""
    await _check(rt, event.account_id)


async def check_due_links(rt: Runtime) -> None:
    """The recurring job: links whose time has come are to be looked at again."""
    if await rt.db.read(links.due_accounts, 1):
        await rt.db.write("links.due", _ask_due_in)


def _ask_due_in(tx: Tx) -> None:
    for account_id in links.due_accounts(tx, _BATCH):
        tx.emit(LinksToCheck(account_id))


async def _check(rt: Runtime, account_id: int) -> None:
    due = await rt.db.write("links.claim", links.claim, account_id, rt.clock.now_ms() + _CLAIM_MS)
    if not due:
        return
    view = (await rt.db.read(people.views, [account_id])).get(account_id)
    if view is None or view.hidden:
        await rt.db.write("links.forget", links.forget, account_id)
        return
    verdicts = await asyncio.gather(*(_look(rt, row.url, view) for row in due))
    found = {row.url: (verdict, row.failures) for row, verdict in zip(due, verdicts, strict=True)}
    await rt.db.write("links.settle", _settle_in, account_id, view.username, found)


def profiles_of(settings: Settings, username: str) -> frozenset[str]:
    """The addresses of a profile that a page may link to."""
    return frozenset({f"{settings.base_url}/@{username}", f"{settings.base_url}/users/{username}"})


async def _look(rt: Runtime, url: str, view: AccountView) -> Verdict:
    try:
        page = await delivery.fetch(rt, url, _PAGE)
    except Refused as error:
        log.info("link_refused", url=url, reason=error.public)
        return "not"
    except Unreachable as error:
        log.info("link_silent", url=url, reason=error.public)
        return "silent"
    except Exception as error:
        log.error("link_fault", url=url, exc_info=error)
        return "not"
    if page.status == 429 or page.status >= 500:
        return "silent"
    if page.status != 200 or not rules.same_site(url, page.url):
        return "not"
    text, profiles = decoded(page.body, page.charset), profiles_of(rt.settings, view.username)
    back = await asyncio.to_thread(rules.links_back, text, page.url, page.links, profiles)
    return "back" if back else "not"


def _settle_in(tx: Tx, account_id: int, username: str, found: dict[str, tuple[Verdict, int]]) -> None:
    """Write down what was found, unless the profile was saved or renamed meanwhile."""
    view = people.views(tx, [account_id]).get(account_id)
    if view is None or view.username != username:
        return
    fields = [_judged(field, *found[field.value], tx.now) if field.value in found else field for field in view.fields]
    if tuple(fields) != view.fields:
        change_in(tx, account_id, fields_json=msgspec.json.encode(fields).decode())
    for url, (verdict, failures) in found.items():
        failed = 0 if verdict == "back" else failures + 1
        delay = _AGAIN_MS if verdict == "back" else _DELAYS_MS[failures] if failures < len(_DELAYS_MS) else None
        due_at = None if delay is None else tx.now + delay
        links.change(tx, account_id, url, checked_at=tx.now, due_at=due_at, failures=failed)


def _judged(field: Field, verdict: Verdict, failures: int, now: int) -> Field:
    """A page that is silent for a while takes nothing away; one that stays silent does."""
    if verdict == "back":
        return field if field.verified_at else msgspec.structs.replace(field, verified_at=now)
    if verdict == "silent" and failures < len(_DELAYS_MS):
        return field
    return msgspec.structs.replace(field, verified_at=None)
