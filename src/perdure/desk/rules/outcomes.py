"""The outcome of a letter as a file for programs, in JSON and CSV: docs/reference/outcome-file.md. Pure.

Nobody's name or address is in it (I14): not the author's, not the sender's, nobody's of the staff.
"""

import csv
import hashlib
import io
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

FORMAT: Final = "perdure.outcome.1"
COLUMNS: Final = (
    "report_id", "number", "url", "claim", "found", "state_before", "outcome", "duplicate_of", "measures", "policy",
    "policy_version", "decided_at", "held_at", "automated", "taken_back", "decision", "evidence_sha256", "copies_held",
    "copies_queued", "letter", "answer", "answer_kind", "format",
)  # fmt: skip
# A spreadsheet runs what begins like this; the wide ones are read as the narrow ones by some.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
DONE: Final = frozenset({"actioned", "already_actioned"})


class Measure(msgspec.Struct, frozen=True):
    """One thing that was done, by its kind (hide, hold, account_ban …); ``until`` in ms, None: for good."""

    kind: str
    until: int | None = None


class Rule(msgspec.Struct, frozen=True):
    """The version of the house rule that something was decided by."""

    key: str
    number: int
    title: str


class ItemFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one thing that a letter complains of. ``outcome`` is pending or an outcome of the case's item.

    ``reference`` is the sender's own number. ``found`` is None while nobody can say. ``decision`` is public and names
    the decision for whoever asks about it; ``evidence`` is the SHA-256 of the snapshot that it was decided on.
    ``taken_back``: the decision fell since, and nothing of it is in force.
    """

    number: int
    claim: str
    url: str = ""
    reference: str = ""
    pointer: str = "url"
    found: bool | None = None
    state_before: str = ""
    outcome: str = "pending"
    duplicate_of: int | None = None
    measures: tuple[Measure, ...] = ()
    rule: Rule | None = None
    decided_at: int | None = None
    held_at: int | None = None
    automated: str = ""
    taken_back: bool = False
    decision: str = ""
    evidence: str = ""
    swept_held: int = 0
    swept_queued: int = 0


class Recurrence(msgspec.Struct, frozen=True, kw_only=True):
    """What was done so that it does not come back, in figures. Times in ms; ``since`` when watching began.

    ``entries`` of texts, files and links that were removed are compared with everything new. ``searches`` went through
    what was there already, ``finished`` of them to the end, ``compared`` texts and files that could be copies; what
    they found was ``held`` or put before a person (``queued``). ``later`` are copies that came afterwards,
    ``later_held`` of them are hidden. ``rules`` of this site watch for the house rules in question,
    ``classifier`` is the name of the model that reads every post, or empty.
    """

    entries: int = 0
    since: int | None = None
    searches: int = 0
    finished: int = 0
    compared: int = 0
    held: int = 0
    queued: int = 0
    later: int = 0
    later_held: int = 0
    rules: int = 0
    classifier: str = ""


class Deadline(msgspec.Struct, frozen=True):
    """The strictest deadline towards outside: its obligation, until when, and whether and when it was met."""

    obligation: str
    due_at: int
    met_at: int | None = None
    late: bool = False


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a letter at an instant (``made_at``, ms). ``references`` are the sender's numbers for it."""

    site: str
    host: str
    reference: str
    made_at: int
    received_at: int
    raw_hash: str
    raw_size: int
    form: str = ""
    subject: str = ""
    references: tuple[str, ...] = ()
    receipt_at: int | None = None
    opened: bool = True
    faults: int = 0
    drill: bool = False
    deadline: Deadline | None = None
    items: tuple[ItemFacts, ...] = ()
    recurrence: Recurrence = Recurrence()
    status_url: str = ""

    @property
    def pending(self) -> int:
        """How many items have no outcome yet."""
        return sum(one.outcome == "pending" for one in self.items)

    @property
    def counts(self) -> dict[str, int]:
        """How many items there are of each outcome."""
        found: dict[str, int] = {}
        for one in self.items:
            found[one.outcome] = found.get(one.outcome, 0) + 1
        return found


class Version(msgspec.Struct, frozen=True):
    """Which answer a file belongs to. ``kind``: interim, final, correction, supplement; ``replaces`` an earlier one."""

    number: int
    kind: str
    replaces: int | None = None


def report_id(facts: Facts, item: ItemFacts) -> str:
    """By what the sender knows an item: their number of it, or ours of the letter with its place there."""
    return item.reference or f"{facts.reference}/{item.number}"


def as_json(facts: Facts, version: Version) -> bytes:
    """The file in JSON: UTF-8, sorted names, the same facts always the same bytes."""
    told = {
        "format": FORMAT,
        "site": facts.host,
        "drill": facts.drill,
        "letter": {
            "reference": facts.reference,
            "your_references": facts.references,
            "received_at": stamp(facts.received_at),
            "acknowledged_at": stamp(facts.receipt_at),
            "sha256": facts.raw_hash,
            "bytes": facts.raw_size,
            "form": facts.form,
        },
        "answer": {
            "number": version.number,
            "kind": version.kind,
            "replaces": version.replaces,
            "made_at": stamp(facts.made_at),
        },
        "deadline": _deadline(facts.deadline),
        "counts": {"items": len(facts.items), "not_understood": facts.faults, **facts.counts},
        "items": [item_of(facts, one) for one in facts.items],
        "recurrence": _recurrence(facts.recurrence),
    }
    return msgspec.json.format(msgspec.json.encode(told, order="sorted"), indent=1) + b"\n"


def _deadline(found: Deadline | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "obligation": found.obligation,
        "due_at": stamp(found.due_at),
        "met_at": stamp(found.met_at),
        "late": found.late,
    }


def item_of(facts: Facts, one: ItemFacts) -> dict[str, Any]:
    """An item as the JSON file has it."""
    return {
        "report_id": report_id(facts, one),
        "number": one.number,
        "url": one.url or None,
        "claim": one.claim,
        "found": one.found,
        "state_before": one.state_before or None,
        "outcome": one.outcome,
        "duplicate_of": one.duplicate_of,
        "measures": [{"kind": act.kind, "until": stamp(act.until)} for act in one.measures],
        "policy": {"key": one.rule.key, "version": one.rule.number, "title": one.rule.title} if one.rule else None,
        "decided_at": stamp(one.decided_at),
        "held_at": stamp(one.held_at),
        "automated": one.automated or None,
        "taken_back": one.taken_back,
        "decision": one.decision or None,
        "evidence_sha256": one.evidence or None,
        "copies": {"held": one.swept_held, "queued": one.swept_queued},
    }


def _recurrence(found: Recurrence) -> dict[str, Any]:
    plain = msgspec.structs.asdict(found)
    return plain | {"since": stamp(found.since), "classifier": found.classifier or None}


def as_csv(facts: Facts, version: Version) -> bytes:
    """The file in CSV (RFC 4180, UTF-8): one line an item, no cell that a spreadsheet would run."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(COLUMNS)
    for one in facts.items:
        lines.writerow([cell(value) for value in _row(facts, one, version)])
    return out.getvalue().encode()


def _row(facts: Facts, one: ItemFacts, version: Version) -> tuple[Any, ...]:
    return (
        report_id(facts, one),
        one.number,
        one.url,
        one.claim,
        {True: "yes", False: "no", None: ""}[one.found],
        one.state_before,
        one.outcome,
        one.duplicate_of,
        " ".join(f"{act.kind}:{stamp(act.until)}" if act.until else act.kind for act in one.measures),
        one.rule.key if one.rule else "",
        one.rule.number if one.rule else "",
        stamp(one.decided_at),
        stamp(one.held_at),
        one.automated,
        "yes" if one.taken_back else "",
        one.decision,
        one.evidence,
        one.swept_held,
        one.swept_queued,
        facts.reference,
        version.number,
        version.kind,
        FORMAT,
    )


def digests(number: int, told: bytes, lines: bytes) -> dict[str, str]:
    """The SHA-256 (hex) of an answer's files by their names in a proof pack."""
    found = ((f"outcome-{number}.json", told), (f"outcome-{number}.csv", lines))
    return {name: hashlib.sha256(content).hexdigest() for name, content in found}


def cell(value: Any) -> str:
    """A value as a cell. What a spreadsheet would take for a formula gets an apostrophe in front."""
    text = "" if value is None else str(value)
    if isinstance(value, str) and text.lstrip(" ").startswith(_FORMULA):
        return f"'{text}"
    return text


def stamp(ms: int | None) -> str | None:
    """An instant in ISO 8601, UTC, to the second; rounded down."""
    return None if ms is None else datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
