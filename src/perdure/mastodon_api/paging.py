"""Pages of lists: ``max_id``, ``since_id``, ``min_id``, ``limit``, and the ``Link`` header (api.md §3.2)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Response

from perdure.mastodon_api.http import ApiRequest, json_response, runtime_of
from perdure.mastodon_api.params import Params

_CURSORS = frozenset({"max_id", "since_id", "min_id"})


class Page(msgspec.Struct, frozen=True):
    """Which slice of a newest-first list is asked for. Ids are exclusive bounds."""

    limit: int
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    @classmethod
    def of(cls, params: Params, default: int, maximum: int) -> "Page":
        """Read a page; a limit outside 1..maximum is clamped."""
        limit = params.integer("limit", default) or default
        return cls(
            limit=max(1, min(limit, maximum)),
            max_id=params.integer("max_id"),
            since_id=params.integer("since_id"),
            min_id=params.integer("min_id"),
        )

    @property
    def turned(self) -> bool:
        """Whether it is any but the first page."""
        return self.max_id is not None or self.min_id is not None or self.since_id is not None

    @property
    def ascending(self) -> bool:
        """Whether the page lies directly above ``min_id``: query upwards, then turn the rows round."""
        return self.min_id is not None

    @property
    def lower(self) -> int:
        """Exclusive lower bound."""
        return max(self.min_id or 0, self.since_id or 0)

    @property
    def upper(self) -> int:
        """Exclusive upper bound."""
        return self.max_id if self.max_id is not None else 2**63 - 1


def paged(request: ApiRequest, items: Sequence[Any], cursors: Sequence[int], page: Page) -> Response[bytes]:
    """A list newest first, with ``Link``: ``next`` first, absent on the last page; nothing with an empty list.

    ``cursors`` are the ids to page by, one for each row that was *read* (rows may have been left out of ``items``).
    """
    headers: dict[str, str] = {}
    if items and (link := link_of(origin_of(request), request.scope, cursors, page)):
        headers["Link"] = link
    return json_response(list(items), headers=headers)


def link_of(origin: str, scope: Any, cursors: Sequence[int], page: Page) -> str | None:
    """The ``Link`` header of a page whose rows have the ids ``cursors``, or None where there were none."""
    if not cursors:
        return None
    address = f"{origin}{scope['path']}?{_kept(scope['query_string'])}"
    links = []
    if len(cursors) >= page.limit:
        links.append(f'<{address}max_id={min(cursors)}>; rel="next"')
    links.append(f'<{address}min_id={max(cursors)}>; rel="prev"')
    return ", ".join(links)


def _kept(query: bytes) -> str:
    """The query without cursors and tokens, ready for one more parameter."""
    if not query:
        return ""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    kept = urlencode([(key, text) for key, text in pairs if key not in _CURSORS and key != "access_token"])
    return f"{kept}&" if kept else ""


def origin_of(request: ApiRequest) -> str:
    """Scheme and host as the site is known; a second domain answers under its own name."""
    return runtime_of(request).settings.base_url
