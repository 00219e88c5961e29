"""Which cases a list shows: read from the address, written back into it, kept under a name."""

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from perdure.kernel.errors import AppError, NotFound
from perdure.moderation.model import QueueFilter, SavedFilter
from perdure.moderation.service import queue
from perdure.web.page import redirect
from perdure.web.request import WebRequest, form_of, id_of, require_viewer, runtime_of
from perdure.web.words import Words

_ORDERS: Final = ("priority", "deadline", "oldest", "newest")
_STATES: Final[dict[str, tuple[str, ...]]] = {"escalated": ("escalated",), "decided": ("decided", "notified", "closed")}
NAMES: Final = ("severity", "policy", "source", "assigned", "state", "queue", "order")


def given_of(pairs: dict[str, str]) -> dict[str, str]:
    """What was asked, without what nobody offers."""
    return {name: pairs.get(name, "")[:60] for name in NAMES}


def filter_of(given: dict[str, str]) -> QueueFilter:
    """What was asked, as the service wants it; an unknown word means any."""
    severity, order = given["severity"], given["order"]
    source = given["source"] if given["source"] in {"human", "machine"} else ""
    assigned = given["assigned"] if given["assigned"] in {"me", "nobody", "others"} else ""
    return QueueFilter(
        states=_STATES.get(given["state"], QueueFilter().states),
        severities=(int(severity),) if severity in {"0", "1", "2", "3"} else (),
        policies=(given["policy"],) if given["policy"] else (),
        source=source,  # type: ignore[arg-type] # one of the two, or nothing
        assigned=assigned,  # type: ignore[arg-type] # one of the three, or nothing
        queue=given["queue"],
        order=order if order in _ORDERS else "priority",  # type: ignore[arg-type] # one of the four
    )


def query_of(given: dict[str, str], **more: object) -> str:
    """What was asked as the end of an address; empty where nothing was."""
    kept = {name: value for name, value in ({**given} | more).items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def saved_query(saved: SavedFilter) -> dict[str, str]:
    """A kept filter as what was asked for it."""
    kept = saved.filter
    state = next((word for word, states in _STATES.items() if states == kept.states), "")
    return {
        "severity": str(kept.severities[0]) if kept.severities else "",
        "policy": kept.policies[0] if kept.policies else "",
        "source": kept.source,
        "assigned": kept.assigned,
        "state": state,
        "queue": kept.queue,
        "order": "" if kept.order == "priority" else kept.order,
    }


def fields(t: Words, policies: list[tuple[str, str]]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The fields of the form above the queue: name, label, and pairs of value and word."""
    return [
        (
            "severity",
            t("moderation.severity_label"),
            [(n, t.of("moderation.severity", n)) for n in ("0", "1", "2", "3")],
        ),
        ("policy", t("moderation.rule"), policies),
        ("source", t("moderation.source"), [(n, t.of("moderation.who_asked", n)) for n in ("human", "machine")]),
        (
            "assigned",
            t("moderation.assigned"),
            [(n, t.of("moderation.given_to", n)) for n in ("me", "nobody", "others")],
        ),
        ("state", t("moderation.state"), [(n, t.of("moderation.states", n)) for n in ("escalated", "decided")]),
        ("order", t("moderation.order"), [(n, t.of("moderation.orders", n)) for n in _ORDERS[1:]]),
    ]


@post("/moderation/filters")
async def keep(request: WebRequest) -> Response[Any]:
    """Keep what the queue shows under a name."""
    form, viewer = await form_of(request), await require_viewer(request)
    asked = given_of(dict(parse_qsl(form.get("query").lstrip("?"))))
    try:
        await runtime_of(request).db.write(
            "moderation.filter", queue.save_filter_in, viewer.account_id, form.get("name"), filter_of(asked)
        )
    except AppError as error:
        if error.kind != "invalid":
            raise
        return redirect(request, f"/moderation{query_of(asked)}", said="filter_refused")
    return redirect(request, f"/moderation{query_of(asked)}", said="filter_kept")


@post("/moderation/filters/{filter_id:str}/delete")
async def drop(request: WebRequest, filter_id: str) -> Response[Any]:
    """Forget a kept filter."""
    await form_of(request)
    viewer = await require_viewer(request)
    await runtime_of(request).db.write("moderation.filter", queue.forget_filter_in, viewer.account_id, id_of(filter_id))
    return redirect(request, "/moderation", said="filter_gone")


def find(saved: list[SavedFilter], wanted: object) -> SavedFilter:
    """A kept filter by its id. Raises NotFound."""
    number = id_of(wanted)
    found = next((one for one in saved if one.id == number), None)
    if found is None:
        raise NotFound
    return found


ROUTES: list[HTTPRouteHandler] = [keep, drop]
