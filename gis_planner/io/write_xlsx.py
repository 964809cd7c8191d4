"""The ledger (台账) as a workbook.

Text stays text: a name such as `=1+1` is never a formula. Numbers keep their values and read with their unit's
decimals; what was not assessed is said in words and is never zero. The workbook has no clock, so the same results
give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import openpyxl
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from gis_planner.io import ledger_tables as tables
from gis_planner.io.atomic import incomplete, write_whole
from gis_planner.io.ledger_about import explain_ledger
from gis_planner.io.ledger_neighbours import list_neighbours
from gis_planner.io.ledger_values import (
    AtLeast,
    Block,
    Cell,
    Column,
    LedgerAbout,
    LedgerTable,
    Share,
    Toned,
    Voice,
)
from gis_planner.messages import Catalogue, Language, Message
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.progress import SILENT, Progress

_FORMATS: Mapping[str, str] = {
    "count": "0", "year": "0", "metres": "0.0", "hectares": "0.00", "amount": "0.##", "share": "0.0%", "score": "0.00",
}  # fmt: skip
_AT_LEAST = '"≥ "0'
# The words of what may not stand in a cell: control characters that XML has no place for.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WRITTEN_AT = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>", re.DOTALL)
_LONGEST_TEXT = 32_000
_RUNS = ("=", "+", "-", "@", "\t", "\r")

_FACE = "Microsoft YaHei"
_INK, _SECOND, _ACCENT = "1B2430", "596575", "1C64D1"
_HEAD, _LINE, _STRONG = "EEF1F5", "E2E6EB", "AEB8C4"
_TONES: Mapping[str, tuple[str, str]] = {
    "pass": ("14804F", "E6F3EC"),
    "partial": ("8A6000", "FBF2DF"),
    "fail": ("C0362C", "FBE9E7"),
    "not_assessed": ("596575", "F1F3F5"),
    "not_applicable": ("596575", "FFFFFF"),
    "error": ("C0362C", "FBE9E7"),
    "warning": ("8A6000", "FBF2DF"),
}
_HAIR = Side(style="thin", color=_LINE)
_RULE = Side(style="thin", color=_STRONG)


def write_xlsx(
    project: Project,
    results: Results,
    path: Path,
    *,
    scenario: str,
    catalogue: Catalogue,
    language: Language = "zh",
    progress: Progress = SILENT,
) -> None:
    """Write the ledger, whole or not at all.

    Sheets: 说明, 组团, 小区, 覆盖矩阵, 判定, 小区判定, 资格, 问题, 相邻关系. Raises ExportError.
    """
    voice = Voice(catalogue, language)
    about = explain_ledger(project, results, scenario, voice)
    sheets = (
        tables.list_clusters(project, results, voice),
        tables.list_compounds(project, results, voice),
        tables.list_coverage(results, voice),
        tables.list_verdicts(project, results, voice),
        *([tables.list_compound_verdicts(project, results, voice)] if results.compound_standard else []),
        tables.list_eligibility(project, results, voice),
        tables.list_issues(results, voice),
        list_neighbours(project, results, voice),
    )
    counts = {about.name: sum(_height(block) for block in about.blocks) + 2}
    counts |= {sheet.name: len(sheet.rows) + _head_rows(sheet) for sheet in sheets}

    def write(beside: Path) -> None:
        book = openpyxl.Workbook()
        _write_about(book, about)
        for number, sheet in enumerate(sheets):
            progress.report(number / len(sheets), Message("outputs.writing_ledger", sheet=sheet.name))
            _write_table(book.create_sheet(sheet.name), sheet, progress)
        _save(book, beside, title=f"{about.title} {project.title}")

    def check(beside: Path) -> None:
        with ZipFile(beside) as archive:
            if archive.testzip() is not None:
                raise incomplete(path)
        book = openpyxl.load_workbook(beside, read_only=True)
        try:
            found = {sheet.title: sheet.max_row for sheet in book.worksheets}
        finally:
            book.close()
        if found != counts:
            raise incomplete(path)

    write_whole(path, write, check)


def _write_table(sheet: Worksheet, table: LedgerTable, progress: Progress) -> None:
    head = _head_rows(table)
    if table.groups:
        _write_groups(sheet, table.groups)
    for place, column in enumerate(table.columns, start=1):
        cell = _put(sheet, head, place, column.title)
        cell.font = Font(name=_FACE, size=10, bold=True, color=_INK)
        cell.fill = PatternFill("solid", start_color=_HEAD)
        cell.border = Border(bottom=_RULE)
        numeric = column.form not in ("text", "long")
        cell.alignment = Alignment(
            horizontal="right" if numeric else "left", vertical="center", wrap_text=True
        )
        sheet.column_dimensions[get_column_letter(place)].width = column.width + 2
    sheet.row_dimensions[head].height = 32
    looks: dict[tuple[Any, ...], Any] = {}
    for number, row in enumerate(table.rows, start=head + 1):
        if number % 500 == 0:
            progress.report(0.5, Message("outputs.writing_ledger", sheet=table.name))
        for place, (value, column) in enumerate(zip(row, table.columns, strict=True), start=1):
            _style_again(_put(sheet, number, place, value), value, column, looks)
    sheet.freeze_panes = f"{get_column_letter(table.frozen + 1)}{head + 1}"
    last = get_column_letter(len(table.columns))
    sheet.auto_filter.ref = f"A{head}:{last}{head + len(table.rows)}"
    _settle_paper(sheet, head)


def _write_groups(sheet: Worksheet, groups: Sequence[tuple[str, int]]) -> None:
    """Write group headings over the columns that they hold."""
    start = 1
    for title, width in groups:
        for place in range(start, start + width):
            cell = _put(sheet, 1, place, title if place == start else None)
            cell.font = Font(name=_FACE, size=10, bold=True, color=_ACCENT)
            cell.fill = PatternFill("solid", start_color=_HEAD)
            cell.alignment = Alignment(horizontal="center", vertical="center")
            cell.border = Border(left=_RULE if place == start and start > 1 else None)
        if title:
            sheet.merge_cells(start_row=1, start_column=start, end_row=1, end_column=start + width - 1)
        start += width
    sheet.row_dimensions[1].height = 22


def _write_about(book: Workbook, about: LedgerAbout) -> None:
    sheet = book.worksheets[0]
    sheet.title = about.name
    sheet.sheet_view.showGridLines = False
    _put(sheet, 1, 1, about.title).font = Font(name=_FACE, size=16, bold=True, color=_INK)
    _put(sheet, 2, 1, about.subtitle).font = Font(name=_FACE, size=12, color=_SECOND)
    sheet.row_dimensions[1].height = 28
    sheet.row_dimensions[2].height = 20
    row = 3
    for block in about.blocks:
        row = _write_block(sheet, block, row + 1)
    for letter, width in zip("ABCDEFG", (26, 34, 16, 16, 18, 30, 44), strict=True):
        sheet.column_dimensions[letter].width = width
    _settle_paper(sheet, None)


def _write_block(sheet: Worksheet, block: Block, row: int) -> int:
    """Write one block and give the row after it."""
    _put(sheet, row, 1, block.title).font = Font(name=_FACE, size=12, bold=True, color=_ACCENT)
    sheet.row_dimensions[row].height = 22
    if block.headings:
        row += 1
        for place, title in enumerate(block.headings, start=1):
            cell = _put(sheet, row, place, title)
            cell.font = Font(name=_FACE, size=10, bold=True, color=_INK)
            cell.fill = PatternFill("solid", start_color=_HEAD)
            cell.border = Border(bottom=_RULE)
    for values in block.rows:
        row += 1
        for place, value in enumerate(values, start=1):
            cell = _put(sheet, row, place, value)
            _style(cell, value, Column("", 0.0, "text"))
            label = place == 1 and not block.headings and len(values) > 1
            if label:
                cell.font = Font(name=_FACE, size=10, color=_SECOND)
            cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=bool(block.headings))
            if len(values) == 1:
                cell.border = Border()
    return row + 1


def _height(block: Block) -> int:
    """Count the rows that a block takes: an empty one before it, its title, its headings, its rows."""
    return 2 + bool(block.headings) + len(block.rows)


def _head_rows(table: LedgerTable) -> int:
    return 2 if table.groups else 1


def _put(sheet: Worksheet, row: int, column: int, value: Cell) -> SheetCell:
    """Write a value as what it is: a number as a number, a text as a text and never as a formula."""
    cell: Any = sheet.cell(row=row, column=column)
    bare = _bare(value)
    if isinstance(bare, str):
        text = _UNPRINTABLE.sub("\ufffd", bare)
        cell.value = text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
        cell.data_type = "s"
        # Without the mark a spreadsheet would run the text once somebody edits the cell.
        if text.startswith(_RUNS):
            cell.quotePrefix = True
    else:
        cell.value = bare
    found: SheetCell = cell
    return found


def _bare(value: Cell) -> str | float | None:
    """Give what stands in a cell, without how it looks."""
    inner = value.value if isinstance(value, Toned) else value
    return inner.value if isinstance(inner, Share | AtLeast) else inner


def _number_format(value: Cell, column: Column) -> str | None:
    """Say how a cell's number reads; None where nothing is asked for."""
    inner = value.value if isinstance(value, Toned) else value
    if isinstance(inner, AtLeast):
        return _AT_LEAST
    if isinstance(inner, Share):
        return f"0.{'0' * inner.decimals}%"
    return None if isinstance(inner, str) else _FORMATS.get(column.form)


def _style(cell: SheetCell, value: Cell, column: Column) -> None:
    ink, fill = _TONES[value.tone] if isinstance(value, Toned) else (_INK, "")
    cell.font = Font(name=_FACE, size=10, color=ink)
    cell.border = Border(bottom=_HAIR)
    numeric = column.form not in ("text", "long")
    cell.alignment = Alignment(
        horizontal="right" if numeric else "left", vertical="top", wrap_text=column.form == "long"
    )
    if fill:
        cell.fill = PatternFill("solid", start_color=fill)
    number_format = _number_format(value, column)
    if number_format is not None:
        cell.number_format = number_format


def _style_again(cell: Any, value: Cell, column: Column, looks: dict[tuple[Any, ...], Any]) -> None:
    """Style a cell like the first of its look: finding fonts and fills anew for every cell takes most of the time."""
    tone = value.tone if isinstance(value, Toned) else ""
    look = (column.form, tone, _number_format(value, column), cell.quotePrefix)
    if look in looks:
        cell._style = copy(looks[look])
    else:
        _style(cell, value, column)
        looks[look] = copy(cell._style)


def _settle_paper(sheet: Worksheet, head: int | None) -> None:
    """Set the sheet up for A4 landscape, its headings on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer = HeaderFooterItem()
    footer.right.text = "&P / &N"
    sheet.oddFooter = footer
    if head is not None:
        sheet.print_title_rows = f"1:{head}"


class _TimelessZip(ZipFile):
    """A workbook's archive whose entries all carry the same date, and which does not say when it was written."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Add an entry from bytes or text."""
        entry = ZipInfo(str(zinfo_or_arcname), date_time=(1980, 1, 1, 0, 0, 0))
        entry.compress_type = ZIP_DEFLATED
        if entry.filename == "docProps/core.xml":
            data = _WRITTEN_AT.sub(b"", data if isinstance(data, bytes) else data.encode("utf-8"))
        entry.external_attr = 0o600 << 16
        super().writestr(entry, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add an entry from a file."""
        self.writestr(arcname, Path(filename).read_bytes())


def _save(book: Workbook, path: Path, *, title: str) -> None:
    book.properties.creator = "gis_planner"
    book.properties.title = _UNPRINTABLE.sub("\ufffd", title)
    with _TimelessZip(path, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        ExcelWriter(book, archive).save()
