"""The network and its access points as flat arrays, ready for the engines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.model.results import Network
from gis_planner.model.tables import Frame

Small = NDArray[np.int32]

# Totals that differ by less are as near as each other; of those the smallest id is named.
EQUAL_M = 1e-9


@dataclass(frozen=True, eq=False)
class Arcs:
    """Every edge both ways, by the node it starts from; loops are left out, no shortest path uses them.

    The arcs of node v are first[v] … first[v + 1]: `to` the node they lead to, `walk_m`, `edge`.
    """

    first: Rows
    to: Small
    walk_m: Floats
    edge: Small

    def columns(self) -> tuple[Rows, Rows, Small, Floats]:
        """Give first, last, to and walk_m, as the engines take them."""
        return self.first[:-1], self.first[1:], self.to, self.walk_m


@dataclass(frozen=True, eq=False)
class Points:
    """Access points, those of owner k at first[k] … first[k + 1], sorted by edge: `edge`, `offset_m`, `leg_m`.

    `row` is the row of the access table.
    """

    first: Rows
    edge: Rows
    offset_m: Floats
    leg_m: Floats
    row: Rows


def list_arcs(network: Network) -> Arcs:
    """List the arcs of a network; parallel edges are arcs of their own."""
    return Arcs(*sort_arcs(len(network.xy), network.edge_from, network.edge_to, network.walk_m))


def sort_arcs(
    nodes: int, edge_from: Rows, edge_to: Rows, walk_m: Floats
) -> tuple[Rows, Small, Floats, Small]:
    """Sort the arcs of edges by the node they start from: bounds (nodes + 1,), to, walk_m, edge."""
    open_edges = np.flatnonzero(edge_from != edge_to)
    start = np.concatenate([edge_from[open_edges], edge_to[open_edges]])
    end = np.concatenate([edge_to[open_edges], edge_from[open_edges]])
    edge = np.concatenate([open_edges, open_edges])
    order = np.argsort(start, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(start, minlength=nodes))]).astype(np.int64)
    return (
        bounds,
        end[order].astype(np.int32),
        np.ascontiguousarray(walk_m[edge[order]]),
        edge[order].astype(np.int32),
    )


def points_of(access: Frame, owner_type: str, owner_ids: list[str]) -> Points:
    """Take the access points of these owners out of the access table."""
    mine = np.flatnonzero((access["owner_type"] == owner_type).to_numpy(dtype=bool))
    owner = pd.Index(owner_ids, dtype=object).get_indexer(pd.Index(access["owner_id"].iloc[mine]))
    mine, owner = mine[owner >= 0], owner[owner >= 0]
    edge = access["edge_id"].to_numpy(dtype=np.int64)[mine]
    offset = access["offset_m"].to_numpy(dtype=np.float64)[mine]
    leg = access["leg_m"].to_numpy(dtype=np.float64)[mine]
    order = np.lexsort((leg, offset, edge, owner))
    first = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(owner_ids)))])
    return Points(first.astype(np.int64), edge[order], offset[order], leg[order], mine[order])


def seeds_of(points: Points, network: Network, owner: Rows) -> tuple[Rows, Floats, Rows]:
    """Give (node, metres, owner) from which the given owners' access points lead into the network.

    Where several lead to one node, the shortest stays, with the smallest of the owners that are as near.
    """
    edge = points.edge
    node = np.concatenate([network.edge_from[edge], network.edge_to[edge]])
    metres = np.concatenate(
        [points.leg_m + points.offset_m, points.leg_m + (network.walk_m[edge] - points.offset_m)]
    )
    owner = np.concatenate([owner, owner])
    shortest = np.full(len(network.xy), np.inf)
    np.minimum.at(shortest, node, metres)
    near = metres <= shortest[node] + EQUAL_M
    order = np.lexsort((owner[near], node[near]))
    node, owner = node[near][order], owner[near][order]
    node, lead = np.unique(node, return_index=True)
    return node, shortest[node], owner[lead]
