"""OAuth 2: apps ask, people consent, codes become tokens (api.md §3.9)."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from perdure.accounts.errors import Faults, OAuthError, invalid
from perdure.accounts.model import App, Issued
from perdure.accounts.queries import people, tokens
from perdure.accounts.rules import scopes, secrets
from perdure.accounts.service import sign_in
from perdure.accounts.service.tokens import OOB, create_app_in, forget_viewers, issue_token_in
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid
from perdure.kernel.runtime import Runtime

_CODE_MS: Final = 600_000
_FORBIDDEN_SCHEMES: Final = frozenset({"javascript", "data", "vbscript", "file", "blob"})
_CLIENT: Final = (
    "Client authentication failed due to unknown client, no client authentication included, or unsupported "
    "authentication method."
)
_GRANT: Final = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in "
    "the authorization request, or was issued to another client."
)
_SCOPE: Final = "The requested scope is invalid, unknown, or malformed."
_REDIRECT: Final = "The redirect uri included is not valid."
_REQUEST: Final = (
    "The request is missing a required parameter, includes an unsupported parameter value, or is malformed."
)


class AuthorizeRequest(msgspec.Struct, frozen=True):
    """What an app asks a person to allow, checked."""

    app: App
    redirect_uri: str
    scope: str
    state: str | None
    challenge: str | None


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of the token endpoint."""

    grant_type: str
    client_id: str
    client_secret: str
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    scope: str = ""
    username: str = ""
    password: str = ""


async def register_app(
    rt: Runtime, *, name: str, redirect_uris: Sequence[str], scope: str, website: str | None
) -> tuple[App, str]:
    """Register a client; returns it with its secret. Raises Invalid for what a client got wrong."""
    faults: Faults = {}
    if not name.strip():
        faults["name"] = [("ERR_BLANK", "can't be blank")]
    if not redirect_uris:
        faults["redirect_uri"] = [("ERR_BLANK", "can't be blank")]
    elif not all(_acceptable(uri) for uri in redirect_uris):
        faults["redirect_uri"] = [("ERR_INVALID", "must be an absolute URI.")]
    if not scopes.all_known(scope):
        faults["scopes"] = [("ERR_INVALID", "doesn't match configured on the server.")]
    if website and urlsplit(website).scheme not in {"http", "https"}:
        faults["website"] = [("ERR_INVALID", "is invalid")]
    if faults:
        raise invalid(faults)
    return await rt.db.write("oauth.register", _register_in, name.strip()[:200], tuple(redirect_uris), scope, website)


async def authorize_request(
    rt: Runtime,
    *,
    client_id: str,
    redirect_uri: str,
    response_type: str,
    scope: str = "",
    state: str | None = None,
    code_challenge: str = "",
    code_challenge_method: str = "",
) -> AuthorizeRequest:
    """Check what an app asks for. Raises OAuthError, to be shown on a page: nothing is sent to an unknown address."""
    app = await rt.db.read(tokens.app_by_client_id, client_id)
    if app is None:
        raise OAuthError("invalid_client", _CLIENT, 401)
    if redirect_uri not in app.redirect_uris:
        raise OAuthError("invalid_redirect_uri", _REDIRECT)
    if response_type != "code":
        text = "The authorization server does not support this response type."
        raise OAuthError("unsupported_response_type", text)
    if code_challenge and code_challenge_method != "S256":
        raise OAuthError("invalid_request", "The code challenge method must be S256.")
    wanted = scope.strip() or "read"
    _check_scope(rt, wanted, app)
    return AuthorizeRequest(app, redirect_uri, wanted, state, code_challenge or None)


async def consent(rt: Runtime, request: AuthorizeRequest, account_id: int) -> str:
    """The person allows it: returns the one-time code."""
    return await rt.db.write("oauth.consent", _consent_in, request, account_id)


def redirect_with(request: AuthorizeRequest, **answer: str) -> str:
    """The app's own address with the answer (``code``, or ``error``) and its ``state``."""
    pairs = [*answer.items(), *([("state", request.state)] if request.state is not None else [])]
    return str(add_params_to_uri(request.redirect_uri, pairs))


def is_oob(request: AuthorizeRequest) -> bool:
    """Whether the code is to be shown on a page for the person to copy."""
    return request.redirect_uri == OOB


async def exchange(rt: Runtime, request: TokenRequest) -> Issued:
    """Turn a grant into a token. Raises OAuthError in the words of RFC 6749."""
    app = await rt.db.read(tokens.app_by_client_id, request.client_id)
    if app is None or not secrets.same(app.secret_hash, request.client_secret):
        raise OAuthError("invalid_client", _CLIENT, 401)
    if request.grant_type == "authorization_code":
        issued = await rt.db.write("oauth.exchange", _exchange_in, app, request)
        if issued is None:
            raise OAuthError("invalid_grant", _GRANT)
        return issued
    if request.grant_type == "client_credentials":
        scope = request.scope.strip() or "read"
        _check_scope(rt, scope, app)
        return await rt.db.write("oauth.issue", issue_token_in, app_id=app.id, account_id=None, scope=scope)
    if request.grant_type == "password" and rt.settings.peer_test:
        return await _password_grant(rt, app, request)
    text = "The authorization grant type is not supported by the authorization server."
    raise OAuthError("unsupported_grant_type", text)


async def revoke(rt: Runtime, *, client_id: str, client_secret: str, token: str) -> None:
    """Revoke a token of this client; an unknown token is no error (RFC 7009)."""
    app = await rt.db.read(tokens.app_by_client_id, client_id)
    if app is None or not secrets.same(app.secret_hash, client_secret):
        raise OAuthError("unauthorized_client", "You are not authorized to revoke this token", 403)
    row = await rt.db.read(tokens.token, secrets.digest(token))
    if row is None:
        return
    if row.app_id != app.id:
        raise OAuthError("unauthorized_client", "You are not authorized to revoke this token", 403)
    await rt.db.write("oauth.revoke", tokens.delete_token, row.id)
    forget_viewers(rt, row.account_id)


def _register_in(tx: Tx, name: str, uris: tuple[str, ...], scope: str, website: str | None) -> tuple[App, str]:
    return create_app_in(tx, name=name, redirect_uris=uris, scope=scope, website=website or None)


def _acceptable(uri: str) -> bool:
    if uri == OOB:
        return True
    parts = urlsplit(uri)
    return bool(parts.scheme) and parts.scheme.lower() not in _FORBIDDEN_SCHEMES and not parts.fragment


def _check_scope(rt: Runtime, wanted: str, app: App) -> None:
    if not scopes.all_known(wanted):
        raise OAuthError("invalid_scope", _SCOPE)
    if not rt.settings.peer_test and not scopes.within(wanted, app.scopes):
        raise OAuthError("invalid_scope", _SCOPE)


def _consent_in(tx: Tx, request: AuthorizeRequest, account_id: int) -> str:
    code = secrets.fresh()
    tokens.insert_code(
        tx,
        code_hash=secrets.digest(code),
        app_id=request.app.id,
        account_id=account_id,
        redirect_uri=request.redirect_uri,
        scope=request.scope,
        challenge=request.challenge,
        expires_at=tx.now + _CODE_MS,
    )
    return code


def _exchange_in(tx: Tx, app: App, request: TokenRequest) -> Issued | None:
    row = tokens.take_code(tx, secrets.digest(request.code))
    if row is None or row.app_id != app.id or row.redirect_uri != request.redirect_uri or row.expires_at <= tx.now:
        return None
    if row.challenge and (
        not request.code_verifier or create_s256_code_challenge(request.code_verifier) != row.challenge
    ):
        return None
    people.update_login(tx, row.account_id, last_used_at=tx.now)
    return issue_token_in(tx, app_id=app.id, account_id=row.account_id, scope=row.scope)


async def _password_grant(rt: Runtime, app: App, request: TokenRequest) -> Issued:
    scope = request.scope.strip() or "read"
    _check_scope(rt, scope, app)
    try:
        login = await sign_in.check_password(rt, request.username, request.password)
    except Invalid as error:
        raise OAuthError("invalid_grant", _GRANT) from error
    return await rt.db.write("oauth.issue", issue_token_in, app_id=app.id, account_id=login.account_id, scope=scope)
