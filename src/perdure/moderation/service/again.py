"""Measures that restored rows do not know of, though they were in force: put into force again by a decision.

The rows are older than the measure, so its own decision and case are lost; whoever it falls on is told, may appeal, and
staff sees a decision that says where it comes from.
"""

from collections.abc import Mapping
from typing import Final, Literal

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.moderation.model import Subject
from perdure.moderation.model.decisions import Act, ActKind, DecisionInput
from perdure.moderation.queries import decisions as queries
from perdure.moderation.rules import stock
from perdure.moderation.service import policies
from perdure.moderation.service.notices import locale_in
from perdure.moderation.service.recording import Context, Target, record_in, snapshot_of_in
from perdure.posts import service as posts

_ON_POSTS: Final[Mapping[str, ActKind]] = {"takedown": "hide", "hold": "hold", "limit": "limit"}
_ON_ACCOUNTS: Final[Mapping[str, ActKind]] = {
    "limit": "account_limit",
    "freeze": "account_freeze",
    "suspension": "account_suspend",
    "ban": "account_ban",
}
_RULE: Final = "other"
Again = Literal["done", "stands", "gone", "over", "told"]


def enforce_again_in(tx: Tx, kind: str, subject: str, until: int | None) -> Again:
    """Put a measure into force again, unless it stands; ``subject`` is ``kind:id``, ``until`` ms.

    ``gone``: what it fell on is not there; ``over``: its time is; ``told``: labels, blocked trends and hashes, and what
    falls on single files, are for staff to decide about anew.
    """
    what, _, number = subject.partition(":")
    act = (_ON_ACCOUNTS if what == "account" else _ON_POSTS if what in {"post", "message"} else {}).get(kind)
    if act is None or not number.isdecimal():
        return "told"
    if until is not None and until <= tx.now:
        return "over"
    about = _about(tx, what, int(number))
    snapshot_id = snapshot_of_in(tx, about) if about is not None else None
    if about is None or snapshot_id is None:
        return "gone"
    if any(row.kind == act for row in queries.active(tx, about.kind, about.id)):
        return "stands"
    _decide_in(tx, about, Act(kind=_lasting(act, until), until=until), snapshot_id)
    return "done"


def _lasting(act: ActKind, until: int | None) -> ActKind:
    """A suspension without an end is a ban."""
    return "account_ban" if act == "account_suspend" and until is None else act


def _about(tx: Tx, what: str, ref: int) -> Subject | None:
    if what == "account":
        found = [one for one in accounts.standing_ids_in(tx, ref - 1, 1) if one == ref]
        return Subject("account", ref, 0, ref) if found else None
    row = posts.stored_in(tx, ref)
    return Subject(what, ref, row.version, row.account_id) if row is not None and row.deleted_at is None else None


def _decide_in(tx: Tx, about: Subject, act: Act, snapshot_id: int) -> None:
    policy, locale = policies.named_in(tx, _RULE), locale_in(tx, about.author_id)
    given = DecisionInput(
        policy=_RULE,
        acts=(act,),
        ground="incompatible",
        explanation=policy.text(locale),
        facts=stock.restored(locale),
        scope="account" if about.kind == "account" else "content",
        automated_detection=False,
        automated_decision="not",
        strike=False,
    )
    key = f"restore:{about.kind}:{about.id}:{act.kind}:{tx.now}"
    context = Context(actor_id=None, case_id=None, policy=policy, key=key, operator=True)
    record_in(tx, context, [Target(about, None, snapshot_id)], given)
