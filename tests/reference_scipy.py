"""Coverage by the published formula with scipy, from exported tables of a town too large for networkx.

Nothing here comes from the program: columns of the results GeoPackage, scipy's Dijkstra, and one formula:
distance = min(direct; min over access points a of the unit and b of the facility of leg_a + leg_b + path(a, b)), where
a path leads by either end of each edge and, on one edge, also straight along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
_AT_ONCE = 32


@dataclass(frozen=True, eq=False)
class Formula:
    """The tables as arrays: arcs both ways, access points with the nodes and the walks to either end, direct pairs."""

    start: Rows
    end: Rows
    walk_m: Floats
    nodes: int
    units: pd.Index
    points: pd.DataFrame
    direct: pd.DataFrame
    search_max_m: float

    def totals_to(self, facilities: list[set[str]]) -> Floats:
        """Give the shortest total of every unit to any facility of each set, infinite beyond the search."""
        sources = [
            self.points[self.points["owner_id"].isin(chosen) & ~self.points["unit"]] for chosen in facilities
        ]
        found = self._search(sources)
        totals = np.full((len(facilities), len(self.units)), np.inf)
        at_units = self.points[self.points["unit"]]
        row = self.units.get_indexer(at_units["owner_id"])
        for k, (own, chosen) in enumerate(zip(sources, facilities, strict=True)):
            by_ends = np.minimum(
                at_units["to_start_m"].to_numpy() + found[k, at_units["from_node"].to_numpy()],
                at_units["to_end_m"].to_numpy() + found[k, at_units["to_node"].to_numpy()],
            )
            np.minimum.at(totals[k], row, by_ends)
            beside = at_units.merge(own, on="edge_id", suffixes=("", "_b"))
            along = beside["leg_m"] + beside["leg_m_b"] + (beside["offset_m"] - beside["offset_m_b"]).abs()
            np.minimum.at(totals[k], self.units.get_indexer(beside["owner_id"]), along.to_numpy())
            inside = self.direct[self.direct["facility_id"].isin(chosen)]
            np.minimum.at(
                totals[k], self.units.get_indexer(inside["unit_id"]), inside["length_m"].to_numpy(np.float64)
            )
        totals[totals > self.search_max_m] = np.inf
        return totals

    def _search(self, sources: list[pd.DataFrame]) -> Floats:
        """Search from one added node for each source; arcs only leave it, so nobody walks through it."""
        start, end, walk = [self.start], [self.end], [self.walk_m]
        for k, own in enumerate(sources):
            for node, metres in (("from_node", "to_start_m"), ("to_node", "to_end_m")):
                start.append(np.full(len(own), self.nodes + k))
                end.append(own[node].to_numpy())
                walk.append(own[metres].to_numpy())
        graph = _shortest_arcs(
            np.concatenate(start), np.concatenate(end), np.concatenate(walk), self.nodes + len(sources)
        )
        at = np.arange(self.nodes, self.nodes + len(sources))
        return np.asarray(dijkstra(graph, directed=True, indices=at, limit=self.search_max_m))


def read_formula(tables: Mapping[str, pd.DataFrame], *, search_max_m: float) -> Formula:
    """Put exported tables into arrays."""
    edges = tables["edges"].set_index("edge_id")
    position = pd.Index(tables["nodes"]["node_id"])
    one, other = position.get_indexer(edges["from_node"]), position.get_indexer(edges["to_node"])
    walk = edges["walk_m"].to_numpy(np.float64)
    access = tables["access"]
    at = edges.index.get_indexer(access["edge_id"])
    offset, leg = access["offset_m"].to_numpy(np.float64), access["leg_m"].to_numpy(np.float64)
    points = pd.DataFrame(
        {
            "owner_id": access["owner_id"],
            "unit": access["owner_type"] == "unit",
            "edge_id": access["edge_id"],
            "offset_m": offset,
            "leg_m": leg,
            "from_node": one[at],
            "to_node": other[at],
            "to_start_m": leg + offset,
            "to_end_m": leg + walk[at] - offset,
        }
    )
    return Formula(
        np.concatenate([one, other]), np.concatenate([other, one]), np.concatenate([walk, walk]),
        len(position), pd.Index(tables["units"]["unit_id"]), points, tables["direct"], search_max_m,
    )  # fmt: skip


def find_wrong_distances(
    tables: Mapping[str, pd.DataFrame], *, search_max_m: float, limit_m: float, tolerance_m: float = 1e-6
) -> list[str]:
    """Compare the coverage table with the formula: every unit and kind, distances, named facilities and reached."""
    formula = read_formula(tables, search_max_m=search_max_m)
    coverage, facilities = tables["coverage"], tables["facilities"]
    counted = facilities[facilities["counted"].astype(bool)]
    kind_of = dict(zip(counted["facility_id"], counted["kind"], strict=True))
    kinds = sorted(set(coverage["kind"]))
    expected = formula.totals_to([{name for name, own in kind_of.items() if own == kind} for kind in kinds])
    row, column = (
        formula.units.get_indexer(coverage["unit_id"]),
        pd.Index(kinds).get_indexer(coverage["kind"]),
    )
    faults = []
    pairs = set(zip(row.tolist(), column.tolist(), strict=True))
    if len(pairs) != len(coverage) or len(coverage) != len(kinds) * len(formula.units) or (row < 0).any():
        faults.append(f"{len(coverage)} rows for {len(kinds)} kinds of {len(formula.units)} units")
    given = coverage["distance_m"].to_numpy(np.float64, na_value=np.nan)
    given = np.where(np.isnan(given), np.inf, given)
    want = expected[column, row]
    both = np.isfinite(given) & np.isfinite(want)
    wrong = np.isfinite(given) != np.isfinite(want)
    wrong[both] |= np.abs(given[both] - want[both]) > tolerance_m
    reached = coverage["reached"].fillna(0).to_numpy().astype(bool)
    wrong |= reached != (given <= limit_m)
    for place in np.flatnonzero(wrong).tolist():
        faults.append(f"{tuple(coverage.iloc[place])}, expected {want[place]}")
    return faults + _wrong_names(formula, coverage, kind_of, row, want, tolerance_m)


def _wrong_names(
    formula: Formula,
    coverage: pd.DataFrame,
    kind_of: Mapping[str, str],
    row: Rows,
    want: Floats,
    tolerance_m: float,
) -> list[str]:
    """List named facilities that are of another kind, do not count or are farther than the nearest."""
    faults = []
    named = coverage["facility_id"].notna().to_numpy()
    if (named != np.isfinite(want)).any():
        faults.append("facilities are named where there is no distance, or not named where there is one")
    of_kind = [kind_of.get(str(name)) for name in coverage["facility_id"]]
    for place in np.flatnonzero(
        named & (np.array(of_kind, dtype=object) != coverage["kind"].to_numpy())
    ).tolist():
        faults.append(f"{tuple(coverage.iloc[place])} names one that is no such facility")
    places = coverage.assign(place=np.arange(len(coverage)))[named].groupby("facility_id", sort=True)["place"]
    rows_of = [(str(name), own.to_numpy()) for name, own in places]
    for first in range(0, len(rows_of), _AT_ONCE):
        some = rows_of[first : first + _AT_ONCE]
        totals = formula.totals_to([{name} for name, _ in some])
        for k, (name, own) in enumerate(some):
            for place in own[~(totals[k, row[own]] <= want[own] + tolerance_m)].tolist():
                faults.append(f"{tuple(coverage.iloc[place])}: {name} lies farther than {want[place]}")
    return faults


def _shortest_arcs(start: Rows, end: Rows, walk: Floats, nodes: int) -> csr_array:
    """Make a graph of the shortest of parallel arcs; scipy would add them up."""
    order = np.lexsort((walk, end, start))
    start, end, walk = start[order], end[order], walk[order]
    first = np.ones(len(start), dtype=bool)
    first[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    start, end, walk = start[first], end[first], walk[first]
    bounds = np.searchsorted(start, np.arange(nodes + 1))
    return csr_array((walk, end, bounds), shape=(nodes, nodes))
