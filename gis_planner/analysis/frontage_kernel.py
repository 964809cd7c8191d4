"""Where one outline faces another.

A stretch of an outline faces another compound when one who steps out of it, square to it, meets the other
compound within the gap before meeting their own compound again. Corners that merely come near each other
therefore face nothing, however small the gap, while outlines that run beside each other face each other for
as long as they do. A stretch that lies inside the other compound (overlapping outlines) faces it at once.

The answer is exact: each edge is cut where an end of another edge passes square before it, and between two
such cuts nothing changes. Only where one of the compound's own edges crosses the other compound's outline
inside such a stretch is the middle of the stretch asked instead.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

_TOUCH_M = 1e-4  # outlines nearer than this touch
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
    cuts = np.empty(6 * most + 4, np.float64)
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
            n_theirs = _turned(x0, y0, x1, y1, first[b], first[b + 1], -1, px, py, ux, uy, length, theirs)
            if n_theirs == 0:
                continue
            n_own = _turned(x0, y0, x1, y1, first[a], first[a + 1], e, px, py, ux, uy, length, own)
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
    out: NDArray[np.float64],
) -> int:
    """Turn edges so that the edge asked about lies along the first axis and its outer side is upward.

    Writes (start, height there, end, height there), clipped to the edge's length; gives how many there are.
    """
    n = 0
    for f in range(begin, stop):
        if f == but:
            continue
        ax, ay, bx, by = x0[f] - px, y0[f] - py, x1[f] - px, y1[f] - py
        s0, s1 = ax * ux + ay * uy, bx * ux + by * uy
        if max(s0, s1) <= 0.0 or min(s0, s1) >= length or abs(s1 - s0) <= _NOTHING_M:
            continue
        t0, t1 = ax * uy - ay * ux, bx * uy - by * ux
        if s0 > s1:
            s0, s1, t0, t1 = s1, s0, t1, t0
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
def _cut(
    theirs: NDArray[np.float64],
    n_theirs: int,
    own: NDArray[np.float64],
    n_own: int,
    length: float,
    gap_m: float,
    cuts: NDArray[np.float64],
) -> int:
    """Write, sorted, where along the edge something before it begins, ends, or passes the edge or the gap."""
    n = 0
    cuts[n] = 0.0
    cuts[n + 1] = length
    n += 2
    for k in range(n_theirs):
        s0, t0, s1, t1 = theirs[k, 0], theirs[k, 1], theirs[k, 2], theirs[k, 3]
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
