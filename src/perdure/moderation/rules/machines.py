"""The state machines of safety.md §2.2, as tables. Pure.

``transition(machine, state, event)`` is the new state and what is to be done because of it, or a typed refusal.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

from perdure.kernel.errors import Conflict
from perdure.moderation.model import CaseState, ClockState, ItemState, LeaseState

Machine = Literal["case", "item", "clock", "lease"]


class Refused(Conflict):
    """The event cannot happen to something in this state."""

    def __init__(self, machine: Machine, state: str, event: str) -> None:
        super().__init__(f"This {machine} is {state.replace('_', ' ')}: it cannot be {_WORDS.get(event, event)}")
        self.machine = machine
        self.state = state
        self.event = event


class Step(msgspec.Struct, frozen=True):
    """Where a transition leads, and the effects that the caller has to carry out in the same transaction."""

    state: str
    effects: tuple[str, ...] = ()


_WORDS: Final = {
    "lease": "claimed",
    "join": "joined",
    "settle": "settled",
    "decide": "decided",
    "escalate": "escalated",
    "notify": "marked as told",
    "close": "closed",
    "reopen": "opened again",
    "panel": "given to a panel",
    "renew": "renewed",
    "release": "released",
    "expire": "ended",
    "take_over": "taken over",
    "pause": "paused",
    "resume": "resumed",
    "meet": "met",
}
_Table = Mapping[tuple[str, str], Step]

_WORKED_ON: Final = ("received", "open", "leased", "panel", "escalated")


def _case() -> dict[tuple[str, str], Step]:
    table = {("received", "open"): Step("open", ("start_clocks",))}
    for state in _WORKED_ON:
        table[state, "join"] = Step("open" if state == "received" else state, ("rank",))
        table[state, "decide"] = Step("decided", ("meet_clocks", "end_lease", "tell_reporters"))
        table[state, "escalate"] = Step("escalated", ("end_lease", "rank"))
    for state in ("open", "escalated"):
        table[state, "lease"] = Step("leased", ("grant_lease",))
        table[state, "panel"] = Step("panel")
    for state in ("leased", "panel"):  # expiry, timeout and giving back: the priority stays
        table[state, "return"] = Step("open", ("end_lease",))
    table["leased", "lease"] = Step("leased", ("end_lease", "grant_lease"))  # a lead takes it over
    table["decided", "notify"] = Step("notified")
    table["notified", "close"] = Step("closed", ("release_keeps",))
    for state in ("decided", "notified", "closed"):  # an upheld appeal, an authority, new evidence, an undo
        table[state, "reopen"] = Step("open", ("start_clocks", "rank"))
    return table


def _item() -> dict[tuple[str, str], Step]:
    outcomes = [state for state in get_args(ItemState) if state != "pending"]
    table = {("pending", outcome): Step(outcome, ("record_outcome",)) for outcome in outcomes}
    table |= {(outcome, "reopen"): Step("pending", ("forget_outcome",)) for outcome in outcomes}
    return table


def _clock() -> dict[tuple[str, str], Step]:
    running: tuple[ClockState, ...] = ("running", "warned50", "warned80")
    table = {
        ("running", "half"): Step("warned50", ("page",)),
        ("running", "late"): Step("warned80", ("page",)),
        ("warned50", "late"): Step("warned80", ("page",)),
        ("missed", "meet"): Step("met", ("mark_late",)),
        ("paused", "meet"): Step("met"),
    }
    for state in running:
        table[state, "over"] = Step("missed", ("page", "miss"))
        table[state, "meet"] = Step("met")
    for state in (*running, "missed"):
        table[state, "pause"] = Step("paused", ("need_proof",))
        table["paused", f"resume_{state}"] = Step(state, ("move_deadline",))
    table["met", "restart"] = Step("running")
    table["running", "run_out"] = Step("met")  # nothing had to be done by then: a duty to keep something ends
    return table


def _lease() -> dict[tuple[str, str], Step]:
    ends: dict[str, LeaseState] = {"release": "released", "expire": "expired", "take_over": "taken_over"}
    table: dict[tuple[str, str], Step] = {}
    for state in ("granted", "renewed"):
        table[state, "renew"] = Step("renewed")
        table |= {(state, event): Step(end, ("log",)) for event, end in ends.items()}
    return table


TABLES: Final[Mapping[Machine, _Table]] = {"case": _case(), "item": _item(), "clock": _clock(), "lease": _lease()}
STATES: Final[Mapping[Machine, tuple[str, ...]]] = {
    "case": get_args(CaseState),
    "item": get_args(ItemState),
    "clock": get_args(ClockState),
    "lease": get_args(LeaseState),
}


def transition(machine: Machine, state: str, event: str) -> Step:
    """Where an event leads. Raises :class:`Refused` (a Conflict) where it cannot happen."""
    found = TABLES[machine].get((state, event))
    if found is None:
        raise Refused(machine, state, event)
    return found


def may(machine: Machine, state: str, event: str) -> bool:
    """Whether an event can happen in a state."""
    return (state, event) in TABLES[machine]
