"""The places from which a leg leads to a reached street, as exact shapes: strips along streets, fans at their ends.

A leg meets a street at the nearest point, so beside a straight stretch it is square to it: what is reached there is a
strip, as wide as a leg may be, narrowing to nothing where the limit ends the walk. At a bend or an end legs spread
from one point: what is reached is a fan. A barrier casts a shadow away from the street, straight behind it in a strip
and spreading in a fan; what lies in a shadow is not reached from there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Floats, Rows, ranges
from gis_planner.analysis.compiling import compiled
from gis_planner.analysis.isochrone_ground import WalkGround
from gis_planner.analysis.isochrone_search import distance_at

_FREE_M = 0.01  # a barrier this near to the street's own line is beside it, not across a leg
_SEAM_M = 1e-3  # shadows of barriers that continue each other overlap by this
_SPOKES = 33
_AFAR = 1e4

_Strip = tuple[float, float, float, float, float, float, float]
_Fan = tuple[float, float, float, float, float, float]


@compiled
def list_strips(
    limit_m: float,
    width_m: float,
    edges: Rows,
    row: Rows,
    low: Floats,
    high: Floats,
    source_first: Rows,
    offset: Floats,
    metres: Floats,
    first_vertex: Rows,
    xy: Floats,
    along: Floats,
) -> tuple[list[_Strip], list[_Fan]]:
    """List the strips and fans of stretches row, low, high (positions in `edges`).

    A strip is edge, ax, ay, bx, by and its half width at a and b; a fan is edge, x, y, radius and its first and last
    angle, counter-clockwise.
    """
    nothing = 0.0
    strips = [(nothing, nothing, nothing, nothing, nothing, nothing, nothing)]
    strips.clear()
    fans = [(nothing, nothing, nothing, nothing, nothing, nothing)]
    fans.clear()
    cuts = [nothing]
    quarter = 0.5 * np.pi
    for k in range(len(row)):
        e = edges[row[k]]
        begin, end = source_first[row[k]], source_first[row[k] + 1]
        last = first_vertex[e + 1] - 2
        for i in range(first_vertex[e], last + 1):
            s, t = max(low[k], along[i]), min(high[k], along[i + 1])
            if s > t:
                continue
            ahead = np.arctan2(xy[i + 1, 1] - xy[i, 1], xy[i + 1, 0] - xy[i, 0])
            if i == first_vertex[e] and low[k] <= 0.0:
                left = limit_m - distance_at(offset, metres, begin, end, 0.0)
                fans.append(
                    (float(e), xy[i, 0], xy[i, 1], min(left, width_m), ahead + quarter, ahead + 3 * quarter)
                )
            if high[k] >= along[i + 1]:
                left = min(limit_m - distance_at(offset, metres, begin, end, along[i + 1]), width_m)
                x, y = xy[i + 1, 0], xy[i + 1, 1]
                if i == last:
                    fans.append((float(e), x, y, left, ahead - quarter, ahead + quarter))
                else:
                    turn = np.arctan2(xy[i + 2, 1] - y, xy[i + 2, 0] - x) - ahead
                    turn -= 2.0 * np.pi * np.round(turn / (2.0 * np.pi))
                    if turn > 0.0:
                        fans.append((float(e), x, y, left, ahead - quarter, ahead - quarter + turn))
                    elif turn < 0.0:
                        fans.append((float(e), x, y, left, ahead + quarter + turn, ahead + quarter))
            cuts.clear()
            cuts.append(s)
            cuts.append(t)
            for j in range(begin, end):
                full = limit_m - width_m - metres[j]
                cuts.append(offset[j])
                cuts.append(offset[j] - full)
                cuts.append(offset[j] + full)
                if j > begin:
                    cuts.append(0.5 * (offset[j - 1] + offset[j] + metres[j] - metres[j - 1]))
            places = np.sort(np.array(cuts))
            scale = 1.0 / (along[i + 1] - along[i])
            dx, dy = xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1]
            for c in range(len(places) - 1):
                a, b = places[c], places[c + 1]
                if a < s or b > t or a == b:
                    continue
                half_a = min(limit_m - distance_at(offset, metres, begin, end, a), width_m)
                half_b = min(limit_m - distance_at(offset, metres, begin, end, b), width_m)
                p, q = (a - along[i]) * scale, (b - along[i]) * scale
                strips.append(
                    (
                        float(e),
                        xy[i, 0] + p * dx,
                        xy[i, 1] + p * dy,
                        xy[i, 0] + q * dx,
                        xy[i, 1] + q * dy,
                        max(half_a, 0.0),
                        max(half_b, 0.0),
                    )
                )
    return strips, fans


def draw_strips(ground: WalkGround, strips: Floats) -> NDArray[Any]:
    """Draw strips (k, 7) as areas, without what lies in the shadow of a barrier."""
    edge, a, b = strips[:, 0].astype(np.int64), strips[:, 1:3], strips[:, 3:5]
    ahead = (b - a) / np.maximum(np.hypot(*(b - a).T), np.finfo(float).tiny)[:, None]
    aside = np.column_stack([-ahead[:, 1], ahead[:, 0]])
    half_a, half_b = strips[:, 5, None] * aside, strips[:, 6, None] * aside
    corners = np.stack([a - half_a, b - half_b, b + half_b, a + half_a], axis=1)
    return _without_shadows(_polygons(corners), *_strip_shadows(ground, edge, a, ahead, aside))


def _strip_shadows(
    ground: WalkGround, edge: Rows, a: Floats, ahead: Floats, aside: Floats
) -> tuple[Rows, Floats]:
    """Give for each strip and barrier beside it the shadows on both sides: rows of strips, corners (k, 4, 2)."""
    strip, p, q = _pairs(ground, edge)
    deep = ground.width_m + 1.0
    found_rows, found = [], []
    along = [((end - a[strip]) * ahead[strip]).sum(axis=1) for end in (p, q)]
    for sign in (1.0, -1.0):
        up = [sign * ((end - a[strip]) * aside[strip]).sum(axis=1) for end in (p, q)]
        beside = np.maximum(up[0], up[1]) > _FREE_M
        x0, y0, x1, y1 = (part[beside] for part in (along[0], up[0], along[1], up[1]))
        x0, y0, x1, y1 = _clip_above(x0, y0, x1, y1)
        x0, x1 = (
            np.where(x0 <= x1, x0 - _SEAM_M, x0 + _SEAM_M),
            np.where(x0 <= x1, x1 + _SEAM_M, x1 - _SEAM_M),
        )
        deep_0, deep_1 = np.maximum(y0, deep), np.maximum(y1, deep)
        corners = np.stack(
            [np.column_stack(c) for c in ((x0, y0), (x1, y1), (x1, deep_1), (x0, deep_0))],
            axis=1,
        )  # fmt: skip
        rows = strip[beside]
        found_rows.append(rows)
        found.append(
            a[rows, None, :]
            + corners[:, :, :1] * ahead[rows, None, :]
            + sign * corners[:, :, 1:] * aside[rows, None, :]
        )
    return np.concatenate(found_rows), np.concatenate(found)


def _clip_above(x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Cut segments off below the height that is free; each has an end above it."""
    share0 = np.where(y0 < _FREE_M, (_FREE_M - y0) / np.where(y1 == y0, 1.0, y1 - y0), 0.0)
    share1 = np.where(y1 < _FREE_M, (_FREE_M - y1) / np.where(y1 == y0, 1.0, y0 - y1), 0.0)
    return (
        x0 + share0 * (x1 - x0),
        np.maximum(y0, _FREE_M),
        x1 + share1 * (x0 - x1),
        np.maximum(y1, _FREE_M),
    )


def draw_fans(ground: WalkGround, fans: Floats) -> NDArray[Any]:
    """Draw fans (k, 6) as areas, without what lies in the shadow of a barrier."""
    edge, middle, radius = fans[:, 0].astype(np.int64), fans[:, 1:3], fans[:, 3]
    angle = fans[:, 4, None] + (fans[:, 5] - fans[:, 4])[:, None] * np.linspace(0.0, 1.0, _SPOKES)
    spokes = radius[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=2)
    corners = np.concatenate([middle[:, None, :], middle[:, None, :] + spokes], axis=1)
    fan, p, q = _pairs(ground, edge)
    towards = [end - middle[fan] for end in (p, q)]
    length = [np.maximum(np.hypot(*way.T), _FREE_M)[:, None] for way in towards]
    near = _distance_to_origin(towards[0], towards[1]) > _FREE_M
    seam = (q - p) / np.maximum(np.hypot(*(q - p).T), _FREE_M)[:, None] * _SEAM_M
    p, q = p - seam, q + seam
    afar = [end + way / size * _AFAR for end, way, size in zip((p, q), towards, length, strict=True)]
    shadows = np.stack([p, q, afar[1], afar[0]], axis=1)
    return _without_shadows(_polygons(corners), fan[near], shadows[near])


def _distance_to_origin(p: Floats, q: Floats) -> Floats:
    """Give how far segments pass from the origin."""
    step = q - p
    share = np.clip(
        -(p * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), np.finfo(float).tiny), 0.0, 1.0
    )
    return np.asarray(np.hypot(*(p + share[:, None] * step).T), dtype=np.float64)


def _pairs(ground: WalkGround, edge: Rows) -> tuple[Rows, Floats, Floats]:
    """Give every pair of a shape and a barrier segment beside its edge: the shape's row and the segment's ends."""
    begin, end = ground.near_first[edge], ground.near_first[edge + 1]
    barrier = ground.near[ranges(begin, end)]
    return np.repeat(np.arange(len(edge)), end - begin), barrier[:, :2], barrier[:, 2:]


def _polygons(corners: Floats) -> NDArray[Any]:
    return np.asarray(shapely.polygons(corners), dtype=object)


def _without_shadows(shapes: NDArray[Any], row: Rows, shadows: Floats) -> NDArray[Any]:
    """Take from each shape the shadows that belong to it."""
    shades = _polygons(shadows)
    meets = shapely.intersects(shapes[row], shades)
    row, shades = row[meets], shades[meets]
    order = np.argsort(row, kind="stable")
    row, shades = row[order], shades[order]
    darkened, lead = np.unique(row, return_index=True)
    for at, some in zip(darkened.tolist(), np.split(shades, lead[1:]), strict=False):
        shapes[at] = shapely.difference(shapes[at], shapely.union_all(some))
    return shapes
