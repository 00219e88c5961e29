"""Web Push subscriptions: one for each token (api.md §3.11)."""

from typing import Any

from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler

from perdure.accounts import service as accounts
from perdure.kernel.errors import Invalid
from perdure.mastodon_api.auth import token_of, viewer
from perdure.mastodon_api.entities.common import id_text
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of
from perdure.mastodon_api.params import Params, read_params
from perdure.notifications.model import ALERTS, PushAddress, Subscription
from perdure.notifications.service import push

_PATH = "/api/v1/push/subscription"


def _alerts(params: Params) -> dict[str, bool] | None:
    """Which kinds are wanted; None where the request does not say. A dot in a kind is no step into an object."""
    given = params.node("data.alerts")
    if not isinstance(given, dict):
        return None
    sent = Params({name.replace(".", "_"): value for name, value in given.items()})
    return {kind: sent.yes(kind.replace(".", "_")) for kind in ALERTS}


def _policy(params: Params) -> str | None:
    return params.text("data.policy") or params.text("policy") or None


async def _entity(request: ApiRequest, found: Subscription) -> dict[str, Any]:
    return {
        "id": id_text(found.id),
        "endpoint": found.address.endpoint,
        "standard": found.address.standard,
        "alerts": found.alerts,
        "policy": found.policy,
        "server_key": await accounts.vapid_public_key(runtime_of(request)),
    }


@post(_PATH, status_code=200)
async def subscribe(request: ApiRequest) -> Response[bytes]:
    """Push to this token's app from now on; replaces what was there."""
    who, params = await viewer(request, "push"), await read_params(request)
    if who.token_id is None:
        raise Invalid("This method requires an authenticated user")
    made = await push.subscribe(
        runtime_of(request),
        account_id=who.account_id,
        token_id=who.token_id,
        token=token_of(request) or "",
        address=PushAddress(
            endpoint=params.required("subscription.endpoint"),
            p256dh=params.required("subscription.keys.p256dh"),
            auth=params.required("subscription.keys.auth"),
            standard=params.yes("subscription.standard"),
        ),
        alerts=_alerts(params) or {},
        policy=_policy(params) or "all",
    )
    return json_response(await _entity(request, made))


@get(_PATH)
async def show(request: ApiRequest) -> Response[bytes]:
    """This token's subscription."""
    who = await viewer(request, "push")
    found = await runtime_of(request).db.read(push.subscription_in, who.token_id)
    return json_response(await _entity(request, found))


@put(_PATH)
async def change(request: ApiRequest) -> Response[bytes]:
    """Change what is pushed."""
    who, params = await viewer(request, "push"), await read_params(request)
    found = await runtime_of(request).db.write(
        "push.change", push.change_subscription_in, who.token_id, _alerts(params), _policy(params)
    )
    return json_response(await _entity(request, found))


@delete(_PATH, status_code=200)
async def unsubscribe(request: ApiRequest) -> Response[bytes]:
    """Push no more."""
    who = await viewer(request, "push")
    await runtime_of(request).db.write("push.unsubscribe", push.unsubscribe_in, who.token_id)
    return empty()


ROUTES: list[HTTPRouteHandler] = [subscribe, show, change, unsubscribe]
