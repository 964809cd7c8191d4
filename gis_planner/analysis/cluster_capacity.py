"""What of a capacity falls to a cluster: which facilities its people reach, and their mean share a household.

`capacity` is what the facilities in reach hold together, as it was given; others who reach them share it. `share` is
the mean over the cluster's known households of what is shared out to each, so it is not the one divided by the other.
Spaces inside the members' own walls (parking_spaces of compounds) are another figure and never added to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gis_planner.analysis.access import AccessFound
from gis_planner.analysis.arrays import Floats, Mask, Rows, ranges, sum_by
from gis_planner.analysis.capacity import (
    ABOUT,
    AT_LEAST,
    AT_MOST,
    CAPACITY_UNKNOWN,
    EXACT,
    NO_HOUSEHOLDS,
    NOT_ASSESSED,
    OUT_OF_REACH,
    STATES,
    Shares,
    capacity_table,
    list_demand,
    list_supply,
    share_capacity,
)
from gis_planner.analysis.catchments import Catchments, find_doorsteps, measure_catchments
from gis_planner.analysis.reach import kind_doubt
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.project import Project
from gis_planner.model.results import Network
from gis_planner.model.tables import Frame, texts

_COLUMNS = {
    "cluster_id": "object",
    "kind": "object",
    "capacity": "float64",
    "share": "float64",
    "state": "object",
    "facilities": "Int64",
    "facilities_unknown": "Int64",
    "households_unknown": "Int64",
}


def measure_capacity(
    project: Project, network: Network, units: Frame, reach: AccessFound, *, assessed: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure what falls to every unit and to every cluster: the tables `capacity` and `cluster_capacity`."""
    doorsteps = find_doorsteps(network, units, reach.access)
    catchments = measure_catchments(doorsteps, reach.facilities, reach.access, reach.direct, project.rules)
    return share_out(project, units, catchments, assessed=assessed)


def share_out(
    project: Project, units: Frame, catchments: Catchments, *, assessed: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Share the capacities of a project out by measured catchments: the tables `capacity` and `cluster_capacity`."""
    kinds, capacity = list_supply(project.table("facilities"), catchments.facility_ids)
    households = list_demand(units, catchments.unit_ids)
    shares = share_capacity(
        catchments,
        kinds=kinds,
        capacity=capacity,
        households=households,
        rules=project.rules,
        surveyed=surveyed_kinds(project),
        assessed=assessed,
    )
    clusters = sorted(cluster.id for cluster in project.grouping.clusters)
    member_of = list_members(units, catchments.unit_ids, clusters)
    return (
        capacity_table(catchments.unit_ids, shares),
        sum_clusters(shares, clusters=clusters, member_of=member_of, households=households),
    )


def surveyed_kinds(project: Project) -> frozenset[str]:
    """Give the kinds of which an absence proves something (see `reach.kind_doubt`)."""
    return frozenset(kind for kind in CAPACITY_KINDS if kind_doubt(project, kind) is None)


def list_members(units: Frame, unit_ids: Sequence[str], clusters: Sequence[str]) -> Rows:
    """Give the cluster (a row of `clusters`) of every unit whose households count in one, -1 of the others."""
    place = {cluster: row for row, cluster in enumerate(clusters)}
    columns = (
        texts(units, "unit_id"),
        texts(units, "cluster_id"),
        texts(units, "unit_type"),
        units["counted"],
    )
    of = {
        unit: place.get(cluster or "", -1)
        for unit, cluster, kind, counted in zip(*columns, strict=True)
        if counted and kind != "parcels"
    }
    return np.array([of.get(unit, -1) for unit in unit_ids], dtype=np.int64)


def sum_clusters(
    shares: Mapping[str, Shares], *, clusters: Sequence[str], member_of: Rows, households: Floats
) -> pd.DataFrame:
    """Sum the shares of units into clusters, one row for each cluster and kind, sorted.

    Columns: cluster_id, kind, capacity, share, state, facilities, facilities_unknown (of these, without a capacity),
    households_unknown (units anywhere that draw on them and whose households are unknown).
    """
    kinds = sorted(shares)
    sums = [_sum_kind(shares[kind], len(clusters), member_of, households) for kind in kinds]
    table: dict[str, Any] = {
        "cluster_id": [cluster for cluster in clusters for _ in kinds],
        "kind": kinds * len(clusters),
    }
    for name in ("capacity", "share", "state", "facilities", "facilities_unknown", "households_unknown"):
        table[name] = [by_kind[name][row] for row in range(len(clusters)) for by_kind in sums]
    return pd.DataFrame({name: pd.Series(table[name], dtype=dtype) for name, dtype in _COLUMNS.items()})


def _sum_kind(shares: Shares, n: int, member_of: Rows, households: Floats) -> dict[str, Any]:
    cluster, place = _reached(shares, n, member_of)
    known = ~np.isnan(shares.capacity[place])
    facilities = np.bincount(cluster, minlength=n)
    unknown = np.bincount(cluster[~known], minlength=n)
    capacity = sum_by(cluster[known], shares.capacity[place[known]], n)

    mine = np.flatnonzero(member_of >= 0)
    mine = mine[np.nan_to_num(households[mine]) > 0.0]
    home, people, state = member_of[mine], households[mine], shares.state[mine]
    told = state <= OUT_OF_REACH
    total = sum_by(home, people, n)
    had = sum_by(home[told], (people * shares.share[mine])[told], n)
    share = np.divide(had, total, out=np.full(n, np.nan), where=total > 0.0)

    def any_of(rows: Mask) -> Mask:
        return np.bincount(home[rows], minlength=n) > 0

    more = any_of(~told | np.isin(state, (AT_LEAST, ABOUT)))
    less = any_of(np.isin(state, (AT_MOST, ABOUT)))
    found = np.where(more, np.where(less, ABOUT, AT_LEAST), np.where(less, AT_MOST, EXACT))
    found[facilities == 0] = OUT_OF_REACH
    # A sum of nothing that leaves somebody out says nothing.
    found[more & (had == 0.0)] = CAPACITY_UNKNOWN
    found[total == 0.0] = NO_HOUSEHOLDS
    nobody_asked = np.bincount(home[state != NOT_ASSESSED], minlength=n) == 0
    found[nobody_asked & (total > 0.0)] = NOT_ASSESSED
    if (shares.state == NOT_ASSESSED).all():
        found[:] = NOT_ASSESSED
    share[found > OUT_OF_REACH] = np.nan
    unasked = (facilities == 0) & (found == NOT_ASSESSED)
    capacity[(facilities == unknown) & ((facilities > 0) | (found > OUT_OF_REACH))] = np.nan
    return {
        "capacity": capacity,
        "share": share,
        "state": [STATES[one] for one in found.tolist()],
        "facilities": _known_counts(facilities, unasked),
        "facilities_unknown": _known_counts(unknown, unasked),
        "households_unknown": _known_counts(
            _count_nameless(shares, n, cluster[known], place[known], households), unasked
        ),
    }


def _known_counts(counts: Rows, unasked: Mask) -> list[int | None]:
    """Give counts, unknown where nothing was asked: a nought would be a figure."""
    return [None if skip else count for count, skip in zip(counts.tolist(), unasked.tolist(), strict=True)]


def _reached(shares: Shares, n: int, member_of: Rows) -> tuple[Rows, Rows]:
    """Give every pair of a cluster and a facility that one of its members reaches, once, sorted."""
    home = member_of[shares.unit]
    inside = home >= 0
    width = max(len(shares.facility), 1)
    pairs = np.unique(home[inside] * width + shares.place[inside])
    return pairs // width, pairs % width


def _count_nameless(shares: Shares, n: int, cluster: Rows, place: Rows, households: Floats) -> Rows:
    """Count for each cluster the units of unknown households that draw on the facilities it reaches."""
    nameless = np.flatnonzero(np.isnan(households[shares.unit]))
    first = np.searchsorted(shares.place[nameless], np.arange(len(shares.facility) + 1))
    low, high = first[place], first[place + 1]
    unit = shares.unit[nameless[ranges(low, high)]]
    pairs = np.unique(np.repeat(cluster, high - low) * max(len(households), 1) + unit)
    return np.bincount(pairs // max(len(households), 1), minlength=n).astype(np.int64)
