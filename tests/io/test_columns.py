"""Headings of survey tables find their declared columns."""

from __future__ import annotations

import pytest

from gis_planner.errors import InputError
from gis_planner.io.columns import find_positions, heading_unit, is_person, match_columns, plain
from gis_planner.model.layers import LAYERS, layer

LEDGER = [
    "序号", "街道（乡镇）", "所属社区", "小区名称", "建成年代", "楼栋数(栋)", "单元数", "户 数", "建筑面积(万㎡)",
    "占地面积（㎡）", "房屋结构", "层数", "产权单位", "物业管理方式", "业委会", "同意户数", "同意率(%)", "停车位数",
    "维修资金余额(元)", "改造年度", "改造内容", "估算投资(万元)", "责任人", "联系电话", "经度", "纬度", "备注",
]  # fmt: skip


def test_a_common_ledger_is_matched_whole() -> None:
    found = match_columns(layer("compounds"), LEDGER, {})
    assert found.columns == {
        "name": "小区名称", "township": "街道（乡镇）", "community": "所属社区", "built_year": "建成年代",
        "buildings": "楼栋数(栋)", "units": "单元数", "households": "户 数", "floor_area_m2": "建筑面积(万㎡)",
        "land_area_m2": "占地面积（㎡）", "structure": "房屋结构", "floors": "层数", "owner_unit": "产权单位",
        "property_mode": "物业管理方式", "owners_committee": "业委会", "consent_households": "同意户数",
        "consent_ratio": "同意率(%)", "parking_spaces": "停车位数", "fund_balance": "维修资金余额(元)",
        "plan_year": "改造年度", "items": "改造内容", "invest": "估算投资(万元)",
    }  # fmt: skip
    assert found.id_heading == "序号"
    assert found.positions == {"lon": "经度", "lat": "纬度"}
    assert found.unmatched == ("责任人", "联系电话", "备注")
    assert found.units["floor_area_m2"] == "万m2"
    assert found.units["fund_balance"] == "元"


@pytest.mark.parametrize("one", LAYERS, ids=lambda one: one.name)
def test_every_declared_name_and_title_finds_its_own_column(one: object) -> None:
    declared = next(x for x in LAYERS if x is one)
    for column in declared.columns:
        for heading in (column.name, column.zh, column.en, column.name.upper(), f" {column.zh}： "):
            assert match_columns(declared, [heading], {}).columns.get(column.name) == heading


@pytest.mark.parametrize(
    "heading",
    [
        "联系人",
        "联系电话",
        "电话",
        "手机号",
        "责任人",
        "负责人姓名",
        "户主",
        "身份证号",
        "Phone",
        "contact_name",
        "E-mail",
        "微信",
    ],
)
def test_columns_about_persons_fill_nothing_even_when_told_to(heading: str) -> None:
    assert is_person(heading)
    found = match_columns(layer("compounds"), [heading, "小区名称"], {})
    assert heading in found.unmatched
    with pytest.raises(InputError) as caught:
        match_columns(layer("compounds"), [heading], {"name": heading})
    assert caught.value.problem.key == "import.map.person"


def test_one_source_column_fills_one_declared_column_and_the_better_heading_wins() -> None:
    found = match_columns(layer("compounds"), ["名称", "小区名称"], {})
    assert found.columns == {"name": "小区名称"}
    assert found.unmatched == ("名称",)


def test_a_given_map_goes_first_and_understands_titles() -> None:
    headings = ["甲", "户数", "乙"]
    found = match_columns(layer("compounds"), headings, {"households": "甲", "小区名称": "乙", "lon": "户数"})
    assert found.columns == {"name": "乙", "households": "甲"}
    for wrong, key in (({"housholds": "甲"}, "unknown_field"), ({"households": "户 数量"}, "unknown_column")):
        with pytest.raises(InputError) as caught:
            match_columns(layer("compounds"), headings, wrong)
        assert caught.value.problem.key == f"import.map.{key}"
        assert caught.value.remedy.values["known"]


def test_headings_cut_after_ten_bytes_are_known_in_shapefiles_only() -> None:
    cut = ["consent_ho", "consent_ra", "in_shantyt", "built_year"]
    found = match_columns(layer("compounds"), cut, {}, short_names=True)
    assert set(found.columns) == {"consent_households", "consent_ratio", "in_shantytown_plan", "built_year"}
    assert set(match_columns(layer("compounds"), cut, {}).columns) == {"built_year"}


def test_the_lower_row_of_a_two_row_heading_counts() -> None:
    found = match_columns(
        layer("compounds"), ["维修资金/首期应缴（万元）", "维修资金/余额（万元）", "建筑面积/住宅"], {}
    )
    assert found.columns == {
        "fund_initial": "维修资金/首期应缴（万元）",
        "fund_balance": "维修资金/余额（万元）",
    }


@pytest.mark.parametrize(
    ("heading", "unit"),
    [("建筑面积(万㎡)", "万m2"), ("建筑面积（单位：亩）", "亩"), ("投资[元]", "元"), ("同意率(%)", "%"),
     ("建筑面积m²", "m2"),
     ("总投资万元", "万元"), ("户数(户)", "户"),
     ("同意户", ""), ("小区名称", ""), ("建筑面积(住宅)", "")],
)  # fmt: skip
def test_units_in_headings_are_read(heading: str, unit: str) -> None:
    assert heading_unit(heading) == unit


def test_places_need_both_halves() -> None:
    assert find_positions(["LNG", "Lat"], {}) == {"lon": "LNG", "lat": "Lat"}
    assert find_positions(["经度", "名称"], {}) == {}
    assert find_positions(["X坐标", "Y坐标"], {}) == {"x": "X坐标", "y": "Y坐标"}
    assert find_positions(["东", "北"], {"x": "东", "y": "北"}) == {"x": "东", "y": "北"}


def test_headings_are_compared_without_width_blanks_case_and_brackets() -> None:
    assert plain("  户　数（户） ") == plain("户数") == "户数"
    assert plain("ＮＡＭＥ") == "name"
    assert plain("(无)") == "(无)"
