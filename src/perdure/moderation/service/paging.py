"""Deadlines call whoever is on duty until somebody takes them (safety.md §3, C2).

A clock that comes to a stage leaves a page in the same transaction (``clocks.move_due_in``). Pages go out in rounds:
one mail and one push a person, one message a program, whatever the number of cases. Each message is a row and an entry
of the outbox: none is forgotten by a crash, and what is not delivered is seen.
"""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.audit import service as audit
from perdure.delivery import service as delivery
from perdure.delivery.service import hooks
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.moderation.events import PageCalled, StaffPaged
from perdure.moderation.queries import cases, paging
from perdure.moderation.queries import clocks as rows
from perdure.moderation.rules import letters
from perdure.moderation.rules import paging as rules
from perdure.moderation.rules.paging import Duty
from perdure.moderation.service import obligations
from perdure.moderation.tables.paging import page_call, page_round

HOOK_KIND: Final = "clock.page"
_NAMED: Final = 50
_READ: Final = 500


class Paged(msgspec.Struct, frozen=True):
    """One clock of a round: its newest stage there."""

    case_id: int
    obligation: str
    severity: int
    stage: str
    repeat: int
    due_at: int


def repeat_due_in(tx: Tx, most: int) -> int:
    """Page again for clocks that nobody took; returns how many were looked at."""
    due = rows.page_due(tx, most)
    for seen in due:
        case = cases.lock(tx, seen.case_id)
        row = rows.one(tx, seen.id)
        assert case is not None
        assert row is not None
        if row.page_at is not None and row.page_at <= tx.now:
            _repeat(tx, row, case)
    return len(due)


def _repeat(tx: Tx, row: Row, case: Row) -> None:
    pages = row.pages
    if not taken_in(tx, row, case):
        pages += 1
        urgent = rules.urgent(case.severity, row.obligation)
        paging.insert(tx, row, severity=case.severity, stage=row.state, repeat=pages, urgent=urgent)
    interval = rules.interval_ms(row.due_at - row.started_at - row.paused_ms)
    rows.change(tx, row, pages=pages, page_at=None if pages >= rules.MOST_REPEATS else tx.now + interval)


def taken_in(tx: Tx, row: Row, case: Row) -> bool:
    """Whether somebody is on it: said so since the last stage, holds the case now, or has it assigned."""
    lease = cases.lease_of(tx, case.id)
    return row.taken_by is not None or case.assigned_to is not None or (lease is not None and lease.until > tx.now)


def take_in(tx: Tx, staff_id: int, clock_id: int) -> None:
    """Say that one is on it: nobody is called again until the clock's next stage.

    Asks for ``manage_reports``. Raises NotFound; Conflict for a clock that has stopped.
    """
    accounts.authorise_in(tx, staff_id, "manage_reports")
    row = rows.one(tx, clock_id)
    if row is None:
        raise NotFound
    if row.state in {"met", "paused"}:
        raise Conflict("This clock does not run: nobody is called for it")
    rows.change(tx, row, taken_by=staff_id, taken_at=tx.now)
    detail = {"clock": row.id, "obligation": row.obligation}
    cases.append_event(tx, row.case_id, "clock.taken", staff_id, detail)
    audit.append_in(tx, actor_id=staff_id, action="clock.take", subject=f"case:{row.case_id}", **detail)


async def call_due(rt: Runtime) -> None:
    """The recurring job: page again where nobody came, and send what waits."""
    await rt.db.write("moderation.pages", call_due_in, rt.settings.base_url)


def call_due_in(tx: Tx, base_url: str) -> int | None:
    """Send every page that waits as one round; returns the round, None where it is not time or nothing waits."""
    waiting = paging.waiting(tx)
    last = paging.last_round(tx)
    urgent = any(row.urgent for row in waiting)
    if not waiting or not rules.is_due(tx.now, last.created_at if last else None, has_urgent=urgent):
        return None
    round_id = tx.new_id()
    people = _people_in(tx, [row.stage for row in waiting])
    programs = paging.hooks(tx)
    calls = sum(int(how.mail) + int(how.push) for how in people.values()) + len(programs)
    found = paging.take(tx, round_id)
    tx.insert(page_round, id=round_id, pages=found, calls=calls, created_at=tx.now)
    _call_people(tx, round_id, people)
    payload = _payload(tx, round_id, found, base_url) if programs else {}
    for program in programs:
        sent = hooks.hook_in(tx, program.url, program.secret_sealed, HOOK_KIND, payload)
        _note_call(tx, round_id, "hook", program.id, sent)
    return round_id


def _people_in(tx: Tx, stages: list[str]) -> dict[int, Duty]:
    return rules.called(
        accounts.holders_in(tx, "manage_reports"), accounts.holders_in(tx, "manage_settings"), duties_in(tx), stages
    )


def duties_in(tx: Tx) -> dict[int, Duty]:
    """What members of staff said about being called, by account; who may is not asked."""
    return {row.account_id: Duty(bool(row.on_call), bool(row.mail), bool(row.push)) for row in paging.duties(tx)}


def _call_people(tx: Tx, round_id: int, people: dict[int, Duty]) -> None:
    first = pages_of_in(tx, round_id)[0]
    for account_id, how in people.items():
        if how.mail:
            _note_call(tx, round_id, "mail", account_id)
            tx.emit(PageCalled(round_id, account_id))
        if how.push:
            _note_call(tx, round_id, "push", account_id)
            tx.emit(StaffPaged(round_id, account_id, first.case_id))
            tx.update(page_call, _key(round_id, "push", account_id), sent_at=tx.now)


def _key(round_id: int, channel: str, target_id: int) -> dict[str, object]:
    return {"round_id": round_id, "channel": channel, "target_id": target_id}


def _note_call(tx: Tx, round_id: int, channel: str, target_id: int, delivery_id: int | None = None) -> None:
    tx.insert(page_call, **_key(round_id, channel, target_id), delivery_id=delivery_id, sent_at=None)


def unsent_in(tx: Tx) -> int:
    """Messages to people that were not handed over yet; who may know is not asked."""
    return paging.unsent(tx)


def pages_of_in(tx: Tx, round_id: int) -> list[Paged]:
    """The clocks of a round, the most urgent first, each with its newest page."""
    newest: dict[int, Row] = {}
    for row in paging.of_round(tx, round_id, _READ):
        if row.clock_id not in newest or row.id > newest[row.clock_id].id:
            newest[row.clock_id] = row
    return [Paged(**{name: getattr(row, name) for name in Paged.__struct_fields__}) for row in newest.values()]


def _payload(tx: Tx, round_id: int, count: int, base_url: str) -> dict[str, object]:
    pages = [
        {
            "case": str(one.case_id),
            "url": f"{base_url}/moderation/cases/{one.case_id}",
            "obligation": one.obligation,
            "severity": one.severity,
            "stage": one.stage,
            "repeat": one.repeat,
            "due_at": one.due_at,
        }
        for one in pages_of_in(tx, round_id)[:_NAMED]
    ]
    return {"round": str(round_id), "at": tx.now, "count": count, "pages": pages}


_Letter = tuple[str, str, str, list[tuple[Paged, str]], int, int]


async def mail_call(rt: Runtime, event: PageCalled) -> None:
    """Mail one person a round. Raises Unavailable where the outbox should try again."""
    try:
        found = await rt.db.read(_letter_in, event)
    except NotFound:  # whoever it was is gone: the others of the round are called all the same
        await rt.db.write("moderation.paged", _forget_in, event)
        return
    if found is None:
        return
    email, locale, site, pages, count, at = found
    subject, text = letters.pages(locale, site=site, pages=pages, count=count, now=at, base_url=rt.settings.base_url)
    await delivery.send_mail(rt, delivery.Mail(email, subject, text, f"page:{event.round_id}:{event.account_id}"))
    await rt.db.write("moderation.paged", _sent_in, event)


def _letter_in(tx: Tx, event: PageCalled) -> _Letter | None:
    call = paging.call(tx, event.round_id, "mail", event.account_id)
    made = paging.one_round(tx, event.round_id)
    if call is None or call.sent_at is not None or made is None:
        return None
    login = accounts.login_in(tx, event.account_id)
    register = obligations.register_in(tx)
    language = "fr" if login.locale.lower().startswith("fr") else "en"
    named = [
        (one, register[one.obligation].obligation.title[language] if one.obligation in register else one.obligation)
        for one in pages_of_in(tx, event.round_id)
    ]
    return login.email, login.locale, accounts.site_in(tx).title, named, made.pages, made.created_at


def _forget_in(tx: Tx, event: PageCalled) -> None:
    tx.delete(page_call, **_key(event.round_id, "mail", event.account_id))


def _sent_in(tx: Tx, event: PageCalled) -> None:
    tx.update(page_call, _key(event.round_id, "mail", event.account_id), sent_at=tx.now)


def check_hook(rt: Runtime, url: str) -> None:
    """Raise Invalid for an address that no webhook goes to."""
    if not url.strip():
        raise Invalid("Validation failed: Url can't be blank", {"url": [("ERR_BLANK", "can't be blank")]})
    hooks.check(rt, url)
