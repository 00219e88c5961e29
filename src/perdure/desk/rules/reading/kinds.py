"""What form a file is of: by its bytes first, then by its name, then by what was claimed."""

import re
from typing import Final, Literal

from perdure.desk.rules.reading import decoding

Kind = Literal["mail", "html", "text", "table", "json", "pdf", "zip", "gzip", "image", "rtf", "opaque"]

_MAGIC: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"{\\rtf", "rtf"),
)
_EXTENSIONS: Final[dict[str, Kind]] = {
    "eml": "mail", "mbox": "mail", "mht": "mail", "mhtml": "mail",
    "htm": "html", "html": "html", "xhtml": "html", "xml": "html", "svg": "html",
    "csv": "table", "tsv": "table", "tab": "table",
    "json": "json", "xarf": "json", "jsonl": "json", "ndjson": "json",
    "txt": "text", "md": "text", "log": "text",
    "png": "image", "jpg": "image", "jpeg": "image", "gif": "image", "webp": "image", "heic": "image",
    "heif": "image", "avif": "image", "bmp": "image", "tif": "image", "tiff": "image",
}  # fmt: skip
_MIMES: Final[dict[str, Kind]] = {
    "message/rfc822": "mail", "message/global": "mail",
    "text/html": "html", "application/xhtml+xml": "html", "text/xml": "html", "application/xml": "html",
    "text/csv": "table", "text/tab-separated-values": "table", "application/csv": "table",
    "application/json": "json", "application/x-ndjson": "json", "application/xarf": "json",
}  # fmt: skip
_HEADER: Final = re.compile(
    r"(?:Received|Return-Path|From|Delivered-To|Date|Sent|Subject|To|Cc|Reply-To|MIME-Version|Message-ID|Content-Type"
    r"|X-[A-Za-z0-9-]{1,60}|DKIM-Signature|ARC-Seal|Authentication-Results|User-Agent|List-[A-Za-z]{1,20}|Importance"
    r"|Content-Transfer-Encoding|In-Reply-To|References|Sender|Auto-Submitted)[ \t]{0,3}:",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"<\s{0,4}(?:!doctype html|html|head|body|table|div|p|a|br|span|ul|ol)\b", re.IGNORECASE)


def kind_of(raw: bytes, name: str, mime: str) -> Kind:
    """The form of a file; ``opaque`` for a form that is not known. Never raises."""
    if found := _by_magic(raw):
        return found
    said = mime.partition(";")[0].strip().lower()
    named = _EXTENSIONS.get(name.rpartition(".")[2].lower()) if "." in name else None
    if not decoding.is_texty(raw):
        return "image" if named == "image" or said.startswith("image/") else "opaque"
    text = decoding.text_of(raw[:16_384])
    if looks_like_mail(text):
        return "mail"
    if said in _MIMES and said != "text/html":
        return _MIMES[said]
    if named not in {None, "text", "image"}:
        assert named is not None
        return named
    return _by_text(text, said)


def _by_magic(raw: bytes) -> Kind | None:
    for mark, kind in _MAGIC:
        if raw.startswith(mark) and (mark != b"BM" or not decoding.is_texty(raw)):
            return kind
    if b"%PDF-" in raw[:1024] and not decoding.is_texty(raw):
        return "pdf"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image"
    if raw[4:8] == b"ftyp" and raw[8:12] in {b"heic", b"heix", b"mif1", b"avif", b"msf1"}:
        return "image"
    return None


def _by_text(text: str, said: str) -> Kind:
    start = text.lstrip()[:1]
    if start in {"{", "["} and '"' in text[:400]:
        return "json"
    if said == "text/html" or _TAG.search(text[:4000]):
        return "html"
    return "text"


def looks_like_mail(text: str) -> bool:
    """Whether a text begins with at least two headers of a mail (an mbox line, blank lines before them allowed)."""
    known = 0
    lines = text.lstrip("\r\n \t\ufeff").split("\n", 40)[:40]
    if lines and lines[0].startswith("From ") and ":" in lines[0]:
        lines = lines[1:]
    for line in lines:
        bare = line.rstrip("\r")
        if not bare.strip():
            break
        if bare[:1] in {" ", "\t"}:
            continue
        if not _HEADER.match(bare):
            return known >= 3
        known += 1
    return known >= 2
