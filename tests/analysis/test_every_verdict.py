"""Each of the fifteen elements comes to each of the five statuses, through the whole study, and says why.

The town is one cluster of ten compounds, strips of 100 by 1,000 metres with ten households each, crossed by one
street. Data alone drive an element to 达标, 基本达标, 未达标 and 未评估, an edit with a reason to 不涉及.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import shapely
from maps import facilities_from, layer_from, project_of, roads_from
from scored_town import COMPOUNDS, DRAW, LAYER_OF, REACH, STANDARD, TENTHS, roads

from gis_planner.analysis.evidence import open_cells
from gis_planner.analysis.evidence_sentences import confidence_words, remedy_words
from gis_planner.analysis.sentences import name_features, percent, verdict_sentence
from gis_planner.analysis.study import study
from gis_planner.io.read_standard import read_profiles
from gis_planner.messages import Message, load_catalogue
from gis_planner.model.changes import apply
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.edits import SetNotApplicable
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.results import Results, plain
from gis_planner.model.standard import STATUSES

ELEMENTS = [element.id for element in STANDARD.elements]
WORDS = {
    "pass": "达标",
    "partial": "基本达标",
    "fail": "未达标",
    "not_assessed": "未评估",
    "not_applicable": "不涉及",
}
REASON = "片区内确无此项"
PROFILE = read_profiles()["default"]
CATALOGUE = load_catalogue()


def town(**tables: Any) -> Project:
    strips = {name: shapely.box(n * 100, 0, n * 100 + 100, 1000) for n, name in enumerate(COMPOUNDS)}
    compounds = layer_from("compounds", strips, name={c: f"{c}院" for c in COMPOUNDS}, households=10)
    grouping = Grouping(clusters=(Cluster("Z01", 1, "东关", COMPOUNDS),))
    return replace(project_of(compounds=compounds, **tables), grouping=grouping, complete=frozenset(tables))


def services(tenths: int, kind: str) -> Project:
    """A street that leads in from the west, and one facility on it that the first `tenths` compounds reach."""
    west = facilities_from({"F1": (kind, -(1050.0 - 100.0 * tenths), 200.0)}, name="西头的")
    street = roads_from({"R0": [(-2000, 200), (0, 200)], "R1": [(0, 200), (1000, 200)]}, name="东关街")
    return town(facilities=west, roads=street)


def driven(element: str, status: str) -> Project:
    """Build the data that bring an element to a status."""
    if status == "not_applicable":
        edit = SetNotApplicable("Z01", element, REASON)
        return apply(driven(element, "fail"), edit, lambda name: pytest.fail(name))
    if status == "not_assessed":
        return town()
    tenths = TENTHS[element][status]
    if element in REACH:
        return services(tenths, REACH[element])
    return town(**({"roads": roads()} | {LAYER_OF[element]: DRAW[element](tenths)}))


@cache
def studied(element: str, status: str) -> tuple[Project, Results]:
    project = driven(element, status)
    return project, study(project, STANDARD, PROFILE)


def said(message: Message) -> tuple[str, str]:
    return CATALOGUE.text(message, "zh"), CATALOGUE.text(message, "en")


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize("status", STATUSES)
def test_the_verdict_its_value_and_its_sentences(element: str, status: str) -> None:
    project, results = studied(element, status)
    verdict, titles = results.verdict("Z01", element), STANDARD.element(element)
    assert verdict.status == status
    zh, en = said(verdict_sentence(verdict, STANDARD, name_features(project, results.units)))
    for sentence, title, end in ((zh, titles.zh, "。"), (en, titles.en, ".")):
        assert title in sentence
        assert sentence == sentence.strip()
        assert sentence.endswith(end)
        assert sentence.count("\n") == 0
        assert "{" not in sentence
        assert "None" not in sentence
    assert WORDS[status] in zh
    assert status.replace("_", " ") in en
    if status in TENTHS[element]:
        assert verdict.value == pytest.approx(TENTHS[element][status] / 10, abs=1e-9)
        held = [percent(verdict.value or 0.0)]
        held += [percent(verdict.threshold_pass)] if status != "fail" else []
        held += [percent(verdict.threshold_partial)] if status != "pass" else []
        for figure in held:
            assert figure in zh
            assert figure in en
    else:
        assert verdict.value is None
    if status == "not_applicable":
        assert REASON in zh
        assert REASON in en
    if status == "not_assessed":
        missing = layer(str(verdict.evidence["doubt"]["layer"]))
        assert missing.zh in zh
        assert missing.en in en


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize("status", STATUSES)
def test_every_cell_opens_to_its_grounds(element: str, status: str) -> None:
    project, results = studied(element, status)
    evidence = open_cells(project, results, cells=[("Z01", element)])["Z01", element]
    assert plain(evidence) == json.loads(json.dumps(plain(evidence), allow_nan=False))
    assert set(results.verdict("Z01", element).evidence) <= set(evidence)
    confidence = evidence["confidence"]
    assert all(text.strip() and "{" not in text for text in said(confidence_words(confidence)))
    if status == "not_assessed":
        assert confidence["level"] is None
        assert evidence["doubt"]["code"] == "not_loaded"
        missing = layer(evidence["doubt"]["layer"])
        zh, en = said(remedy_words(evidence["doubt"]))
        assert missing.zh in zh
        assert missing.en in en
    elif status == "not_applicable":
        assert confidence["level"] is None
        assert evidence["reason"] == REASON
        assert evidence["there"]["loaded"]
    else:
        assert confidence["level"] == "medium", "nothing here came from a file"
        assert {reason["code"] for reason in confidence["reasons"]} == {"no_file"}


@pytest.mark.parametrize("element", REACH)
@pytest.mark.parametrize("status", ["pass", "partial", "fail"])
def test_a_service_opens_to_walks_households_and_those_not_served(element: str, status: str) -> None:
    project, results = studied(element, status)
    tenths = TENTHS[element][status]
    evidence = open_cells(project, results)["Z01", element]
    near = 1050.0 - 100.0 * tenths
    assert evidence["nearest"]["distance_m"] == pytest.approx(near)
    assert evidence["nearest"]["minutes"] == pytest.approx(near / 1.2 / 60)
    assert evidence["nearest"]["facility_name"] == "西头的"
    assert evidence["nearest"]["unit_name"] == "C0院"
    assert evidence["farthest"]["route_m"] == pytest.approx(evidence["farthest"]["distance_m"], abs=1e-9)
    assert evidence["farthest"]["roads"] == ["R1", "R0"]
    assert evidence["farthest"]["streets"] == ["东关街"]
    assert evidence["reached_households"] == 10 * tenths
    assert evidence["households_not_reached"] == 100 - 10 * tenths
    assert (evidence["households_not_told"], evidence["households_unknown"]) == (0, 0)
    assert [one["unit_name"] for one in evidence["unserved"]] == [f"C{n}院" for n in range(tenths, 10)]
    assert {one["reason"] for one in evidence["unserved"]} == {"beyond_limit"}
    assert [(one["id"], one["households"], one["status"]) for one in evidence["serving"]] == [
        ("F1", 10 * tenths, None)
    ]


@pytest.mark.parametrize("element", LAYER_OF)
def test_a_layer_element_opens_to_the_features_that_fail(element: str) -> None:
    project, results = studied(element, "fail")
    evidence = open_cells(project, results)["Z01", element]
    failing = "roads" if element == "KZ3" else LAYER_OF[element]
    assert evidence["failing"]
    known = {str(feature) for feature in project.table(failing)["id"]}
    for one in evidence["failing"]:
        assert one["layer"] == failing
        assert one["id"] in known
        assert (one["file"], one["row"]) == (None, None)


@pytest.mark.parametrize("element", ELEMENTS)
def test_what_the_data_hold_there_is_counted_though_a_person_says_it_does_not_apply(element: str) -> None:
    project, results = studied(element, "not_applicable")
    there = open_cells(project, results)["Z01", element]["there"]
    zh, en = said(verdict_sentence(results.verdict("Z01", element), STANDARD))
    expected = 0 if element in REACH else len(project.table(there["layer"]))
    assert there["features"] == expected
    assert "请核对" in zh
    assert "check this" in en
    empty = apply(town(), SetNotApplicable("Z01", element, REASON), lambda name: pytest.fail(name))
    nothing = study(empty, STANDARD, PROFILE)
    assert open_cells(empty, nothing)["Z01", element]["there"] == {
        "layer": there["layer"], "loaded": False, "features": 0,
    }  # fmt: skip
    assert "请核对" not in said(verdict_sentence(nothing.verdict("Z01", element), STANDARD))[0]


def test_a_walk_names_the_gate_that_it_leaves_by() -> None:
    project = services(9, NINE_KINDS[0])
    gates = layer_from(
        "entrances", {"E1": shapely.Point(40, 200), "E2": shapely.Point(0, 900)}, compound_id="C0"
    )
    gated = replace(project, tables={**project.tables, "entrances": gates})
    results = study(gated, STANDARD, PROFILE)
    element = next(e for e, kind in REACH.items() if kind == NINE_KINDS[0])
    walk = open_cells(gated, results)["Z01", element]["nearest"]
    assert (walk["unit"], walk["entrance"], walk["distance_m"]) == ("compounds/C0", "E1", 190.0)
