"""From a finding to what is done about it: score, severity of the house rule, and trust in the author."""

import hashlib
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final, Literal, get_args

import msgspec

from perdure.kernel.errors import Invalid
from perdure.signals.model import Action

Trust = Literal["new", "known", "trusted"]
ORDER: Final[tuple[Action, ...]] = get_args(Action)
_HOLDS: Final = frozenset({"hold_review", "auto_hold"})
_DAY_MS: Final = 86_400_000
_MOST_DELAY_S: Final = 86_400


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From when on an account is trusted: age in days, posts, followers."""

    days: int
    posts: int
    followers: int


class Levels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The least score (0 to 1) for each action, by trust."""

    new: dict[Action, float]
    known: dict[Action, float]
    trusted: dict[Action, float]

    def of(self, trust: Trust) -> dict[Action, float]:
        """The line for one trust."""
        found: dict[Action, float] = getattr(self, trust)
        return found


class Matrix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of the action matrix. ``severity`` is keyed by 0 to 3, ``ceiling`` by source."""

    version: int
    delay_s: int
    severity: dict[int, Levels]
    trust: dict[Literal["known", "trusted"], Known]
    ceiling: dict[str, Action]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the matrix is asked about. ``may_hold`` is False for short texts, likeness, and words run together."""

    source: str
    severity: int
    score: float
    may_hold: bool
    asked: Action = "auto_hold"  # what a rule asks for at most


def packaged_text() -> str:
    """The matrix that a new site starts with, as TOML."""
    return resources.files("perdure.signals").joinpath("matrix.toml").read_text("utf-8")


def digest(text: str) -> str:
    """SHA-256 of a matrix as written: what a decision names beside the version."""
    return hashlib.sha256(text.encode()).hexdigest()


def parse(text: str) -> Matrix:
    """Read a matrix. Raises Invalid that names what is wrong and where."""
    try:
        raw: dict[str, Any] = tomllib.loads(text)
        severity = {int(key): value for key, value in raw.get("severity", {}).items()}
        matrix = msgspec.convert(raw | {"severity": severity}, Matrix)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise Invalid(f"The action matrix cannot be read: {error}") from None
    _check(matrix)
    return matrix


def _check(matrix: Matrix) -> None:
    if set(matrix.severity) != {0, 1, 2, 3}:
        raise Invalid("The action matrix needs a table for each severity: 0, 1, 2 and 3")
    if set(matrix.trust) != {"known", "trusted"}:
        raise Invalid("The action matrix must say under [trust] who is known and who is trusted")
    if not 0 <= matrix.delay_s <= _MOST_DELAY_S:
        raise Invalid("The action matrix: delay_s must lie between 0 and 86400")
    for severity, levels in matrix.severity.items():
        for trust in get_args(Trust):
            _check_line(severity, trust, levels.of(trust))


def _check_line(severity: int, trust: Trust, line: Mapping[Action, float]) -> None:
    where = f"The action matrix: severity {severity}, {trust}"
    if any(not 0 < least <= 1 for least in line.values()):
        raise Invalid(f"{where}: a least score must be above 0 and at most 1")
    if "publish" in line:
        raise Invalid(f"{where}: publish needs no score")
    if severity > 0 and "auto_hold" in line:
        raise Invalid(f"{where}: only severity 0 may be held without a look (I12)")
    ordered = [line[action] for action in ORDER if action in line]
    if ordered != sorted(ordered):
        raise Invalid(f"{where}: a stronger action needs at least the score of a milder one")


def trust_of(matrix: Matrix, *, age_ms: int, posts: int, followers: int, struck: bool) -> Trust:
    """How well an author is known. Whoever broke a rule lately starts anew."""
    if struck:
        return "new"
    for level in ("trusted", "known"):
        least = matrix.trust[level]
        if age_ms >= least.days * _DAY_MS and posts >= least.posts and followers >= least.followers:
            return level
    return "new"


def action_of(matrix: Matrix, evidence: Evidence, trust: Trust) -> Action:
    """The strongest action that the score reaches and that the source, the rule and the finding allow."""
    line = matrix.severity[evidence.severity].of(trust)
    most = min(
        ORDER.index(matrix.ceiling.get(evidence.source, "queue")),
        ORDER.index(evidence.asked),
    )
    chosen: Action = "publish"
    for action in ORDER[1 : most + 1]:
        if action in _HOLDS and not evidence.may_hold:
            break
        if evidence.score >= line.get(action, 2.0):
            chosen = action
    return chosen


def strongest(actions: list[Action]) -> Action:
    """Of several actions the one that counts."""
    return max(actions, key=ORDER.index, default="publish")
