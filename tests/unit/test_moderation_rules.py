"""The pure rules of cases: machines, priority, reliability (safety.md §2.2, §6.1)."""

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perdure.moderation.model import ItemState
from perdure.moderation.rules import harms, priority, reliability
from perdure.moderation.rules.machines import STATES, TABLES, Refused, may, transition
from perdure.moderation.rules.reliability import Record

HOUR_MS = 3_600_000


@pytest.mark.parametrize("machine", list(TABLES))
def test_every_transition_joins_two_states_of_its_machine(machine: str) -> None:
    states = STATES[machine]
    for (state, _event), step in TABLES[machine].items():
        assert state in states
        assert step.state in states


def test_a_case_goes_from_receipt_to_the_end_and_back_on_an_appeal() -> None:
    state = "received"
    for event in ("join", "lease", "return", "escalate", "lease", "decide", "notify", "close", "reopen"):
        state = transition("case", state, event).state
    assert state == "open"


@pytest.mark.parametrize(
    ("machine", "state", "event"),
    [("case", "closed", "lease"), ("case", "decided", "join"), ("case", "open", "close"), ("item", "actioned", "no_violation"),
     ("clock", "met", "late"), ("clock", "missed", "half"), ("lease", "expired", "renew"), ("lease", "released", "take_over")],
)  # fmt: skip
def test_what_cannot_happen_is_refused_by_name(machine: str, state: str, event: str) -> None:
    with pytest.raises(Refused) as refused:
        transition(machine, state, event)
    assert (refused.value.machine, refused.value.state, refused.value.event) == (machine, state, event)
    assert not may(machine, state, event)


def test_passed_on_is_no_outcome_of_an_item() -> None:
    assert get_args(ItemState)[0] == "pending"
    assert not any("passed" in state or "escalated" in state for state in get_args(ItemState))
    assert all(may("item", "pending", state) for state in get_args(ItemState)[1:])


@pytest.mark.parametrize("state", ["running", "warned50", "warned80", "missed"])
def test_a_clock_can_be_paused_and_goes_on_where_it_was(state: str) -> None:
    paused = transition("clock", state, "pause")
    assert "need_proof" in paused.effects
    assert transition("clock", paused.state, f"resume_{state}").state == state


def parts(severity: int = 2, clock: str = "running", **more: float) -> tuple:
    return (
        priority.severity_part(severity, "claim"),
        priority.deadline_part(clock),
        priority.reach_part(more.get("reach", 0.0), "followers"),
        priority.score_part(int(more["score"]) if "score" in more else None),
        priority.reliability_part((int(more["weight"]),) if "weight" in more else ()),
    )


def test_a_graver_case_stands_first_and_a_late_one_before_fresh_ones() -> None:
    total = lambda *args, **more: priority.priority(parts(*args, **more), 0, 0).total  # noqa: E731
    assert total(0) > total(1) > total(2) > total(3)
    assert total(0) > total(3, "warned80", reach=1e9, score=1000, weight=1000)
    assert total(3, "warned80") > total(1, reach=1e9, score=1000, weight=1000)


@given(
    st.lists(
        st.tuples(st.sampled_from((0, 1, 2, 3)), st.floats(0, 1e5), st.integers(0, 1000), st.integers(0, 48 * HOUR_MS)),
        min_size=2, max_size=8,
    ),
    st.integers(48 * HOUR_MS, 96 * HOUR_MS),
)  # fmt: skip
def test_the_stored_key_orders_like_the_total_at_any_moment(cases: list, now: int) -> None:
    built = [(parts(severity, reach=reach, score=score), opened) for severity, reach, score, opened in cases]
    by_key = sorted(built, key=lambda one: priority.sort_key(*one))
    totals = [priority.priority(found, opened, now).total for found, opened in by_key]
    assert all(first >= second - 1 for first, second in pairwise(totals))  # rounding


def test_every_case_overtakes_in_time_whatever_came_later() -> None:
    old, fresh = parts(3), parts(2, reach=1e9, score=1000, weight=1000)
    days = 30 * 24 * HOUR_MS
    assert priority.sort_key(old, 0) > priority.sort_key(fresh, 0)
    assert priority.sort_key(old, 0) < priority.sort_key(fresh, days)


def test_a_reporter_without_a_record_weighs_like_everybody_and_a_record_moves_slowly() -> None:
    everybody = Record(50, 50)
    blank = reliability.mean(Record(), Record(), everybody)
    assert 0.4 < blank < 0.5
    assert blank < reliability.mean(Record(1, 0), Record(), everybody) < 0.65
    assert reliability.mean(Record(50, 0), Record(), everybody) > 0.9
    assert 0 < reliability.mean(Record(0, 500), Record(0, 500), everybody) < 0.05
    assert reliability.mean(Record(), Record(20, 0), everybody) > blank


def test_one_persons_word_alone_hides_nothing_when_a_clock_is_missed() -> None:
    assert not harms.holds_when_missed(0, "claim")
    assert harms.holds_when_missed(0, "support")
    assert harms.holds_when_missed(1, "staff")
    assert not harms.holds_when_missed(2, "staff")
