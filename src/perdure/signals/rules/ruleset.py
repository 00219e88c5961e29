"""Rules as files: what one says, the index by which a text meets only the rules it can hit, and what refuses a rule."""

import hashlib
import re
import time
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from perdure.kernel.errors import Invalid
from perdure.signals.model import Action
from perdure.signals.rules.language import Facts, Program, Seen, compile_program
from perdure.signals.rules.normalise import Views, may_hold, views

STARTER: Final = Path(__file__).parent.parent / "starter"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,60}")
_QUOTES: Final = re.compile(r"[\"“”«»„]|^\s*>|‘[^’]+’", re.MULTILINE)
_TOO_MANY: Final = 0.05
"""Share of harmless texts from which on a rule matches too much to be used."""
_TOO_SLOW_S: Final = 0.005
_HARD: Final = ("a" * 4000, "kill " * 800, "ab" * 2000 + "!", "1" * 4000, "x y " * 1000)


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A test of a rule: a text, what is known beside it, and whether it must hit."""

    text: str
    expect: str
    facts: dict[str, Any] = {}


class Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as written in a file. ``score`` is the share of hits its owner expects to be right."""

    name: str
    version: int
    owner: str
    policy: str
    severity: int
    action: Action
    description: str
    when: str
    score: float
    languages: tuple[str, ...] = ()
    test: tuple[Example, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[Written, ...]
    sets: dict[str, tuple[str, ...]] = {}


class Rule(NamedTuple):
    """A rule that can run. ``digest`` names exactly this text of it."""

    written: Written
    program: Program
    digest: str
    place: str  # file it stands in

    @property
    def joined_only(self) -> bool:
        """Whether it looks at nothing but run-together text, which never holds."""
        return bool(self.program.pieces) and not self.program.needs


class Hit(NamedTuple):
    """A rule that fired, and the folded words that made it."""

    rule: Rule
    fired: tuple[str, ...]
    may_hold: bool


def read_file(path: Path) -> list[Rule]:
    """The rules of a file, compiled anew only where it changed. Raises Invalid that names file, rule and line."""
    try:
        facts = path.stat()
    except OSError as error:
        raise Invalid(f"{path.name}: {error.strerror}") from None
    return list(_compiled(path, facts.st_mtime_ns, facts.st_size))


@lru_cache(maxsize=256)
def _compiled(path: Path, _changed_ns: int, _size: int) -> tuple[Rule, ...]:
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(f"{path.name}: {error}") from None
    return tuple(_made(written, found.sets, path.name) for written in found.rule)


def _made(written: Written, sets: dict[str, tuple[str, ...]], place: str) -> Rule:
    where = f"{place}: rule {written.name}"
    if not _NAME.fullmatch(written.name):
        raise Invalid(f"{where}: a name has small letters, digits and hyphens")
    if not 0 <= written.severity <= 3 or not 0 < written.score <= 1:
        raise Invalid(f"{where}: severity is 0 to 3, score above 0 and at most 1")
    if not written.test or not {"hit", "miss"} >= {one.expect for one in written.test}:
        raise Invalid(f'{where}: write at least one [[rule.test]] with expect = "hit" or "miss"')
    try:
        program = compile_program(written.when, sets)
    except Invalid as error:
        raise Invalid(f"{where}: {error.public}") from None
    digest = hashlib.sha256(msgspec.json.encode([msgspec.to_builtins(written), sets], order="sorted")).hexdigest()
    return Rule(written, program, digest, place)


def read_folders(folders: Iterable[Path]) -> list[Rule]:
    """Every rule of every file. Raises Invalid where two have one name."""
    found: dict[str, Rule] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            for rule in read_file(path):
                if (other := found.get(rule.written.name)) is not None:
                    raise Invalid(f"{path.name}: there is a rule {rule.written.name} already, in {other.place}")
                found[rule.written.name] = rule
    return list(found.values())


def seen_of(text: str, facts: Facts | None = None, seen_views: Views | None = None) -> Seen:
    """What programs look at."""
    found = seen_views or views(text)
    known = Facts(facts)
    known["quoted"] = known.get("quoted", False) or bool(_QUOTES.search(found.raw))
    known["length"] = len(found.raw)
    return Seen(found, f" {found.words} ", found.tokens, known, [])


class Ruleset:
    """Rules that are switched on, behind an index from a word to the rules that need it."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self.always = tuple(rule for rule in self.rules if rule.program.needs is None)
        self._by_word: dict[str, list[int]] = {}
        pieces: dict[str, list[int]] = {}
        for place, rule in enumerate(self.rules):
            for word in rule.program.needs or ():
                self._by_word.setdefault(word, []).append(place)
            for piece in rule.program.pieces:
                pieces.setdefault(piece, []).append(place)
        self._words = self._by_word.keys()
        self._pieces = pieces
        self._any_piece = re.compile("|".join(map(re.escape, pieces))) if pieces else None

    def hits(self, seen: Seen) -> Iterator[Hit]:
        """Rules that fire on a text."""
        places: set[int] = set()
        words = set(seen.tokens)
        if "@" in seen.padded:
            words.add("@")
        for word in self._words & words:
            places.update(self._by_word[word])
        if self._any_piece is not None and self._any_piece.search(seen.views.joined):
            for piece, which in self._pieces.items():
                if piece in seen.views.joined:
                    places.update(which)
        for rule in (*(self.rules[place] for place in sorted(places)), *self.always):
            if (hit := run(rule, seen)) is not None:
                yield hit


def run(rule: Rule, seen: Seen) -> Hit | None:
    """One rule on one text."""
    seen.fired.clear()
    if not rule.program.test(seen):
        return None
    return Hit(rule, tuple(dict.fromkeys(seen.fired)), may_hold(seen.views) and not rule.joined_only)


def check(rule: Rule, benign: Iterable[str]) -> list[str]:
    """What speaks against a rule: its own tests, texts it must leave alone, and the time it takes. Empty: nothing."""
    said = [_disagreement(rule, one) for one in rule.written.test]
    texts = list(benign)
    caught = [text for text in texts if run(rule, seen_of(text)) is not None]
    if texts and len(caught) / len(texts) > _TOO_MANY:
        share = round(100 * len(caught) / len(texts))
        said.append(f"it hits {share} % of harmless texts, for example: {caught[0][:60]}")
    for text in _HARD:
        seen = seen_of(text)
        began = time.perf_counter()
        run(rule, seen)
        if time.perf_counter() - began > _TOO_SLOW_S and rule.program.timed_out[0]:
            said.append("a pattern takes too long on a long text: make it simpler, or anchor it to a word")
            break
    return [f"{rule.place}: rule {rule.written.name}: {one}" for one in said if one]


def _disagreement(rule: Rule, example: Example) -> str:
    found = run(rule, seen_of(example.text, Facts(example.facts))) is not None
    if found == (example.expect == "hit"):
        return ""
    return f"it {'hits' if found else 'misses'} a text of its own tests: {example.text[:80]}"
