"""What the ledger keeps of a report, and what goes when whoever sent it erases their account.

The entry about a report holds a salted commitment; what it commits to, and the salt, go with the account (I13). What
became of the report stays.
"""

import hashlib

from perdure.accounts.events import AccountDeleted
from perdure.audit import service as audit
from perdure.kernel.db import Tx
from perdure.moderation.events import IntakeReceived
from perdure.moderation.queries import cases, intakes


def log_in(tx: Tx, event: IntakeReceived) -> None:
    """Write a receipt into the ledger: in the worker, exactly once, since everybody who writes there takes turns.

    The entry commits to who reported and what they wrote, and neither can be read off it (I13, I14).
    """
    row = cases.intake_row(tx, event.intake_id)
    private = None
    if row is not None and row.reporter_id is not None:
        private = {"reporter": row.reporter_id, "comment": hashlib.sha256(row.comment.encode()).hexdigest()}
    audit.append_in(
        tx,
        actor_id=None,
        action=f"case.{event.verb}",
        subject=f"case:{event.case_id}",
        intake=event.intake_id,
        channel=event.channel,
        policy=event.policy,
        severity=event.severity,
        received_at=event.received_at,
        private=private,
        about_id=row.reporter_id if row is not None else None,
    )


def account_deleted_in(tx: Tx, event: AccountDeleted) -> None:
    """Forget what somebody wrote in their reports, and from which network they came."""
    intakes.forget_reporter(tx, event.account_id)
