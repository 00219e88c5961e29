"""A site for tests: requests in, answers out, and the worker's work on demand."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
from litestar import Litestar
from litestar.testing import TestClient

from perdure import asgi, wiring
from perdure.kernel import schedule
from perdure.kernel.clock import ManualClock
from perdure.kernel.db import Tx
from perdure.kernel.outbox import Deliverer
from perdure.kernel.runtime import Runtime
from perdure.kernel.settings import Settings

NOW = 1_790_000_000_000
T = TypeVar("T")


class Site:
    """The application, its runtime, and short forms for what tests do all the time."""

    def __init__(self, rt: Runtime, clock: ManualClock, client: TestClient[Any]) -> None:
        self.rt = rt
        self.clock = clock
        self.client = client

    def request(self, method: str, path: str, token: str | None = None, **kwargs: Any) -> httpx.Response:
        """One request; ``token`` becomes the bearer token."""
        headers = dict(kwargs.pop("headers", None) or {})
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.client.request(method, path, headers=headers, **kwargs)

    def get(self, path: str, token: str | None = None, **kwargs: Any) -> httpx.Response:
        return self.request("GET", path, token, **kwargs)

    def post(self, path: str, token: str | None = None, **kwargs: Any) -> httpx.Response:
        return self.request("POST", path, token, **kwargs)

    def put(self, path: str, token: str | None = None, **kwargs: Any) -> httpx.Response:
        return self.request("PUT", path, token, **kwargs)

    def patch(self, path: str, token: str | None = None, **kwargs: Any) -> httpx.Response:
        return self.request("PATCH", path, token, **kwargs)

    def delete(self, path: str, token: str | None = None, **kwargs: Any) -> httpx.Response:
        return self.request("DELETE", path, token, **kwargs)

    def run(self, call: Callable[..., Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """Await a use case on the application's own event loop: ``site.run(service.verb, site.rt, …)``."""

        async def awaited() -> T:
            return await call(*args, **kwargs)

        with self.client.portal() as portal:
            return portal.call(awaited)

    def write(self, body: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a transaction body and commit."""
        return self.run(self.rt.db.write, "test", body, *args, **kwargs)

    def read(self, body: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a read."""
        return self.run(self.rt.db.read, body, *args, **kwargs)

    def work(self) -> int:
        """Deliver everything the outbox holds, as the worker does; returns how many deliveries there were."""
        return self.run(Deliverer(self.rt, wiring.registry()).deliver_all)

    def run_jobs(self) -> int:
        """Run the recurring jobs that are due."""
        return self.run(schedule.run_due, self.rt, list(wiring.JOBS))


_idle: dict[int, list[Litestar]] = defaultdict(list)


@contextmanager
def open_site(settings: Settings, clock: ManualClock) -> Iterator[Site]:
    """Build the runtime and the application around it, and close both at the end.

    Registering every route costs more than most tests, so sites that are open one after the other share the framework.
    """
    idle = _idle[settings.max_request_bytes]
    framework = idle.pop() if idle else asgi.framework(settings.max_request_bytes)
    with wiring.runtime(settings, clock=clock, local=True) as rt:
        app = asgi.create_app(rt, framework)
        with TestClient(app, base_url=settings.base_url, raise_server_exceptions=False) as client:
            yield Site(rt, clock, client)
    idle.append(framework)


def on_loop(call: Awaitable[T]) -> T:
    """Await something without a site."""

    async def awaited() -> T:
        return await call

    return asyncio.run(awaited())


def rows(tx: Tx, text: str) -> list[Any]:
    """Rows of a textual query, for assertions about what is stored."""
    from perdure.kernel.db import sql

    return tx.all(sql(text))
