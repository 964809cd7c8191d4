"""What hides parts of a stretch of outline from what it faces.

Before a stretch lies a strip of ground, as deep as the way across. A thing that enters the strip throws a shadow on
the stretch: the parts of it from which one who goes straight out meets the thing on the way. A line throws the shadow
of its own length there, a path that runs straight across none; an area also hides what lies behind its edge, and the
whole stretch where the strip lies in it.

The answer is exact. A strip is a trapezoid in its own frame (along the stretch, out of it), so every edge is clipped
by four straight lines; what lies between the clipped edges of an area is in or out as a whole, and is asked once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis_planner.analysis.compiling import compiled

_NOTHING_M = 1e-9  # shadows shorter than this are numerical dust


@compiled
def cast_shadows(
    frames: NDArray[np.float64],
    pair: NDArray[np.int64],
    first: NDArray[np.int64],
    things: NDArray[np.int64],
    edges: NDArray[np.float64],
    edge_first: NDArray[np.int64],
    boxes: NDArray[np.float64],
    is_area: NDArray[np.bool_],
    into_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find every shadow that a thing throws on a stretch.

    `frames` (k, 8) are those of the stretches (origin x, y, direction x, y, start, end, way out at start and end), the
    strip reaches `into_m` further at either end (or as much less, where negative). Stretch k may meet the things
    `things[first[pair[k]]:first[pair[k] + 1]]`; the edges (e, 4) of thing m are `edge_first[m]` to `edge_first[m + 1]`,
    `boxes` (m, 4) theirs. Gives (n, 2) stretch and thing, and (n, 2) from where to where; those of one stretch and
    thing do not overlap.
    """
    found = np.empty((1024, 2), np.int64)
    spans = np.empty((1024, 2), np.float64)
    n = 0
    most = 1
    for m in range(edge_first.size - 1):
        most = max(most, int(edge_first[m + 1] - edge_first[m]))
    held = np.empty((most + 1, 2), np.float64)
    for k in range(pair.size):
        if first[pair[k]] == first[pair[k] + 1]:
            continue
        px, py, ux, uy = frames[k, 0], frames[k, 1], frames[k, 2], frames[k, 3]
        start, end = frames[k, 4], frames[k, 5]
        if end - start <= _NOTHING_M:
            continue
        slope = (frames[k, 7] - frames[k, 6]) / (end - start)
        rise = frames[k, 6] + into_m - slope * start  # the far end of the strip is rise + slope * s
        if rise + slope * start < -into_m and rise + slope * end < -into_m:
            continue
        left, low, right, high = _strip_box(px, py, ux, uy, start, end, rise, slope, -into_m)
        for c in range(first[pair[k]], first[pair[k] + 1]):
            m = things[c]
            if boxes[m, 0] > right or boxes[m, 2] < left or boxes[m, 1] > high or boxes[m, 3] < low:
                continue
            n_held = 0
            for e in range(edge_first[m], edge_first[m + 1]):
                ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
                if max(ax, bx) < left or min(ax, bx) > right or max(ay, by) < low or min(ay, by) > high:
                    continue
                ax, ay, bx, by = ax - px, ay - py, bx - px, by - py
                s0, s1 = ax * ux + ay * uy, bx * ux + by * uy
                t0, t1 = ax * uy - ay * ux, bx * uy - by * ux
                inside, a, b = _clip(s0, t0, s1, t1, start, end, rise, slope, -into_m)
                if inside:
                    at = n_held
                    while at > 0 and held[at - 1, 0] > a:
                        held[at, 0], held[at, 1] = held[at - 1, 0], held[at - 1, 1]
                        at -= 1
                    held[at, 0], held[at, 1] = a, b
                    n_held += 1
            if is_area[m]:
                n_held = _fill(
                    held, n_held, edges, edge_first[m], edge_first[m + 1], px, py, ux, uy, start, end, rise, slope,
                    -into_m,
                )  # fmt: skip
            at = 0
            while at < n_held:
                a, b = held[at, 0], held[at, 1]
                at += 1
                while at < n_held and held[at, 0] <= b:
                    b = max(b, held[at, 1])
                    at += 1
                if b - a > _NOTHING_M:
                    if n == len(found):
                        found, spans = _widen(found, spans)
                    found[n, 0], found[n, 1] = k, m
                    spans[n, 0], spans[n, 1] = a, b
                    n += 1
    return found[:n], spans[:n]


@compiled
def cover(
    stretch: NDArray[np.int64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    which: NDArray[np.bool_],
    taken: NDArray[np.float64],
) -> None:
    """Add to `taken` how much of each stretch lies in these shadows, each metre once; sorted by stretch and start."""
    last = -1
    reached = 0.0
    for row in range(stretch.size):
        if not which[row]:
            continue
        if stretch[row] != last:
            last = stretch[row]
            reached = start[row]
        if end[row] > reached:
            taken[last] += end[row] - max(start[row], reached)
            reached = end[row]


@compiled
def _strip_box(
    px: float,
    py: float,
    ux: float,
    uy: float,
    start: float,
    end: float,
    rise: float,
    slope: float,
    bottom: float,
) -> tuple[float, float, float, float]:
    left = low = np.inf
    right = high = -np.inf
    for corner in range(4):
        s = start if corner < 2 else end
        t = bottom if corner % 2 == 0 else rise + slope * s
        x, y = px + s * ux + t * uy, py + s * uy - t * ux
        left, right = min(left, x), max(right, x)
        low, high = min(low, y), max(high, y)
    return left, low, right, high


@compiled
def _clip(
    s0: float,
    t0: float,
    s1: float,
    t1: float,
    start: float,
    end: float,
    rise: float,
    slope: float,
    bottom: float,
) -> tuple[bool, float, float]:
    """Clip an edge to a strip; tells whether anything is left and from where to where along the stretch."""
    u0, u1 = 0.0, 1.0
    for side in range(4):
        if side == 0:
            f0, f1 = s0 - start, s1 - start
        elif side == 1:
            f0, f1 = end - s0, end - s1
        elif side == 2:
            f0, f1 = t0 - bottom, t1 - bottom
        else:
            f0, f1 = rise + slope * s0 - t0, rise + slope * s1 - t1
        if f0 < 0.0 and f1 < 0.0:
            return False, 0.0, 0.0
        if f0 < 0.0:
            u0 = max(u0, f0 / (f0 - f1))
        elif f1 < 0.0:
            u1 = min(u1, f0 / (f0 - f1))
    if u0 > u1:
        return False, 0.0, 0.0
    a, b = s0 + u0 * (s1 - s0), s0 + u1 * (s1 - s0)
    return True, max(min(a, b), start), min(max(a, b), end)


@compiled
def _fill(
    held: NDArray[np.float64],
    n_held: int,
    edges: NDArray[np.float64],
    begin: int,
    stop: int,
    px: float,
    py: float,
    ux: float,
    uy: float,
    start: float,
    end: float,
    rise: float,
    slope: float,
    bottom: float,
) -> int:
    """Close the gaps between an area's clipped edges (sorted) that lie inside it; gives how many there are now."""
    if rise + slope * start < bottom:
        start = (bottom - rise) / slope
    elif rise + slope * end < bottom:
        end = (bottom - rise) / slope
    reached = start
    for k in range(n_held):
        if held[k, 0] > reached and _is_inside(
            edges, begin, stop, px, py, ux, uy, 0.5 * (reached + held[k, 0]), rise, slope, bottom
        ):
            held[k, 0] = reached
        reached = max(reached, held[k, 1])
    if end > reached and _is_inside(
        edges, begin, stop, px, py, ux, uy, 0.5 * (reached + end), rise, slope, bottom
    ):
        held[n_held, 0], held[n_held, 1] = reached, end
        n_held += 1
    return n_held


@compiled
def _is_inside(
    edges: NDArray[np.float64],
    begin: int,
    stop: int,
    px: float,
    py: float,
    ux: float,
    uy: float,
    s: float,
    rise: float,
    slope: float,
    bottom: float,
) -> bool:
    """Tell whether the middle of the strip at s lies in the area: an odd number of edges is met from there outward."""
    t = 0.5 * (bottom + rise + slope * s)
    odd = False
    for e in range(begin, stop):
        ax, ay, bx, by = edges[e, 0] - px, edges[e, 1] - py, edges[e, 2] - px, edges[e, 3] - py
        s0, s1 = ax * ux + ay * uy, bx * ux + by * uy
        if (s0 <= s) != (s1 <= s):
            t0, t1 = ax * uy - ay * ux, bx * uy - by * ux
            if t0 + (s - s0) / (s1 - s0) * (t1 - t0) > t:
                odd = not odd
    return odd


@compiled
def _widen(
    found: NDArray[np.int64], spans: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the arrays twice as long, with what they hold."""
    n = len(found)
    more_found, more_spans = np.empty((2 * n, 2), np.int64), np.empty((2 * n, 2), np.float64)
    for k in range(n):
        for column in range(2):
            more_found[k, column], more_spans[k, column] = found[k, column], spans[k, column]
    return more_found, more_spans
