"""Every route of the client API, collected from the resource files."""

from typing import Any

from litestar.handlers import HTTPRouteHandler

ROUTES: list[HTTPRouteHandler] = []

WEBSOCKETS: list[Any] = []
