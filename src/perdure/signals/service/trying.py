"""A text tried before anybody writes it: what would fire on it, and what would be done. Nothing is kept of it."""

import asyncio
from collections.abc import Mapping
from typing import Final, get_args

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import clean
from perdure.signals.model import Action
from perdure.signals.ports import Classifier, Head, Scores
from perdure.signals.queries import scoring as queries
from perdure.signals.rules import matrix as rules
from perdure.signals.rules.normalise import views
from perdure.signals.rules.ruleset import Ruleset, seen_of
from perdure.signals.service import matrix
from perdure.signals.service.findings import Found, of_hit
from perdure.signals.service.rulebook import Rulebook
from perdure.signals.service.scoring import findings_of, least_of

MOST: Final = 5000
_TRUSTS: Final[tuple[rules.Trust, ...]] = get_args(rules.Trust)


class Fired(msgspec.Struct, frozen=True):
    """A rule that fires on a text, or a model that asks for a look. ``actions`` by how well the author is known."""

    source: str
    name: str
    policy: str
    severity: int
    score: float
    view: str
    words: tuple[str, ...]
    may_hold: bool
    enabled: bool
    actions: dict[rules.Trust, Action]


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to a text. ``actions`` are those of the rules that are on; ``raw``, ``words``, ``joined`` its views.

    Only the text is known: rules that ask about the author, links or speed see an author of whom nothing is known.
    """

    text: str
    raw: str
    words: str
    joined: str
    fired: tuple[Fired, ...]
    actions: dict[rules.Trust, Action]
    scores: Scores
    matrix_version: int
    rules: int


async def try_text(rt: Runtime, staff_id: int, text: str) -> Tried:
    """Try a text of 1 to 5,000 characters on all rules and the classifier. Asks for ``manage_reports``; raises Invalid.

    The classifier reads on a thread of its own, beside the event loop.
    """
    await rt.db.read(accounts.authorise_in, staff_id, "manage_reports")
    asked = clean(text).strip()
    _check(asked)
    classifier = rt.port(Classifier)
    (said,) = await asyncio.to_thread(classifier.score, [asked])
    return await rt.db.read(_tried_in, rt.port(Rulebook), asked, said, least_of(classifier))


def _check(text: str) -> None:
    fault = ("ERR_BLANK", "can't be blank") if not text else None
    if len(text) > MOST:
        fault = ("ERR_TOO_LONG", f"is too long (maximum is {MOST} characters)")
    if fault is not None:
        raise Invalid(f"Validation failed: Text {fault[1]}", {"text": [fault]})


def _tried_in(tx: Tx, book: Rulebook, text: str, said: Scores, least: Mapping[Head, float]) -> Tried:
    states, in_force, seen = queries.states(tx), matrix.matrix_in(tx), views(text)
    book.use(states)
    every = Ruleset(book.every)
    found = [*map(of_hit, every.hits(seen_of(text, seen_views=seen))), *findings_of(said, least)]
    fired = tuple(_fired(in_force, one, enabled=states.get(one.name, True)) for one in found)
    counting = [one for one in fired if one.enabled]
    return Tried(
        text=text,
        raw=seen.raw,
        words=seen.words,
        joined=seen.joined,
        fired=fired,
        actions={trust: rules.strongest([one.actions[trust] for one in counting] or ["publish"]) for trust in _TRUSTS},
        scores=said,
        matrix_version=in_force.version,
        rules=len(book.every),
    )


def _fired(in_force: rules.Matrix, one: Found, *, enabled: bool) -> Fired:
    return Fired(
        one.source,
        one.name,
        one.policy,
        one.severity,
        one.score,
        one.view,
        one.fired,
        one.may_hold,
        enabled,
        {trust: rules.action_of(in_force, one.evidence, trust) for trust in _TRUSTS},
    )
