"""Figures of compounds themselves: whether services work, what the survey table says, whether gates are watched.

A household is served when its building (or, where nothing is recorded of it, its compound) is connected and no open
fault touches it. A fault touches the building that it names or lies in, else the whole compound that it names or lies
in. A connection that is not on record is unknown: a pipe nearby is no proof of it. What a text says that the pack does
not understand is unknown as well, never a no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point

from gis_planner.analysis.entrances import find_gates
from gis_planner.analysis.reach import Placed
from gis_planner.analysis.survey import (
    Doubt,
    Indicator,
    attribute_doubt,
    first_doubt,
    list_sources,
    survey_layer,
)
from gis_planner.analysis.three_valued import (
    LISTED_MAX,
    NO,
    UNKNOWN,
    YES,
    State,
    all_of,
    measured_doubt,
    objects,
    states,
)
from gis_planner.analysis.units import find_homes
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.standard import SERVICES, Element, Wanted
from gis_planner.model.tables import Frame, bools, floats, geometries, ids, rows_by_id, texts


def measure_members(
    project: Project, element: Element, places: Sequence[Placed], units: Frame, rules: Rules
) -> list[Indicator]:
    """Measure one element that is about the compounds of each place, in their order."""
    found = _MEASURES[element.metric](project, element, places, units, rules)
    sources = list_sources(project, element.layers)
    return [
        Indicator(one.value, one.doubt, {**one.evidence, "sources": sources}, one.at_least) for one in found
    ]


# --- services


def _measure_service(
    project: Project, element: Element, places: Sequence[Placed], units: Frame, rules: Rules
) -> list[Indicator]:
    """ST1–4: households that are connected and touched by no open fault / households of which that is known."""
    footprints = np.empty(len(places), dtype=object)
    footprints[:] = [place.footprint for place in places]
    faults = survey_layer(project, "faults", footprints, margin_m=element.params["cover_margin_m"])
    served = _list_served(project, element.service or "", units)
    column = SERVICES[element.service or ""]
    found = []
    for row, place in enumerate(places):
        here = np.array(
            sorted(r for c in place.compounds for r in served.by_compound.get(c, ())), dtype=np.int64
        )
        doubts = [faults.doubt(row, rules.layer_cover_min)]
        one = _sum_households(served, here, column, rules)
        cover = {"faults": round(float(faults.cover[row]), 4)}
        evidence = {**one.evidence, "cover": cover, "declared": ["faults"] if faults.declared else []}
        found.append(
            Indicator(
                one.value if faults.state == "given" else None, first_doubt([*doubts, one.doubt]), evidence
            )
        )
    return found


@dataclass(frozen=True, eq=False)
class _Served:
    """The units whose households count, row-aligned: who, how many, whether connected, whether free of faults."""

    unit: NDArray[Any]
    households: NDArray[np.float64]
    connected: State
    working: State
    by_compound: Mapping[str, Sequence[int]]


def _list_served(project: Project, service: str, units: Frame) -> _Served:
    compounds, buildings = project.table("compounds"), project.table("buildings")
    kinds, homes = texts(units, "unit_type"), texts(units, "compound_id")
    features = [str(f) for f in units["feature_id"]]
    own = {
        "compounds": dict(zip(ids(compounds), bools(compounds, SERVICES[service]), strict=True)),
        "buildings": dict(zip(ids(buildings), bools(buildings, SERVICES[service]), strict=True)),
    }
    inside: dict[str, list[bool | None]] = {}
    for kind, feature, home in zip(kinds, features, homes, strict=True):
        if kind == "buildings" and home is not None:
            inside.setdefault(home, []).append(own["buildings"][feature])
    touched = _find_touched(project, service, units)
    rows: dict[str, list[int]] = {}
    at: list[int] = []
    unit_ids: list[str] = []
    connected: list[bool | None] = []
    working: list[int] = []
    for row, (kind, feature, home, counted) in enumerate(
        zip(kinds, features, homes, units["counted"], strict=True)
    ):
        if home is None or not counted or kind not in own:
            continue
        said = own[kind][feature]
        if said is None:
            said = own["compounds"].get(home) if kind == "buildings" else _together(inside.get(home, ()))
        hit = {touched.get(("compounds", home)), touched.get((kind, feature))}
        hit.add(touched.get(("parts", home)) if kind == "compounds" else None)
        rows.setdefault(home, []).append(len(at))
        at.append(row)
        unit_ids.append(f"{kind}/{feature}")
        connected.append(said)
        working.append(NO if NO in hit else UNKNOWN if UNKNOWN in hit else YES)
    households = floats(units, "households")[np.array(at, dtype=np.int64)]
    return _Served(objects(unit_ids), households, states(connected), np.array(working, dtype=np.int8), rows)


def _together(said: Sequence[bool | None]) -> bool | None:
    """Say of a compound what all of its buildings agree on."""
    return said[0] if said and all(one == said[0] for one in said) else None


def _find_touched(project: Project, service: str, units: Frame) -> dict[tuple[str, str], int]:
    """Find what open faults touch, NO or (of doubtful kind or status) UNKNOWN, by layer and id.

    How many households of a compound one of its buildings holds is not always known: under `parts` stand the compounds
    a building of which is touched.
    """
    faults, compounds, buildings = (project.table(name) for name in ("faults", "compounds", "buildings"))
    kinds, status = texts(faults, "kind"), texts(faults, "status")
    homes = {
        str(feature): home
        for kind, feature, home in zip(
            texts(units, "unit_type"), units["feature_id"], texts(units, "compound_id"), strict=True
        )
        if kind == "buildings"
    }
    known = rows_by_id(compounds)
    names = ids(compounds), ids(buildings)
    shapes = geometries(faults)
    in_compound = find_homes(shapes, geometries(compounds), names[0])
    in_building = find_homes(shapes, geometries(buildings), names[1])
    touched: dict[tuple[str, str], int] = {}
    for row, (kind, state, building, compound) in enumerate(
        zip(kinds, status, texts(faults, "building_id"), texts(faults, "compound_id"), strict=True)
    ):
        if state == "fixed" or kind not in (None, service):
            continue
        hit = NO if state == "open" and kind == service else UNKNOWN
        if building not in homes and in_building[row] >= 0 and compound not in known:
            building = names[1][in_building[row]]
        if building in homes:
            cells = [("buildings", building or ""), ("parts", homes[building or ""] or "")]
        else:
            place = names[0][in_compound[row]] if in_compound[row] >= 0 else None
            cells = [("compounds", (compound if compound in known else place) or "")]
        for cell in cells:
            here = UNKNOWN if cell[0] == "parts" else hit
            touched[cell] = NO if NO in (here, touched.get(cell)) else UNKNOWN
    return touched


def _sum_households(served: _Served, here: NDArray[np.int64], column: str, rules: Rules) -> Indicator:
    """Sum the households of some units that are served, and say which are not."""
    households = served.households[here]
    state = (
        all_of([served.connected[here], served.working[here]]) if len(here) else np.empty(0, dtype=np.int8)
    )
    told = ~np.isnan(households)
    whole = float(households[told].sum())
    good = int(households[told & (state == YES)].sum())
    assessed = good + int(households[told & (state == NO)].sum())
    failing = sorted(served.unit[here[state == NO]].tolist())
    unconnected = served.connected[here] == UNKNOWN
    evidence = {
        "unit": "households",
        "good": good,
        "assessed": assessed,
        "unknown": int(whole) - assessed,
        "households_unknown": int((~told).sum()),
        "failing": failing[:LISTED_MAX],
        "failing_count": len(failing),
        "faulty": int((served.working[here] == NO).sum()),
    }
    shares: dict[str, float] = {}
    if len(here):
        shares["households"] = float((~told).mean())
    if whole:
        shares[column] = float(households[told & unconnected].sum()) / whole
    doubt = attribute_doubt("compounds", shares, rules.null_share_max)
    if doubt is None:
        doubt = measured_doubt("faults" if whole else "compounds", whole, assessed, {}, rules)
    return Indicator(good / assessed if assessed else None, doubt, evidence)


# --- what the survey table says


def _measure_attributes(
    project: Project, element: Element, places: Sequence[Placed], units: Frame, rules: Rules
) -> list[Indicator]:
    """Compounds whose wanted columns all say yes / compounds of which that can be told."""
    table = project.table("compounds")
    rows = rows_by_id(table)
    columns = {wanted.column: _read_wanted(table, wanted) for wanted in element.wanted}
    state = all_of(list(columns.values()))
    found = []
    for place in places:
        named = sorted(c for c in place.compounds if c in rows)
        here = np.array([rows[c] for c in named], dtype=np.int64)
        good, bad = int((state[here] == YES).sum()), [c for c in named if state[rows[c]] == NO]
        assessed = good + len(bad)
        evidence = {
            "unit": "count",
            "good": good,
            "assessed": assessed,
            "unknown": len(here) - assessed,
            "failing": bad[:LISTED_MAX],
            "failing_count": len(bad),
        }
        undecided = here[state[here] == UNKNOWN]
        # a column that could not be told matters only where the others do not already deny
        empty = {
            name: float((column[undecided] == UNKNOWN).sum()) / len(here) if len(here) else 0.0
            for name, column in columns.items()
        }
        unread = _first_unread(table, element.wanted, columns, undecided)
        doubt = measured_doubt("compounds", len(here), assessed, empty, rules)
        found.append(
            Indicator(good / assessed if assessed else None, unread if doubt and unread else doubt, evidence)
        )
    return found


def _read_wanted(table: Frame, wanted: Wanted) -> State:
    if layer("compounds").column(wanted.column).type == "bool":
        return states(bools(table, wanted.column))
    values: Sequence[str | None]
    if layer("compounds").column(wanted.column).type in ("text", "choice"):
        values = texts(table, wanted.column)
    else:
        values = [None if np.isnan(v) else "yes" for v in floats(table, wanted.column).tolist()]
    return np.array([_understand(value, wanted) for value in values], dtype=np.int8)


def _understand(text: str | None, wanted: Wanted) -> int:
    """Tell what a text says: NO where it holds a word of denial, YES where it affirms, else UNKNOWN."""
    if text is None or not text.strip():
        return UNKNOWN
    if any(word in text for word in wanted.no):
        return NO
    return YES if not wanted.yes or any(word in text for word in wanted.yes) else UNKNOWN


def _first_unread(
    table: Frame, wanted: Sequence[Wanted], columns: Mapping[str, State], undecided: NDArray[np.int64]
) -> Doubt | None:
    """Name the first text that was given and not understood."""
    for one in wanted:
        if not one.yes:
            continue
        values = texts(table, one.column)
        for row in undecided.tolist():
            text = values[row]
            if text is not None and text.strip() and columns[one.column][row] == UNKNOWN:
                return {
                    "code": "unread",
                    "layer": "compounds",
                    "attribute": one.column,
                    "found": text.strip(),
                }
    return None


# --- gates


def _measure_gates(
    project: Project, element: Element, places: Sequence[Placed], units: Frame, rules: Rules
) -> list[Indicator]:
    """SY2: gates in use that a working camera watches / gates in use of which that is known."""
    footprints = np.empty(len(places), dtype=object)
    footprints[:] = [place.footprint for place in places]
    margin_m = element.params["cover_margin_m"]
    surveys = [survey_layer(project, name, footprints, margin_m=margin_m) for name in element.layers]
    gates, _ = find_gates(project.table("entrances"), project.table("compounds"), rules)
    gates = gates.take(gates.open)
    state = _watched(project.table("cameras"), gates.ids, gates.xy, element.params["near_m"])
    names = ids(project.table("compounds"))
    of: dict[str, list[int]] = {}
    for row, compound in enumerate(gates.compound.tolist()):
        of.setdefault(names[compound], []).append(row)
    found = []
    for row, place in enumerate(places):
        here = np.array(sorted(g for c in place.compounds for g in of.get(c, ())), dtype=np.int64)
        good = int((state[here] == YES).sum())
        assessed = good + int((state[here] == NO).sum())
        failing = sorted(gates.ids[here[state[here] == NO]].tolist())
        evidence = {
            "unit": "count",
            "good": good,
            "assessed": assessed,
            "unknown": len(here) - assessed,
            "failing": failing[:LISTED_MAX],
            "failing_count": len(failing),
            "cover": {survey.layer: round(float(survey.cover[row]), 4) for survey in surveys},
            "declared": sorted(survey.layer for survey in surveys if survey.declared),
        }
        given = all(survey.state == "given" for survey in surveys)
        surveyed = first_doubt(survey.doubt(row, rules.layer_cover_min) for survey in surveys)
        untold = float((state[here] == UNKNOWN).mean()) if len(here) else 0.0
        doubt = attribute_doubt("cameras", {"working": untold}, rules.null_share_max)
        doubt = doubt or measured_doubt("entrances", len(here), assessed, {}, rules)
        value = good / assessed if assessed and given else None
        found.append(Indicator(value, surveyed or doubt, evidence))
    return found


def _watched(cameras: Frame, gate_ids: NDArray[Any], gate_xy: NDArray[np.float64], near_m: float) -> State:
    """Tell of each gate whether a working camera watches it: one that names it, or one nearby that names none."""
    state = np.full(len(gate_ids), NO, dtype=np.int8)
    row_of = {name: row for row, name in enumerate(gate_ids.tolist())}
    working = states(bools(cameras, "working"))
    named = [row_of.get(name or "") for name in texts(cameras, "entrance_id")]
    placed = ~shapely.is_missing(geometries(cameras))
    free = np.flatnonzero(np.array([row is None for row in named], dtype=bool) & placed)
    pairs = [(row, camera) for camera, row in enumerate(named) if row is not None]
    if len(free) and len(gate_ids):
        tree = shapely.STRtree([Point(x, y) for x, y in gate_xy.tolist()])
        camera, gate = tree.query(geometries(cameras)[free], predicate="dwithin", distance=near_m)
        pairs += zip(gate.tolist(), free[camera].tolist(), strict=True)
    for gate_row, camera_row in pairs:
        said = int(working[camera_row])
        if said == YES or (said == UNKNOWN and state[gate_row] == NO):
            state[gate_row] = said
    return state


_MEASURES: Mapping[str, Callable[[Project, Element, Sequence[Placed], Frame, Rules], list[Indicator]]] = {
    "served_household_share": _measure_service,
    "attribute_share": _measure_attributes,
    "gate_camera_share": _measure_gates,
}
MEMBER_METRICS = frozenset(_MEASURES)
