"""Which names an object may have: every store must be able to keep every one of them, none may lead out of a folder."""

import re
from typing import Final

from perdure.kernel.errors import Invalid

LONGEST: Final = 200
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_PREFIX: Final = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]*/)*([A-Za-z0-9_-][A-Za-z0-9._-]*)?", re.ASCII)


def checked_name(name: str) -> str:
    """The name itself. Raises Invalid: letters, digits, ``. _ -``, parts split by ``/``, none begins with a dot."""
    if len(name) > LONGEST or not _NAME.fullmatch(name):
        raise Invalid(f"{name[:LONGEST]!r} is no name for an object")
    return name


def checked_prefix(prefix: str) -> str:
    """The beginning of a name, empty for all. Raises Invalid."""
    if len(prefix) > LONGEST or not _PREFIX.fullmatch(prefix):
        raise Invalid(f"{prefix[:LONGEST]!r} is no beginning of an object's name")
    return prefix
