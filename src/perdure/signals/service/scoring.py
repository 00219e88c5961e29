"""Scoring after publishing: every text that a stranger can read, by rules, by what is known of author and links."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.events import AccountChanged, SignedUp
from perdure.accounts.model import AccountView
from perdure.kernel.db import Tx
from perdure.kernel.runtime import Runtime
from perdure.media import service as media
from perdure.media.model import MediaView
from perdure.posts import service as posts
from perdure.posts.events import PostEdited, PostPublished, PostsImported
from perdure.posts.service.copies import Said, said_in
from perdure.signals.events import Flagged
from perdure.signals.ports import Classifier, Head, Scores
from perdure.signals.rules import links
from perdure.signals.rules import matrix as rules
from perdure.signals.rules.language import Facts
from perdure.signals.rules.ruleset import Ruleset, seen_of
from perdure.signals.service import matrix, reputation, velocity
from perdure.signals.service.findings import Found, keep_in, keep_score_in, of_hit
from perdure.signals.service.rulebook import Rulebook, live_in

_DAY_MS: Final = 86_400_000
# Whose post was taken down so lately starts anew: see [trust] in matrix.toml.
_STRUCK_MS: Final = 90 * _DAY_MS
_NEVER: Final = 2.0
# At which operating point of the live model a person is asked to look, and about which house rule.
_POINTS: Final[Mapping[Head, str]] = {"threat": "hold_review", "hate": "queue"}
_HEADS: Final[tuple[tuple[Head, str, int], ...]] = (("threat", "threat", 0), ("hate", "hate", 2))


class Subject(msgspec.Struct, frozen=True):
    """Something to score: what it is, who wrote it, what it says, and what is known beside."""

    kind: str
    id: int
    version: int
    author_id: int
    text: str
    facts: Facts
    trust: rules.Trust
    links: tuple[str, ...] = ()


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


async def score_account(rt: Runtime, event: AccountChanged | SignedUp) -> None:
    """Score what an account says of itself: names, note, fields."""
    await _judge(rt, await rt.db.read(account_subjects_in, event.account_id))


async def _judge(rt: Runtime, subjects: list[Subject]) -> None:
    """The classifier reads in front of the transaction, which then only stores and tells."""
    if not subjects:
        return
    classifier = rt.port(Classifier)
    said = classifier.score([subject.text for subject in subjects])
    least = {point.head: point.threshold for point in classifier.points if point.name == _POINTS.get(point.head)}
    await rt.db.write("signals.score", _judge_in, rt.port(Rulebook), subjects, said, least)


def account_subjects_in(tx: Tx, account_id: int) -> list[Subject]:
    """The profile of an account as something to score."""
    found = accounts.views_in(tx, [account_id]).get(account_id)
    if found is None or found.state == "deleted":
        return []
    fields = [text for field in found.fields for text in (field.name, field.value)]
    text = "\n".join(part for part in (found.username, found.display_name, found.note, *fields) if part)
    facts = Facts(_author_facts(tx, found))
    return [Subject("account", account_id, found.version, account_id, text, facts, _trust_in(tx, found))]


def post_subjects_in(tx: Tx, ids: Sequence[int]) -> list[Subject]:
    """Posts as something to score: warning, text, answers of a poll, descriptions of files."""
    said = [one for one in said_in(tx, ids) if one.visibility != "direct" and one.state == "published"]
    authors = accounts.views_in(tx, {one.account_id for one in said})
    shown = media.views_of_posts_in(tx, [one.id for one in said])
    tags: dict[int, list[str]] = defaultdict(list)
    for row in posts.tags_in(tx, [one.id for one in said]):
        tags[row.post_id].append(row.name)
    return [_post_subject(tx, one, authors[one.account_id], shown.get(one.id, ()), tags[one.id]) for one in said]


def _post_subject(tx: Tx, said: Said, author: AccountView, files: Sequence[MediaView], tags: Sequence[str]) -> Subject:
    text = "\n".join((*said.texts, *(one.description for one in files if one.description)))
    found, mentioned = links.links_of(text), posts.mentioned_in(tx, said.id)
    speed = velocity.of_post_in(tx, said.id, said.account_id, mentioned, tags, linked=bool(found))
    facts = Facts(
        **_author_facts(tx, author),
        **_link_facts(tx, found),
        **msgspec.structs.asdict(speed),
        mentions=len(mentioned),
        is_reply=said.is_reply,
    )
    return Subject("post", said.id, said.version, said.account_id, text, facts, _trust_in(tx, author), found)


def _link_facts(tx: Tx, found: tuple[str, ...]) -> dict[str, Any]:
    if not found:
        return {}
    standing = reputation.standing_in(tx, found)
    return {
        "links": len(found),
        "link_blocked": standing.verdict == "block",
        "link_warned": standing.verdict == "warn",
        "link_removed_share": standing.removed_share,
        "link_age_days": (standing.age_ms or 0) // _DAY_MS,
    }


def _author_facts(tx: Tx, author: AccountView) -> dict[str, Any]:
    return {
        "age_days": max(0, tx.now - author.created_at) // _DAY_MS,
        "followers": author.followers_count,
        "posts": author.statuses_count,
    }


def _trust_in(tx: Tx, author: AccountView) -> rules.Trust:
    return rules.trust_of(
        matrix.matrix_in(tx),
        age_ms=max(0, tx.now - author.created_at),
        posts=author.statuses_count,
        followers=author.followers_count,
        struck=posts.hidden_lately_in(tx, author.id, _STRUCK_MS),
    )


def _judge_in(tx: Tx, book: Rulebook, subjects: list[Subject], said: list[Scores], least: Mapping[Head, float]) -> None:
    """Keep scores and tell moderation of what needs more than to be published, in one transaction."""
    ruleset, in_force = live_in(tx, book), matrix.matrix_in(tx)
    for subject, scores in zip(subjects, said, strict=True):
        judge_in(tx, ruleset, in_force, subject, _found(scores, least))
        if scores.stage != "none":
            keep_score_in(tx, (subject.kind, subject.id, subject.version), scores)
        if subject.version == 1:  # an edit is no further post
            reputation.seen_in(tx, subject.links)


def _found(said: Scores, least: Mapping[Head, float]) -> list[Found]:
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
