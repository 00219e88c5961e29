"""The simplest reader of letters: plain text, one item for each address in it."""

import re
from typing import Final

from perdure.desk.model import Claimed, Letter
from perdure.desk.ports import OwnPlaces

_URL: Final = re.compile(r"https?://[^\s<>\"]+")


class PlainReader:
    """Reads addresses out of text."""

    async def read(self, raw: bytes, name: str, mime: str, own: OwnPlaces) -> Letter:
        """One item for each address; a line without one is for a person where the whole letter has none."""
        del name, mime, own
        text = raw.decode("utf-8", "replace")
        found = [match.rstrip(".,;)") for match in _URL.findall(text)]
        items = tuple(Claimed(number=at, claim=url, pointer="url", url=url) for at, url in enumerate(found, 1))
        nothing = (Claimed(number=1, claim=text[:2000], pointer="none"),)
        faults = () if items else ("No address was found",)
        return Letter(form="text", prose=text[:200_000], items=items or nothing, faults=faults)
