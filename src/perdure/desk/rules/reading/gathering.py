"""What is found in the parts of a letter, and how that becomes its numbered items. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from perdure.desk.model import MOST_ITEMS, MOST_PROSE, Attachment, Claimed, Pointer
from perdure.desk.rules import places
from perdure.desk.rules.reading import policies

CLAIM: Final = 2_000
REASON: Final = 2_000
_MOST_FAULTS: Final = 50
_MOST_FILES: Final = 500


class Finding(msgspec.Struct):
    """One thing that may be an item. ``sure``: it is; otherwise only where nothing in the letter is.

    ``listed``: it stands in a list or alone in its line. ``wants_picture``: its words lead to an attached picture.
    """

    pointer: Pointer
    claim: str
    url: str = ""
    value: str = ""
    reason: str = ""
    policy: str = ""
    reference: str = ""
    seen_at: int | None = None
    sure: bool = True
    listed: bool = False
    wants_picture: bool = False


class Part(msgspec.Struct):
    """What one part of a letter holds. ``older``: it is an older mail below the letter."""

    findings: list[Finding]
    older: bool = False


class Picture(msgspec.Struct, frozen=True):
    """A file that a person has to look at."""

    name: str
    digest: str
    claim: str


class Gathered(msgspec.Struct):
    """Everything of a letter, filled while its parts are read. ``read_mail`` reads a mail that is found in a file."""

    hosts: frozenset[str]
    read_mail: Callable[[bytes, "Gathered"], None]
    parts: list[Part] = msgspec.field(default_factory=list)
    pictures: list[Picture] = msgspec.field(default_factory=list)
    prose: list[str] = msgspec.field(default_factory=list)
    older_prose: list[str] = msgspec.field(default_factory=list)
    attachments: list[Attachment] = msgspec.field(default_factory=list)
    faults: list[str] = msgspec.field(default_factory=list)
    xarf: bool = False
    arf: bool = False
    depth: int = 0
    budget: int = 64 * 1024 * 1024

    def fault(self, text: str) -> None:
        """Note what was not understood, in words for a person."""
        if text not in self.faults and len(self.faults) < _MOST_FAULTS:
            self.faults.append(text[:500])

    def add(self, findings: Iterable[Finding], *, older: bool = False) -> bool:
        """Note what a part holds; tells whether it holds anything."""
        part = Part(list(findings), older)
        self.parts.append(part)
        return bool(part.findings)

    def attach(self, one: Attachment) -> None:
        """Note a file."""
        if len(self.attachments) < _MOST_FILES:
            self.attachments.append(one)
        else:
            self.fault(f"More than {_MOST_FILES} files: the rest are not listed")

    def say(self, text: str, *, older: bool = False) -> None:
        """Note readable text."""
        (self.older_prose if older else self.prose).append(text)

    def spend(self, count: int) -> bool:
        """Take from what may be unpacked; False where it is used up."""
        self.budget -= count
        return self.budget >= 0

    def text(self) -> str:
        """The readable text, as much as is kept."""
        return "\n\n".join(one.strip() for one in self.prose if one.strip())[:MOST_PROSE]


def items_of(all_: Gathered) -> tuple[Claimed, ...]:
    """The letter's items, numbered. What stands both in the text and in a file is one item; twice in a list is two.

    Where the letter itself names nothing, the older mail below it counts, and a fault says so. Never empty.
    """
    own = [part.findings for part in all_.parts if not part.older]
    older = [part.findings for part in all_.parts if part.older]
    merged = _merged(_chosen(own), all_.hosts)
    named = any(one.pointer != "none" for one in merged)
    if not named and not all_.pictures and (again := _merged(_chosen(older), all_.hosts)):
        merged = [*merged, *again]
        all_.fault("The letter itself names nothing: the items are from the older mail that is quoted below it")
    merged = _with_pictures(merged, all_.pictures)
    if not merged:
        all_.fault("Nothing was found that the letter could mean: a person has to read it")
        merged = [Finding("none", all_.text()[:CLAIM])]
    if len(merged) > MOST_ITEMS:
        all_.fault(f"{len(merged)} items: the last {len(merged) - MOST_ITEMS} are left out, ask for them in parts")
    return tuple(_claimed(number, one) for number, one in enumerate(merged[:MOST_ITEMS], 1))


def _chosen(parts: Sequence[list[Finding]]) -> list[list[Finding]]:
    """The sure findings; where there are none at all, the others."""
    sure = [[one for one in part if one.sure] for part in parts]
    if any(one.pointer != "none" for part in sure for one in part):
        return sure
    unsure = [[one for one in part if not one.sure or one.pointer != "none"] for part in parts]
    return unsure if any(unsure) else sure


def _merged(parts: Sequence[list[Finding]], hosts: frozenset[str]) -> list[Finding]:
    merged: list[Finding] = []
    standing: dict[str, list[Finding]] = defaultdict(list)
    for part in parts:
        before = {key: len(same) for key, same in standing.items()}
        seen: Counter[str] = Counter()
        for one in part:
            key = key_of(one, hosts)
            at = seen[key]
            seen[key] += 1
            if key and at < before.get(key, 0):
                _enrich(standing[key][at], one)
                continue
            merged.append(one)
            standing[key].append(one)
    return merged


def key_of(one: Finding, hosts: frozenset[str]) -> str:
    """The same for two findings that mean the same place; empty for what is only itself."""
    if one.pointer == "url":
        place = places.place_of(one.url, hosts)
        return place.key if place.kind != "unreadable" else one.url
    if one.pointer == "id":
        return f"post:{int(one.value)}" if one.value.isascii() and one.value.isdecimal() else f"id:{one.value}"
    if one.pointer == "account":
        place = places.named(one.value, hosts) or places.Place("unreadable", name=one.value)
        return place.key
    if one.pointer in {"phrase", "screenshot"} and one.value:
        return f"{one.pointer}:{' '.join(one.value.casefold().split())}"
    return ""


def _enrich(known: Finding, more: Finding) -> None:
    """Keep what another part says of the same thing."""
    if more.reason and more.reason not in known.reason:
        known.reason = f"{known.reason}\n{more.reason}".strip()
    known.policy = known.policy or more.policy
    known.reference = known.reference or more.reference
    known.seen_at = known.seen_at if known.seen_at is not None else more.seen_at


def _with_pictures(findings: list[Finding], pictures: Sequence[Picture]) -> list[Finding]:
    """Lines of a list that mean a picture get theirs, by its name or in their order; the other pictures follow."""
    left = list(pictures)
    for one in findings:
        if not one.wants_picture or not left:
            continue
        named = next((at for at, file in enumerate(left) if file.name and file.name.lower() in one.claim.lower()), 0)
        file = left.pop(named)
        one.pointer, one.value = "screenshot", file.digest
    rest = [Finding("screenshot", file.claim, value=file.digest) for file in left]
    return [*findings, *rest]


def _claimed(number: int, one: Finding) -> Claimed:
    return Claimed(
        number=number,
        claim=one.claim[:CLAIM],
        pointer=one.pointer,
        url=one.url[:CLAIM],
        value=one.value[:CLAIM],
        reason=one.reason.strip()[:REASON],
        policy=one.policy or policies.policy_of(one.reason),
        reference=one.reference[:200],
        seen_at=one.seen_at,
    )
