"""Reading the ledger: for the staff's apps and consoles (api.md §2). Scope and right are both asked."""

from typing import Any, Final

import msgspec
from litestar import Response, get

from perdure.accounts import service as accounts
from perdure.accounts.model import AccountView
from perdure.audit import service as audit
from perdure.audit.model import Line, Wanted
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.mastodon_api.auth import staff
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.http import ApiRequest, runtime_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import Params, read_params

_LONGEST: Final = 200


@get("/api/perdure/v1/admin/audit")
async def index(request: ApiRequest) -> Response[bytes]:
    """A page of the ledger, newest first: by ``target`` (``kind:id``), ``actor`` (an account's id), ``action``.

    An ``action`` that ends in a dot asks for a whole area: ``case.``
    """
    await staff(request, "admin:read", "view_audit_log")
    params = await read_params(request)
    page = Page.of(params, 40, 200)
    rows, people = await runtime_of(request).db.read_long(_page_in, _wanted(params, page), page)
    return paged(request, [_entity(one, people) for one in rows], [one.seq for one in rows], page)


def _wanted(params: Params, page: Page) -> Wanted:
    return Wanted(
        subject=_text(params, "target"),
        actor_id=params.identifier("actor") if params.has("actor") else None,
        action=_text(params, "action"),
        lower=page.lower,
        upper=page.upper,
    )


def _text(params: Params, name: str) -> str | None:
    text = params.text(name) or None
    if text is not None and len(text) > _LONGEST:
        raise Invalid(f"Validation failed: {name.capitalize()} is invalid")
    return text


def _page_in(tx: Tx, wanted: Wanted, page: Page) -> tuple[list[Line], dict[int, AccountView]]:
    rows = audit.lines_in(tx, wanted, page.limit, ascending=page.ascending)
    rows.sort(key=lambda one: one.seq, reverse=True)
    return rows, accounts.views_in(tx, list({one.actor_id for one in rows if one.actor_id is not None}))


def _entity(one: Line, people: dict[int, AccountView]) -> dict[str, Any]:
    actor = None
    if one.actor_id is not None:
        known = people.get(one.actor_id)
        actor = {"id": id_text(one.actor_id), "username": known.username if known else None}
    return {
        "id": id_text(one.seq),
        "created_at": iso(one.at),
        "actor": actor,
        "action": one.action,
        "target": one.subject,
        "detail": msgspec.Raw(one.detail_json.encode()),
        "private": None if one.payload_json is None else msgspec.Raw(one.payload_json.encode()),
    }


ROUTES: list[Any] = [index]
