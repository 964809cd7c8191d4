"""ledger.xlsx, the bureau's ledger of old compounds: a title, merged two-row headings, one row each, a total row."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sample_town.land import built_area
from sample_town.plan import read_plan
from sample_town.survey import Survey

_STAMP = "2021-06-25T08:00:00Z"
_FIRST_ROW = 5

Cell = str | int | float | None
_Column = tuple[str, str, Callable[[Survey], Cell]]

_COLUMNS: tuple[_Column, ...] = (
    ("", "小区编号", lambda r: r.compound.id),
    ("", "小区名称", lambda r: r.compound.name),
    ("", "街道(乡镇)", lambda r: r.compound.township),
    ("", "所属社区", lambda r: r.compound.community),
    ("基本情况", "建成年代", lambda r: r.built),
    ("基本情况", "楼栋数", lambda r: len(_homes(r))),
    ("基本情况", "单元数", lambda r: sum(b.units for b in _homes(r))),
    ("基本情况", "户数", lambda r: r.households),
    ("基本情况", "建筑面积(万㎡)", lambda r: round(built_area(_homes(r)) / 10_000, 3)),
    ("基本情况", "占地面积(㎡)", lambda r: round(r.compound.outline.area)),
    ("基本情况", "房屋结构", lambda r: r.structure),
    ("基本情况", "层数", lambda r: r.floors),
    ("基本情况", "产权单位", lambda r: r.owner_unit),
    ("居民意愿", "同意户数", lambda r: r.consent_households),
    ("居民意愿", "同意率", lambda r: r.consent_ratio),
    ("物业管理", "物业管理方式", lambda r: r.property_mode),
    ("物业管理", "业委会", lambda r: r.owners_committee),
    ("物业管理", "停车位数", lambda r: r.parking_spaces),
    ("物业管理", "维修资金余额(万元)", lambda r: r.fund_balance),
    ("范围认定", "是否城区", lambda r: r.in_urban_scope),
    ("范围认定", "棚改", lambda r: r.in_shantytown_plan),
    ("范围认定", "拆除重建", lambda r: r.demolish_rebuild),
    ("范围认定", "自建房占比", lambda r: r.self_built_share),
    ("范围认定", "城中村", lambda r: r.urban_village),
    ("范围认定", "三供一业", lambda r: r.sangongyiye),
    ("范围认定", "结构安全", lambda r: r.structure_safe),
    ("范围认定", "短板项数", lambda r: r.gap_count),
    ("改造计划", "改造年度", lambda r: r.plan_year),
    ("改造计划", "改造内容", lambda r: r.items),
    ("改造计划", "估算投资(万元)", lambda r: r.invest),
)  # fmt: skip
_SUMMED = ("楼栋数", "单元数", "户数", "建筑面积(万㎡)", "占地面积(㎡)", "估算投资(万元)")


def write_ledger(surveys: list[Survey], path: Path) -> None:
    """Write the ledger, the same bytes each time."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "台账"
    _write_head(sheet)
    for offset, row in enumerate(surveys):
        _write_row(sheet, _FIRST_ROW + offset, [offset + 1, *(read(row) for _, _, read in _COLUMNS)])
    _write_total(sheet, surveys)
    _dress(sheet, len(surveys))
    text = io.BytesIO()
    book.save(text)
    path.write_bytes(_timeless(text.getvalue()))


def _homes(row: Survey) -> list[Any]:
    return [b for b in row.compound.buildings if b.use == "住宅"]


def _write_head(sheet: Worksheet) -> None:
    last = get_column_letter(len(_COLUMNS) + 1)
    sheet["A1"] = f"{read_plan().county}城镇老旧小区改造台账"
    sheet.merge_cells(f"A1:{last}1")
    sheet["A2"] = f"填报单位:{read_plan().county}住房和城乡建设局    填报日期:2021年6月25日"
    sheet.merge_cells(f"A2:{last}2")
    sheet["A3"] = "序号"
    sheet.merge_cells("A3:A4")
    start = 2
    for number, (group, title, _) in enumerate(_COLUMNS, 2):
        if not group:
            sheet.cell(3, number, title)
            sheet.merge_cells(start_row=3, end_row=4, start_column=number, end_column=number)
            start = number + 1
            continue
        sheet.cell(4, number, title)
        following = _COLUMNS[number - 1][0] if number - 1 < len(_COLUMNS) else ""
        if following != group:
            sheet.cell(3, start, group)
            sheet.merge_cells(start_row=3, end_row=3, start_column=start, end_column=number)
            start = number + 1


def _write_row(sheet: Worksheet, row: int, values: list[Cell]) -> None:
    for column, value in enumerate(values, 1):
        if value is not None:
            sheet.cell(row, column, value)


def _write_total(sheet: Worksheet, surveys: list[Survey]) -> None:
    row = _FIRST_ROW + len(surveys)
    sheet.cell(row, 1, "合计")
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
    sheet.cell(row, 3, f"{len(surveys)}个小区")
    for column, (_, title, read) in enumerate(_COLUMNS, 2):
        if title in _SUMMED:
            values = [v for v in (read(s) for s in surveys) if isinstance(v, int | float)]
            sheet.cell(row, column, round(sum(values), 3))


def _dress(sheet: Worksheet, rows: int) -> None:
    thin = Side(style="thin", color="999999")
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for row in range(3, _FIRST_ROW + rows + 1):
        for column in range(1, len(_COLUMNS) + 2):
            framed = sheet.cell(row, column)
            framed.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            framed.alignment = middle
            framed.font = Font(name="宋体", size=10, bold=row < _FIRST_ROW)
    sheet["A1"].font = Font(name="黑体", size=16)
    sheet["A1"].alignment = middle
    sheet.row_dimensions[1].height = 30
    for number, (_, title, _) in enumerate(_COLUMNS, 2):
        wide = {"小区名称": 18, "产权单位": 20, "改造内容": 22}.get(title, 10)
        sheet.column_dimensions[get_column_letter(number)].width = wide
    sheet.freeze_panes = f"D{_FIRST_ROW}"


def _timeless(book: bytes) -> bytes:
    """Give a workbook without the hour it was saved at, neither in its properties nor in its container."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _STAMP.encode(), content)
            entry = zipfile.ZipInfo(name, (2021, 6, 25, 8, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return out.getvalue()
