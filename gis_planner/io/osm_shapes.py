"""The shapes of OpenStreetMap elements: lines of the nodes that are there, areas of whole rings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis_planner.io.osm_elements import Elements, Multipolygon, Way

_METRES_PER_DEGREE = 111_320.0
_MOST_MEMBERS = 5000


def pieces(way: Way, elements: Elements) -> list[tuple[str, ...]]:
    """Cut a way where nodes are missing; gives runs of at least two nodes that are there."""
    runs: list[list[str]] = [[]]
    for node in way.nodes:
        if node in elements.places:
            runs[-1].append(node)
        elif runs[-1]:
            runs.append([])
    return [tuple(run) for run in runs if len(run) >= 2]


def ring_of(way: Way, elements: Elements) -> Polygon | None:
    """Give a closed way as an area, None when it is open or misses a node."""
    if not way.closed or any(node not in elements.places for node in way.nodes):
        return None
    return Polygon([elements.places[node] for node in way.nodes])


def area_of(area: Multipolygon, elements: Elements) -> tuple[BaseGeometry | None, bool]:
    """Join the rings of a multipolygon; gives the area (None: no whole ring) and whether all of it was there."""
    outer_ways = [ref for ref, role in area.members if role != "inner"]
    inner_ways = [ref for ref, role in area.members if role == "inner"]
    outer, outer_whole = _rings(outer_ways, elements)
    inner, inner_whole = _rings(inner_ways, elements)
    shells = [Polygon(ring) for ring in outer]
    holes = [Polygon(ring) for ring in inner]
    if not shells:
        return None, False
    made: list[Polygon] = []
    for shell in shells:
        inside = [hole for hole in holes if shell.is_valid and shell.contains(hole.representative_point())]
        made.append(Polygon(shell.exterior.coords, [hole.exterior.coords for hole in inside]))
    shape = made[0] if len(made) == 1 else MultiPolygon(made)
    return shape, outer_whole and inner_whole


def outline_nodes(area: Multipolygon, elements: Elements) -> frozenset[str]:
    """Give the nodes on the outline of a multipolygon."""
    ways = [elements.ways[ref] for ref, role in area.members if role != "inner" and ref in elements.ways]
    return frozenset(node for way in ways for node in way.nodes)


def _rings(refs: Sequence[str], elements: Elements) -> tuple[list[list[tuple[float, float]]], bool]:
    """Join ways end to end into closed rings; tells also whether every way was there and used."""
    ways = [elements.ways.get(ref) for ref in refs[:_MOST_MEMBERS]]
    lines = [way.nodes for way in ways if way is not None and all(n in elements.places for n in way.nodes)]
    whole = len(lines) == len(refs)
    rings: list[list[str]] = []
    open_lines = [list(line) for line in lines if len(line) >= 2]
    while open_lines:
        ring = open_lines.pop(0)
        while ring[0] != ring[-1]:
            found = next((i for i, line in enumerate(open_lines) if ring[-1] in (line[0], line[-1])), None)
            if found is None:
                break
            line = open_lines.pop(found)
            ring += line[1:] if line[0] == ring[-1] else line[-2::-1]
        if ring[0] == ring[-1] and len(ring) >= 4:
            rings.append(ring)
        else:
            whole = False
    return [[elements.places[n] for n in ring] for ring in rings], whole


def to_metres(shapes: Sequence[BaseGeometry], lat: float) -> list[BaseGeometry]:
    """Give shapes in degrees on a plane around a latitude, good enough over a town to judge what is near."""
    scale = np.array([_METRES_PER_DEGREE * np.cos(np.radians(lat)), _METRES_PER_DEGREE])
    return [shapely.transform(shape, lambda points: points * scale) for shape in shapes]
