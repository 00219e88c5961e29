"""Which streams exist, how clients name them, and what a token needs to hear them."""

from typing import Final

import msgspec

from perdure.accounts import service as accounts
from perdure.accounts.model import FeedKind, Viewer
from perdure.graph import service as graph
from perdure.kernel.errors import Forbidden, Invalid, NotFound
from perdure.kernel.runtime import Runtime
from perdure.kernel.text import key

PLAIN: Final = frozenset(
    {
        "user",
        "user:notification",
        "public",
        "public:media",
        "public:local",
        "public:local:media",
        "public:remote",
        "public:remote:media",
        "direct",
    }
)
TAGGED: Final = frozenset({"hashtag", "hashtag:local"})
LISTED: Final = "list"
UNKNOWN: Final = "Unknown stream type"

# The path behind /api/v1/streaming/ → the stream's name.
SSE: Final = {
    "user": "user",
    "user/notification": "user:notification",
    "public": "public",
    "public/local": "public:local",
    "public/remote": "public:remote",
    "hashtag": "hashtag",
    "hashtag/local": "hashtag:local",
    "list": "list",
    "direct": "direct",
}


class Channel(msgspec.Struct, frozen=True):
    """One stream that a client asked for. ``argument`` is the tag or list id as the client wrote it."""

    name: str
    argument: str = ""

    @property
    def label(self) -> list[str]:
        """The ``stream`` array of a frame."""
        return [self.name, self.argument] if self.argument else [self.name]

    @property
    def tag(self) -> str:
        """The folded tag of a tag stream."""
        return key(self.argument)


def needed_scope(name: str) -> str:
    """The scope that a stream needs; ``read`` covers each of them."""
    return "read:notifications" if name == "user:notification" else "read:statuses"


async def open_channel(rt: Runtime, viewer: Viewer, name: str, *, tag: str | None, list_id: str | None) -> Channel:
    """Check that the stream exists and that this viewer may hear it.

    Raises Invalid for a stream that does not exist or lacks its argument, Forbidden for a missing scope, NotFound
    for somebody else's list.
    """
    if name not in PLAIN | TAGGED | {LISTED}:
        raise Invalid(UNKNOWN)
    if not accounts.covers(viewer.scopes, needed_scope(name)):
        raise Forbidden("This action is outside the authorized scopes")
    await _check_feed(rt, viewer, name)
    if name in PLAIN:
        return Channel(name)
    if name in TAGGED:
        if not tag or not tag.strip("# "):
            raise Invalid("Missing tag name parameter")
        return Channel(name, tag.strip("# "))
    if not list_id:
        raise Invalid("Missing list name parameter")
    if not list_id.isdecimal() or int(list_id) >= 2**63:
        raise NotFound
    await rt.db.read(graph.list_in, viewer.account_id, int(list_id))
    return Channel(name, list_id)


async def _check_feed(rt: Runtime, viewer: Viewer, name: str) -> None:
    """Raise Forbidden where the operators switched a kind of public feed off."""
    kind: FeedKind | None = "hashtag_feeds" if name in TAGGED else "live_feeds" if name.startswith("public") else None
    if kind is not None:
        await rt.db.read(accounts.check_feed_in, viewer.account_id, kind)
