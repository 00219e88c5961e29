"""What was removed stays down: new posts, edits and profiles that the bank knows are held or queued."""

from collections.abc import Sequence
from typing import Final

from perdure.accounts.events import AccountChanged
from perdure.kernel.db import Tx
from perdure.posts.service.copies import said_in
from perdure.signals.events import Flagged
from perdure.signals.model import BankMatch
from perdure.signals.service import bank, signatures
from perdure.signals.service.bank import Shown, posts_matches_in

_SOURCES: Final = {
    "exact": "exact_text",
    "near": "near_text",
    "bytes": "media_hash",
    "look": "media_hash",
    "link": "link",
}


def posts_in(tx: Tx, posts: Sequence[Shown], *, old: bool = False) -> None:
    """Flag posts that are like something removed: exact copies may be held. ``old`` ones were imported."""
    matches = {post_id: found for post_id, found in posts_matches_in(tx, posts, old=old).items() if found}
    for said in said_in(tx, list(matches)):
        if said.state == "published":
            _flag_in(tx, matches[said.id][0], ("post", said.id, said.version), said.account_id, may_hold=True)


def account_in(tx: Tx, event: AccountChanged) -> None:
    """Sign a profile, and flag it if it says something removed. No machine holds an account."""
    signatures.sign_account_in(tx, event)
    if found := bank.account_matches_in(tx, event.account_id):
        _flag_in(tx, found[0], ("account", event.account_id, 0), event.account_id, may_hold=False)


def _flag_in(tx: Tx, match: BankMatch, subject: tuple[str, int, int], author_id: int, *, may_hold: bool) -> None:
    tx.emit(
        Flagged(
            subject_kind=subject[0],
            subject_id=subject[1],
            subject_version=subject[2],
            author_id=author_id,
            action="auto_hold" if may_hold and match.holds else "queue",
            severity=match.severity,
            policy=match.policy,
            score=match.score,
            signal_ids=(),
            source=_SOURCES[match.manner],
        )
    )
