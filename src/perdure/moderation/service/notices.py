"""Telling people: one row for each audience and channel, with its own state; told once, whatever is repeated.

Machine: due → rendered → sent → delivered; bounced; suppressed (with the reference of an order) → due when it ends;
withdrawn where the decision was undone before anything was sent.
"""

import secrets as random
from hashlib import sha256
from typing import Any, Final

from perdure.accounts import service as accounts
from perdure.delivery import service as delivery
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import NotFound, Unavailable
from perdure.kernel.runtime import Runtime
from perdure.moderation.events import NoticeDue, NoticeWithdrawn
from perdure.moderation.model.decisions import UNDO_MS, DecisionView, NoticeView
from perdure.moderation.queries import appeals, ordered
from perdure.moderation.queries import decisions as queries
from perdure.moderation.rules import notices as texts
from perdure.moderation.service.reading_decisions import APPEAL_MS, view_in
from perdure.moderation.tables.decisions import appeal_token, notice_out

APPEAL_PATH: Final = "/appeal/"
_TRIES: Final = 6
_RETRY_MS: Final = 60_000


def state_reasons_in(
    tx: Tx, decision: DecisionView, *, order: str = "", until: int | None = None, by_mail: bool = True
) -> None:
    """Owe the author a statement of reasons: in the app at once, by mail when the time for an undo is over.

    Without ``by_mail`` there is no mail, and none about its end either.

    ``order`` is the reference of an order that forbids it until ``until``; nothing else suppresses a notice (I10).
    """
    if decision.author_id is None:
        return
    for channel in ("app", "mail") if by_mail else ("app",):
        _owe_in(tx, decision.author_id, channel, "statement", decision, order=order, until=until)


def tell_reversal_in(tx: Tx, decision: DecisionView) -> None:
    """Tell the author, once, that a decision no longer holds. One that nobody was told of is withdrawn instead."""
    if decision.author_id is None:
        return
    rows = [row for row in queries.notices_of(tx, [decision.id]) if row.kind == "statement"]
    channels = [row.channel for row in rows]
    untold = "mail" in channels or tx.now <= decision.created_at + UNDO_MS
    for row in rows:
        if row.state in {"due", "rendered", "suppressed"}:
            tx.update(notice_out, {"id": row.id}, state="withdrawn", next_at=None)
        elif row.channel == "mail":
            untold = False
    if untold:
        tx.emit(NoticeWithdrawn(decision.author_id, decision.id))
        return
    for channel in channels:
        _owe_in(tx, decision.author_id, channel, "reversed", decision)


def tell_appeal_in(tx: Tx, appeal: Row, decision: DecisionView) -> None:
    """Tell a member, once, how their appeal ended."""
    if appeal.appellant_id is not None:
        _owe_in(tx, appeal.appellant_id, "mail", "appeal", decision, party=appeal.party, appeal_id=appeal.id)


def _owe_in(
    tx: Tx,
    account_id: int,
    channel: str,
    kind: str,
    decision: DecisionView,
    *,
    order: str = "",
    until: int | None = None,
    party: str = "author",
    appeal_id: int | None = None,
) -> None:
    silence = ordered.silence(tx, decision.subject_kind, decision.subject_ref)
    if silence is not None and not order and kind != "appeal":  # who appeals is answered, and learns nothing by it
        order, until = silence.reference, silence.silent_until
    notice_id = tx.new_id()
    state = "suppressed" if order else "due" if channel == "mail" else "delivered"
    wait = UNDO_MS if kind == "statement" else 0
    stored = tx.insert_new(
        notice_out,
        id=notice_id,
        key=f"{decision.id}:{kind}:{party}:{account_id}:{channel}",
        decision_id=decision.id,
        appeal_id=appeal_id,
        audience=party,
        account_id=account_id,
        intake_id=None,
        channel=channel,
        kind=kind,
        template_version=texts.TEMPLATE,
        locale=locale_in(tx, account_id),
        state=state,
        subject="",
        body="",
        order_reference=order or None,
        suppressed_until=until,
        attempts=0,
        error=None,
        next_at=tx.now + wait if channel == "mail" else None,
        created_at=tx.now,
        sent_at=tx.now if state == "delivered" else None,
        delivered_at=tx.now if state == "delivered" else None,
    )
    if stored and state == "delivered":
        tx.emit(NoticeDue(notice_id, account_id, decision.id, kind))


def locale_in(tx: Tx, account_id: int | None) -> str:
    """The language in which somebody is told what was decided about them; English where nobody is left."""
    try:
        return accounts.login_in(tx, account_id).locale[:2] if account_id is not None else "en"
    except NotFound:
        return "en"


def notices_in(tx: Tx, decision_id: int) -> list[NoticeView]:
    """What was told about a decision, and how far it got."""
    return [_view(row) for row in queries.notices_of(tx, [decision_id])]


def _view(row: Row) -> NoticeView:
    return NoticeView(**{name: getattr(row, name) for name in NoticeView.__struct_fields__})


def issue_token_in(tx: Tx, decision_id: int, party: str, *, account_id: int | None, intake_id: int | None) -> str:
    """A fresh text that lets its bearer read one decision and appeal against it; only its hash is stored."""
    text = random.token_urlsafe(24)
    tx.insert(
        appeal_token,
        token_hash=token_hash(text),
        decision_id=decision_id,
        party=party,
        account_id=account_id,
        intake_id=intake_id,
        expires_at=tx.now + APPEAL_MS,
    )
    return text


def token_hash(text: str) -> str:
    """What is stored of a token."""
    return sha256(text.encode()).hexdigest()


async def send_due(rt: Runtime) -> None:
    """The recurring job: mail what is due, and let go what no order holds back any more."""
    await rt.db.write("notices.lift", _lift_in, 100)
    for row in await rt.db.read(queries.mails_due, 50):
        await _send(rt, row)


def _lift_in(tx: Tx, most: int) -> None:
    for notice_id in queries.liftable(tx, most):
        row = queries.notice(tx, notice_id)
        if row is None or row.account_id is None:
            continue
        state = "due" if row.channel == "mail" else "delivered"
        tx.update(notice_out, {"id": row.id}, state=state, suppressed_until=None, next_at=tx.now, sent_at=tx.now)
        if row.channel == "app":
            tx.emit(NoticeDue(row.id, row.account_id, row.decision_id, row.kind))


async def _send(rt: Runtime, row: Row) -> None:
    prepared = await rt.db.write("notices.render", _render_in, row.id, rt.settings.base_url)
    if prepared is None:
        return
    email, subject, body = prepared
    try:
        await delivery.send_mail(rt, delivery.Mail(email, subject, body, f"notice:{row.id}"))
    except Unavailable as failure:
        await rt.db.write("notices.failed", _failed_in, row.id, str(failure.data)[:300])
        return
    await rt.db.write("notices.sent", _sent_in, row.id)


def _render_in(tx: Tx, notice_id: int, base_url: str) -> tuple[str, str, str] | None:
    row = queries.notice(tx, notice_id)
    if row is None or row.state not in {"due", "rendered"}:
        return None
    try:
        email = accounts.login_in(tx, row.account_id).email
    except NotFound:  # whoever erased their account has no address any more
        _change(tx, row, state="bounced", next_at=None, error="no address")
        return None
    subject, body = _letter_in(tx, row, base_url)
    kept = body.split("\n" + base_url + APPEAL_PATH)[0]  # the token is nowhere but in the mail
    _change(tx, row, state="rendered", subject=subject, body=kept)
    return email, subject, body


def _letter_in(tx: Tx, row: Row, base_url: str) -> tuple[str, str]:
    site = accounts.site_in(tx).title
    name = accounts.view_in(tx, row.account_id).username
    decision = view_in(tx, row.decision_id)
    if row.kind == "appeal":
        found = appeals.one(tx, row.appeal_id)
        assert found is not None
        silent = ordered.silence(tx, decision.subject_kind, decision.subject_ref) is not None
        return texts.appeal(found.state, row.locale, site=site, text="" if silent else found.outcome_text)
    if row.kind == "statement":
        token = issue_token_in(tx, row.decision_id, "author", account_id=row.account_id, intake_id=None)
        link = f"{base_url}{APPEAL_PATH}{token}"
        return texts.statement(decision, row.locale, site=site, name=name, link=link)
    return texts.reversal(decision.created_at, row.locale, site=site, name=name)


def _failed_in(tx: Tx, notice_id: int, error: str) -> None:
    row = queries.notice(tx, notice_id)
    assert row is not None
    tries = row.attempts + 1
    gone = tries >= _TRIES
    wait = None if gone else tx.now + _RETRY_MS * 4**row.attempts
    _change(tx, row, state="bounced" if gone else "due", attempts=tries, error=error, next_at=wait)


def _sent_in(tx: Tx, notice_id: int) -> None:
    row = queries.notice(tx, notice_id)
    assert row is not None
    _change(tx, row, state="sent", sent_at=tx.now, next_at=None, error=None)


def _change(tx: Tx, row: Row, **values: Any) -> None:
    tx.update(notice_out, {"id": row.id}, **values)
