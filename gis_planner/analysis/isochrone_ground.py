"""The ground that isochrones are drawn on: streets as flat arrays, and the barriers beside each, prepared once.

Preparing looks at the whole town; drawing afterwards touches only what is reached. A ground never changes and may be
used from several threads at once: the one thing a search writes into is lent to it and given back clean.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.arcs import Small
from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.crossings import Obstacles, collect_obstacles
from gis_planner.analysis.entrances import find_gates
from gis_planner.analysis.units import sound
from gis_planner.model.project import Project
from gis_planner.model.results import Network
from gis_planner.model.tables import geometries

CELL_M = 8.0  # of the raster behind a live outline


@dataclass(frozen=True, eq=False)
class WalkGround:
    """Streets and barriers, ready for isochrones.

    `first`, `to`, `arc_edge`: the edges at each node, loops once. `first_vertex`, `xy`, `along`: the vertices of each
    edge and their offsets on the scale of `walk_m`. `near_first`, `near`: the segments (x, y, x, y) of barriers beside
    each edge. `lines`, `areas`: the shapes that block, and those that are areas. `width_m`: how far a leg may lead.
    """

    network: Network
    width_m: float
    first: Rows
    to: Small
    arc_edge: Small
    edge_from: Rows
    edge_to: Rows
    walk_m: Floats
    first_vertex: Rows
    xy: Floats
    along: Floats
    near_first: Rows
    near: Floats
    lines: shapely.STRtree
    areas: shapely.STRtree
    _idle: list[Floats] = field(default_factory=list, repr=False)

    def lend(self) -> Floats:
        """Lend an array of infinite distances, one for each node; to be given back as it was."""
        try:
            return self._idle.pop()
        except IndexError:
            return np.full(len(self.first) - 1, np.inf)

    def give_back(self, distance: Floats) -> None:
        """Take an array back that was lent."""
        self._idle.append(distance)


def lay_ground(project: Project, network: Network) -> WalkGround:
    """Prepare a project's network for isochrones, with the barriers that block its legs."""
    compounds = project.table("compounds")
    gates, _ = find_gates(project.table("entrances"), compounds, project.rules)
    areas = sound(shapely.force_2d(geometries(compounds)))
    gated = np.zeros(len(areas), dtype=bool)
    gated[gates.compound] = True
    obstacles = collect_obstacles(collect_barriers(project), areas[gated], areas[~gated])
    return prepare_isochrones(network, obstacles, width_m=project.rules.snap_max_m)


def prepare_isochrones(network: Network, obstacles: Obstacles, *, width_m: float) -> WalkGround:
    """Prepare a network and what blocks legs; `width_m` is the longest leg to a street."""
    first, to, arc_edge = _list_edges_at_nodes(network)
    first_vertex, xy, along = _list_vertices(network)
    shapes = np.concatenate([obstacles.shapes, obstacles.walls])
    near_first, near = _barriers_beside(network, shapes, width_m + 2.0 * CELL_M)
    return WalkGround(
        network=network,
        width_m=float(width_m),
        first=first,
        to=to,
        arc_edge=arc_edge,
        edge_from=np.array(network.edge_from, dtype=np.int64),
        edge_to=np.array(network.edge_to, dtype=np.int64),
        walk_m=np.array(network.walk_m, dtype=np.float64),
        first_vertex=first_vertex,
        xy=xy,
        along=along,
        near_first=near_first,
        near=near,
        lines=shapely.STRtree(shapes),
        areas=shapely.STRtree(shapes[shapely.get_dimensions(shapes) == 2]),
    )


def _list_edges_at_nodes(network: Network) -> tuple[Rows, Small, Small]:
    """List at each node the edges that end there and where they lead; a loop stands there once."""
    every = np.arange(len(network.edge_from))
    open_edges = np.flatnonzero(network.edge_from != network.edge_to)
    start = np.concatenate([network.edge_from, network.edge_to[open_edges]])
    end = np.concatenate([network.edge_to, network.edge_from[open_edges]])
    edge = np.concatenate([every, open_edges])
    order = np.argsort(start, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(start, minlength=len(network.xy)))])
    return first.astype(np.int64), end[order].astype(np.int32), edge[order].astype(np.int32)


def _list_vertices(network: Network) -> tuple[Rows, Floats, Floats]:
    """Give the vertices of all edges, repeated ones left out, with offsets from edge_from on the scale of walk_m."""
    xy, edge = shapely.get_coordinates(network.edge_lines, return_index=True)
    step = np.zeros(len(xy))
    step[1:] = np.hypot(*np.diff(xy, axis=0).T)
    leads = np.diff(edge, prepend=-1) != 0
    step[leads] = 0.0
    kept = leads | (step > 0.0)
    xy, edge, step, leads = xy[kept], edge[kept], step[kept], leads[kept]
    total = np.cumsum(step)
    along = total - total[leads][np.cumsum(leads) - 1]
    first = np.searchsorted(edge, np.arange(len(network.edge_from) + 1)).astype(np.int64)
    last = first[1:] - 1
    along *= (network.walk_m / np.maximum(along[last], np.finfo(float).tiny))[edge]
    along[last[last > first[:-1]]] = network.walk_m[last > first[:-1]]
    return first, np.ascontiguousarray(xy, dtype=np.float64), along


def _barriers_beside(network: Network, shapes: NDArray[Any], reach_m: float) -> tuple[Rows, Floats]:
    """Find the segments of barriers within reach of each edge."""
    strokes = np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)
    parts = shapely.get_parts(strokes[shapely.get_dimensions(strokes) == 1])
    xy, part = shapely.get_coordinates(parts, return_index=True)
    rows = np.flatnonzero(part[1:] == part[:-1])
    segments = np.concatenate([xy[rows], xy[rows + 1]], axis=1)
    m = len(network.edge_from)
    if len(segments) == 0:
        return np.zeros(m + 1, dtype=np.int64), np.empty((0, 4))
    tree = shapely.STRtree(np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2)), dtype=object))
    edge, beside = tree.query(network.edge_lines, predicate="dwithin", distance=reach_m)
    order = np.lexsort((beside, edge))
    first = np.searchsorted(edge[order], np.arange(m + 1)).astype(np.int64)
    return first, np.ascontiguousarray(segments[beside[order]])
