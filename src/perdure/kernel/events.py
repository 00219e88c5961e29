"""The base of all domain events."""

from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True):
    """Something that happened in a domain. Subclasses name their ``kind``, as in ``posts.published``.

    Events are stored as JSON and may be read by the next release: add fields with defaults, never rename one.
    """

    kind: ClassVar[str]
