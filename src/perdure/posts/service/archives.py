"""Reads an archive of posts, CSV or JSON lines, record by record. What cannot be read is one record, never the rest."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from perdure.kernel.errors import Invalid

FIELDS: Final = ("id", "text", "created_at", "author")
_LINES: Final = frozenset({".jsonl", ".ndjson"})
_LONGEST: Final = 10_000_000
_BOM: Final = "\ufeff"


class Record(msgspec.Struct, frozen=True):
    """One record: its number, the line it begins on, how far in the file it ends, and its values or its fault."""

    number: int
    line: int
    offset: int  # bytes
    values: Mapping[str, Any]
    fault: str = ""


def records(file: Path, mapping: Mapping[str, str]) -> Iterator[Record]:
    """Every record in order, with the values of the fields that ``mapping`` (field → column) or their names point at.

    Raises Invalid for a file that cannot be opened, or whose header lacks a column that is needed.
    """
    try:
        size = file.stat().st_size
        if not file.is_file():
            raise Invalid(f"cannot read {file}: it is no file")
        with file.open("rb") as opened:
            lines = _Lines(opened)
            yield from (_of_lines if file.suffix.lower() in _LINES else _of_table)(lines, mapping, file)
    except OSError as error:
        raise Invalid(f"cannot read {file}: {error.strerror}") from error
    if size == 0:
        raise Invalid(f"{file} is empty")


class _Lines:
    """Lines as text, and where in the file they end. Bytes that are no UTF-8 survive as lone surrogates."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self.offset = 0
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw: bytes = self._opened.readline(_LONGEST)
        if not raw:
            raise StopIteration
        self.offset += len(raw)
        self.number += 1
        if len(raw) == _LONGEST:
            raise Invalid(f"line {self.number} is longer than {_LONGEST // 1_000_000} MB: this is no archive of posts")
        text = raw.decode("utf-8", "surrogateescape")
        return text.removeprefix(_BOM) if self.number == 1 else text


def _of_lines(lines: _Lines, mapping: Mapping[str, str], _file: Path) -> Iterator[Record]:
    number = 0
    for line in lines:
        if not line.strip():
            continue
        number += 1
        values, fault = _decoded(line)
        yield Record(number, lines.number, lines.offset, _picked(values, mapping), fault)


def _decoded(line: str) -> tuple[dict[str, Any], str]:
    try:
        return msgspec.json.decode(line.encode(), type=dict[str, Any]), ""
    except UnicodeEncodeError:
        return {}, "the line is not valid UTF-8"
    except msgspec.ValidationError:
        return {}, "the line is no JSON object"
    except (msgspec.DecodeError, RecursionError) as error:
        return {}, f"the line is not valid JSON: {error}"


def _of_table(lines: _Lines, mapping: Mapping[str, str], file: Path) -> Iterator[Record]:
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(lines)
    header = next(reader, None)
    if header is None:
        return
    _check_header(header, mapping, file)
    number = 0
    while True:
        line = lines.number + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            yield Record(number, line, lines.offset, {}, f"the row cannot be read: {error}")
            continue
        if not row:
            continue
        number += 1
        fault = "" if len(row) == len(header) else f"the row has {len(row)} fields, the header has {len(header)}"
        yield Record(number, line, lines.offset, _picked(dict(zip(header, row, strict=False)), mapping), fault)


def _check_header(header: list[str], mapping: Mapping[str, str], file: Path) -> None:
    for field in FIELDS:
        column = mapping.get(field, field)
        if column not in header and (field == "text" or field in mapping):
            names = ", ".join(repr(name[:40]) for name in header[:20])
            raise Invalid(f"{file} has no column {column!r} but {names}: name it with --map {field}=COLUMN")


def _picked(values: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    return {field: values.get(mapping.get(field, field)) for field in FIELDS}
