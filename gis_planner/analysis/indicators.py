"""三合, 三整 and 三入: figures from poles, boxes, lines, shopfronts and roads inside a footprint.

Every feature is in order, not in order, or unknown; an unknown one leaves the count and is never taken as
failing. Where a needed attribute is empty on more than the rules allow, the whole figure is doubted. A cluster with
none of the features that an element is about has no figure: whether it 不涉及 is for a person to say.

Definitions: policy brief 4.2; the documents (洛宁方案 二(四)) name the elements only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.kerbs import measure_kerbs
from gis_planner.analysis.survey import Indicator, Survey, first_doubt, list_sources, survey_layer
from gis_planner.analysis.three_valued import (
    LISTED_MAX,
    NO,
    UNKNOWN,
    YES,
    State,
    all_of,
    inside,
    inverted,
    lengths_inside,
    measured_doubt,
    metres_of,
    missing,
    objects,
    states,
)
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Element
from gis_planner.model.tables import bools, floats, geometries, ids, texts

_FUNCTION_SEPARATORS = re.compile(r"[;；,，、/|+＋&和与及]+")


def measure_layers(
    project: Project, element: Element, footprints: NDArray[Any], rules: Rules
) -> list[Indicator]:
    """Measure one element that lies in layers (三合, 三整, 三入, 两整) in every footprint, in their order."""
    surveys = [
        survey_layer(project, layer, footprints, margin_m=element.params["cover_margin_m"])
        for layer in element.layers
    ]
    if any(survey.state != "given" for survey in surveys):
        found = [Indicator(None, None, {})] * len(footprints)
    else:
        found = _MEASURES[element.metric](project, element, footprints, rules)
    sources = list_sources(project, element.layers)
    return [_doubted(one, surveys, row, rules, sources) for row, one in enumerate(found)]


def _doubted(
    found: Indicator, surveys: list[Survey], row: int, rules: Rules, sources: list[dict[str, str]]
) -> Indicator:
    """Let doubts about the survey come before those about what was measured in it."""
    doubt = first_doubt(survey.doubt(row, rules.layer_cover_min) for survey in surveys)
    cover = {survey.layer: round(float(survey.cover[row]), 4) for survey in surveys}
    declared = sorted(survey.layer for survey in surveys if survey.declared)
    evidence = {**found.evidence, "cover": cover, "declared": declared, "sources": sources}
    return Indicator(found.value, doubt or found.doubt, evidence)


# --- features that are counted


def _measure_poles(
    project: Project, element: Element, footprints: NDArray[Any], rules: Rules
) -> list[Indicator]:
    """KH1: mergeable poles that carry two functions or stand alone / mergeable poles."""
    poles = project.table("poles")
    kinds = objects(texts(poles, "kind"))
    volts = floats(poles, "voltage_kv")
    functions = texts(poles, "functions")
    is_power = kinds == "power"
    no_voltage = is_power & np.isnan(volts)
    high = is_power & (volts >= element.params["power_kv_min"])
    mergeable = np.where(missing(kinds) | no_voltage, UNKNOWN, np.where(high, NO, YES)).astype(np.int8)
    combined = states([None if text is None else count_functions(text) >= 2 for text in functions])

    first, second = _close_pairs(geometries(poles), element.params["radius_m"])
    beside = _any_neighbour(first, mergeable[second], len(poles))
    state = np.where(mergeable == UNKNOWN, UNKNOWN, _merged(combined, beside)).astype(np.int8)
    empty = {
        "kind": missing(kinds),
        "voltage_kv": no_voltage,
        "functions": np.array([text is None for text in functions], dtype=bool),
    }
    return _count(project, "poles", footprints, state, mergeable != NO, empty, rules)


def _measure_boxes(
    project: Project, element: Element, footprints: NDArray[Any], rules: Rules
) -> list[Indicator]:
    """KH2: cabinets that are combined or stand alone / cabinets; power merges with power only."""
    boxes = project.table("boxes")
    kinds = objects(texts(boxes, "kind"))
    combined = states(bools(boxes, "combined"))
    unknown, is_power = missing(kinds), kinds == "power"

    first, second = _close_pairs(geometries(boxes), element.params["radius_m"])
    either_unknown = unknown[first] | unknown[second]
    mergeable = np.where(either_unknown, UNKNOWN, (is_power[first] == is_power[second]).astype(np.int8))
    beside = _any_neighbour(first, mergeable.astype(np.int8), len(boxes))
    empty = {"kind": unknown, "combined": combined == UNKNOWN}
    counted = np.ones(len(boxes), dtype=bool)
    found = _count(project, "boxes", footprints, _merged(combined, beside), counted, empty, rules)
    if "roads" not in project.loaded:
        return found
    street_m = _street_length(project, footprints)
    return [_with_density(one, float(metres)) for one, metres in zip(found, street_m, strict=True)]


def _measure_shops(
    project: Project, element: Element, footprints: NDArray[Any], rules: Rules
) -> list[Indicator]:
    """KZ1: shopfronts in order in all three respects / surveyed shopfronts."""
    shops = project.table("shopfronts")
    respects = {
        "sign_ok": states(bools(shops, "sign_ok")),
        "outside_trading": inverted(states(bools(shops, "outside_trading"))),
        "illegal_ad": inverted(states(bools(shops, "illegal_ad"))),
    }
    state = all_of(list(respects.values()))
    empty = {name: respect == UNKNOWN for name, respect in respects.items()}
    counted = np.ones(len(shops), dtype=bool)
    return _count(project, "shopfronts", footprints, state, counted, empty, rules)


def count_functions(text: str) -> int:
    """Count the different functions that a pole's text names (照明;监控 is two); a bare number is the count itself."""
    clean = text.strip()
    if clean.isdecimal():
        return int(clean)
    named = {part.strip().casefold() for part in _FUNCTION_SEPARATORS.split(clean)}
    return len(named - {"", "无", "none"})


def _close_pairs(points: NDArray[Any], radius_m: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find all ordered pairs of different features within a radius."""
    if len(points) == 0:
        nobody = np.empty(0, dtype=np.int64)
        return nobody, nobody
    first, second = shapely.STRtree(points).query(points, predicate="dwithin", distance=radius_m)
    different = first != second
    return first[different], second[different]


def _any_neighbour(first: NDArray[np.int64], mergeable: State, n: int) -> State:
    """Tell for each feature whether some neighbour is mergeable: YES, NO, or UNKNOWN when one only may be."""
    beside = np.full(n, NO, dtype=np.int8)
    beside[first[mergeable == UNKNOWN]] = UNKNOWN
    beside[first[mergeable == YES]] = YES
    return beside


def _merged(combined: State, beside: State) -> State:
    """In order when combined or alone, not in order when single beside another, else unknown."""
    in_order = (combined == YES) | (beside == NO)
    not_in_order = (combined == NO) & (beside == YES)
    return np.where(in_order, YES, np.where(not_in_order, NO, UNKNOWN)).astype(np.int8)


def _count(
    project: Project,
    layer: str,
    footprints: NDArray[Any],
    state: State,
    counted: NDArray[np.bool_],
    empty: Mapping[str, NDArray[np.bool_]],
    rules: Rules,
) -> list[Indicator]:
    """Count what is in order among the counted features that stand in each footprint."""
    table = project.table(layer)
    names = np.array(ids(table), dtype=object)
    places = shapely.point_on_surface(geometries(table))
    cluster, feature = inside(footprints, places)
    found = []
    for row in range(len(footprints)):
        here = feature[cluster == row]
        here = here[counted[here]]
        good = int((state[here] == YES).sum())
        assessed = good + int((state[here] == NO).sum())
        failing = sorted(names[here[state[here] == NO]].tolist())
        evidence = {
            "unit": "count",
            "good": good,
            "assessed": assessed,
            "unknown": len(here) - assessed,
            "failing": failing[:LISTED_MAX],
            "failing_count": len(failing),
        }
        shares = {name: float(mask[here].mean()) for name, mask in empty.items()} if len(here) else {}
        doubt = measured_doubt(layer, len(here), assessed, shares, rules)
        found.append(Indicator(good / assessed if assessed else None, doubt, evidence))
    return found


def _with_density(found: Indicator, street_m: float) -> Indicator:
    boxes = found.evidence["assessed"] + found.evidence["unknown"]
    density = round(boxes / street_m * 100, 2) if street_m > 0 else None
    return Indicator(
        found.value, found.doubt, {**found.evidence, "street_m": street_m, "boxes_per_100m": density}
    )


# --- features that are measured by length


def _measure_lines(
    project: Project, element: Element, footprints: NDArray[Any], rules: Rules
) -> list[Indicator]:
    """KH3: telecom, TV and network lines in a shared duct or tray / all such lines, by length."""
    lines = project.table("telecom_lines")
    laying = objects(texts(lines, "laying"))
    concealed = np.where(missing(laying), UNKNOWN, np.isin(laying, ("duct", "tray"))).astype(np.int8)
    shared = states(bools(lines, "shared"))
    empty = {"laying": concealed == UNKNOWN, "shared": shared == UNKNOWN}
    counted = np.ones(len(lines), dtype=bool)
    aside = {"overhead_m": laying == "overhead"}
    state = all_of([concealed, shared])
    return _sum_lengths(project, "telecom_lines", footprints, state, counted, empty, rules, aside)


def _measure_roads(
    project: Project, element: Element, footprints: NDArray[Any], rules: Rules
) -> list[Indicator]:
    """KZ2: carriageways in good condition or with enough PCI / carriageways that were rated, by length."""
    roads = project.table("roads")
    condition = objects(texts(roads, "condition"))
    pci = floats(roads, "pci")
    unrated = missing(condition) & np.isnan(pci)
    good = (condition == "good") | (pci >= rules.pci_min)
    state = np.where(unrated, UNKNOWN, np.where(good, YES, NO)).astype(np.int8)
    return _sum_lengths(
        project, "roads", footprints, state, _carriageways(project), {"condition": unrated}, rules, {}
    )


def _carriageways(project: Project) -> NDArray[np.bool_]:
    classes = objects(texts(project.table("roads"), "class"))
    return ~np.isin(classes, ("footpath", "steps"))


def _street_length(project: Project, footprints: NDArray[Any]) -> NDArray[np.float64]:
    lines = geometries(project.table("roads"))[_carriageways(project)]
    cluster, _, length = lengths_inside(footprints, lines)
    return np.round(np.bincount(cluster, weights=length, minlength=len(footprints)), 3)


def _sum_lengths(
    project: Project,
    layer: str,
    footprints: NDArray[Any],
    state: State,
    counted: NDArray[np.bool_],
    empty: Mapping[str, NDArray[np.bool_]],
    rules: Rules,
    aside: Mapping[str, NDArray[np.bool_]],
) -> list[Indicator]:
    """Sum the length that is in order among the counted lines inside each footprint."""
    table = project.table(layer)
    names = np.array(ids(table), dtype=object)
    rows = np.flatnonzero(counted)
    cluster, line, length = lengths_inside(footprints, geometries(table)[rows])
    line = rows[line]
    found = []
    for row in range(len(footprints)):
        here, metres = line[cluster == row], length[cluster == row]
        good_m = metres_of(metres[state[here] == YES])
        bad = state[here] == NO
        assessed_m = round(good_m + metres_of(metres[bad]), 3)
        whole_m = metres_of(metres)
        failing = sorted(zip(names[here[bad]].tolist(), metres[bad].tolist(), strict=True))
        evidence: dict[str, Any] = {
            "unit": "metres",
            "good": good_m,
            "assessed": assessed_m,
            "unknown": metres_of(metres[state[here] == UNKNOWN]),
            "failing": [{"id": name, "length_m": round(m, 3)} for name, m in failing[:LISTED_MAX]],
            "failing_count": len(failing),
        }
        evidence |= {name: metres_of(metres[mask[here]]) for name, mask in aside.items()}
        shares = (
            {name: metres_of(metres[mask[here]]) / whole_m for name, mask in empty.items()} if whole_m else {}
        )
        doubt = measured_doubt(layer, whole_m, assessed_m, shares, rules)
        found.append(Indicator(good_m / assessed_m if assessed_m else None, doubt, evidence))
    return found


def _measure_concealed(
    project: Project, element: Element, footprints: NDArray[Any], rules: Rules
) -> list[Indicator]:
    """SR1–3: low-voltage, network or cable lines that are buried, in ducts or in trays / all of them, by length."""
    layer = element.layers[0]
    lines = project.table(layer)
    laying = objects(texts(lines, "laying"))
    if layer == "power_lines":
        volts = floats(lines, "voltage_kv")
        counted, doubtful, column = ~(volts > element.params["voltage_kv_max"]), np.isnan(volts), "voltage_kv"
    else:
        kinds = objects(texts(lines, "kind"))
        doubtful, column = missing(kinds) & bool(element.kinds), "kind"
        counted = np.array([not element.kinds or k is None or k in element.kinds for k in kinds], dtype=bool)
    state = np.where(missing(laying) | doubtful, UNKNOWN, np.where(laying == "overhead", NO, YES)).astype(
        np.int8
    )
    empty = {"laying": missing(laying), column: doubtful}
    aside = {"overhead_m": laying == "overhead"}
    return _sum_lengths(project, layer, footprints, state, counted, empty, rules, aside)


def _measure_kerb_condition(
    project: Project, element: Element, footprints: NDArray[Any], rules: Rules
) -> list[Indicator]:
    """SZ2: kerbs in good order / kerbs that were rated, by length."""
    condition = objects(texts(project.table("kerbs"), "condition"))
    unrated = missing(condition)
    state = np.where(unrated, UNKNOWN, np.where(condition == "good", YES, NO)).astype(np.int8)
    counted = np.ones(len(condition), dtype=bool)
    return _sum_lengths(project, "kerbs", footprints, state, counted, {"condition": unrated}, rules, {})


_MEASURES: Mapping[str, Callable[[Project, Element, NDArray[Any], Rules], list[Indicator]]] = {
    "merged_pole_share": _measure_poles,
    "merged_box_share": _measure_boxes,
    "shared_line_share": _measure_lines,
    "orderly_shop_share": _measure_shops,
    "even_road_share": _measure_roads,
    "neat_kerb_share": measure_kerbs,
    "concealed_line_share": _measure_concealed,
    "good_kerb_share": _measure_kerb_condition,
}
