"""Files that pages and clients fetch: style sheets, mark, default pictures; cached for good under their hash."""

import hashlib
import re
from importlib.resources import files
from typing import Any, Final

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.kernel.errors import NotFound

_TYPES: Final = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}
_FILES: Final[dict[str, bytes]] = {
    file.name: file.read_bytes() for file in files("perdure.web").joinpath("static").iterdir() if file.is_file()
}
_HASHES: Final = {name: hashlib.sha256(body).hexdigest()[:16] for name, body in _FILES.items()}
_HEX: Final = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")


def _colours() -> dict[str, tuple[str, str]]:
    light, dark = _FILES["tokens.css"].decode().split("@media", 2)[:2]
    other: dict[str, str] = dict(_HEX.findall(dark))
    return {name: (colour, other.get(name, colour)) for name, colour in _HEX.findall(light)}


COLOURS: Final = _colours()
"""The colours of tokens.css by name, light and dark, for what a style sheet does not reach."""


def asset(name: str) -> str:
    """The path of a file with its hash, so that a browser keeps it until it changes."""
    return f"/static/{name}?v={_HASHES[name]}"


@get("/static/{name:str}")
async def static_file(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    """One file of the package; nothing else can be reached."""
    body = _FILES.get(name)
    if body is None:
        raise NotFound
    tag = _HASHES[name]
    lasting = request.query_params.get("v") == tag
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if lasting else "public, max-age=3600",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "ETag": f'"{tag}"',
    }
    media_type = _TYPES[name.rsplit(".", 1)[-1]]
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(b"", status_code=304, media_type=media_type, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


ROUTES: list[HTTPRouteHandler] = [static_file]
