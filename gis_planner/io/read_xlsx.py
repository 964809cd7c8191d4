"""XLSX in: sheets as grids, after a look at the bytes of each.

A workbook of a few hundred kilobytes can hold a million formatted, empty rows, and the library walks through all of
them. So the raw sheet says first where its last value stands, how many cells there are, what is merged, and which
formulas were saved without a result.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import openpyxl
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from openpyxl.utils.cell import range_boundaries

from gis_planner.errors import InputError
from gis_planner.io.encoding import FIXED_UTF8
from gis_planner.io.limits import LIMITS, damaged, too_big, too_many_rows
from gis_planner.io.raw import Doubt
from gis_planner.io.read_table import Grid, Merge
from gis_planner.io.unpack import open_zip, read_member
from gis_planner.messages import Message

_VALUE_MARKS = (b"<v>", b"<v ", b"<is>", b":v>", b":is>")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3}\d+:[A-Z]{1,3}\d+)\"")
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=\"(\d+)\"")
_FAR_COLUMN = re.compile(rb"\br=\"[A-Z]{3}\d")
_EMPTY_FORMULA = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>")
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MOST_MERGES = 20_000
_MOST_FAR_CELLS = 1000


@dataclass(frozen=True)
class _Sheet:
    """What the bytes of a sheet say: its last row with a value, merged ranges, formulas without a result."""

    last_row: int
    merges: tuple[Merge, ...]
    empty_formulas: int


def read_xlsx(path: Path) -> list[Grid]:
    """Read every visible sheet that holds a value. Raises InputError for a broken or oversized workbook."""
    name = path.name
    with open_zip(path) as archive:
        sheets = _look_at_sheets(archive, name)
    try:
        with warnings.catch_warnings():
            # The library warns of decorations that it does not read; they are of no concern here.
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                return [
                    _grid(sheet, sheets[sheet.title], name)
                    for sheet in workbook.worksheets
                    if sheet.sheet_state == "visible" and sheets.get(sheet.title, _Sheet(0, (), 0)).last_row
                ]
            finally:
                workbook.close()
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        zipfile.BadZipFile,
        SyntaxError,
    ) as error:
        raise damaged(name, str(error)[:200]) from error


def _grid(sheet: Any, look: _Sheet, file: str) -> Grid:
    sheet.reset_dimensions()
    cells: list[list[Any]] = []
    width = 0
    for row in sheet.iter_rows(max_row=look.last_row):
        values = [_value(cell) for cell in row]
        filled = next((i + 1 for i in range(len(values) - 1, -1, -1) if values[i] is not None), 0)
        width = max(width, filled)
        cells.append(values[:filled])
    if width > LIMITS.columns:
        raise damaged(file, Message("import.file.header"))
    doubts = []
    if look.empty_formulas:
        message = Message("import.table.formulas", n=look.empty_formulas)
        doubts.append(Doubt("table.formulas", "warning", None, message, Message("import.repair.unknown")))
    merges = tuple(m for m in look.merges if m[1] < width)
    return Grid(sheet.title, "XLSX", cells, FIXED_UTF8, merges, doubts)


def _value(cell: Any) -> Any:
    """Give a cell's value; a number that the sheet shows in percent reads as it is shown: 0.72 as 72%."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in (cell.number_format or ""):
        return f"{value * 100:.10g}%"
    return value


def _look_at_sheets(archive: zipfile.ZipFile, name: str) -> dict[str, _Sheet]:
    """Look at the bytes of every part: no document types anywhere, and what each sheet holds."""
    members = {m.filename.lstrip("/"): m for m in archive.infolist()}
    bodies: dict[str, bytes] = {}
    total = 0
    for filename, member in members.items():
        if not filename.endswith((".xml", ".rels", ".vml")):
            continue
        body = read_member(archive, member, name)
        total += len(body)
        if total > LIMITS.text_bytes:
            raise too_big(name, LIMITS.text_bytes)
        if body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise InputError(
                Message("import.file.entities", file=name), Message("import.file.entities_remedy")
            )
        if filename.startswith("xl/") and (
            filename.endswith(".rels") or "sheet" in filename or "workbook" in filename
        ):
            bodies[filename] = body
    return {title: _look(bodies.get(part, b""), name) for title, part in _sheet_parts(bodies, name).items()}


def _sheet_parts(bodies: dict[str, bytes], name: str) -> dict[str, str]:
    """Give the part that holds each sheet, by the sheet's title."""
    try:
        relations = {
            node.get("Id"): node.get("Target", "")
            for node in ElementTree.fromstring(bodies["xl/_rels/workbook.xml.rels"]).iter()
            if node.get("Id")
        }
        found: dict[str, str] = {}
        for node in ElementTree.fromstring(bodies["xl/workbook.xml"]).iter():
            if node.tag.endswith("}sheet") and node.get("name"):
                target = relations.get(node.get(_REL), "")
                found[str(node.get("name"))] = (
                    target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
                )
        return found
    except (KeyError, SyntaxError, DefusedXmlException) as error:
        raise damaged(name, Message("import.file.header")) from error


def _look(body: bytes, name: str) -> _Sheet:
    end = max(body.rfind(mark) for mark in _VALUE_MARKS)
    if end < 0:
        return _Sheet(0, (), 0)
    used = memoryview(body)[: max(end, body.find(b"</c>", end) + len(b"</c>"))]
    rows = body.count(b"<row", 0, end) + body.count(b":row", 0, end)
    cells = body.count(b"<c ", 0, end) + body.count(b":c ", 0, end)
    start = max(body.rfind(b"<row", 0, end), body.rfind(b":row", 0, end) - 1)
    number = _ROW_NUMBER.search(body, max(start - 40, 0), end)
    numbers = [int(m.group(1)) for m in _ROW_NUMBER.finditer(body, max(start - 40, 0), end)]
    last = numbers[-1] if number else rows
    if rows > LIMITS.sheet_rows or cells > LIMITS.sheet_cells or last > LIMITS.sheet_rows:
        raise too_many_rows(name, LIMITS.sheet_rows)
    if len(_FAR_COLUMN.findall(used)) > _MOST_FAR_CELLS:
        raise damaged(name, Message("import.file.header"))
    merges = [m.group(1).decode("ascii") for m in _MERGE.finditer(body)][:_MOST_MERGES]
    return _Sheet(last, tuple(_merge(m) for m in merges), len(_EMPTY_FORMULA.findall(used)))


def _merge(reference: str) -> Merge:
    c0, r0, c1, r1 = (int(n or 0) for n in range_boundaries(reference))
    return r0 - 1, c0 - 1, r1 - 1, c1 - 1
