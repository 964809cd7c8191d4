"""Cells become values, stay unknown, or are listed; never zero by accident."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_planner.io.values import as_text, find_choice, read_column
from gis_planner.io.years import read_year
from gis_planner.model.choices import FACILITY_KINDS
from gis_planner.model.layers import layer


def read(
    name: str, cells: list[Any], unit: str = "", table: str = "compounds"
) -> tuple[list[Any], dict[int, str]]:
    found = read_column(layer(table).column(name), cells, heading=name, unit=unit)
    return found.values, {doubt.row or 0: doubt.code for doubt in found.doubts}


def test_counts_are_read_as_people_write_them() -> None:
    cells = [120, 120.0, "约120户", "1,234", "１２０", "120余户", "近 80 户左右", "0.3万户", "0"]
    values, doubts = read("households", cells)
    assert values == [120, 120, 120, 1234, 120, 120, 80, 3000, 0]
    assert doubts == dict.fromkeys((2, 5, 6), "value.about")


def test_what_cannot_be_read_is_unknown_and_listed_never_zero() -> None:
    cells = ["abc", "120+80", "12.5", "-5", "1e400", "9" * 400, "3-5", "12万㎡", "无", True]
    values, doubts = read("households", cells)
    assert values == [None] * len(cells)
    assert doubts == dict.fromkeys(range(len(cells)), "value.unreadable")


def test_an_empty_cell_is_unknown_without_a_word() -> None:
    cells = [None, "", " ", "-", "—", "/", "NULL", "nan", math.nan, "不详", "暂无", "#REF!"]
    assert read("households", cells) == ([None] * len(cells), {})
    assert read("consent_ratio", cells) == ([None] * len(cells), {})
    assert read("built_year", cells) == ([None] * len(cells), {})
    assert read("owners_committee", cells) == ([None] * len(cells), {})


@given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.none(), st.booleans(), st.datetimes()))
def test_no_cell_breaks_any_type(cell: Any) -> None:
    for column in layer("compounds").columns:
        found = read_column(column, [cell], heading="x")
        assert len(found.values) == 1
        if column.type in ("int", "float") and found.values[0] is not None:
            assert math.isfinite(found.values[0])
        if column.type == "ratio" and found.values[0] is not None:
            assert 0 <= found.values[0] <= 1


def test_areas_and_money_come_in_the_stored_unit() -> None:
    assert read("floor_area_m2", ["1.2万㎡", "12000平方米", "3.5", 2])[0] == [12000.0, 12000.0, 3.5, 2.0]
    assert read("floor_area_m2", ["1.2", "5000平方米"], "万m2")[0] == [12000.0, 5000.0]
    assert read("land_area_m2", ["3亩", "1.5公顷", "2ha"])[0] == [2000.0, 15000.0, 20000.0]
    assert read("invest", ["120万", "1.2亿元", "5000元", "12万元", 7])[0] == [120.0, 12000.0, 0.5, 12.0, 7.0]
    assert read("invest", ["1200000", 350000.0], "元")[0] == [120.0, 35.0]
    assert read("voltage_kv", ["10kV", "380V", "0.4千伏"], table="poles")[0] == [10.0, 0.38, 0.4]
    assert read("width_m", ["7", "3.5米", "350cm"], table="roads")[0] == [7.0, 3.5, 3.5]


def test_a_unit_of_another_thing_is_not_taken() -> None:
    values, doubts = read("floor_area_m2", ["120户", "12元"])
    assert values == [None, None]
    assert set(doubts.values()) == {"value.unreadable"}


def test_shares_are_judged_by_the_whole_column() -> None:
    assert read("consent_ratio", ["0.72", 1, "72%"])[0] == [0.72, 1.0, 0.72]
    assert read("consent_ratio", [72, "85", 0, 100])[0] == [0.72, 0.85, 0.0, 1.0]
    values, doubts = read("consent_ratio", [72, "0.85", 1, 0, "0.5%"], "%")
    assert values == [0.72, None, None, 0.0, 0.005]
    assert doubts == {1: "value.ratio_either", 2: "value.ratio_either"}
    values, doubts = read("consent_ratio", [72, "0.85", "90%", 1])
    assert values == [0.72, 0.85, 0.9, None]
    assert doubts == {1: "value.ratio_share", 3: "value.ratio_either"}
    assert read("consent_ratio", [72, 0.72, "72%"])[0] == [0.72, 0.72, 0.72]
    assert read("consent_ratio", ["140", "-3%", "七成"])[1] == dict.fromkeys(range(3), "value.unreadable")


@pytest.mark.parametrize(
    ("written", "year", "first", "last"),
    [
        ("1998", 1998, None, None), ("1998年", 1998, None, None), ("1998.5", 1998, None, None),
        ("1998-05", 1998, None, None), ("1998/5/1", 1998, None, None), ("1998年5月", 1998, None, None),
        ("199805", 1998, None, None), ("19980501", 1998, None, None), ("98年", 1998, None, None),
        ("1998年建成", 1998, None, None), ("90年代", None, 1990, 1999), ("上世纪80年代", None, 1980, 1989),
        ("20世纪90年代", None, 1990, 1999), ("1990年代", None, 1990, 1999), ("1990s", None, 1990, 1999),
        ("九十年代", None, 1990, 1999), ("90年代初", None, 1990, 1999), ("2000年代", None, 2000, 2009),
        ("00年代", None, 2000, 2009), ("1995-1999", 1999, 1995, 1999), ("1995~1999年", 1999, 1995, 1999),
        ("1995至1999", 1999, 1995, 1999), ("95-99年", 1999, 1995, 1999), ("1985、1992", 1992, 1985, 1992),
        ("一期1995年,二期2001年", 2001, 1995, 2001), ("2000年以前", None, None, 2000), ("2005年后", None, 2005, None),
        ("1998年左右", 1998, 1998, 1998),
    ],
)  # fmt: skip
def test_years_say_what_they_say_and_no_more(
    written: str, year: int | None, first: int | None, last: int | None
) -> None:
    found = read_year(written)
    assert found is not None
    assert (found.year, found.first, found.last) == (year, first, last)


@pytest.mark.parametrize("written", ["36161", "0", "19", "abc", "年代久远", "1999-1995", "2199", "12345678"])
def test_what_is_no_year_is_none(written: str) -> None:
    assert read_year(written) is None


def test_year_columns_keep_spans_and_read_wide_digits_and_dates() -> None:
    found = read_column(
        layer("compounds").column("built_year"),
        ["１９９８年", datetime.date(1987, 5, 1), "90年代"],
        heading="年",
    )
    assert found.values == [1998, 1987, None]
    assert found.spans == [(None, None), (None, None), (1990, 1999)]
    assert [doubt.code for doubt in found.doubts] == ["value.year_span"]


def test_yes_and_no_in_many_words() -> None:
    cells = [
        "是",
        "有",
        "Y",
        "已成立",
        "√",
        "1",
        True,
        "无",
        "否",
        "未成立",
        "N",
        "0",
        "没有",
        "筹备中",
        "有无",
    ]
    values, doubts = read("owners_committee", cells)
    assert values == [True] * 7 + [False] * 6 + [None, None]
    assert doubts == {13: "value.unreadable", 14: "value.unreadable"}


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("社区卫生服务站(东关)", "medical"),
        ("东关公厕", "toilet"), ("智能快递柜", "parcel"), ("便利店", "supermarket"),
        ("Parking lots", "parking"), ("toilet", "toilet"), ("医疗", "medical"), ("停车", "parking"),
        ("幼儿园（含托育）", "kindergarten"),
        ("社区综合服务站", "service_centre"), ("服务", None), ("xyz", None), ("", None),
    ],
)  # fmt: skip
def test_kinds_are_known_by_their_words(written: str, kind: str | None) -> None:
    assert find_choice(written, FACILITY_KINDS) == kind


def test_short_words_count_at_the_end_and_not_after_a_negation() -> None:
    condition = layer("kerbs").column("condition").choices
    barriers = layer("barriers").column("kind").choices
    assert [find_choice(w, condition) for w in ("好", "很好", "不好", "破损严重", "A", "中山路")] == [
        "good", "good", None, "poor", "good", None,
    ]  # fmt: skip
    assert [find_choice(w, barriers) for w in ("东风渠", "洛河", "河滨路")] == ["river", "river", None]


def test_text_stays_as_it_is() -> None:
    assert read("name", ["=1+1", "{{7*7}}", " 东关 ", 12.0, None, "<img onerror>"])[0] == [
        "=1+1", "{{7*7}}", "东关", "12", None, "<img onerror>",
    ]  # fmt: skip
    assert as_text("a\x00b\x07\nc") == "ab\nc"
