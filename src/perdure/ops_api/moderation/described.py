"""The description of this API (OpenAPI 3.1): paths, methods and what each does, read off the handlers themselves."""

import inspect
import re
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure import __version__
from perdure.ops_api.moderation.common import BASE, READ, WRITE, answer

_PLACE = re.compile(r"{(\w+):\w+}")


def description(routes: list[HTTPRouteHandler]) -> dict[str, Any]:
    """An OpenAPI document of some routes."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for path in sorted(route.paths):
            names = _PLACE.findall(path)
            operations = {method.lower(): _operation(route, method, names) for method in sorted(route.http_methods)}
            paths.setdefault(_PLACE.sub(r"{\1}", path), {}).update(
                {method: operation for method, operation in operations.items() if method not in {"head", "options"}}
            )
    scopes = {READ: "Read", WRITE: "Act"}
    flow = {"authorizationUrl": "/oauth/authorize", "tokenUrl": "/oauth/token", "scopes": scopes}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Perdure moderation", "version": __version__},
        "paths": paths,
        "components": {"securitySchemes": {"oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}}}},
    }


def _operation(route: HTTPRouteHandler, method: str, names: list[str]) -> dict[str, Any]:
    place = {"in": "path", "required": True, "schema": {"type": "string"}}
    operation: dict[str, Any] = {
        "summary": (inspect.getdoc(route.fn) or "").partition("\n")[0],
        "security": [{"oauth": [READ if method == "GET" else WRITE]}],
        "parameters": [{"name": name, **place} for name in names],
        "responses": {
            "200": {"description": "Done; ETag carries the version of what has one."},
            "403": {"description": "Scope, role or second factor is missing."},
            "409": {"description": "Somebody was faster: read again."},
            "422": {"description": "What was sent cannot be accepted; details name each field."},
        },
    }
    if method != "GET":
        operation["requestBody"] = {"content": {"application/json": {"schema": {"type": "object"}}}}
    return operation


def described(routes: list[HTTPRouteHandler]) -> HTTPRouteHandler:
    """The route that answers with the description of others."""
    document = description(routes)

    @get(f"{BASE}/openapi")
    async def openapi() -> Response[bytes]:
        """This description."""
        return answer(document)

    return openapi
