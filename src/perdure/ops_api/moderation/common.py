"""Who is asking, what they sent, and how answers are written: ids as decimal text, the version as ETag."""

from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response

from perdure.accounts import service as accounts
from perdure.accounts.model import Viewer
from perdure.kernel.errors import Forbidden, Invalid, NotFound, Unauthorized
from perdure.kernel.runtime import Runtime

ApiRequest = Request[Any, Any, Any]
READ: Final = "admin:read:reports"
WRITE: Final = "admin:write:reports"
BASE: Final = "/api/perdure/v1/moderation"
T = TypeVar("T")
_TOP: Final = 2**63 - 1
_ID_NAMES: Final = frozenset({"id", "ref", "holder_id", "earlier"})


def runtime_of(request: ApiRequest) -> Runtime:
    """The process's Runtime."""
    rt: Runtime = request.app.state.rt
    return rt


async def staff(request: ApiRequest, scope: str) -> Viewer:
    """The person behind the request, whose token reaches ``scope``; the role is asked in the domain.

    Whoever is frozen acts on nothing.
    """
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthorized
    found = await accounts.caller_for_token(runtime_of(request), token.strip())
    if not accounts.covers(found.scopes, scope):
        raise Forbidden("This action is outside the authorized scopes")
    who = accounts.viewer_of(found)
    if who.frozen and scope == WRITE:
        raise Forbidden(accounts.FROZEN)
    return who


async def body_of(request: ApiRequest, wanted: type[T]) -> T:
    """The JSON body as what is wanted; ids may be decimal text. Raises Invalid with what is wrong."""
    raw = await request.body()
    try:
        return msgspec.convert(msgspec.json.decode(raw or b"{}"), wanted, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"Validation failed: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("Validation failed: the body is no JSON") from error


def number_of(text: str) -> int:
    """A positive id from an address. Raises NotFound."""
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:20]) <= _TOP:
        raise NotFound
    return int(text[:20])


def page_of(request: ApiRequest, name: str, missing: int, most: int = _TOP) -> int:
    """A number from the query; ``missing`` where there is none. Raises Invalid."""
    text = request.query_params.get(name, "")
    if not text:
        return missing
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise Invalid(f"Validation failed: {name} is not a number")
    return min(int(text), most)


def version_of(request: ApiRequest) -> int | None:
    """The version that the caller has seen, of ``If-Match``; None where any will do."""
    text = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if text in {"", "*"}:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else -1


def answer(content: Any, *, version: int | None = None, status: int = 200) -> Response[bytes]:
    """Anything of the model as JSON, kept in no cache."""
    headers = {"Cache-Control": "no-store"} | ({"ETag": f'"{version}"'} if version is not None else {})
    return Response(
        msgspec.json.encode(_plain(msgspec.to_builtins(content, str_keys=True))),
        status_code=status,
        media_type="application/json; charset=utf-8",
        headers=headers,
    )


def _plain(value: Any, name: str = "") -> Any:
    """Ids as decimal text: a number of 63 bits does not survive a program that only knows doubles."""
    if isinstance(value, dict):
        return {key: _plain(one, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, name) for one in value]
    named = name in _ID_NAMES or name.endswith(("_id", "_ids", "_by", "_of", "_to", "_ref"))
    return str(value) if named and isinstance(value, int) and not isinstance(value, bool) else value
