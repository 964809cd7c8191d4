"""Sentences for approval texts: complete in both languages, and never rounded across a threshold."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import layer_from, project_of
from scored_town import STANDARD, Place, compounds, drive, facilities, judged, poles, roads, telecom, town
from shapely.geometry import box

from gis_planner.analysis.comparison import Flip
from gis_planner.analysis.sentences import (
    bound_sentence,
    doubt_words,
    flip_sentence,
    metres,
    name_features,
    percent,
    score_line,
    verdict_sentence,
)
from gis_planner.analysis.units import list_units
from gis_planner.messages import Language, Message, load_catalogue
from gis_planner.model.results import Bound
from gis_planner.model.rules import Rules
from gis_planner.model.standard import STATUSES, Status, Verdict

CATALOGUE = load_catalogue()


def said(message: Message, language: Language = "zh") -> str:
    text = CATALOGUE.text(message, language)
    assert "scoring." not in text, text
    assert "eligibility." not in text, text
    assert not re.search(r"[{}]", text), text
    return text


def sentence(verdict: Verdict, language: Language = "zh", names: dict[str, str] | None = None) -> str:
    return said(verdict_sentence(verdict, STANDARD, names), language)


@pytest.mark.parametrize("element", [element.id for element in STANDARD.elements])
@pytest.mark.parametrize("status", STATUSES)
def test_every_verdict_has_a_sentence_in_both_languages(element: str, status: Status) -> None:
    project, reached = drive(element, "fail" if status == "not_applicable" else status)
    if status == "not_applicable":
        project = replace(project, not_applicable={("Z01", element): "组团内没有"})
    verdict = judged(project, reached)[0][element]
    zh, en = sentence(verdict, "zh"), sentence(verdict, "en")
    assert zh.startswith(STANDARD.element(element).zh + "：")
    assert zh.endswith("。")
    assert en.startswith(STANDARD.element(element).en + ": ")
    assert en.endswith(".")
    assert not re.search(r"[\u4e00-\u9fff]", en.replace("组团内没有", "")), en
    assert {"pass": "判定为达标", "partial": "判定为基本达标", "fail": "判定为未达标", "not_assessed": "未评估",
            "not_applicable": "不涉及，理由：组团内没有"}[status] in zh  # fmt: skip
    assert "None" not in zh + en
    assert "—" not in zh + en


def test_the_sentence_of_a_service_reads_as_in_an_approval_text() -> None:
    households = {f"C{n}": 51 if n < 9 else 14 for n in range(10)}
    households["C0"] = 498 - 8 * 51
    project = town(compounds=compounds(households), facilities=facilities(), roads=roads())
    verdict = judged(project, 9)[0]["KY1"]
    assert sentence(verdict) == (
        "便民服务中心：组团 512 户中 498 户（97.3%）步行 1000 m 内可达，达到 90% 的达标线，判定为达标；尚未覆盖C9。"
    )
    assert sentence(verdict, "en", {"compounds/C9": "East Court"}) == (
        "citizen service centre: 498 of the cluster's 512 households (97.3%) walk there within 1000 m, which meets the "
        "pass threshold of 90%: pass; not covered: East Court."
    )


def test_names_replace_ids_and_are_never_read_as_templates() -> None:
    project = town(
        compounds=compounds(),
        facilities=facilities(name={"F_toilet": "{reached}"}, status="proposed"),
        roads=roads(),
    )
    names = name_features(project, list_units(project)[0])
    assert names["compounds/C3"] == "C3"
    text = CATALOGUE.text(
        verdict_sentence(
            judged(replace(project, complete=frozenset(project.tables)), 10)[0]["KY5"], STANDARD, names
        )
    )
    assert "；其中含拟建的{reached}。" in text


def test_what_is_doubted_is_never_rounded_to_what_would_do() -> None:
    cover = doubt_words({"code": "cover", "layer": "poles", "cover": 0.94996, "limit": 0.95})
    assert "只覆盖组团范围的 94.996%，" in said(cover)
    empty = doubt_words(
        {"code": "attribute", "layer": "poles", "attribute": "kind", "empty_share": 0.20004, "limit": 0.2}
    )
    assert "有 20.004% 缺少" in said(empty)


def test_a_building_is_called_with_its_compound() -> None:
    buildings = layer_from(
        "buildings",
        {"B1": box(1, 1, 9, 9), "B2": box(11, 1, 19, 9), "B3": box(900, 1, 909, 9), "B4": box(21, 1, 29, 9)},
        name={"B1": "1号楼", "B2": "光明院2号楼", "B3": "1号楼"},
    )
    compound = layer_from("compounds", {"C1": box(0, 0, 100, 100)}, name="光明院")
    project = project_of(buildings=buildings, compounds=compound)
    names = name_features(project, list_units(project)[0])
    assert names == {
        "compounds/C1": "光明院",
        "buildings/B1": "光明院1号楼",
        "buildings/B2": "光明院2号楼",
        "buildings/B3": "1号楼",
    }


@pytest.mark.parametrize(
    ("bound", "zh"),
    [
        (Bound("households", 100, 3000, 346, "kept"), "户数 346:符合(100–3000)"),
        (Bound("households", 100, 3000, 80, "unchecked"), "户数 ≥ 80:未核(100–3000)"),
        (Bound("households", 100, 3000, None, "unchecked"), "户数 —:未核(100–3000)"),
        (Bound("walk_diameter_m", None, 1000.0, 1000.02, "broken"), "步行直径 1000.1:超限(—–1000)"),
        (Bound("extension_share", None, 0.5, 1 / 9, "kept"), "随片区列入户数占比 11.1%:符合(—–50%)"),
    ],
)
def test_a_bound_is_said_on_its_side_of_the_limit(bound: Bound, zh: str) -> None:
    assert said(bound_sentence(bound)) == zh
    assert "showing." not in said(bound_sentence(bound), "en")


def test_many_places_are_named_by_the_first_three() -> None:
    text = sentence(judged(town(facilities=facilities(), roads=roads()), 2)[0]["KY9"])
    assert "；尚未覆盖C2、C3、C4等 8 处。" in text


def test_unknown_households_are_said() -> None:
    households = {f"C{n}": 10 if n else None for n in range(10)}
    text = sentence(
        judged(town(compounds=compounds(households), facilities=facilities(), roads=roads()), 10)[0]["KY1"]
    )
    assert text == (
        "便民服务中心：组团已知 90 户中 90 户（100%）步行 1000 m 内可达，达到 90% 的达标线，判定为达标；"
        "另有 1 个小区户数不详，未计入。"
    )


def test_existence_is_said_as_such() -> None:
    rules = Rules().with_value("service_basis", "existence")
    project = town(facilities=facilities(), roads=roads())
    there = judged(project, 1, rules=rules)[0]["KY3"]
    assert sentence(there, names={"facilities/F_medical": "城关卫生院"}) == (
        "医疗服务中心：组团步行 1000 m 内有（最近为城关卫生院，700 m），按有无判定为达标。"
    )
    none = judged(project, 0, rules=rules)[0]["KY3"]
    assert sentence(none) == "医疗服务中心：组团步行 1000 m 内没有，按有无判定为未达标。"


def test_layers_are_said_in_their_own_measure() -> None:
    text = sentence(judged(town(poles=poles(6)))[0]["KH1"])
    assert text == (
        "多杆合一：组团内 10 根可合杆中，已合杆或附近无杆可合的有 6 根（60%），"
        "低于 80% 的达标线，达到 50% 的基本达标线，判定为基本达标。"
    )
    text = sentence(judged(town(telecom_lines=telecom(5)))[0]["KH3"])
    assert "1000 m 通信线路中，500 m（50%）已入共用管道或线槽" in text
    assert text.endswith("判定为未达标；其中架空线 500 m。")


def test_every_doubt_is_said_with_its_layer() -> None:
    partly = town(complete=frozenset(), facilities=facilities("toilet"), roads=roads())
    verdicts = judged(partly)[0]
    assert (
        sentence(verdicts["KY1"])
        == "便民服务中心：“设施”图层中没有任何便民服务中心且未声明普查完整，不能据此认定没有，未评估。"
    )
    wide = Place("Z01", ("C0",), box(-3000, -3000, 4000, 4000))
    text = sentence(judged(partly, 0, place=wide)[0]["KY5"])
    assert re.fullmatch("公共厕所：“设施”图层只覆盖组团范围的 [0-9.]+%，且未声明普查完整，未评估。", text)
    unknown = town(compounds=compounds(None), facilities=facilities(), roads=roads())
    assert (
        sentence(judged(unknown)[0]["KY1"])
        == "便民服务中心：组团各小区户数均不详，无法计算户数占比，未评估。"
    )
    three = town(compounds=compounds({f"C{n}": 1 for n in range(7)}), facilities=facilities(), roads=roads())
    assert sentence(judged(three)[0]["KY1"]) == "便民服务中心：组团内“小区”有 30% 缺少“户数”，未评估。"
    codes = [
        "not_loaded",
        "empty",
        "cover",
        "kind_unseen",
        "not_measured",
        "households",
        "attribute",
        "nothing",
        "undecided",
    ]
    assert [code for code in codes if f"scoring.doubt.{code}" not in CATALOGUE] == []


@settings(deadline=None)
@given(
    share=st.one_of(
        st.floats(0, 1), st.sampled_from([0.9, 0.6, 0.8999999, 0.90000001, 0.99999, 1e-7, 0.5999])
    ),
    marks=st.lists(st.sampled_from([0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0]), max_size=2),
)
def test_a_share_is_never_rounded_across_a_threshold(share: float, marks: list[float]) -> None:
    share = round(share, 8)
    shown = float(percent(share, *marks).removesuffix("%")) / 100
    for mark in (0.0, 1.0, *marks):
        assert (shown < mark, shown > mark) == (share < mark, share > mark)
    assert abs(shown - share) <= 0.0005 + 1e-12


def test_percentages_read_simply() -> None:
    assert [percent(v) for v in (0.0, 1.0, 0.9, 0.973, 0.97265625)] == ["0%", "100%", "90%", "97.3%", "97.3%"]
    assert percent(0.8996, 0.9) == "89.96%"
    assert percent(0.9998) == "99.98%"


def _verdicts(**counts: int) -> list[Verdict]:
    return [Verdict("Z01", "KY1", status, None, 0.9, 0.6, "default", "", {})  # type: ignore[arg-type]
            for status, n in counts.items() for _ in range(n)]  # fmt: skip


def test_the_score_line_is_the_contract_s() -> None:
    line = said(score_line(_verdicts(**{"pass": 11}, partial=1, fail=2, not_assessed=1)))
    assert line == "达标 11 · 评估 14/15 · 得分 0.82（0.77–0.83）"
    assert said(score_line(_verdicts(not_assessed=15))) == "达标 0 · 评估 0/15 · 得分 —（0.00–1.00）"
    assert (
        said(score_line(_verdicts(**{"pass": 13}, not_applicable=2)))
        == "达标 13 · 评估 13/13 · 得分 1.00（1.00–1.00）"
    )


def test_a_flip_is_said() -> None:
    flip = Flip("Z01", "KY1", "pass", "fail", 0.92, 0.5)
    assert said(flip_sentence(flip, STANDARD, "城东片区")) == "城东片区 便民服务中心：达标 → 未达标"
    assert said(flip_sentence(flip, STANDARD), "en") == "Z01 citizen service centre: pass → fail"


def test_every_text_stands_in_both_languages_with_the_same_values() -> None:
    for key in CATALOGUE.keys():  # noqa: SIM118 - a catalogue is no mapping
        if key.startswith(("scoring.", "eligibility.")):
            holes = [
                set(re.findall(r"{(\w+)}", CATALOGUE._texts[key][language])) for language in ("zh", "en")
            ]
            assert holes[0] == holes[1] or key == "scoring.both", key


@pytest.mark.parametrize(
    ("good", "assessed", "status"),
    [(949.96, 1000.0, "partial"), (950.0, 1000.0, "pass"), (949.999, 1000.0, "partial")],
)
def test_metres_are_never_rounded_so_that_their_share_crosses_a_threshold(
    good: float, assessed: float, status: str
) -> None:
    evidence = {"unit": "metres", "good": good, "assessed": assessed, "unknown": 0.0}
    verdict = Verdict("Z01", "KZ2", status, good / assessed, 0.95, 0.85, "default", "", evidence)  # type: ignore[arg-type]
    text = said(verdict_sentence(verdict, STANDARD))
    numbers = [float(n) for n in re.findall(r"([\d.]+) m", text)]
    assert (numbers[1] / numbers[0] >= 0.95) == (status == "pass")


@pytest.mark.parametrize(
    ("length", "limit", "text"),
    [(999.6, 1000.0, "1000"), (1000.4, 1000.0, "1000.4"), (799.7, 799.8, "799.7"), (1000.0, 1000.0, "1000")],
)
def test_a_length_is_said_on_its_side_of_the_limit(length: float, limit: float, text: str) -> None:
    assert metres(length, limit) == text
