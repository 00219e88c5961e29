"""Judging what somebody points at: the same rules, classifier and matrix as at publishing, told to whoever asks.

Nothing is flagged by it: what is done about a verdict is the caller's business.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from perdure.kernel.db import Tx
from perdure.signals.model import Action
from perdure.signals.ports import Classifier
from perdure.signals.rules import matrix as rules
from perdure.signals.service import matrix
from perdure.signals.service.findings import Found, keep_in, keep_scores_in
from perdure.signals.service.rulebook import Rulebook
from perdure.signals.service.scoring import Judged, classified, judged_in
from perdure.signals.service.subjects import account_subjects_in, post_subjects_in, trust_in

_SUSPICIOUS: Final = 0.5  # where a model names no operating point for its queue


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What machines say of one thing. ``about`` is its kind, id and version; ``action`` what the matrix asks for.

    ``suspicious``: a rule of severity 0 fired, or a threat is likely enough to be looked at. ``policy`` is empty, and
    ``severity`` 3, where nothing was found.
    """

    about: tuple[str, int, int]
    author_id: int
    action: Action = "publish"
    severity: int = 3
    policy: str = ""
    score: float = 0.0
    signal_ids: tuple[int, ...] = ()
    source: str = ""
    suspicious: bool = False


def read_in(tx: Tx, book: Rulebook, post_ids: Sequence[int], account_ids: Sequence[int] = ()) -> list[Judged]:
    """What the rules say of posts that everybody can read, and of profiles. Writes nothing; a long read."""
    subjects = post_subjects_in(tx, post_ids)
    for account_id in account_ids:
        subjects += account_subjects_in(tx, account_id)
    return judged_in(tx, book, subjects)


def scored(classifier: Classifier, judged: Sequence[Judged]) -> list[Judged]:
    """The same with the classifier's word. Pure computation, for a thread of its own."""
    return classified(classifier, judged)


def threat_point(classifier: Classifier) -> float:
    """From which score on a threat is worth a look."""
    found = [point.threshold for point in classifier.points if point.head == "threat"]
    return min(found, default=_SUSPICIOUS)


def keep_verdicts_in(tx: Tx, judged: Sequence[Judged], threat: float) -> list[Verdict]:
    """Keep what was found (I11) and say what it amounts to. ``threat`` is :func:`threat_point`."""
    in_force = matrix.matrix_in(tx)
    verdicts = [_verdict_in(tx, in_force, one, threat) for one in judged]
    read = [(one.about, one.scores) for one in judged if one.scores is not None and one.scores.stage != "none"]
    keep_scores_in(tx, read)
    return verdicts


def _verdict_in(tx: Tx, in_force: rules.Matrix, judged: Judged, threat: float) -> Verdict:
    likely = judged.scores is not None and judged.scores.threat >= threat
    if not judged.found:
        score = judged.scores.threat if judged.scores is not None else 0.0
        return Verdict(about=judged.about, author_id=judged.author_id, score=score, suspicious=likely)
    trust = trust_in(tx, in_force, judged.author_id)
    actions = [rules.action_of(in_force, one.evidence, trust) for one in judged.found]
    ids = tuple(
        keep_in(tx, judged.about, one, action, in_force.version)
        for one, action in zip(judged.found, actions, strict=True)
    )
    worst = min(judged.found, key=_gravest)
    return Verdict(
        about=judged.about,
        author_id=judged.author_id,
        action=rules.strongest(actions),
        severity=worst.severity,
        policy=worst.policy,
        score=worst.score,
        signal_ids=ids,
        source=worst.source,
        suspicious=likely or worst.severity == 0,
    )


def _gravest(one: Found) -> tuple[int, float]:
    return one.severity, -one.score
