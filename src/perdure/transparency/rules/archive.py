"""A report as a zip of CSV files, the same bytes for the same report. Pure."""

import csv
import io
import zipfile
from typing import Final

import msgspec

from perdure.transparency.model import Part, Report

_WHEN: Final = (1980, 1, 1, 0, 0, 0)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def archive_of(report: Report) -> bytes:
    """``report.json`` and one CSV file (RFC 4180, UTF-8) for each part."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as files:
        _put(files, "report.json", msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
        for part in report.parts:
            _put(files, f"{part.name}.csv", csv_of(part))
    return made.getvalue()


def _put(files: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    files.writestr(entry, content)


def csv_of(part: Part) -> bytes:
    """A table as CSV. A text that a spreadsheet would read as a formula is quoted with an apostrophe."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(part.columns)
    writer.writerows(["" if cell is None else _plain(cell) for cell in row] for row in part.rows)
    return lines.getvalue().encode()


def _plain(cell: str | float) -> str | float:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
