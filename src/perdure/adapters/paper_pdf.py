"""Pages to be printed, as PDF on A4: the fonts that every reader has, and QR codes drawn as shapes."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import segno
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from perdure.continuity.model.paper import (
    Blanks,
    Block,
    Facts,
    Heading,
    Paragraph,
    Part,
    Sheet,
    Squares,
    Steps,
    Title,
    WordList,
)
from perdure.continuity.rules.text_pages import spaced

_CODEPAGE: Final = "windows-1252"
_MARGIN_MM: Final = 18.0
_WIDTH_MM: Final = 210 - 2 * _MARGIN_MM
_BOTTOM_MM: Final = 297 - _MARGIN_MM
_SQUARE_MM: Final = 62.0
_QUIET: Final = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""
_ROWS: Final = 5
_ROW_MM: Final = 5.2
_COLUMN: Final = 35
"""Lines of a block that stand below each other on a page."""
_BARE: Final = str.maketrans("ŁłĐđı", "LlDdi")


def pdf_of(sheets: Sequence[Sheet], title: str) -> bytes:
    """All pages as one document, each sheet beginning a page."""
    paper = _Paper(title)
    for sheet in sheets:
        paper.sheet(sheet)
    return paper.done()


class _Paper:
    """One document; the cursor stands where the next part begins."""

    def __init__(self, title: str) -> None:
        self._pdf = FPDF(format="A4")
        self._pdf.core_fonts_encoding = _CODEPAGE
        self._pdf.set_margin(_MARGIN_MM)
        self._pdf.set_auto_page_break(auto=True, margin=_MARGIN_MM)
        self._pdf.set_title(title)
        self._pdf.set_producer("perdure")
        self._draw: dict[type, Callable[[Any], None]] = {
            Title: self._title,
            Heading: self._heading,
            Paragraph: self._paragraph,
            Steps: self._steps,
            Facts: self._facts,
            Block: self._block,
            WordList: self._words,
            Squares: self._squares,
            Blanks: self._blanks,
        }

    def sheet(self, sheet: Sheet) -> None:
        """Draw a page; what does not fit goes on to the next."""
        self._pdf.add_page()
        for part in sheet.parts:
            self._part(part)
        self._foot(sheet.footer)

    def done(self) -> bytes:
        """The document."""
        return bytes(self._pdf.output())

    def _part(self, part: Part) -> None:
        self._draw[type(part)](part)

    def _foot(self, text: str) -> None:
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_y(-_MARGIN_MM + 4)
        self._line(text, 8, height=5)
        self._pdf.set_auto_page_break(auto=True, margin=_MARGIN_MM)

    def _title(self, part: Title) -> None:
        self._line(part.text, 19, style="B", height=10)
        self._pdf.ln(2)

    def _heading(self, part: Heading) -> None:
        self._pdf.ln(2)
        self._line(part.text, 13, style="B", height=8)

    def _paragraph(self, part: Paragraph) -> None:
        if part.warning:
            self._pdf.set_line_width(0.6)
        self._line(part.text, 10.5, style="B" if part.warning else "", height=5.4, border=1 if part.warning else 0)
        self._pdf.set_line_width(0.2)
        self._pdf.ln(2)

    def _steps(self, part: Steps) -> None:
        for number, (text, command) in enumerate(part.steps, 1):
            self._line(f"{number}.", 10.5, width=7, height=5.2, stay=True)
            self._line(text, 10.5, width=_WIDTH_MM - 7, height=5.2)
            if command:
                self._pdf.set_x(_MARGIN_MM + 7)
                self._line(command, 9, font="Courier", style="B", width=_WIDTH_MM - 7, height=5.2)
            self._pdf.ln(1)

    def _facts(self, part: Facts) -> None:
        width = 3 + max(self._measure(name, 10, "B") for name, _ in part.facts)
        for name, value in part.facts:
            self._line(name, 10, style="B", width=width, height=5.2, stay=True)
            self._line(value, 10, width=_WIDTH_MM - width, height=5.2)
        self._pdf.ln(1)

    def _block(self, part: Block) -> None:
        if part.start:
            self._line(part.start, 11, font="Courier", style="B", height=5.4)
        if len(part.lines) == 1:
            self._line(part.lines[0], 9, font="Courier", style="B", height=5.4)
        else:
            self._columns(part.lines)
        self._pdf.ln(1.5)

    def _columns(self, lines: Sequence[str]) -> None:
        """Numbered lines side by side, as many pages as they take."""
        for first in range(0, len(lines), 2 * _COLUMN):
            page = lines[first : first + 2 * _COLUMN]
            half = -(-len(page) // 2 // _ROWS) * _ROWS or _ROWS
            top, lowest = self._pdf.get_y(), 0.0
            for column, part in enumerate((page[:half], page[half:])):
                self._pdf.set_y(top)
                self._column(part, first + column * half, _MARGIN_MM + column * _WIDTH_MM / 2)
                lowest = max(lowest, self._pdf.get_y())
            self._pdf.set_y(lowest)
            if first + 2 * _COLUMN < len(lines):
                self._pdf.add_page()

    def _column(self, lines: Sequence[str], before: int, left: float) -> None:
        for number, line in enumerate(lines, 1):
            self._pdf.set_x(left)
            self._line(str(before + number), 7, width=8, height=_ROW_MM, stay=True)
            self._line(spaced(line), 10, font="Courier", style="B", width=_WIDTH_MM / 2 - 8, height=_ROW_MM)
            if number % _ROWS == 0:
                self._pdf.ln(1.6)

    def _words(self, part: WordList) -> None:
        self._line(part.start, 11, font="Courier", style="B", height=6)
        for first in range(0, len(part.words), 3):
            for number, word in enumerate(part.words[first : first + 3], first + 1):
                self._line(str(number), 8, width=8, height=6.2, stay=True)
                self._line(word, 12, font="Courier", style="B", width=_WIDTH_MM / 3 - 8, height=6.2, stay=True)
            self._pdf.ln(6.2)
        self._line("*", 11, font="Courier", style="B", height=6)

    def _squares(self, part: Squares) -> None:
        for place, (caption, text) in enumerate(part.squares):
            column = place % 2
            if column == 0 and self._pdf.get_y() + _SQUARE_MM + 6 > _BOTTOM_MM:
                self._pdf.add_page()
            top, left = self._pdf.get_y(), _MARGIN_MM + column * _WIDTH_MM / 2
            self._square(text, left, top)
            self._pdf.set_xy(left, top + _SQUARE_MM)
            self._line(caption, 9, width=_WIDTH_MM / 2, height=5)
            last = place == len(part.squares) - 1
            self._pdf.set_y(top + _SQUARE_MM + 6 if column or last else top)

    def _square(self, text: str, left: float, top: float) -> None:
        rows = [list(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix_iter(border=_QUIET)]
        unit = _SQUARE_MM / len(rows)
        self._pdf.set_fill_color(0)
        for line, row in enumerate(rows):
            start = 0
            while start < len(row):
                end = start
                while end < len(row) and row[end]:
                    end += 1
                if end > start:
                    self._pdf.rect(left + start * unit, top + line * unit, (end - start) * unit, unit, style="F")
                start = end + 1

    def _blanks(self, part: Blanks) -> None:
        for label in part.labels:
            self._pdf.ln(3)
            width = self._measure(label, 10, "") + 4
            self._line(label, 10, width=width, height=6, stay=True)
            y = self._pdf.get_y() + 5.5
            self._pdf.line(_MARGIN_MM + width, y, _MARGIN_MM + _WIDTH_MM, y)
            self._pdf.ln(6)

    def _measure(self, text: str, size: float, style: str) -> float:
        self._pdf.set_font("Helvetica", style, size)
        return float(self._pdf.get_string_width(_printable(text)))

    def _line(
        self,
        text: str,
        size: float,
        *,
        font: str = "Helvetica",
        style: str = "",
        width: float = _WIDTH_MM,
        height: float,
        border: Literal[0, 1] = 0,
        stay: bool = False,
    ) -> None:
        """Text, broken where it is too wide; ``stay`` leaves the cursor beside it instead of below."""
        self._pdf.set_font(font, style, size)
        right, below = (XPos.RIGHT, YPos.TOP) if stay else (XPos.LMARGIN, YPos.NEXT)
        self._pdf.multi_cell(width, height, _printable(text), border=border, align="L", new_x=right, new_y=below)


def _printable(text: str) -> str:
    """Text in the letters that the built-in fonts have; others lose their accents, or become a question mark."""
    return "".join(_letter(character) for character in unicodedata.normalize("NFC", text))


def _letter(character: str) -> str:
    for form in (character, unicodedata.normalize("NFKD", character.translate(_BARE))[:1]):
        try:
            return form.encode("cp1252").decode("cp1252")
        except UnicodeEncodeError:
            continue
    return "?"
