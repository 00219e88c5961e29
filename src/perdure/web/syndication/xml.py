"""RSS 2.0 (with Media RSS) and Atom (RFC 4287), written through the standard library's tree."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from xml.etree import ElementTree as ET

from perdure import __version__
from perdure.web.syndication.feed import Author, Entry, Feed, File

_ATOM: Final = "http://www.w3.org/2005/Atom"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_MEDIA: Final = "http://search.yahoo.com/mrss/"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML 1.0 has no way to write, escaped or not.
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rss(feed: Feed) -> bytes:
    """The feed as RSS 2.0. Only one enclosure an item, as readers understand it; every file as media content."""
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.address)
    _add(channel, "description", feed.description)
    _add(channel, f"{{{_ATOM}}}link", rel="self", type="application/rss+xml", href=f"{feed.address}.rss{feed.this}")
    if feed.older:
        _add(
            channel, f"{{{_ATOM}}}link", rel="next", type="application/rss+xml", href=f"{feed.address}.rss{feed.older}"
        )
    _add(channel, "lastBuildDate", _mail_date(feed.updated))
    _add(channel, "generator", f"Perdure {__version__}")
    image = ET.SubElement(channel, "image")
    _add(image, "url", feed.icon)
    _add(image, "title", feed.title)
    _add(image, "link", feed.address)
    for entry in feed.entries:
        _item(ET.SubElement(channel, "item"), entry)
    return _written(root, {"atom": _ATOM, "dc": _DC, "media": _MEDIA})


def _item(item: ET.Element, entry: Entry) -> None:
    _add(item, "guid", entry.url, isPermaLink="true")
    _add(item, "link", entry.url)
    if entry.title:
        _add(item, "title", entry.title)
    _add(item, "description", entry.html)
    _add(item, "pubDate", _mail_date(entry.published))
    _add(item, f"{{{_DC}}}creator", entry.author.name)
    for tag in entry.tags:
        _add(item, "category", tag)
    for file in entry.files[:1]:
        # 0 says that the size is not known.
        _add(item, "enclosure", url=file.url, type=file.mime, length="0")
    for file in entry.files:
        _media(item, file)


def _media(item: ET.Element, file: File) -> None:
    content = _add(item, f"{{{_MEDIA}}}content", url=file.url, type=file.mime, medium=file.medium)
    _add(content, f"{{{_MEDIA}}}rating", "adult" if file.adult else "nonadult", scheme="urn:simple")
    if file.description:
        _add(content, f"{{{_MEDIA}}}description", file.description, type="plain")


def atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    root = ET.Element("feed")
    _add(root, "id", feed.address)
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.description)
    _add(root, "updated", _iso(feed.updated))
    _add(root, "link", rel="self", type="application/atom+xml", href=f"{feed.address}.atom{feed.this}")
    _add(root, "link", rel="alternate", type="text/html", href=feed.address)
    if feed.older:
        _add(root, "link", rel="next", type="application/atom+xml", href=f"{feed.address}.atom{feed.older}")
    _add(root, "icon", feed.icon)
    _add(root, "generator", "Perdure", version=__version__)
    if feed.author is not None:
        _author(root, feed.author)
    for entry in feed.entries:
        _entry(ET.SubElement(root, "entry"), entry)
    root.set("xmlns", _ATOM)
    return _written(root, {})


def _entry(one: ET.Element, entry: Entry) -> None:
    if entry.language:
        one.set(_LANG, entry.language)
    _add(one, "id", entry.url)
    _add(one, "title", entry.headline)
    _add(one, "link", rel="alternate", type="text/html", href=entry.url)
    _add(one, "published", _iso(entry.published))
    _add(one, "updated", _iso(entry.updated))
    _author(one, entry.author)
    for tag in entry.tags:
        _add(one, "category", term=tag)
    _add(one, "content", entry.html, type="html")
    for file in entry.files:
        titled = {"title": file.description} if file.description else {}
        _add(one, "link", rel="enclosure", type=file.mime, href=file.url, **titled)


def _author(parent: ET.Element, author: Author) -> None:
    person = ET.SubElement(parent, "author")
    _add(person, "name", author.name)
    _add(person, "uri", author.url)


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, tag, {name: _legal(value) for name, value in attributes.items()})
    made.text = _legal(text) or None
    return made


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", str(text))


def _written(root: ET.Element, spaces: dict[str, str]) -> bytes:
    for prefix, name in spaces.items():
        ET.register_namespace(prefix, name)
    text: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return text


def _mail_date(ms: int) -> str:
    return format_datetime(datetime.fromtimestamp(ms // 1000, UTC), usegmt=True)


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).isoformat().replace("+00:00", "Z")
