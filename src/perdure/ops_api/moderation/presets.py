"""Warning presets, which ``warning_preset_id`` of the client API's account action names."""

import msgspec
from litestar import Response, delete, get, post, put

from perdure.moderation.service import presets
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
    version_of,
)

Answer = Response[bytes]


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Its name in lists, and its text."""

    title: str
    text: str


@get(f"{BASE}/presets")
async def index(request: ApiRequest) -> Answer:
    """Every preset, by title."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(presets.all_in, who.account_id))


@post(f"{BASE}/presets", status_code=200)
async def add(request: ApiRequest) -> Answer:
    """Keep a new one."""
    who, given = await staff(request, WRITE), await body_of(request, Preset)
    made = await runtime_of(request).db.write(
        "moderation.preset", presets.add_in, who.account_id, given.title, given.text
    )
    return answer(made, version=made.version)


@put(f"{BASE}/presets/{{preset_id:str}}")
async def change(request: ApiRequest, preset_id: str) -> Answer:
    """Give one other words."""
    who, given, number = await staff(request, WRITE), await body_of(request, Preset), number_of(preset_id)
    made = await runtime_of(request).db.write(
        "moderation.preset",
        presets.change_in,
        who.account_id,
        number,
        given.title,
        given.text,
        version_of(request),
    )
    return answer(made, version=made.version)


@delete(f"{BASE}/presets/{{preset_id:str}}", status_code=200)
async def remove(request: ApiRequest, preset_id: str) -> Answer:
    """Remove one."""
    who, number = await staff(request, WRITE), number_of(preset_id)
    await runtime_of(request).db.write("moderation.preset", presets.remove_in, who.account_id, number)
    return answer({})


ROUTES = [index, add, change, remove]
