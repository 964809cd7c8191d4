"""The ground of a town cut into plots, before anybody asks which cluster a plot belongs to.

A plot is a face between street centre lines, barriers that divide clusters, and the edges of parcels; a block is a
face between streets and barriers alone. Where several compounds fill a plot, the strip before each of them is a plot
of its own (`footprint_yards`). Plots follow from the layers, never from a grouping, so that two clusters see the same
plots and one cluster can be drawn without the others. Only ground near compounds is cut. Lines that were drawn beside
each other within a hand's breadth (a parcel that ends at a centre line) are one line here, so that no splinters arise
between them. Steps and footpaths cut nothing, nor do streets that leave the ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.footprint_lines import (
    as_objects,
    cutting_lines,
    draw_cuts,
    find_faces,
    meeting_compounds,
    only_met,
)
from gis_planner.analysis.footprint_yards import part_yards
from gis_planner.analysis.frontage import areas
from gis_planner.model.clusters import Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, rows_by_id, shapes_of

STRANGER = -2  # for the cluster of a compound without one
_SURELY = (
    0.6  # of a plot that the compounds of one cluster take: it is the cluster's, whatever the last bit says
)
_AROUND_M = 10.0  # around what lies within a gap: room for a link

Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cells:
    """The plots of a town, by row, and how much of each the compounds take.

    `free` is what no compound takes of a plot. A strip before a compound has its plot as `parent`, a plot has itself;
    `pieces` says how many pieces a plot was parted into, `whole` what no compound took of it before. Pairs (`plot`,
    `compound`, `taken_m2`) are sorted by plot; those of p are `first[p]:first[p + 1]`. `block` is the row of the block
    that a plot lies in, -1 for none; the pairs of blocks
    are `block_compound`, `block_taken_m2` between `block_first`. `smaller` are the smaller compounds on a compound's
    ground. `reach` (n, 4) is a box around each compound that holds every plot which can become its cluster's for it.
    """

    rows: Mapping[str, int]
    compounds: NDArray[Any]
    tree: shapely.STRtree
    plots: NDArray[Any]
    area_m2: NDArray[np.float64]
    free: NDArray[Any]
    parent: Rows
    pieces: Rows
    whole: NDArray[Any]
    plot_tree: shapely.STRtree
    compound: Rows
    taken_m2: NDArray[np.float64]
    first: Rows
    block: Rows
    block_area_m2: NDArray[np.float64]
    block_compound: Rows
    block_taken_m2: NDArray[np.float64]
    block_first: Rows
    walls: NDArray[Any]
    wall_tree: shapely.STRtree
    smaller: Mapping[int, tuple[int, ...]]
    reach: NDArray[np.float64]


def lay_cells(
    project: Project,
    barriers: Frame,
    *,
    around: BaseGeometry | None = None,
    grouping: Grouping | None = None,
) -> Cells:
    """Cut the ground near the compounds of a project into plots; `barriers` as `collect_barriers` gives them.

    Where only a part of the town is asked for, `around` is a box beyond which nothing is looked at. Cells for one
    `grouping` alone are laid sooner: plots that one cluster's compounds fill are not parted, nor is asked what is free.
    """
    roads = project.table("roads")
    near = np.flatnonzero(~shapely.is_missing(only_met(shapes_of(roads), around)))
    return cut_ground(
        rows_by_id(project.table("compounds")),
        areas(only_met(shapes_of(project.table("compounds")), around)),
        streets=cutting_lines(roads, near),
        walls=only_met(shapes_of(barriers)[barriers["blocks_grouping"].to_numpy(dtype=bool)], around),
        parcels=only_met(shapes_of(project.table("parcels")), around),
        gap_m=project.rules.max_gap_m,
        grouping=grouping,
    )


def cut_ground(
    rows: Mapping[str, int],
    compounds: NDArray[Any],
    *,
    streets: NDArray[Any],
    walls: NDArray[Any],
    parcels: NDArray[Any],
    gap_m: float,
    grouping: Grouping | None,
) -> Cells:
    """Cut the ground near compounds (valid areas, `rows` by id) into plots; None stands for what is not looked at."""
    tree = shapely.STRtree(compounds)
    reach_m = 2 * gap_m
    lines = draw_cuts(streets, walls, parcels, tree, reach_m=reach_m)
    blocks = find_faces(lines.cuts)
    block_row, block_compound, block_taken_m2 = _shares(blocks, tree, compounds)
    if len(lines.edges):
        faces = find_faces(np.concatenate([lines.cuts, lines.edges]))
        plot, compound, taken_m2 = _shares(faces, tree, compounds)
    else:
        faces, plot, compound, taken_m2 = blocks, block_row, block_compound, block_taken_m2
    kept = meeting_compounds(tree, faces, reach_m) & ~_within_areas(faces, lines.walls)
    plots, own = faces[kept], kept[plot]
    plot, compound, taken_m2 = (np.cumsum(kept) - 1)[plot[own]], compound[own], taken_m2[own]
    block = _block_of(plots, blocks)
    parted = np.ones(len(plots), dtype=bool)
    lone = ~parted
    if grouping is not None:
        parted = _of_several(plot, members_of(grouping, rows, len(compounds))[compound], len(plots))
        share = np.bincount(plot, taken_m2, minlength=len(plots))
        lone = ~parted & (share > _SURELY * shapely.area(plots))
    free = _free(plots, plot, compounds[compound], lone)
    mine = parted[plot]
    of, whose, yards = _yards(plots, free, plot[mine], compounds, compound[mine], taken_m2[mine], gap_m)
    parent, whole = np.concatenate([np.arange(len(plots)), of]), free
    free = np.concatenate([_left(free, of, yards), yards])
    plot = np.concatenate([plot, len(plots) + np.arange(len(yards))])
    compound, taken_m2 = np.concatenate([compound, whose]), np.concatenate([taken_m2, shapely.area(yards)])
    plots, block = np.concatenate([plots, yards]), np.concatenate([block, block[of]])
    reach = _reach(compounds, plots, gap_m)
    _widen(reach, block_compound, shapely.bounds(blocks[block_row]))
    return Cells(
        rows=rows,
        compounds=compounds,
        tree=tree,
        plots=plots,
        area_m2=shapely.area(plots),
        free=free,
        parent=parent,
        pieces=np.bincount(parent, minlength=len(whole)),
        whole=whole,
        plot_tree=shapely.STRtree(plots),
        compound=compound,
        taken_m2=taken_m2,
        first=_first(plot, len(plots)),
        block=block,
        block_area_m2=shapely.area(blocks),
        block_compound=block_compound,
        block_taken_m2=block_taken_m2,
        block_first=_first(block_row, len(blocks)),
        walls=lines.walls,
        wall_tree=shapely.STRtree(lines.walls),
        smaller=_smaller(compounds, tree, rows),
        reach=reach,
    )


def members_of(grouping: Grouping, rows: Mapping[str, int], compounds: int) -> Rows:
    """Give the number of each compound's cluster in a grouping, `STRANGER` for one without."""
    cluster = np.full(compounds, STRANGER, dtype=np.int64)
    for number, one in enumerate(grouping.clusters):
        cluster[[rows[member] for member in one.members if member in rows]] = number
    return cluster


def _of_several(plot: Rows, cluster: Rows, plots: int) -> NDArray[np.bool_]:
    """Tell which plots are taken by compounds of several clusters; `plot` is sorted, `cluster` beside it."""
    several = np.zeros(plots, dtype=bool)
    several[plot[1:][(plot[1:] == plot[:-1]) & (cluster[1:] != cluster[:-1])]] = True
    return several


def _within_areas(plots: NDArray[Any], walls: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which plots lie in a barrier that is an area, such as a river between its banks."""
    inside = np.zeros(len(plots), dtype=bool)
    wide = walls[np.isin(shapely.get_type_id(walls), (3, 6))]
    inside[shapely.STRtree(wide).query(shapely.point_on_surface(plots), predicate="within")[0]] = True
    return inside


def _shares(
    faces: NDArray[Any], tree: shapely.STRtree, compounds: NDArray[Any]
) -> tuple[Rows, Rows, NDArray[np.float64]]:
    """Measure what each compound takes of each face, sorted by face and compound."""
    face, compound = tree.query(faces, predicate="intersects")
    order = np.lexsort((compound, face))
    face, compound = face[order], compound[order]
    shapely.prepare(faces)
    shapely.prepare(compounds)
    one, other = faces[face], compounds[compound]
    # Most faces lie in a compound, or around it: only the others are cut.
    taken_m2 = np.where(shapely.covers(one, other), shapely.area(other), shapely.area(one))
    cut = np.flatnonzero(~shapely.covers(one, other) & ~shapely.covers(other, one))
    taken_m2[cut] = shapely.area(shapely.intersection(one[cut], other[cut]))
    kept = taken_m2 > 0
    return face[kept].astype(np.int64), compound[kept].astype(np.int64), taken_m2[kept]


def _free(plots: NDArray[Any], plot: Rows, compounds: NDArray[Any], lone: NDArray[np.bool_]) -> NDArray[Any]:
    """Give what no compound takes of each plot but the `lone` ones, which are given as they are.

    `compounds` beside the rows of `plot`.
    """
    free = plots.copy()
    rows, first, count = np.unique(plot, return_index=True, return_counts=True)
    asked = ~lone[rows]
    rows, first, count = rows[asked], first[asked], count[asked]
    taken = compounds[first]
    for place in np.flatnonzero(count > 1).tolist():
        taken[place] = shapely.union_all(compounds[first[place] : first[place] + count[place]])
    free[rows] = areas(shapely.difference(plots[rows], taken))
    return free


def _yards(
    plots: NDArray[Any],
    free: NDArray[Any],
    plot: Rows,
    compounds: NDArray[Any],
    compound: Rows,
    taken_m2: NDArray[np.float64],
    gap_m: float,
) -> tuple[Rows, Rows, NDArray[Any]]:
    """Find the strips before compounds that share a plot: rows of plot and compound, and the ground."""
    of, whose, ground = [], [], []
    rows, first, several = np.unique(plot, return_index=True, return_counts=True)
    for row, low, n in zip(rows.tolist(), first.tolist(), several.tolist(), strict=True):
        own = slice(low, low + n)
        for number, strip in part_yards(
            plots[row], free[row], compounds[compound[own]], taken_m2[own], gap_m
        ):
            of.append(row)
            whose.append(int(compound[low + number]))
            ground.append(strip)
    return np.array(of, dtype=np.int64), np.array(whose, dtype=np.int64), as_objects(ground)


def _left(free: NDArray[Any], of: Rows, yards: NDArray[Any]) -> NDArray[Any]:
    left = free.copy()
    rows, first = np.unique(of, return_index=True)
    if len(rows):
        taken = as_objects([shapely.union_all(own) for own in np.split(yards, first[1:])])
        left[rows] = areas(shapely.difference(free[rows], taken))
    return left


def _block_of(plots: NDArray[Any], blocks: NDArray[Any]) -> Rows:
    block = np.full(len(plots), -1, dtype=np.int64)
    plot, row = shapely.STRtree(blocks).query(shapely.point_on_surface(plots), predicate="within")
    block[plot] = row
    return block


def _smaller(
    compounds: NDArray[Any], tree: shapely.STRtree, rows: Mapping[str, int]
) -> dict[int, tuple[int, ...]]:
    """List for each compound the smaller ones that lie on its ground."""
    size = shapely.area(compounds)
    names = {row: name for name, row in rows.items()}
    order = sorted(names, key=lambda row: (size[row], names[row]))
    rank = np.full(len(compounds), len(compounds), dtype=np.int64)
    rank[order] = np.arange(len(order))
    one, other = tree.query(compounds, predicate="intersects")
    less = rank[other] < rank[one]
    one, other = one[less], other[less]
    upon = ~shapely.touches(compounds[one], compounds[other])
    found: dict[int, list[int]] = {}
    for row, beside in sorted(zip(one[upon].tolist(), other[upon].tolist(), strict=True)):
        found.setdefault(row, []).append(beside)
    return {row: tuple(others) for row, others in found.items()}


def _reach(compounds: NDArray[Any], plots: NDArray[Any], gap_m: float) -> NDArray[np.float64]:
    reach = shapely.bounds(compounds).reshape(-1, 4) + _AROUND_M * np.array([-1, -1, 1, 1])
    reach += gap_m * np.array([-1, -1, 1, 1])
    compound, plot = shapely.STRtree(plots).query(compounds, predicate="dwithin", distance=gap_m)
    _widen(reach, compound, shapely.bounds(plots[plot]))
    return reach


def _widen(reach: NDArray[np.float64], rows: Rows, boxes: NDArray[np.float64]) -> None:
    boxes = boxes.reshape(-1, 4)
    np.minimum.at(reach[:, :2], rows, boxes[:, :2])
    np.maximum.at(reach[:, 2:], rows, boxes[:, 2:])


def _first(rows: Rows, n: int) -> Rows:
    return np.searchsorted(rows, np.arange(n + 1)).astype(np.int64)
