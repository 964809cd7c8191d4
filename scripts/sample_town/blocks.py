"""Blocks and parcels: the faces between streets, cut by lanes, then by walls, each parcel on a street.

A face is cut across its long side again and again. While it is large the cut is a lane, later it is the edge of
two parcels. A parcel that would lie at no street gets a lane instead of an edge; so lanes meet in T-junctions
and some end blind, as they do where a town grew by and by.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry
from shapely.ops import split, substring

from sample_town.ground import GRID, Street, box_sides
from sample_town.streets import Corner, corners_of

_FRONT_M = 11.0  # the least front of a parcel on a street
_MIN_DEPTH_M = 17.0
_SLIVER_M2 = 100.0
_CLEAR_M = 11.0  # corners of streets lie at least this far apart


@dataclass(frozen=True)
class Grain:
    """How finely a zone is cut: blocks above `block_m2` by lanes, then parcels around `parcel_m2`."""

    block_m2: float
    parcel_m2: float
    spread: float
    lane_width_m: float = 5.0
    blind_share: float = 0.2
    bend: float = 0.05


GRAINS = {
    "old": Grain(15_000, 3_900, 0.55, 4.5, 0.3, 0.07),
    "mixed": Grain(21_000, 4_700, 0.55, 6.0, 0.2, 0.05),
    "new": Grain(90_000, 24_000, 0.45, 7.0, 0.0, 0.02),
    "industry": Grain(90_000, 20_000, 0.5, 7.0, 0.1, 0.02),
    "village": Grain(16_000, 3_400, 0.5, 4.5, 0.3, 0.08),
    "field": Grain(150_000, 38_000, 0.4, 4.0, 0.0, 0.05),
    "whole": Grain(1e9, 1e9, 0.0),
}


@dataclass(frozen=True)
class Parcel:
    """One parcel: its outline to the middle of the streets around it, its zone, and the row of its face."""

    outline: Polygon
    zone: str
    face: int


def find_faces(streets: Iterable[Street], *edges: BaseGeometry) -> list[Polygon]:
    """Find the faces between streets and other edges, from west to east."""
    lines = shapely.unary_union([*(s.line for s in streets), *edges], grid_size=GRID)
    faces = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))
    return sorted(faces, key=lambda face: face.centroid.coords[0])


def cut_face(
    face: Polygon, row: int, zone: str, streets: BaseGeometry, corners: list[Corner], rng: Random
) -> tuple[list[Parcel], list[Street]]:
    """Cut the face of one row into parcels, and give the lanes that were drawn; their ends are added to `corners`."""
    near_by = shapely.clip_by_rect(streets, *face.buffer(5).bounds)
    front = shapely.intersection(face.boundary, near_by.buffer(0.05, quad_segs=2))
    lanes: list[Street] = []
    parcels: list[Parcel] = []
    grain = GRAINS[zone]
    waiting = [(face, front, _target(grain, rng))]
    while waiting:
        piece, piece_front, target = waiting.pop()
        if piece.area <= 1.45 * target:
            parcels.append(Parcel(piece, zone, row))
            continue
        found = _cut(piece, piece_front, grain, corners, rng)
        if found is None:
            parcels.append(Parcel(piece, zone, row))
            continue
        parts, lane = found
        if lane is not None:
            lanes.append(Street("", "lane", grain.lane_width_m, lane))
            corners += corners_of(lanes[-1:])
        for part in parts:
            near = piece_front if lane is None else shapely.union_all([piece_front, lane])
            waiting.append((part, shapely.intersection(near, part.buffer(0.05)), _target(grain, rng)))
    return parcels, lanes


def _target(grain: Grain, rng: Random) -> float:
    return grain.parcel_m2 * math.exp(rng.gauss(0.0, grain.spread))


def _cut(
    piece: Polygon, front: BaseGeometry, grain: Grain, corners: list[Corner], rng: Random
) -> tuple[list[Polygon], LineString | None] | None:
    wants_lane = piece.area > grain.block_m2
    for attempt in range(14):
        line = _across(piece, grain.bend if wants_lane else 0.0, rng, along=attempt in (9, 10, 11))
        parts = [p for p in split(piece, line).geoms if isinstance(p, Polygon)]
        if len(parts) != 2 or any(_depth(p) < _MIN_DEPTH_M for p in parts):
            continue
        fronts = [shapely.length(shapely.intersection(front, p.buffer(0.05))) for p in parts]
        lane = (
            _lane(shapely.intersection(line, piece), front, grain, rng) if wants_lane or attempt > 8 else None
        )
        if lane is not None and _crowded(lane, corners):
            continue
        if lane is not None:
            fronts = [f + lane.length * 0.9 for f in fronts]
        if min(fronts) >= _FRONT_M and (lane is not None or not wants_lane or attempt > 11):
            return parts, lane
    return None


def _crowded(lane: LineString, corners: list[Corner]) -> bool:
    """Tell whether a lane would end just beside another corner, neither on it nor clear of it."""
    return any(
        0.05 < math.dist(end, corner) < _CLEAR_M
        for end in (lane.coords[0], lane.coords[-1])
        for corner in corners
    )


def _across(piece: Polygon, bend: float, rng: Random, *, along: bool) -> LineString:
    at = piece.minimum_rotated_rectangle.centroid
    long, short = box_sides(piece)
    if along:
        long, short = short, long
    angle = math.atan2(short.coords[1][1] - short.coords[0][1], short.coords[1][0] - short.coords[0][0])
    shift = (rng.uniform(0.36, 0.64) - 0.5) * long.length
    way = math.atan2(long.coords[1][1] - long.coords[0][1], long.coords[1][0] - long.coords[0][0])
    x, y = at.x + math.cos(way) * shift, at.y + math.sin(way) * shift
    half = short.length * 0.5 + long.length * 0.2 + 5
    off = bend * rng.uniform(-1, 1) * short.length
    line = LineString(
        [
            (x - half, y),
            (x - half * 0.3, y + off),
            (x + half * 0.35, y + off * rng.uniform(0.2, 1)),
            (x + half, y),
        ]
    )
    if off == 0.0:
        line = LineString([(x - half, y), (x + half, y)])
    return rotate(line, math.degrees(angle) + rng.gauss(0, 4.0 + 60 * bend), origin=(x, y))


def _depth(piece: Polygon) -> float:
    """Measure the narrow side of a piece, less where it is no compact shape."""
    long, short = box_sides(piece)
    return short.length * min(1.0, 1.3 * piece.area / max(long.length * short.length, 1.0))


def _lane(line: BaseGeometry, front: BaseGeometry, grain: Grain, rng: Random) -> LineString | None:
    if not isinstance(line, LineString) or line.length < 25:
        return None
    ends = [Point(line.coords[i]).distance(front) < 0.05 for i in (0, -1)]
    if not any(ends):
        return None
    start, end = 0.0, line.length
    if not all(ends):
        trim = rng.uniform(9, 16)
        start, end = (start, end - trim) if ends[0] else (start + trim, end)
    elif rng.random() < grain.blind_share:
        trim = line.length * rng.uniform(0.25, 0.4)
        start, end = (start, end - trim) if rng.random() < 0.5 else (start + trim, end)
    return LineString(substring(line, start, end).coords) if end - start > 20 else None


def settle(parcels: list[Parcel], streets: list[Street]) -> list[Parcel]:
    """Give the parcels on whole centimetres, sharing every corner and edge, in a fixed order."""
    edges = [p.outline.boundary for p in parcels]
    noded = shapely.unary_union([*edges, *(s.line for s in streets)], grid_size=GRID)
    cells = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    cells = _without_slivers(cells)
    tree = STRtree([p.outline for p in parcels])
    cells.sort(key=lambda c: (-round(c.centroid.y / 60), c.centroid.x))
    out: list[Parcel] = []
    for cell in cells:
        owner = tree.query(cell.representative_point(), predicate="within")
        if len(owner):
            out.append(replace(parcels[int(owner[0])], outline=shapely.normalize(cell)))
    return out


def _without_slivers(cells: list[Polygon]) -> list[Polygon]:
    """Give slivers between lanes and edges to the neighbour that shares the longest edge."""
    left = sorted(cells, key=lambda cell: cell.area)
    while left[0].area < _SLIVER_M2:
        sliver = left.pop(0)
        shared = [shapely.length(shapely.intersection(sliver, cell)) for cell in left]
        row = max(range(len(left)), key=shared.__getitem__)
        left[row] = Polygon(shapely.get_exterior_ring(shapely.coverage_union(left[row], sliver)))
    return left
