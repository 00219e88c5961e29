"""What was removed stays down: new posts, edits and profiles that the bank knows are held or queued.

The same deliveries keep them under their keys, so that each post costs one row in the outbox.
"""

from typing import Final

from perdure.accounts.events import AccountChanged
from perdure.kernel.db import Tx
from perdure.posts.events import PostEdited, PostPublished
from perdure.posts.service.copies import said_in
from perdure.signals.events import Flagged
from perdure.signals.model import BankMatch
from perdure.signals.service import bank, signatures

_SOURCES: Final = {
    "exact": "exact_text",
    "near": "near_text",
    "bytes": "media_hash",
    "look": "media_hash",
    "link": "link",
}


def post_in(tx: Tx, event: PostPublished | PostEdited) -> None:
    """Sign a new or changed post, and flag it if it is like something removed: exact copies may be held."""
    if isinstance(event, PostPublished) and event.reblog_of_id is not None:
        return
    signatures.sign_posts_in(tx, [event.post_id])
    if found := bank.post_matches_in(tx, event.post_id):
        said = said_in(tx, [event.post_id])[0]
        if said.state == "published":
            _flag_in(tx, found[0], ("post", said.id, said.version), said.account_id, may_hold=True)


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
