"""What every use case gets as ``rt``: time, ids, database, settings, bus, and the ports that wiring filled."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import msgspec

from perdure.kernel.bus import Bus
from perdure.kernel.clock import Clock
from perdure.kernel.db import Database
from perdure.kernel.ids import IdSource
from perdure.kernel.settings import Settings

T = TypeVar("T")


class Runtime(msgspec.Struct, frozen=True):
    """The process's one set of collaborators, built in ``wiring`` and passed down as the first argument."""

    settings: Settings
    clock: Clock
    ids: IdSource
    db: Database
    bus: Bus
    ports: Mapping[type, Any] = {}

    def port(self, kind: type[T]) -> T:
        """The adapter that wiring chose for a port, by the port's protocol class."""
        try:
            return cast("T", self.ports[kind])
        except KeyError:
            message = f"no adapter is wired for {kind.__name__}"
            raise LookupError(message) from None
