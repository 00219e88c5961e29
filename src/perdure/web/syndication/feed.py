"""A feed before it is written in one of the formats, made of the posts that it shows."""

from typing import Final

import msgspec
from markupsafe import Markup, escape

from perdure.accounts.model import AccountView, Site
from perdure.media.model import MediaView
from perdure.posts.model import PostView
from perdure.web.addresses import Addresses
from perdure.web.sharing import excerpt

_HEADLINE: Final = 80


class File(msgspec.Struct, frozen=True):
    """A picture, film or sound of an entry. ``medium`` is image, video or audio; ``seconds`` is 0 where unknown."""

    url: str
    mime: str
    medium: str
    description: str
    adult: bool
    seconds: float = 0


class Author(msgspec.Struct, frozen=True):
    """Who wrote an entry, or everything in a feed."""

    name: str
    url: str
    avatar: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One post. ``title`` is the author's warning, or empty; ``headline`` is never empty. Instants in ms."""

    url: str
    title: str
    headline: str
    html: Markup
    published: int
    updated: int
    language: str
    author: Author
    tags: tuple[str, ...]
    files: tuple[File, ...]


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of posts that everybody may read. ``address`` is the page's, without a format's ending."""

    title: str
    description: str
    address: str
    icon: str
    site: Site
    entries: tuple[Entry, ...]
    author: Author | None = None
    since: int = 0
    """What stands for the last change while there are no entries, in ms."""
    this: str = ""
    """The query of this page of the feed, with its question mark."""
    older: str = ""
    """The query that leads to older entries, or empty."""
    hidden: bool = False
    """Whether search engines are asked to leave it alone."""

    @property
    def updated(self) -> int:
        """When the newest thing in it happened, in ms."""
        return max((entry.updated for entry in self.entries), default=self.since)


def author_of(view: AccountView, urls: Addresses) -> Author:
    """An account as the author of something."""
    return Author(view.display_name or view.username, urls.whole(urls.account(view)), urls.whole(urls.avatar(view)))


def entry_of(view: PostView, urls: Addresses) -> Entry:
    """A post as an entry. What an author warns of stays folded where a reader can fold."""
    files = tuple(_file(one, urls, adult=view.sensitive) for one in view.media if one.file_key)
    shown = Markup(view.content) + _poll(view) + Markup("").join(_shown(file) for file in files)  # noqa: S704 - made by posts
    return Entry(
        url=urls.whole(urls.post(view)),
        title=view.spoiler_text,
        headline=excerpt(view, _HEADLINE) or f"@{view.author.username}",
        html=_folded(shown, view.spoiler_text or ("⚠" if view.sensitive else "")),
        published=view.created_at,
        updated=view.edited_at or view.created_at,
        language=view.language or "",
        author=author_of(view.author, urls),
        tags=view.tags,
        files=files,
    )


def _file(one: MediaView, urls: Addresses, *, adult: bool) -> File:
    medium = {"image": "image", "audio": "audio"}.get(one.kind, "video")
    seconds = one.meta.get("original", {}).get("duration", 0)
    return File(urls.whole(urls.media(one.file_key or "")), one.mime, medium, one.description or "", adult, seconds)


def _shown(file: File) -> Markup:
    if file.medium == "image":
        return Markup('<p><img src="{}" alt="{}"></p>').format(file.url, file.description)
    return Markup('<p><a href="{}">{}</a></p>').format(file.url, file.description or file.url)


def _poll(view: PostView) -> Markup:
    if view.poll is None:
        return Markup("")
    options = Markup("").join(Markup("<li>{}</li>").format(option.title) for option in view.poll.options)
    return Markup("<ul>{}</ul>").format(options)


def _folded(html: Markup, warning: str) -> Markup:
    if not warning:
        return html
    return Markup("<details><summary>{}</summary>{}</details>").format(escape(warning), html)
