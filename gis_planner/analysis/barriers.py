"""What people cannot simply cross.

A barrier is given in its own layer, or follows from the roads: a trunk road or an expressway is one wherever
the barriers layer has none of its kind. Where such a road runs on a bridge or in a tunnel, people pass under
or over it, so that stretch is none.

Rivers, water, railways and walls stop a walker (`blocks_legs`); whether a wall counts for a compound whose
entrances nobody gave is decided where legs are drawn. Rivers, water, railways, trunk roads and expressways
keep two compounds from being neighbours (`blocks_grouping`) where the rules let their kind divide clusters; a wall
never does, because 拆墙并院 removes it.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.arrays import Mask, Rows
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, geometries, ids, take, texts

STOPS_WALKERS = frozenset({"river", "water", "railway", "wall"})
DIVIDES_CLUSTERS = frozenset({"river", "water", "railway", "trunk_road", "expressway"})
_FROM_ROADS = {"trunk": "trunk_road", "expressway": "expressway"}
DIVIDING_CLASSES = frozenset(_FROM_ROADS)


def collect_barriers(project: Project) -> Frame:
    """Give every barrier once: columns id, name, kind, blocks_legs, blocks_grouping, geometry, sorted by id.

    Barriers that follow from roads have ids like `roads/R12`. Barriers without a known kind or a place are
    left out (validation lists them).
    """
    given = _given(project.table("barriers"))
    kinds_given = {kind for _, _, kind, _ in given}
    found = given + [row for row in _from_roads(project.table("roads")) if row[2] not in kinds_given]
    found.sort(key=lambda row: row[0])
    shapes = np.empty(len(found), dtype=object)
    shapes[:] = [shape for _, _, _, shape in found]
    dividing = kinds_that_divide(project.rules)
    kinds = [kind for _, _, kind, _ in found]
    columns = {
        "id": np.array([feature for feature, _, _, _ in found], dtype=object),
        "name": np.array([name for _, name, _, _ in found], dtype=object),
        "kind": np.array(kinds, dtype=object),
        "blocks_legs": np.array([kind in STOPS_WALKERS for kind in kinds], dtype=bool),
        "blocks_grouping": np.array([kind in dividing for kind in kinds], dtype=bool),
    }
    crs = project.table("barriers").crs or project.table("roads").crs
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=crs), crs=crs)


def dividing_classes(project: Project) -> frozenset[str]:
    """Give the classes of roads that divide clusters on the ground, as no barrier of their kind is given."""
    given = {kind for _, _, kind, _ in _given(project.table("barriers"))}
    asked = kinds_that_divide(project.rules) - given
    return frozenset(road_class for road_class, kind in _FROM_ROADS.items() if kind in asked)


def kinds_that_divide(rules: Rules) -> frozenset[str]:
    """Give the kinds of barriers that divide clusters by these rules."""
    asked = {
        "river": rules.river_divides,
        "water": rules.river_divides,
        "railway": rules.railway_divides,
        "trunk_road": rules.trunk_road_divides,
        "expressway": rules.expressway_divides,
    }
    return frozenset(kind for kind in DIVIDES_CLUSTERS if asked[kind])


def off_the_ground(roads: Frame, rows: Rows | slice = slice(None)) -> Mask:
    """Tell for each road (of these rows) whether it runs on a bridge, in a tunnel or on another level."""
    levels: Any = roads["level"].array[rows]
    raised: Mask = np.nan_to_num(levels.to_numpy(dtype="float64", na_value=np.nan)) != 0
    for column in ("bridge", "tunnel"):
        flags: Any = roads[column].array[rows]
        raised |= flags.to_numpy(dtype=bool, na_value=False)
    return raised


_Row = tuple[str, str | None, str, Any]


def _given(table: Frame) -> list[_Row]:
    rows = zip(ids(table), texts(table, "name"), texts(table, "kind"), geometries(table), strict=True)
    return [(feature, name, kind, shape) for feature, name, kind, shape in rows if kind and _has_place(shape)]


def _from_roads(roads: Frame) -> list[_Row]:
    classes = roads["class"].to_numpy(dtype=object)
    found = np.zeros(len(roads), dtype=bool)
    for road_class in _FROM_ROADS:
        found |= classes == road_class
    some = take(roads, found)
    rows = zip(
        ids(some),
        texts(some, "name"),
        texts(some, "class"),
        off_the_ground(some).tolist(),
        geometries(some),
        strict=True,
    )
    return [
        (f"roads/{feature}", name, _FROM_ROADS[road_class or ""], shape)
        for feature, name, road_class, is_raised, shape in rows
        if not is_raised and _has_place(shape)
    ]


def _has_place(shape: BaseGeometry | None) -> bool:
    return shape is not None and not shape.is_empty
