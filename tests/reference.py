"""Coverage by the published formula alone, from exported tables: what every result is held against.

Nothing here comes from the program: tables of the results GeoPackage (or frames of the same columns), networkx,
and one formula: distance = min(direct; min over access points a of the unit and b of the facility of
leg_a + leg_b + path(a, b)), where a path leads by either end of each edge and, on one edge, also straight along.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable

import networkx as nx
import pandas as pd


def recompute_coverage(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    units: pd.DataFrame,
    facilities: pd.DataFrame,
    access: pd.DataFrame,
    direct: pd.DataFrame,
    search_max: float,
    kinds: Iterable[str] | None = None,
) -> dict[tuple[str, str], float | None]:
    """Give the distance of every unit and kind, None where nothing lies within the search.

    Columns as in the results GeoPackage: nodes(node_id), edges(edge_id, from_node, to_node, walk_m),
    units(unit_id), facilities(facility_id, kind, counted), access(owner_type, owner_id, edge_id, offset_m,
    leg_m), direct(unit_id, facility_id, length_m).
    """
    graph = _graph(nodes, edges)
    ends = _ends(edges)
    served = {str(f): str(k) for f, k, c in _rows(facilities, "facility_id", "kind", "counted") if c}
    result: dict[tuple[str, str], float | None] = {}
    for kind in sorted(set(served.values()) if kinds is None else set(kinds)):
        of_kind = {facility for facility, its_kind in served.items() if its_kind == kind}
        totals = _totals(graph, ends, access, direct, of_kind, search_max)
        for (unit,) in _rows(units, "unit_id"):
            total = totals.get(str(unit), math.inf)
            result[str(unit), kind] = total if total <= search_max else None
    return result


def recompute_catchments(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    facilities: pd.DataFrame,
    access: pd.DataFrame,
    direct: pd.DataFrame,
    limit: float,
    kinds: Iterable[str],
) -> dict[str, dict[str, float]]:
    """Give for every facility of these kinds that counts who walks to it within the limit, and how far."""
    graph, ends, wanted = _graph(nodes, edges), _ends(edges), set(kinds)
    found = {}
    for facility, kind, counted in _rows(facilities, "facility_id", "kind", "counted"):
        if counted and kind in wanted:
            totals = _totals(graph, ends, access, direct, {str(facility)}, limit)
            found[str(facility)] = {unit: metres for unit, metres in totals.items() if metres <= limit}
    return found


def recompute_shares(
    catchments: dict[str, dict[str, float]],
    capacity: dict[str, float | None],
    households: dict[str, float | None],
    weight: Callable[[float], float],
) -> dict[str, float]:
    """Give what falls to a household of each unit: every capacity divided among who draws on it, then summed.

    One kind. A facility of unknown capacity and a unit of unknown households are left out; infinite where nobody
    draws on a capacity.
    """
    shares: dict[str, float] = defaultdict(float)
    for facility, walks in catchments.items():
        given = capacity[facility]
        if given is None:
            continue
        demand = math.fsum((households[unit] or 0.0) * weight(metres) for unit, metres in walks.items())
        for unit, metres in walks.items():
            if given > 0:
                shares[unit] += given / demand * weight(metres) if demand else math.inf
    return dict(shares)


def find_faults(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    units: pd.DataFrame,
    facilities: pd.DataFrame,
    access: pd.DataFrame,
    direct: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    search_max: float,
    limit: float,
    tolerance: float = 1e-6,
) -> list[str]:
    """Compare a coverage table with the recomputation: distances, named facilities, reached and reasons."""
    kinds = sorted(set(coverage["kind"]))
    expected = recompute_coverage(nodes, edges, units, facilities, access, direct, search_max, kinds)
    faults = []
    named: dict[str, list[tuple[str, str, float]]] = defaultdict(list)
    rows = list(_rows(coverage, "unit_id", "kind", "distance_m", "facility_id", "reached", "reason"))
    if len(rows) != len(expected) or {(u, k) for u, k, *_ in rows} != set(expected):
        faults.append(f"{len(rows)} rows for {len(expected)} pairs of unit and kind")
    for unit, kind, distance, facility, reached, reason in rows:
        want = expected.get((unit, kind))
        if want is None:
            if not _missing(distance) or not _missing(facility) or bool(reached):
                faults.append(f"{unit} {kind}: {distance} by {facility}, nothing expected")
            if reason not in ("beyond_search", "no_access", "no_facility"):
                faults.append(f"{unit} {kind}: {reason} without a distance")
        elif _missing(distance) or abs(distance - want) > tolerance:
            faults.append(f"{unit} {kind}: {distance}, expected {want}")
        else:
            named[str(facility)].append((unit, kind, want))
            if bool(reached) != (distance <= limit) or reason != (
                "served" if distance <= limit else "beyond_limit"
            ):
                faults.append(f"{unit} {kind}: {distance}, reached {reached}, {reason}")
    return faults + _misnamed(nodes, edges, facilities, access, direct, named, search_max, tolerance)


def find_unexplained(
    units: pd.DataFrame,
    facilities: pd.DataFrame,
    access: pd.DataFrame,
    direct: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    speed_m_s: float,
    **_: object,
) -> list[str]:
    """List rows of coverage whose minutes are wrong, whose NULLs do not go together, or whose reason is another.

    Without a distance the reason is no_facility where nothing of the kind counts, no_access where the unit is joined
    to nothing, else beyond_search.
    """
    kind_of = {str(f): str(k) for f, k, c in _rows(facilities, "facility_id", "kind", "counted") if c}
    joined = {str(owner) for kind, owner in _rows(access, "owner_type", "owner_id") if kind == "unit"}
    inside = {(str(u), kind_of.get(str(f))) for u, f in _rows(direct, "unit_id", "facility_id")}
    known = {str(unit) for (unit,) in _rows(units, "unit_id")}
    faults = []
    columns = ("unit_id", "kind", "distance_m", "facility_id", "minutes", "reached", "reason")
    for unit, kind, distance, facility, minutes, reached, reason in _rows(coverage, *columns):
        if unit not in known:
            faults.append(f"{unit}: no such unit")
        if _missing(distance):
            want = "beyond_search"
            if kind not in kind_of.values():
                want = "no_facility"
            elif unit not in joined and (unit, kind) not in inside:
                want = "no_access"
            if reason != want or not _missing(facility) or not _missing(minutes) or bool(reached):
                faults.append(f"{unit} {kind}: {reason}, expected {want}; {facility} {minutes} {reached}")
        elif _missing(minutes) or abs(minutes - distance / speed_m_s / 60.0) > 1e-9:
            faults.append(f"{unit} {kind}: {minutes} minutes for {distance} m")
    return faults


def find_false_sums(
    units: pd.DataFrame,
    facilities: pd.DataFrame,
    coverage: pd.DataFrame,
    cluster_coverage: pd.DataFrame,
    **_: object,
) -> list[str]:
    """List rows of cluster_coverage that the units' own rows do not add up to.

    Households count once, those of parcels never. A NULL share needs a cause: no household is known, or of the kind
    nothing stands in the data but proposals, which proves no absence.
    """
    asked: dict[str, tuple[str, int | None]] = {}
    columns = ("unit_id", "unit_type", "cluster_id", "households", "counted")
    for unit, unit_type, cluster, households, counted in _rows(units, *columns):
        if counted and not _missing(cluster) and unit_type != "parcels":
            asked[str(unit)] = (str(cluster), None if _missing(households) else int(households))
    sums: dict[tuple[str, str], list[int]] = defaultdict(
        lambda: [0, 0, 0, 0]
    )  # known, households, reached, anybody
    for unit, kind, reached in _rows(coverage, "unit_id", "kind", "reached"):
        if unit in asked:
            cluster, households = asked[unit]
            one = sums[cluster, kind]
            one[3] += bool(reached)
            if households is not None:
                one[0] += 1
                one[1] += households
                one[2] += households * bool(reached)
    surveyed = {str(k) for k, s in _rows(facilities, "kind", "status") if s != "proposed"}
    faults = []
    columns = ("cluster_id", "kind", "households", "reached_households", "share", "existence")
    rows = list(_rows(cluster_coverage, *columns))
    if len(rows) != len({(r[0], r[1]) for r in rows}):
        faults.append("a cluster and kind stands twice")
    for cluster, kind, households, reached, share, existence in rows:
        known, total, served, anybody = sums[cluster, kind]
        where = f"{cluster} {kind}: {households} {reached} {share} {existence}, expected {total} {served} {anybody}"
        if (_missing(households) and known) or (not _missing(households) and int(households) != total):
            faults.append(where)
        if _missing(share):
            if known and total and kind in surveyed:
                faults.append(f"{where}, share without a cause")
        elif int(reached) != served or abs(share - served / total) > 1e-12:
            faults.append(where)
        if not _missing(existence) and bool(existence) != bool(anybody):
            faults.append(where)
    return faults


def _misnamed(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    facilities: pd.DataFrame,
    access: pd.DataFrame,
    direct: pd.DataFrame,
    named: dict[str, list[tuple[str, str, float]]],
    search_max: float,
    tolerance: float,
) -> list[str]:
    """List named facilities that are not as near as they should be, or of another kind, or do not count."""
    graph, ends = _graph(nodes, edges), _ends(edges)
    kind_of = {str(f): str(k) for f, k, c in _rows(facilities, "facility_id", "kind", "counted") if c}
    faults = []
    for facility, rows in named.items():
        totals = _totals(graph, ends, access, direct, {facility}, search_max + 1.0)
        for unit, kind, want in rows:
            if kind_of.get(facility) != kind:
                faults.append(f"{unit} {kind}: named {facility}, which is {kind_of.get(facility)}")
            elif totals.get(unit, math.inf) > want + tolerance:
                faults.append(f"{unit} {kind}: named {facility} at {totals.get(unit)}, nearest is {want}")
    return faults


def _graph(nodes: pd.DataFrame, edges: pd.DataFrame) -> nx.Graph:
    """Give the network as a simple graph with the shortest of parallel edges."""
    graph = nx.Graph()
    graph.add_nodes_from(int(node) for (node,) in _rows(nodes, "node_id"))
    for start, end, walk in _rows(edges, "from_node", "to_node", "walk_m"):
        known = graph.get_edge_data(int(start), int(end))
        if known is None or walk < known["walk"]:
            graph.add_edge(int(start), int(end), walk=float(walk))
    return graph


def _ends(edges: pd.DataFrame) -> dict[int, tuple[int, int, float]]:
    return {
        int(edge): (int(start), int(end), float(walk))
        for edge, start, end, walk in _rows(edges, "edge_id", "from_node", "to_node", "walk_m")
    }


def _totals(
    graph: nx.Graph,
    ends: dict[int, tuple[int, int, float]],
    access: pd.DataFrame,
    direct: pd.DataFrame,
    of_kind: set[str],
    search_max: float,
) -> dict[str, float]:
    """Give the smallest total from every unit to any of these facilities."""
    starts: dict[str, float] = {}
    on_edge: dict[int, list[tuple[float, float]]] = defaultdict(list)
    points = list(_rows(access, "owner_type", "owner_id", "edge_id", "offset_m", "leg_m"))
    source = "the facilities"
    reach = graph.copy()
    for owner_type, owner, edge, offset, leg in points:
        if owner_type == "facility" and str(owner) in of_kind:
            start, end, walk = ends[int(edge)]
            on_edge[int(edge)].append((float(offset), float(leg)))
            for node, metres in ((start, leg + offset), (end, leg + walk - offset)):
                starts[node] = min(starts.get(node, math.inf), float(metres))
    reach.add_node(source)
    for node, metres in starts.items():
        reach.add_edge(source, node, walk=metres)
    # Nobody walks through the source: every path that leaves it again would only have been longer.
    found = nx.single_source_dijkstra_path_length(reach, source, cutoff=search_max, weight="walk")

    totals: dict[str, float] = defaultdict(lambda: math.inf)
    for owner_type, owner, edge, offset, leg in points:
        if owner_type != "unit":
            continue
        start, end, walk = ends[int(edge)]
        ways = [leg + offset + found.get(start, math.inf), leg + walk - offset + found.get(end, math.inf)]
        ways += [leg + other_leg + abs(offset - other) for other, other_leg in on_edge[int(edge)]]
        totals[str(owner)] = min(totals[str(owner)], *ways)
    for unit, facility, length in _rows(direct, "unit_id", "facility_id", "length_m"):
        if str(facility) in of_kind:
            totals[str(unit)] = min(totals[str(unit)], float(length))
    return totals


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _rows(table: pd.DataFrame, *columns: str) -> Iterable[tuple]:  # type: ignore[type-arg]
    return zip(*(table[column].tolist() for column in columns), strict=True)
