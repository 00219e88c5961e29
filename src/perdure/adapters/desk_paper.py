"""What the notice desk prints, as PDF."""

from collections.abc import Sequence

from perdure.continuity.model.paper import Sheet


class PdfPaper:
    """Implements :class:`perdure.desk.ports.Paper`."""

    def pdf(self, sheets: Sequence[Sheet], title: str) -> bytes:
        """Pages as one PDF document."""
        from perdure.adapters.paper_pdf import pdf_of  # a big library, needed by few processes and seldom

        return pdf_of(sheets, title)
