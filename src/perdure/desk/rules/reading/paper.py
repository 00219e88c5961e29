"""PDF: the text of its pages, the addresses of its links, the files in it. Runs only in the bounded child."""

import io
import logging
from collections.abc import Iterator
from typing import Any, Final

from perdure.desk.rules.reading.gathering import Gathered

_MOST_PAGES: Final = 400
_MOST_TEXT: Final = 4_000_000
_MOST_LINKS: Final = 12_000


def text_of(raw: bytes, into: Gathered) -> tuple[str, list[str], list[tuple[str, bytes]]]:
    """The text of a PDF, its links' addresses, and the files in it; what cannot be read is a fault of the letter."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every stroke that a broken file lacks
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            into.fault("A PDF is locked with a password")
            return "", [], []
        pages = len(reader.pages)
    except Exception as error:  # noqa: BLE001 - whatever a broken file makes of the library
        into.fault(f"A PDF is broken ({type(error).__name__})")
        return "", [], []
    if pages > _MOST_PAGES:
        into.fault(f"A PDF has {pages} pages: only the first {_MOST_PAGES} were read")
    texts: list[str] = []
    links: list[str] = []
    for number in range(min(pages, _MOST_PAGES)):
        text, targets = _page(reader, number, into)
        texts.append(text)
        links += targets
        if sum(map(len, texts)) > _MOST_TEXT or len(links) > _MOST_LINKS:
            into.fault(f"A PDF is too long: it was read up to page {number + 1}")
            break
    return "\n\n".join(texts), links, list(_files(reader, into))


def _page(reader: Any, number: int, into: Gathered) -> tuple[str, list[str]]:
    try:
        page = reader.pages[number]
        text = str(page.extract_text() or "")
    except Exception as error:  # noqa: BLE001 - one page that cannot be read hides no other
        into.fault(f"Page {number + 1} of a PDF cannot be read ({type(error).__name__})")
        return "", []
    try:
        return text, _links(page)
    except Exception:  # noqa: BLE001 - a link that cannot be read is in the text, most often
        return text, []


def _links(page: Any) -> list[str]:
    found: list[str] = []
    for one in (page.get("/Annots") or ())[:2000]:
        action = one.get_object().get("/A")
        target = action.get_object().get("/URI") if action is not None else None
        if target is not None:
            found.append(str(target))
    return found


def _files(reader: Any, into: Gathered) -> Iterator[tuple[str, bytes]]:
    try:
        for name, contents in list(reader.attachments.items())[:20]:
            for content in contents[:5]:
                if into.spend(len(content)):
                    yield str(name), bytes(content)
    except Exception:  # noqa: BLE001 - files in a file that are broken
        into.fault("A file within a PDF cannot be read")
