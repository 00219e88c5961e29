"""One case as somebody needs to see it before they decide: then and now, what machines saw, who wrote it."""

import msgspec
from markupsafe import Markup

from perdure.accounts import service as accounts
from perdure.desk.service import orders_reading, referrals_reading
from perdure.desk.service.orders_reading import OrderView
from perdure.desk.service.referrals_reading import ReferralView
from perdure.kernel.db import Tx
from perdure.kernel.errors import Unavailable
from perdure.moderation.model import CaseView, SnapshotContent, SnapshotView, Subject
from perdure.moderation.model.decisions import EvasionLink
from perdure.moderation.service import evasion, picturing, reading, snapshots
from perdure.signals.service import findings
from perdure.web.addresses import Addresses
from perdure.web.pages.moderation.frame import names_in
from perdure.web.pages.moderation.telling import differences, fired_spans, marked

_GONE = frozenset({"deleted", "unknown"})


class Sides(msgspec.Struct, frozen=True):
    """What was reported beside what is there now."""

    then: Markup
    today: Markup
    same: bool
    gone: bool
    state: str
    href: str


class Author(msgspec.Struct, frozen=True):
    """Whose it is, in figures."""

    id: int
    name: str
    state: str
    created_at: int
    posts: int
    followers: int


class Shown(msgspec.Struct, frozen=True):
    """What a machine found, with the words that fired marked where they stand in the text."""

    source: str
    name: str
    version: str
    policy: str
    score: int  # in hundredths
    view: str
    marked: Markup


class Opened(msgspec.Struct, frozen=True):
    """A case with everything that its page shows."""

    case: CaseView
    about: SnapshotContent | None
    snapshot: SnapshotView | None
    sides: Sides
    author: Author | None
    signals: list[Shown]
    linked: list[EvasionLink]
    orders: list[OrderView]
    referrals: list[ReferralView]
    names: dict[int, str]


def opened_in(tx: Tx, staff_id: int, case_id: int, urls: Addresses) -> Opened:
    """A case, its first subject's snapshot and present state. Writes: who looked at what is counted and logged."""
    case = reading.view_in(tx, staff_id, case_id)
    item = next((one for one in case.items if one.state == "pending" and one.subject), None)
    item = item or next((one for one in case.items if one.subject), None)
    snapshot = None
    if item is not None and item.snapshot_id is not None:
        try:
            snapshot = snapshots.open_in(tx, staff_id, item.snapshot_id, "case", case_id)
        except Unavailable:  # the site's key is another one: everything but the words can still be seen
            snapshot = None
    now = picturing.content_in(tx, item.subject) if item is not None and item.subject is not None else None
    about = snapshot.content if snapshot else now
    author_id = case.case.author_id or (about.author_id if about else None)
    people: set[int | None] = {one.reporter_id for one in case.intakes} | {one.author_id for one in case.notes}
    people |= {one.actor_id for one in case.events} | {case.case.assigned_to, case.case.holder_id, author_id}
    people |= {case.lease.holder_id} if case.lease else set()
    linked = _linked_in(tx, staff_id, author_id)
    people |= {one.banned_id for one in linked}
    return Opened(
        case=case,
        about=about,
        snapshot=snapshot,
        sides=sides(snapshot.content if snapshot else None, now, urls),
        author=_author_in(tx, author_id),
        signals=_signals_in(tx, case, _words(about)),
        linked=linked,
        orders=orders_reading.of_case_in(tx, case_id),
        referrals=referrals_reading.of_case_in(tx, case_id),
        names=names_in(tx, people),
    )


def _linked_in(tx: Tx, staff_id: int, author_id: int | None) -> list[EvasionLink]:
    """Whether the author may be somebody who was banned, by what is known now."""
    if author_id is None:
        return []
    evasion.compare_in(tx, author_id)
    return evasion.links_of_in(tx, staff_id, author_id)


def _signals_in(tx: Tx, case: CaseView, text: str) -> list[Shown]:
    """What machines saw in what the case is about."""
    ids = tuple(dict.fromkeys(one for intake in case.intakes for one in intake.signal_ids))
    found = findings.signals_in(tx, ids) if ids else []
    return [
        Shown(
            one.source,
            one.name,
            one.version,
            one.policy,
            one.score_permille // 10,
            one.view,
            marked(text, fired_spans(text, one.fired)) if one.fired else Markup(""),
        )
        for one in found
    ]


def sides(then: SnapshotContent | None, now: SnapshotContent | None, urls: Addresses) -> Sides:
    """What was reported beside what is there now, with the differences marked."""
    before, after = _words(then), _words(now)
    left, right = differences(before, after)
    state = (now.state or now.author_state if now else "") or "unknown"
    gone = state in _GONE
    href = ""
    if now is not None and not gone and now.author_name:
        post = f"/{now.ref_id}" if now.kind == "post" else ""
        href = f"{urls.base}/@{now.author_name}{post}" if now.kind in {"post", "account"} else ""
    if gone or before == after:
        return Sides(Markup.escape(before), Markup(""), before == after, gone, state, href)
    return Sides(left, right, same=False, gone=False, state=state, href=href)


def _words(content: SnapshotContent | None) -> str:
    if content is None:
        return ""
    return content.text


def _author_in(tx: Tx, author_id: int | None) -> Author | None:
    view = accounts.views_in(tx, [author_id]).get(author_id) if author_id else None
    if view is None:
        return None
    return Author(view.id, view.username, view.state, view.created_at, view.statuses_count, view.followers_count)


def about_of(case: CaseView) -> Subject | None:
    """What a case is first of all about."""
    return case.case.subject
