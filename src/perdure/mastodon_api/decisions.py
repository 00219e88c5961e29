"""What was decided about oneself, and appeals against it (api.md §5, "Decisions and appeals")."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from perdure.mastodon_api.auth import viewer
from perdure.mastodon_api.entities.common import id_text, iso
from perdure.mastodon_api.entities.warning import action_of, appeal_entity
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of
from perdure.mastodon_api.paging import Page, paged
from perdure.mastodon_api.params import read_params
from perdure.mastodon_api.statuses import path_id
from perdure.moderation.model.decisions import ActView, DecisionView
from perdure.moderation.service import appeals, reading_decisions

_PATH: Final = "/api/perdure/v1/decisions"


def decision_entity(one: DecisionView, locale: str) -> dict[str, Any]:
    """A statement of reasons as its author reads it. Nobody of the staff is named."""
    policy = one.policy
    return {
        "id": id_text(one.id),
        "action": action_of(one),
        "outcome": "reversed" if one.reversed_by else one.outcome,
        "subject": {"kind": one.subject_kind, "id": id_text(one.subject_ref)},
        "restrictions": [_act(act) for act in one.acts],
        "visibility": list(one.visibility),
        "account": one.account,
        "policy": {
            "key": policy.key,
            "version": policy.number,
            "title": policy.title(locale),
            "text": policy.text(locale),
        }
        if policy is not None
        else None,
        "ground": one.ground,
        "legal_ground": one.legal_ground,
        "explanation": one.explanation,
        "facts": one.facts,
        "category": one.category,
        "territories": list(one.territories),
        "source": one.source,
        "automated_detection": one.automated_detection,
        "automated_decision": one.automated_decision,
        "strike": {"weight": one.strike_weight, "until": iso(one.strike_until) if one.strike_until else None}
        if one.strike_weight
        else None,
        "appeal": appeal_entity(one.appeal) if one.appeal is not None else None,
        "appeal_until": iso(one.appeal_until),
        "created_at": iso(one.created_at),
    }


def _act(act: ActView) -> dict[str, Any]:
    return {"kind": act.kind, "state": act.state, "until": iso(act.until) if act.until else None}


@get(_PATH)
async def index(request: ApiRequest) -> Response[bytes]:
    """A page of what was decided about me, newest first."""
    who, params, rt = await viewer(request, "read:accounts"), await read_params(request), runtime_of(request)
    page = Page.of(params, 20, 40)
    bounds = {"lower": page.lower, "upper": page.upper, "most": page.limit}
    found = await rt.db.read(lambda tx: reading_decisions.owns_in(tx, who.account_id, **bounds))
    return paged(request, [decision_entity(one, who.locale) for one in found], [one.id for one in found], page)


@get(f"{_PATH}/{{decision_id:str}}")
async def show(request: ApiRequest, decision_id: str) -> Response[bytes]:
    """One statement of reasons."""
    who = await viewer(request, "read:accounts")
    found = await runtime_of(request).db.read(reading_decisions.own_in, who.account_id, path_id(decision_id))
    return json_response(decision_entity(found, who.locale))


@post(f"{_PATH}/{{decision_id:str}}/appeal", status_code=200)
async def appeal(request: ApiRequest, decision_id: str) -> Response[bytes]:
    """Say why the decision is wrong; somebody else than before will look. As its author, or as who reported it."""
    who, params = await viewer(request, "write:accounts"), await read_params(request)
    text = params.text("text") or ""
    made = await appeals.file_own(runtime_of(request), who.account_id, path_id(decision_id), text, who.locale)
    return json_response({"id": id_text(made.id), "created_at": iso(made.created_at)} | appeal_entity(made))


ROUTES: list[HTTPRouteHandler] = [index, show, appeal]
