"""The compiled picture behind live isochrones: a small raster of how far inside each cell lies, and its outline.

A cell is inside when a straight leg of at most the given width leads to a reached street, the whole walk is within
the limit, and the leg crosses no barrier. The raster holds by how many metres that is missed (negative inside), so
the outline runs between cells where it should. A cell that no free leg reaches is missed by far: the outline then
keeps to the cell beside it and never crosses the barrier.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.compiling import compiled
from gis_planner.analysis.isochrone_search import distance_at

FAR_M = 1e6
_FREE_M = 0.01  # a barrier this near to the street's own line is beside it, not across a leg
_NUDGE = 1e-3  # outlines keep this share of a cell away from its middle, so that no two of them touch


@compiled
def paint_reach(
    missed: NDArray[np.float32],
    x0: float,
    y0: float,
    cell_m: float,
    limits_m: Floats,
    width_m: float,
    edges: Rows,
    source_first: Rows,
    offset: Floats,
    metres: Floats,
    first_vertex: Rows,
    xy: Floats,
    along: Floats,
    near_first: Rows,
    near: Floats,
) -> None:
    """Paint what the reached edges reach into `missed` (limits, rows, columns), which is `FAR_M` at first.

    Cell (0, 0) has its middle at x0, y0; the limits rise. What lies so deep inside that no outline can pass beside it
    is not asked again. The barriers beside edge e are the segments near[near_first[e]] … as
    x, y of both ends.
    """
    count, rows, columns = missed.shape
    far = width_m + cell_m
    deep = -2.0 * cell_m
    for k in range(len(edges)):
        e = edges[k]
        begin, end = source_first[k], source_first[k + 1]
        for i in range(first_vertex[e], first_vertex[e + 1] - 1):
            ax, ay = xy[i, 0], xy[i, 1]
            length = np.hypot(xy[i + 1, 0] - ax, xy[i + 1, 1] - ay)
            ux, uy = (xy[i + 1, 0] - ax) / length, (xy[i + 1, 1] - ay) / length
            scale = (along[i + 1] - along[i]) / length
            nearest, farthest = np.inf, np.inf
            for j in range(begin, end):
                back, on = along[i] - offset[j], along[i + 1] - offset[j]
                nearest = min(nearest, metres[j] + max(back, -on, 0.0))
                farthest = min(farthest, metres[j] + max(-back, on))
            z0 = 0
            while z0 < count and nearest > limits_m[z0] + cell_m:
                z0 += 1
            if z0 == count:
                continue
            to_spare = farthest + far <= limits_m[z0]  # a whole leg fits into every limit
            before = -far * _turn_beyond(xy, first_vertex[e], i)
            after = length + far * _turn_beyond(xy, first_vertex[e + 1] - 1, i + 1)
            south = max(int(np.ceil((min(ay, xy[i + 1, 1]) - far - y0) / cell_m)), 0)
            north = min(int(np.floor((max(ay, xy[i + 1, 1]) + far - y0) / cell_m)), rows - 1)
            west_m, east_m = min(ax, xy[i + 1, 0]) - far - x0, max(ax, xy[i + 1, 0]) + far - x0
            for row in range(south, north + 1):
                y = y0 + row * cell_m
                left, right = west_m, east_m
                if abs(uy) > 1e-6:
                    middle, half = ax - x0 + (y - ay) * ux / uy, far / abs(uy)
                    left, right = max(left, middle - half), min(right, middle + half)
                if abs(ux) > 1e-6:
                    middle = ax - x0 - (y - ay) * uy / ux
                    one, other = middle + before / ux, middle + after / ux
                    left, right = max(left, min(one, other)), min(right, max(one, other))
                for column in range(
                    max(int(np.ceil(left / cell_m)), 0), min(int(np.floor(right / cell_m)), columns - 1) + 1
                ):
                    if _is_deep(missed, z0, row, column, deep):
                        continue
                    x = x0 + column * cell_m
                    t = (x - ax) * ux + (y - ay) * uy
                    if t < 0.0:
                        if i > first_vertex[e] and (
                            (x - ax) * (ax - xy[i - 1, 0]) + (y - ay) * (ay - xy[i - 1, 1]) < 0.0
                        ):
                            continue
                        t = 0.0
                    elif t > length:
                        if i < first_vertex[e + 1] - 2 and (
                            (x - xy[i + 1, 0]) * (xy[i + 2, 0] - xy[i + 1, 0])
                            + (y - xy[i + 1, 1]) * (xy[i + 2, 1] - xy[i + 1, 1])
                            > 0.0
                        ):
                            continue
                        t = length
                    fx, fy = ax + t * ux, ay + t * uy
                    squared = (x - fx) * (x - fx) + (y - fy) * (y - fy)
                    if squared > far * far:
                        continue
                    leg = np.sqrt(squared)
                    walked = 0.0
                    if not to_spare:
                        walked = leg + distance_at(offset, metres, begin, end, along[i] + t * scale)
                    better = False
                    for z in range(z0, count):
                        if max(leg - width_m, walked - limits_m[z]) < missed[z, row, column]:
                            better = True
                    if not better or _is_blocked(near, near_first[e], near_first[e + 1], x, y, fx, fy):
                        continue
                    for z in range(z0, count):
                        by = max(leg - width_m, walked - limits_m[z])
                        if by < missed[z, row, column]:
                            missed[z, row, column] = by


@compiled
def _turn_beyond(xy: Floats, end: int, i: int) -> float:
    """Give which share of a leg can lead on ahead from vertex i: all at an edge's end, little at a slight bend."""
    if i == end:
        return 1.0
    bx, by = xy[i, 0] - xy[i - 1, 0], xy[i, 1] - xy[i - 1, 1]
    cx, cy = xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1]
    if bx * cx + by * cy <= 0.0:
        return 1.0
    return float(abs(bx * cy - by * cx) / (np.hypot(bx, by) * np.hypot(cx, cy)))


@compiled
def _is_deep(missed: NDArray[np.float32], z0: int, row: int, column: int, deep: float) -> bool:
    shallow = False
    for z in range(z0, missed.shape[0]):
        shallow |= missed[z, row, column] > deep
    return not shallow


@compiled
def _is_blocked(near: Floats, begin: int, end: int, x: float, y: float, fx: float, fy: float) -> bool:
    """Tell whether a barrier lies across the leg from a place to its foot on the street."""
    length = np.hypot(x - fx, y - fy)
    if begin == end or length <= _FREE_M:
        return False
    sx, sy = fx + (x - fx) * _FREE_M / length, fy + (y - fy) * _FREE_M / length
    dx, dy = x - sx, y - sy
    for b in range(begin, end):
        px, py, qx, qy = near[b, 0], near[b, 1], near[b, 2], near[b, 3]
        side_p = dx * (py - sy) - dy * (px - sx)
        side_q = dx * (qy - sy) - dy * (qx - sx)
        if (side_p > 0.0) == (side_q > 0.0):
            continue
        ex, ey = qx - px, qy - py
        if (ex * (sy - py) - ey * (sx - px) > 0.0) != (ex * (y - py) - ey * (x - px) > 0.0):
            return True
    return False


@compiled
def trace_outline(missed: NDArray[np.float32], x0: float, y0: float, cell_m: float) -> tuple[Floats, Rows]:
    """Trace the outline of the cells that are inside (marching squares), the inside on the left.

    The border of the raster must be outside. Gives the vertices of all rings and where each ring begins, with a last
    entry where the last one ends; rings are not closed. Cells that touch in a corner alone are apart.
    """
    rows, columns = missed.shape
    n = rows * columns
    onward = np.full(2 * n, -1, dtype=np.int32)  # by crossed side: rows of sides, then columns
    starts = [np.int64(0)]
    starts.clear()
    for y in range(rows - 1):
        for x in range(columns - 1):
            corners = (
                1 * (missed[y, x] <= 0.0)
                + 2 * (missed[y, x + 1] <= 0.0)
                + 4 * (missed[y + 1, x + 1] <= 0.0)
                + 8 * (missed[y + 1, x] <= 0.0)
            )
            if corners in (0, 15):
                continue
            below, above = y * columns + x, (y + 1) * columns + x
            left, right = n + y * columns + x, n + y * columns + x + 1
            if corners in (1, 3, 5):
                start = right if corners == 3 else below
                onward[start] = left
                starts.append(start)
                if corners == 5:
                    onward[above] = right
                    starts.append(above)
            elif corners in (2, 10):
                onward[right] = below
                starts.append(right)
                if corners == 10:
                    onward[left] = above
                    starts.append(left)
            else:
                start, end = above, right  # 4
                if corners == 6:
                    start, end = above, below
                elif corners == 7:
                    start, end = above, left
                elif corners == 8:
                    start, end = left, above
                elif corners == 9:
                    start, end = below, above
                elif corners == 11:
                    start, end = right, above
                elif corners == 12:
                    start, end = left, right
                elif corners == 13:
                    start, end = below, right
                elif corners == 14:
                    start, end = left, below
                onward[start] = end
                starts.append(start)

    drawn = np.empty((len(starts), 2))
    ring_first = [np.int64(0)]
    k = 0
    for start in starts:
        side = start
        if onward[side] < 0:
            continue
        while onward[side] >= 0:
            at = side - n if side >= n else side
            y, x = at // columns, at % columns
            inner = missed[y, x]
            outer = missed[y + 1, x] if side >= n else missed[y, x + 1]
            share = min(max(inner / (inner - outer), _NUDGE), 1.0 - _NUDGE)
            drawn[k, 0] = x0 + (x if side >= n else x + share) * cell_m
            drawn[k, 1] = y0 + (y + share if side >= n else y) * cell_m
            k += 1
            following = onward[side]
            onward[side] = -1
            side = np.int64(following)
        ring_first.append(np.int64(k))
    return drawn, np.array(ring_first, dtype=np.int64)
