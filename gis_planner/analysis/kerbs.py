"""KZ3 路沿齐整: kerbs in good order against the kerbs that a street needs.

A carriageway needs a kerb on each side, except across the mouth of a junction, where none can stand; footpaths and
steps need none, and lanes (巷道) only where the road's own column 应设路沿侧数 says so. A kerb counts for the road
that it names, else for the nearest one. No road can be given more kerb than it needs, nor one side of it more than runs
along it, so a surplus in one street, or a kerb drawn twice, never hides what is missing elsewhere. A kerb of unknown
condition leaves the count with the stretch that it stands on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.survey import Indicator
from gis_planner.analysis.three_valued import (
    LISTED_MAX,
    NO,
    UNKNOWN,
    YES,
    inside,
    lengths_inside,
    measured_doubt,
    metres_of,
    objects,
    places_inside,
)
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Element
from gis_planner.model.tables import Frame, bools, floats, geometries, ids, ints, take, texts

_STEP_M = 5.0  # kerbs are judged in pieces no longer than this, so that one line may run round a whole block
_TOUCH_M = 0.5  # ends that come so near meet


def measure_kerbs(
    project: Project, element: Element, footprints: NDArray[Any], rules: Rules
) -> list[Indicator]:
    """Measure kerbs in good order / kerbs required, in every footprint."""
    streets = _list_streets(project.table("roads"), element)
    stretches = _needed_stretches(streets, footprints, element.params["junction_m"])
    pieces = _cut_kerbs(project.table("kerbs"), streets, element.params["near_m"])
    there = _kerbs_along(stretches, pieces, footprints)
    stray = _stray_lengths(pieces, footprints)
    found = []
    for row, stray_m in enumerate(stray):
        here = stretches.footprint == row
        found.append(
            _judge(
                streets.ids[stretches.street[here]],
                stretches.needed[here],
                stretches.a_side[here],
                there[:, :, here],
                stray_m,
                rules,
            )
        )
    return found


@dataclass(frozen=True, eq=False)
class _Streets:
    """Carriageways, row-aligned: ids, lines, how many kerbs each needs (0, 1 or 2), where it lies."""

    ids: NDArray[Any]
    lines: NDArray[Any]
    sides: NDArray[np.float64]
    level: NDArray[np.int64]


def _list_streets(roads: Frame, element: Element) -> _Streets:
    classes = objects(texts(roads, "class"))
    carriageway = ~np.isin(classes, ("footpath", "steps"))
    usual = np.where(classes == "lane", element.params["lane_sides"], element.params["sides"])
    usual = np.where(carriageway, usual, 0.0)
    told = floats(roads, "kerb_sides")
    sides = np.where(np.isnan(told), usual, told)
    kept = np.flatnonzero((carriageway | (sides > 0)) & ~shapely.is_missing(geometries(roads)))
    table = take(roads, kept)
    off_ground = [
        level or (1 if bridge else -1 if tunnel else 0)
        for level, bridge, tunnel in zip(
            ints(table, "level"), bools(table, "bridge"), bools(table, "tunnel"), strict=True
        )
    ]
    names = objects(list(ids(table)))
    return _Streets(names, geometries(table), sides[kept], np.array(off_ground, dtype=np.int64))


# --- what is needed


@dataclass(frozen=True, eq=False)
class _Stretches:
    """Streets inside footprints, row-aligned and sorted: which street in which footprint, and the kerb it needs.

    `a_side` is the most that can stand on one side of it.
    """

    street: NDArray[np.int64]
    footprint: NDArray[np.int64]
    needed: NDArray[np.float64]
    a_side: NDArray[np.float64]
    footprints: int

    def rows(self, street: NDArray[np.int64], footprint: NDArray[np.int64]) -> NDArray[np.int64]:
        """Find the rows of pairs of street and footprint, -1 where the street does not run there."""
        keys = self.street * self.footprints + self.footprint
        wanted = street * self.footprints + footprint
        at = np.searchsorted(keys, wanted)
        found = np.zeros(len(wanted), dtype=bool)
        known = at < len(keys)
        found[known] = keys[at[known]] == wanted[known]
        return np.where(found, at, -1)


def _needed_stretches(streets: _Streets, footprints: NDArray[Any], junction_m: float) -> _Stretches:
    """Measure the kerb that each street needs inside each footprint: its sides, less the mouths of junctions."""
    footprint, street, length = lengths_inside(footprints, streets.lines)
    needs = streets.sides[street] > 0
    footprint, street, length = footprint[needs], street[needs], length[needs]
    order = np.lexsort((footprint, street))
    whole, a_side = length * streets.sides[street], length * np.maximum(streets.sides[street] / 2.0, 1.0)
    stretches = _Stretches(street[order], footprint[order], whole[order], a_side[order], len(footprints))
    mouth_street, mouth_place, mouth_m = _find_mouths(streets, junction_m)
    mouth_footprint, mouth, part = places_inside(footprints, mouth_place)
    row = stretches.rows(mouth_street[mouth], mouth_footprint)
    np.subtract.at(stretches.needed, row[row >= 0], (mouth_m[mouth] * part)[row >= 0])
    return replace(stretches, needed=np.maximum(stretches.needed, 0.0))


def _find_mouths(
    streets: _Streets, junction_m: float
) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[np.float64]]:
    """Find where junctions interrupt kerbs: the street, the place, and the metres of kerb that cannot stand there.

    `junction_m` is half a mouth. A street that ends at a junction loses that on each side; one that is met on its
    way loses a whole mouth on one side; where two run through each other both lose a whole mouth on each side.
    """
    lines, street_of = shapely.get_parts(streets.lines, return_index=True)
    tree = shapely.STRtree(lines)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    owner = np.tile(np.arange(len(lines)), 2)
    end, other = tree.query(ends, predicate="dwithin", distance=_TOUCH_M)
    foreign = owner[end] != other
    end, other = end[foreign], other[foreign]
    at_its_end = _near_an_end(ends[end], lines[other])
    arms = 1 + np.bincount(end, weights=np.where(at_its_end, 1, 2), minlength=len(ends))
    closing = np.flatnonzero(arms >= 3)
    crossed, crossed_place = _crossings(lines, streets.level[street_of], tree)

    closed, met, crossed = street_of[owner[closing]], street_of[other[~at_its_end]], street_of[crossed]
    lost = [
        streets.sides[closed] * junction_m,
        np.minimum(streets.sides[met], 1) * 2 * junction_m,
        streets.sides[crossed] * 2 * junction_m,
    ]
    places = np.concatenate([ends[closing], ends[end[~at_its_end]], crossed_place])
    return np.concatenate([closed, met, crossed]), places, np.concatenate(lost)


def _near_an_end(points: NDArray[Any], lines: NDArray[Any]) -> NDArray[np.bool_]:
    near = [shapely.distance(points, shapely.get_point(lines, which)) <= _TOUCH_M for which in (0, -1)]
    return near[0] | near[1]


def _crossings(
    lines: NDArray[Any], level: NDArray[np.int64], tree: shapely.STRtree
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Find where lines of one level run through each other: each line of a crossing, and the place."""
    one, other = tree.query(lines, predicate="crosses")
    kept = level[one] == level[other]
    one, other = one[kept], other[kept]
    place, pair = shapely.get_parts(shapely.intersection(lines[one], lines[other]), return_index=True)
    is_point = shapely.get_type_id(place) == shapely.GeometryType.POINT
    place, pair = place[is_point], pair[is_point]
    ended = _near_an_end(place, lines[one[pair]]) | _near_an_end(place, lines[other[pair]])
    return one[pair[~ended]], place[~ended]


# --- what is there


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Kerbs in short pieces, row-aligned: middle, metres, state, the street each serves (-1: none), where on it.

    `side` is 0 to the left of the street as it is drawn, 1 to the right.
    """

    middle: NDArray[Any]
    length: NDArray[np.float64]
    state: NDArray[np.int8]
    street: NDArray[np.int64]
    place: NDArray[Any]
    side: NDArray[np.int64]


def _cut_kerbs(kerbs: Frame, streets: _Streets, near_m: float) -> _Pieces:
    parts, kerb_of_part = shapely.get_parts(geometries(kerbs), return_index=True)
    coordinates, part = shapely.get_coordinates(shapely.segmentize(parts, _STEP_M), return_index=True)
    joined = part[1:] == part[:-1]
    start, stop = coordinates[:-1][joined], coordinates[1:][joined]
    kerb = kerb_of_part[part[:-1][joined]]
    middle = shapely.points((start + stop) / 2.0)
    length = np.hypot(*(stop - start).T)

    street = _nearest_street(middle, streets, near_m)
    row_of = {name: row for row, name in enumerate(streets.ids.tolist())}
    named = np.array([row_of.get(name or "", -1) for name in texts(kerbs, "road_id")], dtype=np.int64)
    street = np.where(named[kerb] >= 0, named[kerb], street)
    serves = street >= 0
    serves[serves] = streets.sides[street[serves]] > 0
    street = np.where(serves, street, -1)

    condition = objects(texts(kerbs, "condition"))
    state = np.array(
        [UNKNOWN if c is None else YES if c == "good" else NO for c in condition], dtype=np.int8
    )[kerb]
    place, side = middle.copy(), np.zeros(len(middle), dtype=np.int64)
    line = streets.lines[street[serves]]
    along = shapely.line_locate_point(line, middle[serves])
    place[serves] = shapely.line_interpolate_point(line, along)
    side[serves] = _side_of(line, along, middle[serves])
    return _Pieces(middle, length, state, street, place, side)


def _side_of(lines: NDArray[Any], along: NDArray[np.float64], points: NDArray[Any]) -> NDArray[np.int64]:
    """Tell on which side of its line each point lies, by the way the line runs there: 0 left, 1 right."""
    before = shapely.line_interpolate_point(lines, np.maximum(along - _TOUCH_M, 0.0))
    after = shapely.line_interpolate_point(lines, np.minimum(along + _TOUCH_M, shapely.length(lines)))
    ahead = shapely.get_coordinates(after) - shapely.get_coordinates(before)
    aside = shapely.get_coordinates(points) - shapely.get_coordinates(before)
    return (ahead[:, 0] * aside[:, 1] - ahead[:, 1] * aside[:, 0] < 0).astype(np.int64)


def _nearest_street(points: NDArray[Any], streets: _Streets, near_m: float) -> NDArray[np.int64]:
    """Find the nearest street of each point within reach, the smallest id where several are as near; -1 for none."""
    nearest = np.full(len(points), -1, dtype=np.int64)
    if len(points) == 0 or len(streets.lines) == 0:
        return nearest
    point, street = shapely.STRtree(streets.lines).query_nearest(points, max_distance=near_m)
    rank = np.argsort(np.argsort(streets.ids, kind="stable"), kind="stable")
    order = np.lexsort((-rank[street], point))
    nearest[point[order]] = street[order]
    return nearest


def _kerbs_along(stretches: _Stretches, pieces: _Pieces, footprints: NDArray[Any]) -> NDArray[np.float64]:
    """Sum the kerbs along each stretch, shape (3, 2, stretches): good, bad, unknown, each left and right."""
    footprint, piece, part = places_inside(footprints, pieces.place)
    row = stretches.rows(pieces.street[piece], footprint)
    piece, part, row = piece[row >= 0], part[row >= 0], row[row >= 0]
    lengths = np.zeros((3, 2, len(stretches.street)))
    kind = np.select([pieces.state[piece] == YES, pieces.state[piece] == NO], [0, 1], 2)
    np.add.at(lengths, (kind, pieces.side[piece], row), pieces.length[piece] * part)
    return lengths


def _stray_lengths(pieces: _Pieces, footprints: NDArray[Any]) -> list[float]:
    """Sum in each footprint the kerbs that belong to no street that needs one."""
    stray = np.flatnonzero(pieces.street < 0)
    footprint, piece = inside(footprints, pieces.middle[stray])
    return [metres_of(pieces.length[stray[piece[footprint == row]]]) for row in range(len(footprints))]


def _judge(
    names: NDArray[Any],
    needed: NDArray[np.float64],
    a_side: NDArray[np.float64],
    there: NDArray[np.float64],
    stray_m: float,
    rules: Rules,
) -> Indicator:
    """Compare what one footprint needs with what is there, street by street and side by side."""
    in_order = np.minimum(there[0], a_side)
    untold = np.minimum(there[2], a_side - in_order)
    good = np.minimum(in_order.sum(axis=0), needed)
    unknown = np.minimum(untold.sum(axis=0), needed - good)
    lacking = needed - good - unknown
    good_m = metres_of(good)
    assessed_m = round(good_m + metres_of(lacking), 3)
    short = np.flatnonzero(np.round(lacking, 3) > 0)
    failing = sorted((str(names[row]), round(float(lacking[row]), 3)) for row in short)
    required_m = metres_of(needed)
    evidence = {
        "unit": "metres",
        "good": good_m,
        "assessed": assessed_m,
        "unknown": metres_of(unknown),
        "required_m": required_m,
        "kerbs_m": metres_of(there.ravel()),
        "stray_m": stray_m,
        "failing": [{"id": name, "length_m": metres} for name, metres in failing[:LISTED_MAX]],
        "failing_count": len(failing),
    }
    kerbs_m = there.sum()
    empty = {"condition": float(there[2].sum() / kerbs_m)} if kerbs_m else {}
    doubt = measured_doubt("kerbs", required_m, assessed_m, empty, rules)
    return Indicator(good_m / assessed_m if assessed_m else None, doubt, evidence)
