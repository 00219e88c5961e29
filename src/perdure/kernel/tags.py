"""Tags of a stranger's HTML page: one pass, time in proportion to the length whatever the page holds.

Not a parser of HTML: no tree, no nesting. It finds the few tags that carry facts about a page (``meta``, ``link``,
``title``, ``a``, …), leaves out what is inside comments, scripts and styles, and never fails.
"""

import html
import re
from collections.abc import Iterator
from typing import Final

import msgspec

_START: Final = re.compile(r"<(?=[a-zA-Z]|!--)")
_NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,30}")
_ATTRIBUTE: Final = re.compile(r"""[\s/]*([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""")
# The text inside these is not markup; it ends at the closing tag alone.
_RAW: Final = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "noscript", "iframe", "xmp", "template")
}
_MAX_TAG: Final = 8192
_MAX_ATTRIBUTES: Final = 50
_MAX_VALUE: Final = 4096
_DECLARED: Final = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.-]{2,30})""", re.IGNORECASE)
_XML: Final = re.compile(rb"""^<\?xml[^>]{0,100}?encoding\s*=\s*["']([a-zA-Z0-9_:.-]{2,30})""")
_PRESCAN: Final = 4096
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# What pages declare → what it means (browsers read the Latin family as its Windows superset).
_CHARSETS: Final = dict(
    pair.split(":")
    for pair in """
        utf-8:utf-8 utf8:utf-8 us-ascii:cp1252 ascii:cp1252 iso-8859-1:cp1252 latin1:cp1252 iso-8859-2:iso8859-2
        iso-8859-3:iso8859-3 iso-8859-4:iso8859-4 iso-8859-5:iso8859-5 iso-8859-6:iso8859-6 iso-8859-7:iso8859-7
        iso-8859-8:iso8859-8 iso-8859-9:cp1254 iso-8859-10:iso8859-10 iso-8859-11:cp874 iso-8859-13:iso8859-13
        iso-8859-14:iso8859-14 iso-8859-15:iso8859-15 iso-8859-16:iso8859-16 windows-874:cp874 windows-1250:cp1250
        windows-1251:cp1251 windows-1252:cp1252 windows-1253:cp1253 windows-1254:cp1254 windows-1255:cp1255
        windows-1256:cp1256 windows-1257:cp1257 windows-1258:cp1258 cp1252:cp1252 shift_jis:cp932 shift-jis:cp932
        sjis:cp932 x-sjis:cp932 windows-31j:cp932 euc-jp:euc_jp iso-2022-jp:iso2022_jp gb2312:gb18030 gbk:gb18030
        gb18030:gb18030 big5:big5hkscs big5-hkscs:big5hkscs euc-kr:cp949 ks_c_5601-1987:cp949 koi8-r:koi8_r
        koi8-u:koi8_u utf-16:utf-16-le utf-16le:utf-16-le utf-16be:utf-16-be macintosh:mac_roman tis-620:cp874
    """.split()  # noqa: SIM905 - a table reads better than forty pairs of quotes
)


class Tag(msgspec.Struct, frozen=True):
    """An opening tag. ``text`` is what a ``title`` holds, otherwise empty. Names are lower case."""

    name: str
    attributes: dict[str, str]
    text: str = ""


def tags(page: str, names: frozenset[str]) -> Iterator[Tag]:
    """The opening tags of these names, in order."""
    at = 0
    while at != -1 and (start := _START.search(page, at)) is not None:
        name = _NAME.match(page, start.end())
        if name is None:
            at = _after(page, page.find("-->", start.end() + 3), 3)
            continue
        word = name[0].lower()
        attributes, at = _attributes(page, name.end())
        text = ""
        if word in _RAW:
            begin = at
            at = _closing(page, word, at)
            text = page[begin : at if at != -1 else len(page)]
        if word in names:
            yield Tag(word, attributes, plain(text) if word == "title" else "")


def _after(page: str, found: int, length: int) -> int:
    return -1 if found == -1 else min(found + length, len(page))


def _closing(page: str, word: str, at: int) -> int:
    found = _RAW[word].search(page, at)
    return found.start() if found else -1


def _attributes(page: str, at: int) -> tuple[dict[str, str], int]:
    """Attributes from a place inside a tag, and where the tag ends. The first of a name counts."""
    end = min(len(page), at + _MAX_TAG)
    found: dict[str, str] = {}
    while at < end and len(found) < _MAX_ATTRIBUTES:
        match = _ATTRIBUTE.match(page, at, end)
        if match is None:
            break
        value = next((group for group in match.groups()[1:] if group is not None), "")
        found.setdefault(match[1].lower(), plain(value))
        at = match.end()
    closing = page.find(">", at, end)
    return found, end if closing == -1 else closing + 1


def plain(text: str) -> str:
    """A stretch of text without entities, runs of white space as one blank; very long text is cut."""
    return " ".join(html.unescape(text[:_MAX_VALUE]).split())


def decoded(body: bytes, charset: str) -> str:
    """A page as text: by its byte order mark, the header's charset, what it declares itself, or UTF-8."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = _DECLARED.search(body, 0, _PRESCAN) or _XML.match(body)
    for given in (charset, declared[1].decode().lower() if declared else ""):
        if given in _CHARSETS:
            return body.decode(_CHARSETS[given], "replace")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        # Cut off in the middle of a character, or an old page that declares nothing.
        cut = error.reason == "unexpected end of data" and len(body) > _PRESCAN
        return body.decode("utf-8" if cut else "cp1252", "replace")
