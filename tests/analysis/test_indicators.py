"""三合 and 三整 against definitions counted by hand and by brute force."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import layer_from, project_of, roads_from
from scored_town import STANDARD

from gis_planner.analysis.indicators import count_functions, measure_layers
from gis_planner.analysis.survey import Indicator
from gis_planner.model.project import Project, Source
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame

HERE = shapely.box(0, 0, 100, 100)
ELSEWHERE = shapely.box(1000, 1000, 1100, 1100)


def measure(element: str, *, footprint: Any = HERE, rules: Rules | None = None, **tables: Frame) -> Indicator:
    project = replace(project_of(**tables), complete=frozenset(tables))
    return measured(project, element, footprint=footprint, rules=rules)


def measured(
    project: Project, element: str, *, footprint: Any = HERE, rules: Rules | None = None
) -> Indicator:
    footprints = np.empty(2, dtype=object)
    footprints[:] = [footprint, ELSEWHERE]
    here, _ = measure_layers(project, STANDARD.element(element), footprints, rules or Rules())
    return here


def points(places: dict[str, tuple[float, float]]) -> dict[str, Any]:
    return {name: shapely.Point(x, y) for name, (x, y) in places.items()}


def many_fine(n: int) -> dict[str, tuple[float, float]]:
    """Places far from each other and from the left half of the footprint."""
    return {f"Z{i:02d}": (60.0, 20.0 * i) for i in range(n)}


@pytest.mark.parametrize(
    ("text", "n"),
    [("照明", 1), ("照明;监控", 2), ("照明、监控，5G", 3), ("照明;照明", 1), ("light + camera", 2), ("street light", 1),
     ("照明和监控", 2), ("3", 3), ("无", 0), ("  ", 0), ("；", 0)],
)  # fmt: skip
def test_functions_are_counted_once_each(text: str, n: int) -> None:
    assert count_functions(text) == n


def test_single_poles_beside_each_other_could_be_merged() -> None:
    poles = layer_from(
        "poles", points({"A": (10, 10), "B": (14, 10), "C": (50, 50)}), kind="light", functions="照明"
    )
    found = measure("KH1", poles=poles)
    assert found.value == pytest.approx(1 / 3)
    assert found.evidence["failing"] == ["A", "B"]


@pytest.mark.parametrize(("apart", "value"), [(4.99, 0.0), (5.0, 0.0), (5.01, 1.0)])
def test_poles_are_neighbours_up_to_five_metres(apart: float, value: float) -> None:
    poles = layer_from(
        "poles", points({"A": (10, 10), "B": (10 + apart, 10)}), kind="light", functions="照明"
    )
    assert measure("KH1", poles=poles).value == value


def test_a_pole_with_two_functions_is_merged_and_still_a_neighbour() -> None:
    poles = layer_from(
        "poles",
        points({"A": (10, 10), "B": (12, 10)}),
        kind="light",
        functions={"A": "照明;监控", "B": "照明"},
    )
    found = measure("KH1", poles=poles)
    assert (found.value, found.evidence["failing"]) == (0.5, ["B"])


def test_a_pole_beyond_the_footprint_is_a_neighbour_but_is_not_counted() -> None:
    poles = layer_from("poles", points({"A": (99, 10), "B": (102, 10)}), kind="light", functions="照明")
    found = measure("KH1", poles=poles)
    assert (found.value, found.evidence["assessed"]) == (0.0, 1)


@pytest.mark.parametrize(("kv", "assessed", "value"), [(10.0, 1, 1.0), (35.0, 1, 1.0), (0.4, 2, 0.0)])
def test_power_poles_of_ten_kilovolts_are_not_mergeable(kv: float, assessed: int, value: float) -> None:
    poles = layer_from(
        "poles",
        points({"A": (10, 10), "B": (12, 10)}),
        kind={"A": "power", "B": "light"},
        functions="一",
        voltage_kv={"A": kv},
    )
    found = measure("KH1", poles=poles)
    assert (found.evidence["assessed"], found.value) == (assessed, value)


def test_an_unknown_pole_leaves_the_count_and_too_many_are_doubted() -> None:
    places = {"A": (10.0, 10.0), "B": (12.0, 10.0), **many_fine(5)}
    functions = {name: None if name == "A" else "照明" for name in places}
    found = measure("KH1", poles=layer_from("poles", points(places), kind="light", functions=functions))
    assert found.doubt is None
    assert (found.evidence["unknown"], found.evidence["assessed"], found.evidence["good"]) == (1, 6, 5)
    functions["Z00"] = None
    found = measure("KH1", poles=layer_from("poles", points(places), kind="light", functions=functions))
    assert found.doubt == {
        "code": "attribute",
        "layer": "poles",
        "attribute": "functions",
        "empty_share": round(2 / 7, 9),
        "limit": 0.2,
    }


def test_a_power_pole_of_unknown_voltage_is_unknown_and_makes_its_neighbour_unknown() -> None:
    places = {"A": (10.0, 10.0), "B": (12.0, 10.0), **many_fine(5)}
    kinds = {name: "power" if name == "A" else "light" for name in places}
    found = measure("KH1", poles=layer_from("poles", points(places), kind=kinds, functions="照明"))
    assert (found.evidence["unknown"], found.evidence["assessed"], found.value) == (2, 5, 1.0)


def test_power_boxes_merge_with_power_only() -> None:
    places = points({"A": (10, 10), "B": (15, 10), "C": (50, 50), "D": (55, 50)})
    kinds = {"A": "power", "B": "telecom", "C": "tv", "D": "telecom"}
    found = measure("KH2", boxes=layer_from("boxes", places, kind=kinds, combined=False))
    assert (found.value, found.evidence["failing"]) == (0.5, ["C", "D"])
    both = measure("KH2", boxes=layer_from("boxes", places, kind="power", combined=False))
    assert both.value == 0.0
    merged = measure("KH2", boxes=layer_from("boxes", places, kind="power", combined=True))
    assert merged.value == 1.0


@pytest.mark.parametrize(("apart", "value"), [(10.0, 0.0), (10.01, 1.0)])
def test_boxes_are_neighbours_up_to_ten_metres(apart: float, value: float) -> None:
    boxes = layer_from("boxes", points({"A": (10, 10), "B": (10 + apart, 10)}), kind="tv", combined=False)
    assert measure("KH2", boxes=boxes).value == value


def test_boxes_are_also_told_for_a_hundred_metres_of_street() -> None:
    boxes = layer_from(
        "boxes", points({"A": (10, 10), "B": (50, 10), "C": (90, 10)}), kind="tv", combined=False
    )
    assert "boxes_per_100m" not in measure("KH2", boxes=boxes).evidence
    streets = roads_from(
        {"R1": [(-50, 50), (100, 50)], "R2": [(0, 0), (0.5, 0)]}, **{"class": {"R1": "branch", "R2": "steps"}}
    )
    assert measure("KH2", boxes=boxes, roads=streets).evidence["boxes_per_100m"] == 3.0


def test_networks_are_merged_where_they_share_a_duct_or_tray() -> None:
    lines = {f"T{n}": shapely.LineString([(10, 10 * n + 5), (30, 10 * n + 5)]) for n in range(5)}
    laying = {"T0": "duct", "T1": "tray", "T2": "buried", "T3": "overhead", "T4": "duct"}
    shared = {"T0": True, "T1": True, "T2": True, "T3": False, "T4": False}
    found = measure(
        "KH3", telecom_lines=layer_from("telecom_lines", lines, kind="cable", laying=laying, shared=shared)
    )
    assert (found.value, found.evidence["good"], found.evidence["assessed"]) == (0.4, 40.0, 100.0)
    assert found.evidence["overhead_m"] == 20.0
    assert found.evidence["failing"] == [{"id": f"T{n}", "length_m": 20.0} for n in (2, 3, 4)]


def test_a_line_counts_as_far_as_it_lies_in_the_footprint() -> None:
    lines = {"T1": shapely.LineString([(-300, 10), (50, 10)]), "T2": shapely.LineString([(0, 20), (100, 20)])}
    shared = {"T1": True, "T2": False}
    found = measure("KH3", telecom_lines=layer_from("telecom_lines", lines, laying="duct", shared=shared))
    assert (found.evidence["good"], found.evidence["assessed"]) == (50.0, 150.0)


def test_a_street_along_the_edge_counts_half_wherever_its_last_bit_lies() -> None:
    """It crosses the upper edge too; what runs on beyond the corner does not count."""
    for off in (-1e-9, 0.0, 1e-9, 0.05):
        lines = {"R1": [(100 + off, -40), (100 + off, 90), (50, 90), (50, 130)], "R2": [(10, 0), (10, 100)]}
        table = roads_from(lines, condition={"R1": "poor", "R2": "good"}, **{"class": "branch"})
        found = measure("KZ2", roads=table)
        assert found.evidence["good"] == 100.0
        assert found.evidence["assessed"] == pytest.approx(100 + 45 + 50 + 10, abs=0.3)


def test_a_street_between_two_footprints_counts_once_in_all() -> None:
    table = roads_from({"R": [(100, 0), (100, 100)]}, condition="good", **{"class": "branch"})
    project = replace(project_of(roads=table), complete=frozenset({"roads"}))
    two = np.array([HERE, shapely.box(100, 0, 200, 100)], dtype=object)
    found = measure_layers(project, STANDARD.element("KZ2"), two, Rules())
    assert [one.evidence["assessed"] for one in found] == [50.0, 50.0]


def test_emptiness_of_lines_is_measured_by_length() -> None:
    lines = {"T1": shapely.LineString([(0, 10), (79, 10)]), "T2": shapely.LineString([(79, 10), (100, 10)])}
    table = layer_from("telecom_lines", lines, laying="duct", shared={"T1": True})
    assert (measure("KH3", telecom_lines=table).doubt or {})["code"] == "attribute"
    assert measure("KH3", telecom_lines=table, rules=Rules().with_value("null_share_max", 0.21)).value == 1.0


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        ({"sign_ok": True, "outside_trading": False, "illegal_ad": False}, 1.0),
        ({"sign_ok": False, "outside_trading": False, "illegal_ad": False}, 0.0),
        ({"sign_ok": True, "outside_trading": True, "illegal_ad": False}, 0.0),
        ({"sign_ok": True, "outside_trading": False, "illegal_ad": True}, 0.0),
    ],
)
def test_a_shopfront_is_orderly_in_all_three_respects(facts: dict[str, bool], value: float) -> None:
    assert measure("KZ1", shopfronts=layer_from("shopfronts", points({"S": (1, 1)}), **facts)).value == value


def test_a_shopfront_that_is_known_to_fail_needs_no_further_facts() -> None:
    places = points({"A": (1, 1), **many_fine(5)})
    signs = {name: name != "A" for name in places}
    table = layer_from(
        "shopfronts",
        places,
        sign_ok=signs,
        illegal_ad=False,
        outside_trading={n: None if n == "A" else False for n in places},
    )
    found = measure("KZ1", shopfronts=table)
    assert (found.evidence["assessed"], found.evidence["unknown"], found.evidence["failing"]) == (6, 0, ["A"])


def test_roads_are_even_by_condition_or_by_pci() -> None:
    lines = {f"R{n}": [(0, 10 * n + 5), (100, 10 * n + 5)] for n in range(6)}
    condition = {"R0": "good", "R1": "fair", "R2": "poor", "R4": "good"}
    pci = {"R1": 80.0, "R2": 79.9, "R3": 90.0, "R4": 60.0}
    classes = {"R5": "footpath"}
    table = roads_from(lines, condition=condition, pci=pci, **{"class": classes})
    found = measure("KZ2", roads=table)
    assert (found.evidence["good"], found.evidence["assessed"]) == (400.0, 500.0)
    assert found.evidence["failing"] == [{"id": "R2", "length_m": 100.0}]
    assert measure("KZ2", roads=table, rules=Rules().with_value("pci_min", 75)).value == 1.0


@settings(deadline=None, max_examples=60)
@given(
    places=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=15),
    numbers=st.lists(st.integers(1, 2), min_size=15, max_size=15),
    kinds=st.lists(st.sampled_from(["light", "traffic", "power"]), min_size=15, max_size=15),
)
def test_merging_equals_brute_force(
    places: list[tuple[int, int]], numbers: list[int], kinds: list[str]
) -> None:
    names = [f"G{i:02d}" for i in range(len(places))]
    at = dict(zip(names, places, strict=True))
    number = dict(zip(names, numbers, strict=False))
    kind = dict(zip(names, kinds, strict=False))
    table = layer_from("poles", points({n: (float(x), float(y)) for n, (x, y) in at.items()}), kind=kind,
                       functions={n: str(number[n]) for n in names}, voltage_kv=10.0)  # fmt: skip
    mergeable = [n for n in names if kind[n] != "power"]
    failing = [
        n for n in mergeable
        if number[n] < 2 and any(m != n and math.dist(at[m], at[n]) <= 5 for m in mergeable)
    ]  # fmt: skip
    found = measure("KH1", poles=table)
    if not mergeable:
        assert (found.doubt or {})["code"] == "nothing"
    else:
        assert found.evidence["failing"] == failing
        assert found.value == (len(mergeable) - len(failing)) / len(mergeable)


def test_evidence_lists_a_part_of_many_and_counts_them_all() -> None:
    places = {f"G{n:03d}": (n % 20 * 5.0, n // 20 * 5.0) for n in range(300)}
    found = measure("KH1", poles=layer_from("poles", points(places), kind="light", functions="照明"))
    assert (len(found.evidence["failing"]), found.evidence["failing_count"]) == (200, 300)


def test_sources_and_the_declaration_stand_in_the_evidence() -> None:
    poles = layer_from("poles", points({"A": (10, 10)}), kind="light", functions="照明")
    source = Source(
        "poles", "fill", "poles.csv", "0" * 64, "", "CSV", "", "", "utf-8", {}, 1, "import_1", "2024-05-01"
    )
    project = replace(project_of(poles=poles), complete=frozenset({"poles"}), sources=(source,))
    evidence = measured(project, "KH1").evidence
    assert evidence["sources"] == [{"layer": "poles", "file": "poles.csv", "data_date": "2024-05-01"}]
    assert evidence["declared"] == ["poles"]
    assert evidence["cover"] == {"poles": 1.0}
