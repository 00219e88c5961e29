"""One finding of a machine, and the row that keeps it for ever."""

from collections.abc import Iterable
from typing import Any

import msgspec

from perdure.kernel.db import Tx
from perdure.signals.model import Action
from perdure.signals.ports import Scores
from perdure.signals.queries import scoring as queries
from perdure.signals.rules.matrix import Evidence
from perdure.signals.rules.ruleset import Hit


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Who found what, and in which view of the text. ``fired`` are the folded words."""

    source: str
    name: str
    version: str
    digest: str
    policy: str
    severity: int
    score: float
    may_hold: bool
    view: str
    language: str = "und"
    asked: Action = "auto_hold"
    fired: tuple[str, ...] = ()

    @property
    def evidence(self) -> Evidence:
        """What the matrix is asked about."""
        return Evidence(
            source=self.source, severity=self.severity, score=self.score, may_hold=self.may_hold, asked=self.asked
        )


def of_hit(hit: Hit) -> Found:
    """A rule that fired, as a finding."""
    written = hit.rule.written
    return Found(
        source="rule",
        name=written.name,
        version=str(written.version),
        digest=hit.rule.digest,
        policy=written.policy,
        severity=written.severity,
        score=written.score,
        may_hold=hit.may_hold,
        view="joined" if hit.rule.joined_only else "words",
        language=written.languages[0] if written.languages else "und",
        asked=written.action,
        fired=hit.fired,
    )


def keep_in(tx: Tx, subject: tuple[str, int, int], found: Found, action: str, matrix_version: int) -> int:
    """Store a finding about (kind, id, version) of a subject; returns its id."""
    made = tx.new_id()
    queries.add_signal(
        tx,
        id=made,
        subject_kind=subject[0],
        subject_id=subject[1],
        subject_version=subject[2],
        source=found.source,
        name=found.name,
        version=found.version,
        digest=found.digest,
        policy=found.policy,
        severity=found.severity,
        score_permille=round(1000 * found.score),
        view=found.view,
        language=found.language,
        fired_json=msgspec.json.encode(found.fired).decode(),
        may_hold=found.may_hold,
        action=action,
        matrix_version=matrix_version,
        created_at=tx.now,
    )
    return made


def keep_scores_in(tx: Tx, read: Iterable[tuple[tuple[str, int, int], Scores]]) -> None:
    """Store what a classifier said of subjects, each by its kind, id and version."""
    queries.keep_scores(
        tx,
        [
            {
                "subject_kind": subject[0],
                "subject_id": subject[1],
                "subject_version": subject[2],
                "hate": round(1000 * said.hate),
                "abuse": round(1000 * said.abuse),
                "threat": round(1000 * said.threat),
                "risk": round(1000 * said.risk),
                "model": said.model,
                "language": said.language,
                "view": said.view,
                "created_at": tx.now,
            }
            for subject, said in read
        ],
    )


class SignalView(msgspec.Struct, frozen=True):
    """A finding as staff sees it."""

    id: int
    source: str
    name: str
    version: str
    policy: str
    severity: int
    score_permille: int
    view: str
    fired: tuple[str, ...]
    action: str
    created_at: int


def _view(row: Any) -> SignalView:
    fired = msgspec.json.decode(row.fired_json, type=tuple[str, ...])
    return SignalView(
        row.id,
        row.source,
        row.name,
        row.version,
        row.policy,
        row.severity,
        row.score_permille,
        row.view,
        fired,
        row.action,
        row.created_at,
    )


def signals_of_in(tx: Tx, kind: str, subject_id: int) -> list[SignalView]:
    """What machines found in a subject, oldest first. Who may know is the caller's question."""
    return [_view(row) for row in queries.signals_of(tx, kind, subject_id)]


def signals_in(tx: Tx, ids: tuple[int, ...]) -> list[SignalView]:
    """Findings by id."""
    return [_view(row) for row in queries.signals(tx, list(ids))]


def last_score_at_in(tx: Tx) -> int | None:
    """When a classifier last read something; None where none ever did."""
    return queries.last_score_at(tx)
