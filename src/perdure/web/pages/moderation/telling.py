"""What the console says about cases in the reader's language: clocks, priorities, differences between then and now."""

import difflib
import re
from collections.abc import Iterable
from typing import Final

import msgspec
from markupsafe import Markup, escape

from perdure.moderation.model import Case, Clock, Part
from perdure.moderation.model.decisions import DecisionView
from perdure.moderation.rules.obligations import packaged
from perdure.web.request import WebRequest
from perdure.web.words import Words

_MINUTE_MS: Final = 60_000
_WORDS: Final = 8
_NEAR_PERCENT: Final = 80
_SEVERITY: Final = re.compile(r"sev-(\d), (\w+)")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
# Sentences of the priority's parts, as ``moderation/rules/priority.py`` says them, and the word that each is here.
_STATES: Final = {
    "less than half of its time is over": "running",
    "its clock is paused": "paused",
    "no clock runs": "met",
    "half of its time is over": "warned50",
    "four fifths of its time are over": "warned80",
    "its time is over": "missed",
    "not scored": "unscored",
    "nobody reported it": "unreported",
}


class Time(msgspec.Struct, frozen=True):
    """A deadline as it is shown: words, how much of it is over (0 to 100), and whether it runs out."""

    words: str
    share: int
    late: bool


def span(t: Words, ms: int) -> str:
    """A length of time as clocks show it: 3 h 12."""
    minutes = max(0, ms) // _MINUTE_MS
    days, hours = minutes // 1440, minutes // 60
    if days >= 2:
        return t("moderation.clock.days", days=days, hours=hours % 24)
    if hours:
        return t("moderation.clock.hours", hours=hours, minutes=f"{minutes % 60:02}")
    return t("moderation.clock.minutes", minutes=minutes)


def _time(t: Words, started_at: int, due_at: int) -> Time:
    share = min(100, max(0, 100 * (t.now - started_at) // max(1, due_at - started_at)))
    if t.now >= due_at:
        return Time(t("moderation.clock.late", time=span(t, t.now - due_at)), 100, late=True)
    return Time(t("moderation.clock.due", time=span(t, due_at - t.now)), share, late=share >= _NEAR_PERCENT)


def due(t: Words, started_at: int, due_at: int) -> Time:
    """Any deadline."""
    return _time(t, started_at, due_at)


def clock_of(t: Words, case: Case) -> Time:
    """A case's strictest deadline."""
    return (
        Time(t("moderation.clock.none"), 0, late=False)
        if case.due_at is None
        else _time(t, case.opened_at, case.due_at)
    )


def running(t: Words, clock: Clock) -> Time:
    """One clock of a case."""
    if clock.state == "met":
        return Time(t("moderation.clock.met_late") if clock.late else t("moderation.clock.met"), 0, late=clock.late)
    if clock.state == "paused":
        return Time(t("moderation.clock.paused"), 0, late=False)
    return _time(t, clock.started_at, clock.due_at)


def obligation(t: Words, clock: Clock) -> str:
    """What is owed by a clock."""
    return clock.title(t.language)


def obligation_named(t: Words, key: str) -> str:
    """What is owed, of a clock of which only the key is known; an operator's own row by its key."""
    known = packaged().get(key)
    return key if known is None else known.title.get(t.language) or known.title["en"]


def subject_words(t: Words, case: Case) -> str:
    """The first eight words of what a case is about."""
    words = case.subject_text.split()
    if not words:
        return t("moderation.about_unknown") if case.subject is None else t("moderation.no_words")
    return " ".join(words[:_WORDS]) + (" …" if len(words) >= _WORDS else "")


def why(t: Words, case: Case) -> str:
    """Why a case is here, in a few words."""
    reports = max(case.reporters, 1)
    if case.machine and case.human:
        return t("moderation.why.both", n=reports)
    return t("moderation.why.machine") if case.machine else t("moderation.why.human", n=reports)


def because(t: Words, part: Part) -> str:
    """What a part of a priority comes from."""
    if (found := _SEVERITY.fullmatch(part.because)) is not None:
        severity, by = t.of("moderation.severity", found[1]), t.of("moderation.severity_by", found[2])
        return t("moderation.because.severity", severity=severity, by=by)
    if part.because in _STATES:
        return t.of("moderation.because", _STATES[part.because])
    number = _NUMBER.search(part.because)
    if number is None or not t.has("moderation.because", part.name):
        return part.because
    figure = float(number[0])
    if part.name == "score":
        return t.of("moderation.because", part.name, n=round(100 * figure))
    return t.of("moderation.because", part.name, n=t.number(round(figure)) if figure >= 1 else number[0])


def differences(then: str, now: str) -> tuple[Markup, Markup]:
    """Two texts with what left the first struck through and what came into the second underlined, word by word."""
    old, new = _pieces(then), _pieces(now)
    left, right = [], []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = escape("".join(old[a:b])), escape("".join(new[c:d]))
        left.append(before if kind == "equal" or not before else Markup("<del>{}</del>").format(before))
        right.append(after if kind == "equal" or not after else Markup("<ins>{}</ins>").format(after))
    return Markup("").join(left), Markup("").join(right)


def _pieces(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text[:10_000])


def fired_spans(text: str, fired: Iterable[str]) -> list[tuple[int, int]]:
    """Where the folded words that fired stand in a text, as far as they are written as they were folded."""
    words = {word for one in fired for word in one.casefold().split()}
    return [found.span() for found in re.finditer(r"\w+", text) if found[0].casefold() in words]


def marked(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """A text with the parts that fired marked. Spans are (start, end) in characters; what does not fit is left out."""
    made, at = [], 0
    for start, end in sorted(spans):
        if at <= start < end <= len(text):
            made += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
            at = end
    return Markup("").join([*made, escape(text[at:])])


def policy_name(t: Words, key: str) -> str:
    """A house rule in a few words."""
    return t.of("moderation.policy_names", key) if t.has("moderation.policy_names", key) else key


def short_acts(t: Words, decision: DecisionView) -> str:
    """What a decision did, in a few words."""
    if not decision.acts:
        word = "reversed" if decision.outcome == "reversed" else "no_violation"
        return t.of("decisions.short", word if decision.outcome != "warned" else "warn")
    return ", ".join(t.of("decisions.short", one.kind) for one in decision.acts)


def wants_json(request: WebRequest) -> bool:
    """Whether the console's script is asking, which shows the answer itself."""
    return "application/json" in request.headers.get("accept", "")
