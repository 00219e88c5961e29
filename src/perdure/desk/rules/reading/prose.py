"""Free text: which lines complain of something, and which words beside them say why. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

from perdure.desk.rules import places
from perdure.desk.rules.reading import dates, pointing, policies, references, worth
from perdure.desk.rules.reading.gathering import CLAIM, REASON, Finding
from perdure.desk.rules.reading.lines import Line, lines_of

_BULLET: Final = re.compile(
    r"\A(\s{0,20})(?:[-*+\u2022\u2023\u25e6\u25aa\u25cf\u2013\u2014\u00b7>]{1,2}|[(\[]?\d{1,5}[.):\]]{1,2}|"
    r"[(]?[a-zA-Z][.)]|#\d{1,5}[.:)]?)\s{1,8}(?=\S)"
)
_HEADING_MARK: Final = re.compile(r"\s{0,3}(?:#{1,6}\s|\*\*.{1,80}\*\*\s{0,2}\Z|={3,}|-{4,}\Z)")
_FIELD: Final = re.compile(
    (
        r"\s{0,12}(?:[-*\u2022]\s{1,4})?\*{0,2}([^\W\d_][\w "
        r"\u00b0/()'\u2019-]{0,38}?)\*{0,2}\s{0,2}[:=]\*{0,2}\s{0,4}(.{0,4000})\Z"
    ),
    re.DOTALL,
)
_REASON_FIELD: Final = re.compile(
    (
        r"reason|categor|cat\u00e9gorie|kategorie|violation|verst(?:o\u00df|oss)|motif|grund|type|typ|nature|"
        r"offen[cs]e|infraction|policy|rule|r\u00e8gle|regel|comment|note|remar|description|beschreibung|"
        r"explanation|kommentar|law|gesetz|base l\u00e9gale|content|contenu|inhalt|text"
    ),
    re.IGNORECASE,
)
_REFERENCE_FIELD: Final = re.compile(
    (
        r"(?:report|item|case|notice|ref|ticket|our|your|vorgang|melde|dossier|signalement).{0,12}\Z|id\Z|"
        r"n[\u00b0\u00ba]\Z|num|r\u00e9f\u00e9rence|aktenzeichen"
    ),
    re.IGNORECASE,
)
_DATE_FIELD: Final = re.compile(
    r"date|datum|time|zeit|heure|seen|observed|posted|when|timestamp|constat|vu le|gesehen|festgestellt|relev\u00e9",
    re.IGNORECASE,
)
_LEADS: Final = re.compile(
    (
        r"please|follow|below|here|urls?\b|links?\b|list|remove|review|merci|veuillez|suivant|ci-dessous|voici|"
        r"liens?\b|bitte|folgende|nachstehend|adress|posts?\b|content|contenu|inhalt|beitr\u00e4g"
    ),
    re.IGNORECASE,
)
_MOST_BLOCK: Final = 20_000
_LONG: Final = 300


class Block(msgspec.Struct):
    """Lines that stand together, and the words above them that go for all of them."""

    lines: list[Line]
    heading: str = ""
    before: str = ""


def findings_of(text: str, hosts: frozenset[str], sender_host: str = "") -> list[Finding]:
    """What a text complains of, in its order. What is only mentioned is there too, but not sure."""
    blocks = _blocks(lines_of(text, hosts))
    found: list[Finding] = []
    heading, before, listed = "", "", False
    for block in blocks:
        marked = _bullet(block[0]) >= 0
        if not any(line.found for line in block) and not _listed_ids(block):
            words = _joined(block)
            heading = _heading(block)
            before = words if len(words) <= _LONG else ""
            pictured = listed and marked and pointing.wants_picture(words)
            found += [_unknown(block)] if pictured else _unaddressed(block)
            listed = pictured
            continue
        found += _Block(Block(block, heading, before), hosts).findings()
        before, listed = "", marked
    return worth.weighed(found, hosts, sender_host)


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    blocks: list[list[Line]] = []
    current: list[Line] = []
    for line in lines:
        if line.blank:
            if current:
                blocks.append(current)
            current = []
        else:
            current.append(line)
            if len(current) >= _MOST_BLOCK:
                blocks.append(current)
                current = []
    if current:
        blocks.append(current)
    return blocks


def _listed_ids(block: Sequence[Line]) -> bool:
    return any(pointing.ids(line.text, listed=True) for line in block)


def _heading(block: Sequence[Line]) -> str:
    """The words that go for what follows: a line that ends in a colon, a short line of its own, a marked one."""
    last = block[-1].text.strip()
    bare = re.sub(r"[#*_=]{1,6}", "", last).strip()
    if last.endswith((":", "\uff1a")):
        sentence = re.split(r"(?<=[^\W\d_)][.!?])\s", bare)[-1]
        return sentence.rstrip(" :\uff1a")[:REASON]
    if len(block) <= 2 and _HEADING_MARK.match(block[-1].text):
        return (bare or block[0].text.strip().strip("#*_= "))[:REASON]
    short = len(block) == 1 and len(bare) <= 60 and not bare.endswith((".", "!", ",", "?"))
    return (
        bare[:REASON]
        if short and not bare.lower().startswith(("dear", "hello", "hi ", "bonjour", "madame", "sehr"))
        else ""
    )


def _category(heading: str) -> str:
    """A heading as the reason of what stands below it: what only leads to the list gives none."""
    leads = len(heading) > 60 or bool(_LEADS.search(heading))
    return "" if leads and not policies.policy_of(heading) else heading


def _joined(block: Sequence[Line]) -> str:
    return " ".join(line.text.strip() for line in block)


def _bullet(line: Line) -> int:
    """How far a list's mark is indented; -1 for a line without one."""
    match = _BULLET.match(line.text)
    return len(match[1].expandtabs(4)) if match else -1


class _Block:
    """One block with something in it."""

    def __init__(self, block: Block, hosts: frozenset[str], depth: int = 0) -> None:
        self.block = block
        self.hosts = hosts
        self.depth = depth

    def findings(self) -> list[Finding]:
        lines = self.block.lines
        marks = [at for at, line in enumerate(lines) if _bullet(line) >= 0]
        if len(marks) >= 1 and self.depth < 3:
            least = min(_bullet(lines[at]) for at in marks)
            starts = [at for at in marks if _bullet(lines[at]) == least]
            if len(starts) > 1 or starts[0] == 0 or not any(line.found for line in lines[: starts[0]]):
                return self._listed(starts)
        return self._plain(lines, self.block.heading)

    def _listed(self, starts: list[int]) -> list[Finding]:
        """A list: an entry from each mark to the next."""
        lines = self.block.lines
        preface, heading = lines[: starts[0]], self.block.heading
        found: list[Finding] = []
        if preface and any(line.found for line in preface):
            found += self._plain(preface, heading)
        elif preface:
            heading = _heading(preface) or _joined(preface)[:_LONG]
        entries = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=False)]
        found_in = [self._entry(entry, heading) for entry in entries]
        known = sum(1 for one in found_in if any(each.sure for each in one))
        for entry, one in zip(entries, found_in, strict=True):
            if one or known * 2 < len(entries):
                found += one
            else:
                found.append(_unknown(entry))
        return found

    def _entry(self, entry: list[Line], heading: str) -> list[Finding]:
        nested = [at for at, line in enumerate(entry) if at and _bullet(line) >= 0]
        addresses = sum(1 for line in entry if line.found)
        if nested and addresses > 1 and not entry[0].found:
            above = " ".join(line.text.strip() for line in entry[: nested[0]])
            block = Block(entry[nested[0] :], f"{heading} {_BULLET.sub('', above, count=1)}".strip(" :"))
            return _Block(block, self.hosts, self.depth + 1).findings()
        if addresses > 1:
            return self._plain(entry, heading)
        return self._one(entry, heading, listed=True)

    def _one(self, lines: list[Line], heading: str, *, listed: bool) -> list[Finding]:
        """Lines about one thing, or several addresses in one line that share their words."""
        holder = next((line for line in lines if line.found), None)
        claim = "\n".join(line.raw.strip() for line in lines)[:CLAIM]
        words = _words(lines)
        base = _fields(lines, Finding("none", claim, reason=words or _category(heading)))
        base.policy = policies.policy_of(base.reason, heading)
        if holder is not None:
            return _addressed(holder, base, self.hosts, listed=listed)
        text = " ".join(line.text for line in lines)
        found = pointing.ids(text, listed=True) or pointing.accounts(text) or pointing.phrases(text)
        made = [msgspec.structs.replace(base, pointer=one.pointer, value=one.value) for one in found[:50]]
        for one in made:
            one.sure = (
                one.pointer == "id"
                or (listed and one.pointer != "phrase")
                or bool(pointing.is_quotation(_bare(lines[0])))
            )
        return made

    def _plain(self, lines: list[Line], heading: str) -> list[Finding]:
        """Lines without marks: the words before each address are its own, or those behind it."""
        at = [number for number, line in enumerate(lines) if line.found or pointing.ids(line.text, listed=True)]
        if len(at) == 1:
            near = self.block.before if not _words(lines) and not heading else ""
            return self._one(lines, heading or near, listed=_alone(lines[at[0]]))
        above = lines[: at[0]]
        if _leading(lines, at):
            spans = [lines[before + 1 : here + 1] for before, here in pairwise([-1, *at])]
        else:
            heading = (_heading(above) or _joined(above)[:_LONG]) if above else heading
            spans = _without_tail([lines[here:after] for here, after in pairwise([*at, len(lines)])])
        found: list[Finding] = []
        for span in spans:
            found += self._span(span, heading)
        return found

    def _span(self, span: list[Line], heading: str) -> list[Finding]:
        """The lines of one address among several."""
        if _pictures_below(span):
            rest = [_unknown([line]) for line in span[1:]]
            return [*self._one(span[:1], heading, listed=True), *rest]
        return self._one(span, heading, listed=_alone(span[-1]) or _alone(span[0]))


def _leading(lines: Sequence[Line], at: Sequence[int]) -> bool:
    """Whether the words stand above the addresses that they belong to."""
    above = at[0] > 0 and not lines[at[0] - 1].text.rstrip().endswith(":")
    return above and at[-1] == len(lines) - 1 and _alone(lines[at[-1]]) and _alternate(at)


def _alternate(at: Sequence[int]) -> bool:
    """Whether words stand between all addresses, as they do where the words belong to the address below."""
    return all(after - here > 1 for here, after in pairwise(at))


def _without_tail(spans: list[list[Line]]) -> list[list[Line]]:
    """Where addresses stand alone one below the other, what follows the last is not about that one."""
    if len(spans) >= 3 and all(len(span) == 1 for span in spans[:-1]) and not _FIELD.match(spans[-1][-1].text):
        pictured = [line for line in spans[-1][1:] if pointing.wants_picture(line.text)]
        return [*spans[:-1], [spans[-1][0], *pictured]]
    return spans


def _pictures_below(span: list[Line]) -> bool:
    """Whether lines below an address each mean a picture of their own."""
    return len(span) > 1 and _alone(span[0]) and all(pointing.wants_picture(line.text) for line in span[1:])


def _alone(line: Line) -> bool:
    """Whether an address stands in a line of its own, perhaps behind a mark or a label."""
    return bool(line.found) and len(_bare_words(line)) <= 24


def _bare(line: Line) -> str:
    return _BULLET.sub("", line.text, count=1).strip()


def _bare_words(line: Line) -> str:
    """The words of a line without its addresses and its mark."""
    text, parts, place = line.text, [], 0
    for one in line.found:
        parts.append(text[place : one.start])
        place = max(place, one.end)
    parts.append(text[place:])
    joined = _BULLET.sub("", " ".join(parts), count=1)
    return re.sub(r"[\s<>()\[\]|*_\"'\u2022]{1,20}", " ", joined).strip(" -\u2013\u2014:;,.=#\t")


_ADDRESS_LABEL: Final = re.compile(
    (
        r"\A(?:reported |infringing |offending |content |full |source )?(?:url|uri|link|lien|adresse|address|"
        r"permalink|location|source|post|posts|status|beitrag|publication|site|web(?:site)?)(?: \d{1,5})?\Z"
    ),
    re.IGNORECASE,
)


def _words(lines: Sequence[Line]) -> str:
    """Why: the words beside the address, labels of addresses left off."""
    kept = [_bare_words(line) if line.found else _bare(line) for line in lines]
    kept = [words for words in kept if words and not _ADDRESS_LABEL.match(words) and re.search(r"[^\W\d_]{2}", words)]
    return "\n".join(kept)[:REASON]


def _fields(lines: Sequence[Line], base: Finding) -> Finding:
    """Fill in what labelled lines say: why, which number, when."""
    for line in lines:
        match = _FIELD.match(line.text)
        if match is None or line.found or not match[2].strip():
            continue
        label, value = match[1].strip(), match[2].strip()
        if _DATE_FIELD.search(label) and base.seen_at is None:
            base.seen_at = dates.instant_of(value)
        elif _REFERENCE_FIELD.search(label) and not base.reference and re.fullmatch(r"[\w\-/.#:]{2,60}", value):
            base.reference = value
    if not base.reference:
        base.reference = references.of_line(" ".join(line.text for line in lines if not line.found))
    if not base.reference and lines[0].found:
        base.reference = references.at_front(_bare_words(lines[0]))
    return base


def _addressed(line: Line, base: Finding, hosts: frozenset[str], *, listed: bool) -> list[Finding]:
    made: list[Finding] = []
    known: set[str] = set()
    for one in line.found:
        place = places.place_of(one.url, hosts)
        if place.key in known:
            continue
        known.add(place.key)
        sure = place.kind not in {"foreign", "page", "unreadable"}
        made.append(
            msgspec.structs.replace(base, pointer="url", url=one.url, sure=sure, claim=base.claim or line.raw[:CLAIM])
        )
        made[-1].listed = listed
    return made


def _unknown(entry: Sequence[Line]) -> Finding:
    """An entry of a list that points at nothing we know: a picture, or something for a person."""
    claim = "\n".join(line.raw.strip() for line in entry)[:CLAIM]
    text = " ".join(line.text for line in entry)
    return Finding("none", claim, reason=_words(entry), wants_picture=pointing.wants_picture(text))


def _unaddressed(block: Sequence[Line]) -> list[Finding]:
    """What a block without an address or a number may mean, if nothing else in the letter is plainer."""
    found: list[Finding] = []
    for line in block:
        claim = line.raw.strip()[:CLAIM]
        quoted = pointing.is_quotation(_bare(line))
        sure = bool(quoted) and _bullet(line) >= 0
        found += [Finding("phrase", claim, value=one.value, sure=sure) for one in pointing.phrases(line.text)]
        named = pointing.accounts(line.text)
        alone = _bullet(line) >= 0 and len(_bare(line)) <= sum(len(one.value) + 2 for one in named) + 24
        found += [Finding("account", claim, value=one.value, sure=alone, listed=alone) for one in named]
    return found or _list_items(block)


def _list_items(block: Sequence[Line]) -> list[Finding]:
    """Entries of a list that stand where quotations would."""
    entries = [line for line in block if _bullet(line) >= 0]
    if len(entries) < 1 or not _CONTENT.search(block[0].text):
        return []
    words = [(line, _bare(line)) for line in entries]
    return [
        Finding("phrase", line.raw.strip()[:CLAIM], value=text[:CLAIM], sure=False)
        for line, text in words
        if pointing.is_phrase(text)
    ]


_CONTENT: Final = re.compile(
    (
        r"\b(?:posts?|messages?|content|statements?|comments?|contenus?|publications?|propos|beitr\u00e4ge?|"
        r"inhalte?|nachrichten|\u00e4u\u00dferungen)\b.{0,200}[:\uff1a]\s{0,3}\Z"
    ),
    re.IGNORECASE | re.DOTALL,
)
