"""Where a case stands in the queue: its parts, computed anew whenever one of them changed."""

from typing import Any, Final

import msgspec

from perdure.kernel.db import Row, Tx
from perdure.moderation.model import Part, Priority
from perdure.moderation.queries import cases as queries
from perdure.moderation.queries import clocks
from perdure.moderation.rules import priority as rules

_STOPPED: Final = frozenset({"met", "paused"})


class Inputs(msgspec.Struct, frozen=True):
    """The figures that parts are made of, the strongest of all that came in."""

    score_permille: int | None = None
    weight_permille: int | None = None  # of the reporter with the best record
    per_hour: float = 0.0
    basis: str = "nothing known"


class Ranked(msgspec.Struct, frozen=True):
    """What is stored of a priority: the figures and the parts."""

    inputs: Inputs = Inputs()
    parts: tuple[Part, ...] = ()


_decoder = msgspec.json.Decoder(Ranked)


def stronger(one: Inputs, other: Inputs) -> Inputs:
    """The strongest figures of both."""
    reach = one if one.per_hour >= other.per_hour else other
    return Inputs(
        _most(one.score_permille, other.score_permille),
        _most(one.weight_permille, other.weight_permille),
        reach.per_hour,
        reach.basis,
    )


def _most(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)


def ranked_in(tx: Tx, case_id: int, severity: int, severity_by: str, inputs: Inputs, opened_at: int) -> dict[str, Any]:
    """The columns that say where a case stands: parts, sort key, strictest deadline."""
    running = [row for row in clocks.of_case(tx, case_id) if row.state not in _STOPPED and row.ends != "time"]
    state = running[0].state if running else "met"
    weights = () if inputs.weight_permille is None else (inputs.weight_permille,)
    parts = (
        rules.severity_part(severity, severity_by),
        rules.deadline_part(max((row.state for row in running), key=_nearness, default=state)),
        rules.reach_part(inputs.per_hour, inputs.basis),
        rules.score_part(inputs.score_permille),
        rules.reliability_part(weights),
    )
    return {
        "parts_json": msgspec.json.encode(Ranked(inputs, parts)).decode(),
        "sort_key": rules.sort_key(parts, opened_at),
        "due_at": running[0].due_at if running else None,
    }


def _nearness(state: str) -> int:
    return ("running", "warned50", "warned80", "missed").index(state)


def rank_in(tx: Tx, case: Row) -> None:
    """Compute a case's place anew; ``case`` is its row with severity as it is now."""
    ranked = ranked_in(tx, case.id, case.severity, case.severity_by, inputs_of(case), case.opened_at)
    queries.rank(tx, case.id, **ranked)


def inputs_of(case: Row) -> Inputs:
    """The figures that a case's priority was made of."""
    return _decoder.decode(case.parts_json).inputs


def priority_of(case: Row, now: int) -> Priority:
    """A case's priority now, part by part."""
    return rules.priority(_decoder.decode(case.parts_json).parts, case.opened_at, now)
