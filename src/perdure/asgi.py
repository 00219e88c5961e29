"""The web process: the ASGI application, served by granian."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from litestar import Litestar, Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from perdure import wiring
from perdure.accounts.errors import FactorMissing
from perdure.kernel import log, process
from perdure.kernel.errors import AppError, ReadOnly
from perdure.kernel.metrics import STARTED
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings
from perdure.mastodon_api import problem
from perdure.mastodon_api.front import Front
from perdure.mastodon_api.hot import HomeLane
from perdure.mastodon_api.limits import Counters
from perdure.mastodon_api.routes import ROUTES, WEBSOCKETS
from perdure.ops_api.copied import copy_told
from perdure.ops_api.measure import measured
from perdure.ops_api.routes import ROUTES as OPS
from perdure.web.cookies import browser, refuse_foreign_forms
from perdure.web.errors import error_page, factor_first, is_api, read_only_page, restricted, sign_in_first, wants_page
from perdure.web.moved import Moved
from perdure.web.renamed import Renamed, renamed
from perdure.web.request import Restricted, SignInFirst, WebRequest
from perdure.web.routes import ROUTES as PAGES


def framework(max_body_bytes: int) -> Litestar:
    """Every route, ready for the runtime that :func:`create_app` puts into its state. Costs half a second."""

    async def start(app: Litestar) -> None:
        await app.state.rt.bus.start()

    async def stop(app: Litestar) -> None:
        await app.state.rt.bus.stop()
        if close := app.state.get("close"):
            close()

    return Litestar(
        route_handlers=[*ROUTES, *PAGES, *OPS, *WEBSOCKETS],
        before_request=_guard,
        on_startup=[start],
        on_shutdown=[stop],
        exception_handlers={
            SignInFirst: sign_in_first,
            Restricted: restricted,
            Renamed: renamed,
            AppError: _or_page(problem.app_error),
            HTTPException: _or_page(problem.http_error),
            Exception: _or_page(problem.unexpected),
        },
        request_max_body_size=max_body_bytes,
        openapi_config=None,
        logging_config=None,  # ours is kernel.log; the framework would take over the root logger
    )


_framework = cache(framework)


def create_app(rt: Runtime, app: Litestar) -> ASGIApp:
    """The whole application on a runtime: API, pages, and the layer in front of them."""
    app.state.rt = rt
    app.state.browser = browser
    counters = Counters(wiring.run_folder(rt.settings) / "limits", rt.clock)
    return Moved(HomeLane(measured(copy_told(Front(app, rt, counters))), rt, counters), rt)


async def _guard(request: WebRequest) -> None:
    """What holds for every route: the limit that the layer in front found exceeded, and no form of another site."""
    refused = request.scope["state"].get("refused")
    if refused is not None:
        raise refused
    if request.method not in {"GET", "HEAD", "OPTIONS"} and not is_api(request):
        refuse_foreign_forms(request)


def _or_page(told: Callable[[WebRequest, Any], Response[bytes]]) -> Callable[[WebRequest, Any], Response[Any]]:
    """The API's answer to an error; for somebody with a browser a page with the same status."""

    def handler(request: WebRequest, error: Any) -> Response[Any]:
        if isinstance(error, FactorMissing) and wants_page(request):
            return factor_first(request)
        answer = told(request, error)
        if not wants_page(request):
            return answer
        if isinstance(error, ReadOnly):
            page = read_only_page(request, error)
        else:
            page = error_page(request, answer.status_code or 500)
        if wait := answer.headers.get("Retry-After"):
            page.headers["Retry-After"] = wait
        return page

    return handler


def load(settings: Settings) -> ASGIApp:
    """Build the application inside a web worker; the worker ends with its parent and closes what it opened.

    Workers come into being by a fork: where the parent has made the framework, they need not.
    """
    process.die_with_parent()
    log.configure(level=settings.log_level, as_json=settings.log_json)
    STARTED.labels("web").set_to_current_time()
    stack = ExitStack()
    with process.explained():
        rt = stack.enter_context(wiring.runtime(settings))

    app = _framework(settings.max_request_bytes)
    app.state.close = stack.close
    return create_app(rt, app)


def prepare(settings: Settings) -> None:
    """Make what every web worker needs, before they come into being."""
    _framework(settings.max_request_bytes)


def run(settings: Settings) -> None:
    """Serve until a signal asks to stop."""
    folder = Path(settings.peer_test_tls) if settings.peer_test_tls else None
    certificate, key = (folder / "certificate.pem", folder / "key.pem") if folder else (None, None)
    os.environ.update(process.for_child())
    server = Granian(
        "perdure.asgi",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        backlog=2048,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=15,
        ssl_cert=certificate,
        ssl_key=key,
    )
    server.serve(target_loader=partial(_loader, settings), wrap_loader=False)
    sys.exit(0)


def _loader(settings: Settings) -> ASGIApp:
    return load(settings)


def main() -> None:
    """Serve with the settings that come in on standard input."""
    process.die_with_parent()
    run(process.read_settings())


if __name__ == "__main__":
    main()
