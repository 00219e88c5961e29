"""The records of discovery."""

import msgspec


class Week(msgspec.Struct, frozen=True):
    """What happened in one week. ``begins_at`` in ms; ``logins`` are members who were here."""

    begins_at: int
    posts: int
    logins: int
    registrations: int
