"""What scoring found comes in like a report, from a machine."""

from perdure.kernel.db import Tx
from perdure.moderation.model import Subject
from perdure.moderation.rules import harms
from perdure.moderation.service.intake import Claim, Received, receive_in
from perdure.moderation.service.machines import machine_decision_in, settled_by_people_in
from perdure.posts import service as posts
from perdure.signals.events import Flagged


def flagged_in(tx: Tx, event: Flagged) -> None:
    """Open or join the case of whoever wrote it and do what the matrix says, in the transaction that flagged it.

    Nothing where what was flagged has been erased meanwhile, or where a person decided about these words before.
    """
    if event.subject_kind in {"post", "message"} and posts.stored_in(tx, event.subject_id) is None:
        return
    if settled_by_people_in(tx, event):
        return
    received = Received(
        channel="sweep" if event.source == "sweep" else "machine",
        authority="machine",
        verified=True,
        claims=(
            Claim(event.source, Subject(event.subject_kind, event.subject_id, event.subject_version, event.author_id)),
        ),
        category=harms.category_of(event.policy),
        policy=event.policy if event.policy in harms.SEVERITY else "other",
        severity=event.severity,
        target_id=event.author_id,
        source=event.source,
        score_permille=round(1000 * event.score),
        signal_ids=event.signal_ids,
    )
    _, case_id = receive_in(tx, received)
    machine_decision_in(tx, event, case_id)
