"""Who may be somebody that was banned: a score with its evidence, for a person to decide (safety.md §6.1).

Nothing here acts alone. Only the very address of a banned account does: it is queued at sign-up.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.events import AccountActivated
from perdure.audit import service as audit
from perdure.kernel.db import Row, Tx
from perdure.kernel.errors import Conflict, Invalid, NotFound
from perdure.moderation.model.decisions import EvasionLink
from perdure.moderation.queries import decisions
from perdure.moderation.queries import evasion as queries
from perdure.moderation.tables.decisions import evasion_link
from perdure.signals.service import bank

# How much each kind of evidence says by itself, in thousandths; several add up as independent chances do.
_WEIGHTS: Final[Mapping[str, int]] = {
    "email": 950,
    "text": 500,
    "copy": 450,
    "invited_by": 400,
    "device": 350,
    "network": 300,
}
_Evidence = tuple[dict[str, Any], ...]
_evidence: Final = msgspec.json.Decoder(_Evidence)


def look_in(tx: Tx, event: AccountActivated) -> None:
    """Compare a new account with those that are banned, once it is active."""
    bank.account_matches_in(tx, event.account_id)
    compare_in(tx, event.account_id)


def compare_in(tx: Tx, account_id: int) -> None:
    """Keep what links an account to those that are banned, as it is known now: by whom, and by what.

    The canonical form of the address, a network, a browser in a network, who invited it, and what it took up again of
    what was removed from them. What a person has settled stays as it is.
    """
    found: dict[int, list[dict[str, Any]]] = {}
    for banned_id, kind in accounts.marks_in(tx, account_id):
        found.setdefault(banned_id, []).append({"kind": kind})
    inviter = accounts.inviter_in(tx, account_id)
    if inviter is not None and inviter != account_id and _banned(tx, inviter):
        found.setdefault(inviter, []).append({"kind": "invited_by"})
    for decision_id, kind in bank.decisions_behind_in(tx, account_id):
        decided = decisions.one(tx, decision_id)
        author = decided.author_id if decided is not None else None
        if author is not None and author != account_id and _banned(tx, author):
            found.setdefault(author, []).append(
                {"kind": "text" if kind == "account" else "copy", "decision": decision_id}
            )
    for banned_id, evidence in found.items():
        _store(tx, account_id, banned_id, tuple(sorted(evidence, key=lambda one: str(one["kind"]))))


def _banned(tx: Tx, account_id: int) -> bool:
    view = accounts.views_in(tx, [account_id]).get(account_id)
    return view is not None and view.banned


def _store(tx: Tx, account_id: int, banned_id: int, evidence: _Evidence) -> None:
    score = score_of([str(one["kind"]) for one in evidence])
    encoded = msgspec.json.encode(evidence).decode()
    known = queries.between(tx, account_id, banned_id)
    if known is None:
        stored = tx.insert_new(
            evasion_link,
            id=tx.new_id(),
            account_id=account_id,
            banned_id=banned_id,
            score_permille=score,
            evidence_json=encoded,
            state="open",
            created_at=tx.now,
        )
    else:
        stored = known.state == "open" and known.evidence_json != encoded
        if stored:
            tx.update(evasion_link, {"id": known.id}, score_permille=score, evidence_json=encoded)
    if stored:
        kinds = sorted({str(one["kind"]) for one in evidence})
        subject = f"account:{account_id}"
        audit.append_in(tx, actor_id=None, action="evasion.link", subject=subject, score=score, evidence=kinds)


def score_of(kinds: list[str]) -> int:
    """How likely it is the same person, 0 to 1,000: each kind of evidence counts once."""
    doubt = 1.0
    for kind in set(kinds):
        doubt *= 1 - _WEIGHTS[kind] / 1000
    return round(1000 * (1 - doubt))


def open_in(tx: Tx, staff_id: int, most: int = 100) -> list[EvasionLink]:
    """What nobody has looked at, the most likely first. Asks for ``manage_users``."""
    accounts.authorise_in(tx, staff_id, "manage_users")
    return [_view(row) for row in queries.open_links(tx, most)]


def links_of_in(tx: Tx, staff_id: int, account_id: int) -> list[EvasionLink]:
    """The links of one account, the most likely first. Asks for ``manage_users``."""
    accounts.authorise_in(tx, staff_id, "manage_users")
    return [_view(row) for row in queries.of(tx, account_id)]


def settle_in(tx: Tx, staff_id: int, link_id: int, state: str) -> None:
    """Say that a link is ``confirmed`` or ``dismissed``; what follows from it is a decision of its own.

    Asks for ``manage_users``; raises NotFound, Invalid, Conflict where somebody has said so already.
    """
    accounts.authorise_in(tx, staff_id, "manage_users")
    row = queries.one(tx, link_id)
    if row is None:
        raise NotFound
    if state not in {"confirmed", "dismissed"}:
        fault = "is not included in the list"
        raise Invalid(f"Validation failed: State {fault}", {"state": [("ERR_INCLUSION", fault)]})
    if row.state != "open":
        raise Conflict("Somebody else was faster: look again")
    tx.update(evasion_link, {"id": link_id}, state=state, decided_by=staff_id, decided_at=tx.now)
    subject = f"account:{row.account_id}"
    audit.append_in(tx, actor_id=staff_id, action=f"evasion.{state}", subject=subject, link=link_id)


def _view(row: Row) -> EvasionLink:
    return EvasionLink(
        id=row.id,
        account_id=row.account_id,
        banned_id=row.banned_id,
        score_permille=row.score_permille,
        evidence=_evidence.decode(row.evidence_json),
        state=row.state,
        created_at=row.created_at,
    )
