"""A member's archive comes in: announced, sent in pieces, started, watched."""

from typing import Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler

from perdure.ops_api.member import BASE, owner_of, writer_of
from perdure.ops_api.moderation.common import ApiRequest, answer, body_of, number_of, runtime_of
from perdure.portability.service import continuing, identity, imports
from perdure.posts.service import publishing

PATH: Final = f"{BASE}/imports"
# What comes in may be anything, so a token that may write one thing does not do.
SCOPE: Final = "write"


class Announced(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An archive of ``size`` bytes; ``profile``: names, pictures and settings are taken over too."""

    size: int
    profile: bool = False


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An account elsewhere; ``signature`` (hex) of the recovery key over the challenge."""

    host: str
    username: str
    signature: str = ""


class Registered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public half (hex) of a recovery key."""

    public_key: str
    proof: str = ""


@post(PATH, status_code=201)
async def begin(request: ApiRequest) -> Response[bytes]:
    """Announce an archive."""
    who, given, rt = await writer_of(request, SCOPE), await body_of(request, Announced), runtime_of(request)
    run = await imports.begin(rt, who.account_id, given.size, with_profile=given.profile)
    return answer(imports.entity(rt, run), status=201)


@get(PATH)
async def index(request: ApiRequest) -> Response[bytes]:
    """One's imports, newest first."""
    owner, rt = await owner_of(request, "read"), runtime_of(request)
    return answer([imports.entity(rt, run) for run in await rt.db.read(imports.all_in, owner)])


@get(f"{PATH}/{{run_id:str}}")
async def show(request: ApiRequest, run_id: str) -> Response[bytes]:
    """How far an import is, and what became of its content."""
    owner, rt = await owner_of(request, "read"), runtime_of(request)
    return answer(imports.entity(rt, await rt.db.read(imports.one_in, owner, number_of(run_id))))


@put(f"{PATH}/{{run_id:str}}/data", status_code=200)
async def receive(request: ApiRequest, run_id: str) -> Response[bytes]:
    """A piece of the archive, with ``Content-Range: bytes FIRST-LAST/SIZE``; 409 tells where to go on."""
    who, rt = await writer_of(request, SCOPE), runtime_of(request)
    place = request.headers.get("content-range", "")
    here = await imports.receive(rt, who.account_id, number_of(run_id), place, await request.body())
    return answer({"received": here})


@post(f"{PATH}/{{run_id:str}}/start", status_code=202)
async def start(request: ApiRequest, run_id: str) -> Response[bytes]:
    """The archive is complete."""
    who, rt = await writer_of(request, SCOPE), runtime_of(request)
    return answer(imports.entity(rt, await imports.start(rt, who.account_id, number_of(run_id))), status=202)


@delete(f"{PATH}/{{run_id:str}}", status_code=200)
async def cancel(request: ApiRequest, run_id: str) -> Response[bytes]:
    """Take no more of it."""
    who = await writer_of(request, SCOPE)
    await imports.cancel(runtime_of(request), who.account_id, number_of(run_id))
    return answer({})


@get(f"{BASE}/identity")
async def show_identity(request: ApiRequest) -> Response[bytes]:
    """One's identity with its recovery key, signed by the site. 404 where no key is registered."""
    owner, rt = await owner_of(request, "read"), runtime_of(request)
    return Response(await identity.document(rt, owner), media_type="application/json; charset=utf-8")


@put(f"{BASE}/identity", status_code=200)
async def register(request: ApiRequest) -> Response[bytes]:
    """Register the public half of a recovery key, with its signature over whose it is."""
    who, given, rt = await writer_of(request, SCOPE), await body_of(request, Registered), runtime_of(request)
    await rt.db.write(
        "identity.register", identity.register_in, who.account_id, given.public_key, rt.settings.domain, given.proof
    )
    return answer({"public_key": given.public_key.strip().lower()})


@delete(f"{BASE}/identity", status_code=200)
async def unregister(request: ApiRequest) -> Response[bytes]:
    """Forget the recovery key."""
    who = await writer_of(request, SCOPE)
    await runtime_of(request).db.write("identity.remove", identity.remove_in, who.account_id)
    return answer({})


@get(f"{BASE}/continuations")
async def continuations(request: ApiRequest) -> Response[bytes]:
    """Whom one's account says to continue, and how that is proven."""
    owner = await owner_of(request, "read")
    return answer(await runtime_of(request).db.read(continuing.of_in, owner))


@get(f"{BASE}/accounts/{{account_id:str}}/continuations")
async def proven(request: ApiRequest, account_id: str) -> Response[bytes]:
    """Whom an account proved to continue, for everybody."""
    return answer(await runtime_of(request).db.read(continuing.proven_in, number_of(account_id)))


@post(f"{BASE}/continuations/challenge", status_code=200)
async def challenge(request: ApiRequest) -> Response[bytes]:
    """A text to sign with the recovery key."""
    who, given, rt = await writer_of(request, SCOPE), await body_of(request, Claim), runtime_of(request)
    wanted = (rt.settings.domain, who.account_id, given.host, given.username)
    text = await rt.db.write("identity.challenge", continuing.challenge_in, *wanted)
    return answer({"challenge": text})


@post(f"{BASE}/continuations/prove", status_code=200)
async def prove(request: ApiRequest) -> Response[bytes]:
    """The signed challenge: the account is a proven continuation from now on."""
    who, given, rt = await writer_of(request, SCOPE), await body_of(request, Claim), runtime_of(request)
    wanted = (who.account_id, given.host, given.username, given.signature)
    return answer(await rt.db.write("identity.prove", continuing.prove_in, publishing.limits_of(rt), *wanted))


ROUTES: list[HTTPRouteHandler] = [
    begin, index, show, receive, start, cancel, show_identity, register, unregister,
    continuations, proven, challenge, prove,
]  # fmt: skip
