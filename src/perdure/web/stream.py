"""Public pages: a profile, a post with its thread, a hashtag. The addresses that the API and posts hand out."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.kernel.settings import Settings
from perdure.kernel.text import key
from perdure.posts import service as posts
from perdure.posts.model import PostView
from perdure.posts.service import Slice
from perdure.web.cookies import browser
from perdure.web.home_words import CATALOGUE
from perdure.web.page import WebRequest, html, language_of, policy, rendered, runtime_of, time_text

_PAGE: Final = 20
_TOP: Final = 2**63 - 1
_PART: Final = Slice(0, _TOP, _PAGE)


class Addresses(msgspec.Struct, frozen=True):
    """Where pages of this site and its files are found, as links within it."""

    media_base: str

    @classmethod
    def of(cls, settings: Settings) -> "Addresses":
        """The addresses that the settings name."""
        return cls(settings.storage_public_url.rstrip("/") or "/media")

    def account(self, view: AccountView) -> str:
        """A profile."""
        return f"/@{view.username}"

    def post(self, view: PostView) -> str:
        """A post."""
        return f"/@{view.author.username}/{view.id}"

    def media(self, stored: str) -> str:
        """A file."""
        return f"{self.media_base}/{stored}"


async def viewer_id_of(request: WebRequest) -> int | None:
    """Who is signed in with this browser, or None."""
    found = await browser(request)
    return found[0].account_id if found else None


def stream(request: WebRequest, title: str, shown: list[PostView], about: AccountView | None = None) -> Response[Any]:
    """A page of posts."""
    settings = runtime_of(request).settings
    text = rendered(
        "home/stream.html",
        language=language_of(request),
        t=CATALOGUE[language_of(request)],
        title=title,
        error="",
        posts=shown,
        about=about,
        urls=Addresses.of(settings),
        time_text=time_text,
    )
    return html(text, 200, policy(settings))


def _name(at_name: str) -> str:
    """``alice`` from ``@alice``: the framework's routes match whole segments. Raises NotFound for anything else."""
    if not at_name.startswith("@"):
        raise NotFound
    return at_name[1:]


@get("/{at_name:str}")
async def profile(request: WebRequest, at_name: str) -> Response[Any]:
    """An account and its latest posts, as far as the reader may see them."""
    viewer_id = await viewer_id_of(request)
    about, shown = await runtime_of(request).db.read_long(_profile_in, viewer_id, _name(at_name))
    return stream(request, about.display_name or about.username, shown, about)


def _profile_in(tx: Tx, viewer_id: int | None, name: str) -> tuple[AccountView, list[PostView]]:
    about = accounts.find_by_name_in(tx, name)
    if about is None or about.hidden:
        raise NotFound
    ids = posts.feed_in(tx, "account", viewer_id or 0, _PART, frozenset(), {"account_id": about.id})
    return about, posts.views_in(tx, viewer_id, ids)


@get("/{at_name:str}/{post_id:int}")
async def thread(request: WebRequest, at_name: str, post_id: int) -> Response[Any]:
    """A post between what it answers and what answers it."""
    viewer_id = await viewer_id_of(request)
    shown, author = await runtime_of(request).db.read_long(_thread_in, viewer_id, _name(at_name), post_id)
    return stream(request, author.display_name or author.username, shown)


def _thread_in(tx: Tx, viewer_id: int | None, name: str, post_id: int) -> tuple[list[PostView], AccountView]:
    if not 0 < post_id <= _TOP:
        raise NotFound
    found = posts.thread_in(tx, viewer_id, post_id)
    shown = posts.views_in(tx, viewer_id, [*found.ancestors, post_id, *found.descendants[:200]])
    author = next((view.author for view in shown if view.id == post_id), None)
    if author is None or key(author.username) != key(name):
        raise NotFound
    return shown, author


@get("/tags/{name:str}")
async def hashtag(request: WebRequest, name: str) -> Response[Any]:
    """The latest public posts with a hashtag."""
    viewer_id = await viewer_id_of(request)
    return stream(request, f"#{name}", await runtime_of(request).db.read_long(_hashtag_in, viewer_id, name))


def _hashtag_in(tx: Tx, viewer_id: int | None, name: str) -> list[PostView]:
    ids = posts.feed_in(tx, "tag", viewer_id or 0, _PART, frozenset(), {"any": [key(name)]})
    return posts.views_in(tx, viewer_id, ids)


ROUTES: list[HTTPRouteHandler] = [profile, thread, hashtag]
