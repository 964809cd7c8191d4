"""A grouping task as plain arrays, for the compiled search.

The same figures as `Costs` and `Instance`, laid out so that the price of a set of atoms is found in microseconds. An
atom is one compound, or several that are locked together; rows are the compounds that take part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.town import DETOUR

Small = np.ndarray[tuple[int], np.dtype[np.int32]]
Table = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]

# places in Board.rules
MEMBERS_MIN, MEMBERS_MAX, HOUSEHOLDS_MIN, HOUSEHOLDS_MAX, WALK_MAX, SAME_TOWNSHIP = range(6)
USUAL, MEAN_HOUSEHOLDS, NULL_SHARE, GUIDE, DETOURED, CLUSTERS, CLUSTER_PRICE = range(6, 13)
W_COMPACT, W_CUT, W_CROSSED, W_COMMUNITY, W_SIZE, W_BALANCE, W_YEARS, W_BUILD = range(13, 21)


class Board(NamedTuple):
    """Atoms with their rows, neighbours and rivals; rows with their figures; rules by the places named above.

    `atom_of` a row is -1 outside this task. Unknown households, townships and communities are -1, unknown years NaN.
    Link and walk columns are sorted.
    """

    atom_first: Rows
    atom_row: Rows
    atom_of: Rows
    near_first: Rows
    near_to: Rows
    rival: Rows
    alone: Floats
    households: Rows
    township: Rows
    community: Rows
    year: Floats
    x: Floats
    y: Floats
    known: Flags
    walk_first: Rows
    walk_to: Small
    walk_m: Floats
    link_first: Rows
    link_to: Rows
    link_m: Floats
    link_cost: Floats
    frontage_m: Floats
    asked: Table
    served: Table
    measured: Table
    reaching: Table
    unsaid: Flags
    passing: Floats
    by_existence: Flags
    rules: Floats


def lay_board(
    costs: Costs,
    atoms: Sequence[Sequence[int]],
    near: Sequence[Sequence[int]],
    rivals: Sequence[int],
    alone: Sequence[float],
    *,
    guide: float,
    clusters: int = 0,
    cluster_price: float = 0.0,
) -> Board:
    """Lay out a task: atoms as town rows, their neighbours, and which of them hold to different clusters.

    `clusters` is how many are asked for (0: any), and `cluster_price` what one more or less costs.
    """
    town, weights = costs.town, costs.weights
    rows = costs.rows
    place = costs.places
    atom_first = _first([len(atom) for atom in atoms])
    communities = _codes([town.communities[row] for row in rows])
    walk_first, walk_to, walk_m = _walks_of(costs)
    links = [costs.links_of(place[row]) for row in rows]
    services = town.services
    count = len(rows)
    at = np.array(rows, dtype=np.int64)
    tables = (
        [
            np.ascontiguousarray(table[at])
            for table in (services.asked, services.served, services.measured, services.reaching)
        ]
        if services is not None
        else [np.zeros((count, 0)) for _ in range(4)]
    )
    rules = town.rules
    figures = np.zeros(21)
    figures[MEMBERS_MIN], figures[MEMBERS_MAX] = rules.members_min, rules.members_max
    figures[HOUSEHOLDS_MIN], figures[HOUSEHOLDS_MAX] = rules.households_min, rules.households_max
    figures[WALK_MAX], figures[SAME_TOWNSHIP] = rules.walk_diameter_max_m, float(rules.same_township)
    figures[USUAL] = costs.usual_members
    figures[MEAN_HOUSEHOLDS] = np.nan if costs.mean_households is None else costs.mean_households
    figures[NULL_SHARE] = services.null_share_max if services is not None else 0.0
    figures[GUIDE], figures[DETOURED] = guide, DETOUR
    figures[CLUSTERS], figures[CLUSTER_PRICE] = clusters, cluster_price
    figures[W_COMPACT:] = [
        weights.compactness / 100.0, weights.frontage_cut / 100.0, weights.roads_crossed, weights.community,
        weights.size, weights.balance, weights.years / 10.0, weights.build,
    ]  # fmt: skip
    xy = np.nan_to_num(town.xy[at]) if count else np.empty((0, 2))
    return Board(
        atom_first=atom_first,
        atom_row=np.array([place[row] for atom in atoms for row in atom], dtype=np.int64),
        atom_of=_atom_of(atoms, place, count),
        near_first=_first([len(others) for others in near]),
        near_to=np.array([other for others in near for other in others], dtype=np.int64),
        rival=np.array(rivals, dtype=np.int64),
        alone=np.array(alone, dtype=np.float64),
        households=np.array(
            [-1 if h is None else h for h in (town.households[row] for row in rows)], dtype=np.int64
        ),
        township=np.ascontiguousarray(town.township_codes[at]),
        community=communities,
        year=np.ascontiguousarray(town.years[at]),
        x=np.ascontiguousarray(xy[:, 0]),
        y=np.ascontiguousarray(xy[:, 1]),
        known=np.ascontiguousarray(town.walks.known[at]),
        walk_first=walk_first,
        walk_to=walk_to,
        walk_m=walk_m,
        link_first=_first([len(link) for link in links]),
        link_to=np.array([other for link in links for other in link], dtype=np.int64),
        link_m=np.array([facts[0] for link in links for facts in link.values()], dtype=np.float64),
        link_cost=np.array([facts[1] for link in links for facts in link.values()], dtype=np.float64),
        frontage_m=np.array([sum(facts[0] for facts in link.values()) for link in links], dtype=np.float64),
        asked=tables[0],
        served=tables[1],
        measured=tables[2],
        reaching=tables[3],
        unsaid=np.ascontiguousarray(services.unknown[at])
        if services is not None
        else np.zeros(count, dtype=bool),
        passing=services.passing if services is not None else np.empty(0),
        by_existence=services.by_existence if services is not None else np.empty(0, dtype=bool),
        rules=figures,
    )


def _walks_of(costs: Costs) -> tuple[Rows, Small, Floats]:
    """Give the walks between participants that a cluster may have; longer ones are as good as none."""
    walks, rows = costs.town.walks, np.array(costs.rows, dtype=np.int64)
    place = np.full(len(walks.known), -1, dtype=np.int64)
    place[rows] = np.arange(rows.size)
    owner = np.repeat(np.arange(len(walks.known)), np.diff(walks.first))
    keep = (
        (walks.metres <= costs.town.rules.walk_diameter_max_m) & (place[owner] >= 0) & (place[walks.to] >= 0)
    )
    counts = np.bincount(place[owner[keep]], minlength=rows.size)
    return _first(counts.tolist()), place[walks.to[keep]].astype(np.int32), walks.metres[keep]


def _atom_of(atoms: Sequence[Sequence[int]], place: Mapping[int, int], count: int) -> Rows:
    of = np.full(count, -1, dtype=np.int64)
    for number, atom in enumerate(atoms):
        for row in atom:
            of[place[row]] = number
    return of


def _first(counts: Sequence[int]) -> Rows:
    first = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(np.asarray(counts, dtype=np.int64), out=first[1:])
    return first


def _codes(names: Sequence[str | None]) -> Rows:
    number = {name: code for code, name in enumerate(sorted({name for name in names if name is not None}))}
    return np.array([-1 if name is None else number[name] for name in names], dtype=np.int64)
