"""Receipts, answers, and questions for more time, composed from facts. Pure.

What is said has its figure in the facts, and nothing else is said. Nobody is named (I14).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from perdure.desk.rules.answer_words import words
from perdure.desk.rules.outcomes import FORMAT, Facts, ItemFacts, Measure, Recurrence, Version

Said = Mapping[str, str]
MOST_IN_TEXT: Final = 500
_MOST_CLAIM: Final = 300
_MOST_SUBJECT: Final = 150
_ORDER: Final = (
    *("actioned", "already_actioned", "no_violation", "not_found", "deleted_by_author", "not_ours", "duplicate_of"),
    *("unreadable_needs_info", "pending"),
)
_POINTERS: Final = ("url", "id", "account", "phrase", "screenshot", "none")
_AGAIN: Final = re.compile(r"(?i)\A(?:(?:re|aw|sv|antw|rép|ref?)\s*(?:\[\d+\])?\s*:\s*)+")
_PACKED: Final = re.compile(r"\s+")


class Text(msgspec.Struct, frozen=True):
    """A mail to be."""

    subject: str
    body: str


def receipt(facts: Facts, locale: str) -> Text:
    """That a letter is here: what was understood, until when it is answered, and where its state stands."""
    said = words(locale)
    lines = [said["receipt"].format(site=facts.site, at=when(facts.received_at))]
    lines += [_understood(facts, said)] if facts.opened else [said["receipt.unread"]]
    lines += _many(said, "receipt.faults", facts.faults)
    lines += _many(said, "receipt.held", sum(one.held_at is not None for one in facts.items))
    if facts.deadline is not None:
        lines.append(said["receipt.deadline"].format(at=when(facts.deadline.due_at)))
    if facts.status_url:
        lines.append(said["receipt.status"].format(link=facts.status_url))
    lines.append(said["receipt.hash"].format(hash=facts.raw_hash))
    return _letter(facts, said, "re.receipt", lines)


def _understood(facts: Facts, said: Said) -> str:
    found = [(name, sum(one.pointer == name for one in facts.items)) for name in _POINTERS]
    what = [said[f"point.{name}"].format(n=n) for name, n in found if n]
    understood = any(n for name, n in found if name != "none")
    return said["receipt.items"].format(what="; ".join(what)) if understood else said["receipt.nothing"]


def _many(said: Said, name: str, n: int) -> list[str]:
    return [said[f"{name}.one" if n == 1 else name].format(n=n)] if n else []


def answer(
    facts: Facts, version: Version, locale: str, *, changed: tuple[int, ...] = (), pack_url: str = "", note: str = ""
) -> Text:
    """The answer, item by item. ``changed`` are the numbers that a correction is about; ``note`` is added by a person.

    ``pack_url`` is where the proof pack lies when it does not come with the mail.
    """
    said = words(locale)
    first = _OPENINGS.get(version.kind, "answer")
    numbers = ", ".join(map(str, changed))
    lines = [
        said[first].format(site=facts.site, at=when(facts.received_at), before=version.replaces or "", changed=numbers),
        *([note.strip()] if note.strip() else []),
        _head(said, "head.short"),
        _short(facts, said),
        _head(said, "head.items"),
        *[_item(facts, one, said) for one in facts.items[:MOST_IN_TEXT]],
    ]
    if len(facts.items) > MOST_IN_TEXT:
        lines.append(said["rest"].format(first=MOST_IN_TEXT + 1, last=len(facts.items)))
    lines += [_head(said, "head.again"), recurrence(facts, locale), _head(said, "head.files")]
    lines.append(said["files"].format(format=FORMAT))
    if pack_url:
        lines.append(said["files.link"].format(link=pack_url))
    lines.append(said["redress"])
    return _letter(facts, said, f"re.{first}", lines)


_OPENINGS: Final = {"interim": "interim", "correction": "correction", "supplement": "supplement"}


def _head(said: Said, name: str) -> str:
    return f"{said[name]}\n{'-' * len(said[name])}"


def _short(facts: Facts, said: Said) -> str:
    counts = facts.counts
    lines = [said["short.items"].format(n=len(facts.items))]
    lines += [f"- {said[f'count.{name}'].format(n=counts[name])}" for name in _ORDER if counts.get(name)]
    if facts.pending:
        lines.append(said["short.pending"].format(n=facts.pending))
    lines += _times(facts, said)
    lines += _deadline(facts, said)
    return "\n".join(lines)


def _times(facts: Facts, said: Said) -> list[str]:
    """When something was first done, and when somebody last decided. What was not there was neither."""
    measured = [one.held_at for one in facts.items] + [one.decided_at for one in facts.items if one.measures]
    decided = [one.decided_at for one in facts.items if one.outcome in {"actioned", "no_violation"}]
    first = [said["short.first"].format(at=when(min(found)))] if (found := list(filter(None, measured))) else []
    last = [said["short.last"].format(at=when(max(found)))] if (found := list(filter(None, decided))) else []
    return first + last


def _deadline(facts: Facts, said: Said) -> list[str]:
    found = facts.deadline
    if found is None:
        return []
    due = when(found.due_at)
    if found.met_at is not None and not facts.pending:
        return [said["short.late" if found.late else "short.met"].format(due=due, met=when(found.met_at))]
    return [said["short.over" if facts.made_at >= found.due_at else "short.running"].format(due=due)]


def _item(facts: Facts, one: ItemFacts, said: Said) -> str:
    claim = _PACKED.sub(" ", one.claim).strip()
    shown = claim if len(claim) <= _MOST_CLAIM else f"{claim[: _MOST_CLAIM - 1]}…"
    lines = [said["item"].format(number=one.number, claim=shown)]
    if one.reference:
        lines.append(said["item.theirs"].format(reference=one.reference))
    if one.found and f"state.{one.state_before}" in said:
        lines.append(said["item.before"].format(state=said[f"state.{one.state_before}"]))
    lines.append(_outcome(facts, one, said))
    if one.rule is not None:
        lines.append(said["rule"].format(title=one.rule.title, key=one.rule.key, number=one.rule.number))
    if one.decision:
        lines.append(said["proof"].format(decision=one.decision, evidence=one.evidence or "–"))
    elif one.evidence:
        lines.append(said["evidence"].format(evidence=one.evidence))
    if one.swept_held or one.swept_queued:
        lines.append(said["copies"].format(held=one.swept_held, queued=one.swept_queued))
    return "\n   ".join(lines)


def _outcome(facts: Facts, one: ItemFacts, said: Said) -> str:
    if one.outcome == "pending" and one.held_at is not None:
        return said["outcome.pending.held"].format(at=when(one.held_at))
    if one.outcome == "duplicate_of" and one.duplicate_of is None:
        return said["outcome.duplicate_of.earlier"]
    if one.taken_back:
        return said["outcome.taken_back"].format(at=when(one.decided_at) if one.decided_at is not None else "–")
    what = measures(one.measures, said)
    if one.outcome == "already_actioned":
        return said["outcome.already_actioned"].format(what=f" ({what})" if what else "")
    by = said.get(f"by.{one.automated}", "")
    full = f"{what}, {by}" if what and by else what or by
    at = when(one.decided_at) if one.decided_at is not None else "–"
    return said[f"outcome.{one.outcome}"].format(at=at, what=full, site=facts.site, other=one.duplicate_of)


def measures(found: tuple[Measure, ...], said: Said) -> str:
    """What was done, in words."""
    return "; ".join(
        said[f"act.{one.kind}"] + (said["until"].format(at=when(one.until)) if one.until else "")
        for one in found
        if f"act.{one.kind}" in said
    )


def recurrence(facts: Facts, locale: str) -> str:
    """The paragraph on what keeps it from coming back: each sentence with its figure, and none without one."""
    said, found = words(locale), facts.recurrence
    lines = _watched(found, said)
    if found.rules:
        lines.append(said["again.rules"].format(n=found.rules))
    if found.classifier:
        lines.append(said["again.classifier"].format(name=found.classifier))
    return " ".join(lines)


def _watched(found: Recurrence, said: Said) -> list[str]:
    if not found.entries or found.since is None:
        return [said["again.nothing"]]
    lines = [said["again.entries"].format(since=when(found.since), n=found.entries)]
    if found.searches:
        name = "again.search" if found.finished == found.searches else "again.search.running"
        lines.append(said[name].format(**msgspec.structs.asdict(found)))
    name = "again.later" if found.later else "again.later.none"
    lines.append(said[name].format(later=found.later, held=found.later_held))
    return lines


def extension(facts: Facts, until: int, locale: str, why: str = "") -> Text:
    """A question for more time, with what is done and what is not."""
    said = words(locale)
    still = [one for one in facts.items if one.outcome == "pending"]
    assert facts.deadline is not None
    lines = [
        said["extension"].format(at=when(facts.received_at), due=when(facts.deadline.due_at)),
        said["extension.done"].format(n=len(facts.items), done=len(facts.items) - len(still), open=numbers_of(still)),
        *_many(said, "extension.held", sum(one.held_at is not None for one in still)),
    ]
    if why.strip():
        lines.append(said["extension.why"].format(why=why.strip()))
    lines.append(said["extension.ask"].format(until=when(until)))
    return _letter(facts, said, "re.extension", lines)


def numbers_of(items: list[ItemFacts]) -> str:
    """Numbers of items, neighbours together: 3, 7–12."""
    runs: list[list[int]] = []
    for one in sorted(items, key=lambda item: item.number):
        if runs and runs[-1][-1] == one.number - 1:
            runs[-1].append(one.number)
        else:
            runs.append([one.number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _letter(facts: Facts, said: Said, about: str, lines: list[str]) -> Text:
    top = [said["drill"].format(site=facts.site)] if facts.drill else []
    top += [said["hello"]]
    end = [said["numbers"].format(ours=facts.reference)]
    if facts.references:
        end.append(said["theirs"].format(theirs=", ".join(facts.references)))
    body = "\n\n".join([*top, *lines, "\n".join(end), said["bye"].format(site=facts.site)])
    return Text(subject_of(facts, said[about]), f"{body}\n")


def subject_of(facts: Facts, about: str) -> str:
    """Their subject as it was, so that programs put the mails together, with our reference at the end."""
    plain = _AGAIN.sub("", _PACKED.sub(" ", facts.subject).strip())[:_MOST_SUBJECT].strip()
    mark = f"[{facts.reference}]"
    if not plain:
        return f"{about} {mark}"
    return f"Re: {plain}" if mark in plain else f"Re: {plain} {mark}"


def when(ms: int) -> str:
    """An instant as letters say it, UTC, to the minute."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
