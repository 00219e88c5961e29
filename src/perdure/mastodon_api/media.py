"""Uploads, and the files themselves (api.md §3.7)."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from litestar import Response, delete, get, post, put, route
from litestar.datastructures import UploadFile
from litestar.response import Stream

from perdure.kernel.errors import Invalid, NotFound, Unavailable
from perdure.kernel.ranges import byte_range
from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.account import Urls
from perdure.mastodon_api.entities.media import media_entity
from perdure.mastodon_api.http import ApiRequest, empty, json_response, old_since, runtime_of
from perdure.mastodon_api.params import Params, read_params
from perdure.mastodon_api.statuses import path_id
from perdure.media import service
from perdure.media.model import Change, MediaView
from perdure.media.ports import ObjectStore
from perdure.media.rules.kinds import INVALID, focus_of, served_type
from perdure.media.service import recalling

_FAILED: Final = "Validation failed: File is invalid"
_ON_ITS_WAY: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48" width="640" height="480">'
    b'<path fill="#d5d8de" d="M0 0h64v48H0z"/><g fill="none" stroke="#68707f" stroke-width="2" stroke-linecap="round">'
    b'<circle cx="32" cy="24" r="9"/><path d="M32 18.500v5.500l4 3"/></g></svg>'
)


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


def change_of(params: Params) -> Change:
    """What a request says about a file. Raises Invalid for a focal point outside of the picture."""
    text = params.text("focus")
    focus = focus_of(text) if text else None
    if text and focus is None:
        raise Invalid("Validation failed: Focus is invalid")
    return Change(description=params.text("description"), focus=focus)


async def _upload(request: ApiRequest, *, wait: bool) -> Response[bytes]:
    who = await viewer(request, "write:media")
    rt, params = runtime_of(request), await read_params(request)
    sent = params.file("file")
    if sent is None:
        raise Invalid("Validation failed: File can't be blank" if not params.has("file") else INVALID)
    change = change_of(params)
    async with spooled(sent) as path:
        view = await service.upload(rt, who.account_id, path, change, wait=wait)
    thumbnail = params.file("thumbnail")
    if thumbnail is not None:
        async with spooled(thumbnail) as path:
            await service.replace_preview(rt, who.account_id, view.id, path)
        view = await rt.db.read(service.own_in, who.account_id, view.id)
    return _answer(request, view, 202)


def _answer(request: ApiRequest, view: MediaView, waiting: int) -> Response[bytes]:
    if view.state == "failed":
        raise Invalid(_FAILED)
    status = 200 if view.state == "ready" else waiting
    return json_response(media_entity(view, Urls.of(runtime_of(request).settings)), status)


@post("/api/v2/media", status_code=200)
async def upload(request: ApiRequest) -> Response[bytes]:
    """Take a file; film and sound are processed afterwards."""
    return await _upload(request, wait=False)


@post("/api/v1/media", status_code=200, response_headers=old_since("2020-04-05"))
async def upload_and_wait(request: ApiRequest) -> Response[bytes]:
    """Take a file and answer when it is ready: an old spelling that clients still send."""
    return await _upload(request, wait=True)


@get("/api/v1/media/{media_id:str}")
async def show(request: ApiRequest, media_id: str) -> Response[bytes]:
    """One's own file; 206 until it is ready."""
    who = await viewer(request, "write:media")
    view = await runtime_of(request).db.read(service.own_in, who.account_id, path_id(media_id))
    return _answer(request, view, 206)


@put("/api/v1/media/{media_id:str}")
async def change(request: ApiRequest, media_id: str) -> Response[bytes]:
    """Describe a file, move its focal point, or give it another thumbnail, until a post shows it."""
    who = await viewer(request, "write:media")
    rt, params, number = runtime_of(request), await read_params(request), path_id(media_id)
    view = await rt.db.write("media.change", service.change_in, who.account_id, number, change_of(params))
    if thumbnail := params.file("thumbnail"):
        async with spooled(thumbnail) as path:
            await service.replace_preview(rt, who.account_id, number, path)
        view = await rt.db.read(service.own_in, who.account_id, number)
    return _answer(request, view, 206)


@delete("/api/v1/media/{media_id:str}", status_code=200)
async def remove(request: ApiRequest, media_id: str) -> Response[bytes]:
    """Delete a file that no post shows."""
    who = await viewer(request, "write:media")
    await service.delete(runtime_of(request), who.account_id, path_id(media_id))
    return empty()


def _headers(name: str) -> dict[str, str]:
    """What keeps a stranger's file from acting as a page of ours, and lets browsers keep it for good."""
    return {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
        "Accept-Ranges": "bytes",
        "ETag": f'"{name}"',
    }


def _placeholder(error: Unavailable, *, with_body: bool) -> Response[bytes]:
    """A picture for what is still on its way from a copy: browsers show it, nobody keeps it."""
    headers = {**_headers("placeholder"), "Cache-Control": "no-store", "Retry-After": str(error.retry_after_s)}
    body = _ON_ITS_WAY if with_body else b""
    return Response(body, status_code=503, headers=headers, media_type="image/svg+xml")


@route("/media/{folder:str}/{name:str}", http_method=["GET", "HEAD"])
async def file(request: ApiRequest, folder: str, name: str) -> Response[bytes] | Stream:
    """A stored file, or part of it, for anybody who knows its name."""
    key = f"{folder}/{name}"
    mime = served_type(key)
    if mime is None:
        raise NotFound
    rt = runtime_of(request)
    if await rt.db.read(service.withheld_in, key):
        raise NotFound
    store = rt.port(ObjectStore)
    try:
        size = await recalling.size(rt, key)
    except Unavailable as error:
        if not mime.startswith("image/"):
            raise
        return _placeholder(error, with_body=request.method == "GET")
    headers = _headers(name)
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers, media_type=mime)
    first, last, status = 0, size - 1, 200
    try:
        wanted = byte_range(request.headers.get("range", ""), size)
    except ValueError:
        headers["Content-Range"] = f"bytes */{size}"
        return Response(b"", status_code=416, headers=headers, media_type=mime)
    if wanted is not None:
        (first, last), status = wanted, 206
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    if request.method == "HEAD":
        return Response(b"", status_code=status, headers=headers, media_type=mime)
    return Stream(store.chunks(key, first, last - first + 1), status_code=status, headers=headers, media_type=mime)


ROUTES = [upload, upload_and_wait, show, change, remove, file]
