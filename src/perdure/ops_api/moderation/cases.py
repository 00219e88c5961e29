"""Cases: the queue, one case, who works on it, notes, hand-over; saved filters, workload, exposure."""

from typing import Any, get_args

import msgspec
from litestar import Response, delete, get, post, put

from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound
from perdure.moderation.model import CaseView, Order, QueueFilter
from perdure.moderation.service import leases, queue, reading, snapshots, working
from perdure.ops_api.moderation.common import (
    BASE,
    READ,
    WRITE,
    ApiRequest,
    answer,
    body_of,
    number_of,
    page_of,
    runtime_of,
    staff,
    version_of,
)

Answer = Response[bytes]


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note, or why something is done."""

    text: str


class Assign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom a case goes; None: to nobody."""

    to: int | None = None
    note: str = ""


class Escalate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a case goes, and why."""

    reason: str
    queue: str = "lead"


class Grade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a case is about and how grave it is."""

    severity: int | None = None
    policy: str | None = None
    category: str | None = None


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A filter under a name."""

    name: str
    filter: QueueFilter = QueueFilter()


class Spared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """House rules whose cases are not handed to somebody."""

    policies: tuple[str, ...] = ()


def _filter(request: ApiRequest) -> QueueFilter:
    given = request.query_params
    severity = tuple(int(one) for one in given.get("severity", "").split(",") if one in {"0", "1", "2", "3"})
    order = given.get("order", "priority")
    if order not in get_args(Order):
        raise Invalid(f"Validation failed: order is one of {', '.join(get_args(Order))}")
    wanted: dict[str, Any] = {name: given.get(name, "") for name in ("queue", "source", "assigned", "language")}
    if wanted["source"] not in {"", "human", "machine"} or wanted["assigned"] not in {"", "me", "nobody", "others"}:
        raise Invalid("Validation failed: source is human or machine, assigned is me, nobody or others")
    return QueueFilter(
        severities=severity,
        policies=tuple(one for one in given.get("policy", "").split(",") if one),
        states=tuple(one for one in given.get("state", "").split(",") if one) or QueueFilter().states,
        author_id=page_of(request, "author_id", 0),
        group_key=given.get("group_key", ""),
        order=order,  # type: ignore[arg-type] # one of them, see above
        **wanted,
    )


@get(f"{BASE}/cases")
async def index(request: ApiRequest) -> Answer:
    """Cases of a filter (severity, policy, state, source, assigned, queue, language, author_id, group_key, order)."""
    who, wanted = await staff(request, READ), _filter(request)
    most, skip = page_of(request, "limit", 50, 200), page_of(request, "offset", 0, 100_000)

    def read(tx: Tx) -> dict[str, Any]:
        found = queue.list_in(tx, who.account_id, wanted, most=most, skip=skip)
        return {"total": queue.count_in(tx, who.account_id, wanted), "cases": found}

    return answer(await runtime_of(request).db.read_long(read))


@post(f"{BASE}/cases/next", status_code=200)
async def claim_next(request: ApiRequest) -> Answer:
    """Claim the next case that nobody works on; null where there is none."""
    who, wanted = await staff(request, WRITE), _filter(request)
    found = await runtime_of(request).db.write("moderation.next", queue.claim_next_in, who.account_id, wanted)
    if found is None:
        return answer({"case": None, "lease": None})
    return answer({"case": found[0], "lease": found[1]}, version=found[0].version)


@get(f"{BASE}/cases/{{case_id:str}}")
async def show(request: ApiRequest, case_id: str) -> Answer:
    """Everything about a case. That it was looked at counts for the reader's exposure."""
    who = await staff(request, READ)
    return await _case(request, who.account_id, number_of(case_id))


async def _case(request: ApiRequest, staff_id: int, case_id: int) -> Answer:
    found: CaseView = await runtime_of(request).db.write("moderation.view", reading.view_in, staff_id, case_id)
    return answer(found, version=found.case.version)


@get(f"{BASE}/cases/{{case_id:str}}/items/{{item_id:str}}/snapshot")
async def snapshot(request: ApiRequest, case_id: str, item_id: str) -> Answer:
    """What an item of a case looked like. Who opens it is written down."""
    who, case, item = await staff(request, READ), number_of(case_id), number_of(item_id)

    def body(tx: Tx) -> Any:
        found = next((one for one in reading.view_in(tx, who.account_id, case).items if one.id == item), None)
        if found is None or found.snapshot_id is None:
            raise NotFound
        return snapshots.open_in(tx, who.account_id, found.snapshot_id, "case", case)

    return answer(await runtime_of(request).db.write("moderation.snapshot", body))


@post(f"{BASE}/cases/{{case_id:str}}/claim", status_code=200)
async def claim(request: ApiRequest, case_id: str) -> Answer:
    """Claim a case for five minutes."""
    who = await staff(request, WRITE)
    return answer(
        await runtime_of(request).db.write("moderation.claim", leases.claim_in, who.account_id, number_of(case_id))
    )


@post(f"{BASE}/cases/{{case_id:str}}/take_over", status_code=200)
async def take_over(request: ApiRequest, case_id: str) -> Answer:
    """A lead takes a case from whoever works on it."""
    who, given = await staff(request, WRITE), await body_of(request, Note)
    number = number_of(case_id)
    return answer(
        await runtime_of(request).db.write("moderation.claim", leases.take_over_in, who.account_id, number, given.text)
    )


@post(f"{BASE}/cases/{{case_id:str}}/renew", status_code=200)
async def renew(request: ApiRequest, case_id: str) -> Answer:
    """The heartbeat of a claim."""
    who = await staff(request, WRITE)
    return answer(
        await runtime_of(request).db.write("moderation.renew", leases.renew_in, who.account_id, number_of(case_id))
    )


@post(f"{BASE}/cases/{{case_id:str}}/release", status_code=200)
async def release(request: ApiRequest, case_id: str) -> Answer:
    """Give a case back to the queue."""
    who = await staff(request, WRITE)
    await runtime_of(request).db.write("moderation.release", leases.release_in, who.account_id, number_of(case_id))
    return answer({})


@post(f"{BASE}/cases/{{case_id:str}}/notes", status_code=200)
async def note(request: ApiRequest, case_id: str) -> Answer:
    """Write something down about a case."""
    who, given, number = await staff(request, WRITE), await body_of(request, Note), number_of(case_id)
    made = await runtime_of(request).db.write("moderation.note", working.note_in, who.account_id, number, given.text)
    return answer({"id": made})


@post(f"{BASE}/cases/{{case_id:str}}/assign", status_code=200)
async def assign(request: ApiRequest, case_id: str) -> Answer:
    """Hand a case over, with a note; to nobody: back to everybody."""
    who, given, number = await staff(request, WRITE), await body_of(request, Assign), number_of(case_id)
    version = version_of(request)

    def body(tx: Tx) -> None:
        working.assign_in(tx, who.account_id, number, given.to, version)
        if given.note.strip():
            working.note_in(tx, who.account_id, number, given.note)

    await runtime_of(request).db.write("moderation.hand_over", body)
    return await _case(request, who.account_id, number)


@post(f"{BASE}/cases/{{case_id:str}}/escalate", status_code=200)
async def escalate(request: ApiRequest, case_id: str) -> Answer:
    """Hand a case to another queue."""
    who, given, number = await staff(request, WRITE), await body_of(request, Escalate), number_of(case_id)
    await runtime_of(request).db.write(
        "moderation.escalate",
        working.escalate_in,
        who.account_id,
        number,
        given.queue,
        given.reason,
        version_of(request),
    )
    return await _case(request, who.account_id, number)


@post(f"{BASE}/cases/{{case_id:str}}/grade", status_code=200)
async def grade(request: ApiRequest, case_id: str) -> Answer:
    """Say what a case is about and how grave it is."""
    who, given, number = await staff(request, WRITE), await body_of(request, Grade), number_of(case_id)
    version = version_of(request)

    def body(tx: Tx) -> None:
        working.grade_in(
            tx,
            who.account_id,
            number,
            severity=given.severity,
            policy=given.policy,
            category=given.category,
            version=version,
        )

    await runtime_of(request).db.write("moderation.grade", body)
    return await _case(request, who.account_id, number)


@get(f"{BASE}/filters")
async def kept(request: ApiRequest) -> Answer:
    """The filters that the caller keeps."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(queue.filters_in, who.account_id))


@post(f"{BASE}/filters", status_code=200)
async def keep(request: ApiRequest) -> Answer:
    """Keep a filter under a name; one of the same name is replaced."""
    who, given = await staff(request, WRITE), await body_of(request, Named)
    rt = runtime_of(request)
    await rt.db.write("moderation.filter", queue.save_filter_in, who.account_id, given.name, given.filter)
    return answer(await rt.db.read(queue.filters_in, who.account_id))


@delete(f"{BASE}/filters/{{filter_id:str}}", status_code=200)
async def forget(request: ApiRequest, filter_id: str) -> Answer:
    """Forget a filter."""
    who = await staff(request, WRITE)
    await runtime_of(request).db.write(
        "moderation.filter", queue.forget_filter_in, who.account_id, number_of(filter_id)
    )
    return answer({})


@get(f"{BASE}/workload")
async def workload(request: ApiRequest) -> Answer:
    """Who of the staff has how much before them."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read_long(queue.workload_in, who.account_id))


@get(f"{BASE}/exposure")
async def exposure(request: ApiRequest) -> Answer:
    """How much the caller looked at today, and whether a break would do them good."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(queue.exposure_in, who.account_id))


@get(f"{BASE}/spared")
async def spared(request: ApiRequest) -> Answer:
    """House rules whose cases are not handed to the caller."""
    who = await staff(request, READ)
    return answer({"policies": await runtime_of(request).db.read(queue.opted_out_in, who.account_id)})


@put(f"{BASE}/spared", status_code=200)
async def spare(request: ApiRequest) -> Answer:
    """Say which cases are not to be handed to the caller."""
    who, given = await staff(request, WRITE), await body_of(request, Spared)
    await runtime_of(request).db.write("moderation.opt_out", queue.opt_out_in, who.account_id, given.policies)
    return answer({"policies": given.policies})


ROUTES = [
    index,
    claim_next,
    show,
    snapshot,
    claim,
    take_over,
    renew,
    release,
    note,
    assign,
    escalate,
    grade,
    kept,
    keep,
    forget,
    workload,
    exposure,
    spared,
    spare,
]
