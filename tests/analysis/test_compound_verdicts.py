"""The thirteen elements of compounds: each can come to each status, and what nobody recorded is never a no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest
import shapely
from maps import facilities_from, layer_from, project_of, roads_from
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.member_indicators import measure_members
from gis_planner.analysis.scoring import judge_all, measure_elements
from gis_planner.analysis.sentences import verdict_sentence
from gis_planner.analysis.units import list_units
from gis_planner.io.read_standard import read_standard
from gis_planner.messages import load_catalogue
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.standard import STATUSES, Verdict
from gis_planner.model.tables import Frame

PACK = read_standard("sanru_sitong_siyou_liangzheng")
RED_LINE = shapely.box(0, 0, 1000, 1000)
SERVICES = {"ST1": "has_water", "ST2": "has_power", "ST3": "has_gas", "ST4": "has_heat"}
TENTHS = {
    **{f"SR{n}": {"pass": 10, "partial": 9, "fail": 8} for n in (1, 2, 3)},
    **{element: {"pass": 10, "partial": 9, "fail": 7} for element in SERVICES},
    "SY1": {"pass": 10, "partial": 10, "fail": 0},
    "SY2": {"pass": 10, "partial": 8, "fail": 7},
    "SY3": {"pass": 9, "partial": 7, "fail": 6},
    "SY4": {"pass": 9, "partial": 7, "fail": 6},
    "SZ1": {"pass": 10, "partial": 9, "fail": 8},
    "SZ2": {"pass": 10, "partial": 9, "fail": 8},
}
CASES = [(e.id, status) for e in PACK.elements for status in STATUSES if (e.id, status) != ("SY1", "partial")]


@dataclass(frozen=True)
class Place:
    """A compound as far as scoring asks for it."""

    id: str
    compounds: tuple[str, ...]
    footprint: BaseGeometry


def compound(households: int | None = 100, **columns: Any) -> Frame:
    return layer_from("compounds", {"C1": RED_LINE}, name="东关院", households=households, **columns)


def buildings(**columns: Any) -> Frame:
    """Ten buildings of ten households in the compound."""
    shapes = {f"B{n}": shapely.box(20 + 90 * n, 600, 80 + 90 * n, 660) for n in range(10)}
    return layer_from("buildings", shapes, compound_id="C1", households=10, **columns)


def faults(**rows: Mapping[str, Any]) -> Frame:
    """Faults at places without anything, unless their columns say what they touch."""
    shapes = {name: shapely.Point(500, 50) for name in rows}
    columns = {
        column: {name: row.get(column) for name, row in rows.items()}
        for column in ("kind", "status", "compound_id", "building_id")
    }
    return layer_from("faults", shapes, **columns)


def town(*, complete: frozenset[str] | None = None, **tables: Frame) -> Project:
    base = project_of(**{"compounds": compound(), **tables})
    return replace(base, complete=frozenset(base.loaded) if complete is None else complete)


def walks(project: Project, distances: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Coverage of every unit and both kinds, by unit and kind; what is not named lies beyond the search."""
    units, _ = list_units(project)
    rows = []
    for unit in units["unit_id"]:
        for kind in ("fitness", "waste"):
            metres = distances.get(kind, {}).get(unit)
            rows.append({
                "unit_id": unit, "kind": kind, "distance_m": float("nan") if metres is None else metres,
                "facility_id": None if metres is None else f"F_{kind}", "minutes": float("nan"),
                "reached": metres is not None and metres <= 1000,
                "reason": "beyond_search" if metres is None else "served" if metres <= 1000 else "beyond_limit",
            })  # fmt: skip
    return pd.DataFrame(rows)


def judged(
    project: Project, coverage: pd.DataFrame | None = None, *, rules: Rules | None = None
) -> dict[str, Verdict]:
    units, _ = list_units(project)
    found = walks(project, {}) if coverage is None else coverage
    places = [Place("C1", ("C1",), RED_LINE)]
    measured = measure_elements(project, PACK, places, units, found, None, rules or Rules())
    verdicts, _ = judge_all(project, PACK, measured, rules or Rules())
    assert [v.element for v in verdicts] == [e.id for e in PACK.elements]
    return {v.element: v for v in verdicts}


def lines(name: str, good: int, **columns: Any) -> Frame:
    shapes = {f"L{n}": shapely.LineString([(100, 50 + n), (200, 50 + n)]) for n in range(10)}
    laying = {f"L{n}": ("buried", "duct", "tray")[n % 3] if n < good else "overhead" for n in range(10)}
    return layer_from(name, shapes, laying=laying, **columns)


def gates() -> Frame:
    return layer_from(
        "entrances",
        {f"E{n}": shapely.Point(50 * n + 20, 0) for n in range(10)},
        compound_id="C1",
        status="open",
    )


def cameras(good: int) -> Frame:
    """A camera at every gate, `good` of which work."""
    shapes = {f"V{n}": shapely.Point(50 * n + 22, 3) for n in range(10)}
    return layer_from("cameras", shapes, working={f"V{n}": n < good for n in range(10)})


def drive(element: str, status: str) -> tuple[Project, pd.DataFrame | None]:
    """Build data that bring one element to a status."""
    if status == "not_assessed":
        return town(), None
    tenths = TENTHS[element][status]
    if element in ("SR1", "SR2", "SR3"):
        name = "power_lines" if element == "SR1" else "telecom_lines"
        kind = {"SR1": {"voltage_kv": 0.4}, "SR2": {"kind": "network"}, "SR3": {"kind": "cable"}}[element]
        return town(**{name: lines(name, tenths, **kind)}), None
    if element in SERVICES:
        said = {f"B{n}": n < tenths for n in range(10)}
        return town(buildings=buildings(**{SERVICES[element]: said}), faults=faults()), None
    if element == "SY1":
        table = compound(
            property_mode="社区保障性物业" if tenths else "无物业", property_agreement="2024-05-01"
        )
        return town(compounds=table), None
    if element == "SY2":
        return town(entrances=gates(), cameras=cameras(tenths)), None
    if element in ("SY3", "SY4"):
        kind, limit_m = ("fitness", 300.0) if element == "SY3" else ("waste", 100.0)
        project = town(
            buildings=buildings(),
            facilities=facilities_from({"F": (kind, 500.0, 500.0)}),
            roads=roads_from({"R": [(0, 0), (900, 0)]}),
        )
        near = {f"buildings/B{n}": limit_m if n < tenths else limit_m + 0.5 for n in range(10)}
        return project, walks(project, {kind: near})
    at = 100.0 * tenths
    parts = {name: line for name, line in {"A": (0.0, at), "B": (at, 1000.0)}.items() if line[0] != line[1]}
    condition = {"A": "good", "B": "poor"}
    if element == "SZ1":
        drawn = {name: [(start, 200), (stop, 200)] for name, (start, stop) in parts.items()}
        return town(roads=roads_from(drawn, **{"class": "lane"}, condition=condition)), None
    shapes = {n: shapely.LineString([(start, 200), (stop, 200)]) for n, (start, stop) in parts.items()}
    return town(kerbs=layer_from("kerbs", shapes, condition=condition)), None


@pytest.mark.parametrize(("element", "status"), CASES)
def test_every_element_can_come_to_every_status(element: str, status: str) -> None:
    project, coverage = drive(element, "fail" if status == "not_applicable" else status)
    if status == "not_applicable":
        project = replace(project, compounds_not_applicable={("C1", element): "没有"})
    verdict = judged(project, coverage)[element]
    assert verdict.status == status, verdict
    assert verdict.subject == "compound"
    if status in ("pass", "partial", "fail"):
        assert verdict.value == pytest.approx(TENTHS[element][status] / 10)
    else:
        assert verdict.value is None
    for language in ("zh", "en"):
        said = load_catalogue().text(verdict_sentence(verdict, PACK), language)
        assert said
        assert not [word for word in ("{", "组团", "cluster") if word in said], (
            "it is a compound that is judged"
        )


def test_a_reason_for_a_cluster_of_the_same_id_says_nothing_about_the_compound() -> None:
    project = replace(town(), not_applicable={("C1", "ST3"): "不涉及"})
    assert judged(project)["ST3"].status == "not_assessed"


# --- services


def test_a_connection_that_is_not_on_record_is_unknown() -> None:
    pipes = layer_from("pipelines", {"L1": shapely.LineString([(0, 500), (1000, 500)])}, kind="water")
    found = judged(town(buildings=buildings(), faults=faults(), pipelines=pipes))
    for element, column in SERVICES.items():
        assert found[element].status == "not_assessed"
        assert found[element].evidence["doubt"]["attribute"] == column


def test_a_building_speaks_before_its_compound() -> None:
    table = buildings(has_water={"B0": False, "B1": False})
    project = town(compounds=compound(has_water=True), buildings=table, faults=faults())
    verdict = judged(project)["ST1"]
    assert (verdict.evidence["good"], verdict.evidence["assessed"]) == (80, 100)
    assert verdict.evidence["failing"] == ["buildings/B0", "buildings/B1"]


@pytest.mark.parametrize(
    ("row", "good", "unknown"),
    [
        ({"kind": "water", "status": "open", "building_id": "B3"}, 90, 0),
        ({"kind": "water", "status": "fixed", "building_id": "B3"}, 100, 0),
        ({"kind": "gas", "status": "open", "building_id": "B3"}, 100, 0),
        ({"kind": "water", "status": "open", "compound_id": "C1"}, 0, 0),
        ({"kind": "water", "status": "open"}, 0, 0),
        ({"kind": "water", "status": None, "building_id": "B3"}, 90, 10),
        ({"kind": None, "status": "open", "building_id": "B3"}, 90, 10),
    ],
)
def test_a_fault_touches_what_it_names_or_lies_in(row: dict[str, Any], good: int, unknown: int) -> None:
    project = town(buildings=buildings(has_water=True), faults=faults(Q1=row))
    evidence = judged(project)["ST1"].evidence
    assert (evidence["good"], evidence["unknown"]) == (good, unknown)


def test_how_many_a_faulty_building_holds_is_not_guessed() -> None:
    table = buildings(has_water=True).assign(households=pd.array([None] * 10, dtype="Int64"))
    fault = {"kind": "water", "status": "open", "building_id": "B3"}
    verdict = judged(town(buildings=table, faults=faults(Q1=fault)))["ST1"]
    assert verdict.status == "not_assessed"
    assert verdict.evidence["unknown"] == 100


def test_without_a_survey_of_faults_nothing_is_said_to_work() -> None:
    project = town(buildings=buildings(has_water=True))
    assert judged(project)["ST1"].evidence["doubt"] == {"code": "not_loaded", "layer": "faults"}
    empty = town(buildings=buildings(has_water=True), faults=faults(), complete=frozenset())
    assert judged(empty)["ST1"].evidence["doubt"] == {"code": "empty", "layer": "faults"}


# --- management, gates, lines


@pytest.mark.parametrize(
    ("mode", "agreement", "status"),
    [
        ("市场化物业", "2023-01-01", "pass"),
        ("业主自治", "2023", "pass"),
        ("市场化物业", None, "not_assessed"),
        ("市场化物业", "未签", "fail"),
        ("弃管", None, "fail"),
        ("无物业", "2023-01-01", "fail"),
        (None, "2023-01-01", "not_assessed"),
        ("单位代管", "2023-01-01", "not_assessed"),
    ],
)
def test_management_needs_a_mode_and_an_agreement(
    mode: str | None, agreement: str | None, status: str
) -> None:
    table = compound(property_mode=mode, property_agreement=agreement)
    verdict = judged(town(compounds=table))["SY1"]
    assert verdict.status == status
    if mode == "单位代管":
        assert verdict.evidence["doubt"]["code"] == "unread"
        assert "单位代管" in load_catalogue().text(verdict_sentence(verdict, PACK), "zh")


def test_a_camera_watches_the_gate_that_it_names_wherever_it_hangs() -> None:
    far = layer_from("cameras", {"V1": shapely.Point(900, 900)}, entrance_id="E4", working=True)
    evidence = judged(town(entrances=gates(), cameras=far))["SY2"].evidence
    assert (evidence["good"], evidence["assessed"]) == (1, 10)


def test_a_gate_that_is_closed_for_good_needs_no_camera() -> None:
    open_gates = gates().assign(status=["closed"] * 5 + ["open"] * 5)
    evidence = judged(town(entrances=open_gates, cameras=cameras(10)))["SY2"].evidence
    assert (evidence["good"], evidence["assessed"]) == (5, 5)


def test_lines_of_another_kind_or_voltage_do_not_count() -> None:
    table = lines("power_lines", 5, voltage_kv={f"L{n}": 0.4 if n < 5 else 10.0 for n in range(10)})
    verdict = judged(town(power_lines=table))["SR1"]
    assert (verdict.status, verdict.evidence["assessed"]) == ("pass", 500)
    mixed = lines("telecom_lines", 5, kind={f"L{n}": "network" if n < 5 else "telephone" for n in range(10)})
    found = judged(town(telecom_lines=mixed))
    assert (found["SR2"].status, found["SR3"].status) == ("pass", "fail")


# --- walks by an element's own limit


def test_what_was_not_looked_for_that_far_is_unknown() -> None:
    project, coverage = drive("SY3", "pass")
    rules = Rules().with_value("limit_m", 200).with_value("search_max_m", 200)
    assert coverage is not None
    unknown = coverage.assign(distance_m=float("nan"), reached=False, reason="beyond_search")
    assert judged(project, unknown, rules=rules)["SY3"].status == "not_assessed"
    assert judged(project, unknown, rules=rules)["SY4"].status == "fail", "100 m were looked for"
    known = judged(project, unknown, rules=Rules())["SY3"]
    assert (known.status, known.value) == ("fail", 0.0)


def test_an_element_is_measured_by_its_own_limit_not_by_that_of_the_rules() -> None:
    project, coverage = drive("SY3", "partial")
    evidence = judged(project, coverage, rules=Rules().with_value("limit_m", 50))["SY3"].evidence
    assert evidence["limit_m"] == 300
    assert (evidence["reached_households"], evidence["households"]) == (70, 100)
    assert {row["reason"] for row in evidence["unserved"]} == {"beyond_limit"}


# --- what only a person can judge


def test_what_data_cannot_tell_is_left_to_a_person() -> None:
    pack = read_standard("wanzheng_juzhu_shequ")
    left = [e.id for e in pack.elements if e.metric == "needs_person"]
    project = town()
    units, _ = list_units(project)
    places = [Place("Z01", ("C1",), RED_LINE)]
    measured = measure_elements(project, pack, places, units, walks(project, {}), None, Rules())
    verdicts, _ = judge_all(project, pack, measured, Rules())
    for verdict in verdicts:
        if verdict.element in left:
            assert (verdict.status, verdict.evidence["doubt"]["code"]) == ("not_assessed", "needs_person")
            assert "须由人核定" in load_catalogue().text(verdict_sentence(verdict, pack), "zh")
    assert (len(left), len(verdicts)) == (10, 20)


def test_a_cluster_is_managed_as_far_as_its_compounds_are() -> None:
    pack = read_standard("wanzheng_juzhu_shequ")
    element = next(e for e in pack.elements if e.metric == "attribute_share")
    shapes = {f"C{n}": shapely.box(n * 100, 0, n * 100 + 90, 90) for n in range(5)}
    modes = {"C0": "市场化物业", "C1": "社区托管", "C2": "弃管", "C3": "市场化物业", "C4": None}
    project = project_of(compounds=layer_from("compounds", shapes, property_mode=modes))
    units, _ = list_units(project)
    place = Place("Z01", tuple(shapes), shapely.box(0, 0, 500, 90))
    (found,) = measure_members(project, element, [place], units, Rules())
    assert (found.value, found.doubt) == (0.75, None)
    assert found.evidence["failing"] == ["C2"]


def test_the_columns_that_say_a_service_is_connected_are_declared_alike() -> None:
    for name in ("compounds", "buildings"):
        assert {layer(name).column(column).type for column in SERVICES.values()} == {"bool"}
