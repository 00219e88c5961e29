"""OAuth 2 for apps: registration, tokens, metadata (api.md §3.9). The consent page is a web page."""

import base64
import binascii
from typing import Any

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from litestar import Response, get, post, route

from perdure.accounts import service
from perdure.accounts.errors import OAuthError
from perdure.accounts.model import App, Issued
from perdure.mastodon_api.auth import any_token
from perdure.mastodon_api.entities.account import Urls
from perdure.mastodon_api.entities.common import id_text
from perdure.mastodon_api.http import ApiRequest, empty, json_response, runtime_of
from perdure.mastodon_api.params import Params, read_params

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def issued_entity(issued: Issued) -> dict[str, Any]:
    """A Token."""
    return {
        "access_token": issued.token,
        "token_type": "Bearer",
        "scope": issued.scope,
        "created_at": issued.created_at // 1000,
    }


def app_entity(app: App, vapid_key: str) -> dict[str, Any]:
    """An Application, without its secret."""
    return {
        "id": id_text(app.id),
        "name": app.name,
        "website": app.website,
        "scopes": app.scopes.split(),
        "redirect_uri": "\n".join(app.redirect_uris),
        "redirect_uris": list(app.redirect_uris),
        "vapid_key": vapid_key,
    }


def oauth_error(error: OAuthError) -> Response[bytes]:
    """A refusal in the words of RFC 6749."""
    headers = dict(_NO_STORE)
    if error.status == 401:
        headers["WWW-Authenticate"] = f'Bearer realm="Perdure", error="{error.code}"'
    return json_response({"error": error.code, "error_description": error.public}, error.status, headers)


@post("/api/v1/apps")
async def register_app(request: ApiRequest) -> Response[bytes]:
    """Register a client."""
    params = await read_params(request)
    rt = runtime_of(request)
    uris = [line.strip() for text in params.texts("redirect_uris") for line in text.split("\n") if line.strip()]
    app, secret = await service.register_app(
        rt,
        name=params.text("client_name") or "",
        redirect_uris=uris,
        scope=(params.text("scopes") or "read").strip(),
        website=params.text("website"),
    )
    body = app_entity(app, await service.vapid_public_key(rt)) | {
        "client_id": app.client_id,
        "client_secret": secret,
        "client_secret_expires_at": 0,
    }
    return json_response(body)


@get("/api/v1/apps/verify_credentials")
async def verify_app(request: ApiRequest) -> Response[bytes]:
    """The client behind the token."""
    rt = runtime_of(request)
    caller = await any_token(request)
    app = await rt.db.read(service.app_in, caller.app_id)
    return json_response(app_entity(app, await service.vapid_public_key(rt)))


@post("/oauth/token")
async def token(request: ApiRequest) -> Response[bytes]:
    """Turn a grant into a token."""
    params = await read_params(request)
    client_id, client_secret = _client(request, params)
    wanted = service.TokenRequest(
        grant_type=params.text("grant_type") or "",
        client_id=client_id,
        client_secret=client_secret,
        code=params.text("code") or "",
        redirect_uri=params.text("redirect_uri") or "",
        code_verifier=params.text("code_verifier") or "",
        scope=params.text("scope") or "",
        username=params.text("username") or "",
        password=params.text("password") or "",
    )
    try:
        issued = await service.exchange(runtime_of(request), wanted)
    except OAuthError as error:
        return oauth_error(error)
    return json_response(issued_entity(issued), headers=_NO_STORE)


@post("/oauth/revoke")
async def revoke(request: ApiRequest) -> Response[bytes]:
    """Revoke a token of the client that asks."""
    params = await read_params(request)
    client_id, client_secret = _client(request, params)
    try:
        await service.revoke(
            runtime_of(request), client_id=client_id, client_secret=client_secret, token=params.text("token") or ""
        )
    except OAuthError as error:
        return oauth_error(error)
    return empty()


@get("/.well-known/oauth-authorization-server")
async def metadata(request: ApiRequest) -> Response[bytes]:
    """What this authorization server can do (RFC 8414)."""
    rt = runtime_of(request)
    base = rt.settings.base_url
    grants = ["authorization_code", "client_credentials"]
    found = AuthorizationServerMetadata(
        issuer=f"{base}/",
        service_documentation="https://docs.joinmastodon.org/",
        authorization_endpoint=f"{base}/oauth/authorize",
        token_endpoint=f"{base}/oauth/token",
        app_registration_endpoint=f"{base}/api/v1/apps",
        revocation_endpoint=f"{base}/oauth/revoke",
        userinfo_endpoint=f"{base}/oauth/userinfo",
        scopes_supported=list(service.KNOWN),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=[*grants, "password"] if rt.settings.peer_test else grants,
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        code_challenge_methods_supported=["S256"],
    )
    return json_response(dict(found))


@route("/oauth/userinfo", http_method=["GET", "POST"], status_code=200)
async def userinfo(request: ApiRequest) -> Response[bytes]:
    """Who is signed in, in the words of OpenID Connect."""
    rt = runtime_of(request)
    person = service.viewer_of(await any_token(request, "profile", "read:accounts"))
    view = await rt.db.read(service.view_in, person.account_id)
    urls = Urls.of(rt.settings)
    return json_response(
        {
            "iss": f"{rt.settings.base_url}/",
            "sub": urls.account(view.username),
            "name": view.display_name or view.username,
            "preferred_username": view.username,
            "profile": urls.account(view.username),
            "picture": urls.avatar(view.avatar_key),
        }
    )


def _client(request: ApiRequest, params: Params) -> tuple[str, str]:
    """The client's name and secret: by HTTP Basic, or in the body."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return name, secret
    return params.text("client_id") or "", params.text("client_secret") or ""


ROUTES = [register_app, verify_app, token, revoke, metadata, userinfo]
