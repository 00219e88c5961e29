"""Links between the parts of a list: older, newer, filtered."""

from typing import Final
from urllib.parse import urlencode

PAGE: Final = 20
TOP: Final = 2**63 - 1


def link_to(path: str, **kept: object) -> str:
    """A path with those of the values that are there as its query."""
    values = {name: value for name, value in kept.items() if value}
    return f"{path}?{urlencode(values)}" if values else path
