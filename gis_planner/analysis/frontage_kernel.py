"""Where one outline faces another.

A stretch of an outline faces another compound when one who steps out of it, square to it, meets the other
compound within the gap before meeting their own compound again. Corners that merely come near each other
therefore face nothing, however small the gap, while outlines that run beside each other face each other for
as long as they do. A stretch that lies inside the other compound (overlapping outlines) faces it at once.

The answer is exact: each edge is cut where an end of another edge passes square before it and where what lies before
it changes places, and between two such cuts nothing changes.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

_TOUCH_M = 1e-4  # outlines nearer than this touch
_ROUNDING = 1.0 - 1e-12  # a sum of lengths that should be one half is one
_NOTHING_M = 1e-9  # stretches shorter than this are numerical dust


@numba.njit(cache=True, nogil=True)
def facing_stretches(
    x0: NDArray[np.float64],
    y0: NDArray[np.float64],
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
    first: NDArray[np.int64],
    bounds: NDArray[np.float64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    gap_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Find every stretch of the outline of `left[i]` that faces compound `right[i]`.

    `x0, y0, x1, y1` (e,) are the edges of all outlines with the compound on their left hand; the edges of
    compound c are `first[c]` to `first[c + 1]`; `bounds` (c, 4) are the boxes. Gives the row i and the edge of
    each stretch, its facts (k, 4) as start and end along the edge and the way out to the other at either end,
    all in metres, and whether it lies inside the other compound.
    """
    rows = np.empty(1024, np.int64)
    edges = np.empty(1024, np.int64)
    facts = np.empty((1024, 4), np.float64)
    inside = np.empty(1024, np.bool_)
    found = 0
    most = 0
    for c in range(first.size - 1):
        most = max(most, int(first[c + 1] - first[c]))
    theirs = np.empty((most, 4), np.float64)
    own = np.empty((most, 4), np.float64)
    cuts = np.empty(16 * most + 4, np.float64)
    for i in range(left.size):
        a, b = left[i], right[i]
        for e in range(first[a], first[a + 1]):
            px, py = x0[e], y0[e]
            length = np.hypot(x1[e] - px, y1[e] - py)
            if length <= _NOTHING_M:
                continue
            if (
                max(px, x1[e]) + gap_m < bounds[b, 0]
                or min(px, x1[e]) - gap_m > bounds[b, 2]
                or max(py, y1[e]) + gap_m < bounds[b, 1]
                or min(py, y1[e]) - gap_m > bounds[b, 3]
            ):
                continue
            ux, uy = (x1[e] - px) / length, (y1[e] - py) / length
            if _lies_elsewhere(bounds[b], px, py, ux, uy, length, gap_m):
                continue
            n_theirs = _turned(
                x0, y0, x1, y1, first[b], first[b + 1], -1, px, py, ux, uy, length, -_TOUCH_M, np.inf, theirs
            )
            if not _any_near(theirs, n_theirs, gap_m):
                continue
            n_own = _turned(
                x0,
                y0,
                x1,
                y1,
                first[a],
                first[a + 1],
                e,
                px,
                py,
                ux,
                uy,
                length,
                _NOTHING_M,
                gap_m + _TOUCH_M,
                own,
            )
            n_cuts = _cut(theirs, n_theirs, own, n_own, length, gap_m, cuts)
            for k in range(n_cuts - 1):
                start, end = cuts[k], cuts[k + 1]
                if end - start <= _NOTHING_M:
                    continue
                middle = 0.5 * (start + end)
                within, hit = _meets(theirs, n_theirs, middle)
                if within:
                    way_start = way_end = 0.0
                else:
                    if hit < 0:
                        continue
                    way = _at(theirs, hit, middle)
                    if way > gap_m or _shut_in(own, n_own, middle, way):
                        continue
                    way_start = max(_at(theirs, hit, start), 0.0)
                    way_end = max(_at(theirs, hit, end), 0.0)
                if found == rows.size:
                    rows, edges, facts, inside = _widen(rows, edges, facts, inside)
                rows[found], edges[found], inside[found] = i, e, within
                facts[found, 0], facts[found, 1] = start, end
                facts[found, 2], facts[found, 3] = way_start, way_end
                found += 1
    return rows[:found], edges[:found], facts[:found], inside[:found]


@numba.njit(cache=True, nogil=True)
def find_medians(
    first: NDArray[np.int64],
    order: NDArray[np.int64],
    facts: NDArray[np.float64],
    widest_m: float,
) -> NDArray[np.float64]:
    """Find for each pair the way across that half of its stretches' length does not exceed, (p,) in metres.

    The stretches of pair p are `order[first[p]:first[p + 1]]`, which is put in another order; `facts` as
    `facing_stretches` gives them. Along a stretch the way goes evenly from that at its start to that at its end.
    """
    medians = np.zeros(first.size - 1, np.float64)
    for p in range(first.size - 1):
        begin, stop = first[p], first[p + 1]
        half = 0.0
        for at in range(begin, stop):
            half += 0.5 * (facts[order[at], 1] - facts[order[at], 0])
        low, high = -1.0, widest_m  # what has no way across is still to be passed
        passed = 0.0  # the length of stretches whose way is below what is still looked at
        while stop > begin and high - low > _NOTHING_M:
            middle = 0.5 * (low + high)
            under = passed
            for at in range(begin, stop):
                k = order[at]
                near, far = min(facts[k, 2], facts[k, 3]), max(facts[k, 2], facts[k, 3])
                if middle >= far:
                    under += facts[k, 1] - facts[k, 0]
                elif middle > near:
                    under += (facts[k, 1] - facts[k, 0]) * (middle - near) / (far - near)
            if under >= half * _ROUNDING:
                high = middle
            else:
                low = middle
            at = begin
            while at < stop:
                k = order[at]
                near, far = min(facts[k, 2], facts[k, 3]), max(facts[k, 2], facts[k, 3])
                if far <= low:
                    passed += facts[k, 1] - facts[k, 0]
                if far <= low or near >= high:
                    stop -= 1
                    order[at], order[stop] = order[stop], k
                else:
                    at += 1
        medians[p] = max(high, 0.0)
    return medians


@numba.njit(cache=True, nogil=True)
def find_nearest(
    edges: NDArray[np.float64],
    first: NDArray[np.int64],
    bounds: NDArray[np.float64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Find where outlines that do not cross are nearest: x, y on the one and on the other for each pair, (p, 4)."""
    found = np.zeros((left.size, 4), np.float64)
    for i in range(left.size):
        a, b = left[i], right[i]
        best = np.inf
        for e in range(first[a], first[a + 1]):
            if _apart(edges[e], bounds[b, 0], bounds[b, 1], bounds[b, 2], bounds[b, 3]) >= best:
                continue
            for f in range(first[b], first[b + 1]):
                low_x, high_x = min(edges[f, 0], edges[f, 2]), max(edges[f, 0], edges[f, 2])
                low_y, high_y = min(edges[f, 1], edges[f, 3]), max(edges[f, 1], edges[f, 3])
                if _apart(edges[e], low_x, low_y, high_x, high_y) >= best:
                    continue
                for end in range(4):  # two segments that do not cross are nearest at an end of one
                    one, other = (e, f) if end < 2 else (f, e)
                    px, py = edges[one, 2 * (end % 2)], edges[one, 2 * (end % 2) + 1]
                    qx, qy = _foot(px, py, edges[other])
                    d = (px - qx) ** 2 + (py - qy) ** 2
                    if d < best:
                        best = d
                        if end < 2:
                            found[i, 0], found[i, 1], found[i, 2], found[i, 3] = px, py, qx, qy
                        else:
                            found[i, 0], found[i, 1], found[i, 2], found[i, 3] = qx, qy, px, py
    return found


@numba.njit(cache=True, nogil=True)
def _apart(edge: NDArray[np.float64], left: float, low: float, right: float, high: float) -> float:
    """Give the square of how far a box is from that of an edge."""
    dx = max(min(edge[0], edge[2]) - right, left - max(edge[0], edge[2]), 0.0)
    dy = max(min(edge[1], edge[3]) - high, low - max(edge[1], edge[3]), 0.0)
    return float(dx * dx + dy * dy)


@numba.njit(cache=True, nogil=True)
def _foot(px: float, py: float, edge: NDArray[np.float64]) -> tuple[float, float]:
    """Give the place on an edge that is nearest to a point."""
    dx, dy = edge[2] - edge[0], edge[3] - edge[1]
    square = dx * dx + dy * dy
    share = 0.0 if square == 0.0 else ((px - edge[0]) * dx + (py - edge[1]) * dy) / square
    share = min(max(share, 0.0), 1.0)
    return edge[0] + share * dx, edge[1] + share * dy


@numba.njit(cache=True, nogil=True)
def _lies_elsewhere(
    box: NDArray[np.float64], px: float, py: float, ux: float, uy: float, length: float, gap_m: float
) -> bool:
    """Tell whether a box lies wholly behind an edge, beside it, or beyond the gap."""
    cx, cy = 0.5 * (box[0] + box[2]) - px, 0.5 * (box[1] + box[3]) - py
    wide, high = 0.5 * (box[2] - box[0]), 0.5 * (box[3] - box[1])
    s, t = cx * ux + cy * uy, cx * uy - cy * ux
    along, out = wide * abs(ux) + high * abs(uy), wide * abs(uy) + high * abs(ux)
    return bool(t + out < -_TOUCH_M or t - out > gap_m or s + along <= 0.0 or s - along >= length)


@numba.njit(cache=True, nogil=True)
def _widen(
    rows: NDArray[np.int64], edges: NDArray[np.int64], facts: NDArray[np.float64], inside: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Give the arrays twice as long, with what they hold; one by one, which compiles in no time."""
    n = rows.size
    more_rows, more_edges = np.empty(2 * n, np.int64), np.empty(2 * n, np.int64)
    more_facts, more_inside = np.empty((2 * n, 4), np.float64), np.empty(2 * n, np.bool_)
    for k in range(n):
        more_rows[k], more_edges[k], more_inside[k] = rows[k], edges[k], inside[k]
        for column in range(4):
            more_facts[k, column] = facts[k, column]
    return more_rows, more_edges, more_facts, more_inside


@numba.njit(cache=True, nogil=True)
def _turned(
    x0: NDArray[np.float64],
    y0: NDArray[np.float64],
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
    begin: int,
    stop: int,
    but: int,
    px: float,
    py: float,
    ux: float,
    uy: float,
    length: float,
    low: float,
    high: float,
    out: NDArray[np.float64],
) -> int:
    """Turn edges so that the edge asked about lies along the first axis and its outer side is upward.

    Writes (start, height there, end, height there), clipped to the edge's length; gives how many there are. Those that
    lie wholly below `low` or above `high` are left out.
    """
    n = 0
    for f in range(begin, stop):
        if f == but:
            continue
        ax, ay, bx, by = x0[f] - px, y0[f] - py, x1[f] - px, y1[f] - py
        s0, s1 = ax * ux + ay * uy, bx * ux + by * uy
        if max(s0, s1) <= 0.0 or min(s0, s1) >= length:
            continue
        t0, t1 = ax * uy - ay * ux, bx * uy - by * ux
        if max(t0, t1) < low or min(t0, t1) > high:
            continue
        if s0 > s1:
            s0, s1, t0, t1 = s1, s0, t1, t0
        if (
            s1 - s0 <= _NOTHING_M
        ):  # square to the edge: it is over no place, and cuts where one comes in or out
            if s0 > 0.0 and s1 < length:
                out[n, 0], out[n, 1], out[n, 2], out[n, 3] = s0, t0, s0, t1
                n += 1
            continue
        slope = (t1 - t0) / (s1 - s0)
        if s1 > length:
            t1 = t0 + slope * (length - s0)
            s1 = length
        if s0 < 0.0:
            t0 = t0 - slope * s0
            s0 = 0.0
        out[n, 0], out[n, 1], out[n, 2], out[n, 3] = s0, t0, s1, t1
        n += 1
    return n


@numba.njit(cache=True, nogil=True)
def _any_near(theirs: NDArray[np.float64], n_theirs: int, gap_m: float) -> bool:
    """Tell whether anything of the other compound lies before the edge within the gap, or around the edge."""
    odd = False
    for k in range(n_theirs):
        if theirs[k, 1] <= gap_m or theirs[k, 3] <= gap_m:
            return True
        if theirs[k, 0] <= 0.0 < theirs[k, 2]:
            odd = not odd
    return odd


@numba.njit(cache=True, nogil=True)
def _cut(
    theirs: NDArray[np.float64],
    n_theirs: int,
    own: NDArray[np.float64],
    n_own: int,
    length: float,
    gap_m: float,
    cuts: NDArray[np.float64],
) -> int:
    """Write, sorted, where along the edge something before it begins, ends, passes the edge or the gap, or crosses."""
    n = 1
    cuts[0] = 0.0
    for k in range(n_theirs - 1, -1, -1):  # an outline runs the other way before one that it faces
        s0, t0, s1, t1 = theirs[k, 0], theirs[k, 1], theirs[k, 2], theirs[k, 3]
        if (
            t0 > gap_m and t1 > gap_m
        ):  # too far to be met; whether one is inside changes where an edge is passed
            continue
        cuts[n], cuts[n + 1] = s0, s1
        n += 2
        if (t0 < 0.0) != (t1 < 0.0):
            cuts[n] = s0 + (s1 - s0) * (-t0) / (t1 - t0)
            n += 1
        if (t0 < gap_m) != (t1 < gap_m):
            cuts[n] = s0 + (s1 - s0) * (gap_m - t0) / (t1 - t0)
            n += 1
    for k in range(n_own):
        cuts[n], cuts[n + 1] = own[k, 0], own[k, 2]
        n += 2
    for k in range(n_own):
        for j in range(n_theirs):
            start, end = max(own[k, 0], theirs[j, 0]), min(own[k, 2], theirs[j, 2])
            if end - start <= _NOTHING_M or n == cuts.size - 1:
                continue
            before = _at(own, k, start) - _at(theirs, j, start)
            after = _at(own, k, end) - _at(theirs, j, end)
            if (before < 0.0) != (after < 0.0):
                cuts[n] = start + (end - start) * before / (before - after)
                n += 1
    cuts[n] = length
    n += 1
    for k in range(1, n):  # few, and nearly in order
        value = cuts[k]
        at = k
        while at > 0 and cuts[at - 1] > value:
            cuts[at] = cuts[at - 1]
            at -= 1
        cuts[at] = value
    return n


@numba.njit(cache=True, nogil=True)
def _at(edges: NDArray[np.float64], k: int, s: float) -> float:
    share = (s - edges[k, 0]) / (edges[k, 2] - edges[k, 0])
    return float(edges[k, 1] + share * (edges[k, 3] - edges[k, 1]))


@numba.njit(cache=True, nogil=True)
def _meets(theirs: NDArray[np.float64], n_theirs: int, s: float) -> tuple[bool, int]:
    """Tell whether the place lies inside the other compound, and which of its edges is met first going out."""
    odd = False
    hit = -1
    nearest = np.inf
    touching = False
    for k in range(n_theirs):
        if theirs[k, 0] <= s < theirs[k, 2]:
            t = _at(theirs, k, s)
            if t > _TOUCH_M:
                odd = not odd
            if t >= -_TOUCH_M:
                touching = touching or t <= _TOUCH_M
                if t < nearest:
                    nearest = t
                    hit = k
    return odd and not touching, hit


@numba.njit(cache=True, nogil=True)
def _shut_in(own: NDArray[np.float64], n_own: int, s: float, way: float) -> bool:
    """Tell whether the compound's own ground comes before the other one."""
    if way <= _TOUCH_M:
        return False
    for k in range(n_own):
        if own[k, 0] <= s < own[k, 2]:
            t = _at(own, k, s)
            if _NOTHING_M < t <= way + _TOUCH_M:
                return True
    return False
