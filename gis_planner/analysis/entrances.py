"""Which compound each entrance belongs to, and whether people pass it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Floats, Rows, rank_of
from gis_planner.analysis.legs import outlines
from gis_planner.analysis.units import sound
from gis_planner.messages import Message
from gis_planner.model.issues import Issue, issue_at
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, geometries, ids, rows_by_id, texts


@dataclass(frozen=True, eq=False)
class Gates:
    """Entrances that belong to a compound, sorted by id.

    `ids`, `xy` (n, 2), `compound` (row of the compounds' frame), `open` (a gate of unknown state is open).
    """

    ids: NDArray[Any]
    xy: Floats
    compound: Rows
    open: NDArray[np.bool_]

    def take(self, rows: NDArray[Any]) -> Gates:
        """Give the gates at these positions, or where a mask is true."""
        return Gates(self.ids[rows], self.xy[rows], self.compound[rows], self.open[rows])


def find_gates(entrances: Frame, compounds: Frame, rules: Rules) -> tuple[Gates, list[Issue]]:
    """Give every entrance to its compound: the one it names, else the nearest outline within the rule.

    An entrance that lies farther from the compound it names than a leg may be long is no entrance to it.
    """
    order = np.argsort(np.array(ids(entrances), dtype=object), kind="stable")
    names = np.array(ids(entrances), dtype=object)[order]
    points = shapely.centroid(shapely.force_2d(geometries(entrances)[order]))
    areas = sound(geometries(compounds))
    found, named = _named_compounds(texts(entrances, "compound_id"), order, compounds)
    nearest = _nearest_outlines(points, areas, ids(compounds), rules.entrance_match_m)
    found = np.where(named, found, nearest)

    has_place = ~(shapely.is_missing(points) | shapely.is_empty(points))
    away = np.zeros(len(points))
    away[found >= 0] = shapely.distance(points[found >= 0], areas[found[found >= 0]])
    near = has_place & (found >= 0) & ~(away > rules.snap_max_m)
    given = texts(entrances, "compound_id")
    issues: list[Issue] = []
    for row in range(len(points)):
        code = _fault(
            bool(has_place[row]), int(found[row]), bool(near[row]), given[order[row]], bool(named[row])
        )
        if code:
            message = Message(
                code, entrance=names[row], compound=given[order[row]], distance=round(float(away[row]), 1)
            )
            issues.append(issue_at(code, "warning", "entrances", names[row], message, points[row]))
    status = np.array(texts(entrances, "status"), dtype=object)[order]
    gates = Gates(
        names, shapely.get_coordinates(points[has_place]), found[has_place], status[has_place] != "closed"
    )
    gates = Gates(names[has_place], gates.xy, gates.compound, gates.open)
    return gates.take(near[has_place]), issues


def _fault(has_place: bool, compound: int, near: bool, given: str | None, named: bool) -> str | None:
    """Name what is doubtful about an entrance, None when nothing is."""
    if not has_place:
        return "network.entrance_without_place"
    if compound < 0:
        return "network.entrance_without_compound"
    if not near:
        return "network.entrance_far_away"
    if given is not None and not named:
        return "network.entrance_of_unknown_compound"
    return None


def _named_compounds(
    given: list[str | None], order: Rows, compounds: Frame
) -> tuple[Rows, NDArray[np.bool_]]:
    row_of = rows_by_id(compounds)
    found = np.array([row_of.get(given[row] or "", -1) for row in order.tolist()], dtype=np.int64)
    return found, found >= 0


def _nearest_outlines(points: NDArray[Any], areas: NDArray[Any], names: list[str], reach_m: float) -> Rows:
    """Give the compound whose outline is nearest to each point within reach, -1 for none; ties by id."""
    found = np.full(len(points), -1, dtype=np.int64)
    edges = outlines(areas)
    point, compound = shapely.STRtree(edges).query(points, predicate="dwithin", distance=reach_m)
    rank = rank_of(np.array(names, dtype=object))
    away = shapely.distance(points[point], edges[compound])
    order = np.lexsort((-rank[compound], -away))  # the last one written wins
    found[point[order]] = compound[order]
    return found
