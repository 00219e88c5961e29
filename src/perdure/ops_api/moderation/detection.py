"""Detection: rules with what they brought, switched with a reason; a text tried; the action matrix in force."""

import msgspec
from litestar import Response, get, post

from perdure.kernel.db import Tx
from perdure.moderation.service import detecting
from perdure.ops_api.moderation.common import BASE, READ, WRITE, ApiRequest, answer, body_of, runtime_of, staff
from perdure.signals.service import rulebook, trying
from perdure.signals.service.rulebook import Rulebook

Answer = Response[bytes]


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a rule is on from now, and why."""

    enabled: bool
    reason: str = ""


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text to try, 1 to 5,000 characters."""

    text: str


@get(f"{BASE}/rules")
async def index(request: ApiRequest) -> Answer:
    """Every rule, on or off, with its last thirty days; precision is null until something it brought was decided."""
    who, rt = await staff(request, READ), runtime_of(request)
    return answer(await rt.db.read_long(detecting.rules_in, who.account_id, rt.port(Rulebook)))


@post(f"{BASE}/rules/{{name:str}}/switch", status_code=200)
async def switch(request: ApiRequest, name: str) -> Answer:
    """Switch a rule on or off; answers with the rule."""
    who, given, rt = await staff(request, WRITE), await body_of(request, Switch), runtime_of(request)
    book = rt.port(Rulebook)

    def body(tx: Tx) -> None:
        rulebook.switch_in(tx, book, who.account_id, name, on=given.enabled, reason=given.reason)

    await rt.db.write("rules.switch", body)
    found = await rt.db.read_long(detecting.rules_in, who.account_id, book)
    return answer(next(one for one in found if one.rule.name == name))


@post(f"{BASE}/rules/try", status_code=200)
async def try_text(request: ApiRequest) -> Answer:
    """What would fire on a text, and what would be done; nothing of it is kept."""
    who, given = await staff(request, WRITE), await body_of(request, Text)
    return answer(await trying.try_text(runtime_of(request), who.account_id, given.text))


@get(f"{BASE}/matrix")
async def matrix(request: ApiRequest) -> Answer:
    """The action matrix in force."""
    who = await staff(request, READ)
    return answer(await runtime_of(request).db.read(detecting.matrix_in, who.account_id))


ROUTES = [index, switch, try_text, matrix]
