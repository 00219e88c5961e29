"""HTML as lines of text: links keep their addresses, lists their bullets, older mails their quotation marks."""

import html
import re
from typing import Final

from perdure.desk.rules.reading import spelling

OLDER: Final = "\ue000"
NEWER: Final = "\ue001"
"""Lines of these alone: here an older mail begins or ends. Readers take them out of what strangers wrote."""
_BREAKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
        "w:p",
        "text:p",
        "text:h",
        "text:list-item",
    ]
)
_PARAGRAPHS: Final = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "ul",
        "ol",
        "blockquote",
        "hr",
        "section",
        "article",
        "header",
        "footer",
    ]
)
_CELLS: Final = frozenset({"td", "th"})
_SILENT: Final = frozenset({"script", "style", "head", "template", "noembed", "svg", "math", "object"})
_ATTRIBUTE: Final = re.compile(
    r"""([a-zA-Z_:-]{1,40})\s{0,9}=\s{0,9}(?:"([^"]{0,8000})"|'([^']{0,8000})'|([^\s"'>]{1,8000}))"""
)
_NAME: Final = re.compile(r"/?\s{0,4}([a-zA-Z][a-zA-Z0-9:_-]{0,30})")
_QUOTED: Final = re.compile(r"gmail_quote|yahoo_quoted|protonmail_quote")
_OUTLOOK: Final = re.compile(r"OutlookMessageHeader|divRplyFwdMsg")
_MOST_TAGS: Final = 400_000
_MOST_DEPTH: Final = 50


def text_of(source: str) -> str:
    """The readable text of HTML. One pass, linear in its length; never raises."""
    return _Page().read(source)


class _Page:
    def __init__(self) -> None:
        self.out: list[str] = []
        self.links: list[tuple[str, int]] = []
        self.quotes: list[bool] = []
        self.silent = ""
        self.pre = 0

    def read(self, source: str) -> str:
        place = 0
        for _ in range(_MOST_TAGS):
            start = source.find("<", place)
            if start < 0:
                break
            self.text(source[place:start])
            if source.startswith("<!--", start):
                end = source.find("-->", start + 4)
                place = len(source) if end < 0 else end + 3
                continue
            end = _end_of_tag(source, start)
            if end < 0:
                place = start
                break
            if not self.tag(source[start + 1 : end]):
                self.text(source[start : end + 1])
            place = end + 1
        self.text(source[place:])
        return _tidy("".join(self.out))

    def text(self, piece: str) -> None:
        if not piece or self.silent:
            return
        plain = html.unescape(piece).replace(OLDER, "").replace(NEWER, "")
        self.out.append(plain if self.pre else re.sub(r"[ \t\r\n\f]+", " ", plain))

    def tag(self, inner: str) -> bool:
        """Act on a tag; False where it is none (``1 < 2``, ``<https://…>``)."""
        if inner[:1] in {"!", "?"}:
            return True
        match = _NAME.match(inner)
        if match is None or inner[:8].lower().startswith(("http:", "https:", "hxxp")) or "@" in match[0]:
            return False
        if "://" in inner[:12] or ("@" in inner and "=" not in inner and " " not in inner):
            return False
        name, closing = match[1].lower(), inner.startswith("/")
        if self.silent:
            if closing and name == self.silent:
                self.silent = ""
            return True
        if name in _SILENT and not closing and not inner.endswith("/"):
            self.silent = name
            return True
        self.act(name, closing, inner)
        return True

    def act(self, name: str, closing: bool, inner: str) -> None:  # noqa: FBT001 - a tag opens or closes
        if name == "a":
            self.close_link() if closing else self.open_link(inner)
        elif name == "blockquote":
            self.quote(closing, inner)
        elif name == "div" and not closing and _OUTLOOK.search(inner):
            self.out.append(f"\n\n{OLDER}\n\n")
        elif name == "pre":
            self.pre = max(0, self.pre + (-1 if closing else 1))
            self.out.append("\n")
        elif name in _BREAKS and (closing or name != "li"):
            self.out.append("\n\n" if name in _PARAGRAPHS else "\n")
        elif not closing:
            self.open(name, inner)

    def open(self, name: str, inner: str) -> None:
        """Tags that stand for something to read."""
        if name == "li":
            self.out.append("\n- ")
        elif name in _CELLS:
            self.out.append("\t")
        elif name == "img":
            alt = _attributes(inner).get("alt", "").strip()
            self.out.append(f" {alt} " if alt else "")
        elif name == "area":
            self.open_link(inner)
            self.close_link()

    def open_link(self, inner: str) -> None:
        if len(self.links) < _MOST_DEPTH:
            self.links.append((_attributes(inner).get("href", "").strip(), len(self.out)))

    def close_link(self) -> None:
        """Put the address of a link behind its text, unless the text is that address already."""
        if not self.links:
            return
        href, start = self.links.pop()
        shown = "".join(self.out[start:]).strip()
        if not href.lower().startswith(("http", "hxxp", "//", "www.")):
            return
        if spelling.same(shown, href):
            return
        if spelling.is_address(shown) and spelling.is_wrapped(href, shown):
            return
        self.out.append(f" <{href}> ")

    def quote(self, closing: bool, inner: str) -> None:  # noqa: FBT001 - a tag opens or closes
        """Older mail is marked by a line that the reader of mails knows; a quotation of a post stays where it is."""
        self.out.append("\n\n")
        if closing:
            if self.quotes and self.quotes.pop():
                self.out.append(f"{NEWER}\n\n")
        elif len(self.quotes) < _MOST_DEPTH:
            older = "cite" in _attributes(inner).get("type", "").lower() or bool(_QUOTED.search(inner))
            self.quotes.append(older)
            if older:
                self.out.append(f"{OLDER}\n\n")


def _end_of_tag(source: str, start: int) -> int:
    """Where a tag ends. A ``>`` within a quoted value does not count, unless the value never ends."""
    end = source.find(">", start)
    if end < 0:
        return -1
    inner = source[start:end]
    if inner.count('"') % 2 == 0:
        return end
    closing = source.find('"', end, end + 8000)
    if closing < 0:
        return end
    after = source.find(">", closing, closing + 8000)
    return after if after >= 0 else end


def _attributes(inner: str) -> dict[str, str]:
    return {
        match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "")
        for match in _ATTRIBUTE.finditer(inner[:40_000])
    }


def _tidy(text: str) -> str:
    lines = [re.sub(r"[ \xa0]+", " ", line).strip(" ") for line in text.split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")
