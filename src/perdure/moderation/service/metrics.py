"""What the work of moderation looks like in figures: queue, inflow, times, precision, and who has fallen silent."""

from collections import defaultdict
from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.kernel.db import Row, Tx
from perdure.moderation.queries import metrics as queries
from perdure.moderation.queries.cases import numbers
from perdure.moderation.service import projections, watching
from perdure.posts import service as posts
from perdure.signals.service import findings

DAY_MS: Final = 86_400_000
_HOUR_MS: Final = 3_600_000
# A feed that brought at least so much a day, and nothing for a day, is called silent: by chance that happens once in
# 150 days at five a day.
_EXPECTED_A_DAY: Final = 5.0
_WEEK: Final = 7
# A classifier reads in the worker within seconds: so many posts later than this and unread, it is not reading.
_GRACE_MS: Final = 10 * 60_000
_UNREAD: Final = 50
OVERTURN_ALARM: Final = 0.10
"""More than a tenth of the appeals overturned."""
AUTOMATIC_ALARM: Final = 0.01
"""More than a hundredth of what machines restricted overturned."""


class QueueSize(msgspec.Struct, frozen=True):
    """Open cases of one severity; ``late`` are past their strictest deadline."""

    severity: int
    waiting: int
    human: int
    late: int
    oldest_s: int


class Times(msgspec.Struct, frozen=True):
    """How long something took, in seconds."""

    count: int
    p50_s: float
    p95_s: float
    p99_s: float


class Inflow(msgspec.Struct, frozen=True):
    """What came in within an hour; ``hour`` is its first millisecond."""

    hour: int
    severity: int
    found: int


class Source(msgspec.Struct, frozen=True):
    """What one source brought about one house rule. ``precision`` is None until something was decided."""

    source: str
    policy: str
    found: int
    right: int
    wrong: int
    precision: float | None


class Named(msgspec.Struct, frozen=True):
    """What one rule or model brought before people, and how often they agreed.

    ``share``: of all that machines brought.
    """

    name: str
    source: str
    hits: int
    share: float
    right: int
    wrong: int
    precision: float | None
    last_at: int


class Kept(msgspec.Struct, frozen=True):
    """How many clocks of one kind ended, how many too late, how long it took on average and might have taken."""

    obligation: str
    found: int
    late: int
    took_s: int = 0
    allowed_s: int = 0


class Deadlines(msgspec.Struct, frozen=True):
    """Deadlines of one kind that run: how many, how many of them have passed, and the nearest (ms)."""

    obligation: str
    running: int
    overdue: int
    next_at: int


class Appeals(msgspec.Struct, frozen=True):
    """Decided appeals. ``agreement``: share of blind first reads that agree with the first decision."""

    decided: int
    overturned: int
    automatic_overturned: int
    automatic: int
    agreement: float | None
    median_s: float | None


class Alarm(msgspec.Struct, frozen=True):
    """Something that somebody has to look at. ``kind``: clocks, silent, overturns, late and so on."""

    kind: str
    about: str
    figure: float


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """Everything at once, for the last ``days``."""

    days: int
    queue: tuple[QueueSize, ...]
    inflow: tuple[Inflow, ...]  # of the last day, by hour
    to_action: dict[int, Times]  # by severity, receipt to decision
    to_action_by_people: dict[int, Times]
    handling: Times | None
    sources: tuple[Source, ...]
    rules: tuple[Named, ...]
    clocks: tuple[Kept, ...]
    appeals: Appeals
    alarms: tuple[Alarm, ...]


def metrics_in(tx: Tx, staff_id: int, days: int = 7) -> Metrics:
    """The figures of the last days (1 to 90). Asks for ``view_dashboard``. A long read."""
    accounts.authorise_in(tx, staff_id, "view_dashboard")
    span = max(1, min(days, 90))
    since = tx.now - span * DAY_MS
    rows, held, appeals = queries.times(tx, since), queries.held(tx, since), _appeals_in(tx, since)
    sizes = sizes_in(tx)
    return Metrics(
        days=span,
        queue=sizes,
        inflow=tuple(Inflow(row.hour, row.severity, row.found) for row in queries.inflow(tx, tx.now - DAY_MS)),
        to_action=_by_severity(rows),
        to_action_by_people=_by_severity([row for row in rows if not row.automated]),
        handling=times_of(held) if held else None,
        sources=tuple(map(_source, queries.sources(tx, since))),
        rules=tuple(named_in(tx, since)),
        clocks=tuple(map(_kept, queries.clocks(tx, since))),
        appeals=appeals,
        alarms=_alarms_in(tx, sizes, appeals),
    )


def alarms_in(tx: Tx) -> tuple[Alarm, ...]:
    """Everything that somebody has to look at, by the figures of the last week. A long read."""
    return _alarms_in(tx, sizes_in(tx), _appeals_in(tx, tx.now - _WEEK * DAY_MS))


def _alarms_in(tx: Tx, sizes: tuple[QueueSize, ...], appeals: Appeals) -> tuple[Alarm, ...]:
    return (*_still_in(tx), *silent_in(tx), *_silent_rules(tx), *_alarms(sizes, appeals), *_repairs_in(tx))


def _kept(row: Row) -> Kept:
    took, allowed = round(float(row.took) / 1000), round(float(row.allowed) / 1000)
    return Kept(row.obligation, row.found, int(row.late), took, allowed)


def deadlines_in(tx: Tx) -> list[Deadlines]:
    """Deadlines that run, by obligation, for figures that are watched; who may see them is not asked."""
    return [Deadlines(row.obligation, row.running, int(row.overdue), row.next_at) for row in queries.deadlines(tx)]


def _still_in(tx: Tx) -> list[Alarm]:
    since = watching.still_since_in(tx)
    return [] if since is None else [Alarm("clocks", "worker", round((tx.now - since) / 60_000, 1))]


def sizes_in(tx: Tx) -> tuple[QueueSize, ...]:
    """The queue by severity, the gravest first; every severity, also an empty one."""
    found = {row.severity: row for row in queries.sizes(tx)}
    return tuple(_size(severity, found.get(severity), tx.now) for severity in range(4))


def _size(severity: int, row: Row | None, now: int) -> QueueSize:
    if row is None:
        return QueueSize(severity, 0, 0, 0, 0)
    return QueueSize(severity, row.waiting, int(row.human), int(row.late or 0), (now - row.oldest) // 1000)


def silent_in(tx: Tx) -> tuple[Alarm, ...]:
    """Sources of intakes that used to speak every day and have said nothing for a day; a classifier that stopped."""
    rows = queries.feeds(tx, tx.now - (_WEEK + 1) * DAY_MS, tx.now - DAY_MS)
    found = [
        Alarm("silent", row.feed, round((tx.now - row.last_at) / _HOUR_MS, 1))
        for row in rows
        if row.recent == 0 and row.found / _WEEK >= _EXPECTED_A_DAY
    ]
    return (*found, *_silent_classifier(tx))


def _silent_rules(tx: Tx) -> list[Alarm]:
    """Rules and models by name, as far as what they find comes before people."""
    named = named_in(tx, tx.now - (_WEEK + 1) * DAY_MS)
    return [
        Alarm("silent", one.name, round((tx.now - one.last_at) / _HOUR_MS, 1))
        for one in named
        if tx.now - one.last_at > DAY_MS and one.hits / _WEEK >= _EXPECTED_A_DAY
    ]


def _silent_classifier(tx: Tx) -> list[Alarm]:
    """A classifier that read before and reads nothing any more, though people write."""
    last_at = findings.last_score_at_in(tx)
    if last_at is None or posts.made_between_in(tx, last_at + _GRACE_MS, tx.now) < _UNREAD:
        return []
    return [Alarm("silent", "classifier", round((tx.now - last_at) / _HOUR_MS, 1))]


def named_in(tx: Tx, since: int) -> list[Named]:
    """What each rule and model brought before people since an instant, by name. A long read; who may is not asked."""
    rows = [(row, numbers(row.signal_ids_json)) for row in queries.flags(tx, since)]
    known = {one.id: one for one in findings.signals_in(tx, tuple({one for _, ids in rows for one in ids}))}
    brought: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row, ids in rows:
        for name in {(known[one].name, known[one].source) for one in ids if one in known}:
            brought[name].append(row)
    return [_named(name, source, found, len(rows)) for (name, source), found in sorted(brought.items())]


def _named(name: str, source: str, rows: list[Row], total: int) -> Named:
    right = sum(row.outcome in {"upheld", "partly"} for row in rows)
    wrong = sum(row.outcome == "dismissed" for row in rows)
    precision = round(right / (right + wrong), 4) if right + wrong else None
    last_at = max(row.received_at for row in rows)
    return Named(name, source, len(rows), round(len(rows) / total, 4), right, wrong, precision, last_at)


def _alarms(sizes: tuple[QueueSize, ...], appeals: Appeals) -> list[Alarm]:
    found = [Alarm("late", f"sev-{size.severity}", size.late) for size in sizes if size.late]
    if appeals.decided and (rate := appeals.overturned / appeals.decided) > OVERTURN_ALARM:
        found.append(Alarm("overturns", "appeals", round(rate, 4)))
    if appeals.automatic and (rate := appeals.automatic_overturned / appeals.automatic) > AUTOMATIC_ALARM:
        found.append(Alarm("automatic_overturns", "automatic decisions", round(rate, 4)))
    return found


def _repairs_in(tx: Tx) -> list[Alarm]:
    found = projections.differences_in(tx)
    return [Alarm("projection", found[-1].about, len(found))] if found else []


def _by_severity(rows: list[Row]) -> dict[int, Times]:
    grouped: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        grouped[row.severity].append(row.took)
    return {severity: times_of(took) for severity, took in sorted(grouped.items())}


def times_of(took_ms: list[int]) -> Times:
    """Percentiles by nearest rank, in seconds."""
    ordered = sorted(took_ms)

    def at(share: float) -> float:
        return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)] / 1000

    return Times(len(ordered), at(0.5), at(0.95), at(0.99))


def _source(row: Row) -> Source:
    judged = int(row.right) + int(row.wrong)
    precision = round(int(row.right) / judged, 4) if judged else None
    return Source(row.source, row.policy or "", row.found, int(row.right), int(row.wrong), precision)


def _appeals_in(tx: Tx, since: int) -> Appeals:
    rows = queries.appeals(tx, since)
    overturned = [row for row in rows if row.state in {"overturned", "partly"}]
    reads = [row for row in rows if row.read_verdict in {"violation", "no_violation"}]
    agreeing = [row for row in reads if (row.read_verdict == "no_violation") == (row.outcome == "no_violation")]
    waits = [row.decided_at - row.created_at for row in rows]
    return Appeals(
        decided=len(rows),
        overturned=len(overturned),
        automatic_overturned=sum(row.automated_decision == "fully" for row in overturned),
        automatic=queries.automatic(tx, since),
        agreement=round(len(agreeing) / len(reads), 4) if reads else None,
        median_s=times_of(waits).p50_s if waits else None,
    )
