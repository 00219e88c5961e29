"""Files with other files in them, unpacked within limits: zip, gzip, office documents, rich text. Pure."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from perdure.desk.rules.reading.gathering import Gathered

_MOST_MEMBERS: Final = 500
_MOST_MEMBER: Final = 32 * 1024 * 1024
_RATIO: Final = 200
_WORDS: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_NODES: Final = 2_000_000
_CELL: Final = re.compile(r"([A-Z]{1,3})\d+")
_RTF_HEX: Final = re.compile(r"\\'([0-9a-fA-F]{2})")
_RTF_UNICODE: Final = re.compile(r"\\u(-?\d{1,6})[ ?]?")
_RTF_WORD: Final = re.compile(r"\\(par|line|tab|cell|row)\b ?")
_RTF_SKIP: Final = re.compile(
    r"\{\\\*?\\?(?:fonttbl|colortbl|stylesheet|info|pict|themedata|generator)[^{}]{0,20000}\}"
)
_RTF_OTHER: Final = re.compile(r"\\[a-zA-Z]{1,32}-?\d{0,9} ?|[{}]")
_RTF_FIELD: Final = re.compile(r"HYPERLINK \"([^\"]{1,2000})\"")


def members_of(raw: bytes, into: Gathered) -> Iterator[tuple[str, bytes]]:
    """The files of a zip, one after the other. What is too large, locked or broken is a fault of the letter."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        infos = archive.infolist()
    except Exception:  # noqa: BLE001 - whatever a broken archive makes of the library
        into.fault("A zip file is broken")
        return
    files = [info for info in infos if not info.is_dir()]
    if len(files) > _MOST_MEMBERS:
        into.fault(f"A zip file holds {len(files)} files: only the first {_MOST_MEMBERS} were looked at")
    for info in files[:_MOST_MEMBERS]:
        if info.flag_bits & 1:
            into.fault(f"{info.filename[:100]}: it is locked with a password")
            continue
        content = _member(archive, info, into)
        if content is not None:
            yield info.filename, content


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, into: Gathered) -> bytes | None:
    name = info.filename[:100]
    try:
        with archive.open(info) as file:
            content = file.read(_MOST_MEMBER + 1)
    except Exception as error:  # noqa: BLE001 - whatever a broken archive makes of the library
        into.fault(f"{name}: it cannot be unpacked ({type(error).__name__})")
        return None
    bomb = len(content) > 1024 * 1024 and len(content) > _RATIO * max(1, info.compress_size)
    if len(content) > _MOST_MEMBER or bomb or not into.spend(len(content)):
        into.fault(f"{name}: it unpacks to more than a letter may hold")
        return None
    return content


def inflated(raw: bytes, into: Gathered) -> bytes | None:
    """What a gzip file holds."""
    try:
        content = zlib.decompressobj(31).decompress(raw, _MOST_MEMBER + 1)
    except zlib.error:
        into.fault("A gzip file is broken")
        return None
    if len(content) > _MOST_MEMBER or not into.spend(len(content)):
        into.fault("A gzip file unpacks to more than a letter may hold")
        return None
    return content


def office_kind(raw: bytes) -> str:
    """``docx``, ``xlsx``, ``odf``, or empty: what a zip file is, by the names in it."""
    head = raw[:4096] + raw[-65_536:]
    if b"word/document.xml" in head:
        return "docx"
    if b"xl/workbook.xml" in head:
        return "xlsx"
    return "odf" if b"mimetypeapplication/vnd.oasis.opendocument" in raw[:200] else ""


def document_text(parts: dict[str, bytes], kind: str) -> str:
    """The text of a word processor's document, links behind their words. Raises ParseError for broken XML."""
    if kind == "odf":
        return _odf(parts.get("content.xml", b""))
    links = _relations(parts.get("word/_rels/document.xml.rels", b""))
    root = _xml(parts.get("word/document.xml", b""))
    lines: list[str] = []
    for paragraph in root.iter(f"{_WORDS}p"):
        pieces: list[str] = []
        for node in paragraph.iter():
            if node.tag == f"{_WORDS}t":
                pieces.append(node.text or "")
            elif node.tag in {f"{_WORDS}tab", f"{_WORDS}br"}:
                pieces.append("\t" if node.tag.endswith("tab") else "\n")
            elif node.tag == f"{_WORDS}hyperlink":
                target = next(
                    (links[value] for key, value in node.attrib.items() if key.endswith("}id") and value in links), ""
                )
                shown = "".join(inner.text or "" for inner in node.iter(f"{_WORDS}t"))
                if target and target not in shown:
                    pieces.append(f" <{target}> ")
        lines.append("".join(pieces))
    return "\n".join(lines)


def _relations(raw: bytes) -> dict[str, str]:
    if not raw:
        return {}
    return {
        node.get("Id", ""): node.get("Target", "") for node in _xml(raw).iter() if node.get("TargetMode") == "External"
    }


def _odf(raw: bytes) -> str:
    out: list[str] = []
    for node in _xml(raw).iter():
        name = node.tag.rpartition("}")[2]
        if name in {"p", "h", "table-row", "list-item"}:
            out.append("\n")
        elif name == "table-cell":
            out.append("\t")
        href = next((value for key, value in node.attrib.items() if key.endswith("}href")), "")
        out.append(node.text or "")
        if href.startswith("http"):
            out.append(f" <{href}> ")
        out.append(node.tail or "")
    return "".join(out)


def sheets_of(parts: dict[str, bytes]) -> list[list[list[str]]]:
    """The cells of every sheet of a workbook. Raises ParseError for broken XML."""
    shared = [
        "".join(inner.text or "" for inner in node.iter() if inner.tag.endswith("}t"))
        for node in (_xml(parts["xl/sharedStrings.xml"]) if "xl/sharedStrings.xml" in parts else ())
    ]
    names = sorted(name for name in parts if re.fullmatch(r"xl/worksheets/[^/]{1,60}\.xml", name))
    return [_sheet(parts[name], _sheet_links(parts, name), shared) for name in names]


def _sheet_links(parts: dict[str, bytes], name: str) -> dict[str, str]:
    folder, _, file = name.rpartition("/")
    targets = _relations(parts.get(f"{folder}/_rels/{file}.rels", b""))
    links: dict[str, str] = {}
    for node in _xml(parts[name]).iter():
        if node.tag.endswith("}hyperlink"):
            target = next(
                (targets[value] for key, value in node.attrib.items() if key.endswith("}id") and value in targets), ""
            )
            links[node.get("ref", "")] = target
    return links


def _sheet(raw: bytes, links: dict[str, str], shared: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in _xml(raw).iter():
        if not row.tag.endswith("}row"):
            continue
        cells: dict[int, str] = {}
        for cell in row:
            at = _column(cell.get("r", "")) if cell.get("r") else len(cells)
            text = _value(cell, shared)
            link = links.get(cell.get("r", ""), "")
            cells[at] = f"{text} {link}".strip() if link and link not in text else text
        rows.append([cells.get(at, "") for at in range(min(200, max(cells, default=-1) + 1))])
    return rows


def _value(cell: ET.Element, shared: list[str]) -> str:
    text = "".join(node.text or "" for node in cell.iter() if node.tag.endswith(("}v", "}t")))
    if cell.get("t") == "s" and text.isdecimal():
        return shared[int(text)] if int(text) < len(shared) else ""
    if re.fullmatch(r"\d(?:\.\d{1,20})?E\+\d{1,2}", text):  # a long number that the program shortened
        return str(int(float(text)))
    return text


def _column(reference: str) -> int:
    match = _CELL.match(reference)
    number = 0
    for letter in match[1] if match else "A":
        number = number * 26 + ord(letter) - 64
    return number - 1


def _xml(raw: bytes) -> ET.Element:
    """Parse XML that may declare nothing of its own: no entities, so no bombs."""
    if b"<!DOCTYPE" in raw[:4096] or b"<!ENTITY" in raw:
        raise ET.ParseError("a document type is not allowed")
    return ET.fromstring(raw)  # noqa: S314 - it has no document type


def rich_text(source: str) -> str:
    """The text of RTF, with the addresses of its links."""
    text = _RTF_SKIP.sub("", source)
    text = _RTF_FIELD.sub(lambda match: f" <{match[1]}> ", text)
    text = _RTF_UNICODE.sub(
        lambda match: chr(int(match[1]) % 65_536) if not 0xD800 <= int(match[1]) % 65_536 < 0xE000 else "\ufffd", text
    )
    text = _RTF_HEX.sub(lambda match: bytes([int(match[1], 16)]).decode("cp1252", "replace"), text)
    text = _RTF_WORD.sub(lambda match: "\t" if match[1] in {"tab", "cell"} else "\n", text)
    return _RTF_OTHER.sub("", text)
