"""The DSA Transparency Database over its API, version 1.

Source: digital-services-act/transparency-database, StatementMultipleAPIController and StatementAPIController.
"""

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from perdure.delivery.errors import Refused, Unreachable
from perdure.delivery.model import Fetched, Wanted
from perdure.delivery.ports import Outgoing
from perdure.kernel.errors import Unavailable
from perdure.transparency.model import Accepted, Answered, Rejected

_PLACE: Final = re.compile(r"statement_(\d{1,3})")
_WANTED: Final = Wanted(
    types=frozenset({"application/json"}), most=4_000_000, seconds=60.0, statuses=frozenset({200, 201, 302, 422})
)
_FREE: Final = 404


class NoStatementDatabase:
    """Nobody: the operator has no access. See transparency.ports.StatementDatabase."""

    named = ""

    async def store(self, documents: Sequence[dict[str, Any]]) -> Answered:
        """Raise Unavailable."""
        raise Unavailable("No statement database is set: statements wait", waiting=len(documents))

    async def find(self, puid: str) -> Accepted | None:
        """Raise Unavailable."""
        raise Unavailable("No statement database is set: statements wait", puid=puid)


class DsaDatabase:
    """The database under a base address, with a token of the platform."""

    def __init__(self, base: str, token: str, outgoing: Outgoing) -> None:
        self._base = base.rstrip("/")
        self._headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}
        self._outgoing = outgoing
        self.named = urlsplit(base).hostname or ""

    async def store(self, documents: Sequence[dict[str, Any]]) -> Answered:
        """See the port."""
        body = msgspec.json.encode({"statements": list(documents)})
        answer = await self._ask("/api/v1/statements", body)
        content = _content(answer)
        if answer.status == 201:
            return Answered(stored=_stored(content, documents))
        if answer.status == 422:
            return _refused(content, documents)
        raise Unavailable(f"{self.named} answered {answer.status}")

    async def find(self, puid: str) -> Accepted | None:
        """See the port. 302 says that the puid is taken: it is no redirect to be followed."""
        answer = await self._ask(f"/api/v1/statement/existing-puid/{quote(puid, safe='')}", None)
        if answer.status == _FREE:
            return None
        if answer.status in {200, 302}:
            return Accepted(str(_content(answer).get("uuid") or ""))
        raise Unavailable(f"{self.named} answered {answer.status}")

    async def _ask(self, path: str, body: bytes | None) -> Fetched:
        headers = self._headers | ({"Content-Type": "application/json"} if body is not None else {})
        try:
            return await self._outgoing.ask(f"{self._base}{path}", headers, body, _WANTED)
        except (Refused, Unreachable) as error:
            raise Unavailable(f"{self.named} did not answer: {error.public}") from error


def _content(answer: Fetched) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(answer.body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unavailable("The statement database answered something that is no JSON") from error
    return found if isinstance(found, dict) else {}


def _stored(content: dict[str, Any], documents: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The ids in the order of what was sent: the database may answer in another."""
    known = {
        str(one.get("puid")): str(one.get("uuid") or "")
        for one in _list(content, "statements")
        if isinstance(one, dict)
    }
    return tuple(known.get(document["puid"], "") for document in documents)


def _refused(content: dict[str, Any], documents: Sequence[dict[str, Any]]) -> Answered:
    errors = content.get("errors")
    told = errors if isinstance(errors, dict) else {}
    faulty = {
        int(found[1]): Rejected(_texts(value))
        for name, value in told.items()
        if (found := _PLACE.fullmatch(name)) and int(found[1]) < len(documents)
    }
    taken = {str(one) for one in _list(told, "existing_puids")}
    places = {place: Accepted("") for place, document in enumerate(documents) if document["puid"] in taken}
    existing = content.get("existing")
    if len(documents) == 1 and isinstance(existing, dict):
        places[0] = Accepted(str(existing.get("uuid") or ""))
    if not faulty and not places:
        why = content.get("message")
        raise Unavailable(f"The statement database refuses a batch and does not say which: {str(why)[:200]}")
    return Answered(faulty=faulty, taken=places)


def _list(content: dict[str, Any], name: str) -> list[Any]:
    found = content.get(name)
    return found if isinstance(found, list) else []


def _texts(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        return {"": (str(value)[:500],)}
    return {
        str(field)[:100]: tuple(str(one)[:500] for one in (texts if isinstance(texts, list) else [texts])[:20])
        for field, texts in value.items()
    }
