"""What the work of moderation looks like in figures, each chart with the same data as a table."""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.moderation.service import metrics
from perdure.moderation.service.metrics import Inflow
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.pages.moderation.telling import obligation_named, policy_name
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import WebRequest, runtime_of

DAYS: Final = (1, 7, 30, 90)
_HOURS: Final = 24
_HEIGHT: Final = 96
_WIDTH: Final = 480


class HourBar(msgspec.Struct, frozen=True):
    """One hour of the chart: when it began (ms), its figure, and where its bar stands."""

    at: int
    count: int
    x: float
    y: float
    width: float
    height: float


def hours(found: tuple[Inflow, ...], now: int) -> list[HourBar]:
    """The last 24 hours, zero-based; hours are counted since the epoch."""
    last = now // 3_600_000
    counts = {
        hour: sum(one.found for one in found if one.hour // 3_600_000 == hour)
        for hour in range(last - _HOURS + 1, last + 1)
    }
    most, step = max(*counts.values(), 1), _WIDTH / _HOURS
    bars = []
    for place, (hour, count) in enumerate(counts.items()):
        tall = round(count / most * _HEIGHT, 1)
        bars.append(HourBar(hour * 3_600_000, count, round(place * step, 1), _HEIGHT - tall, step - 3, tall))
    return bars


@get("/moderation/metrics")
async def metrics_page(request: WebRequest) -> Response[Any]:
    """The figures of the last days."""
    viewer = await require_staff(request, "view_dashboard")
    asked = request.query_params.get("days", "7")
    days = int(asked) if asked in {str(one) for one in DAYS} else 7
    rt = runtime_of(request)
    found = await rt.db.read_long(metrics.metrics_in, viewer.account_id, days)
    return await moderation_page(
        request,
        "metrics",
        "metrics",
        figures=found,
        days=days,
        spans=DAYS,
        hours=hours(found.inflow, rt.clock.now_ms()),
        policy_name=policy_name,
        obligation=obligation_named,
        width=_WIDTH,
        height=_HEIGHT,
    )


ROUTES: list[HTTPRouteHandler] = [metrics_page]
