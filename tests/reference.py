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
