"""The yearly report: its parts as tables, made from counts, so that every sum equals the decisions. Pure.

Parts and their order follow Implementing Regulation (EU) 2024/2835 as safety.md §4.2 describes it. Each part is a table
whose first row names the columns in codes; pages and people read other words.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

from perdure.moderation.model.publishing import Count, Year
from perdure.transparency.model import Part

_NOTICE_SOURCES: Final = {
    "trusted_flagger": "trusted_flagger",
    "article_16": "article_16",
    "no_account": "article_16",
    "provider": "provider",
    "user": "member",
}
_ORDERS: Final = frozenset({"member_state", "court"})
_REVERSED: Final = frozenset({"overturned", "partly"})
_OPEN: Final = frozenset({"filed", "assigned", "read"})


def parts_of(year: Year, standings: dict[str, int], referred: dict[str, int]) -> tuple[Part, ...]:
    """Every part. ``standings``: statements of the period by state; ``referred``: threats to life told, by law."""
    return (
        _orders(year),
        _notices(year),
        _acted(year, "own_illegal", lambda one: _own(one) and one.ground == "illegal"),
        _acted(year, "own_terms", lambda one: _own(one) and one.ground == "incompatible"),
        _acted(year, "on_notice_illegal", lambda one: _asked(one) and one.ground == "illegal"),
        _acted(year, "on_notice_terms", lambda one: _asked(one) and one.ground == "incompatible"),
        _acted(year, "on_order", lambda one: one.under_order),
        _complaints(year),
        _misuse(year),
        Part("referrals", ("what", "count"), tuple(sorted(referred.items()))),
        _tools(year),
        _sums(year, standings),
    )


def restricted(year: Year) -> int:
    """How many decisions restricted something."""
    return sum(one.count for one in year.decisions if one.outcome == "restricted")


def total(year: Year) -> int:
    """How many decisions there were."""
    return sum(one.count for one in year.decisions)


def median(spread: Iterable[tuple[int, int]]) -> int | None:
    """The lower median of (value, how many) pairs; None where there are none."""
    pairs = sorted(spread)
    left = (sum(number for _, number in pairs) + 1) // 2
    for value, number in pairs:
        left -= number
        if left <= 0 and number:
            return value
    return None


def _own(one: Count) -> bool:
    return one.source == "SOURCE_VOLUNTARY" and not one.under_order


def _asked(one: Count) -> bool:
    return one.source != "SOURCE_VOLUNTARY" and not one.under_order


def _category(year: Year, policy: str) -> str:
    return year.categories.get(policy, "OTHER_VIOLATION_TC")


def _orders(year: Year) -> Part:
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for one in year.notices:
        if one.authority in _ORDERS:
            found[one.authority, _category(year, one.policy)].append(one)
    rows = [
        (
            *key,
            sum(one.count for one in group),
            sum(one.count for one in group if one.outcome in {"upheld", "partly"}),
            sum(one.count for one in group if one.outcome == "open"),
            _hours(pair for one in group for pair in one.minutes),
        )
        for key, group in sorted(found.items())
    ]
    return Part("orders", ("authority", "category", "received", "complied", "open", "median_hours"), tuple(rows))


def _hours(minutes: Iterable[tuple[int, int]]) -> float | None:
    middle = median(minutes)
    return None if middle is None else round(middle / 60, 2)


def _notices(year: Year) -> Part:
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for one in year.notices:
        if one.authority in _NOTICE_SOURCES:
            found[_NOTICE_SOURCES[one.authority], _category(year, one.policy)].append(one)
    rows = [
        (
            *key,
            sum(one.count for one in group),
            *(sum(one.count for one in group if one.outcome == word) for word in _OUTCOMES),
            _hours(pair for one in group for pair in one.minutes),
        )
        for key, group in sorted(found.items())
    ]
    return Part("notices", ("source", "category", "received", *_OUTCOMES, "median_hours"), tuple(rows))


_OUTCOMES: Final = ("upheld", "partly", "dismissed", "void", "open")


def _acted(year: Year, name: str, wanted: Callable[[Count], bool]) -> Part:
    """Restrictions of a kind by category, what was restricted, and what machines had to do with it."""
    found: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for one in year.decisions:
        if one.outcome == "restricted" and wanted(one):
            detected = "yes" if one.automated_detection else "no"
            found[one.category, _restriction(one), detected, one.automated_decision] += one.count
    rows = tuple((*key, number) for key, number in sorted(found.items()))
    return Part(
        name, ("category", "restriction", "automated_detection", "automated_decision", "decisions"), rows, sums=True
    )


def _restriction(one: Count) -> str:
    words = [*one.visibility]
    words += [f"ACCOUNT_{one.account}"] if one.account else []
    words += [f"SERVICE_{one.provision}"] if one.provision else []
    words += [f"MONETARY_{one.monetary}"] if one.monetary else []
    return "+".join(words) or "OTHER"


def _complaints(year: Year) -> Part:
    found: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for one in year.complaints:
        found[one.kind, one.party, one.ground].append(one)
    rows = []
    for key, group in sorted(found.items()):
        hours = median(pair for one in group for pair in one.hours)
        rows.append(
            (
                *key,
                sum(one.count for one in group),
                sum(one.count for one in group if one.outcome in _REVERSED),
                sum(one.count for one in group if one.outcome in _OPEN),
                None if hours is None else round(hours / 24, 2),
            )
        )
    columns = ("kind", "party", "ground", "received", "reversed", "open", "median_days")
    return Part("complaints", columns, tuple(rows))


def _misuse(year: Year) -> Part:
    rows = tuple((one.role, one.kind, one.count) for one in year.measures)
    return Part("misuse", ("role", "kind", "count"), rows)


def _tools(year: Year) -> Part:
    """The error rate is the share of what people dismissed among what they judged."""
    rows = tuple(
        (
            one.source,
            one.language or "unknown",
            one.found,
            one.right,
            one.wrong,
            None if not one.right + one.wrong else round(one.wrong / (one.right + one.wrong), 4),
        )
        for one in year.tools
    )
    return Part("automated_means", ("tool", "language", "found", "right", "wrong", "error_rate"), rows)


def _sums(year: Year, standings: dict[str, int]) -> Part:
    """What the parts add up to, beside the number of decisions and of statements: the same."""
    by_outcome: dict[str, int] = defaultdict(int)
    for one in year.decisions:
        by_outcome[one.outcome] += one.count
    rows: list[tuple[Any, ...]] = [("decisions", total(year))]
    rows += [(f"decisions_{name}", number) for name, number in sorted(by_outcome.items())]
    rows += [(f"statements_{name}", number) for name, number in sorted(standings.items())]
    rows.append(("statements", sum(standings.values())))
    return Part("sums", ("what", "count"), tuple(rows))
