"""What a page learns from a request: the runtime, who is asking, in which language, and the form that was sent."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import HTTPException

from perdure.accounts import service as accounts
from perdure.accounts.model import FeedKind, Viewer
from perdure.kernel.errors import Forbidden, Invalid, NotFound, Unauthorized
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import clean
from perdure.web.cookies import LANGUAGE, SESSION, browser, refuse_foreign_forms
from perdure.web.words import LANGUAGES, Words

WebRequest = Request[Any, Any, Any]
_MOST_FIELDS: Final = 200
_BROKEN: Final = "Validation failed: Request is invalid"
_TOP: Final = 2**63 - 1
# What is left to whoever is suspended, and what else whoever is frozen may send.
_RESTRICTED_MAY: Final = ("/decisions", "/settings/data", "/settings/export", "/auth/", "/appeal")
_ARCHIVE: Final = "/settings/data/archive"
_NAME: Final = "/settings/account/name"
_FROZEN_MAY: Final = (
    _ARCHIVE,
    *("/decisions", "/appeal", "/auth/", "/settings/security", "/settings/account", "/settings/access"),
    *("/notifications", "/report", "/oauth/authorize"),
)


class SignInFirst(Unauthorized):
    """The page is for people who are signed in: the way there leads over the sign-in page."""


class Restricted(Forbidden):
    """The page is not for whoever is suspended: the way leads to what is left to them."""


class Form(msgspec.Struct, frozen=True):
    """A submitted form: cleaned fields, in order, and files."""

    pairs: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, UploadFile], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """The last value of a field."""
        return next((value for key, value in reversed(self.pairs) if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value for key, value in self.pairs if key == name]

    def has(self, name: str) -> bool:
        """Whether a field was sent; a ticked box is."""
        return any(key == name for key, _value in self.pairs)

    def uploads(self, name: str) -> list[UploadFile]:
        """The files that were chosen in a field; an empty field has none."""
        return [file for key, file in self.files if key == name and file.filename]

    def as_dict(self) -> dict[str, str]:
        """Each field's last value."""
        return dict(self.pairs)


def runtime_of(request: WebRequest) -> Runtime:
    """The process's Runtime."""
    rt: Runtime = request.app.state.rt
    return rt


async def form_of(request: WebRequest) -> Form:
    """The submitted form, from this site. Raises Forbidden for another site's, Invalid for a body that is none."""
    refuse_foreign_forms(request)
    form = await _form(request)
    request.scope["state"]["web_form"] = form
    return form


def typed(request: WebRequest) -> list[str]:
    """What somebody wrote into the form that was sent, to be shown again: no secrets, no ids, no choices."""
    form: Form = request.scope["state"].get("web_form", Form())
    return [value for name, value in form.pairs if " " in value.strip() and "password" not in name]


async def _form(request: WebRequest) -> Form:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _multipart(request)
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Invalid(_BROKEN) from error
    return Form(tuple((name, clean(value)) for name, value in pairs))


async def _multipart(request: WebRequest) -> Form:
    try:
        sent = list((await request.form()).multi_items())
    except (ValueError, HTTPException) as error:
        raise Invalid(_BROKEN) from error
    pairs = tuple((name, clean(str(value))) for name, value in sent if not isinstance(value, UploadFile))
    return Form(pairs, tuple((name, value) for name, value in sent if isinstance(value, UploadFile)))


@asynccontextmanager
async def spooled(sent: UploadFile) -> AsyncIterator[Path]:
    """An uploaded file as a file on disk, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="perdure-upload-") as folder:
        path = Path(folder) / "source"
        await asyncio.to_thread(_copy, sent, path)
        yield path


def _copy(sent: UploadFile, path: Path) -> None:
    sent.file.seek(0)
    with path.open("wb") as kept:
        shutil.copyfileobj(sent.file, kept, 262_144)


async def viewer_of(request: WebRequest) -> Viewer | None:
    """Who is signed in with this browser, or None. Asked once a request."""
    state = request.scope.setdefault("state", {})
    if "web_viewer" not in state:
        found = await browser(request)
        state["web_viewer"], state["web_session"] = found or (None, None)
    viewer: Viewer | None = state["web_viewer"]
    return viewer


async def viewer_id_of(request: WebRequest) -> int | None:
    """The account that is signed in with this browser, or None."""
    viewer = await viewer_of(request)
    return viewer.account_id if viewer else None


async def require_viewer(request: WebRequest) -> Viewer:
    """Who is signed in. Raises SignInFirst, which leads to the sign-in page and back."""
    viewer = await viewer_of(request)
    path = request.url.path
    if viewer is None:
        held = await accounts.restricted_for_session(runtime_of(request), request.cookies.get(SESSION, ""))
        if held is None:
            raise SignInFirst
        if not path.startswith(_RESTRICTED_MAY) or (
            request.method == "POST" and path.startswith("/settings") and path != _ARCHIVE
        ):
            raise Restricted
        return held.viewer
    if viewer.frozen and request.method == "POST" and not _may_frozen(path):
        raise Forbidden(accounts.FROZEN)
    return viewer


def _may_frozen(path: str) -> bool:
    return path != _NAME and (path.startswith(_FROZEN_MAY) or path.endswith("/report"))


async def check_feed(request: WebRequest, viewer_id: int | None, kind: FeedKind) -> None:
    """Guests who may not read a kind of public feed are led to the sign-in page; members are told no (Forbidden)."""
    try:
        await runtime_of(request).db.read(accounts.check_feed_in, viewer_id, kind)
    except (Unauthorized, Forbidden) as error:
        if viewer_id is None:
            raise SignInFirst from error
        raise


async def session_id_of(request: WebRequest) -> int:
    """The session of this browser; 0 for guests."""
    await viewer_of(request)
    return int(request.scope["state"]["web_session"] or 0)


def client_address(request: WebRequest) -> str:
    """Where the request comes from, as the layer in front says."""
    return str(request.scope.get("state", {}).get("client_ip", ""))


def words_of(request: WebRequest) -> Words:
    """The reader's language: what the address asks for, a member's setting, a guest's choice, the browser's wish.

    A member's setting is known once :func:`viewer_of` was asked; every page does that first.
    """
    viewer: Viewer | None = request.scope.get("state", {}).get("web_viewer")
    wishes = (
        request.query_params.get("lang"),
        viewer.locale if viewer else None,
        request.cookies.get(LANGUAGE),
        *request.headers.get("accept-language", "").split(","),
    )
    codes = (str(wish).strip().lower()[:2] for wish in wishes if wish)
    language = next((code for code in codes if code in LANGUAGES), "en")
    return Words(language, runtime_of(request).clock.now_ms())


def local_path(path: str | None) -> str:
    """A path on this site, whatever somebody put into a link or form."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable():
        return "/"
    return path


def name_of(at_name: str) -> str:
    """``alice`` from ``@alice``: the framework's routes match whole segments. Raises NotFound for anything else."""
    if not at_name.startswith("@"):
        raise NotFound
    return at_name[1:]


def id_of(text: object, missing: int = 0) -> int:
    """A positive id from an address or form. Raises NotFound for anything else; ``missing`` for nothing at all."""
    given = str(text or "")
    if not given and missing:
        return missing
    if not (given.isascii() and given.isdecimal()) or not 0 < int(given[:20]) <= _TOP:
        raise NotFound
    return int(given[:20])
