"""Notices from programs of hosts, trusted flaggers and authorities, and what became of each item.

At the same addresses as the notices of people without an account (``reports.py``): whoever shows a sender's token, or
one of staff, is answered here. A sender sees their own, staff sees all. Documented in
``docs/reference/notices-api.md``.
"""

from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from perdure.desk.model import Arrived
from perdure.desk.rules import structured
from perdure.desk.service import arriving, letters, senders
from perdure.desk.service.letters import LetterItemView, LetterView
from perdure.kernel.db import Tx
from perdure.kernel.errors import Invalid, NotFound, Unauthorized
from perdure.kernel.runtime import Runtime
from perdure.mastodon_api.auth import staff, token_of
from perdure.mastodon_api.entities.common import id_text
from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of
from perdure.moderation.service.telling import STATE_PATH

_READ: Final = "admin:read:reports"
_WRITE: Final = "admin:write:reports"
_KEY_MOST: Final = 200
_TOP: Final = 2**63 - 1
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_IDS: Final = frozenset({"id", "case_id", "item_id", "sender_id", "decision_id", "held_by", "author_id"})


class Asking(msgspec.Struct, frozen=True):
    """Who asks: a registered sender, or a member of staff."""

    sender_id: int | None = None
    staff_id: int | None = None


async def asking(request: ApiRequest, scope: str) -> Asking:
    """The sender whose token it is, or the member of staff. Raises Unauthorized, Forbidden."""
    token = token_of(request)
    if token is None:
        raise Unauthorized
    sender_id = await runtime_of(request).db.write("desk.sender", senders.by_token_in, token)
    if sender_id is not None:
        return Asking(sender_id=sender_id)
    return Asking(staff_id=(await staff(request, scope, "manage_reports")).account_id)


async def is_letter(request: ApiRequest) -> bool:
    """Whether a request to hand in a notice is a letter to the desk, and no form of somebody without an account."""
    token = token_of(request)
    if token is None:
        return False
    mime = _mime(request)
    if mime in _FORMS or (mime == "application/json" and not structured.is_notice(await request.body())):
        return await runtime_of(request).db.write("desk.sender", senders.by_token_in, token) is not None
    return True


def _mime(request: ApiRequest) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def send(request: ApiRequest) -> Response[bytes]:
    """Hand in a notice: raw bytes in any form that the desk understands, or JSON with ``items``.

    202 when it is stored, 200 where it was here already (same bytes, or same Idempotency-Key).
    """
    who, rt = await asking(request, _WRITE), runtime_of(request)
    taken = await arriving.take(rt, await _arrived(request, who, rt))
    body = {
        "id": id_text(taken.letter_id),
        "reference": taken.reference,
        "received_at": taken.received_at,
        "status_url": f"{rt.settings.base_url}{STATE_PATH}{taken.token}",
        "fresh": taken.fresh,
    }
    return _answer(body, 202 if taken.fresh else 200)


def _answer(content: Any, status: int = 200) -> Response[bytes]:
    return json_response(content, status, {"Cache-Control": "no-store"})


async def _arrived(request: ApiRequest, who: Asking, rt: Runtime) -> Arrived:
    raw = await request.body()
    if not raw.strip():
        raise Invalid("Validation failed: the body is empty")
    mime = _mime(request)
    if mime in {"application/json", structured.MIME} and structured.is_notice(raw):
        structured.checked(raw)
        mime = structured.MIME
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > _KEY_MOST:
        raise Invalid(f"Validation failed: an Idempotency-Key has at most {_KEY_MOST} characters")
    sender_id, by_account = who.sender_id, who.staff_id
    if who.staff_id is not None and (name := request.query_params.get("from", "")):
        sender_id = await rt.db.read(senders.id_of_in, name)
    return Arrived(
        raw=raw,
        channel="api",
        received_at=rt.clock.now_ms(),
        name=request.query_params.get("name", ""),
        mime=mime,
        sender_id=sender_id,
        proof="token" if who.sender_id is not None else f"account {who.staff_id}",
        by_account=by_account,
        key=key,
    )


@get("/api/perdure/v1/notices")
async def index(request: ApiRequest) -> Response[bytes]:
    """Notices, newest first (``state``, ``before`` an id, ``limit``): a sender's own, or all for staff."""
    who = await asking(request, _READ)
    states = tuple(one for one in request.query_params.get("state", "").split(",") if one) or letters.STATES
    if not set(states) <= set(letters.STATES):
        raise Invalid(f"Validation failed: state is one of {', '.join(letters.STATES)}")
    before, most = _number(request, "before", _TOP, _TOP), _number(request, "limit", 40, 200)
    found = await runtime_of(request).db.read_long(
        letters.letters_in, states, sender_id=who.sender_id, before=before, most=most
    )
    return _answer({"notices": [_notice(one, who) for one in found]})


def _number(request: ApiRequest, name: str, missing: int, most: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return missing
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise Invalid(f"Validation failed: {name} is not a number")
    return min(int(text), most)


async def show(request: ApiRequest, letter_id: int) -> Response[bytes]:
    """One notice with the outcome of every item (``after`` a number, ``limit`` for long ones). Raises NotFound."""
    who = await asking(request, _READ)
    after, most = _number(request, "after", 0, _TOP), _number(request, "limit", 10_000, 10_000)

    def read(tx: Tx) -> tuple[LetterView, list[LetterItemView]]:
        view = letters.letter_in(tx, letter_id)
        if who.sender_id is not None and view.sender_id != who.sender_id:
            raise NotFound
        return view, letters.items_in(tx, letter_id, after=after, most=most)

    view, items = await runtime_of(request).db.read_long(read)
    shown = [letters.told_of(one, view) if who.sender_id is not None else _whole(one) for one in items]
    return _answer({"notice": _notice(view, who), "items": shown})


_OF_SENDER: Final = (
    "id", "reference", "state", "form", "authority", "verified", "sender", "references", "items", "done", "faults",
    "threat_to_life", "drill", "raw_hash", "raw_size", "received_at", "due_at", "opened_at", "receipt_at",
    "answered_at",
)  # fmt: skip


def _notice(view: LetterView, who: Asking) -> dict[str, Any]:
    whole = _texts(msgspec.to_builtins(view))
    return whole if who.staff_id is not None else {name: whole[name] for name in _OF_SENDER}


def _whole(one: LetterItemView) -> dict[str, Any]:
    """An item as staff sees it, and the state that its sender is told."""
    return _texts(msgspec.to_builtins(one)) | {"shown_state": one.shown_state}


def _texts(value: dict[str, Any]) -> dict[str, Any]:
    """Ids as decimal text: 63 bits do not survive a program that only knows doubles."""
    return {
        name: _texts(one) if isinstance(one, dict) else id_text(one) if name in _IDS and isinstance(one, int) else one
        for name, one in value.items()
    }


ROUTES: list[HTTPRouteHandler] = [index]
