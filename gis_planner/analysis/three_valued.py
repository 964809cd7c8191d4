"""In order, not in order, or unknown: columns with three values, and how much of them lies inside a footprint.

Footprints end at street centre lines, so a street along which one ends lies half inside, whatever the last bit of a
coordinate says: half of its length counts, and half of what is told for a place on it. Where two footprints meet at a
street each has its half, and together they have the street once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.survey import Doubt, attribute_doubt
from gis_planner.model.rules import Rules

LISTED_MAX = 200  # evidence lists so many features at most, and always their whole number
YES, NO, UNKNOWN = 1, 0, -1

_BORDER_M = 0.15  # what lies nearer to the edge of a footprint than this lies on it
_ALONG_M = 2.0  # a line that stays on it for longer than this runs along it; else it crosses

State = NDArray[np.int8]


def states(values: Sequence[bool | None]) -> State:
    """Turn a column of yes, no and unknown into an array, shape (n,)."""
    return np.array([UNKNOWN if v is None else YES if v else NO for v in values], dtype=np.int8)


def inverted(state: State) -> State:
    """Turn yes into no and no into yes; unknown stays."""
    return np.where(state == UNKNOWN, UNKNOWN, 1 - state).astype(np.int8)


def all_of(columns: Sequence[State]) -> State:
    """In order when all are, not in order when one is not, else unknown."""
    stacked = np.stack(list(columns))
    lacking = (stacked == NO).any(axis=0)
    return np.where(lacking, NO, np.where((stacked == UNKNOWN).any(axis=0), UNKNOWN, YES)).astype(np.int8)


def objects(values: Sequence[str | None]) -> NDArray[Any]:
    """Turn texts into an object array that can be compared with a text."""
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


def missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell where a text is unknown."""
    return np.array([value is None for value in values], dtype=bool)


def measured_doubt(
    layer: str, whole: float, assessed: float, empty_shares: Mapping[str, float], rules: Rules
) -> Doubt | None:
    """Doubt a figure when there is nothing to measure, too much is empty, or nothing could be decided."""
    if not whole:
        return {"code": "nothing", "layer": layer}
    too_empty = attribute_doubt(layer, empty_shares, rules.null_share_max)
    if too_empty is None and not assessed:
        return {"code": "undecided", "layer": layer}
    return too_empty


def inside(footprints: NDArray[Any], shapes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find which shapes meet which footprints: rows of footprint and of shape, one pair a place."""
    if len(shapes) == 0 or len(footprints) == 0:
        nobody = np.empty(0, dtype=np.int64)
        return nobody, nobody
    footprint, shape = shapely.STRtree(shapes).query(footprints, predicate="intersects")
    order = np.lexsort((shape, footprint))
    return footprint[order], shape[order]


def lengths_inside(
    footprints: NDArray[Any], lines: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Cut lines by footprints: rows of footprint and line, and the metres of the line inside, where there are any.

    A stretch that runs along the edge counts half.
    """
    footprint, line = _near(footprints, lines)
    shapely.prepare(footprints)
    length = shapely.length(lines[line])
    at_edge = shapely.dwithin(_edges(footprints)[footprint], lines[line], _BORDER_M)
    bands = np.full(len(footprints), None, dtype=object)
    rows = np.unique(footprint[at_edge])
    bands[rows] = shapely.buffer(shapely.boundary(footprints[rows]), _BORDER_M)
    shapely.prepare(bands)
    # A line that lies on the edge as a whole needs no cutting, and most that lie there do.
    whole = at_edge & (length > _ALONG_M) & shapely.covers(bands[footprint], lines[line])
    length[whole] /= 2
    cut = np.flatnonzero(~whole & ~shapely.contains_properly(footprints[footprint], lines[line]))
    length[cut] = shapely.length(shapely.intersection(lines[line[cut]], footprints[footprint[cut]]))
    rest = np.flatnonzero(at_edge & ~whole)
    length[rest] = _lengths_at_edge(
        footprints[footprint[rest]], bands[footprint[rest]], lines[line[rest]], length[rest]
    )
    some = length > 0
    return footprint[some], line[some], length[some]


def places_inside(
    footprints: NDArray[Any], places: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Find which places lie in which footprints: rows of footprint and place, and 1.0, or 0.5 on the edge."""
    footprint, place = _near(footprints, places)
    on_edge = shapely.dwithin(_edges(footprints)[footprint], places[place], _BORDER_M)
    return footprint, place, np.where(on_edge, 0.5, 1.0)


def _near(footprints: NDArray[Any], shapes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if len(shapes) == 0 or len(footprints) == 0:
        return inside(footprints, shapes)
    tree = shapely.STRtree(shapes)
    footprint, shape = tree.query(footprints, predicate="dwithin", distance=_BORDER_M)
    order = np.lexsort((shape, footprint))
    return footprint[order], shape[order]


def _edges(footprints: NDArray[Any]) -> NDArray[Any]:
    edges = np.asarray(shapely.boundary(footprints), dtype=object)
    shapely.prepare(edges)
    return edges


def _lengths_at_edge(
    footprints: NDArray[Any],
    bands: NDArray[Any],
    lines: NDArray[Any],
    length: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Measure lines anew that run along an edge, half of what does; the others keep their length.

    Beside each line stand its footprint and the band along the edge of that.
    """
    on_edge, of = shapely.get_parts(shapely.intersection(lines, bands), return_index=True)
    along = shapely.length(on_edge) > _ALONG_M
    half = np.bincount(of[along], shapely.length(on_edge[along]) / 2, minlength=len(lines))
    some = np.flatnonzero(half)
    if not len(some):
        return length
    across = ~along & np.isin(of, some)
    crossing = shapely.length(shapely.intersection(on_edge[across], footprints[of[across]]))
    rest = shapely.difference(lines[some], bands[some])
    measured = half + np.bincount(of[across], crossing, minlength=len(lines))
    inner = np.asarray(shapely.length(shapely.intersection(rest, footprints[some])))
    changed = length.copy()
    changed[some] = measured[some] + inner
    return changed


def metres_of(lengths: NDArray[np.float64]) -> float:
    """Sum lengths to millimetres; the order of the rows does not count."""
    return round(float(np.sum(np.sort(lengths))), 3)
