"""How everyone and everything is joined to the walking network.

A compound with entrances is left through its open gates, and so is whatever stands inside it, unless a way
inside lies near. Everything else steps out of its own outline. On every edge within reach there is an access
point, and the shortest total counts; a leg that crosses a river, a railway or a wall is none. Who has no access
is not served, and the reason is said; there is no other straight line, save between what stands inside one
compound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Floats, Rows, match, rank_of
from gis_planner.analysis.crossings import (
    BLOCKING_KINDS,
    GATE_FREE_M,
    Obstacles,
    collect_obstacles,
    find_blocking,
    leave_water,
)
from gis_planner.analysis.entrances import Gates, find_gates
from gis_planner.analysis.legs import Legs, find_legs, legs_between, outlines
from gis_planner.analysis.owners import Owners, list_facilities, list_owners
from gis_planner.analysis.unreached import Tried, explain_lost, explain_missing, find_lost, list_unreached
from gis_planner.messages import Message
from gis_planner.model.issues import Issue
from gis_planner.model.project import Project
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame
from gis_planner.progress import SILENT, Part, Progress

# A way is inside a compound only where it is off the outline by more than a drawing error.
_INSIDE_M = 0.1
_STRAY_M = 0.01


@dataclass(frozen=True, eq=False)
class AccessFound:
    """How units and facilities reach the network.

    `facilities`, `access` and `direct` have the columns of `Results`. `reasons` says for each unit (by unit_id)
    and facility (as `facilities/<id>`) without access why it has none; `unreached` also says of the facilities that
    nobody can walk to why that is.
    """

    facilities: Frame
    access: Frame
    direct: pd.DataFrame
    reasons: Mapping[str, Message]
    issues: tuple[Issue, ...]
    unreached: Mapping[str, Message]


def find_access(
    project: Project,
    network: Network,
    units: Frame,
    barriers: Frame,
    rules: Rules,
    *,
    progress: Progress = SILENT,
) -> AccessFound:
    """Find every access point of every unit and facility, and who walks inside a compound alone."""
    progress.report(0.0, Message("network.finding_gates"))
    compounds = project.table("compounds")
    gates, issues = find_gates(project.table("entrances"), compounds, rules)
    facilities = list_facilities(project)
    owners = list_owners(units, facilities, compounds, gates)
    obstacles = collect_obstacles(barriers, owners.areas[owners.gated], owners.areas[~owners.gated])

    progress.report(0.1, Message("network.finding_legs", n=len(owners.shapes)))
    open_gates = gates.take(gates.open)
    tried = try_legs(owners, open_gates, obstacles, network, rules, progress=Part(progress, 0.1, 0.8))

    progress.report(0.8, Message("network.listing_access"))
    points = list_points(owners, open_gates, tried)
    direct = _direct_frame(owners, open_gates)
    has_access = np.bincount(points.owner, minlength=len(owners.ids)) > 0
    reasons = explain_missing(
        owners, open_gates, ~has_access, network, rules, tried.of_gates, (tried.outer, tried.inner)
    )
    lost = find_lost(owners, facilities, points.owner, points.edge, direct, network)
    unreached = {
        **reasons,
        **explain_lost(owners, lost, points.owner, points.edge, obstacles, network, reasons),
    }
    issues += list_unreached(owners, lost, unreached, network)
    frame = _access_frame(owners, points, project.crs)
    return AccessFound(facilities, frame, direct, reasons, tuple(issues), unreached)


@dataclass(frozen=True, eq=False)
class TriedLegs:
    """Every leg that was tried: from outlines, to ways inside, and from open gates."""

    outer: Tried
    inner: Tried
    of_gates: Tried


def try_legs(
    owners: Owners,
    open_gates: Gates,
    obstacles: Obstacles,
    network: Network,
    rules: Rules,
    *,
    progress: Progress = SILENT,
) -> TriedLegs:
    """Try the legs of these owners, each by itself: what is found for one does not depend on the others.

    `open_gates` are those of all compounds that the owners stand in, at least.
    """
    progress.report(0.0, Message("network.finding_legs", n=len(owners.shapes)))
    from_gates = find_legs(_points(open_gates.xy), network, rules.snap_max_m)
    of_gates = _try_gates(from_gates, obstacles, owners, open_gates)
    outer = _try(_outline_legs(owners, obstacles, network, rules), obstacles)
    progress.report(0.8, Message("network.finding_inner_legs"))
    return TriedLegs(outer, _try(_inner_legs(owners, open_gates, network, rules), obstacles), of_gates)


def list_points(owners: Owners, open_gates: Gates, tried: TriedLegs) -> Points:
    """List the access points that free legs lead to, sorted by owner, edge, offset, length and entrance."""
    passages = _find_passages(owners, open_gates)
    return _sort_points(
        _all_points(owners, open_gates, tried.outer.free, tried.inner.free, tried.of_gates.free, passages)
    )


def _try(legs: Legs, obstacles: Obstacles) -> Tried:
    """Find which legs are free of barriers."""
    return Tried(legs, find_blocking(obstacles, legs.start, legs.end, np.zeros(len(legs.owner))))


def _try_gates(legs: Legs, obstacles: Obstacles, owners: Owners, open_gates: Gates) -> Tried:
    """Find which legs from gates are free of barriers and of the compound's own back.

    A compound with given entrances is closed elsewhere: a leg from a gate ends at a way inside or goes out at
    the gate, but never through the compound and out behind it.
    """
    blocked = find_blocking(obstacles, legs.start, legs.end, np.full(len(legs.owner), GATE_FREE_M))
    home = open_gates.compound[legs.owner]
    areas, lines = owners.areas[home], _lines(legs.start, legs.end)
    inside = shapely.length(shapely.intersection(lines, areas))
    sides = outlines(areas)
    depth = shapely.distance(_points(legs.start), sides)
    leaves = ~shapely.contains_xy(areas, legs.end) | (shapely.distance(_points(legs.end), sides) <= _INSIDE_M)
    through = leaves & (inside > GATE_FREE_M + 2.0 * np.where(inside > 0.0, depth, 0.0))
    return Tried(legs, np.where((blocked < 0) & through, BLOCKING_KINDS.index("outline"), blocked))


def _outline_legs(owners: Owners, obstacles: Obstacles, network: Network, rules: Rules) -> Legs:
    """Find the legs of everyone who steps out of their own outline, on land."""
    rows = np.flatnonzero(~owners.behind_gates)
    legs = find_legs(leave_water(obstacles, outlines(owners.shapes[rows])), network, rules.snap_max_m)
    return _of_owners(legs, rows)


def _inner_legs(owners: Owners, open_gates: Gates, network: Network, rules: Rules) -> Legs:
    """Find the legs to ways inside a compound of what stands in it; they stay inside."""
    usable = np.zeros(len(owners.areas), dtype=bool)
    usable[open_gates.compound] = True
    rows = np.flatnonzero(owners.behind_gates & ~owners.is_compound & owners.has_place)
    rows = rows[usable[owners.home[rows]]]
    homes = np.unique(owners.home[rows])
    ground = shapely.buffer(owners.areas[homes], -_INSIDE_M, join_style="mitre")
    place, edge = network.edges_meeting(ground)
    inside = np.asarray(shapely.intersection(network.edge_lines[edge], ground[place]), dtype=object)
    kept = shapely.length(inside) > 0.0
    inside, edge, way_home = inside[kept], edge[kept], homes[place[kept]]

    stands = _ground_of(owners, rows)
    owner, way = shapely.STRtree(inside).query(stands, predicate="dwithin", distance=rules.snap_max_m)
    same = owners.home[rows[owner]] == way_home[way]
    owner, way = owner[same], way[same]
    legs = legs_between(stands, inside, owner, way, network, edge[way])
    lines = _lines(legs.start, legs.end)
    outside = shapely.length(lines) - shapely.length(
        shapely.intersection(lines, owners.areas[owners.home[rows[legs.owner]]])
    )
    return _of_owners(legs.take(outside <= _STRAY_M), rows)


def _ground_of(owners: Owners, rows: Rows) -> NDArray[Any]:
    """Give the outline of what stands in a compound, of the part inside where it reaches out of it."""
    shapes, areas = owners.shapes[rows].copy(), owners.areas[owners.home[rows]]
    beyond = (shapely.get_dimensions(shapes) > 0) & ~shapely.covers(areas, shapes)
    shapes[beyond] = shapely.intersection(shapes[beyond], areas[beyond])
    return outlines(shapes)


@dataclass(frozen=True, eq=False)
class _Passages:
    """Straight walks from what stands in a compound to an open gate: `owner`, `gate`, `start`, `length_m`."""

    owner: Rows
    gate: Rows
    start: Floats
    length_m: Floats


def _find_passages(owners: Owners, open_gates: Gates) -> _Passages:
    """Find the straight walk of everyone behind gates to each open gate; a compound stands at all of them."""
    rows = np.flatnonzero(owners.behind_gates & owners.has_place)
    owner, gate = match(owners.home[rows], open_gates.compound)
    owner = rows[owner]
    points = _points(open_gates.xy)[gate]
    start = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(owners.shapes[owner], points), 0))
    start[owners.is_compound[owner]] = open_gates.xy[gate[owners.is_compound[owner]]]
    return _Passages(owner, gate, start, np.hypot(*(start - open_gates.xy[gate]).T))


@dataclass(frozen=True, eq=False)
class Points:
    """Access points: rows of owner and edge, offset, length of the leg, entrance (None without) and line."""

    owner: Rows
    edge: Rows
    offset_m: Floats
    leg_m: Floats
    entrance: NDArray[Any]
    lines: NDArray[Any]


def _all_points(
    owners: Owners, open_gates: Gates, outer: Legs, inner: Legs, of_gates: Legs, passages: _Passages
) -> Points:
    """Put the access points of outlines, of ways inside and of gates together."""
    passage, leg = match(passages.gate, of_gates.owner)
    gate = passages.gate[passage]
    owner = np.concatenate([outer.owner, inner.owner, passages.owner[passage]])
    entrance = np.full(len(owner), None, dtype=object)
    entrance[len(owner) - len(leg) :] = open_gates.ids[gate]
    through = np.stack([passages.start[passage], open_gates.xy[gate], of_gates.end[leg]], axis=1)
    via = np.asarray(shapely.linestrings(through), dtype=object)
    at_gate = owners.is_compound[passages.owner[passage]]
    via[at_gate] = _lines(through[at_gate, 1], through[at_gate, 2])
    return Points(
        owner,
        np.concatenate([outer.edge, inner.edge, of_gates.edge[leg]]),
        np.concatenate([outer.offset_m, inner.offset_m, of_gates.offset_m[leg]]),
        np.concatenate([outer.length_m, inner.length_m, passages.length_m[passage] + of_gates.length_m[leg]]),
        entrance,
        np.concatenate([_lines(outer.start, outer.end), _lines(inner.start, inner.end), via]),
    )


def _sort_points(points: Points) -> Points:
    """Sort access points by owner, edge, offset, length and entrance."""
    entrance = rank_of(np.array([name or "" for name in points.entrance.tolist()], dtype=object))
    order = np.lexsort((entrance, points.leg_m, points.offset_m, points.edge, points.owner))
    return Points(
        points.owner[order],
        points.edge[order],
        points.offset_m[order],
        points.leg_m[order],
        points.entrance[order],
        points.lines[order],
    )


def _access_frame(owners: Owners, points: Points, crs: str) -> Frame:
    columns = {
        "owner_type": pd.Series(owners.types[points.owner], dtype=object),
        "owner_id": pd.Series(owners.ids[points.owner], dtype=object),
        "edge_id": points.edge,
        "offset_m": points.offset_m,
        "leg_m": points.leg_m,
        "entrance_id": pd.Series(points.entrance, dtype=object),
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(points.lines, crs=crs or None), crs=crs or None)


def _direct_frame(owners: Owners, open_gates: Gates) -> pd.DataFrame:
    units, facilities = np.flatnonzero(owners.is_unit), np.flatnonzero(~owners.is_unit)
    unit, facility, length = measure_direct(owners.take(units), owners.take(facilities), open_gates)
    return pd.DataFrame(
        {
            "unit_id": owners.ids[units[unit]],
            "facility_id": owners.ids[facilities[facility]],
            "length_m": length,
        }
    )


def measure_direct(units: Owners, facilities: Owners, open_gates: Gates) -> tuple[Rows, Rows, Floats]:
    """Measure the straight walks between units and facilities that stand in one compound: rows of both, metres.

    A compound itself starts at its nearest open gate, without one at its outline.
    """
    placed = np.flatnonzero((units.home >= 0) & units.has_place)
    there = np.flatnonzero((facilities.home >= 0) & facilities.has_place)
    unit, facility = match(units.home[placed], facilities.home[there])
    unit, facility = placed[unit], there[facility]
    order = np.lexsort((facility, unit))
    unit, facility = unit[order], facility[order]
    some = np.unique(unit[units.is_compound[unit]])
    starts = units.shapes.copy()
    starts[some] = _ways_out(units.take(some), open_gates)
    return unit, facility, np.asarray(shapely.distance(starts[unit], facilities.shapes[facility]))


def _ways_out(owners: Owners, open_gates: Gates) -> NDArray[Any]:
    """Give the open gates of every compound as one shape, its outline where it has none."""
    homes = owners.home
    shapes = outlines(owners.shapes)
    points = _points(open_gates.xy)
    for row in np.flatnonzero(np.isin(homes, open_gates.compound)).tolist():
        shapes[row] = shapely.multipoints(points[open_gates.compound == homes[row]])
    return shapes


def _of_owners(legs: Legs, rows: Rows) -> Legs:
    """Let legs speak of owners instead of positions among `rows`."""
    return Legs(rows[legs.owner], legs.edge, legs.start, legs.end, legs.length_m, legs.offset_m)


def _points(xy: Floats) -> NDArray[Any]:
    return np.asarray(shapely.points(xy), dtype=object)


def _lines(start: Floats, end: Floats) -> NDArray[Any]:
    return np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
