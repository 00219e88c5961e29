"""What a row of the register may say, and the rows that a release brings (``obligations.toml``). Pure."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from typing import Any, Final, get_args

import msgspec

from perdure.moderation.model.obligations import Ends, Obligation, Pause, Resume, Scope, Start
from perdure.moderation.rules import hours
from perdure.moderation.rules.hours import Length
from perdure.moderation.rules.statements import Faults

KEY: Final = re.compile(r"[a-z][a-z0-9_]{1,30}(?:\.[a-z0-9_]{1,40}){1,2}")
AUTHORITIES: Final = frozenset(
    {"user", "no_account", "article_16", "trusted_flagger", "provider", "member_state", "court"}
)
PROVIDER: Final = "provider.notice"
_TITLE_MOST: Final = 200
_SOURCE_MOST: Final = 500


@cache
def packaged() -> Mapping[str, Obligation]:
    """The rows that this release brings, by key."""
    text = resources.files("perdure.moderation").joinpath("obligations.toml").read_text("utf-8")
    rows = msgspec.convert(tomllib.loads(text)["obligation"], list[dict[str, Any]])
    return {one.key: one for one in (read(row) for row in rows)}


def read(row: Mapping[str, Any]) -> Obligation:
    """A row as TOML or JSON gives it. Raises Invalid, the fields named."""
    faults = Faults()
    try:
        found = msgspec.convert(dict(row), Obligation)
    except msgspec.ValidationError as error:
        faults.add("obligation", "ERR_INVALID", f"cannot be read: {error}"[:300])
        faults.refuse()
        raise
    check(found)
    return found


def check(one: Obligation) -> None:
    """Raise Invalid, every field named, for a row that says what cannot be."""
    faults = Faults()
    faults.unless(KEY.fullmatch(one.key), "key", "ERR_INVALID", "is like provider.name: lower case, one or two dots")
    for locale in ("en", "fr"):
        faults.unless(one.title.get(locale, "").strip(), "title", "ERR_BLANK", f"can't be blank in {locale}")
    faults.unless(all(len(text) <= _TITLE_MOST for text in one.title.values()), "title", "ERR_TOO_LONG", "is too long")
    faults.unless(one.source.strip(), "source", "ERR_BLANK", "can't be blank: where does it say so?")
    faults.unless(len(one.source) <= _SOURCE_MOST, "source", "ERR_TOO_LONG", "is too long")
    faults.unless(_is_applies(one.applies), "applies", "ERR_INVALID", "is yes, no, or a day (YYYY-MM-DD)")
    for field, text in (("limit", one.limit), ("target", one.target)):
        faults.unless(not text or _length(text), field, "ERR_INVALID", "is a length of time such as PT24H, P14D, P6M")
    faults.unless(one.limit or one.target, "target", "ERR_BLANK", "can't be blank where there is no limit")
    faults.unless(set(one.authorities) <= AUTHORITIES, "authorities", "ERR_INCLUSION", "is not included in the list")
    faults.unless(set(one.severities) <= {0, 1, 2, 3}, "severities", "ERR_INCLUSION", "is not included in the list")
    _check_hours(faults, one)
    faults.refuse()


def _check_hours(faults: Faults, one: Obligation) -> None:
    if one.hours is None:
        return
    said = "needs a known zone, days (mon to sun), from before to (HH:MM), and holidays as YYYY-MM-DD"
    try:
        hours.check(one.hours)
    except (ValueError, TypeError):
        faults.add("hours", "ERR_INVALID", said)
        return
    for text in (one.limit, one.target):
        length = _length(text)
        faults.unless(length is None or not length.months, "limit", "ERR_INVALID", "counts no months in office hours")


def _is_applies(text: str) -> bool:
    return text in {"yes", "no"} or _day(text) is not None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _length(text: str) -> Length | None:
    try:
        return hours.parse(text)
    except ValueError:
        return None


def applies_at(one: Obligation, at: int) -> bool:
    """Whether an obligation binds at an instant (ms)."""
    day = _day(one.applies)
    if day is None:
        return one.applies == "yes"
    return at >= int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def length_of(one: Obligation) -> Length:
    """How long its clock runs: the limit, or what the house gives itself where there is none."""
    return hours.parse(one.limit or one.target)


def for_authority(rows: Mapping[str, Obligation], authority: str) -> list[Obligation]:
    """The obligations whose clocks a letter of an authority starts by itself."""
    return [one for one in rows.values() if authority in one.authorities and one.scope == "case"]


CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "start": get_args(Start),
    "ends": get_args(Ends),
    "pause": get_args(Pause),
    "resume": get_args(Resume),
    "scope": get_args(Scope),
}
"""What the fields of a row may hold that hold one of a few words."""
