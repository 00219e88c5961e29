"""One parser for query strings, JSON, forms and multipart, on every method, in every spelling that clients send.

Bracketed keys make structure: ``media_ids[]``, ``source[privacy]``, ``fields_attributes[0][name]``, and
``keywords_attributes[][keyword]``, where a repeated inner key starts the next object. JSON may carry the structure
itself, or brackets in its keys. A repeated key makes a list; one scalar where a list is expected is a list of one.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from perdure.kernel.errors import Invalid
from perdure.kernel.text import clean

_TRUE: Final = frozenset({"true", "1", "on", "t"})
_FALSE: Final = frozenset({"false", "0", "off", "f"})
_MAX_ID: Final = 2**63 - 1
_CENTURY_S: Final = 36_525 * 86_400
_MAX_DEPTH: Final = 8
_MAX_FIELDS: Final = 2000

Node = Any  # dict of nodes, list of nodes, or a scalar


class Params:
    """What a request carries, as a tree with typed readers. A reader returns its default where the name is absent."""

    def __init__(self, tree: Mapping[str, Node]) -> None:
        self._tree = tree

    def has(self, name: str) -> bool:
        """Whether the name was sent at all."""
        return self.node(name) is not None

    def names(self) -> frozenset[str]:
        """Every name sent at the top, also those without a value."""
        return frozenset(self._tree)

    def node(self, name: str) -> Node:
        """The raw node; dots descend (``source.privacy``)."""
        found: Node = self._tree
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def text(self, name: str, default: str | None = None) -> str | None:
        """Text, cleaned as we store it. Raises :class:`Invalid` where an object or list was sent."""
        value = self.node(name)
        if isinstance(value, list) and value:
            value = value[-1]
        if value is None:
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return clean(str(value))
        raise _malformed(name)

    def required(self, name: str) -> str:
        """Text that must be there and not be blank."""
        value = self.text(name)
        if value is None or not value.strip():
            raise Invalid(
                f"Validation failed: {_human(name)} can't be blank", {name: [("ERR_BLANK", "can't be blank")]}
            )
        return value

    def flag(self, name: str, *, default: bool | None = None) -> bool | None:
        """A boolean in any of its spellings; the empty string counts as absent."""
        value = self.node(name)
        if isinstance(value, list) and value:
            value = value[-1]
        if value is None or value == "":
            return default
        word = str(value).lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise _malformed(name)

    def yes(self, name: str) -> bool:
        """A boolean that is false unless sent as true."""
        return bool(self.flag(name, default=False))

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number of at most 63 bits; the empty string counts as absent."""
        value = self.node(name)
        if isinstance(value, list) and value:
            value = value[-1]
        if value is None or value == "":
            return default
        return _integer(name, value)

    def seconds(self, name: str) -> int | None:
        """A length of time; one beyond a century is a century, so that its end has a date."""
        value = self.integer(name)
        return None if value is None else min(value, _CENTURY_S)

    def ids(self, name: str) -> list[int]:
        """A list of ids. One that cannot be an id is left out: it belongs to nothing."""
        return [int(value) for value in map(str, self.list(name)) if value.isdecimal() and int(value) <= _MAX_ID]

    def identifier(self, name: str) -> int | None:
        """One id, or None where it is absent or blank. Raises :class:`Invalid` where it cannot be one."""
        return self.integer(name)

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        values = self.list(name)
        if not all(isinstance(value, str | int | float) for value in values):
            raise _malformed(name)
        return [clean(str(value)) for value in values]

    def objects(self, name: str) -> "list[Params]":
        """A list of objects, each to be read like the whole."""
        return [Params(value) for value in self.list(name) if isinstance(value, Mapping)]

    def file(self, name: str) -> UploadFile | None:
        """An uploaded file."""
        value = self.node(name)
        return value if isinstance(value, UploadFile) else None

    def list(self, name: str) -> list[Node]:
        """A list of nodes, whichever way it was sent; empty where it is absent."""
        value = self.node(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        if isinstance(value, Mapping):
            if all(key.isdecimal() for key in value):
                return [value[key] for key in sorted(value, key=int)]
            return [value]
        return [value]


async def read_params(request: Request[Any, Any, Any]) -> Params:
    """Everything the query string and the body carry; the body wins where both name a thing.

    Raises :class:`Invalid` for a body that its own content type cannot describe.
    """
    tree = tree_of(_query_pairs(request.scope["query_string"]))
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        try:
            form = await request.form()
            pairs = [(key, _decoded(value)) for key, value in form.multi_items()]
        except ValueError as error:
            raise Invalid("Validation failed: Request is invalid") from error
        return Params({**tree, **tree_of(pairs)})
    body = await request.body()
    if not body.strip():
        return Params(tree)
    if kind.endswith("json"):
        return Params({**tree, **_json(body)})
    if kind in {"application/x-www-form-urlencoded", ""}:
        return Params({**tree, **tree_of(_query_pairs(body))})
    return Params(tree)


def tree_of(pairs: Iterable[tuple[str, Any]]) -> dict[str, Node]:
    """Build the tree of bracketed keys."""
    tree: dict[str, Node] = {}
    for count, (key, value) in enumerate(pairs):
        if count >= _MAX_FIELDS:
            raise Invalid("Validation failed: Too many parameters")
        _insert(tree, _path(key), value)
    return tree


def _path(key: str) -> list[str]:
    head, *rest = key.split("[")
    path = [head, *(part.rstrip("]") for part in rest)]
    if len(path) > _MAX_DEPTH:
        raise Invalid("Validation failed: Parameters are nested too deeply")
    return path


def _insert(tree: dict[str, Node], path: list[str], value: Any) -> None:
    head, rest = path[0], path[1:]
    if not rest:
        _set(tree, head, value)
    elif rest[0] == "":
        items = tree.setdefault(head, [])
        if not isinstance(items, list):
            items = tree[head] = [items]
        if len(rest) == 1:
            items.extend(value if isinstance(value, list) else [value])
        else:
            if not items or not isinstance(items[-1], dict) or rest[1] in items[-1]:
                items.append({})
            _insert(items[-1], rest[1:], value)
    else:
        inner = tree.get(head)
        if not isinstance(inner, dict):
            inner = tree[head] = {}
        _insert(inner, rest, value)


def _set(tree: dict[str, Node], key: str, value: Any) -> None:
    if key not in tree:
        tree[key] = value
    elif isinstance(tree[key], list):
        tree[key].append(value)
    else:
        tree[key] = [tree[key], value]


def _query_pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError as error:
        raise Invalid("Validation failed: Request is not valid UTF-8") from error
    except ValueError as error:
        raise Invalid("Validation failed: Too many parameters") from error


def _json(body: bytes) -> dict[str, Node]:
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("Validation failed: Request body is not valid JSON") from error
    if not isinstance(decoded, dict):
        raise Invalid("Validation failed: Request body must be a JSON object")
    tree: dict[str, Node] = {}
    for key, value in decoded.items():
        if "[" in key:
            _insert(tree, _path(key), value)
        else:
            tree[key] = value
    return tree


def _decoded(value: Any) -> Any:
    return value.decode("utf-8", "strict") if isinstance(value, bytes) else value


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str | float):
        raise _malformed(name)
    try:
        number = int(value)
    except (ValueError, OverflowError) as error:
        raise _malformed(name) from error
    if abs(number) > _MAX_ID:
        raise _malformed(name)
    return number


def _human(name: str) -> str:
    return name.rsplit(".", 1)[-1].replace("_", " ").capitalize()


def _malformed(name: str) -> Invalid:
    return Invalid(f"Validation failed: {_human(name)} is invalid", {name: [("ERR_INVALID", "is invalid")]})
