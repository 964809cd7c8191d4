"""One cluster of ten compounds whose fifteen elements can be driven one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import shapely
from maps import facilities_from, layer_from, project_of, roads_from
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.reach import cover_clusters
from gis_planner.analysis.scoring import Score, score_clusters
from gis_planner.analysis.units import list_units
from gis_planner.io.read_standard import read_standard
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Standard, Verdict
from gis_planner.model.tables import Frame

STANDARD = read_standard("sanhe_sanzheng_jiuyou")
FOOTPRINT = shapely.box(0, 0, 1000, 1000)
COMPOUNDS = tuple(f"C{n}" for n in range(10))


@dataclass(frozen=True)
class Place:
    """A cluster as far as scoring asks for it."""

    id: str
    compounds: tuple[str, ...]
    footprint: BaseGeometry


ZONE = Place("Z01", COMPOUNDS, FOOTPRINT)

# What lets a compound pass every test of eligibility.
FINE: dict[str, Any] = {
    "in_urban_scope": True,
    "in_shantytown_plan": False,
    "demolish_rebuild": False,
    "self_built_share": 0.0,
    "urban_village": False,
    "sangongyiye": False,
    "structure_safe": True,
    "built_year": 1990,
    "gap_count": 3,
    "consent_households": 30,
    "households": 30,
}


def compounds(households: Mapping[str, int | None] | int | None = 10, **columns: Any) -> Frame:
    shapes = {c: shapely.box(n * 100, 400, n * 100 + 90, 490) for n, c in enumerate(COMPOUNDS)}
    return layer_from(
        "compounds",
        shapes,
        name=dict(zip(COMPOUNDS, COMPOUNDS, strict=True)),
        households=households,
        **columns,
    )


def town(*, complete: frozenset[str] | None = None, **tables: Frame) -> Project:
    """A project of the ten compounds and these layers, each declared a complete survey unless told otherwise."""
    base = project_of(**{"compounds": compounds(), **tables})
    grouping = Grouping(clusters=(Cluster("Z01", 1, "", COMPOUNDS),))
    return replace(base, grouping=grouping, complete=frozenset(tables) if complete is None else complete)


def walks(
    project: Project,
    reached: Mapping[str, int] | int = 0,
    *,
    assessed: bool = True,
    distance_m: float = 700.0,
) -> pd.DataFrame:
    """Coverage in which the first `reached` compounds reach a kind (one number for all kinds, or by kind)."""
    units, _ = list_units(project)
    rows = []
    for unit in units["unit_id"]:
        order = COMPOUNDS.index(unit.split("/")[1]) if unit.startswith("compounds/") else 99
        for kind in sorted(NINE_KINDS):
            served = order < (reached if isinstance(reached, int) else reached.get(kind, 0))
            rows.append({
                "unit_id": unit, "kind": kind, "distance_m": distance_m + order if served else float("nan"),
                "facility_id": f"F_{kind}" if served else None, "minutes": float("nan"),
                "reached": served if assessed else None,
                "reason": "not_assessed" if not assessed else "served" if served else "beyond_search",
            })  # fmt: skip
    return pd.DataFrame(rows)


def judged(
    project: Project,
    reached: Mapping[str, int] | int = 0,
    *,
    rules: Rules | None = None,
    standard: Standard = STANDARD,
    place: Place = ZONE,
    coverage: pd.DataFrame | None = None,
) -> tuple[dict[str, Verdict], Score]:
    """Judge the one cluster: its verdicts by element, and its score."""
    units, _ = list_units(project)
    found = walks(project, reached) if coverage is None else coverage
    covered = cover_clusters(project, units, found)
    verdicts, scores = score_clusters(project, standard, [place], units, found, covered, rules or Rules())
    assert [v.element for v in verdicts] == [e.id for e in standard.elements]
    return {v.element: v for v in verdicts}, scores[place.id]


# --- layers in which `good` of ten are in order


def poles(good: int) -> Frame:
    """Ten lamp poles: `good` stand alone, the others in pairs 3 m apart (an even number of them)."""
    shapes = {
        f"G{n}": shapely.Point(
            20 + 50 * n if n < good else 20 + 50 * (n // 2) + 3 * (n % 2), 100 if n < good else 300
        )
        for n in range(10)
    }
    return layer_from("poles", shapes, kind="light", functions="照明")


def boxes(good: int) -> Frame:
    """Ten telecom boxes: `good` stand alone, the others in pairs 8 m apart."""
    shapes = {
        f"H{n}": shapely.Point(
            20 + 50 * n if n < good else 20 + 50 * (n // 2) + 8 * (n % 2), 100 if n < good else 300
        )
        for n in range(10)
    }
    return layer_from("boxes", shapes, kind="telecom", combined=False)


def telecom(good: int) -> Frame:
    """Ten lines of 100 m: `good` in a shared duct, the others overhead."""
    shapes = {f"T{n}": shapely.LineString([(100, 50 + n), (200, 50 + n)]) for n in range(10)}
    laying = {f"T{n}": "duct" if n < good else "overhead" for n in range(10)}
    return layer_from("telecom_lines", shapes, kind="network", laying=laying, shared=True)


def shops(good: int) -> Frame:
    """Ten shopfronts: `good` in order, the others trade outside."""
    shapes = {f"S{n}": shapely.Point(50 * n + 20, 50) for n in range(10)}
    outside = {f"S{n}": n >= good for n in range(10)}
    return layer_from("shopfronts", shapes, sign_ok=True, outside_trading=outside, illegal_ad=False)


def roads(good: float = 10) -> Frame:
    """One street of 1,000 m; `good` tenths of it are in good condition."""
    at = 100.0 * good
    lines = {"R1": [(0, 200), (at, 200)], "R2": [(at, 200), (1000, 200)]}
    lines = {name: line for name, line in lines.items() if line[0] != line[1]}
    return roads_from(lines, **{"class": "branch"}, condition={"R1": "good", "R2": "poor"})


def kerbs(good: float) -> Frame:
    """Kerbs on both sides of the street, `good` tenths of them in good order."""
    at = 100.0 * good
    parts = [("a", 0.0, at), ("b", at, 1000.0)]
    shapes = {
        f"K{side}{part}": shapely.LineString([(start, 200 + side), (stop, 200 + side)])
        for side in (-6, 6)
        for part, start, stop in parts
        if start != stop
    }
    return layer_from(
        "kerbs", shapes, condition={name: "good" if name.endswith("a") else "poor" for name in shapes}
    )


def facilities(*kinds: str, **columns: Any) -> Frame:
    return facilities_from({f"F_{kind}": (kind, 500.0, 500.0) for kind in kinds or NINE_KINDS}, **columns)


# --- driving one element to one status

REACH = {
    element.id: element.facility or "" for element in STANDARD.elements if element.metric == "reach_share"
}
LAYER_OF = {
    "KH1": "poles",
    "KH2": "boxes",
    "KH3": "telecom_lines",
    "KZ1": "shopfronts",
    "KZ2": "roads",
    "KZ3": "kerbs",
}
DRAW = {"KH1": poles, "KH2": boxes, "KH3": telecom, "KZ1": shops, "KZ2": roads, "KZ3": kerbs}
TENTHS: dict[str, dict[str, int]] = {
    "KH1": {"pass": 8, "partial": 6, "fail": 4},
    "KH2": {"pass": 8, "partial": 6, "fail": 4},
    "KH3": {"pass": 9, "partial": 6, "fail": 5},
    "KZ1": {"pass": 9, "partial": 7, "fail": 6},
    "KZ2": {"pass": 10, "partial": 9, "fail": 8},
    "KZ3": {"pass": 10, "partial": 9, "fail": 8},
    **{element: {"pass": 9, "partial": 6, "fail": 5} for element in REACH},
}  # fmt: skip


def drive(element: str, status: str) -> tuple[Project, dict[str, int] | int]:
    """Build data that bring one element to a status: a project, and how many of ten compounds reach each kind."""
    if element in REACH:
        if status == "not_assessed":
            return town(roads=roads()), 10
        return town(facilities=facilities(), roads=roads()), {REACH[element]: TENTHS[element][status]}
    if status == "not_assessed":
        return town(), 0
    layers = {LAYER_OF[element]: DRAW[element](TENTHS[element][status])}
    return town(**({"roads": roads()} | layers)), 0
