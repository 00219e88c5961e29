"""Scoring: every text that a stranger can read, by rules and classifier, by what is known of author and links."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from perdure.accounts.events import AccountChanged, SignedUp
from perdure.graph.events import ListNamed, TagFeatured
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.posts.events import CardDrawn, TagShown
from perdure.signals.events import Flagged
from perdure.signals.ports import Classifier, Head, Scores
from perdure.signals.rules import matrix as rules
from perdure.signals.rules.ruleset import seen_of
from perdure.signals.service import matrix, reputation
from perdure.signals.service.findings import Found, keep_in, keep_scores_in, of_hit
from perdure.signals.service.rulebook import Rulebook, live_in
from perdure.signals.service.subjects import (
    Subject,
    account_subjects_in,
    card_subjects_in,
    list_subjects_in,
    tag_subjects_in,
    trust_in,
)

_NEVER: Final = 2.0
# At which operating point of the live model a person is asked to look, and about which house rule.
_POINTS: Final[Mapping[Head, str]] = {"threat": "hold_review", "hate": "queue"}
_HEADS: Final[tuple[tuple[Head, str, int], ...]] = (("threat", "threat", 0), ("hate", "hate", 2))


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What machines say of one subject: ``about`` is its kind, id and version."""

    about: tuple[str, int, int]
    author_id: int
    text: str
    links: tuple[str, ...]
    found: tuple[Found, ...]
    scores: Scores | None = None


async def score_account(rt: Runtime, event: AccountChanged | SignedUp | TagFeatured) -> None:
    """Score what an account says of itself: names, note, fields, pictures' descriptions, hashtags it shows."""
    await _judge(rt, account_subjects_in, event.account_id)


async def score_list(rt: Runtime, event: ListNamed) -> None:
    """Score the title of a list."""
    await _judge(rt, list_subjects_in, event.list_id)


async def score_tag(rt: Runtime, event: TagShown) -> None:
    """Score the name of a hashtag that is new."""
    await _judge(rt, tag_subjects_in, event.tag_id, event.author_id)


async def score_card(rt: Runtime, event: CardDrawn) -> None:
    """Score what the card of a linked page says."""
    await _judge(rt, card_subjects_in, event.card_id)


async def _judge(rt: Runtime, subjects_in: Callable[..., list[Subject]], *about: int) -> None:
    """Rules and classifier read in front of the transaction, which then only stores and tells."""
    judged = await rt.db.read(lambda tx: judged_in(tx, rt.port(Rulebook), subjects_in(tx, *about)))
    if judged:
        await rt.db.write("signals.score", keep_all_in, classified(rt.port(Classifier), judged))


def judged_in(tx: Tx, book: Rulebook, subjects: Sequence[Subject]) -> list[Judged]:
    """What the rules that are on say of subjects, made in this transaction. Writes nothing."""
    ruleset = live_in(tx, book)
    return [
        Judged(
            about=(one.kind, one.id, one.version),
            author_id=one.author_id,
            text=one.text,
            links=one.links,
            found=tuple(map(of_hit, ruleset.hits(seen_of(one.text, one.facts)))),
        )
        for one in subjects
    ]


def classified(classifier: Classifier, judged: Sequence[Judged]) -> list[Judged]:
    """The same, with what the classifier says of all texts at once. Pure computation."""
    said = classifier.score([one.text for one in judged]) if judged else []
    least = least_of(classifier)
    return [
        msgspec.structs.replace(one, scores=scores, found=(*one.found, *findings_of(scores, least)))
        for one, scores in zip(judged, said, strict=True)
    ]


def least_of(classifier: Classifier) -> dict[Head, float]:
    """From which score on the live model's heads are brought before a person."""
    return {point.head: point.threshold for point in classifier.points if point.name == _POINTS.get(point.head)}


def keep_all_in(tx: Tx, judged: Sequence[Judged], *, first: bool = True) -> None:
    """Keep scores and tell moderation of what needs more than to be published. An edit is no ``first`` look."""
    in_force = matrix.matrix_in(tx) if any(one.found for one in judged) else None
    for one in judged:
        for policy in dict.fromkeys(finding.policy for finding in one.found):
            assert in_force is not None
            _flag_in(tx, in_force, one, [finding for finding in one.found if finding.policy == policy])
        if one.links and first:
            reputation.seen_in(tx, one.links)
    read = [(one.about, one.scores) for one in judged if one.scores is not None and one.scores.stage != "none"]
    keep_scores_in(tx, read)


def findings_of(said: Scores, least: Mapping[Head, float]) -> list[Found]:
    """What a classifier's scores amount to. It never holds by itself: see the model card for its precision (I12)."""
    return [
        Found(
            source="classifier",
            name=said.model,
            version=said.model,
            digest="",
            policy=policy,
            severity=severity,
            score=getattr(said, head),
            may_hold=False,
            view=said.view,
            language=said.language,
            asked="queue",
        )
        for head, policy, severity in _HEADS
        if getattr(said, head) >= least.get(head, _NEVER)
    ]


def _flag_in(tx: Tx, in_force: rules.Matrix, judged: Judged, found: list[Found]) -> None:
    """What a machine may do to anything but a post is to bring it before a person."""
    trust = trust_in(tx, in_force, judged.author_id)
    actions = [rules.action_of(in_force, one.evidence, trust) for one in found]
    ids = tuple(
        keep_in(tx, judged.about, one, action, in_force.version) for one, action in zip(found, actions, strict=True)
    )
    action = rules.strongest(actions)
    if judged.about[0] != "post" and action != "publish":
        action = "queue"
    worst = max(found, key=lambda one: one.score)
    flagged = Flagged(
        *judged.about,
        judged.author_id,
        action=action,
        severity=min(one.severity for one in found),
        policy=worst.policy,
        score=worst.score,
        signal_ids=ids,
        source=worst.source,
    )
    matrix.flag_in(tx, in_force, flagged)
