"""What a letter names is scored at once; what is dangerous is hidden before anybody looked (safety.md §7, I10, I12)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from perdure.desk.queries import letters as queries
from perdure.desk.rules import urgency
from perdure.desk.service import orders
from perdure.kernel.db import Row, Tx
from perdure.kernel.runtime import Runtime
from perdure.moderation.model import Subject
from perdure.moderation.service import bundles
from perdure.signals.events import Flagged
from perdure.signals.ports import Classifier
from perdure.signals.service import judging
from perdure.signals.service.judging import Verdict
from perdure.signals.service.rulebook import Rulebook
from perdure.signals.service.scoring import Judged


class _Asked(msgspec.Struct, frozen=True):
    """What is to be judged: the subjects of items by their item."""

    subjects: Mapping[int, Subject]
    judged: tuple[Judged, ...] = ()


async def judge(rt: Runtime, letter: Row, rows: Sequence[Row]) -> None:
    """Score what some claims turned out to be about, and hide what is dangerous."""
    asked = await rt.db.read_long(_read_in, rt.port(Rulebook), [one.item_id for one in rows if not one.outcome_hint])
    classifier = rt.port(Classifier)
    judged = await asyncio.to_thread(judging.scored, classifier, asked.judged)
    point = judging.threat_point(classifier)
    await rt.db.write("desk.judge", _judge_in, letter.id, [one.number for one in rows], asked.subjects, judged, point)


def _read_in(tx: Tx, book: Rulebook, item_ids: list[int]) -> _Asked:
    subjects = bundles.subjects_in(tx, item_ids)
    posts = [one.id for one in subjects.values() if one.kind == "post"]
    people = [one.id for one in subjects.values() if one.kind == "account"]
    return _Asked(subjects, tuple(judging.read_in(tx, book, posts, people)))


def _judge_in(
    tx: Tx,
    letter_id: int,
    numbers: Sequence[int],
    subjects: Mapping[int, Subject],
    judged: Sequence[Judged],
    point: float,
) -> None:
    row = queries.lock(tx, letter_id)
    if row is None or row.state != "opening":
        return
    items = [one for one in queries.at_step(tx, letter_id, 1, len(numbers)) if one.number in set(numbers)]
    verdicts = {one.about[:2]: one for one in judging.keep_verdicts_in(tx, judged, point)}
    subjects = {**subjects, **_decided_in(tx, row, items)}
    for item in items:
        about = subjects.get(item.item_id)
        if about is not None and row.form == "order" and orders.obey_in(tx, row, item.number, about):
            continue
        verdict = verdicts.get((about.kind, about.id)) if about is not None and not item.outcome_hint else None
        if verdict is not None:
            _hold_in(tx, row, item, verdict)
    held = bundles.held_in(tx, [one.id for one in subjects.values() if one.kind == "post"])
    queries.change_items(tx, queries.JUDGED, [_judged(item, subjects.get(item.item_id), held) for item in items])
    queries.change(tx, row, done=queries.count_done(tx, letter_id, 2))
    _grow_in(tx, row, list(verdicts.values()))


def _decided_in(tx: Tx, row: Row, items: Sequence[Row]) -> dict[int, Subject]:
    """An order falls on what other decisions have hidden already too: these may be taken back, it may not."""
    hidden = [item.item_id for item in items if item.outcome_hint == "already_actioned"]
    return bundles.subjects_in(tx, hidden) if row.form == "order" and hidden else {}


def _judged(item: Row, about: Subject | None, held: Mapping[int, int]) -> dict[str, Any]:
    by = held.get(about.id) if about is not None and about.kind == "post" else None
    return {"letter_id": item.letter_id, "number": item.number, "step": 2, "held_by": by}


def _hold_in(tx: Tx, row: Row, item: Row, verdict: Verdict) -> None:
    claimed = urgency.claimed_severity([item.policy or row.policy], threat_to_life=row.threat_to_life)
    if not urgency.holds(
        action=verdict.action,
        severity=verdict.severity,
        claimed=claimed,
        suspicious=verdict.suspicious,
        vouched=row.verified and row.authority in urgency.TRUSTED,
    ):
        return
    named = item.policy or row.policy
    flagged = Flagged(
        *verdict.about,
        verdict.author_id,
        action="auto_hold",
        severity=min(verdict.severity, claimed) if verdict.policy else claimed,
        policy=verdict.policy or named or "threat",
        score=verdict.score,
        signal_ids=verdict.signal_ids,
        source=verdict.source or "notice",
    )
    bundles.hold_in(tx, row.case_id, flagged)


def _grow_in(tx: Tx, row: Row, verdicts: Sequence[Verdict]) -> None:
    """The case is as grave as the gravest of what needs more than to be published."""
    found = [one for one in verdicts if one.action != "publish"]
    if found:
        worst = min(found, key=lambda one: (one.severity, -one.score))
        bundles.grow_graver_in(tx, row.case_id, worst.severity, worst.policy, row.received_at)
