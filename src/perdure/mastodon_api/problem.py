"""Errors as the client API words them: ``{"error": …}`` whatever went wrong (api.md §3.12)."""

import errno
from typing import Any, Final

from litestar import Response
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException

from perdure.kernel.errors import AppError, Invalid, RateLimited, Unavailable
from perdure.kernel.log import logger
from perdure.mastodon_api.http import json_response

STATUS: Final = {
    "invalid": 422,
    "not_found": 404,
    "gone": 410,
    "unauthorized": 401,
    "forbidden": 403,
    "conflict": 409,
    "too_large": 413,
    "rate_limited": 429,
    "unavailable": 503,
}
_HTTP_TEXTS: Final = {
    400: "Bad request",
    404: "Record not found",
    405: "Method not allowed",
    413: "Request body is too large",
}
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EMFILE, errno.ENFILE})
log = logger("api")


def status_of(error: AppError) -> int:
    """The HTTP status for an expected failure."""
    return STATUS.get(error.kind, 500)


def app_error(_request: ASGIConnection[Any, Any, Any, Any], error: AppError) -> Response[bytes]:
    """An expected failure."""
    body: dict[str, Any] = {"error": error.public}
    headers: dict[str, str] = {}
    if isinstance(error, Invalid) and error.details:
        body["details"] = {
            name: [{"error": code, "description": text} for code, text in found]
            for name, found in error.details.items()
        }
    if isinstance(error, RateLimited | Unavailable):
        headers["Retry-After"] = str(error.retry_after_s)
    if error.data:
        log.info("refused", kind=error.kind, public=error.public, **{k: str(v) for k, v in error.data.items()})
    return json_response(body, status_of(error), headers)


def http_error(_request: ASGIConnection[Any, Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """The framework's own errors, in our form."""
    text = _HTTP_TEXTS.get(error.status_code, "Bad request")
    return json_response({"error": text}, error.status_code, dict(error.headers or {}))


def unexpected(request: ASGIConnection[Any, Any, Any, Any], error: Exception) -> Response[bytes]:
    """A defect: logged with its traceback, shown as one sentence. A disk without room is none."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return app_error(request, Unavailable(reason=str(error)))
    log.error("unexpected", path=request.scope["path"], exc_info=error)
    return json_response({"error": "Something went wrong on our side. It has been logged."}, 500)
