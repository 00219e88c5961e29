"""The pages of a kit and of its shares: what stands on them, in which order."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from perdure.continuity.model.kit import Kit
from perdure.continuity.model.paper import (
    Blanks,
    Block,
    Facts,
    Heading,
    Paragraph,
    Part,
    Sheet,
    Squares,
    Steps,
    Title,
    WordList,
)
from perdure.continuity.rules import keys, shares
from perdure.continuity.rules import kit as rules
from perdure.continuity.rules.kit_words import LANGUAGES

TEST: Final = "perdure kit test --kit kit.txt"


class Pages:
    """Writes the pages of one kit. ``holders`` are the trustees' names; ``release`` is the Perdure that makes them."""

    def __init__(self, kit: Kit, language: str, release: str, holders: Sequence[str] = ()) -> None:
        self._kit = kit
        self._words = LANGUAGES[language]
        self._holders = tuple(holders)
        self._facts: dict[str, Any] = {
            "site": next(iter(kit.domains), kit.site_id[:8]),
            "number": number_of(kit.root),
            "release": release,
            "needed": kit.needed,
            "count": len(holders),
        }

    def kit(self) -> list[Sheet]:
        """The kit's two pages."""
        return [self._sheet(1, self._first()), self._sheet(2, self._second())]

    def share(self, number: int, words: str) -> Sheet:
        """The page of one trustee, counted from 1."""
        here = {**self._facts, "n": number}
        command = _combine(self._kit, [number, *(n for n in range(1, len(self._holders) + 1) if n != number)])
        steps = ((self._say("call"), ""), (self._say("words", **here), ""), (self._say("together"), command))
        squares = [(self._say("share_square"), f"{shares.PREFIX} {words} *"), *self._squares()]
        parts = (
            Title(self._say("share", **here)),
            Paragraph(self._say("trust"), warning=True),
            Facts(self._holder_facts(number)),
            Heading(self._say("the_words")),
            WordList(tuple(words.split()), shares.PREFIX),
            Heading(self._say("asked")),
            Steps((*steps, (self._say("after"), ""))),
            Squares(tuple(squares)),
        )
        return Sheet(parts, self._say("share_foot", **here))

    def _sheet(self, page: int, parts: tuple[Part, ...]) -> Sheet:
        return Sheet(parts, self._say("foot", page=page, pages=2))

    def _first(self) -> tuple[Part, ...]:
        warning = self._say("shared" if self._holders else "whole")
        return (
            Title(self._say("kit")),
            Paragraph(warning, warning=True),
            Facts(self._kit_facts()),
            Heading(self._say("gone")),
            Steps(self._steps()),
            Squares(tuple(self._squares())),
        )

    def _second(self) -> tuple[Part, ...]:
        identity: tuple[Part, ...] = ()
        if self._kit.master:
            identity = (Paragraph(self._say("age")), Block((keys.recovery_identity(self._kit.master),)))
        return (
            Heading(self._say("typed")),
            Paragraph(self._say("typing")),
            Block(tuple(rules.lines(self._kit)), rules.PREFIX),
            Heading(self._say("bare")),
            Paragraph(self._say("inside")),
            *identity,
            Paragraph(self._say("root")),
            Block((self._kit.root,)),
            Heading(self._say("kept")),
            Blanks((self._say("place"), self._say("tested"), self._say("tested"), self._say("tested"))),
        )

    def _steps(self) -> tuple[tuple[str, str], ...]:
        combine = _combine(self._kit, range(1, len(self._holders) + 1))
        whole = "whole.txt" if self._holders else "kit.txt"
        return (
            (self._say("machine"), ""),
            (self._say("file"), ""),
            *(((self._say("combine"), combine),) if self._holders else ()),
            (self._say("test"), TEST.replace("kit.txt", whole)),
            (self._say("type"), self._kit.command.replace("kit.txt", whole)),
            (self._say("dns"), ""),
        )

    def _kit_facts(self) -> tuple[tuple[str, str], ...]:
        kit = self._kit
        found = (
            ("site", ", ".join(kit.domains)),
            ("number", self._facts["number"]),
            ("made", datetime.fromtimestamp(kit.made_at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")),
            ("begin", f"{kit.store.name}: {kit.store.url}"),
            ("others", ", ".join(kit.stores)),
            ("lifeboats", ", ".join(kit.lifeboats)),
            ("trustees", ", ".join(self._holders)),
        )
        return tuple((self._say(name), value) for name, value in found if value)

    def _holder_facts(self, number: int) -> tuple[tuple[str, str], ...]:
        others = [name for place, name in enumerate(self._holders, 1) if place != number]
        return (
            (self._say("holder"), self._holders[number - 1]),
            (self._say("rest"), ", ".join(others)),
            (self._say("site"), ", ".join(self._kit.domains)),
            (self._say("number"), self._facts["number"]),
        )

    def _squares(self) -> list[tuple[str, str]]:
        made = rules.squares(self._kit)
        return [(self._say("square", n=n, count=len(made)), text) for n, text in enumerate(made, 1)]

    def _say(self, name: str, **more: Any) -> str:
        return self._words[name].format(**{**self._facts, **more})


def _combine(kit: Kit, order: Sequence[int]) -> str:
    """The command for as many shares as are needed."""
    files = " ".join(f"share-{number}.txt" for number in order[: kit.needed])
    return f"perdure kit combine {files} --kit kit.txt --out whole.txt"


def number_of(root: str) -> str:
    """A kit's number for people: two kits never share it by chance."""
    return f"{root[:4]}-{root[4:8]}".upper()
