"""Whether the site is up, and how it does."""

from litestar import Request, Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from perdure.kernel.outbox import queries as outbox
from perdure.kernel.runtime import Runtime


def _runtime(request: Request) -> Runtime:  # type: ignore[type-arg] # the framework's own parameters do not matter here
    rt: Runtime = request.app.state.rt
    return rt


@get("/health")
async def health(request: Request) -> Response[bytes]:  # type: ignore[type-arg]
    """``UP`` as long as the database answers; 503 otherwise."""
    await _runtime(request).db.read(outbox.oldest_due)
    return Response(b'{"status":"UP"}', media_type="application/json")


@get("/metrics")
async def metrics(request: Request) -> Response[bytes]:  # type: ignore[type-arg]
    """Measurements of this web process in Prometheus' format, and the age of the oldest waiting event."""
    rt = _runtime(request)
    oldest = await rt.db.read(outbox.oldest_due)
    age = 0 if oldest is None else max(0, rt.clock.now_ms() - oldest) / 1000
    extra = (
        "# HELP perdure_outbox_oldest_seconds Age of the oldest event that waits for delivery.\n"
        "# TYPE perdure_outbox_oldest_seconds gauge\n"
        f"perdure_outbox_oldest_seconds {age}\n"
    )
    return Response(generate_latest() + extra.encode(), media_type=CONTENT_TYPE_LATEST)


ROUTES = [health, metrics]
