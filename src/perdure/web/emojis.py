"""The site's own emoji in texts of pages: ``:shortcode:`` becomes a small picture."""

import re
from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

from perdure.accounts.model import Emoji
from perdure.web.addresses import Addresses

_PARTS: Final = re.compile(r"(<[^>]*>)")
_CODE: Final = re.compile(r":([A-Za-z0-9_]+):")
_PICTURE: Final = Markup('<img class="emoji" src="{src}" alt=":{code}:" title=":{code}:" width="20" height="20">')


def pictured(text: str, emojis: Iterable[Emoji], urls: Addresses) -> Markup:
    """A text with its emoji as pictures. What is no markup is escaped; tags of what is stay as they are."""
    safe = text if isinstance(text, Markup) else escape(text)
    known = {one.shortcode: urls.media(one.file_key) for one in emojis}
    if not known:
        return safe

    def picture(match: re.Match[str]) -> str:
        source = known.get(match[1])
        return str(_PICTURE.format(src=source, code=match[1])) if source else match[0]

    parts = _PARTS.split(str(safe))
    parts[::2] = [_CODE.sub(picture, part) for part in parts[::2]]  # every second part is a tag
    return Markup("".join(parts))  # noqa: S704 - it was safe, and got only pictures of ours
