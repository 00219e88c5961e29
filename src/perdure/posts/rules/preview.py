"""What a page says about itself, for a preview of a link to it. Pure; the page is hostile."""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec

from perdure.kernel.errors import Invalid
from perdure.kernel.tags import Tag, tags
from perdure.kernel.text import clean

_NAMES: Final = frozenset({"html", "meta", "link", "title"})
_TITLE: Final = ("og:title", "twitter:title")
_DESCRIPTION: Final = ("og:description", "twitter:description", "description")
_IMAGE: Final = ("og:image", "og:image:secure_url", "og:image:url", "twitter:image", "twitter:image:src")
_ALT: Final = ("og:image:alt", "twitter:image:alt")
_AUTHOR: Final = ("author", "article:author", "dc.creator", "parsely-author")
_PUBLISHED: Final = ("article:published_time", "og:published_time", "datepublished", "dc.date")
_MAX_TITLE: Final = 300
_MAX_DESCRIPTION: Final = 600
_MAX_NAME: Final = 120
_MAX_URL: Final = 2000
_MAX_TAGS: Final = 5000


class PageFacts(msgspec.Struct, frozen=True):
    """What a preview shows. Empty texts where the page says nothing; ``published_at`` in ms."""

    title: str
    description: str
    provider: str
    author_name: str
    author_url: str
    image: str
    image_description: str
    language: str | None
    published_at: int | None


def facts_of(page: str, url: str) -> PageFacts | None:
    """The facts of a page that was found at ``url``; None for one without a title, which is not worth a preview."""
    said: dict[str, str] = {}
    for count, tag in enumerate(tags(page, _NAMES)):
        if count >= _MAX_TAGS:
            break
        _note(tag, said)
    title = _first(said, (*_TITLE, "<title>"), _MAX_TITLE)
    if not title:
        return None
    author = _first(said, _AUTHOR, _MAX_URL)
    author_url = web_address(url, author) if author.startswith(("http://", "https://")) else ""
    return PageFacts(
        title=title,
        description=_first(said, _DESCRIPTION, _MAX_DESCRIPTION),
        provider=_first(said, ("og:site_name", "application-name"), _MAX_NAME),
        author_name="" if author_url else author[:_MAX_NAME],
        author_url=author_url,
        image=web_address(url, _first(said, (*_IMAGE, "<image_src>"), _MAX_URL)),
        image_description=_first(said, _ALT, _MAX_DESCRIPTION),
        language=_language(said.get("<lang>", "")),
        published_at=_instant(_first(said, _PUBLISHED, 40)),
    )


def _note(tag: Tag, said: dict[str, str]) -> None:
    """Remember what a tag says; the first one of a name counts."""
    given = tag.attributes
    match tag.name:
        case "meta":
            name = given.get("property") or given.get("name") or given.get("itemprop") or ""
            if given.get("content"):
                said.setdefault(name.lower(), given["content"])
        case "title":
            said.setdefault("<title>", tag.text)
        case "html":
            said.setdefault("<lang>", given.get("lang", ""))
        case "link" if "image_src" in given.get("rel", "").lower().split():
            said.setdefault("<image_src>", given.get("href", ""))


def _first(said: dict[str, str], names: tuple[str, ...], most: int) -> str:
    for name in names:
        try:
            text = " ".join(clean(said.get(name, "")).split())
        except Invalid:
            continue
        if text:
            return text if len(text) <= most else text[: most - 1].rstrip() + "…"
    return ""


def web_address(base: str, text: str) -> str:
    """A link on a page as a whole URL, or nothing for what is no web address."""
    if not text:
        return ""
    try:
        url = urljoin(base, text)
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.hostname and len(url) <= _MAX_URL else ""


def _language(text: str) -> str | None:
    code = text.replace("_", "-").split("-")[0].lower()
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else None


def _instant(text: str) -> int | None:
    try:
        parsed = datetime.fromisoformat(text)
        moment = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return int(moment * 1000) if 0 < moment < 4_102_444_800 else None
