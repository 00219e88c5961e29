"""What a page says about itself to those who show links: search engines, chats, other networks."""

from typing import Final, Literal
from urllib.parse import quote

import msgspec

from perdure.accounts.model import AccountView
from perdure.posts.model import PostView
from perdure.web.addresses import Addresses
from perdure.web.words import Words

_MOST: Final = 200
_OPEN: Final = frozenset({"public", "unlisted"})
_PREVIEW: Final = (1200, 630)


class Image(msgspec.Struct, frozen=True):
    """A picture beside the link. Width and height are 0 where unknown; ``large`` asks for it above the words."""

    url: str
    alt: str
    width: int = 0
    height: int = 0
    large: bool = False


class Video(msgspec.Struct, frozen=True):
    """A film behind the link."""

    url: str
    mime: str
    width: int = 0
    height: int = 0


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a page that may be passed on. A page without one is kept out of search engines."""

    kind: Literal["website", "article", "profile"]
    address: str
    title: str = ""
    """Empty: the site's own."""
    description: str | None = None
    """None: the site's own."""
    image: Image
    video: Video | None = None
    more: tuple[tuple[str, str], ...] = ()
    """Further properties of Open Graph and their values."""
    indexed: bool = True
    feed: str = ""
    """The path of the page's feed without a format's ending, or empty."""
    oembed: bool = False
    """Whether the page can be embedded elsewhere."""


def of_site(urls: Addresses, path: str = "/") -> Sharing:
    """The site itself, or a page that speaks for it."""
    return Sharing(kind="website", address=urls.whole(path), image=_mark(urls))


def of_account(about: AccountView, urls: Addresses) -> Sharing:
    """A profile. Who does not want to be found or indexed stays out of search engines."""
    name = about.display_name or about.username
    return Sharing(
        kind="profile",
        title=f"{name} (@{about.username})",
        description=shortened(about.note, _MOST),
        address=urls.whole(urls.account(about)),
        image=_face(about, urls),
        more=(("profile:username", about.username),),
        indexed=_findable(about),
        feed=urls.account(about),
    )


def of_tag(name: str, urls: Addresses) -> Sharing:
    """A hashtag. Its page shows posts of people who may not want to be indexed."""
    path = f"/tags/{quote(name)}"
    return Sharing(
        kind="website", title=f"#{name}", address=urls.whole(path), image=_mark(urls), indexed=False, feed=path
    )


def of_post(view: PostView, urls: Addresses, t: Words) -> Sharing | None:
    """A post, or None for one that is not for everybody. What an author warns of is not shown."""
    if view.visibility not in _OPEN:
        return None
    name = view.author.display_name or view.author.username
    tags = tuple(("article:tag", tag) for tag in view.tags)
    changed = (("article:modified_time", t.iso(view.edited_at)),) if view.edited_at else ()
    return Sharing(
        kind="article",
        title=f"{name} (@{view.author.username})",
        description=excerpt(view, _MOST),
        address=urls.whole(urls.post(view)),
        image=_picture(view, urls) or _face(view.author, urls),
        video=None if _warned(view) else _film(view, urls),
        more=(
            ("article:published_time", t.iso(view.created_at)),
            *changed,
            ("article:author", urls.whole(urls.account(view.author))),
            *tags,
        ),
        indexed=_findable(view.author) and view.visibility == "public",
        oembed=True,
    )


def excerpt(view: PostView, most: int) -> str:
    """A post in a line of at most so many characters: its warning, its text, or what its pictures show."""
    described = (file.description for file in view.media if file.description)
    return shortened(view.spoiler_text or view.text or " · ".join(described), most)


def shortened(text: str, most: int) -> str:
    """A text in one line of at most ``most`` characters, cut between words where there are any."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut) + "…"


def _findable(about: AccountView) -> bool:
    return about.indexable and about.discoverable


def _warned(view: PostView) -> bool:
    return view.sensitive or bool(view.spoiler_text)


def _mark(urls: Addresses) -> Image:
    return Image(urls.whole("/static/preview.png"), "", *_PREVIEW, large=True)


def _face(about: AccountView, urls: Addresses) -> Image:
    """The avatar, or the mark: who shows links wants no drawing as SVG."""
    alt = about.avatar_description or about.display_name or about.username
    if about.avatar_key and not about.hidden:
        return Image(urls.whole(urls.media(about.avatar_key)), alt)
    return Image(urls.whole("/static/icon-512.png"), alt, 512, 512)


def _picture(view: PostView, urls: Addresses) -> Image | None:
    if _warned(view):
        return None
    for file in view.media:
        shown, size = (file.file_key, "original") if file.kind == "image" else (file.preview_key, "small")
        if shown and file.kind != "audio":
            facts = file.meta.get(size, {})
            url = urls.whole(urls.media(shown))
            return Image(url, file.description or "", facts.get("width", 0), facts.get("height", 0), large=True)
    return None


def _film(view: PostView, urls: Addresses) -> Video | None:
    for file in view.media:
        if file.kind in {"video", "gifv"} and file.file_key:
            facts = file.meta.get("original", {})
            return Video(
                urls.whole(urls.media(file.file_key)), file.mime, facts.get("width", 0), facts.get("height", 0)
            )
    return None
