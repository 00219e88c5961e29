"""Old addresses of people who took another name: they lead to the same page under the new one."""

from typing import Any

from litestar import Response
from litestar.response import Redirect

from perdure.accounts import service as accounts
from perdure.kernel.db import Tx
from perdure.kernel.errors import NotFound
from perdure.web.request import WebRequest


class Renamed(NotFound):
    """The address holds a name that its owner left for another."""

    def __init__(self, username: str) -> None:
        super().__init__()
        self.username = username


def missing_in(tx: Tx, name: str) -> NotFound:
    """What to raise for a name that nobody has: Renamed where somebody had it."""
    found = accounts.renamed_in(tx, name)
    return NotFound() if found is None or found.state != "active" else Renamed(found.username)


def renamed(request: WebRequest, error: Renamed) -> Response[Any]:
    """On to the new address."""
    query = request.url.query
    _old, _, rest = request.url.path[1:].partition("/")
    to = f"/@{error.username}" + (f"/{rest}" if rest else "") + (f"?{query}" if query else "")
    return Redirect(to, status_code=301)
