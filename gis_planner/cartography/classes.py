"""Which class a feature is drawn in: cluster colours, eligibility, reach, land use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_planner.cartography.style import CLUSTER_COLOURS
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.standard import Eligibility
from gis_planner.model.tables import geometries, ids

CompoundClass = Literal["eligible", "eligible_via_cluster", "pending", "reserve", "excluded", "unknown"]
COMPOUND_CLASSES: tuple[CompoundClass, ...] = (
    "eligible",
    "eligible_via_cluster",
    "pending",
    "reserve",
    "excluded",
    "unknown",
)
_NEAR_M = 200.0
_STEPS_M = (300.0, 500.0, 800.0, 1000.0)
_GREEN_WORDS = (
    "绿",
    "公园",
    "林",
    "草地",
    "广场",
    "G1",
    "G2",
    "G3",
    "park",
    "green",
    "forest",
    "grass",
    "garden",
)


def cluster_outlines(project: Project, results: Results | None) -> dict[str, BaseGeometry]:
    """Give the outline of every cluster: its footprint where a study drew one, else its members together."""
    drawn = {c.id: c.footprint for c in results.clusters} if results is not None else {}
    compounds = project.table("compounds")
    shapes = dict(zip(ids(compounds), geometries(compounds), strict=True))
    outlines: dict[str, BaseGeometry] = {}
    for cluster in project.grouping.clusters:
        outline = drawn.get(cluster.id)
        if outline is None or outline.is_empty:
            members = [shapes[m] for m in cluster.members if shapes.get(m) is not None]
            outline = shapely.GeometryCollection(members)
        if not outline.is_empty:
            outlines[cluster.id] = outline
    return outlines


def colour_clusters(project: Project, outlines: Mapping[str, BaseGeometry]) -> dict[str, str]:
    """Give every cluster a colour that no cluster near it has.

    Each wants the colour of its number, so that one edit recolours little; where a nearer one holds that colour it
    takes the free one next in the row, and with more near ones than colours the one used least among them.
    """
    clusters = project.grouping.clusters
    shapes = np.array([outlines.get(c.id) for c in clusters], dtype=object)
    near: dict[int, list[int]] = {row: [] for row in range(len(clusters))}
    if len(clusters):
        tree = shapely.STRtree(shapes)
        for a, b in tree.query(shapes, predicate="dwithin", distance=_NEAR_M).T:
            if b < a:
                near[int(a)].append(int(b))
    n = len(CLUSTER_COLOURS)
    chosen: list[int] = []
    for row, cluster in enumerate(clusters):
        taken = [chosen[other] for other in near[row]]
        wanted = [(cluster.number - 1 + step) % n for step in range(n)]
        chosen.append(min(wanted, key=lambda colour: (taken.count(colour), wanted.index(colour))))
    return {cluster.id: CLUSTER_COLOURS[colour] for cluster, colour in zip(clusters, chosen, strict=True)}


def classify_compounds(
    compounds: Sequence[str], eligibility: Sequence[Eligibility] | None
) -> list[CompoundClass]:
    """Give the eligibility of every compound; unknown where nothing was studied."""
    found: dict[str, CompoundClass] = {e.compound_id: e.result for e in eligibility or ()}
    return [found.get(compound, "unknown") for compound in compounds]


def coverage_steps(limit_m: float) -> tuple[float, ...]:
    """Give the upper bounds of the classes of reach: 300, 500, 800 and 1,000 m below the limit, and the limit."""
    return (*(step for step in _STEPS_M if step < limit_m), limit_m)


def classify_reach(reason: str, distance_m: float | None, steps: Sequence[float]) -> str:
    """Give the class of one unit's reach: `step0` …, `beyond`, `no_access` or `not_assessed`.

    The limit counts as reached. A unit without access to the network is not served, for a reason of its own.
    """
    if reason == "not_assessed":
        return "not_assessed"
    if reason == "no_access":
        return "no_access"
    if distance_m is not None:
        for step, bound in enumerate(steps):
            if distance_m <= bound:
                return f"step{step}"
    return "beyond"


def reach_classes(results: Results, kind: str) -> dict[str, str]:
    """Give the class of every unit's reach of one kind of facility, by unit id."""
    steps = coverage_steps(results.rules.limit_m)
    table = results.coverage
    rows = table[table["kind"] == kind]
    return {
        str(unit): classify_reach(str(reason), _number(distance), steps)
        for unit, reason, distance in zip(rows["unit_id"], rows["reason"], rows["distance_m"], strict=True)
    }


def is_green(land_use: str | None) -> bool:
    """Tell whether a land use is green space, by the words that land-use tables use."""
    return land_use is not None and any(word.lower() in land_use.lower() for word in _GREEN_WORDS)


def _number(value: Any) -> float | None:
    number = float(value)
    return None if np.isnan(number) else number
