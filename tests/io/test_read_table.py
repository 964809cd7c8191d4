"""Ledgers made for printing are read for what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gis_planner.errors import InputError, UnclearInputError
from gis_planner.io.places import read_coordinate
from gis_planner.io.read_file import Imported, ReadOptions, read_file
from gis_planner.model.tables import floats, geometries, ids, ints, texts


def one(path: Path, **options: Any) -> Imported:
    (imported,) = read_file(path, ReadOptions(**options))
    return imported


def codes(imported: Imported) -> set[str]:
    return {issue.code for issue in imported.issues}


def ledger(path: Path) -> Path:
    """A ledger as a bureau prints it: title, headings in two rows, merged cells, subtotals, remarks."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sheet1"
    rows: list[list[Any]] = [
        ["洛水县2023年老旧小区改造台账", *[None] * 8],
        ["序号", "街道", "小区名称", "建成年代", "户数", "维修资金（元）", None, "建筑面积(万㎡)", "同意率"],
        [None, None, None, None, None, "首期应缴", "余额", None, None],
        [1, "城关镇", "东关小区", "90年代", 120, 120000, 30000, "1.2", 72],
        [2, None, "西关家属院", "1998年", "约80", 10000, None, 0.5, "85%"],
        [None, None, "小计", None, 200, None, None, None, None],
        [3, "涧口乡", "=1+1", "1995-1999", 50, None, None, None, 90],
        [None] * 9,
        ["合 计", None, None, None, 250, None, None, None, None],
        ["填表人：某某", *[None] * 8],
    ]
    for row in rows:
        sheet.append(row)
    sheet["C7"].data_type = "s"
    for merged in ("A1:I1", *[f"{c}2:{c}3" for c in "ABCDEHI"], "F2:G2", "B4:B5", "A10:I10"):
        sheet.merge_cells(merged)
    book.save(path)
    return path


def test_a_printed_ledger_is_read_whole(tmp_path: Path) -> None:
    imported = one(ledger(tmp_path / "老旧小区台账.xlsx"))
    table = imported.table
    assert (imported.layer, imported.has_geometry, len(table)) == ("compounds", False, 3)
    assert ids(table) == ["1", "2", "3"]
    assert texts(table, "name") == ["东关小区", "西关家属院", "=1+1"]
    assert texts(table, "township") == ["城关镇", "城关镇", "涧口乡"]
    assert ints(table, "built_year") == [None, 1998, 1999]
    assert ints(table, "built_year_from") == [1990, None, 1995]
    assert ints(table, "households") == [120, 80, 50]
    assert floats(table, "fund_initial").tolist()[:2] == [12.0, 1.0]
    assert floats(table, "fund_balance").tolist()[0] == 3.0
    assert floats(table, "floor_area_m2").tolist()[:2] == [12000.0, 5000.0]
    assert floats(table, "consent_ratio").tolist() == [0.72, 0.85, 0.9]
    assert {"table.title_rows", "table.totals", "table.remarks", "value.year_span", "value.about"} <= codes(
        imported
    )
    assert list(imported.extras["建成年代"]) == ["90年代", "1998年", "1995-1999"]
    assert imported.source.columns["fund_balance"] == "维修资金（元）/余额"


def test_a_number_merged_over_rows_is_nobody_s(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["小区名称", "户数", "社区"], ["甲", 300, "东"], ["乙", None, None], ["丙", 50, "西"]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    sheet.merge_cells("C2:C3")
    book.save(tmp_path / "小区.xlsx")
    imported = one(tmp_path / "小区.xlsx")
    assert ints(imported.table, "households") == [None, None, 50]
    assert texts(imported.table, "community") == ["东", "东", "西"]
    assert "table.merged_number" in codes(imported)


def test_a_share_shown_in_percent_is_read_as_shown_under_any_heading(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["小区名称", "同意率(%)", "户数"])
    for name, share in (("东关", 0.72), ("西关", 1), ("南关", 0.855)):
        sheet.append([name, share, 10])
        sheet.cell(sheet.max_row, 2).number_format = "0.0%"
    book.save(tmp_path / "小区.xlsx")
    table = one(tmp_path / "小区.xlsx", layer="compounds").table
    assert list(floats(table, "consent_ratio")) == [0.72, 1.0, 0.855]


def test_a_bare_fraction_under_a_heading_in_percent_is_doubted(tmp_path: Path) -> None:
    path = csv(tmp_path / "小区.csv", "小区名称,同意率(%)\n东关,72\n西关,0.72\n南关,72%\n北关,1\n中关,0\n")
    read = one(path, layer="compounds")
    assert [None if x != x else x for x in floats(read.table, "consent_ratio")] == [
        0.72,
        None,
        0.72,
        None,
        0.0,
    ]
    assert sum(issue.code == "value.ratio_either" for issue in read.issues) == 2


def test_sheets_that_are_no_table_stand_aside(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["小区名称", "户数"])
    sheet.append(["东关", 10])
    book.create_sheet("说明").append(["本表由各街道填报"])
    book.save(tmp_path / "小区.xlsx")
    read = one(tmp_path / "小区.xlsx", layer="compounds")
    assert texts(read.table, "name") == ["东关"]
    assert "table.bare_sheets" in codes(read)
    with pytest.raises(InputError) as caught:
        one(tmp_path / "小区.xlsx", layer="compounds", source_layer="说明")
    assert caught.value.problem.key == "import.table.no_headings"


def test_a_row_longer_than_the_headings_is_pointed_at(tmp_path: Path) -> None:
    path = csv(tmp_path / "小区.csv", "小区名称,详细地址,户数\n东关,人民路,5号,120\n西关,人民路,60,,\n")
    read = one(path, layer="compounds")
    (issue,) = [issue for issue in read.issues if issue.code == "table.overlong"]
    assert issue.feature == ids(read.table)[0]


def test_formulas_without_a_result_are_unknown_and_said(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["小区名称", "户数"])
    sheet.append(["甲", "=2*60"])
    book.save(tmp_path / "小区.xlsx")
    imported = one(tmp_path / "小区.xlsx")
    assert ints(imported.table, "households") == [None]
    assert "table.formulas" in codes(imported)


def test_a_million_formatted_rows_behind_the_data_cost_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["小区名称", "户数"])
    sheet.append(["甲", 120])
    sheet.row_dimensions[1_048_576].height = 20
    book.save(tmp_path / "小区.xlsx")
    assert len(one(tmp_path / "小区.xlsx").table) == 1


def test_a_value_in_the_last_row_of_a_sheet_is_too_much(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["小区名称", "户数"])
    sheet["A1048576"] = "甲"
    book.save(tmp_path / "小区.xlsx")
    with pytest.raises(InputError) as caught:
        one(tmp_path / "小区.xlsx")
    assert caught.value.problem.key == "import.file.too_many_rows"


def test_a_workbook_with_entities_or_cut_off_is_refused(tmp_path: Path) -> None:
    import zipfile

    good = ledger(tmp_path / "小区.xlsx")
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "坏.xlsx", "w") as target:
        for name in source.namelist():
            body = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                body = b'<!DOCTYPE x [<!ENTITY a "b">]>' + body
            target.writestr(name, body)
    (tmp_path / "断.xlsx").write_bytes(good.read_bytes()[:3000])
    for name, key in (("坏.xlsx", "entities"), ("断.xlsx", "damaged")):
        with pytest.raises(InputError) as caught:
            one(tmp_path / name)
        assert caught.value.problem.key == f"import.file.{key}"


def csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


POINTS = "设施名称,类型,经度,纬度\n东关公厕,公厕,111.65,34.38\n惠民超市,超市,111.66,34.39\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_tables_are_read_in_any_usual_encoding(tmp_path: Path, encoding: str, separator: str) -> None:
    path = csv(tmp_path / "公共服务设施.csv", POINTS.replace(",", separator), encoding)
    imported = one(path, datum="wgs84")
    assert texts(imported.table, "name") == ["东关公厕", "惠民超市"]
    assert texts(imported.table, "kind") == ["toilet", "supermarket"]


def test_longitude_and_latitude_of_a_table_always_need_a_datum(tmp_path: Path) -> None:
    path = csv(tmp_path / "设施.csv", POINTS)
    for given in ({}, {"crs": "EPSG:4490"}, {"crs": "EPSG:4326"}):
        with pytest.raises(UnclearInputError) as caught:
            one(path, **given)
        assert [m.key for m in caught.value.remedy.values["options"]] == ["import.need.datum"]
    places = {d: geometries(one(path, datum=d).table)[0] for d in ("wgs84", "cgcs2000", "gcj02", "bd09")}
    assert places["wgs84"].equals(places["cgcs2000"])
    assert 100 < places["wgs84"].distance(places["gcj02"]) < 700
    assert 700 < places["wgs84"].distance(places["bd09"]) < 2000
    with pytest.raises(UnclearInputError):
        one(path, datum="mars")


def test_ewkt_from_a_database_tells_no_datum_either(tmp_path: Path) -> None:
    ring = "SRID=4326;POLYGON((111.65 34.38, 111.651 34.38, 111.651 34.381, 111.65 34.38))"
    path = csv(tmp_path / "小区.csv", f'小区名称,geom\n甲,"{ring}"\n')
    with pytest.raises(UnclearInputError):
        one(path)
    assert geometries(one(path, datum="wgs84").table)[0].geom_type == "Polygon"
    plane = "SRID=4546;POLYGON((500000 3800000, 500100 3800000, 500100 3800100, 500000 3800000))"
    path = csv(tmp_path / "小区二.csv", f'小区名称,geom\n甲,"{plane}"\n')
    assert one(path).source.crs == "EPSG:4546"


def test_rows_without_a_readable_place_are_left_out_and_listed(tmp_path: Path) -> None:
    path = csv(
        tmp_path / "设施.csv",
        POINTS + "甲,公厕,东边,34\n乙,公厕,,\n丙,公厕,111°39′6″,34°23'24\"\n丁,公厕,1e999,34\n",
    )
    imported = one(path, datum="wgs84")
    assert texts(imported.table, "name") == ["东关公厕", "惠民超市", "丙"]
    listed = {issue.feature: issue.code for issue in imported.issues if issue.severity == "error"}
    assert listed == {"F003": "geometry.no_place", "F004": "geometry.missing", "F006": "geometry.no_place"}


def test_columns_in_exchanged_order_are_put_right_and_said(tmp_path: Path) -> None:
    right = one(csv(tmp_path / "设施.csv", POINTS), datum="wgs84")
    turned = one(csv(tmp_path / "设施二.csv", POINTS.replace("经度,纬度", "纬度,经度")), datum="wgs84")
    assert geometries(right.table)[0].equals(geometries(turned.table)[0])
    assert "crs.swapped" in codes(turned)


def test_points_of_a_ledger_of_areas_stand_aside(tmp_path: Path) -> None:
    path = csv(tmp_path / "小区台账.csv", "小区名称,户数,经度,纬度\n甲,120,111.65,34.38\n")
    imported = one(path)
    assert (imported.has_geometry, imported.project_crs) == (False, "")
    assert "table.points" in codes(imported)
    assert list(imported.extras.columns) == ["经度", "纬度"]


def test_both_numbers_in_one_cell_are_read(tmp_path: Path) -> None:
    path = csv(tmp_path / "设施.csv", '设施名称,类型,坐标\n甲,公厕,"111.65,34.38"\n乙,超市,111.66 34.39\n')
    assert len(one(path, datum="wgs84").table) == 2


def test_an_unknown_table_asks_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(UnclearInputError) as caught:
        one(csv(tmp_path / "data.csv", "a,b\n1,2\n"))
    assert caught.value.problem.key == "import.which_layer"


def test_a_table_of_headings_alone_has_nothing_to_take(tmp_path: Path) -> None:
    for text in ("小区名称,户数\n", "\n\n\n", "甲\n"):
        with pytest.raises(InputError) as caught:
            one(csv(tmp_path / "小区.csv", text))
        assert caught.value.exit_code == 1


def test_a_table_of_five_million_rows_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "设施.csv"
    block = "东关公厕,公厕,111.65,34.38\n".encode() * 100_000
    with path.open("wb") as file:
        file.write("设施名称,类型,经度,纬度\n".encode())
        for _ in range(50):
            file.write(block)
    with pytest.raises(InputError) as caught:
        one(path, datum="wgs84")
    assert caught.value.problem.key == "import.file.too_many_rows"


def test_names_that_stand_twice_in_a_township_are_listed(tmp_path: Path) -> None:
    path = csv(tmp_path / "小区.csv", "小区名称,街道,户数\n甲,东关,1\n甲 ,东关,2\n甲,西关,3\n")
    doubled = [issue for issue in one(path).issues if issue.code == "check.same_name"]
    assert [issue.feature for issue in doubled] == ["C002"]


def test_repeated_headings_and_column_numbers_are_no_data(tmp_path: Path) -> None:
    text = "小区名称,街道,户数\n1,2,3\n甲,东关,1\n小区名称,街道,户数\n乙,东关,2\n"
    imported = one(csv(tmp_path / "小区.csv", text))
    assert texts(imported.table, "name") == ["甲", "乙"]
    assert {"table.repeated", "table.numbers"} <= codes(imported)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("111.65", 111.65),
        (111.65, 111.65),
        ("111°39′", None),
        ("111°39′36″", 111.66),
        ("E111°39'36\"", 111.66),
        ("", None),
        ("x", None),
    ],
)
def test_coordinates_are_numbers_or_degrees_minutes_seconds(cell: Any, value: float | None) -> None:
    found = read_coordinate(cell)
    assert (found != found) if value is None else found == pytest.approx(value)
