"""The figures of a report as files: plain text for every program, or a spreadsheet."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO, StringIO

import xlsxwriter

from billing.core.report_page import Cell, Page, Section

CSV, XLSX = "csv", "xlsx"
TYPES = {
    CSV: "text/csv",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
SIGNS, FIGURES = ("+", "-"), frozenset("0123456789.,% \u00a0")
SHEET_NAME_LENGTH = 31


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes
    type: str


def as_file(page: Page, kind: str, name: str) -> File:
    """`name` is without its ending."""
    content = as_csv(page) if kind == CSV else as_xlsx(page)
    return File(f"{name}.{kind}", content, TYPES[kind])


def as_csv(page: Page) -> bytes:
    """One table after the other, each below its title."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([page.title, page.about])
    writer.writerows([note] for note in [page.when, *page.notes, *page.footer])
    for section in page.sections:
        writer.writerow([])
        writer.writerow([unable_to_run(section.title)])
        writer.writerows([unable_to_run(note)] for note in section.notes)
        writer.writerow(section.headings)
        for row in section.rows:
            writer.writerow([plain(cell) for cell in row])
    # The mark at the beginning tells Excel that this is UTF-8.
    return ("\ufeff" + text.getvalue()).encode()


def plain(cell: Cell) -> str:
    return unable_to_run(cell.text) if cell.value is None else bare(cell.value)


def bare(value: Decimal | int) -> str:
    """With every decimal it has, and none of those that say nothing."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def unable_to_run(text: str) -> str:
    """What people wrote must not reach a spreadsheet as a formula; figures may."""
    is_figure = text[:1] in SIGNS and set(text[1:]) <= FIGURES
    return text if is_figure or not text.startswith(STARTS_FORMULA) else f"'{text}"


def as_xlsx(page: Page) -> bytes:
    """A sheet for each table."""
    content = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(content, options) as book:
        bold = book.add_format({"bold": True})
        money = book.add_format({"num_format": "#,##0.00##"})
        for name, section in named_sheets(page):
            sheet = book.add_worksheet(name)
            sheet.write_string(0, 0, section.title, bold)
            sheet.write_string(1, 0, f"{page.title}. {page.about}")
            line = 2
            for note in section.notes:
                sheet.write_string(line, 0, note)
                line += 1
            for column, heading in enumerate(section.headings):
                sheet.write_string(line + 1, column, heading, bold)
            for number, row in enumerate(section.rows, line + 2):
                for column, cell in enumerate(row):
                    if cell.value is None:
                        sheet.write_string(number, column, cell.text)
                    else:
                        shown_as = money if isinstance(cell.value, Decimal) else None
                        sheet.write_number(number, column, cell.value, shown_as)
            sheet.set_column(0, 0, 44)
            sheet.set_column(1, 8, 18)
    return content.getvalue()


def named_sheets(page: Page) -> Iterator[tuple[str, Section]]:
    """Sheets must have short names without some signs, and each its own."""
    used: set[str] = set()
    for section in page.sections:
        clean = "".join(c for c in section.title if c not in r"[]:*?/\'")
        name, number = clean[:SHEET_NAME_LENGTH], 2
        while name.lower() in used:
            name = f"{clean[: SHEET_NAME_LENGTH - 4]} ({number})"
            number += 1
        used.add(name.lower())
        yield name, section
