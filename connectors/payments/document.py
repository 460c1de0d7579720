"""An invoice as a PDF: one column of facts, the positions, the sum, how to pay."""

import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.company import Company
from connectors.contract import PermanentError
from connectors.money import in_words
from connectors.payments import Invoice

if TYPE_CHECKING:
    from fpdf import FPDF

FONT = Path(__file__).with_name("DejaVuSans.ttf")  # umlauts, €, Polish, Greek, Cyrillic
MARGIN_MM = 22
LINE_MM = 6
SMALL_PT, TEXT_PT, TITLE_PT = 8, 10, 20
GREY = 110
COLUMNS = (52, 14, 17, 17)  # percent: description, quantity, price, total


def check(invoice: Invoice, company: Company) -> None:
    """Raise PermanentError when the typeface lacks a character, which would print as a box."""
    texts = [invoice.name, invoice.email, company.name, *(i.description for i in invoice.lines)]
    lacking = sorted(set("".join(texts)) - _characters())
    if lacking:
        shown = ", ".join(f"{c} (U+{ord(c):04X})" for c in lacking)
        raise PermanentError(f"The invoice cannot show these characters: {shown}. Replace them.")


def write(invoice: Invoice, company: Company, now: datetime) -> bytes:
    """Return the PDF; the same invoice at the same moment gives the same bytes."""
    from fpdf import FPDF  # 0.3 s

    pdf = FPDF(format="A4")
    pdf.set_creation_date(now)
    pdf.set_title(f"Invoice {invoice.number}")
    pdf.set_author(company.name)
    pdf.set_margin(MARGIN_MM)
    pdf.add_font("DejaVu", fname=FONT)
    pdf.add_page()
    _heading(pdf, invoice, company, now)
    _positions(pdf, invoice)
    _payment(pdf, invoice, company)
    return bytes(pdf.output())


@cache
def _characters() -> frozenset[str]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types

    with TTFont(FONT) as font:
        return frozenset(map(chr, font.getBestCmap())) | {"\n"}


def _heading(pdf: "FPDF", invoice: Invoice, company: Company, now: datetime) -> None:
    _line(pdf, f"{company.name} · {company.email}", SMALL_PT, GREY)
    pdf.ln(LINE_MM * 3)
    for line in (invoice.name, invoice.email):
        _line(pdf, line, TEXT_PT)
    pdf.ln(LINE_MM * 3)
    _line(pdf, f"Invoice {invoice.number}", TITLE_PT)
    pdf.ln(LINE_MM)
    _line(pdf, f"Date {now.date()}    Due {invoice.due}", TEXT_PT, GREY)
    pdf.ln(LINE_MM)


def _positions(pdf: "FPDF", invoice: Invoice) -> None:
    rows = [
        (line.description, f"{line.quantity:f}", f"{line.unit_price}", f"{line.total}")
        for line in invoice.lines
    ]
    pdf.set_font("DejaVu", size=TEXT_PT)
    with pdf.table(
        col_widths=COLUMNS,
        text_align=("LEFT", "RIGHT", "RIGHT", "RIGHT"),
        borders_layout="HORIZONTAL_LINES",
        line_height=LINE_MM * 0.85,
        padding=1.2,
        first_row_as_headings=False,
    ) as table:
        table.row(("Description", "Quantity", "Price", f"Total {invoice.currency}"))
        for row in rows:
            table.row(row)
    pdf.ln(LINE_MM / 2)
    total = in_words(invoice.total, invoice.currency)
    pdf.set_font("DejaVu", size=TEXT_PT + 3)
    pdf.cell(0, LINE_MM * 1.5, f"To pay  {total}", align="R", new_x="LMARGIN", new_y="NEXT")


def _payment(pdf: "FPDF", invoice: Invoice, company: Company) -> None:
    pdf.ln(LINE_MM * 2)
    _line(pdf, f"Please pay by {invoice.due} and name the invoice {invoice.number}.", TEXT_PT)
    if company.iban:
        groups = " ".join(re.findall(".{1,4}", company.iban.replace(" ", "")))
        _line(pdf, f"{company.name} · IBAN {groups}", TEXT_PT)


def _line(pdf: "FPDF", text: str, size_pt: int, grey: int = 0) -> None:
    pdf.set_font("DejaVu", size=size_pt)
    pdf.set_text_color(grey)
    pdf.multi_cell(0, LINE_MM * size_pt / TEXT_PT, text, new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(0)
