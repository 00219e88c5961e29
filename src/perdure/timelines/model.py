"""What a reader keeps of a timeline."""

import msgspec

from perdure.kernel.db import Row


class Marker(msgspec.Struct, frozen=True):
    """How far somebody has read a timeline."""

    timeline: str
    last_read_id: int
    version: int
    updated_at: int


class HomePage(msgspec.Struct, frozen=True):
    """A page of the home feed for one viewer, newest first."""

    ids: list[int]
    """What stands in the feed: what to page by."""
    rows: list[Row]
    """One for each of ``ids`` that still exists, as :func:`perdure.posts.service.overlaid` tells it."""
    filtered: bool
    """Whether the viewer has filters that may change how a post is told."""
