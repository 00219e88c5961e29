"""The lifeboat page as this site serves it, under whatever name it is reached, also when it can only be read."""

import base64
import hashlib
from typing import Any, Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from perdure.kernel.errors import NotFound
from perdure.web.lifeboat import FACTS, PAGE, SIGNATURE, STYLE
from perdure.web.request import WebRequest, runtime_of
from perdure.web.standing import files_of

_STYLE: Final = f"sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}"
_TYPES: Final = {PAGE: "text/html; charset=utf-8", FACTS: "application/json", SIGNATURE: "application/json"}


@get("/lifeboat")
async def lead_on(request: WebRequest) -> Response[Any]:
    """The files name each other without a path, so they stand in a folder."""
    return Redirect("/lifeboat/index.html")


@get("/lifeboat/{name:str}")
async def file(request: WebRequest, name: str) -> Response[Any]:
    """One of the lifeboat's files."""
    files = await files_of(runtime_of(request))
    if name not in files:
        raise NotFound
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "public, max-age=60",
        "Content-Security-Policy": f"default-src 'none'; style-src '{_STYLE}'; base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(files[name], media_type=_TYPES[name], headers=headers)


ROUTES: list[HTTPRouteHandler] = [lead_on, file]
