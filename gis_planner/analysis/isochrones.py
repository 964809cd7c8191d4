"""Isochrones: what is reached on foot within a limit, as streets and as an outline.

The streets are exact: every edge is cut where the distance equals the limit. The outline holds the places from which
those streets are joined as a facility would be: by a straight leg of at most the longest leg (`snap_max_m`), meeting
the street at its nearest point, crossing no river, water, railway or wall, with the leg counted in the walk. So a
facility inside the outline is one that coverage finds within the limit, and an outline never claims a bank that no
path reaches. Where a bridge leads over water, only the bridge itself is in the outline.

A *final* outline is made of exact shapes; a *live* one of a small raster, for the hand that drags something. Both ask
the same of every place. Minutes are shown as the metres that the walking speed makes of them; verdicts know metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiLineString, MultiPolygon

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.isochrone_ground import CELL_M, WalkGround
from gis_planner.analysis.isochrone_raster import FAR_M, paint_reach, trace_outline
from gis_planner.analysis.isochrone_search import cut_edges, draw_stretches, reach_edges
from gis_planner.analysis.isochrone_strips import draw_fans, draw_strips, list_strips
from gis_planner.messages import Message
from gis_planner.progress import SILENT, Progress

_GRID_M = 1e-3  # outlines are exact to this
_PATH_HALF_M = 0.5  # a path over water is drawn this wide to either side


@dataclass(frozen=True, eq=False)
class Starts:
    """Where a walk begins: access points, sorted by edge and offset."""

    edge: Rows
    offset_m: Floats
    leg_m: Floats


@dataclass(frozen=True, eq=False)
class Isochrone:
    """What is reached within a limit: streets, their metres, the outline and its area."""

    limit_m: float
    streets: MultiLineString
    length_m: float
    outline: MultiPolygon
    area_m2: float


def starts_at(edge: NDArray[Any], offset_m: NDArray[Any], leg_m: NDArray[Any]) -> Starts:
    """Put access points in order; they may belong to several that are asked about together."""
    order = np.lexsort((leg_m, offset_m, edge))
    return Starts(
        np.array(edge, dtype=np.int64)[order],
        np.array(offset_m, dtype=np.float64)[order],
        np.array(leg_m, dtype=np.float64)[order],
    )


def minutes_to_metres(minutes: float, *, walk_speed_m_s: float) -> float:
    """Give how far one walks in some minutes."""
    return minutes * 60.0 * walk_speed_m_s


def live_isochrones(
    ground: WalkGround, starts: Starts, limits_m: Sequence[float], *, cell_m: float = CELL_M
) -> list[MultiPolygon]:
    """Give the outline for each limit from a raster of `cell_m`, at once and exact to about half a cell."""
    limits = np.unique(np.array(limits_m, dtype=np.float64))
    reached = _reach(ground, starts, float(limits.max()))
    drawn, _ = _stretches(ground, reached, float(limits.max()))
    if len(drawn) == 0:
        return [MultiPolygon() for _ in limits_m]
    margin = ground.width_m + 2.0 * cell_m
    corner = np.floor((drawn.min(axis=0) - margin) / cell_m) * cell_m
    columns, rows = (np.ceil((drawn.max(axis=0) + margin - corner) / cell_m).astype(int) + 1).tolist()
    missed = np.full((len(limits), rows, columns), FAR_M, dtype=np.float32)
    x0, y0 = float(corner[0]), float(corner[1])
    paint_reach(
        missed, x0, y0, cell_m, limits, ground.width_m, reached.edges, reached.source_first, reached.offset_m,
        reached.metres, ground.first_vertex, ground.xy, ground.along, ground.near_first, ground.near,
    )  # fmt: skip
    east, north = (corner + cell_m * np.array([columns, rows])).tolist()
    wet = _wet_within(ground, (x0, y0, east, north))
    found = {}
    for limit_m, one in zip(limits.tolist(), missed, strict=True):
        outline = _areas(*trace_outline(one, x0, y0, cell_m))
        found[limit_m] = outline if wet is None else _as_areas(shapely.difference(outline, wet))
    return [found[float(limit_m)] for limit_m in limits_m]


def final_isochrones(
    ground: WalkGround, starts: Starts, limits_m: Sequence[float], *, progress: Progress = SILENT
) -> list[Isochrone]:
    """Give the streets and the outline for each limit, exactly, whatever other limits are asked for."""
    found = []
    for done, limit_m in enumerate(limits_m):
        progress.report(done / len(limits_m), Message("isochrone.drawing", metres=round(limit_m)))
        found.append(_draw(ground, _reach(ground, starts, float(limit_m)), float(limit_m)))
    return found


@dataclass(frozen=True, eq=False)
class _Reached:
    """The edges that are reached, and the sources of each; see `isochrone_search`."""

    edges: Rows
    source_first: Rows
    offset_m: Floats
    metres: Floats


def _reach(ground: WalkGround, starts: Starts, limit_m: float) -> _Reached:
    distance = ground.lend()
    found = reach_edges(
        ground.first, ground.to, ground.arc_edge, ground.edge_from, ground.edge_to, ground.walk_m,
        starts.edge, starts.offset_m, starts.leg_m, limit_m, distance,
    )  # fmt: skip
    ground.give_back(distance)
    return _Reached(*found)


def _stretches(ground: WalkGround, reached: _Reached, limit_m: float) -> tuple[Floats, Rows]:
    row, low, high = _cut(ground, reached, limit_m)
    return draw_stretches(ground.first_vertex, ground.xy, ground.along, reached.edges[row], low, high)


def _cut(ground: WalkGround, reached: _Reached, limit_m: float) -> tuple[Rows, Floats, Floats]:
    return cut_edges(
        ground.walk_m, reached.edges, reached.source_first, reached.offset_m, reached.metres, limit_m
    )


def _draw(ground: WalkGround, reached: _Reached, limit_m: float) -> Isochrone:
    drawn, of = _stretches(ground, reached, limit_m)
    lines = np.asarray(shapely.linestrings(drawn, indices=of), dtype=object)
    if len(lines) == 0:
        return Isochrone(limit_m, MultiLineString(), 0.0, MultiPolygon(), 0.0)
    outline = shapely.union_all(_places(ground, reached, limit_m), grid_size=_GRID_M)
    wet = _wet_within(ground, outline.bounds)
    if wet is not None:
        outline = shapely.difference(outline, wet, grid_size=_GRID_M)
    crossing, _ = ground.lines.query(lines, predicate="intersects")
    if len(crossing):
        paths = shapely.buffer(lines[np.unique(crossing)], _PATH_HALF_M, cap_style="flat", join_style="mitre")
        outline = shapely.union_all(np.concatenate([[outline], paths]), grid_size=_GRID_M)
    areas = _as_areas(outline)
    return Isochrone(
        limit_m, MultiLineString(lines.tolist()), float(shapely.length(lines).sum()), areas, areas.area
    )


def _places(ground: WalkGround, reached: _Reached, limit_m: float) -> NDArray[Any]:
    """Give the places that legs lead from, street by street.

    An edge that is reached whole, with a whole leg to spare and no barrier beside it, is joined from all around.
    """
    row, low, high = _cut(ground, reached, limit_m - ground.width_m)
    edge = reached.edges[row]
    whole = (low <= 0.0) & (high >= ground.walk_m[edge])
    whole &= ground.near_first[edge] == ground.near_first[edge + 1]
    around = shapely.buffer(ground.network.edge_lines[edge[whole]], ground.width_m, quad_segs=16)

    at, low, high = _cut(ground, reached, limit_m)
    rest = ~np.isin(at, row[whole])
    strips, fans = list_strips(
        limit_m, ground.width_m, reached.edges, at[rest], low[rest], high[rest], reached.source_first,
        reached.offset_m, reached.metres, ground.first_vertex, ground.xy, ground.along,
    )  # fmt: skip
    beside = draw_strips(ground, np.array(strips, dtype=np.float64).reshape(-1, 7))
    ends = draw_fans(ground, np.array(fans, dtype=np.float64).reshape(-1, 6))
    return np.concatenate([around, beside, ends])


def _wet_within(ground: WalkGround, bounds: tuple[float, float, float, float]) -> Any | None:
    """Give the areas that nobody stands in within some bounds, None where there are none."""
    near = ground.areas.query(shapely.box(*bounds))
    if len(near) == 0:
        return None
    return shapely.union_all(shapely.clip_by_rect(ground.areas.geometries[near], *bounds))


def _areas(vertices: Floats, first: Rows) -> MultiPolygon:
    """Make areas of rings, those that run clockwise being holes in the smallest area around them."""
    if len(first) < 2:
        return MultiPolygon()
    rings = np.asarray(
        shapely.linearrings(
            vertices[: first[-1]], indices=np.repeat(np.arange(len(first) - 1), np.diff(first))
        ),
        dtype=object,
    )
    outer = shapely.is_ccw(rings)
    shells = np.asarray(shapely.polygons(rings[outer]), dtype=object)
    holes = rings[~outer]
    hole, shell = shapely.STRtree(shells).query(shapely.get_point(holes, 0), predicate="within")
    order = np.lexsort((shapely.area(shells)[shell], hole))
    hole, lead = np.unique(hole[order], return_index=True)
    home = shell[order][lead]
    made = [
        shapely.polygons(ring, holes=holes[hole[home == at]]) if (home == at).any() else shells[at]
        for at, ring in enumerate(rings[outer])
    ]
    return MultiPolygon(made)


def _as_areas(shape: Any) -> MultiPolygon:
    """Give the areas of a shape, without the lines and points that cutting may leave."""
    parts = shapely.get_parts(shape)
    parts = shapely.get_parts(parts)
    return MultiPolygon(parts[shapely.get_dimensions(parts) == 2].tolist())
