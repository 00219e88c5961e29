"""What pages say: one catalogue a language, with plural forms, and dates and numbers as people write them.

The texts are ``locale/en*.toml`` and ``locale/fr*.toml``: groups of keys; ``{one = "…", other = "…"}`` where a number
decides. A page asks for a dotted key, ``t(KEY, name=value)``, or ``t.of(GROUP, word)`` where data names the word.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from markupsafe import Markup, escape

LANGUAGES: Final = ("en", "fr")
Text = str | Mapping[str, str]
_WEEK: Final = timedelta(days=7)
_AGO: Final[dict[str, Literal["narrow", "short"]]] = {"en": "narrow", "fr": "short"}  # 3m; 3 min
_PLURALS: Final = frozenset({"one", "other"})


@cache
def catalogue(language: str) -> Mapping[str, Text]:
    """Every text of a language by its dotted key; a text with plural forms is a mapping."""
    folder = files("perdure.web").joinpath("locale")
    found: dict[str, Text] = {}
    for name in sorted(file.name for file in folder.iterdir() if file.name.startswith(language)):
        text = folder.joinpath(name).read_text("utf-8")
        found |= dict(_flat("", tomllib.loads(_held_together(text) if language == "fr" else text)))
    return found


def _held_together(french: str) -> str:
    """French sets a space before high punctuation; no line may break there."""
    return re.sub(
        r"« | (?=[:»])", lambda found: found[0].replace(" ", "\u00a0"), re.sub(r" (?=[;!?])", "\u202f", french)
    )


def _flat(prefix: str, part: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    for name, value in part.items():
        if isinstance(value, str) or set(value) == _PLURALS:
            yield prefix + name, value
        else:
            yield from _flat(f"{prefix}{name}.", value)


class Words(msgspec.Struct, frozen=True):
    """A language at an instant (``now`` in ms since the epoch), ready for templates."""

    language: str
    now: int

    def __call__(self, key: str, /, **values: Any) -> str:
        """The text of a key with its values filled in. ``n`` chooses the plural form; numbers are written for people.

        A value that is markup makes the whole text markup, with everything else escaped. Raises KeyError.
        """
        text = catalogue(self.language)[key]
        if not isinstance(text, str):
            form = self._locale.plural_form(values["n"])
            text = text.get(form) or text["other"]
        if not values:
            return text
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        if any(isinstance(value, Markup) for value in shown.values()):
            return escape(text).format(**shown)
        return text.format(**shown)

    def of(self, group: str, name: str, /, **values: Any) -> str:
        """The text of a word that data names, from a group that is kept for it. Raises KeyError."""
        return self(f"{group}.{name}", **values)

    def has(self, group: str, name: str) -> bool:
        """Whether a group knows a word."""
        return f"{group}.{name}" in catalogue(self.language)

    @property
    def _locale(self) -> Locale:
        return _locale(self.language)

    def number(self, value: int) -> str:
        """A number with its thousands apart."""
        return format_decimal(value, locale=self._locale)

    def tenths(self, value: float) -> str:
        """A number with one digit after the comma."""
        return format_decimal(value, format="#,##0.0", locale=self._locale)

    def percent(self, value: int) -> str:
        """A share in hundredths."""
        return format_percent(value / 100, locale=self._locale)

    def short(self, value: int) -> str:
        """A count that fits beside an icon: 1.2K."""
        if value < 1000:
            return str(value)
        leading = value / 1000 ** ((len(str(value)) - 1) // 3)
        return format_compact_decimal(value, locale=self._locale, fraction_digits=1 if leading < 100 else 0)

    def size(self, count: int) -> str:
        """A number of bytes with the unit that leaves one to three digits before the comma."""
        value, unit = float(count), "b"
        for larger in ("kb", "mb", "gb", "tb"):
            if value < 1000:
                break
            value, unit = value / 1000, larger
        shown = format_decimal(round(value, 1 if value < 10 and unit != "b" else 0), locale=self._locale)
        return self.of("units", unit, size=shown)

    def ago(self, ms: int) -> str:
        """How long ago something was, up to a week; its date after that."""
        then = _instant(ms)
        since = _instant(self.now) - then
        if since < timedelta(0) or since >= _WEEK:
            return self.day(ms)
        if since < timedelta(minutes=1):
            return self("time.now")
        return format_timedelta(since, locale=self._locale, format=_AGO[self.language], threshold=1)

    def lasting(self, seconds: int) -> str:
        """A length of time, in words."""
        return format_timedelta(timedelta(seconds=seconds), locale=self._locale, threshold=1)

    def since(self, ms: int) -> str:
        """How long ago something was, in a sentence; its date after a week."""
        past = _instant(ms) - _instant(self.now)
        if abs(past) >= _WEEK:
            return self.day(ms)
        if past > -timedelta(minutes=1):
            return self("time.now")
        return format_timedelta(past, locale=self._locale, threshold=1, add_direction=True)

    def until(self, ms: int) -> str:
        """How long something still lasts, in words."""
        return format_timedelta(_instant(ms) - _instant(self.now), locale=self._locale, threshold=1)

    def day(self, ms: int) -> str:
        """A date, without its year while that year lasts."""
        then = _instant(ms)
        if then.year == _instant(self.now).year:
            return format_skeleton("MMMd", then, locale=self._locale)
        return format_date(then, "medium", locale=self._locale)

    def weekday(self, ms: int) -> str:
        """The day of the week."""
        return format_date(_instant(ms), "EEEE", locale=self._locale)

    def month(self, ms: int) -> str:
        """A month and its year."""
        return format_skeleton("yMMMM", _instant(ms), locale=self._locale)

    def exact(self, ms: int) -> str:
        """A date and a time of day, in UTC."""
        then = _instant(ms)
        return (
            f"{format_date(then, 'long', locale=self._locale)}, {format_time(then, 'short', locale=self._locale)} UTC"
        )

    def iso(self, ms: int) -> str:
        """An instant as machines read it."""
        return _instant(ms).isoformat(timespec="seconds").replace("+00:00", "Z")


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
