"""Bios and profile fields as safe HTML: paragraphs, line breaks, links."""

import html
from functools import lru_cache
from typing import Final

from linkify_it import LinkifyIt

_SHOWN: Final = 30
_linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})


@lru_cache(maxsize=4096)
def note_html(note: str) -> str:
    """A bio: blank line = paragraph, newline = break, URLs become links."""
    paragraphs = [part for part in note.strip().split("\n\n") if part.strip()]
    return "".join(f"<p>{field_html(part.strip())}</p>" for part in paragraphs)


def field_html(value: str) -> str:
    """One line of text with links."""
    out: list[str] = []
    last = 0
    for match in _linkify.match(value) or ():
        if match.schema not in {"http:", "https:"}:
            continue
        out += [_escape(value[last : match.index]), _link(match.url)]
        last = match.last_index
    out.append(_escape(value[last:]))
    return "".join(out)


def _escape(text: str) -> str:
    return html.escape(text, quote=True).replace("&#x27;", "&#39;").replace("\n", "<br />")


def _link(url: str) -> str:
    scheme, _, rest = url.partition("://")
    shown, hidden = rest[:_SHOWN], rest[_SHOWN:]
    kind = ' class="ellipsis"' if hidden else ' class=""'
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener me" translate="no">'
        f'<span class="invisible">{scheme}://</span><span{kind}>{html.escape(shown)}</span>'
        f'<span class="invisible">{html.escape(hidden)}</span></a>'
    )
