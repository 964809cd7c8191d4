"""The area of every cluster (片区范围): its compounds, and the streets and parcels between them.

An area is the unit for 三合 and 三整, and a line on a sheet that somebody signs. It runs along street centre lines and
parcel edges where compounds fill the ground up to them, else along compounds. Ground becomes a cluster's

* where its compounds stand; what two compounds both claim goes to the smaller one, so that a huge outline drawn over
  many others takes only what is left;
* where its compounds take at least half of a plot (`footprint_cells`), or two thirds of a block;
* where it lies mostly between its compounds, in plots that are nobody's, and in gaps between them.

What belongs to others is left out: other compounds and the plots that they fill, the ground beyond a barrier that
divides clusters, and ground between compounds that a cluster with a smaller number also claims. An area is one polygon
as long as its members can be linked without crossing somebody else's compound, and has holes only where somebody
else's ground lies. No two areas overlap. An area follows from what is near it alone: one cluster drawn by itself has
exactly the area that it has among all.

What a person drew (`SetFootprint`) is taken as drawn, cut by nothing. Other areas give way to it, except with the
ground of their own compounds; what overlaps then is listed (`footprint_doubts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.footprint_cells import Cells, Rows, lay_cells, members_of
from gis_planner.analysis.footprint_shapes import Foreign, close_gaps, fill_holes, link_parts, tidy, without
from gis_planner.analysis.frontage import areas
from gis_planner.messages import Message
from gis_planner.model.clusters import Grouping
from gis_planner.model.drawn_areas import area_of
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame
from gis_planner.progress import SILENT, Progress

_PLOT_SHARE = 0.5  # of a plot that a cluster's compounds must take to have the plot
_BLOCK_SHARE = 2 / 3  # of a block that they must take to have what is nobody's in it
_MOSTLY = 0.5  # of a plot's free ground must lie between members
_CUT_M = 0.05  # width of the cut that a barrier line makes
_THIN_M = 0.5  # ground between members that is thinner than this is no ground

_GRID_M = 1e-6
_MINE, _THEIRS, _NOBODYS = 0, 1, 2
_NOBODY = -1  # whose a plot is, where it is neither a cluster's nor a stranger's


def draw_footprints(
    grouping: Grouping,
    project: Project,
    barriers: Frame,
    *,
    cells: Cells | None = None,
    progress: Progress = SILENT,
) -> dict[str, BaseGeometry]:
    """Draw the area of every cluster, by cluster id; a cluster without placed members has an empty one.

    `barriers` as `collect_barriers` gives them; `cells` as `lay_cells` gives them for this project, where they are
    at hand.
    """
    standing = _stand(
        grouping, cells or lay_cells(project, barriers, grouping=grouping), project.rules.max_gap_m
    )
    every = _owners(standing, np.arange(len(standing.cells.plots)))
    claims: list[_Claim] = []
    drawn: dict[str, BaseGeometry] = {}
    for number, cluster in enumerate(grouping.clusters):
        progress.report(
            number / len(grouping.clusters), Message("clusters.progress.footprints", number=cluster.number)
        )
        claims.append(_claim(standing, number, every))
    order = _order(grouping)
    for number, cluster in enumerate(grouping.clusters):
        if cluster.id in standing.drawn:
            drawn[cluster.id] = standing.drawn[cluster.id]
            continue
        better = [claims[other].area for other in _rivals(standing, order, number, claims[number])]
        drawn[cluster.id] = _settle(standing, number, claims[number], better)
    return drawn


def draw_footprint(
    cluster_id: str, grouping: Grouping, project: Project, barriers: Frame, *, cells: Cells | None = None
) -> BaseGeometry:
    """Draw the area of one cluster, exactly as it is among all; KeyError when there is none of that id."""
    number = grouping.clusters.index(grouping.cluster(cluster_id))
    if cluster_id in grouping.drawn:
        return area_of(grouping.drawn[cluster_id])
    standing = _stand(
        grouping, cells or lay_cells(project, barriers, grouping=grouping), project.rules.max_gap_m
    )
    claim = _claim(standing, number)
    rivals = _rivals(standing, _order(grouping), number, claim)
    return _settle(standing, number, claim, [_claim(standing, other).area for other in rivals])


@dataclass(frozen=True, eq=False)
class _Standing:
    """A grouping on the ground: the rows of each cluster's members, each compound's cluster, each cluster's reach.

    `drawn` are the areas that a person drew, by cluster id; their clusters have no reach: they claim nothing else.
    """

    cells: Cells
    members: tuple[Rows, ...]
    cluster: Rows
    reach: NDArray[np.float64]
    gap_m: float
    drawn: Mapping[str, BaseGeometry]


def _stand(grouping: Grouping, cells: Cells, gap_m: float) -> _Standing:
    members = tuple(
        np.array(sorted(cells.rows[m] for m in c.members if m in cells.rows), dtype=np.int64)
        for c in grouping.clusters
    )
    cluster = members_of(grouping, cells.rows, len(cells.compounds))
    reach = np.full((len(members), 4), np.nan)
    for number, rows in enumerate(members):
        placed = cells.reach[rows][~np.isnan(cells.reach[rows, 0])]
        if len(placed) and grouping.clusters[number].id not in grouping.drawn:
            reach[number] = [*placed[:, :2].min(axis=0), *placed[:, 2:].max(axis=0)]
    drawn = {cluster_id: area_of(rings) for cluster_id, rings in sorted(grouping.drawn.items())}
    return _Standing(cells, members, cluster, reach, gap_m, drawn)


def _order(grouping: Grouping) -> list[int]:
    """Give each cluster's place in the order of numbers, by which ground that two claim is decided."""
    by_number = sorted(
        range(len(grouping.clusters)), key=lambda n: (grouping.clusters[n].number, grouping.clusters[n].id)
    )
    order = [0] * len(by_number)
    for place, number in enumerate(by_number):
        order[number] = place
    return order


def _rivals(standing: _Standing, order: Sequence[int], number: int, claim: _Claim) -> list[int]:
    """Find the clusters with smaller numbers that can claim ground which this one claims.

    Nobody claims another's compounds, or plots that they fill; only what lies between can be claimed twice.
    """
    if claim.between is None:
        return []
    west, south, east, north = claim.between
    reach = standing.reach
    meets = (reach[:, 0] <= east) & (reach[:, 1] <= north) & (reach[:, 2] >= west) & (reach[:, 3] >= south)
    return [other for other in np.flatnonzero(meets).tolist() if order[other] < order[number]]


def _owners(standing: _Standing, plots: Rows) -> Rows:
    """Say whose these plots are: a cluster's number, a stranger's, or nobody's."""
    cells = standing.cells
    counts = cells.first[plots + 1] - cells.first[plots]
    pairs = _ranges(cells.first[plots], counts)
    most, most_m2 = _largest(
        np.repeat(np.arange(len(plots)), counts),
        standing.cluster[cells.compound[pairs]],
        cells.taken_m2[pairs],
        len(plots),
    )
    owner = np.where(most_m2 >= _PLOT_SHARE * cells.area_m2[plots], most, _NOBODY)

    blocks, back = np.unique(cells.block[plots], return_inverse=True)
    inside = blocks >= 0
    starts = cells.block_first[blocks[inside]]
    counts = cells.block_first[blocks[inside] + 1] - starts
    pairs = _ranges(starts, counts)
    held = np.full(len(blocks), _NOBODY, dtype=np.int64)
    holder, held_m2 = _largest(
        np.repeat(np.arange(len(starts)), counts),
        standing.cluster[cells.block_compound[pairs]],
        cells.block_taken_m2[pairs],
        len(starts),
    )
    enough = held_m2 >= _BLOCK_SHARE * cells.block_area_m2[blocks[inside]]
    held[inside] = np.where(enough & (holder >= 0), holder, _NOBODY)
    of_block = held[back]
    nobodys = (owner == _NOBODY) & ((most == _NOBODY) | (most == of_block))
    return np.where(nobodys, of_block, owner)


def _largest(rows: Rows, owner: Rows, size: NDArray[np.float64], n: int) -> tuple[Rows, NDArray[np.float64]]:
    """Find for each row the owner that takes most, and how much; equal ones go to the first."""
    most, most_m2 = np.full(n, _NOBODY, dtype=np.int64), np.zeros(n)
    if len(rows):
        keys, back = np.unique(np.column_stack([rows, owner]), axis=0, return_inverse=True)
        sums = np.bincount(back.ravel(), weights=size)
        order = np.lexsort((-keys[:, 1], sums, keys[:, 0]))
        last = np.flatnonzero(np.diff(keys[order, 0], append=n))
        best = order[last]
        most[keys[best, 0]], most_m2[keys[best, 0]] = keys[best, 1], sums[best]
    return most, most_m2


def _ranges(starts: Rows, counts: Rows) -> Rows:
    before = np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(starts, counts) + np.arange(len(before)) - before


@dataclass(frozen=True, eq=False)
class _Claim:
    """All ground that a cluster claims, and a box around what is neither its compounds' nor in plots that they fill."""

    area: BaseGeometry
    between: NDArray[np.float64] | None


def _claim(standing: _Standing, number: int, owners: Rows | None = None) -> _Claim:
    """Draw all ground that a cluster claims; `owners` of all plots where they are known."""
    cells, gap_m = standing.cells, standing.gap_m
    own = _own_ground(standing, number)
    if own.is_empty:
        return _Claim(own, None)
    around = shapely.box(*standing.reach[number])
    plots = np.sort(cells.plot_tree.query(around))
    owner = owners[plots] if owners is not None else _owners(standing, plots)
    others = np.setdiff1d(cells.tree.query(around), standing.members[number])
    mine, theirs, nobodys = _ground(standing, plots, owner, number)
    foreign = Foreign(np.concatenate([cells.compounds[others], theirs]))

    open_ground = shapely.get_parts(nobodys)
    open_ground = open_ground[shapely.dwithin(open_ground, own, gap_m)]
    if len(open_ground):
        enclosed = shapely.area(shapely.intersection(open_ground, close_gaps(own, gap_m)))
        open_ground = open_ground[enclosed >= _MOSTLY * shapely.area(open_ground)]
    gaps = shapely.get_parts(foreign.leave_out(shapely.difference(close_gaps(own, gap_m / 2), own)))
    gaps = gaps[2 * shapely.area(gaps) > _THIN_M * shapely.length(gaps)]
    walls = cells.walls[np.sort(cells.wall_tree.query(around))]
    free = _this_side(np.concatenate([open_ground, gaps]), own, walls)
    # Joined on a fine grid: pieces that touch but for the last bit of a coordinate are one.
    joined = shapely.union_all(np.concatenate([[own], mine, free]), grid_size=_GRID_M)
    area = fill_holes(link_parts(fill_holes(joined, foreign), own, foreign, gap_m), foreign)
    if joined.geom_type != "Polygon":
        return _Claim(area, shapely.total_bounds(area))
    filled = [*free, *shapely.get_rings(joined)[1:]]
    return _Claim(area, shapely.total_bounds(filled) if filled else None)


def _ground(
    standing: _Standing, plots: Rows, owner: Rows, number: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Give the ground of some plots that is the cluster's own, others', and nobody's, between their compounds.

    A plot all of whose pieces are the cluster's own, or others', is given whole: that it was parted must not show in
    the last bit of an outline. Where its compounds too are all on that side it is given with what they take of it,
    which is on that side anyway; faces between the same lines then fit to the last bit and are joined as they are.
    """
    cells = standing.cells
    side = np.where(owner == number, _MINE, np.where(owner == _NOBODY, _NOBODYS, _THEIRS))
    parents, back, met = np.unique(cells.parent[plots], return_inverse=True, return_counts=True)
    least, most = np.full(len(parents), _NOBODYS), np.full(len(parents), _MINE)
    np.minimum.at(least, back, side)
    np.maximum.at(most, back, side)
    # Pieces that were not met lie beyond what can be the cluster's own: they are others'.
    whole = ((least == most) & ((most == _THEIRS) | (met == cells.pieces[parents])))[back]
    itself = cells.parent[plots] == plots
    ground = cells.free[plots]
    ground[whole & itself] = cells.whole[plots[whole & itself]]
    kept = itself | ~whole
    counts = cells.first[plots + 1] - cells.first[plots]
    member = standing.cluster[cells.compound[_ranges(cells.first[plots], counts)]] == number
    members = np.bincount(np.repeat(np.arange(len(plots)), counts), member, minlength=len(plots))
    full = whole & itself & np.where(side == _MINE, members == counts, (side == _THEIRS) & (members == 0))
    ground[full] = cells.plots[plots[full]]
    joined = shapely.get_parts(shapely.coverage_union_all(ground[full & (side == _MINE)]))
    own = np.concatenate([joined, ground[kept & ~full & (side == _MINE)]])
    return own, ground[kept & (side == _THEIRS)], ground[kept & (side == _NOBODYS)]


def _own_ground(standing: _Standing, number: int) -> BaseGeometry:
    """Join what is left of the members by smaller compounds that lie in another cluster, or in none."""
    cells, rows = standing.cells, standing.members[number]
    ground = cells.compounds[rows]
    for place, row in enumerate(rows.tolist()):
        others = [other for other in cells.smaller.get(row, ()) if standing.cluster[other] != number]
        if others:
            rest = shapely.difference(cells.compounds[row], shapely.union_all(cells.compounds[others]))
            ground[place] = areas(np.array([rest], dtype=object))[0]
    return shapely.union_all(ground)


def _this_side(pieces: NDArray[Any], own: BaseGeometry, walls: NDArray[Any]) -> NDArray[Any]:
    """Leave out barriers, and what lies beyond them: pieces that they cut off from every member."""
    near = walls[np.unique(shapely.STRtree(pieces).query(walls, predicate="intersects")[0])]
    if not len(near):
        return pieces
    cut = shapely.difference(shapely.union_all(pieces), shapely.union_all(shapely.buffer(near, _CUT_M)))
    kept = shapely.get_parts(cut)
    kept = kept[shapely.dwithin(kept, own, _CUT_M)]
    # What a barrier only runs along is kept whole, so that the outline runs along the barrier too.
    inside = shapely.intersects(shapely.union_all(kept), shapely.point_on_surface(pieces))
    whole = inside & ~shapely.relate_pattern(pieces, shapely.union_all(near), "T********")
    return np.concatenate([kept, pieces[whole]])


def _settle(standing: _Standing, number: int, claim: _Claim, better: Sequence[BaseGeometry]) -> BaseGeometry:
    """Leave out what clusters with smaller numbers claim and what was drawn for others, and tidy the outline."""
    taken = [other for other in better if other.intersects(claim.area)]
    by_hand = [area for area in standing.drawn.values() if area.intersects(claim.area)]
    if by_hand:
        taken.append(shapely.difference(shapely.union_all(by_hand), _own_ground(standing, number)))
    return tidy(without(claim.area, taken))
