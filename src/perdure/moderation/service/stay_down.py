"""Copies of what was removed do not come back; what comes back itself takes its copies' ban along."""

from perdure.kernel.db import Tx
from perdure.moderation.events import ContentReinstated, ContentRemoved
from perdure.signals.service import bank, reputation, sweep


def removed_in(tx: Tx, event: ContentRemoved) -> None:
    """Put what was removed into the bank and look for its copies."""
    entries = bank.remember_in(
        tx,
        decision_id=event.decision_id,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        policy=event.policy,
        severity=event.severity,
    )
    sweep.start_in(tx, entries)
    if event.subject_kind == "post":
        reputation.removed_in(tx, event.subject_id)


def reinstated_in(tx: Tx, event: ContentReinstated) -> None:
    """The decision fell, and what it put into the bank with it."""
    removed = bank.forget_in(tx, event.decision_id)
    if removed and event.subject_kind == "post":
        reputation.removed_in(tx, event.subject_id, back=True)
