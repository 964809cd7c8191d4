"""The ledger holds what was found, as plain text and numbers, and says what it does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from outputs import HOSTILE, make_hostile_town, make_town

from gis_planner.errors import Cancelled
from gis_planner.io.ledger_values import Share, share_cell
from gis_planner.io.write_xlsx import write_xlsx
from gis_planner.messages import Message, load_catalogue
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.rules import Rules
from gis_planner.model.tables import set_values

CATALOGUE = load_catalogue()
SHEETS = ["说明", "组团", "小区", "覆盖矩阵", "判定", "资格", "问题", "相邻关系"]
NINE = [
    "便民服务中心",
    "乐养居",
    "医疗服务中心",
    "城市书房",
    "公共厕所",
    "快递收发点",
    "便民超市",
    "停车场地",
    "充电设施",
]


def write(path: Path, found: tuple[Project, Results], **given: Any) -> Path:
    project, results = found
    write_xlsx(
        project,
        results,
        path,
        scenario="方案 A",
        catalogue=CATALOGUE,
        **given,
    )
    return path


def rows(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    with closing(openpyxl.load_workbook(path)) as book:
        return list(book[sheet].iter_rows(values_only=True))


def table(path: Path, sheet: str) -> list[dict[str, Any]]:
    heading, *body = rows(path, sheet)
    return [dict(zip(heading, row, strict=True)) for row in body]


def cells(path: Path) -> Iterator[Any]:
    with closing(openpyxl.load_workbook(path)) as book:
        for sheet in book.worksheets:
            yield from (cell for row in sheet.iter_rows() for cell in row if cell.value is not None)


@pytest.fixture(scope="module")
def town() -> tuple[Project, Results]:
    return make_town()


@pytest.fixture(scope="module")
def written(town: tuple[Project, Results], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("ledger") / "ledger.xlsx", town)


def test_its_sheets_are_those_of_a_ledger(written: Path) -> None:
    with closing(openpyxl.load_workbook(written)) as book:
        assert book.sheetnames == SHEETS
        assert all(book[name].freeze_panes for name in SHEETS[1:])
        assert all(book[name].auto_filter.ref for name in SHEETS[1:])


def test_it_says_where_its_figures_come_from(written: Path, town: tuple[Project, Results]) -> None:
    project, results = town
    said = [str(value) for row in rows(written, "说明") for value in row if value is not None]
    for text in (
        project.title, "方案 A", results.fingerprint, results.standard.sha256, "2024-05-10", "内部用图",
        "© OpenStreetMap contributors, ODbL", "1000 m（沿路网，含接入段；文件规定）",
    ):  # fmt: skip
        assert text in said, text
    assert {"步行距离上限", "GB 50180-2018 3.0.4", "limit_m", "KY1", "90 %", "60 %"} <= set(said)


def test_every_cluster_stands_with_its_figures(written: Path, town: tuple[Project, Results]) -> None:
    _, results = town
    first, second = table(written, "组团")
    assert (first["序号"], first["组团名称"], first["小区数(个)"], first["户数(户)"]) == (
        1,
        "东关片区",
        8,
        254,
    )
    assert first["步行直径(m)"] == 812.4
    assert second["步行直径(m)"] == "未核", "an unknown length is said in words"
    assert re.fullmatch(r"达标 \d+ · 评估 8/15 · 得分 \d\.\d\d（\d\.\d\d–\d\.\d\d）", first["评分"])
    assert (first["得分"], first["未评估(项)"]) == (results.clusters[0].score, 7)
    assert (first["约束：户数"], second["约束：户数"]) == ("未核", "满足")


def test_households_of_a_cluster_with_unknown_members_read_at_least(written: Path) -> None:
    with closing(openpyxl.load_workbook(written)) as book:
        sheet = book["组团"]
        assert [sheet[place].number_format for place in ("F2", "F3")] == ['"≥ "0', "0"]


def test_every_compound_stands_with_its_cluster_or_the_reason(
    written: Path, town: tuple[Project, Results]
) -> None:
    project, _ = town
    found = table(written, "小区")
    assert [row["编号"] for row in found] == sorted(project.table("compounds")["id"])
    for row in found:
        assert (row["组团名称"] is None) == (row["未入组团原因"] is not None), row["编号"]
    by_id = {row["编号"]: row for row in found}
    assert by_id["C001"]["户数(户)"] == 24
    assert by_id["C004"]["户数(户)"] is None, "an attribute that was not given stays empty"
    assert by_id["C004"]["采用户数(户)"] == "未知"
    assert by_id["C004"]["资格"] == "资料不全 待核"
    assert by_id["C012"]["资格"] == "不属于范围"


def test_compounds_have_the_declared_columns_and_no_others(written: Path) -> None:
    added = ["编号", "小区名称", "序号", "组团名称", "资格", "采用户数(户)", "未入组团原因"]
    headings = [str(value) for value in rows(written, "小区")[0]]
    bare = [re.sub(r"\([^()]*\)$", "", heading) for heading in headings[len(added) :]]
    declared = [column.zh for column in layer("compounds").columns if column.name != "name"]
    assert headings[: len(added)] == added
    assert [
        heading if heading in declared else text
        for heading, text in zip(headings[len(added) :], bare, strict=True)
    ] == declared
    assert not any(word in heading for heading in headings for word in ("电话", "联系人", "手机", "责任人"))


def test_the_matrix_has_every_kind_with_share_existence_and_households(
    written: Path, town: tuple[Project, Results]
) -> None:
    _, results = town
    groups, headings, first, _ = rows(written, "覆盖矩阵")
    assert [value for value in groups if value] == NINE
    at = headings.index("占比")
    assert headings[at : at + 4] == ("占比", "圈内有无", "可达户数(户)", "未达户数(户)")
    found = {(c, k): (share, reached) for c, k, share, reached in zip(
        *(results.cluster_coverage[name] for name in ("cluster_id", "kind", "share", "reached_households")), strict=True
    )}  # fmt: skip
    share, reached = found["Z01", "parcel"]
    assert 0.0 < share < 1.0
    parcel = at + 4 * NINE.index("快递收发点")
    assert first[parcel : parcel + 4] == (share, "有", reached, 254 - reached)
    library = at + 4 * NINE.index("城市书房")
    assert first[library : library + 4] == (0, "无", 0, 254), "what is known to be out of reach is zero"
    charging = at + 4 * NINE.index("充电设施")
    assert first[charging : charging + 4] == ("未评估",) * 4, "not assessed is said and is never zero"


def test_verdicts_carry_value_thresholds_origin_clause_and_sentence(
    written: Path, town: tuple[Project, Results]
) -> None:
    _, results = town
    found = table(written, "判定")
    assert len(found) == len(results.verdicts)
    for row, verdict in zip(found, results.verdicts, strict=True):
        assert row["要素编号"] == verdict.element
        assert row["判定"].endswith(CATALOGUE.text(f"scoring.status.{verdict.status}"))
        assert (row["达标线"], row["基本达标线"]) == (verdict.threshold_pass, verdict.threshold_partial)
        assert (row["来源"], row["出处"]) == ("项目默认", verdict.clause)
        assert row["指标值"] == (
            "未评估" if verdict.value is None else pytest.approx(verdict.value, abs=1e-12)
        )
        assert row["结论"].startswith(row["要素"]), row["结论"]
    unknown = [row for row in found if row["判定"] == "▨ 未评估"]
    assert unknown
    assert {row["指标值"] for row in unknown} == {"未评估"}


def test_a_share_is_the_figure_itself_and_reads_as_its_sentence_does(written: Path) -> None:
    sheet: Any = openpyxl.load_workbook(written)["判定"]
    headings = [cell.value for cell in sheet[1]]
    value, sentence = headings.index("指标值"), headings.index("结论")
    seen = 0
    for row in sheet.iter_rows(min_row=2):
        if isinstance(row[value].value, str):
            continue
        decimals = len(row[value].number_format.rstrip("%").partition(".")[2])
        shown = f"{row[value].value * 100:.{decimals}f}"
        assert f"（{shown.removesuffix('.0')}%）" in row[sentence].value
        seen += 1
    assert seen


def test_shares_read_below_the_threshold_that_they_miss() -> None:
    assert share_cell(0.89996, 0.9) == Share(0.89996, 3)
    assert share_cell(0.9, 0.9) == Share(0.9)
    assert share_cell(2 / 3, 0.9, 0.6) == Share(2 / 3)
    assert share_cell(0.99999) == Share(0.99999, 3)
    assert share_cell(None, 0.9) is None
    assert share_cell(float("nan"), 0.9) is None


def test_a_decision_says_its_sentence_and_the_attributes_it_rests_on(written: Path) -> None:
    found = {row["小区编号"]: row for row in table(written, "资格")}
    assert found["C001"]["结论"].startswith("符合：")
    assert "建成年代=1990" in found["C001"]["依据数据"]
    assert "房屋结构安全=是" in found["C001"]["依据数据"]
    assert found["C004"]["依据数据"].endswith("建成年代、最早建成年、最晚建成年、户数、同意率")
    assert not re.search("[a-z]_[a-z]", found["C001"]["依据数据"]), "no names of the program's own"


def test_issues_say_where_and_what(written: Path) -> None:
    warning, note = table(written, "问题")
    assert (warning["程度"], warning["图层"], warning["要素编号"]) == ("警告", "小区", "C004")
    assert (warning["东坐标(m)"], warning["北坐标(m)"]) == (532_410.0, 3_801_210.0)
    assert (note["图层"], note["要素编号"], note["东坐标(m)"]) == ("路沿", None, None)


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    path = write(tmp_path / "hostile.xlsx", make_hostile_town())
    found = list(cells(path))
    values = [cell.value for cell in found]
    for text in HOSTILE:
        assert text in values, text
    assert all(cell.data_type in ("s", "n", "b") for cell in found)
    for cell in found:
        if str(cell.value).startswith(("=", "+", "-", "@")):
            assert cell.quotePrefix, cell.value
    with ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
        assert not any(b"<f>" in sheet or b"<f " in sheet or b"hyperlink" in sheet for sheet in sheets)


def test_characters_that_no_cell_can_hold_are_replaced(tmp_path: Path) -> None:
    project, results = make_town()
    odd = ["a\x00b\x0bc", "y" * 40_000]
    names = set_values(project.table("compounds"), [0, 1], layer("compounds").column("name"), odd)
    project = replace(project, tables={**project.tables, "compounds": names})
    found = table(write(tmp_path / "odd.xlsx", (project, results)), "小区")
    assert found[0]["小区名称"] == "a\ufffdb\ufffdc"
    assert found[1]["小区名称"].startswith("yyy")
    assert found[1]["小区名称"].endswith("…")


def test_the_same_results_give_the_same_bytes(
    tmp_path: Path, written: Path, town: tuple[Project, Results]
) -> None:
    assert write(tmp_path / "again.xlsx", town).read_bytes() == written.read_bytes()


def test_english_has_every_word_too(tmp_path: Path, town: tuple[Project, Results]) -> None:
    path = write(tmp_path / "english.xlsx", town, language="en")
    with closing(openpyxl.load_workbook(path)) as book:
        assert book.sheetnames == [
            "About",
            "Clusters",
            "Compounds",
            "Coverage",
            "Verdicts",
            "Eligibility",
            "Issues",
            "Neighbours",
        ]
    said = {cell.value for cell in cells(path) if isinstance(cell.value, str)}
    assert not [text for text in said if re.match(r"(outputs|maps)\.(?!test|absent)", text)]
    assert "not assessed" in said


def test_a_project_without_anything_still_gives_every_sheet(
    tmp_path: Path, town: tuple[Project, Results]
) -> None:
    project, results = town
    nothing = pd.DataFrame()
    columns = ["cluster_id", "kind", "households", "reached_households", "share", "existence"]
    bare = replace(
        results, coverage=nothing, cluster_coverage=pd.DataFrame(columns=columns), units=results.units.iloc[:0],
        clusters=(), verdicts=(), eligibility=(), alone={}, issues=(),
        neighbours=results.neighbours.iloc[:0],
    )  # fmt: skip
    empty = replace(project, tables={**project.tables, "compounds": project.table("compounds").iloc[:0]})
    path = write(tmp_path / "bare.xlsx", (empty, bare))
    assert [len(rows(path, name)) for name in SHEETS[1:]] == [1, 1, 2, 1, 1, 1, 1]


def test_stopped_midway_it_leaves_the_old_file(tmp_path: Path, town: tuple[Project, Results]) -> None:
    target = tmp_path / "ledger.xlsx"
    target.write_bytes(b"old")

    class Stop:
        def report(self, share: float, doing: Message) -> None:
            if share >= 0.5:
                raise Cancelled

    with pytest.raises(Cancelled):
        write(target, town, progress=Stop())
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.xlsx"]


def test_a_rule_says_who_set_it() -> None:
    rules = Rules()
    assert rules.origin("limit_m") == "document"
    assert rules.origin("max_gap_m") == "default"
    assert rules.with_value("limit_m", 800).origin("limit_m") == "own"


def test_a_city_threshold_is_said_to_be_its_own(tmp_path: Path, town: tuple[Project, Results]) -> None:
    project, results = town
    rules = results.rules.with_value("KY1.threshold_pass", 0.85)
    path = write(tmp_path / "own.xlsx", (project, replace(results, rules=rules)))
    row = next(row for row in rows(path, "说明") if row[1] == "KY1")
    assert row[:5] == ("便民服务中心", "KY1", "85 %", "60 %", "本项目设定")


def test_unknown_values_of_every_kind_are_words(tmp_path: Path, town: tuple[Project, Results]) -> None:
    project, results = town
    cover = results.cluster_coverage.copy()
    cover["share"] = np.nan
    cover["reached_households"] = np.nan
    path = write(tmp_path / "unknown.xlsx", (project, replace(results, cluster_coverage=cover)))
    first = rows(path, "覆盖矩阵")[2]
    assert 0 not in first[3:]
    assert first[3] == "未评估"
