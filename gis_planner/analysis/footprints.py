"""The area of every cluster (片区范围): its compounds, and the streets and parcels between them.

The gaps between members are closed, parcels that lie mostly in between are taken in, and what belongs to others is
left out: other compounds, the ground beyond a barrier that divides clusters, and the areas of clusters with smaller
numbers. An area is one polygon as long as its members can be linked without crossing somebody else's compound.
No two areas overlap. Ground that two compounds both claim (outlines that overlap, or one inside another) goes to the
smaller compound: a huge outline drawn over many others takes only what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.frontage import areas, ground_between
from gis_planner.messages import Message
from gis_planner.model.clusters import Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, bools, geometries, rows_by_id
from gis_planner.progress import SILENT, Progress

_MOSTLY = 0.5  # of a parcel's free ground must lie between members to take that part in
_NEARLY_ALL = 0.8  # of it must lie there to take the parcel in whole
_SMOOTH_M = 1.0  # outlines between members are simplified by this much
_CUT_M = 0.05  # width of the cut that a barrier line makes
_LINK_M = 4.0  # half the width of a link between parts that do not touch
_CRUMB_M2 = 1.0  # pieces smaller than this are dropped


def draw_footprints(
    grouping: Grouping, project: Project, barriers: Frame, *, progress: Progress = SILENT
) -> dict[str, BaseGeometry]:
    """Draw the area of every cluster, by cluster id; a cluster without placed members has an empty one.

    `barriers` as `collect_barriers` gives them.
    """
    rows = rows_by_id(project.table("compounds"))
    compounds = areas(geometries(project.table("compounds")))
    ground = _share_ground(compounds, rows, grouping.cluster_of())
    parcels = areas(geometries(project.table("parcels")))
    walls = geometries(barriers)[np.array(bools(barriers, "blocks_grouping"), dtype=bool)]
    trees = shapely.STRtree(compounds), shapely.STRtree(parcels), shapely.STRtree(walls)
    gap_m = project.rules.max_gap_m
    drawn: dict[str, BaseGeometry] = {}
    for number, cluster in enumerate(grouping.clusters):
        progress.report(
            number / len(grouping.clusters), Message("clusters.progress.footprints", number=cluster.number)
        )
        members = [rows[member] for member in cluster.members if member in rows]
        own = shapely.union_all(ground[members])
        faced = ground_between(ground[members], gap_m)
        around = shapely.buffer(own, 2 * gap_m)
        others = np.setdiff1d(trees[0].query(around, predicate="intersects"), members)
        foreign = shapely.union_all(compounds[others])
        near = parcels[trees[1].query(around, predicate="intersects")]
        free = _between(own, faced, near, foreign, gap_m)
        free = _cut_by_barriers(free, own, walls[trees[2].query(around, predicate="intersects")])
        area = _assemble(own, free, foreign, gap_m)
        drawn[cluster.id] = _without(area, _near(list(drawn.values()), area))
    return drawn


def _share_ground(
    compounds: NDArray[Any], rows: Mapping[str, int], cluster_of: Mapping[str, str]
) -> NDArray[Any]:
    """Give each compound what is left of it by smaller ones that lie in another cluster, or in none."""
    names = {row: name for name, row in rows.items()}
    size = shapely.area(compounds)
    rank = {row: place for place, row in enumerate(sorted(names, key=lambda row: (size[row], names[row])))}
    one, other = shapely.STRtree(compounds).query(compounds, predicate="intersects")
    smaller: dict[int, list[int]] = {}
    for row, beside in zip(one.tolist(), other.tolist(), strict=True):
        together = names[row] in cluster_of and cluster_of[names[row]] == cluster_of.get(names[beside])
        if rank[beside] < rank[row] and not together:
            smaller.setdefault(row, []).append(beside)
    ground = compounds.copy()
    for row, others in smaller.items():
        rest = shapely.difference(compounds[row], shapely.union_all(compounds[others]))
        ground[row] = areas(np.array([rest], dtype=object))[0]
    return ground


def closed_hull(members: Sequence[BaseGeometry] | NDArray[Any], reach_m: float) -> BaseGeometry:
    """Give the ground of some areas with every gap up to twice `reach_m` between them closed."""
    own = shapely.union_all(np.asarray(members, dtype=object))
    closed = shapely.buffer(shapely.buffer(own, reach_m), -reach_m)
    return shapely.union(own, closed)


def _between(
    own: BaseGeometry, faced: NDArray[Any], parcels: NDArray[Any], foreign: BaseGeometry, gap_m: float
) -> BaseGeometry:
    """Give the ground between members: what they face, small gaps, and parcels that lie in between.

    A parcel is taken in whole where nearly all of its free ground lies between members, else as far as it does.
    """
    wide = closed_hull([own], gap_m)
    ground = shapely.difference(shapely.difference(parcels, own), foreign)
    enclosed = shapely.intersection(ground, wide)
    share = shapely.area(enclosed) / np.maximum(shapely.area(ground), _CRUMB_M2)
    taken = np.where(share >= _NEARLY_ALL, ground, enclosed)[share >= _MOSTLY]
    gaps = closed_hull([own], gap_m / 2)
    free = shapely.difference(shapely.union_all(np.array([gaps, *faced, *taken], dtype=object)), own)
    return shapely.difference(shapely.simplify(shapely.normalize(free), _SMOOTH_M), foreign)


def _cut_by_barriers(free: BaseGeometry, own: BaseGeometry, barriers: NDArray[Any]) -> BaseGeometry:
    """Leave out barriers, and what lies beyond them: pieces that they cut off from every member."""
    if len(barriers) == 0:
        return free
    cut = shapely.difference(free, shapely.union_all(shapely.buffer(barriers, _CUT_M)))
    pieces = shapely.get_parts(cut)
    return shapely.union_all(
        pieces[shapely.dwithin(pieces, own, _CUT_M) & (shapely.area(pieces) > _CRUMB_M2)]
    )


def _assemble(own: BaseGeometry, free: BaseGeometry, foreign: BaseGeometry, gap_m: float) -> BaseGeometry:
    """Join members and the ground between them, link what does not touch, and fill holes that are nobody's."""
    area = _filled(shapely.union(own, free), foreign)
    parts = sorted(shapely.get_parts(area), key=lambda part: (-part.area, part.bounds))
    joined, waiting = parts[0] if parts else area, parts[1:]
    while waiting:
        near = min(waiting, key=lambda part: (joined.distance(part), part.bounds))
        waiting.remove(near)
        link = shapely.buffer(shapely.shortest_line(joined, near), _LINK_M, cap_style="square")
        if joined.distance(near) > gap_m:
            link = shapely.Polygon()
        joined = shapely.union_all([joined, near, shapely.difference(link, foreign)])
    return _filled(joined, foreign)


def _filled(area: BaseGeometry, foreign: BaseGeometry) -> BaseGeometry:
    """Fill holes, except for what other compounds take of them."""
    rings = [
        shapely.Polygon(ring) for part in shapely.get_parts(area) for ring in getattr(part, "interiors", ())
    ]
    holes = shapely.difference(shapely.union_all(rings), foreign)
    return shapely.union_all([area, *(part for part in shapely.get_parts(holes) if part.area > 0)])


def _near(areas_drawn: Sequence[BaseGeometry], area: BaseGeometry) -> list[BaseGeometry]:
    return [other for other in areas_drawn if other.intersects(area)]


def _without(area: BaseGeometry, taken: Sequence[BaseGeometry]) -> BaseGeometry:
    """Leave out what other clusters have, and crumbs; polygons only."""
    rest = shapely.difference(area, shapely.union_all(list(taken))) if taken else area
    parts = [part for part in shapely.get_parts(rest) if part.geom_type == "Polygon"]
    large = [part for part in parts if part.area > _CRUMB_M2] or parts
    return large[0] if len(large) == 1 else shapely.MultiPolygon(large)
