"""What of the capacities falls to whom, for a project that is being edited.

An edit only notes what it makes stale; figures are found when somebody asks, and are then those of a whole study, bit
for bit. Which catchments are still good follows from what a catchment rests on: an edit of facilities leaves those of
all others as they are, one of households, capacities, clusters or most rules leaves all of them. Where streets,
entrances or the walking limit change, any of them may differ, so they are measured again.

What is kept belongs to one project: a figure is never handed out for another one than it was shared out for.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from gis_planner.analysis.arcs import Arcs, Points, sort_arcs
from gis_planner.analysis.arrays import ranges
from gis_planner.analysis.catchments import (
    Catchments,
    Doorsteps,
    index_doorsteps,
    replace_catchments,
    search_from,
)
from gis_planner.analysis.cluster_capacity import share_out
from gis_planner.analysis.live_coverage import join_points
from gis_planner.analysis.live_reach import LiveReach, ReachChange
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, ids, texts


class LiveCapacity:
    """The shares of the project that a `LiveReach` follows: tell every edit to `follow`, ask by `share`."""

    def __init__(self, reach: LiveReach) -> None:
        """Take who reaches what; nothing is measured yet."""
        self._reach = reach
        self._doorsteps: Doorsteps | None = None
        self._catchments: Catchments | None = None
        self._stale: set[str] = set()  # facilities whose catchment must be measured again
        self._shared: tuple[Project, Frame, tuple[pd.DataFrame, pd.DataFrame]] | None = None

    def follow(self, before: Project, after: Project, change: ReachChange) -> None:
        """Note what an edit made stale."""
        gates = before.table("entrances") is not after.table("entrances")
        if change.anew or change.streets or gates:
            self._doorsteps = self._catchments = None
        if before.rules.limit_m != after.rules.limit_m:
            self._catchments = None
        self._stale.update(change.facilities)
        self._shared = None

    def share(self, units: Frame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give the tables `capacity` and `cluster_capacity` of the project as it stands; `units` are its units."""
        project = self._reach.project
        if self._shared is None or self._shared[0] is not project or self._shared[1] is not units:
            assessed = bool(self._reach.network.alive.any()) and "facilities" in (
                project.loaded | project.complete
            )
            tables = share_out(project, units, self._measure(project), assessed=assessed)
            self._shared = (project, units, tables)
        return self._shared[2]

    def _measure(self, project: Project) -> Catchments:
        """Bring the catchments up to date and give them."""
        if self._doorsteps is None:
            self._doorsteps, self._catchments = _find_doorsteps(self._reach), None
        wanted = _list_counted(project)
        found = self._catchments
        if found is None:
            found = _search(self._reach, self._doorsteps, wanted)
        elif self._stale:
            again = _search(self._reach, self._doorsteps, self._stale.intersection(wanted))
            found = replace_catchments(found, again, gone=self._stale.difference(wanted))
        self._catchments, self._stale = found, set()
        return found


def _list_counted(project: Project) -> set[str]:
    """Name the facilities whose capacity is shared."""
    table = project.table("facilities")
    columns = (ids(table), texts(table, "kind"), texts(table, "status"))
    return {
        name
        for name, kind, status in zip(*columns, strict=True)
        if kind in CAPACITY_KINDS and status != "closed"
    }


def _find_doorsteps(reach: LiveReach) -> Doorsteps:
    """Index how units are come to over the edges that are there now."""
    network, live = reach.network, reach.coverage
    edges = np.flatnonzero(network.alive)
    first, to, walk_m, edge = sort_arcs(
        len(network.xy), network.edge_from[edges], network.edge_to[edges], network.walk_m[edges]
    )
    arcs = Arcs(first, to, walk_m, edges[edge].astype(np.int32))
    rows = ranges(live.unit_first, live.unit_last)
    bounds = np.concatenate([[0], np.cumsum(live.unit_last - live.unit_first)]).astype(np.int64)
    points = Points(bounds, live.edge[rows], live.offset_m[rows], live.leg_m[rows], rows)
    return index_doorsteps(network, arcs, tuple(reach.unit_ids), points)


def _search(reach: LiveReach, doorsteps: Doorsteps, names: Collection[str]) -> Catchments:
    """Measure the catchments of some facilities from where they stand now."""
    live, wanted = reach.coverage, sorted(names)
    slots = np.array([live.slot_of[name] for name in wanted], dtype=np.int64)
    first, own = join_points([live.facility_points[slot] for slot in slots.tolist()])
    points = Points(first, own.edge, own.offset_m, own.leg_m, np.arange(len(own.edge), dtype=np.int64))
    row = np.full(len(live.facility_ids), -1, dtype=np.int64)
    row[slots] = np.arange(len(slots))
    direct = (row[live.direct_slot], live.direct_unit, live.direct_m)
    return search_from(doorsteps, wanted, points, direct, limit_m=float(reach.project.rules.limit_m))
