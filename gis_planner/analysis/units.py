"""Who is measured: compounds, buildings and parcels, each household once.

A unit is somebody who walks to a facility. Households stand in several layers at once, so each unit also
says whether its own figure counts: a compound counts through its buildings where all of them have a figure
and the sum agrees, else by itself; a parcel counts only for what lies outside the compounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.arrays import rank_of
from gis_planner.messages import Message
from gis_planner.model.issues import Issue, issue_at
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, geometries, ids, ints, rows_by_id, take, texts

# The compound of each feature of a layer, its households, and whether they count.
_Figures = tuple[Sequence[str | None], Sequence[int | None], NDArray[np.bool_]]

UNIT_LAYERS: tuple[str, ...] = ("buildings", "compounds", "parcels")


def list_units(project: Project) -> tuple[Frame, list[Issue]]:
    """List every unit that is measured, sorted by unit_id, and what is doubtful about them.

    `households` of a compound without a figure is the sum of its buildings where all of them have one.
    `counted` says that the row's own `households` (unknown included) is the figure that sums are made of.
    """
    issues: list[Issue] = []
    compounds, buildings, parcels = (project.table(name) for name in ("compounds", "buildings", "parcels"))
    compound_ids = ids(compounds)

    home, home_issues = find_building_compounds(buildings, compounds)
    issues += home_issues
    in_compounds = _count_once(ints(compounds, "households"), ints(buildings, "households"), home)
    issues += _differing_sums(compounds, in_compounds)

    outside = _lies_outside(geometries(parcels), geometries(compounds))
    plot = np.where(home >= 0, -1, find_homes(geometries(buildings), geometries(parcels), ids(parcels)))
    plot[plot >= 0] = np.where(outside[plot[plot >= 0]], plot[plot >= 0], -1)
    in_parcels = _count_once(ints(parcels, "households"), ints(buildings, "households"), plot)

    compound_of_building: list[str | None] = [compound_ids[row] if row >= 0 else None for row in home]
    building_counts = np.ones(len(buildings), dtype=bool)
    building_counts[home >= 0] = in_compounds.through_buildings[home[home >= 0]]
    building_counts[plot >= 0] = in_parcels.through_buildings[plot[plot >= 0]]
    layers: dict[str, _Figures] = {
        "buildings": (compound_of_building, ints(buildings, "households"), building_counts),
        "compounds": (compound_ids, in_compounds.households, ~in_compounds.through_buildings),
        "parcels": ([None] * len(parcels), in_parcels.households, outside & ~in_parcels.through_buildings),
    }
    return _unit_frame(project, layers), issues


def find_building_compounds(buildings: Frame, compounds: Frame) -> tuple[NDArray[np.int64], list[Issue]]:
    """Find the compound row of every building: as its column says, else the one that holds most of it.

    -1 where there is none.
    """
    compound_rows = rows_by_id(compounds)
    found = find_homes(geometries(buildings), geometries(compounds), ids(compounds))
    issues: list[Issue] = []
    shapes, outlines = geometries(buildings), geometries(compounds)
    for row, (building, named) in enumerate(
        zip(ids(buildings), texts(buildings, "compound_id"), strict=True)
    ):
        if named is None:
            continue
        code = None
        if named not in compound_rows:
            code = "network.unknown_compound"
        else:
            found[row] = compound_rows[named]
            if not shapely.intersects(shapes[row], outlines[found[row]]):
                code = "network.building_elsewhere"
        if code is not None:
            message = Message(code, building=building, compound=named)
            issues.append(issue_at(code, "warning", "buildings", building, message, shapes[row]))
    return found, issues


@dataclass(frozen=True, eq=False)
class Holders:
    """Shapes that others stand in, valid, with their search tree and the rank of their ids."""

    shapes: NDArray[Any]
    tree: shapely.STRtree
    rank: NDArray[np.int64]


def prepare_holders(shapes: NDArray[Any], names: Sequence[str]) -> Holders:
    """Prepare shapes to look up again and again who stands in them."""
    valid = sound(shapes)
    return Holders(valid, shapely.STRtree(valid), rank_of(np.array(names, dtype=object)))


def find_homes(shapes: NDArray[Any], holders: NDArray[Any], holder_ids: Sequence[str]) -> NDArray[np.int64]:
    """Find for each shape the holder (row) that contains most of it, -1 where none does.

    A point is held when it lies strictly inside; a line or polygon when more than half of it does. Where
    holders overlap, the larger share wins, then the smaller id.
    """
    return find_held(shapes, prepare_holders(holders, holder_ids))


def find_held(shapes: NDArray[Any], holders: Holders) -> NDArray[np.int64]:
    """Find what `find_homes` finds, among holders that were prepared."""
    found = np.full(len(shapes), -1, dtype=np.int64)
    if len(shapes) == 0 or len(holders.shapes) == 0:
        return found
    shapes = sound(shapes)
    shape_row, holder_row = holders.tree.query(shapes, predicate="intersects")
    share = _share_inside(shapes[shape_row], holders.shapes[holder_row])
    kept = share > 0.5
    shape_row, holder_row, share = shape_row[kept], holder_row[kept], share[kept]
    order = np.lexsort((-holders.rank[holder_row], share))  # the last one written wins
    found[shape_row[order]] = holder_row[order]
    return found


def sound(shapes: NDArray[Any]) -> NDArray[Any]:
    """Give the shapes with invalid ones made valid, so that no overlay fails on them."""
    bad = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    if not bad.any():
        return shapes
    repaired = shapes.copy()
    repaired[bad] = shapely.make_valid(shapes[bad])
    return repaired


def _share_inside(shapes: NDArray[Any], holders: NDArray[Any]) -> NDArray[np.float64]:
    """Measure the share of each shape inside its holder, by area, else length, else strictly inside or not."""
    dimension = shapely.get_dimensions(shapes)
    inside = np.where(shapely.contains_properly(holders, shapes), 1.0, 0.0)
    for measured, measure in ((2, shapely.area), (1, shapely.length)):
        cut = (dimension == measured) & (inside == 0.0)
        if cut.any():
            inside[cut] = measure(shapely.intersection(shapes[cut], holders[cut])) / measure(shapes[cut])
    return inside


@dataclass(frozen=True, eq=False)
class _Count:
    households: list[int | None]
    through_buildings: NDArray[np.bool_]
    sums: list[int | None]


def _count_once(
    own: Sequence[int | None], buildings: Sequence[int | None], home: NDArray[np.int64]
) -> _Count:
    """Decide for each holder whether its own figure counts or those of its buildings."""
    sums: list[int | None] = [None] * len(own)
    known = np.ones(len(own), dtype=bool)
    for row, households in zip(home.tolist(), buildings, strict=True):
        if row < 0:
            continue
        if households is None:
            known[row] = False
        else:
            sums[row] = (sums[row] or 0) + households
    complete = [total if sure else None for total, sure in zip(sums, known.tolist(), strict=True)]
    figures = [total if figure is None else figure for figure, total in zip(own, complete, strict=True)]
    through = [total is not None and total == figure for figure, total in zip(figures, complete, strict=True)]
    return _Count(figures, np.array(through, dtype=bool), complete)


def _differing_sums(compounds: Frame, count: _Count) -> list[Issue]:
    code = "network.households_differ"
    issues = []
    rows = zip(ids(compounds), count.households, count.sums, geometries(compounds), strict=True)
    for compound, own, total, shape in rows:
        if total is not None and own != total:
            message = Message(code, compound=compound, own=own, buildings=total)
            issues.append(issue_at(code, "warning", "compounds", compound, message, shape))
    return issues


def _lies_outside(parcels: NDArray[Any], compounds: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which parcels lie outside the compounds with at least half of their area."""
    outside = np.ones(len(parcels), dtype=bool)
    if len(parcels) == 0 or len(compounds) == 0:
        return outside
    parcels, compounds = sound(parcels), sound(compounds)
    parcel, compound = shapely.STRtree(compounds).query(parcels, predicate="intersects")
    covered = np.zeros(len(parcels))
    np.add.at(covered, parcel, shapely.area(shapely.intersection(parcels[parcel], compounds[compound])))
    return covered <= 0.5 * np.nan_to_num(shapely.area(parcels), nan=0.0)


def _unit_frame(project: Project, layers: Mapping[str, _Figures]) -> Frame:
    cluster_of = project.grouping.cluster_of()
    columns: dict[str, list[Any]] = {
        name: [] for name in ("unit_id", "unit_type", "feature_id", "compound_id")
    }
    households: list[int | None] = []
    counted: list[bool] = []
    shapes: list[Any] = []
    for layer in UNIT_LAYERS:
        features = ids(project.table(layer))
        compound, figures, counts = layers[layer]
        columns["unit_id"] += [f"{layer}/{feature}" for feature in features]
        columns["unit_type"] += [layer] * len(features)
        columns["feature_id"] += features
        columns["compound_id"] += list(compound)
        households += list(figures)
        counted += counts.tolist()
        shapes += list(geometries(project.table(layer)))
    data: dict[str, Any] = {name: pd.Series(values, dtype=object) for name, values in columns.items()}
    data["cluster_id"] = pd.Series(
        [cluster_of.get(c) if c else None for c in columns["compound_id"]], dtype=object
    )
    data["households"] = pd.Series(households, dtype="Int64")
    data["counted"] = pd.Series(counted, dtype=bool)
    crs = project.crs or None
    frame = gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(_objects(shapes), crs=crs), crs=crs)
    return take(frame, np.argsort(np.array(columns["unit_id"], dtype=object), kind="stable"))


def _objects(values: Sequence[Any]) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array
