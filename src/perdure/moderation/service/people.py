"""A person's record: state, strikes, decisions, cases, links, posts; and decisions about the account itself."""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView, Restrictions, StaffSearch, Viewer
from perdure.accounts.service import oversight
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.kernel.text import clean
from perdure.media import service as media
from perdure.media.model import MediaView
from perdure.moderation.model import Case, QueueFilter, Subject
from perdure.moderation.model.decisions import (
    ACCOUNT_ACTS,
    UNDO_MS,
    ActKind,
    ActView,
    Decided,
    DecisionInput,
    DecisionView,
    EvasionLink,
    Standing,
)
from perdure.moderation.queries import decisions as queries
from perdure.moderation.queries import people as measures
from perdure.moderation.rules import statements
from perdure.moderation.service import (
    account_actions,
    evasion,
    exposure,
    policies,
    queue,
    reading_decisions,
    strikes,
)
from perdure.moderation.service.effects import view_of
from perdure.moderation.service.recording import Context, Target, record_in, snapshot_of_in
from perdure.posts import service as posts
from perdure.signals.service.reasons import check_reason

_POSTS: Final = 10
_MOST: Final = 50
_OVER: Final = ("decided", "notified", "closed")
_KINDS: Final = ACCOUNT_ACTS | {"warn"}


class Said(msgspec.Struct, frozen=True):
    """A post as the record shows it. ``state``: published, held or hidden."""

    id: int
    state: str
    limited: bool
    visibility: str
    spoiler_text: str
    text: str
    language: str | None
    created_at: int
    replies: int
    echoes: int
    favourites: int
    media: tuple[MediaView, ...]


class Taken(msgspec.Struct, frozen=True):
    """A decision about somebody, and why it was taken back, if it was."""

    decision: DecisionView
    taken_back: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that staff knows of one person. ``may_act``: the reader stands above them."""

    account: AccountView
    restrictions: Restrictions
    standing: Standing
    in_force: tuple[ActView, ...]
    decisions: tuple[Taken, ...]
    cases: tuple[Case, ...]  # open
    earlier: tuple[Case, ...]
    links: tuple[EvasionLink, ...]
    posts: tuple[Said, ...]
    may_act: bool


class Measure(msgspec.Struct, frozen=True):
    """Something in force about an account."""

    account_id: int
    act: ActView


class Overview(msgspec.Struct, frozen=True):
    """Links that nobody has looked at, and what is in force, newest first."""

    links: tuple[EvasionLink, ...]
    measures: tuple[Measure, ...]


def named_in(tx: Tx, staff_id: int, name: str) -> AccountView:
    """Who has a user name, whatever the account's state. Asks for ``manage_users``; raises NotFound."""
    accounts.authorise_in(tx, staff_id, "manage_users")
    found = accounts.find_by_name_in(tx, name.strip().removeprefix("@"))
    if found is None or found.state == "deleted":
        raise NotFound
    return found


def look_in(tx: Tx, staff_id: int, account_id: int) -> Record:
    """A person's record. Writes: the look counts for the reader's exposure, and links are compared anew.

    Asks for ``manage_users`` and ``manage_reports``; raises NotFound.
    """
    accounts.authorise_in(tx, staff_id, "manage_users")
    view = accounts.views_in(tx, [account_id]).get(account_id)
    if view is None or view.state == "deleted":
        raise NotFound
    evasion.compare_in(tx, account_id)
    shown = _posts_in(tx, account_id)
    if shown:
        exposure.note_view_in(tx, staff_id, 1, grave=False)
    rows = queries.of_author(tx, account_id, lower=0, upper=2**63 - 1, most=_MOST)
    return Record(
        account=view,
        restrictions=accounts.restrictions_in(tx, account_id),
        standing=strikes.standing_in(tx, account_id),
        in_force=tuple(view_of(row) for row in queries.active(tx, "account", account_id) if row.kind != "warn"),
        decisions=tuple(_taken(tx, one) for one in reading_decisions.views_in(tx, rows)),
        cases=tuple(queue.list_in(tx, staff_id, QueueFilter(author_id=account_id), most=_MOST)),
        earlier=tuple(queue.list_in(tx, staff_id, _over(account_id), most=_MOST)),
        links=tuple(evasion.links_of_in(tx, staff_id, account_id)),
        posts=shown,
        may_act=account_id != staff_id and accounts.outranks_in(tx, staff_id, account_id),
    )


def _over(account_id: int) -> QueueFilter:
    return QueueFilter(author_id=account_id, states=_OVER, order="newest")


def _taken(tx: Tx, one: DecisionView) -> Taken:
    if one.reversed_by is None:
        return Taken(one, "")
    return Taken(one, reading_decisions.view_in(tx, one.reversed_by).explanation)


def _posts_in(tx: Tx, account_id: int) -> tuple[Said, ...]:
    rows = posts.newest_open_in(tx, account_id, _POSTS)
    files = media.views_of_posts_in(tx, [row.id for row in rows if row.has_media])
    return tuple(_said(row, tuple(files.get(row.id, ()))) for row in rows)


def _said(row: Row, files: tuple[MediaView, ...]) -> Said:
    return Said(
        row.id,
        row.state,
        bool(row.limited),
        row.visibility,
        row.spoiler_text,
        row.text,
        row.language,
        row.created_at,
        row.replies_count,
        row.reblogs_count,
        row.favourites_count,
        files,
    )


def overview_in(tx: Tx, staff_id: int) -> Overview:
    """Where to begin without a name. Asks for ``manage_users``."""
    accounts.authorise_in(tx, staff_id, "manage_users")
    found = tuple(Measure(row.ref_id, view_of(row)) for row in measures.restrictions(tx, _MOST))
    return Overview(tuple(evasion.open_in(tx, staff_id, _MOST)), found)


def search_in(tx: Tx, staff_id: int, text: str) -> list[AccountView]:
    """Accounts in any state whose user name begins with a text, newest first. Asks for ``manage_users``."""
    wanted = StaffSearch(username=clean(text).strip().removeprefix("@")[:30])
    return [one.account for one in oversight.search_in(tx, staff_id, wanted, most=_MOST)]


def decide_in(tx: Tx, staff_id: int, account_id: int, version: int | None, given: DecisionInput) -> Decided:
    """Decide about an account outside of a case, with a whole statement of reasons. Asks for ``manage_users``.

    ``version`` is the account's, as the caller read it. Raises Invalid with every faulty field named, Conflict,
    NotFound, Forbidden about one's own rank or above. The same ``key`` again answers as the first time.
    """
    account_actions.target_in(tx, staff_id, account_id, None)
    key = f"{staff_id}:{given.key}" if given.key else f"person:{tx.new_id()}"
    if (made := queries.by_key(tx, key)) is not None:
        return _decided(tx, made.batch_id)
    account_actions.target_in(tx, staff_id, account_id, version)
    _check_acts(given)
    statements.check(given, tx.now)
    about = Subject("account", account_id, 0, account_id)
    context = Context(
        actor_id=staff_id,
        case_id=None,
        policy=policies.named_in(tx, given.policy),
        key=key,
        source=given.source or "voluntary",
    )
    return _decided(tx, record_in(tx, context, [Target(about, None, snapshot_of_in(tx, about))], given)[0])


def _check_acts(given: DecisionInput) -> None:
    fault = ("ERR_BLANK", "can't be blank") if not given.acts else None
    if any(act.kind not in _KINDS or act.ref is not None for act in given.acts):
        fault = ("ERR_INCLUSION", "is not included in the list")
    if fault is not None:
        raise Invalid(f"Validation failed: Acts {fault[1]}", {"acts": [fault]})


def _decided(tx: Tx, batch_id: int) -> Decided:
    rows = queries.batch(tx, batch_id)
    return Decided(batch_id, tuple(row.id for row in rows), rows[0].created_at + UNDO_MS)


def lift_in(
    tx: Tx, staff: Viewer, account_id: int, kinds: frozenset[ActKind], reason: str, version: int | None
) -> None:
    """Take back what stands of these kinds, with a reason that the record keeps. Asks for ``manage_users``.

    Raises Invalid without a reason or a kind of measure, and as :func:`account_actions.lift`.
    """
    account_actions.target_in(tx, staff.account_id, account_id, None)
    said = clean(reason).strip()
    check_reason(said)
    if not kinds or not kinds <= ACCOUNT_ACTS:
        fault = ("ERR_INCLUSION", "is not included in the list")
        raise Invalid(f"Validation failed: Kinds {fault[1]}", {"kinds": [fault]})
    account_actions.lift_in(tx, staff, account_id, kinds, version, said)
