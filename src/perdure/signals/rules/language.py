"""The language of rules: expressions over a text's views and what is known of its author (docs/adr/0009).

A program is assignments, each name once, and one expression at the end. It has no loops, no attributes, no names but
its own and those below, and is checked against a list of allowed syntax before anything of it runs: nothing is ever
handed to ``eval``. It is compiled to closures.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import regex

from perdure.kernel.errors import Invalid
from perdure.signals.rules.menace import menace
from perdure.signals.rules.normalise import Views
from perdure.signals.rules.phrases import Phrases, commonness, sentences, sequence, telling, walk

LONGEST_PROGRAM: Final = 4000
LONGEST_PATTERN: Final = 300
_DEEPEST: Final = 30
PATIENCE_S: Final = 0.01
"""How long one regular expression may look at one text before it counts as not found."""
_NESTED: Final = regex.compile(r"\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)[+*{]")
_FACTS: Final = {
    "age_days": 0,
    "followers": 0,
    "posts": 0,
    "mentions": 0,
    "links": 0,
    "link_blocked": False,
    "link_warned": False,
    "link_age_days": 9999,
    "link_removed_share": 0.0,
    "by_author_minute": 0,
    "by_author": 0,
    "at_target": 0,
    "with_tag": 0,
    "with_link": 0,
    "is_reply": False,
    "quoted": False,
    "length": 0,
}


class Facts(dict[str, Any]):
    """What is known beside the text, by the names that rules use; what is not known has its plain default.

    ``later`` are facts that cost something: each is asked for when a rule first wants to know it.
    """

    def __init__(
        self, known: Mapping[str, Any] | None = None, later: Mapping[str, Callable[[], Any]] | None = None
    ) -> None:
        """``known`` is copied; of other facts also what they would ask for later."""
        super().__init__(known or {})
        self.later: Mapping[str, Callable[[], Any]] = later or (known.later if isinstance(known, Facts) else {})

    def __missing__(self, name: str) -> Any:
        found = self[name] = self.later[name]() if name in self.later else _FACTS[name]
        return found


class Seen(NamedTuple):
    """What a program looks at."""

    views: Views
    padded: str  # the folded words, a space at both ends
    tokens: list[str]
    facts: Facts
    fired: list[str]  # the folded words that made it hit


Test = Callable[[Seen], Any]


class Program(NamedTuple):
    """A compiled rule. ``needs``: one of these words, or pieces of joined text, must be there; None: run always."""

    test: Test
    needs: frozenset[str] | None
    pieces: frozenset[str]
    timed_out: list[int]


class _Part(NamedTuple):
    test: Test
    needs: frozenset[str] | None = None
    pieces: frozenset[str] = frozenset()


_NONE: Final[frozenset[str]] = frozenset()
_ANY: Final = _Part(lambda _: True)


def compile_program(source: str, sets: dict[str, tuple[str, ...]]) -> Program:
    """Check a program and make it runnable. ``sets`` are lists of words by name. Raises Invalid with the line."""
    if len(source) > LONGEST_PROGRAM:
        raise Invalid(f"the expression has {len(source)} characters, at most {LONGEST_PROGRAM} are allowed")
    try:
        tree = ast.parse(source.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        raise Invalid(f"line {line}: this is not an expression ({getattr(error, 'msg', error)})") from None
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        raise Invalid("the last line must be the condition itself, not an assignment")
    compiler = _Compiler(sets)
    for statement in tree.body[:-1]:
        compiler.assign(statement)
    found = compiler.part(tree.body[-1].value)
    return Program(found.test, found.needs, found.pieces, compiler.timed_out)


class _Compiler:
    """Turns checked syntax into closures, and finds out which words a hit must contain."""

    def __init__(self, sets: dict[str, tuple[str, ...]]) -> None:
        self._sets = dict(sets)
        self._names: dict[str, _Part] = {}
        self.timed_out: list[int] = [0]
        self._depth = 0

    def assign(self, statement: ast.stmt) -> None:
        """One line ``name = …``."""
        plain = isinstance(statement, ast.Assign) and len(statement.targets) == 1
        if not plain or not isinstance(statement.targets[0], ast.Name):  # type: ignore[attr-defined]
            raise _refusal(statement, "only assignments may come before the condition")
        assert isinstance(statement, ast.Assign)
        assert isinstance(statement.targets[0], ast.Name)
        name = statement.targets[0].id
        if name in self._names or name in self._sets or name in _FACTS or name in _CALLS:
            raise _refusal(statement, f"{name} has a meaning already: a name is given once")
        if isinstance(statement.value, ast.Call) and self._called(statement.value) == "words":
            self._sets[name] = self._texts(statement.value)
        else:
            self._names[name] = self.part(statement.value)

    def part(self, node: ast.expr) -> _Part:
        """Any expression, up to a depth that no person writes."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _refusal(node, "this is nested too deeply: give parts of it a name")
        try:
            return self._part(node)
        finally:
            self._depth -= 1

    def _part(self, node: ast.expr) -> _Part:
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
            value = node.value
            return _Part(lambda _: value)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.BoolOp):
            return self._joined_by(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.part(node.operand).test
            return _Part(lambda seen: not _silently(inner, seen))
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._compare(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise _refusal(node, f"{type(node).__name__} is not part of the language of rules")

    def _name(self, node: ast.Name) -> _Part:
        if node.id in self._names:
            return self._names[node.id]
        if node.id in _FACTS:
            name = node.id
            return _Part(lambda seen: seen.facts[name])
        if node.id in self._sets:
            raise _refusal(node, f"{node.id} is a list of words: write has({node.id})")
        raise _refusal(node, f"{node.id} is not known here")

    def _joined_by(self, node: ast.BoolOp) -> _Part:
        parts = [self.part(value) for value in node.values]
        tests = tuple(part.test for part in parts)
        if isinstance(node.op, ast.And):
            narrow = [part for part in parts if part.needs is not None]
            least = min(narrow, key=lambda part: commonness(part.needs or _NONE) + len(part.pieces), default=_ANY)
            return _Part(lambda seen: all(test(seen) for test in tests), least.needs, least.pieces)
        pieces = frozenset().union(*(part.pieces for part in parts))
        if any(part.needs is None for part in parts):
            return _Part(lambda seen: any(test(seen) for test in tests))
        needs = frozenset().union(*(part.needs or frozenset() for part in parts))
        return _Part(lambda seen: any(test(seen) for test in tests), needs, pieces)

    def _compare(self, node: ast.Compare) -> _Part:
        act = _COMPARISONS.get(type(node.ops[0]))
        if act is None:
            raise _refusal(node, "compare with <, <=, >, >=, == or !=")
        left, right = self.part(node.left).test, self.part(node.comparators[0]).test
        return _Part(lambda seen: act(left(seen), right(seen)))

    def _called(self, node: ast.Call) -> str:
        if not isinstance(node.func, ast.Name):
            raise _refusal(node, "only the functions of the language can be called")
        return node.func.id

    def _call(self, node: ast.Call) -> _Part:
        name = self._called(node)
        make = _CALLS.get(name)
        if make is None:
            raise _refusal(node, f"there is no function {name}: known are {', '.join(sorted(_CALLS))}")
        return make(self, node)

    def has(self, node: ast.Call) -> _Part:
        """``has(words…)``: one of them is a word of the text."""
        wanted = frozenset(self._words(node))

        def test(seen: Seen) -> bool:
            found = next((token for token in seen.tokens if token in wanted), None)
            if found is not None:
                seen.fired.append(found)
            return found is not None

        return _Part(test, wanted)

    def phrase(self, node: ast.Call) -> _Part:
        """``phrase("going to", …)``: these words stand side by side."""
        phrases = tuple(f" {one} " for one in self._texts(node))
        needs = frozenset(max(one.split(), key=telling) for one in phrases)

        def test(seen: Seen) -> bool:
            found = next((one for one in phrases if one in seen.padded), None)
            if found is not None:
                seen.fired.append(found.strip())
            return found is not None

        return _Part(test, needs)

    def seq(self, node: ast.Call) -> _Part:
        """``seq(a, b, …, gap=2)``: a word of each list in this order, at most ``gap`` other words between two."""
        gap = self._number(node, "gap", 0)
        groups = tuple(frozenset(self._group(one)) for one in node.args)
        if len(groups) < 2:
            raise _refusal(node, "seq needs two lists of words or more")

        def test(seen: Seen) -> bool:
            found = walk(seen.tokens, groups, gap)
            if found is not None:
                seen.fired.append(" ".join(seen.tokens[found[0] : found[1] + 1]))
            return found is not None

        return _Part(test, min(groups, key=commonness))

    def said(self, node: ast.Call) -> _Part:
        """``said(a, b, …, gap=3, last=1)``: phrases in this order in one sentence, outside quotation marks, undenied.

        At most ``gap`` other words between two of them, ``last`` before the last one.
        """
        parts = tuple(Phrases(self._group(one)) for one in node.args)
        if not parts:
            raise _refusal(node, "said needs a list of phrases")
        gap = self._number(node, "gap", 3)
        last = self._number(node, "last", gap)

        def test(seen: Seen) -> bool:
            for tokens in _sentences(seen):
                if (found := sequence(tokens, parts, gap, last)) is not None:
                    seen.fired.append(" ".join(tokens[found[0] : found[1]]))
                    return True
            return False

        return _Part(test, min((part.needs for part in parts), key=commonness))

    def matches(self, node: ast.Call) -> _Part:
        """``matches("pattern")``: on the folded words."""
        return self._pattern(node, lambda seen: seen.views.words)

    def raw(self, node: ast.Call) -> _Part:
        """``raw("pattern")``: on the text as written."""
        return self._pattern(node, lambda seen: seen.views.raw)

    def joined(self, node: ast.Call) -> _Part:
        """``joined("killyou", …)``: in the text without spaces. Such a hit never holds anything."""
        pieces = frozenset(self._texts(node))
        if any(len(piece) < 5 for piece in pieces):
            raise _refusal(node, "a piece of joined text needs five letters or more: shorter ones are everywhere")

        def test(seen: Seen) -> bool:
            found = next((piece for piece in pieces if piece in seen.views.joined), None)
            if found is not None:
                seen.fired.append(found)
            return found is not None

        return _Part(test, frozenset(), pieces)

    def aimed(self, node: ast.Call) -> _Part:
        """``aimed()``: a verb of harm and somebody named, however it is spelt (the pattern of the trend guard)."""
        if node.args or node.keywords:
            raise _refusal(node, "aimed takes nothing")

        def test(seen: Seen) -> bool:
            found = menace(seen.views.raw)
            if found is not None:
                seen.fired.append(found)
            return found is not None

        return _Part(test)

    def _pattern(self, node: ast.Call, text_of: Callable[[Seen], str]) -> _Part:
        (source,) = self._texts(node, most=1)
        if len(source) > LONGEST_PATTERN:
            raise _refusal(node, f"a pattern may have {LONGEST_PATTERN} characters")
        if _NESTED.search(source):
            raise _refusal(node, "a repetition inside a repetition can take for ever: write it without")
        try:
            pattern = regex.compile(source, regex.IGNORECASE)
        except regex.error as error:
            raise _refusal(node, f"the pattern cannot be read: {error}") from None
        if pattern.search(""):
            raise _refusal(node, "the pattern matches nothing at all, and so everything")
        late = self.timed_out

        def test(seen: Seen) -> bool:
            try:
                found = pattern.search(text_of(seen), timeout=PATIENCE_S)
            except TimeoutError:
                late[0] += 1
                return False
            if found is not None:
                seen.fired.append(found[0])
            return found is not None

        return _Part(test)

    def _group(self, node: ast.expr) -> tuple[str, ...]:
        if isinstance(node, ast.Name) and node.id in self._sets:
            return self._sets[node.id]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return (node.value,)
        if isinstance(node, ast.Call) and self._called(node) == "words":
            return self._texts(node)
        raise _refusal(node, "this must be a list of words")

    def _words(self, node: ast.Call) -> tuple[str, ...]:
        found = tuple(word for one in node.args for word in self._group(one))
        if not found:
            raise _refusal(node, "name at least one word")
        return found

    def _texts(self, node: ast.Call, most: int = 500) -> tuple[str, ...]:
        values = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if not values or len(values) != len(node.args) or len(values) > most:
            raise _refusal(node, f"{self._called(node)} takes texts in quotes, {most} at most")
        return tuple(values)

    def _number(self, node: ast.Call, name: str, default: int) -> int:
        for keyword in node.keywords:
            value = keyword.value
            if keyword.arg == name and isinstance(value, ast.Constant) and isinstance(value.value, int):
                if 0 <= value.value <= 20:
                    return value.value
                raise _refusal(node, f"{name} must lie between 0 and 20")
        return default


_CALLS: Final[dict[str, Callable[[_Compiler, ast.Call], _Part]]] = {
    "has": _Compiler.has,
    "phrase": _Compiler.phrase,
    "said": _Compiler.said,
    "seq": _Compiler.seq,
    "matches": _Compiler.matches,
    "raw": _Compiler.raw,
    "joined": _Compiler.joined,
    "aimed": _Compiler.aimed,
}
_COMPARISONS: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}


def _sentences(seen: Seen) -> list[list[str]]:
    """The sentences of a text, worked out once."""
    found: list[list[str]] | None = seen.facts.get(_SENTENCES)
    if found is None:
        found = seen.facts[_SENTENCES] = sentences(seen.views)
    return found


_SENTENCES: Final = "sentences"


def _silently(test: Test, seen: Seen) -> Any:
    """What is asked in order to be denied is not what made the rule hit."""
    kept = len(seen.fired)
    found = test(seen)
    del seen.fired[kept:]
    return found


def _refusal(node: ast.stmt | ast.expr, says: str) -> Invalid:
    return Invalid(f"line {node.lineno}: {says}")
