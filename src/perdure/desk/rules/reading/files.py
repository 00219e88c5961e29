"""One file of a letter, whatever it is: told by its form to whoever reads that form. Pure."""

import hashlib
from typing import Final
from xml.etree import ElementTree as ET

from perdure.desk.model import Attachment
from perdure.desk.rules.reading import (
    decoding,
    markup,
    packed,
    paper,
    pictures,
    prose,
    quoting,
    reports,
    spelling,
    tables,
)
from perdure.desk.rules.reading.gathering import CLAIM, Finding, Gathered, Picture
from perdure.desk.rules.reading.kinds import Kind, kind_of

_DEEPEST: Final = 5
_MOST_TEXT: Final = 8_000_000


def read_file(raw: bytes, name: str, mime: str, into: Gathered, *, plain: bool, decoration: bool = False) -> Kind:
    """Read one file into the letter and tell its form. ``plain``: files that take a program to open are not opened.

    ``decoration``: it is part of a page's looks where it is small.
    """
    kind = kind_of(raw, name, mime)
    known = sum(len(part.findings) for part in into.parts) + len(into.pictures)
    if kind == "image":
        if not (decoration and pictures.is_decoration(raw)):
            _picture(raw, name, into)
    elif plain and kind in {"pdf", "zip", "gzip", "rtf", "opaque"}:
        into.fault(f"{name or kind}: it was not opened, because the letter could not be read with it")
        _picture(raw, name, into)
    else:
        _open(raw, name, kind, into)
    found = sum(len(part.findings) for part in into.parts) + len(into.pictures) > known
    into.attach(Attachment(name=name[:200], mime=mime[:100], digest=_digest(raw), size=len(raw), read=found))
    return kind


def _open(raw: bytes, name: str, kind: Kind, into: Gathered) -> None:
    if into.depth >= _DEEPEST:
        into.fault(f"{name[:100]}: it lies too deep in other files")
        _picture(raw, name, into)
        return
    into.depth += 1
    try:
        _OPENERS[kind](raw, name, into)
    except RecursionError:
        into.fault(f"{name[:100] or kind}: it is nested too deep")
        read_runs(raw, name, into)
    finally:
        into.depth -= 1


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _picture(raw: bytes, name: str, into: Gathered) -> None:
    into.pictures.append(Picture(name[:200], _digest(raw), name[:200] or "a picture without a name"))


def _mail(raw: bytes, _name: str, into: Gathered) -> None:
    into.read_mail(raw, into)


def read_text(text: str, into: Gathered, *, sender_host: str = "", older: bool = False) -> None:
    """Free text, or a table that somebody pasted."""
    if len(text) > _MOST_TEXT:
        into.fault(f"A text has {len(text)} characters: only the first {_MOST_TEXT} were read")
        text = text[:_MOST_TEXT]
    into.say(text, older=older)
    if tables.looks_like_table(text, into.hosts):
        into.add(tables.findings_of(tables.parse(text), into.hosts), older=older)
        return
    into.add(prose.findings_of(text, into.hosts, sender_host), older=older)


def _text(raw: bytes, _name: str, into: Gathered) -> None:
    _parted(decoding.text_of(raw), into)


def _parted(text: str, into: Gathered) -> None:
    """Text from a file or a paste: what an older mail below it says is kept apart."""
    parted = quoting.part(text, reply=False)
    if parted.own.strip():
        read_text(parted.own, into)
    if parted.older.strip():
        read_text(parted.older, into, older=True)


def _html(raw: bytes, _name: str, into: Gathered) -> None:
    _parted(markup.text_of(decoding.text_of(raw, _declared(raw))), into)


def _declared(raw: bytes) -> str:
    """The charset that a page names in its head."""
    head = raw[:2048].decode("latin-1").lower()
    at = head.find("charset=")
    return head[at + 8 : at + 40].strip("\"' />;").split('"')[0].split("'")[0].split(">")[0] if at >= 0 else ""


def _table(raw: bytes, name: str, into: Gathered) -> None:
    text = decoding.text_of(raw)
    found = tables.findings_of(tables.parse(text), into.hosts)
    if not found and text.strip():
        into.fault(f"{name[:100]}: no row of the table was understood")
    into.add(found)


def _json(raw: bytes, name: str, into: Gathered) -> None:
    text = decoding.text_of(raw)
    documents = reports.documents_of(text)
    if not documents:
        if name.lower().endswith((".json", ".jsonl", ".xarf")):
            into.fault(f"{name[:100]}: it is not valid JSON and was read as text")
        _parted(text, into)
        return
    xarf, found = reports.read(documents, into)
    into.xarf = into.xarf or xarf
    into.say(text[:20_000])
    into.add(found)


def _pdf(raw: bytes, name: str, into: Gathered) -> None:
    text, links, inner = paper.text_of(raw, into)
    if len("".join(text.split())) < 20 and not links:
        into.fault(f"{name[:100] or 'A PDF'}: no text is in it, a person has to look")
        _picture(raw, name, into)
    else:
        _parted(_linked(text, links, into), into)
    for inner_name, content in inner:
        read_file(content, inner_name, "", into, plain=False)


def _linked(text: str, links: list[str], into: Gathered) -> str:
    """A text with the addresses of links below it that it does not show."""
    shown = {
        one.url for line in text.splitlines() for one in spelling.find(spelling.plain(line, into.hosts), into.hosts)
    }
    squeezed = "".join(text.split())
    hidden = [
        link
        for link in dict.fromkeys(links)
        if spelling.clean_url(link, into.hosts) not in shown and link not in squeezed
    ]
    return f"{text}\n\n" + "\n".join(hidden) if hidden else text


def _zip(raw: bytes, name: str, into: Gathered) -> None:
    office = packed.office_kind(raw)
    members = packed.members_of(raw, into)
    if not office:
        for inner_name, content in members:
            if not inner_name.startswith(("__MACOSX/", ".")):
                read_file(content, inner_name, "", into, plain=False)
        return
    parts = dict(members)
    try:
        _office(parts, office, into)
    except (ET.ParseError, ValueError, KeyError, LookupError):
        into.fault(f"{name[:100]}: the document is broken")
        read_runs(b"\n".join(parts.values()), name, into)
    for inner_name, content in parts.items():
        if "/media/" in inner_name or inner_name.startswith("Pictures/"):
            read_file(content, inner_name, "", into, plain=False, decoration=True)


def _office(parts: dict[str, bytes], office: str, into: Gathered) -> None:
    if office == "xlsx":
        for rows in packed.sheets_of(parts):
            into.say("\n".join("\t".join(row) for row in rows[:2000]))
            into.add(tables.findings_of(rows, into.hosts))
    else:
        _parted(packed.document_text(parts, office), into)


def _gzip(raw: bytes, name: str, into: Gathered) -> None:
    content = packed.inflated(raw, into)
    if content is not None:
        read_file(content, name.removesuffix(".gz"), "", into, plain=False)


def _rtf(raw: bytes, _name: str, into: Gathered) -> None:
    _parted(packed.rich_text(raw.decode("cp1252", "replace")), into)


def read_runs(raw: bytes, name: str, into: Gathered) -> None:
    """Pick the addresses out of bytes of a form that nobody here knows; a person has to look at the rest."""
    text = decoding.runs_of(raw)
    found = [one for one in prose.findings_of(text, into.hosts) if one.pointer == "url" and one.sure]
    into.fault(f"{name[:100] or 'A file'}: its form is not known; only addresses were picked out of it")
    if not into.add(Finding("url", one.claim, url=one.url) for one in found):
        into.add([Finding("none", f"{name} ({len(raw)} bytes, SHA-256 {_digest(raw)})"[:CLAIM])])


def _opaque(raw: bytes, name: str, into: Gathered) -> None:
    read_runs(raw, name, into)


_OPENERS: Final = {
    "mail": _mail, "text": _text, "html": _html, "table": _table, "json": _json, "pdf": _pdf, "zip": _zip,
    "gzip": _gzip, "rtf": _rtf, "opaque": _opaque,
}  # fmt: skip
