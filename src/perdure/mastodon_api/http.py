"""What every handler uses: the runtime behind a request, and JSON answers."""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection

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


def empty() -> Response[bytes]:
    """The answer ``{}``."""
    return json_response({})
