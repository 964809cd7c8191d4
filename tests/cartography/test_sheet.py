from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from cartography.town import make_project, make_results

from gis_planner.cartography.legend import make_legend
from gis_planner.cartography.scene import build_scene
from gis_planner.cartography.sheet import (
    Sheet,
    SheetFacts,
    compose_cluster_sheet,
    compose_overview_sheet,
    compose_review_sheet,
)
from gis_planner.cartography.sheet_notes import OSM_ATTRIBUTION, crs_text
from gis_planner.cartography.sheet_texts import count_unserved
from gis_planner.cartography.sheet_voice import Voice
from gis_planner.cartography.view import View
from gis_planner.errors import ExportError
from gis_planner.messages import Catalogue
from gis_planner.model.choices import FACILITY_KINDS, FACILITY_STATUS, PIPELINE_KINDS, PIPELINE_STATUS
from gis_planner.model.clusters import Grouping
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.rules import Rules
from gis_planner.model.tables import take

FACTS = SheetFacts(designer="宁川县规划设计院", date="2024-06-18")


@pytest.fixture
def sheet(town: Project, studied: Results, catalogue: Catalogue) -> Sheet:
    return compose_cluster_sheet(town, studied, "Z01", facts=FACTS, catalogue=catalogue)


def said(sheet: Sheet) -> str:
    return "\n".join(sheet.texts())


def test_a_sheet_says_all_that_has_to_be_printed(sheet: Sheet, studied: Results) -> None:
    text = said(sheet).replace("\u00a0", " ")
    always = [
        "1000 m",
        "文件规定 GB 50180-2018",
        "默＝项目默认",
        "90/60 默",
        "三合三整九有 1.0",
        "户数未知小区 1 个",
    ]
    always += [
        "未接入路网小区",
        "2024-05-10",
        OSM_ATTRIBUTION,
        "内部用图",
        "CGCS2000 3°带 111°E",
        "审图号",
        "高程基准",
    ]
    always += ["1:2500", "ZT-01-01", "宁川县规划设计院", "制图", "审定", "住建"]
    for wanted in (*always, studied.fingerprint[:12], studied.standard.sha256[:12]):
        assert wanted in text, wanted
    assert sheet.metadata["fingerprint"] == studied.fingerprint


def test_what_nobody_typed_stays_blank(sheet: Sheet) -> None:
    assert sheet.title_block["review_number"].value == ""
    assert sheet.title_block["height"].value == ""
    typed = replace(FACTS, review_number="豫S〔2024〕001号", height_datum="1985国家高程基准")
    assert typed.review_number not in said(sheet)


def test_every_element_has_its_row(sheet: Sheet, studied: Results) -> None:
    assert [row.name for row in sheet.verdicts] == [element.zh for element in studied.standard.elements]
    rows = {row.name: row for row in sheet.verdicts}
    assert (rows["多箱合一"].status_text, rows["多箱合一"].value) == ("未评估", "—")
    assert (rows["城市书房"].status_text, rows["城市书房"].value) == ("不涉及", "—")
    assert (rows["多杆合一"].status_text, rows["多杆合一"].value) == ("基本达标", "72%")
    assert rows["便民服务中心"].existence == "有"
    assert rows["多杆合一"].not_served == "—"


def test_a_share_just_below_the_threshold_never_reads_as_reaching_it(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    verdicts = tuple(
        replace(v, status="partial", value=0.89996) if v.element == "KZ2" else v for v in studied.verdicts
    )
    sheet = compose_cluster_sheet(
        town, replace(studied, verdicts=verdicts), "Z01", facts=FACTS, catalogue=catalogue
    )
    shown = next(row for row in sheet.verdicts if row.name == "道路平整").value
    assert float(shown.rstrip("%")) < 90


def test_unserved_households_are_counted_once_and_only_where_known(town: Project, studied: Results) -> None:
    units = studied.units.set_index("unit_id")
    wanted: dict[str, float] = {}
    for row in studied.coverage.to_dict("records"):
        unit: dict[str, Any] = units.loc[row["unit_id"]].to_dict()
        if unit["cluster_id"] != "Z01" or not unit["counted"] or np.isnan(unit["households"]):
            continue
        if row["reason"] not in ("served", "not_assessed"):
            wanted[row["kind"]] = wanted.get(row["kind"], 0) + unit["households"]
    assert wanted
    assert count_unserved(studied)["Z01"] == wanted


def test_unknown_households_make_the_sum_a_least_one(sheet: Sheet) -> None:
    households = next(row.value for row in sheet.facts if row.label == "户数")
    assert households == "≥ 254 户（1 个小区户数未知）"
    assert "未核" in next(row.value for row in sheet.facts if row.label == "规模约束")


def test_an_unknown_diameter_is_said_as_unknown(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    sheet = compose_cluster_sheet(town, studied, "Z02", facts=FACTS, catalogue=catalogue)
    assert next(row.value for row in sheet.facts if row.label == "步行直径") == "—"


def test_a_rule_that_was_changed_is_not_called_a_document_s(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    changed = replace(studied, rules=Rules(limit_m=800.0))
    notes = compose_cluster_sheet(town, changed, "Z01", facts=FACTS, catalogue=catalogue).notes
    assert "800\u00a0m（项目设定）" in notes[0]
    assert "GB 50180" not in notes[0]


def test_how_people_walk_is_printed_where_it_is_not_as_by_default(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    def printed(rules: Rules) -> str:
        changed = replace(studied, rules=rules)
        notes = compose_cluster_sheet(town, changed, "Z01", facts=FACTS, catalogue=catalogue).notes
        return "\n".join(notes).replace("\u00a0", " ")

    assert "步行：" not in printed(Rules())
    assert "老年人 0.9 m/s" in printed(Rules(walker="elderly"))
    assert "成人 1.1 m/s" in printed(Rules(walk_speed_m_s=1.1))
    hard = printed(Rules(stairs_penalty=2.5, signal_penalty_m=30.0, slope_weight=1.0))
    assert all(part in hard for part in ("梯道每米加计 2.5 m", "信号灯每处加计 30 m", "Tobler"))
    assert "m/s" not in hard


def test_the_map_shows_the_whole_cluster_at_a_standard_scale(sheet: Sheet, studied: Results) -> None:
    window = sheet.window
    assert window is not None
    assert window.scale in sheet.template.scales_cluster
    view = View.at_scale(window.x, window.y, window.scale, 280, 230)
    assert shapely.box(*view.extent).contains(studied.cluster("Z01").footprint)


def test_pipelines_make_a_sheet_internal_and_a_public_one_never_shows_them(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    everything = frozenset(build_scene(town, studied).keys)
    inside = compose_cluster_sheet(
        town, studied, "Z01", facts=replace(FACTS, visible=everything), catalogue=catalogue
    )
    public = compose_cluster_sheet(
        town, studied, "Z01", facts=replace(FACTS, visible=everything, public=True), catalogue=catalogue
    )
    assert "内部用图" in inside.mark
    assert "WS" in said(inside)
    assert "内部用图" not in public.mark
    assert "WS" not in said(public)
    assert public.window is not None
    assert not public.window.coordinates
    assert not {"pipelines", "poles", "boxes"} & public.window.visible


def test_the_legend_lists_what_the_map_shows_and_nothing_twice(sheet: Sheet) -> None:
    assert sheet.window is not None
    texts = [entry.text for entry in sheet.window.legend]
    assert len(texts) == len(set(texts))
    assert {"组团（片区）范围", "符合条件小区（红线）", "便民服务中心", "拟建设施", "建筑"} <= set(texts)
    assert not {"水系", "充电设施", "停用设施"} & set(texts)


def test_the_legend_of_an_empty_place_is_empty(town: Project, studied: Results, catalogue: Catalogue) -> None:
    scene = build_scene(town, studied)
    assert make_legend(scene, View.at_scale(0, 0, 1000, 100, 100), scene.shown, catalogue, "zh") == ()


def test_the_overview_lists_every_cluster_with_every_verdict(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    sheet = compose_overview_sheet(town, studied, facts=FACTS, catalogue=catalogue)
    assert [(row.number, row.name) for row in sheet.clusters] == [("01", "东关片区"), ("02", "永宁片区")]
    statuses = [studied.verdict("Z02", element.id).status for element in studied.standard.elements]
    assert list(sheet.clusters[1].statuses) == statuses
    assert sheet.groups == (("三合", 3), ("三整", 3), ("九有", 9))
    assert sheet.title_block["number"].value == "ZT-00-01"


def test_the_overview_prints_thresholds_and_who_is_not_served(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    own = replace(studied, rules=Rules().with_value("KY1.threshold_pass", 0.85))
    sheet = compose_overview_sheet(town, own, facts=FACTS, catalogue=catalogue)
    facts = {row.label: row.value.replace("\u00a0", " ") for row in sheet.facts}
    assert "便民服务中心 85/60 默" in facts["门槛 %"]
    sums = [count_unserved(studied)[cluster].get("toilet", 0) for cluster in ("Z01", "Z02")]
    assert f"公共厕所 {sum(sums):g}" in facts["未达户"]
    assert "城市书房 —" in facts["未达户"]
    half = tuple(
        replace(v, value=None) if (v.cluster_id, v.element) == ("Z02", "KY5") else v for v in studied.verdicts
    )
    sheet = compose_overview_sheet(town, replace(studied, verdicts=half), facts=FACTS, catalogue=catalogue)
    facts = {row.label: row.value.replace("\u00a0", " ") for row in sheet.facts}
    assert f"公共厕所 ≥{sums[0]:g}" in facts["未达户"]


def test_a_diameter_is_never_rounded_onto_its_bound(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    clusters = tuple(replace(c, walk_diameter_m=1000.01) for c in studied.clusters)
    sheet = compose_cluster_sheet(
        town, replace(studied, clusters=clusters), "Z01", facts=FACTS, catalogue=catalogue
    )
    assert next(row.value for row in sheet.facts if row.label == "步行直径") == "1000.1 m"


def test_a_town_without_clusters_has_an_overview(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    bare = replace(town, grouping=Grouping())
    sheet = compose_overview_sheet(
        bare, replace(studied, clusters=(), verdicts=()), facts=FACTS, catalogue=catalogue
    )
    assert sheet.clusters == ()
    assert "未成组 12" in said(sheet)


def test_the_review_sheet_says_the_grounds_of_every_verdict(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    sheet = compose_review_sheet(town, studied, "Z01", facts=FACTS, catalogue=catalogue)
    sentences = {row.name: row.sentence for row in sheet.verdicts}
    assert "未导入" in sentences["多箱合一"]
    assert "本片区由县城市书房统一服务" in sentences["城市书房"]
    assert all(row.clause and row.sentence for row in sheet.verdicts)
    assert sheet.title_block["scale"].value == ""
    assert len(sheet.template.joint_review("zh")) == len(sheet.template.joint_review("en")) == 18


def test_english_is_complete(town: Project, studied: Results, catalogue: Catalogue) -> None:
    for compose in (compose_cluster_sheet, compose_review_sheet):
        sheet = compose(town, studied, "Z01", facts=FACTS, catalogue=catalogue, language="en")
        assert not any("maps.sheet" in text for text in sheet.texts())
        assert sheet.words["legend"] == "Legend"
    assert "passed 8" in sheet.score_line


def test_a_cluster_that_was_not_studied_is_refused(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    with pytest.raises(ExportError) as found:
        compose_cluster_sheet(town, studied, "Z99", facts=FACTS, catalogue=catalogue)
    assert "Z99" in catalogue.text(found.value.problem)


def test_nothing_to_draw_is_refused(studied: Results, catalogue: Catalogue) -> None:
    nothing = replace(studied, clusters=(), neighbours=take(studied.neighbours, []))
    with pytest.raises(ExportError):
        compose_overview_sheet(Project(), nothing, facts=FACTS, catalogue=catalogue)


def test_coordinate_systems_are_said_in_planners_words(catalogue: Catalogue) -> None:
    voice = Voice(catalogue, "zh")
    assert crs_text("EPSG:4547", voice) == "CGCS2000 3°带 114°E EPSG:4547"
    assert crs_text("EPSG:4525", voice) == "CGCS2000 3°带 111°E EPSG:4525"
    assert crs_text("EPSG:32649", voice) == "WGS 84 / UTM zone 49N"
    assert crs_text("", voice) == ""


def test_a_template_in_a_name_stays_a_name(catalogue: Catalogue) -> None:
    project = make_project(("{name} {0} {{7*7}} ${x} %s", *["某院"] * 11))
    sheet = compose_cluster_sheet(project, make_results(project), "Z01", facts=FACTS, catalogue=catalogue)
    assert "{name} {0} {{7*7}} ${x} %s" in sheet.members


def test_the_words_of_the_catalogue_are_those_of_the_declarations(catalogue: Catalogue) -> None:
    for prefix, choices in (("kind", FACILITY_KINDS), ("state", FACILITY_STATUS), ("pipe", PIPELINE_KINDS),
                            ("pipe_status", PIPELINE_STATUS)):  # fmt: skip
        for choice in choices:
            assert catalogue.text(f"maps.{prefix}.{choice.id}", "zh") == choice.zh
            assert catalogue.text(f"maps.{prefix}.{choice.id}", "en") == choice.en


def test_every_title_of_layers_and_legend_is_in_the_catalogue(
    town: Project, studied: Results, catalogue: Catalogue
) -> None:
    scene = build_scene(town, studied)
    for layer in scene.layers:
        assert layer.title.key in catalogue
        for style in layer.styles:
            assert style.title is None or style.title.key in catalogue, style.title
