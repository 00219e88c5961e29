"""What an answer may be, and what becomes of it on its way (notice_out of safety.md §2.2). Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import msgspec

from perdure.desk.rules.outcomes import DONE, Facts, item_of
from perdure.kernel.errors import Conflict

Kind = Literal["receipt", "interim", "final", "correction", "supplement", "extension"]
State = Literal["draft", "approved", "due", "sent", "delivered", "bounced", "withdrawn"]
Channel = Literal["mail", "other_mail", "page"]
FILED: Final[frozenset[str]] = frozenset({"interim", "final", "correction", "supplement"})
"""Kinds that carry the outcome file and the proof pack."""
COMPLETE: Final[frozenset[str]] = frozenset({"final", "correction", "supplement"})
_STEPS: Final[Mapping[tuple[str, str], State]] = {
    ("draft", "approve"): "approved",
    ("draft", "withdraw"): "withdrawn",
    ("approved", "pack"): "due",
    ("due", "send"): "sent",
    ("due", "give_up"): "bounced",
    ("sent", "deliver"): "delivered",
    ("sent", "bounce"): "bounced",
    ("delivered", "bounce"): "delivered",  # somebody has it: another copy that came back changes nothing
    ("delivered", "deliver"): "delivered",
    ("bounced", "redirect"): "due",
    ("bounced", "bounce"): "bounced",
}
TRIES: Final = 6
RETRY_MS: Final = 30_000


def step(state: str, event: str) -> State:
    """The state that an event leads to. Raises Conflict where it cannot happen."""
    found = _STEPS.get((state, event))
    if found is None:
        raise Conflict(f"This answer is {state}: look again", state=state, event=event)
    return found


def wait_ms(attempts: int) -> int:
    """How long to wait after so many failures: half a minute, then four times as long each time."""
    return int(RETRY_MS * 4**attempts)


class Before(msgspec.Struct, frozen=True):
    """The last complete answer: its number, and what it said of each item as :func:`said_of` tells it."""

    number: int
    items: dict[int, str]


_SAID: Final = ("outcome", "measures", "policy", "decision", "duplicate_of", "found", "taken_back")


def said_of(items: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """What an outcome file says of each item, as a digest by number: two agree on an item where these do."""
    return {one["number"]: _digest([one[name] for name in _SAID])[:16] for one in items}


def _digest(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()


def _items(facts: Facts) -> list[dict[str, Any]]:
    return [item_of(facts, one) for one in facts.items]


def kind_of(facts: Facts, before: Before | None) -> tuple[Kind, tuple[int, ...]]:
    """What kind an answer from these facts is, and the numbers of the items that differ from the one before."""
    if facts.pending:
        return "interim", ()
    if before is None:
        return "final", ()
    now = said_of(_items(facts))
    changed = tuple(number for number, said in before.items.items() if now.get(number) != said)
    return ("correction", changed) if changed else ("supplement", ())


def facts_key(facts: Facts) -> str:
    """By which a person who approves a text says which facts they saw; copies that are found meanwhile do not count."""
    still = [{name: value for name, value in one.items() if name != "copies"} for one in _items(facts)]
    return _digest([still, facts.deadline, facts.references])[:32]


def may_go_alone(facts: Facts, *, verified: bool, permitted: bool) -> bool:
    """Whether an answer may go out without a person: the sender is known and it is allowed, and people decided it."""
    alone = any(one.automated == "fully" and one.outcome in DONE for one in facts.items)
    return verified and permitted and bool(facts.items) and not facts.pending and not facts.drill and not alone
