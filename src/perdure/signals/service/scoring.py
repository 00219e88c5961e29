"""Scoring after publishing: every text that a stranger can read, by rules, by what is known of author and links."""

from collections.abc import Mapping, Sequence
from typing import Final

from perdure.accounts.events import AccountChanged, SignedUp
from perdure.graph.events import ListNamed, TagFeatured
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.posts.events import CardDrawn, PostEdited, PostPublished, PostsImported, TagShown
from perdure.signals.events import Flagged
from perdure.signals.ports import Classifier, Head, Scores
from perdure.signals.rules import matrix as rules
from perdure.signals.rules.ruleset import Ruleset, seen_of
from perdure.signals.service import matrix, reputation
from perdure.signals.service.findings import Found, keep_in, keep_score_in, of_hit
from perdure.signals.service.rulebook import Rulebook, live_in
from perdure.signals.service.subjects import (
    Subject,
    account_subjects_in,
    card_subjects_in,
    list_subjects_in,
    post_subjects_in,
    tag_subjects_in,
)

_NEVER: Final = 2.0
# At which operating point of the live model a person is asked to look, and about which house rule.
_POINTS: Final[Mapping[Head, str]] = {"threat": "hold_review", "hate": "queue"}
_HEADS: Final[tuple[tuple[Head, str, int], ...]] = (("threat", "threat", 0), ("hate", "hate", 2))


async def score_post(rt: Runtime, event: PostPublished | PostEdited) -> None:
    """Score a new or changed post; echoes and direct messages are left out."""
    if isinstance(event, PostPublished) and (event.reblog_of_id is not None or event.visibility == "direct"):
        return
    await _score(rt, [event.post_id])


async def score_imported(rt: Runtime, event: PostsImported) -> None:
    """Score a batch of imported posts."""
    await _score(rt, event.post_ids)


async def _score(rt: Runtime, ids: Sequence[int]) -> None:
    await _judge(rt, await rt.db.read(post_subjects_in, ids))


async def score_account(rt: Runtime, event: AccountChanged | SignedUp | TagFeatured) -> None:
    """Score what an account says of itself: names, note, fields, pictures' descriptions, hashtags it shows."""
    await _judge(rt, await rt.db.read(account_subjects_in, event.account_id))


async def score_list(rt: Runtime, event: ListNamed) -> None:
    """Score the title of a list."""
    await _judge(rt, await rt.db.read(list_subjects_in, event.list_id))


async def score_tag(rt: Runtime, event: TagShown) -> None:
    """Score the name of a hashtag that is new."""
    await _judge(rt, await rt.db.read(tag_subjects_in, event.tag_id, event.author_id))


async def score_card(rt: Runtime, event: CardDrawn) -> None:
    """Score what the card of a linked page says."""
    await _judge(rt, await rt.db.read(card_subjects_in, event.card_id))


async def _judge(rt: Runtime, subjects: list[Subject]) -> None:
    """The classifier reads in front of the transaction, which then only stores and tells."""
    if not subjects:
        return
    classifier = rt.port(Classifier)
    said = classifier.score([subject.text for subject in subjects])
    least = least_of(classifier)
    await rt.db.write("signals.score", _judge_in, rt.port(Rulebook), subjects, said, least)


def least_of(classifier: Classifier) -> dict[Head, float]:
    """From which score on the live model's heads are brought before a person."""
    return {point.head: point.threshold for point in classifier.points if point.name == _POINTS.get(point.head)}


def _judge_in(tx: Tx, book: Rulebook, subjects: list[Subject], said: list[Scores], least: Mapping[Head, float]) -> None:
    """Keep scores and tell moderation of what needs more than to be published, in one transaction."""
    ruleset, in_force = live_in(tx, book), matrix.matrix_in(tx)
    for subject, scores in zip(subjects, said, strict=True):
        judge_in(tx, ruleset, in_force, subject, findings_of(scores, least))
        if scores.stage != "none":
            keep_score_in(tx, (subject.kind, subject.id, subject.version), scores)
        if subject.version == 1:  # an edit is no further post
            reputation.seen_in(tx, subject.links)


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


def judge_in(tx: Tx, ruleset: Ruleset, in_force: rules.Matrix, subject: Subject, more: Sequence[Found] = ()) -> None:
    """Score one subject. What a machine may do to an account is to bring it before a person."""
    found = [*map(of_hit, ruleset.hits(seen_of(subject.text, subject.facts))), *more]
    if not found:
        return
    for policy in dict.fromkeys(one.policy for one in found):
        _flag_in(tx, in_force, subject, [one for one in found if one.policy == policy])


def _flag_in(tx: Tx, in_force: rules.Matrix, subject: Subject, found: list[Found]) -> None:
    about = (subject.kind, subject.id, subject.version)
    actions = [rules.action_of(in_force, one.evidence, subject.trust) for one in found]
    ids = tuple(keep_in(tx, about, one, action, in_force.version) for one, action in zip(found, actions, strict=True))
    action = rules.strongest(actions)
    if subject.kind != "post" and action != "publish":
        action = "queue"
    worst = max(found, key=lambda one: one.score)
    flagged = Flagged(
        *about,
        subject.author_id,
        action=action,
        severity=min(one.severity for one in found),
        policy=worst.policy,
        score=worst.score,
        signal_ids=ids,
        source=worst.source,
    )
    matrix.flag_in(tx, in_force, flagged)
