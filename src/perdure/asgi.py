"""The web process's entry point: the ASGI application that granian loads."""

from litestar import Litestar
from litestar.types import ASGIApp

from perdure.kernel.runtime import Runtime


def create_app(rt: Runtime) -> ASGIApp:
    """The whole application on a runtime."""
    return Litestar(route_handlers=[], state=None, on_startup=[rt.bus.start], on_shutdown=[rt.bus.stop])
