"""What stands behind one cell of the matrix, laid open.

A verdict carries the figures that it was judged by. Whoever signs it asks further: which facility, how many metres
and minutes, out of which gate, along which streets, who is not served and why, which row of which file says so,
and how far all that can be leaned on. This is found from the results when a cell is opened, so that a study
of many clusters does not pay for it, and it never changes a figure. The lines of a walk are drawn by `routes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.confidence import weigh_confidence
from gis_planner.analysis.reach import Walks, list_walks
from gis_planner.analysis.routes import Ways, lay_ways, trace_walk
from gis_planner.analysis.sentences import name_features
from gis_planner.analysis.three_valued import LISTED_MAX, NO, UNKNOWN, YES
from gis_planner.model.origins import trace_feature
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.standard import Element, Verdict
from gis_planner.model.tables import geometries, ids, take, texts

Cell = tuple[str, str]
Evidence = dict[str, Any]

# The layer whose features fail, where that is not the first one of the element.
_FAILING_LAYER: Mapping[str, str] = {"neat_kerb_share": "roads"}


@dataclass(frozen=True, eq=False)
class _Ground:
    """What all cells are opened from; `ways` is None where walks are not traced."""

    project: Project
    results: Results
    walks: Walks
    names: Mapping[str, str]
    street_names: Mapping[str, str]
    status: Mapping[str, str | None]
    ways: Ways | None
    footprints: Mapping[str, BaseGeometry] | None = None

    def footprint(self, place: str) -> BaseGeometry:
        """Give the area of a place."""
        return self.results.cluster(place).footprint if self.footprints is None else self.footprints[place]


def open_cells(
    project: Project,
    results: Results,
    *,
    cells: Iterable[Cell] | None = None,
    trace: bool = True,
    names: Mapping[str, str] | None = None,
    footprints: Mapping[str, BaseGeometry] | None = None,
) -> dict[Cell, Evidence]:
    """Lay open the evidence of cells (cluster id, element id), of all where none are named.

    `project` is the one that was studied. Without `trace` nothing is searched in the network: entrances and streets
    of the nearest and the farthest walk are left out. `names` are those of `name_features`, where
    they are known; `footprints` the areas of the places by id, where they are not those of the clusters.
    """
    wanted = None if cells is None else set(cells)
    verdicts = [v for v in results.verdicts if wanted is None or (v.cluster_id, v.element) in wanted]
    called = name_features(project, results.units) if names is None else names
    ground = _lay_ground(project, results, verdicts, trace=trace, names=called)
    if footprints is not None:
        ground = replace(ground, footprints=footprints)
    return {(v.cluster_id, v.element): _open(ground, v) for v in verdicts}


def _lay_ground(
    project: Project, results: Results, verdicts: list[Verdict], *, trace: bool, names: Mapping[str, str]
) -> _Ground:
    clusters = {verdict.cluster_id for verdict in verdicts}
    inside = np.array([cluster in clusters for cluster in texts(results.units, "cluster_id")], dtype=bool)
    units, facilities, roads = take(results.units, inside), results.facilities, project.table("roads")
    pairs = [
        (walk["unit"], walk["facility"])
        for verdict in verdicts
        for walk in (verdict.evidence.get("nearest"), verdict.evidence.get("farthest"))
        if walk
    ]
    ways = None
    if trace and pairs:
        ways = lay_ways(
            results.network, results.access, results.direct, [u for u, _ in pairs], [f for _, f in pairs]
        )
    return _Ground(
        project=project,
        results=results,
        walks=list_walks(units, _coverage_of(results, inside)),
        names=names,
        street_names={road: n for road, n in zip(ids(roads), texts(roads, "name"), strict=True) if n}
        if ways is not None
        else {},
        status=dict(zip(texts(facilities, "facility_id"), texts(facilities, "status"), strict=True)),  # type: ignore[arg-type]  # a facility always has an id
        ways=ways,
    )


def _coverage_of(results: Results, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    """Give the coverage of some units; every unit has as many rows as there are kinds, in the order of the units."""
    kinds, rest = divmod(len(results.coverage), max(len(chosen), 1))
    if rest:
        return results.coverage
    return results.coverage.iloc[np.flatnonzero(np.repeat(chosen, kinds))]


def _open(ground: _Ground, verdict: Verdict) -> Evidence:
    project, element = ground.project, ground.results.standard.element(verdict.element)
    evidence: Evidence = dict(verdict.evidence)
    if element.facility is not None and "nearest" in evidence:
        evidence |= _open_walks(ground, verdict, element.facility)
    if evidence.get("failing"):
        layer = _FAILING_LAYER.get(element.metric, element.layers[0])
        evidence["failing"] = [_failing(project, layer, one) for one in evidence["failing"]]
    if verdict.status == "not_applicable":
        evidence["there"] = _count_there(ground, verdict.cluster_id, element)
    evidence["layers"] = list(element.layers)
    evidence["sources"] = _sources(project, element)
    evidence["confidence"] = weigh_confidence(project, element, verdict)
    return evidence


# --- walks


def _open_walks(ground: _Ground, verdict: Verdict, kind: str) -> Evidence:
    """Say of the nine services: who walks how, who serves, and how many households are not served or not known."""
    evidence, walks = verdict.evidence, ground.walks
    here = walks.of(verdict.cluster_id, kind)
    households, reached = walks.households[here], walks.reached[here]
    known = ~np.isnan(households)

    def sum_where(state: int) -> int | None:
        return int(households[known & (reached == state)].sum()) if known.any() else None

    return {
        "nearest": _walk(ground, evidence["nearest"]),
        "farthest": _walk(ground, evidence["farthest"]),
        "households_not_reached": sum_where(NO),
        "households_not_told": sum_where(UNKNOWN),
        "unserved": [_unserved(ground, one) for one in evidence["unserved"]],
        "serving": _serving(ground, here),
    }


def _walk(ground: _Ground, walk: Mapping[str, Any] | None) -> Evidence | None:
    """Tell one walk: to whom, metres and minutes, out of which entrance and along which roads."""
    if walk is None:
        return None
    told = {
        **walk,
        "unit_name": ground.names.get(walk["unit"]),
        "facility_name": ground.names.get(f"facilities/{walk['facility']}"),
        "minutes": walk["distance_m"] / ground.results.rules.walk_speed_m_s / 60.0,
        "source": trace_feature(ground.project, "facilities", walk["facility"]),
    }
    trace = trace_walk(ground.ways, walk["unit"], walk["facility"]) if ground.ways is not None else None
    if trace is None:
        return told
    streets = [ground.street_names[road] for road in trace.road_ids if road in ground.street_names]
    return {
        **told,
        "entrance": trace.entrance_id,
        "facility_entrance": trace.facility_entrance_id,
        "inside_compound": trace.direct,
        "route_m": trace.length_m,
        "roads": list(trace.road_ids),
        "streets": [street for row, street in enumerate(streets) if row == 0 or street != streets[row - 1]],
    }


def _unserved(ground: _Ground, walk: Mapping[str, Any]) -> Evidence:
    return {**walk, "unit_name": ground.names.get(walk["unit"])}


def _serving(ground: _Ground, here: Any) -> list[Evidence]:
    """List the facilities that are the nearest for those who reach one, with the known households of each."""
    walks = ground.walks
    served = here[walks.reached[here] == YES]
    households = np.nan_to_num(walks.households[served])
    names = walks.facility[served]
    return [
        {
            "id": facility,
            "name": ground.names.get(f"facilities/{facility}"),
            "status": ground.status.get(facility),
            "households": int(households[names == facility].sum()),
            "source": trace_feature(ground.project, "facilities", facility),
        }
        for facility in walks.facilities_reached(here)[:LISTED_MAX]
    ]


# --- features and files


def _failing(project: Project, layer: str, failing: Any) -> Evidence:
    """Lead a feature that is not in order back to its file."""
    told: Mapping[str, Any] = failing if isinstance(failing, Mapping) else {"id": failing}
    found = trace_feature(project, layer, str(told["id"]))
    return {**told, **{key: found[key] for key in ("layer", "file", "row", "table", "table_row")}}


def _count_there(ground: _Ground, cluster_id: str, element: Element) -> Evidence:
    """Count what the data hold inside the footprint, whatever a person says of it."""
    layer = element.layers[0]
    table = ground.project.table(layer)
    if element.facility is not None:
        kept = zip(texts(table, "kind"), texts(table, "status"), strict=True)
        mine = [kind == element.facility and status != "closed" for kind, status in kept]
        table = take(table, np.array(mine, dtype=bool))
    shapes = geometries(table)
    footprint = ground.footprint(cluster_id)
    return {
        "layer": layer,
        "loaded": layer in ground.project.loaded,
        "features": int(shapely.intersects(shapes, footprint).sum()) if len(shapes) else 0,
    }


def _sources(project: Project, element: Element) -> list[Evidence]:
    """List the files behind the element's layers, sorted."""
    listed = [
        {
            "layer": source.layer,
            "file": source.file,
            "source_layer": source.source_layer,
            "table": source.table,
            "mode": source.mode,
            "features": source.rows,
            "crs": source.crs[:80],
            "datum": source.datum or None,
            "data_date": source.data_date or None,
            "sha256": source.sha256,
        }
        for source in project.sources
        if source.layer in element.layers
    ]
    return sorted(listed, key=lambda one: (one["layer"], one["file"], one["table"]))
