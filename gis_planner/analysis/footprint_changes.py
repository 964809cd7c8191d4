"""The areas of clusters after streets changed: only those near the change are drawn again, and only if they can differ.

A street cuts the ground into plots, so drawing, removing or raising one can move an outline, near it and nowhere else.
A street that is a loose end cuts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.barriers import DIVIDING_CLASSES, collect_barriers, dividing_classes
from gis_planner.analysis.footprint_cells import Cells, cut_ground
from gis_planner.analysis.footprint_ends import differ_by_loose_ends
from gis_planner.analysis.footprint_lines import Cuts, cutting_lines, draw_cuts, only_met
from gis_planner.analysis.frontage import areas
from gis_planner.analysis.live_areas import LiveAreas
from gis_planner.analysis.row_tree import RowTree
from gis_planner.analysis.table_changes import RowChanges, share_column
from gis_planner.model.clusters import Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import empty_table, ids, shapes_of

_NEAR_M = 200.0  # an area that a street can move lies nearer to it than this
_BESIDE_M = 5.0  # lines so near to a changed one are looked at, to see whether it is a loose end

_CUT_BY = ("class", "level", "bridge", "tunnel")  # what of a road decides whether it cuts the ground

_Box = NDArray[np.float64]


class Ground:
    """What of a project lies near a place: its compounds, parcels, barriers and roads, found by search trees."""

    def __init__(self, project: Project, road_tree: RowTree) -> None:
        """Take a project; `road_tree` finds the rows of its roads."""
        self._project = project
        self._roads = road_tree
        self._compounds = RowTree(shapes_of(project.table("compounds")))
        self._parcels = RowTree(shapes_of(project.table("parcels")))
        self._names = ids(project.table("compounds"))
        self._areas = areas(shapes_of(project.table("compounds")))
        self._tree = shapely.STRtree(self._areas)
        alone = replace(project, tables={**project.tables, "roads": empty_table("roads")})
        given = collect_barriers(alone)
        self._walls = shapes_of(given)[given["blocks_grouping"].to_numpy(dtype=bool)]
        self._dividing = dividing_classes(project)

    def lies_as_in(self, project: Project) -> bool:
        """Tell whether compounds and parcels lie as they do in a project."""
        return all(
            share_column(self._project.table(name), project.table(name), "geometry")
            for name in ("compounds", "parcels")
        )

    def lay_cells(self, project: Project, box: _Box) -> tuple[Cells, Grouping]:
        """Cut the ground of a project in a box into plots; gives the clusters in it and those drawn by hand too."""
        compounds = self._compounds.meeting(box)
        # Streets and parcels cut within reach of a compound only; a barrier stops ground from beyond.
        reach = _wider(shapely.total_bounds(self._areas[compounds]), 2 * project.rules.max_gap_m)
        cut_box = np.concatenate([np.maximum(box[:2], reach[:2]), np.minimum(box[2:], reach[2:])])
        roads, near = project.table("roads"), self._roads.meeting(box)
        classes = np.asarray(roads["class"].array, dtype=object)[near]
        dividing = np.array([road_class in self._dividing for road_class in classes], dtype=bool)
        walls = [only_met(self._walls, shapely.box(*box)), cutting_lines(roads, near[dividing])]
        rows = {self._names[row]: place for place, row in enumerate(compounds.tolist())}
        grouping = project.grouping
        few = grouping.with_clusters(
            c for c in grouping.clusters if c.id in grouping.drawn or not rows.keys().isdisjoint(c.members)
        )
        cells = cut_ground(
            rows,
            self._areas[compounds],
            streets=cutting_lines(roads, self._roads.meeting(cut_box)),
            walls=np.concatenate(walls),
            parcels=shapes_of(project.table("parcels"))[self._parcels.meeting(cut_box)],
            gap_m=project.rules.max_gap_m,
            grouping=few,
        )
        return cells, few

    def cuts_in(self, before: Project, after: Project, rows: RowChanges, box: _Box) -> tuple[Cuts, Cuts]:
        """Draw what cuts the ground in a box before and after streets changed."""
        old, new = before.table("roads"), after.table("roads")
        near = self._roads.meeting(box)
        kept = np.setdiff1d(near, rows.touched)
        was = np.concatenate([kept, rows.touched[rows.touched < len(old)], rows.gone])
        parcels = shapes_of(after.table("parcels"))[self._parcels.meeting(box)]
        walls = only_met(self._walls, shapely.box(*box))
        lines = cutting_lines(old, was), cutting_lines(new, near)
        reach_m = 2 * after.rules.max_gap_m
        one, other = (draw_cuts(own, walls, parcels, self._tree, reach_m=reach_m) for own in lines)
        return one, other


def redraw_footprints(
    drawn: Mapping[str, BaseGeometry], before: Project, after: Project, rows: RowChanges, *, ground: Ground
) -> dict[str, BaseGeometry]:
    """Draw the areas again that changed streets can move; those that are left out are as they were `drawn`.

    `rows` are the streets that differ between two projects, `ground` finds what lies near in the one after.
    """
    lines = cuts_changed(before, after, rows)
    if not len(lines):
        return {}
    names = [cluster.id for cluster in after.grouping.clusters]
    shapes = np.array([drawn[name] for name in names], dtype=object)
    near = np.unique(shapely.STRtree(lines).query(shapes, predicate="dwithin", distance=_NEAR_M)[0])
    if not len(near):
        return {}
    box = _wider(shapely.total_bounds(lines), _BESIDE_M)
    if differ_by_loose_ends(*ground.cuts_in(before, after, rows, box), box):
        return {}
    cells, few = ground.lay_cells(after, _wider(shapely.total_bounds(shapes[near]), _NEAR_M))
    return LiveAreas(cells, gap_m=after.rules.max_gap_m).draw(few, {names[row] for row in near})


def cuts_changed(before: Project, after: Project, rows: RowChanges) -> NDArray[Any]:
    """Give the lines of roads that cut the ground before or after a change, but not both, or elsewhere.

    A touched row that the table before had too is the same road.
    """
    old, new = before.table("roads"), after.table("roads")
    kept = rows.touched[rows.touched < len(old)]
    stay = len(kept) == len(rows.touched) and not len(rows.gone)
    if stay and all(share_column(old, new, name) for name in (*_CUT_BY, "geometry")):
        return np.empty(0, dtype=object)
    lines = cutting_lines(old, np.concatenate([kept, rows.gone])), cutting_lines(new, rows.touched)
    both = {shape.wkb for shape in lines[0]} & {shape.wkb for shape in lines[1]}
    found = [shape for shape in np.concatenate(lines) if shape.wkb not in both]
    array = np.empty(len(found), dtype=object)
    array[:] = found
    return array


def divide_otherwise(before: Project, after: Project, rows: RowChanges) -> bool:
    """Tell whether streets changed that divide clusters, after which all areas are drawn anew."""
    old, new = (np.asarray(one.table("roads")["class"].array, dtype=object) for one in (before, after))
    kept = rows.touched[rows.touched < len(old)]
    return not DIVIDING_CLASSES.isdisjoint([*new[rows.touched], *old[rows.gone], *old[kept]])


def _wider(box: _Box, by_m: float) -> _Box:
    return box + by_m * np.array([-1.0, -1.0, 1.0, 1.0])
