"""The register of obligations, clocks that stand still or are taken, and whom deadlines call."""

from typing import Any

import msgspec
from litestar import Response, delete, get, post, put

from perdure.moderation.service import duty, obligations, paging, pausing
from perdure.ops_api.moderation.common import (
    BASE,
    READ,
    WRITE,
    ApiRequest,
    answer,
    body_of,
    number_of,
    runtime_of,
    staff,
)

Answer = Response[bytes]


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields of a row that change, and why. ``fields`` as ``obligations.toml`` names them."""

    fields: dict[str, Any]
    reason: str


class Pause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code that the obligation allows, and where it is shown."""

    reason: str
    proof: str


class Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The later deadline (ms), and who agreed to it."""

    due_at: int
    proof: str


class OnCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is on duty; nobody: everybody who looks after reports."""

    account_ids: tuple[int, ...]


class Program(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program that is called too."""

    name: str
    url: str
    secret: str


@get(f"{BASE}/obligations")
async def index(request: ApiRequest) -> Answer:
    """The register as it stands, by key."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(obligations.list_in, who.account_id))


@get(f"{BASE}/obligations/{{key:str}}")
async def versions(request: ApiRequest, key: str) -> Answer:
    """Every version of one row, newest first."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(obligations.history_in, who.account_id, key))


@put(f"{BASE}/obligations/{{key:str}}")
async def change(request: ApiRequest, key: str) -> Answer:
    """Write a new version of a row, or a new row; clocks that run are left as they are."""
    who, given = await staff(request, WRITE), await body_of(request, Change)
    made = await runtime_of(request).db.write(
        "moderation.obligation", obligations.set_in, who.account_id, key, given.fields, given.reason
    )
    return answer(made, version=made.number)


@post(f"{BASE}/clocks/{{clock_id:str}}/pause", status_code=200)
async def pause(request: ApiRequest, clock_id: str) -> Answer:
    """Stop a clock, with a reason that its obligation knows and a proof."""
    who, given, number = await staff(request, WRITE), await body_of(request, Pause), number_of(clock_id)
    rt = runtime_of(request)
    await rt.db.write("moderation.pause", pausing.pause_in, who.account_id, number, given.reason, given.proof)
    return answer({})


@post(f"{BASE}/clocks/{{clock_id:str}}/extend", status_code=200)
async def extend(request: ApiRequest, clock_id: str) -> Answer:
    """Move a deadline to the later instant that whoever set it agreed to."""
    who, given, number = await staff(request, WRITE), await body_of(request, Extension), number_of(clock_id)
    rt = runtime_of(request)
    await rt.db.write("moderation.extend", pausing.extend_in, who.account_id, number, given.due_at, given.proof)
    return answer({})


@post(f"{BASE}/clocks/{{clock_id:str}}/resume", status_code=200)
async def resume(request: ApiRequest, clock_id: str) -> Answer:
    """Let a clock run on."""
    who, number = await staff(request, WRITE), number_of(clock_id)
    await runtime_of(request).db.write("moderation.resume", pausing.resume_in, who.account_id, number)
    return answer({})


@post(f"{BASE}/clocks/{{clock_id:str}}/take", status_code=200)
async def take(request: ApiRequest, clock_id: str) -> Answer:
    """Say that one is on it, so that nobody is called again."""
    who, number = await staff(request, WRITE), number_of(clock_id)
    await runtime_of(request).db.write("moderation.take", paging.take_in, who.account_id, number)
    return answer({})


@get(f"{BASE}/duty")
async def on_duty(request: ApiRequest) -> Answer:
    """Who looks after reports, and how each is called."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(duty.staff_in, who.account_id))


@put(f"{BASE}/duty")
async def name_duty(request: ApiRequest) -> Answer:
    """Name who is on duty."""
    who, given = await staff(request, WRITE), await body_of(request, OnCall)
    await runtime_of(request).db.write("moderation.duty", duty.name_in, who.account_id, list(given.account_ids))
    return answer({})


@get(f"{BASE}/hooks")
async def programs(request: ApiRequest) -> Answer:
    """The programs that are called, and what became of the last messages."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(duty.programs_in, who.account_id))


@post(f"{BASE}/hooks", status_code=200)
async def add_program(request: ApiRequest) -> Answer:
    """Call a program too. Its secret is stored sealed and never shown."""
    who, given = await staff(request, WRITE), await body_of(request, Program)
    made = await duty.add_program(
        runtime_of(request), who.account_id, name=given.name, url=given.url, secret=given.secret
    )
    return answer({"id": made})


@delete(f"{BASE}/hooks/{{hook_id:str}}", status_code=200)
async def remove_program(request: ApiRequest, hook_id: str) -> Answer:
    """Call a program no more."""
    who, number = await staff(request, WRITE), number_of(hook_id)
    await runtime_of(request).db.write("moderation.hook", duty.remove_program_in, who.account_id, number)
    return answer({})


ROUTES = [
    index,
    versions,
    change,
    pause,
    extend,
    resume,
    take,
    on_duty,
    name_duty,
    programs,
    add_program,
    remove_program,
]
