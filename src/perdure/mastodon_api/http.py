"""What every handler uses: the runtime behind a request, and JSON answers."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import ResponseHeader

from perdure.kernel.runtime import Runtime

ApiRequest = Request[Any, Any, Any]
_encoder = msgspec.json.Encoder()


def runtime_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Runtime:
    """The process's Runtime."""
    rt: Runtime = connection.app.state.rt
    return rt


def json_response(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response[bytes]:
    """Any msgspec-encodable value as JSON; ``msgspec.Raw`` inside it is taken as already encoded."""
    return Response(
        _encoder.encode(content),
        status_code=status,
        media_type="application/json; charset=utf-8",
        headers=headers or {},
    )


def old_since(day: str) -> list[ResponseHeader]:
    """The headers of an endpoint that something newer replaced on a day (RFC 9745)."""
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return [ResponseHeader(name="Deprecation", value=f"@{int(at.timestamp())}")]


def empty() -> Response[bytes]:
    """The answer ``{}``."""
    return json_response({})


def version_wanted(request: ApiRequest) -> int | None:
    """The version in ``If-Match``; None where any will do, -1 for one that no thing has."""
    text = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if text in {"", "*"}:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else -1
