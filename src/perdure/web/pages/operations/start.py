"""The operators' start page: one sentence that is a promise and its proof, then health, then numbers."""

from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.ids import id_at
from perdure.posts import service as posts
from perdure.web.pages.operations.charts import chart, first_day_ms
from perdure.web.pages.operations.frame import operations_page, require_staff
from perdure.web.pages.operations.health import finding_words, report
from perdure.web.request import WebRequest, runtime_of


@get("/operations")
async def start(request: WebRequest) -> Response[Any]:
    """How the site does. Moderators see the numbers; what runs it is for those who may see it."""
    viewer, rt = await require_staff(request, "view_dashboard"), runtime_of(request)
    now = rt.clock.now_ms()
    since = first_day_ms(now)
    growth = await accounts.growth(rt, viewer, since)
    by_day = await rt.db.read_long(posts.posts_by_day_in, id_at(since))
    return await operations_page(
        request,
        "start",
        back="",
        health=await report(rt) if accounts.holds(viewer.role, "view_devops") else None,
        finding_words=finding_words,
        growth=growth,
        posts=chart(by_day, now),
        joined=chart(growth.joined, now),
    )


ROUTES: list[HTTPRouteHandler] = [start]
