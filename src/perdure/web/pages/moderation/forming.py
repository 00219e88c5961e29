"""The form that decides a case: what it offers, what somebody chose, and the strip that undoes."""

from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from perdure.kernel.db import Tx
from perdure.kernel.errors import AppError, Invalid
from perdure.moderation.model.decisions import (
    LABEL_ACTS,
    UNDO_MS,
    Act,
    ActKind,
    Automated,
    DecisionInput,
    DecisionView,
    Ground,
    LabelInput,
    PolicyText,
    ScopeOf,
    Standing,
)
from perdure.moderation.service import policies, reading_decisions, strikes
from perdure.web.pages.moderation.telling import short_acts
from perdure.web.request import Form, WebRequest, require_viewer, runtime_of, words_of
from perdure.web.words import Words

if TYPE_CHECKING:
    from perdure.web.pages.moderation.case import Opened

_DAY_MS: Final = 86_400_000
_DAYS: Final = (1, 3, 7, 30, 90, 365)
LABELS: Final = ("graphic", "hate", "slur", "disputed", "spoiler")
# What a decision may do to each kind of subject, the most usual first: the first nine have a key.
_TO_POSTS: Final = (
    "hide",
    "label",
    "limit",
    "sensitive",
    "warn",
    "account_freeze",
    "account_suspend",
    "account_ban",
    "hold",
    "account_limit",
    "account_label",
)
TO_ACCOUNTS: Final = (
    "warn",
    "account_freeze",
    "account_limit",
    "account_suspend",
    "account_ban",
    "account_sensitive",
    "account_label",
)
_TO_OTHERS: Final = ("trend_block", "warn", "account_suspend")
_TEXTS: Final = ("policy", "facts", "ground", "legal_ground", "explanation", "scope", "territories", "label", "days")


class Given(msgspec.Struct, frozen=True):
    """What somebody chose and typed so far."""

    policy: str = ""
    effects: tuple[str, ...] = ()
    facts: str = ""
    ground: str = "incompatible"
    legal_ground: str = ""
    explanation: str = ""
    scope: str = "content"
    territories: str = ""
    label: str = ""
    label_reason: str = ""
    days: str = "7"
    automated_detection: bool = False
    automated: str = "not"
    strike: bool = True
    copies: bool = False


def given_of(form: Form) -> Given:
    """The form as it was sent."""
    texts = {name: form.get(name).strip() for name in _TEXTS}
    return Given(
        **texts,
        effects=tuple(form.all("effects")),
        label_reason=form.get("label_reason").strip(),
        automated_detection=form.has("automated_detection"),
        automated=form.get("automated"),
        strike=form.has("strike"),
        copies=form.has("copies"),
    )


def decision_of(given: Given, now: int) -> DecisionInput:
    """What the form says, as the service wants it. What is missing stays missing: the service names it."""
    days = int(given.days) if given.days.isdecimal() and len(given.days) < 5 else 0
    acts = tuple(_act(kind, given, now + days * _DAY_MS if days else None) for kind in given.effects)
    return DecisionInput(
        policy=given.policy,
        acts=acts,
        ground=cast("Ground", given.ground) if given.ground in {"illegal", "incompatible"} else None,
        legal_ground=given.legal_ground,
        explanation=given.explanation,
        facts=given.facts,
        scope=cast("ScopeOf", given.scope) if given.scope in {"content", "account", "both", "none"} else None,
        territories=tuple(given.territories.upper().replace(",", " ").split()),
        automated_detection=given.automated_detection,
        automated_decision=cast("Automated", given.automated) if given.automated in {"not", "partially"} else None,
        strike=given.strike,
    )


def _act(kind: str, given: Given, until: int | None) -> Act:
    label = None
    if kind in LABEL_ACTS:
        label = LabelInput(value=given.label, reason=given.label_reason or given.facts, permanent=True)
    return Act(kind=cast("ActKind", kind), label=label, until=until if kind == "account_suspend" else None)


class Around(msgspec.Struct, frozen=True):
    """What the form shows beside the fields."""

    policies: list[PolicyText]
    decisions: list[DecisionView]
    standing: Standing | None


def _around_in(tx: Tx, staff_id: int, case_id: int, author_id: int | None) -> Around:
    standing = strikes.standing_in(tx, author_id) if author_id else None
    return Around(policies.current_in(tx), reading_decisions.of_case_in(tx, staff_id, case_id), standing)


def fields_of(
    t: Words, rules: list[PolicyText], chosen: Given, offered: tuple[str, ...], scopes: tuple[str, ...]
) -> dict[str, Any]:
    """What the fields offer, whatever is decided about."""
    current = {one.key: one for one in rules}
    rule = current.get(chosen.policy)
    return {
        "given": chosen,
        "policies": [(one.key, one.title(t.language), one.strike_weight) for one in rules],
        "clause": rule,
        "effects": [(one, t.of("moderation.effect", one)) for one in offered],
        "labels": [(one, t.of("moderation.labels", one)) for one in LABELS],
        "durations": [(one, t("moderation.days_of", n=one)) for one in _DAYS],
        "scopes": [(one, t.of("moderation.scopes", one)) for one in scopes],
        "templates": _templates(t, current),
        "strike_weight": rule.strike_weight if rule else 0,
        "short_acts": short_acts,
    }


def for_form(error: AppError) -> AppError:
    """A refusal with the names of the form's fields: what is done is ticked under ``effects``, its end is ``days``."""
    if not isinstance(error, Invalid):
        return error
    names = {"acts": "effects", "until": "days"}
    return Invalid(error.public, {names.get(name, name): found for name, found in error.details.items()})


async def form_values(request: WebRequest, opened: "Opened", given: Given | None, seen: int | None) -> dict[str, Any]:
    """Everything the form's template asks for."""
    viewer, t, case = await require_viewer(request), words_of(request), opened.case.case
    around = await runtime_of(request).db.read(_around_in, viewer.account_id, case.id, case.author_id)
    kind = case.subject.kind if case.subject else ""
    offered = _TO_POSTS if kind in {"post", "message"} else TO_ACCOUNTS if kind == "account" else _TO_OTHERS
    chosen = given or Given(
        policy=case.policy,
        scope="account" if kind == "account" else "content",
        label=case.policy if case.policy in LABELS else LABELS[0],
        automated_detection=case.machine and not case.human,
    )
    return {
        **fields_of(t, around.policies, chosen, offered, ("content", "account", "both", "none")),
        "conflict": [] if seen is None else [one for one in opened.case.events if one.id > seen],
        "decisions": around.decisions,
        "standing": around.standing,
    }


def _templates(t: Words, current: dict[str, PolicyText]) -> list[tuple[str, str]]:
    texts = [(key, t.of("moderation.facts_for", key)) for key in current if t.has("moderation.facts_for", key)]
    return [*texts, ("", t("moderation.facts_for.any"))]


class Undo(msgspec.Struct, frozen=True):
    """The strip that offers to take the last decisions back. ``until`` in ms since the epoch."""

    batches: tuple[str, ...]
    until: int
    seconds: int
    words: str


def undo_of(request: WebRequest, t: Words) -> Undo | None:
    """What the address says can still be undone."""
    batches, _, until = request.query_params.get("undo", "").partition(".")
    return undo_strip(t, tuple(batches.split("-")), int(until[:16]) if until.isascii() and until.isdecimal() else 0)


def undo_strip(t: Words, batches: tuple[str, ...], until: int) -> Undo | None:
    """The strip for some decisions; None when it is too late."""
    left = (until - t.now) // 1000
    if not 0 < left <= UNDO_MS // 1000:
        return None
    return Undo(batches, until, left, t("moderation.done", n=len(batches)))
