"""The stay-down bank: what was removed and must not come back, what it caught, and what rests for catching too much."""

import re
from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.kernel.db import Tx
from perdure.signals.model import BankEntry
from perdure.signals.service import bank
from perdure.web.links import link_to
from perdure.web.page import redirect
from perdure.web.pages.moderation.frame import moderation_page
from perdure.web.pages.moderation.telling import policy_name
from perdure.web.pages.operations.frame import require_staff
from perdure.web.request import WebRequest, form_of, id_of, runtime_of
from perdure.web.words import Words

_MOST: Final = 50
# As ``signals/rules/suspicion.py`` says why an entry rests.
_REASONS: Final = (
    (re.compile(r"(\d+) established people in an hour, where ([\d.]+) are usual"), "hour"),
    (re.compile(r"(\d+) people have said it on (\d+) different days"), "days"),
)
_TOP: Final = 2**63 - 1


@get("/moderation/bank")
async def bank_page(request: WebRequest) -> Response[Any]:
    """A page of the bank, newest first; or what is quarantined."""
    viewer = await require_staff(request, "manage_reports")
    resting = request.query_params.get("show") == "quarantined"
    before = id_of(request.query_params.get("before"), _TOP)

    def read(tx: Tx) -> list[BankEntry]:
        return bank.entries_in(tx, viewer.account_id, before, _MOST + 1, quarantined=resting)

    found = await runtime_of(request).db.read_long(read)
    kept = "quarantined" if resting else ""
    older = link_to("/moderation/bank", show=kept, before=found[_MOST - 1].id) if len(found) > _MOST else ""
    newest = link_to("/moderation/bank", show=kept) if before != _TOP else ""
    return await moderation_page(
        request,
        "bank",
        "bank",
        entries=found[:_MOST],
        resting=resting,
        older=older,
        newest=newest,
        policy_name=policy_name,
        rest_words=_rest_words,
    )


def _rest_words(t: Words, reason: str) -> str:
    """Why an entry rests, in the reader's language; a reason of another shape stays as it is written."""
    for pattern, key in _REASONS:
        if (found := pattern.fullmatch(reason)) is not None:
            return t.of("moderation.kept.why", key, n=int(found[1]), other=found[2])
    return reason


@post("/moderation/bank/{entry_id:str}/release")
async def release(request: WebRequest, entry_id: str) -> Response[Any]:
    """Let what rests act again."""
    viewer = await require_staff(request, "manage_reports")
    await form_of(request)
    await runtime_of(request).db.write("moderation.bank", bank.release_in, viewer.account_id, id_of(entry_id))
    return redirect(request, "/moderation/bank?show=quarantined", said="saved")


ROUTES: list[HTTPRouteHandler] = [bank_page, release]
