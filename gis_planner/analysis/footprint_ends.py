"""Whether lines that came or went were loose ends, which enclose no ground.

The faces between lines follow from what encloses them. A line that hangs on others by one end, or by none, is left out
when faces are found, so no area can follow from it: most streets that a hand draws or takes back are such, and the
town need not be looked at again. Anything that comes so near to such a line that it might be led through its corners
makes it none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.footprint_lines import Cuts

_CLEAR_M = (
    0.3  # so near to a loose end that lines might be led through corners: that is thrice a hand's breadth
)

_Place = tuple[float, float]
_Segment = tuple[_Place, _Place]


def differ_by_loose_ends(before: Cuts, after: Cuts, box: NDArray[np.float64]) -> bool:
    """Tell whether lines before and after a change differ by loose ends alone, so that all faces are the same.

    Both hold every line that meets a box, and the change lies in it (west, south, east, north).
    """
    if not _only_ends(_segments(before.cuts), _segments(after.cuts), box):
        return False
    if not len(before.edges) and not len(after.edges):
        return True
    old, new = (_segments(np.concatenate([one.cuts, one.edges])) for one in (before, after))
    return _only_ends(old, new, box)


def _segments(lines: NDArray[Any]) -> set[_Segment]:
    """Give every straight stretch between the places where lines meet or bend, each from its smaller end."""
    if not len(lines):
        return set()
    _, xy, bounds = shapely.to_ragged_array([shapely.union_all(lines)])
    part = np.repeat(np.arange(len(bounds[0]) - 1), np.diff(bounds[0]))
    places = [(x, y) for x, y in xy.tolist()]
    along = np.flatnonzero(part[1:] == part[:-1]).tolist()
    return {
        (places[row], places[row + 1]) if places[row] < places[row + 1] else (places[row + 1], places[row])
        for row in along
    }


def _only_ends(old: set[_Segment], new: set[_Segment], box: NDArray[np.float64]) -> bool:
    common = old & new
    held = {place for segment in common for place in segment}
    for some in (old - common, new - common):
        if some and not (_within(some, box) and _hang_by_one_end(some, held) and _keep_clear(some, common)):
            return False
    return True


def _within(segments: set[_Segment], box: NDArray[np.float64]) -> bool:
    xy = np.array(sorted(segments)).reshape(-1, 2)
    return bool((xy > box[:2]).all() and (xy < box[2:]).all())


def _hang_by_one_end(segments: set[_Segment], held: set[_Place]) -> bool:
    """Tell whether segments enclose nothing, each lot of them being held at one place at most."""
    above: dict[_Place, _Place] = {}

    def top(place: _Place) -> _Place:
        while above.setdefault(place, place) != place:
            place = above[place]
        return place

    for a, b in segments:
        one, other = top(a), top(b)
        if one == other:
            return False
        above[one] = other
    lots = [top(place) for place in list(above) if place in held]
    return len(lots) == len(set(lots))


def _keep_clear(ends: set[_Segment], others: set[_Segment]) -> bool:
    """Tell whether others keep away from loose ends, but for those that leave the place where an end is held."""
    if not others:
        return True
    end, other = np.array(sorted(ends)), np.array(sorted(others))
    lines = np.asarray(shapely.linestrings(other), dtype=object)
    row, near = shapely.STRtree(lines).query(shapely.linestrings(end), predicate="dwithin", distance=_CLEAR_M)
    return all(_leave_apart(end[k], other[n]) for k, n in zip(row.tolist(), near.tolist(), strict=True))


def _leave_apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Tell whether two segments begin at one place and are clear of each other where the shorter one ends."""
    for a, b in (one, one[::-1]):
        for c, d in (other, other[::-1]):
            if (a == c).all():
                way, beside = b - a, d - c
                shorter = min(np.hypot(*way), np.hypot(*beside))
                across = abs(way[0] * beside[1] - way[1] * beside[0]) / (np.hypot(*way) * np.hypot(*beside))
                return bool(way @ beside < 0 or across * shorter > _CLEAR_M)
    return False
