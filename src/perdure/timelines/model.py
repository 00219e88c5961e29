"""What a reader keeps of a timeline."""

import msgspec


class Marker(msgspec.Struct, frozen=True):
    """How far somebody has read a timeline."""

    timeline: str
    last_read_id: int
    version: int
    updated_at: int
