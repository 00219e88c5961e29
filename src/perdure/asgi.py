"""The web process's entry point: the ASGI application that granian loads."""

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from perdure import wiring
from perdure.kernel.errors import AppError
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api import problem
from perdure.mastodon_api.front import Front
from perdure.mastodon_api.limits import Counters
from perdure.mastodon_api.routes import ROUTES, WEBSOCKETS
from perdure.web.routes import ROUTES as PAGES


def create_app(rt: Runtime) -> ASGIApp:
    """The whole application on a runtime: API, pages, and the layer in front of them."""
    app = Litestar(
        route_handlers=[*ROUTES, *PAGES, *WEBSOCKETS],
        state=State({"rt": rt}),
        on_startup=[rt.bus.start],
        on_shutdown=[rt.bus.stop],
        exception_handlers={
            AppError: problem.app_error,
            HTTPException: problem.http_error,
            Exception: problem.unexpected,
        },
        request_max_body_size=rt.settings.max_request_bytes,
        openapi_config=None,
    )
    counters = Counters(wiring.run_folder(rt.settings) / "limits", rt.clock)
    return Front(app, rt, counters)
