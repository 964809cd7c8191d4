"""A walking network that loses and gains streets.

Edges keep their rows: those that are gone are no longer `alive`, new ones stand at the end. After a street changed,
only the streets around it are noded again, by the very function that builds the whole: streets three steps away, from
one that meets the next, are far enough that nothing beyond can have changed. Where the nodes before and after do not
answer each other one to one (ends that melt together), there is no local answer and everything is built anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, overload

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Mask, Rows, ranges
from gis_planner.analysis.network import build_network
from gis_planner.analysis.noding import SAME_PLACE_M
from gis_planner.analysis.row_tree import RowTree
from gis_planner.model.results import Network
from gis_planner.model.room import put_after
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, shapes_of, take

_STEPS = 3  # streets around streets that are noded again; all but the outermost are then as in the whole


class _RowsOfRoad(NamedTuple):
    """The edges of roads: those of names[k] are rows[first[k]] … rows[first[k + 1]]."""

    names: NDArray[Any]
    first: Rows
    rows: Rows


@dataclass(frozen=True, eq=False)
class LiveNetwork(Network):
    """A network some of whose edges are gone (`alive` is False) and some came later (after the first `base_edges`)."""

    alive: Mask
    base: shapely.STRtree
    base_edges: int
    base_rows: _RowsOfRoad

    def edges_near(self, shapes: NDArray[Any], reach_m: float) -> tuple[Rows, Rows]:
        """Give every pair (shape, edge) within reach of each other."""
        return self._find(shapes, "dwithin", reach_m)

    def edges_meeting(self, shapes: NDArray[Any]) -> tuple[Rows, Rows]:
        """Give every pair (shape, edge) that meet."""
        return self._find(shapes, "intersects", None)

    @cached_property
    def later(self) -> shapely.STRtree:
        """The search tree of the edges that came later."""
        return shapely.STRtree(self.edge_lines[self.base_edges :])

    def edges_of(self, roads: list[str]) -> Rows:
        """Give the edges of these roads that are alive, by row."""
        names, first, rows = self.base_rows
        wanted = np.array(sorted(set(roads)), dtype=object)
        place = np.searchsorted(names, wanted)
        known = place < len(names)
        known[known] = names[place[known]] == wanted[known]
        own = rows[ranges(first[place[known]], first[place[known] + 1])]
        kept = set(roads)
        later = enumerate(self.road_ids[self.base_edges :], self.base_edges)
        found = np.concatenate([own, np.array([row for row, name in later if name in kept], dtype=np.int64)])
        return np.sort(found[self.alive[found]])

    def _find(self, shapes: NDArray[Any], predicate: Any, distance: float | None) -> tuple[Rows, Rows]:
        shape, edge = self.base.query(shapes, predicate=predicate, distance=distance)
        if len(self.edge_lines) > self.base_edges:
            more_shape, more_edge = self.later.query(shapes, predicate=predicate, distance=distance)
            shape = np.concatenate([shape, more_shape])
            edge = np.concatenate([edge, more_edge + self.base_edges])
        kept = self.alive[edge]
        shape, edge = shape[kept], edge[kept]
        order = np.lexsort((edge, shape))
        return shape[order], edge[order]


class _RoadIds(Sequence[str]):
    """The road of every edge: those that a network began with, shared, and those that came later."""

    def __init__(self, first: Sequence[str], later: tuple[str, ...]) -> None:
        self.first, self.later = first, later

    def __len__(self) -> int:
        return len(self.first) + len(self.later)

    @overload
    def __getitem__(self, edge: int) -> str: ...

    @overload
    def __getitem__(self, edge: slice) -> tuple[str, ...]: ...

    def __getitem__(self, edge: int | slice) -> str | tuple[str, ...]:
        if isinstance(edge, slice):
            return tuple(self[row] for row in range(*edge.indices(len(self))))
        row = edge if edge >= 0 else edge + len(self)
        if not 0 <= row < len(self):
            raise IndexError(edge)
        return self.first[row] if row < len(self.first) else self.later[row - len(self.first)]


def _longer(road_ids: Sequence[str], more: Sequence[str]) -> Sequence[str]:
    if isinstance(road_ids, _RoadIds):
        return _RoadIds(road_ids.first, (*road_ids.later, *more))
    return _RoadIds(road_ids, tuple(more))


def keep_alive(network: Network) -> LiveNetwork:
    """Give a network whose streets can change."""
    return LiveNetwork(
        network.xy,
        network.edge_from,
        network.edge_to,
        network.length_m,
        network.walk_m,
        network.edge_lines,
        network.road_ids,
        np.ones(len(network.edge_from), dtype=bool),
        network.tree,
        len(network.edge_from),
        _rows_of_road(network),
    )


def _rows_of_road(network: Network) -> _RowsOfRoad:
    codes, names = pd.factorize(np.array(network.road_ids, dtype=object), sort=True)
    order = np.argsort(codes, kind="stable")
    first = np.searchsorted(codes[order], np.arange(len(names) + 1))
    return _RowsOfRoad(np.asarray(names, dtype=object), first.astype(np.int64), order.astype(np.int64))


@dataclass(frozen=True, eq=False)
class StreetChange:
    """The network after a change of streets, the edges that are gone, and those that came; by row."""

    network: LiveNetwork
    gone: Rows
    come: Rows


def change_streets(
    network: LiveNetwork, roads: Frame, changed: Iterable[int], rules: Rules, *, tree: RowTree
) -> StreetChange | None:
    """Node the streets around changed ones again; None where only building everything anew can tell.

    `roads` is the layer after the change, `changed` the rows of roads that differ (not in their course), `tree` finds
    its rows by place.
    """
    lines = shapes_of(roads)
    near_m = rules.noding_tolerance_m + SAME_PLACE_M
    rings = [np.unique(np.array(list(changed), dtype=np.int64))]
    for _ in range(_STEPS):
        around = lines[rings[-1]]
        rings.append(np.union1d(rings[-1], tree.near(around[~shapely.is_missing(around)], near_m)))
    fresh, _ = build_network(take(roads, rings[-1]), rules)

    known = [str(name) for name in roads["id"].iloc[rings[-2]]]
    old = network.edges_of(known)
    sure = _is_of(fresh.road_ids, known)
    new = np.flatnonzero(sure)
    same_old, same_new = _match(network, old, fresh, new)
    node_of = _match_nodes(network, same_old, fresh, same_new)
    if node_of is None:
        return None
    return _splice(network, np.setdiff1d(old, same_old), fresh, np.setdiff1d(new, same_new), node_of, sure)


def _is_of(road_ids: Sequence[str], roads: list[str]) -> Mask:
    return np.asarray(pd.Index(list(road_ids), dtype=object).isin(roads), dtype=bool)


def _match(network: Network, old: Rows, fresh: Network, new: Rows) -> tuple[Rows, Rows]:
    """Find which edges are the same before and after: the same stretch of the same road."""
    waiting: dict[tuple[str, Any, float], list[int]] = defaultdict(list)
    wkb: Any = shapely.to_wkb(network.edge_lines[old])
    for edge, line in zip(old.tolist(), wkb, strict=True):
        waiting[network.road_ids[edge], line, float(network.walk_m[edge])].append(edge)
    pairs = []
    wkb = shapely.to_wkb(fresh.edge_lines[new])
    for edge, line in zip(new.tolist(), wkb, strict=True):
        found = waiting.get((fresh.road_ids[edge], line, float(fresh.walk_m[edge])))
        if found:
            pairs.append((found.pop(0), edge))
    matched = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return matched[:, 0], matched[:, 1]


def _match_nodes(network: Network, old: Rows, fresh: Network, new: Rows) -> dict[int, int] | None:
    """Give the node that each fresh node is, None where two are one or one is two."""
    node_of: dict[int, int] = {}
    fresh_of: dict[int, int] = {}
    pairs = zip(
        np.concatenate([fresh.edge_from[new], fresh.edge_to[new]]).tolist(),
        np.concatenate([network.edge_from[old], network.edge_to[old]]).tolist(),
        strict=True,
    )
    for here, there in pairs:
        if node_of.setdefault(here, there) != there or fresh_of.setdefault(there, here) != here:
            return None
    return node_of


def _splice(
    network: LiveNetwork, gone: Rows, fresh: Network, come: Rows, node_of: dict[int, int], sure: Mask
) -> StreetChange | None:
    count = len(network.xy)
    unsure = set(fresh.edge_from[~sure].tolist()) | set(fresh.edge_to[~sure].tolist())
    places: list[NDArray[np.float64]] = []
    for node in np.unique(np.concatenate([fresh.edge_from[come], fresh.edge_to[come]])).tolist():
        if node not in node_of:
            if node in unsure:
                return None
            node_of[node] = count
            places.append(fresh.xy[node : node + 1])
            count += 1
    alive = network.alive.copy()
    alive[gone] = False
    first = len(alive)
    changed = replace(
        network,
        xy=put_after(network.xy, np.concatenate([np.empty((0, 2)), *places])),
        edge_from=put_after(network.edge_from, _nodes(fresh.edge_from[come], node_of)),
        edge_to=put_after(network.edge_to, _nodes(fresh.edge_to[come], node_of)),
        length_m=put_after(network.length_m, fresh.length_m[come]),
        walk_m=put_after(network.walk_m, fresh.walk_m[come]),
        edge_lines=put_after(network.edge_lines, fresh.edge_lines[come]),
        road_ids=_longer(network.road_ids, [fresh.road_ids[edge] for edge in come.tolist()]),
        alive=np.concatenate([alive, np.ones(len(come), dtype=bool)]),
    )
    return StreetChange(changed, gone, np.arange(first, first + len(come), dtype=np.int64))


def _nodes(fresh: Rows, node_of: dict[int, int]) -> Rows:
    return np.array([node_of[node] for node in fresh.tolist()], dtype=np.int64)
