"""The figures of moderation, as the page shows them."""

from litestar import Response, get

from perdure.moderation.service import metrics
from perdure.ops_api.moderation.common import BASE, READ, ApiRequest, answer, page_of, runtime_of, staff


@get(f"{BASE}/metrics")
async def figures(request: ApiRequest) -> Response[bytes]:
    """Queue, inflow, times, sources, rules, clocks, appeals and alarms of the last ``days`` (1 to 90, else 7)."""
    who, days = await staff(request, READ), page_of(request, "days", 7, 90)
    return answer(await runtime_of(request).db.read_long(metrics.metrics_in, who.account_id, days))


ROUTES = [figures]
