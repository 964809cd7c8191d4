"""Who walks to each facility, and how far: the catchment of every facility whose capacity is shared.

Coverage asks for the nearest facility of a kind; a capacity is shared by everybody within the walking limit, so here
each facility is searched from alone. The distance is the one of coverage: leg, path and leg, along one edge, or
straight inside one compound. A catchment depends on nothing but the network, the facility's own access and direct
walks, and where the units are: not on other facilities, on households or on capacities. One facility measured alone
has the very rows that it has among all, which is what makes an update after one edit exact.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np
import pandas as pd

from gis_planner.analysis.arcs import Arcs, Points, Small, list_arcs, points_of
from gis_planner.analysis.arrays import Floats, Rows, ranges
from gis_planner.analysis.warming import is_ready
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, texts

_FEW = 500  # facilities that the plain search does in about the time of a study


@dataclass(frozen=True, eq=False)
class Catchments:
    """The catchments of some facilities, sorted by their id.

    Facility k is reached by the units in rows first[k] … first[k + 1]: `unit` (a row of `unit_ids`, ascending within
    a facility) and `distance_m`, never beyond the limit. `unit_ids` is sorted and names every unit, counted or not.
    """

    facility_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    first: Rows
    unit: Rows
    distance_m: Floats

    @property
    def facility(self) -> Rows:
        """The row of the facility of every entry."""
        return np.repeat(np.arange(len(self.facility_ids)), np.diff(self.first))


@dataclass(frozen=True, eq=False)
class Doorsteps:
    """The network, and how units are come to from it; good while neither the ways nor the units' access change.

    From node v the units in `leave_first[v]` … lie `leave_m` on; on edge e those in `along_first[e]` … have their
    access points.
    """

    arcs: Arcs
    network: Network
    unit_ids: tuple[str, ...]
    leave_first: Rows
    leave_unit: Rows
    leave_m: Floats
    along_first: Rows
    along_unit: Rows
    along_offset_m: Floats
    along_leg_m: Floats


class Search(Protocol):
    """The heavy loop."""

    def __call__(
        self,
        first: Rows,
        to: Small,
        walk_m: Floats,
        edge_from: Rows,
        edge_to: Rows,
        edge_walk_m: Floats,
        leave_first: Rows,
        leave_unit: Rows,
        leave_m: Floats,
        along_first: Rows,
        along_unit: Rows,
        along_offset_m: Floats,
        along_leg_m: Floats,
        n_units: int,
        facility_first: Rows,
        edge: Rows,
        offset_m: Floats,
        leg_m: Floats,
        direct_first: Rows,
        direct_unit: Rows,
        direct_m: Floats,
        limit_m: float,
        /,
    ) -> tuple[Rows, Rows, Floats]:
        """Find for every facility the units within the limit: how many, which (ascending), and how far.

        `first` … `edge_walk_m` are the network, `leave_*` and `along_*` the doorsteps of units, `facility_first` …
        `leg_m` the facilities' access points, `direct_*` the walks without the network, by facility.
        """


def load_search(facilities: int = 0) -> Search:
    """Give the compiled search, or the plain one where numba is missing or its cache cannot be written.

    The plain one also does the few facilities of a small town until the kernel is ready; see `warming`.
    """
    from gis_planner.analysis import catchment_plain

    try:
        from gis_planner.analysis import catchment_kernel
    except (ImportError, RuntimeError, OSError):
        return catchment_plain.search_catchments
    if facilities <= _FEW and not is_ready(catchment_kernel, ("search_catchments",)):
        return catchment_plain.search_catchments
    return catchment_kernel.search_catchments


def find_doorsteps(network: Network, units: Frame, access: Frame) -> Doorsteps:
    """Index the access points of all units by node and by edge."""
    unit_ids = tuple(sorted(str(unit) for unit in units["unit_id"]))
    return index_doorsteps(network, list_arcs(network), unit_ids, points_of(access, "unit", list(unit_ids)))


def index_doorsteps(network: Network, arcs: Arcs, unit_ids: tuple[str, ...], points: Points) -> Doorsteps:
    """Index the access points of units (sorted by id) by node and by edge; no arc leads over edges that are gone."""
    owner = np.repeat(np.arange(len(unit_ids)), np.diff(points.first))
    back_m = network.walk_m[points.edge] - points.offset_m
    node = np.concatenate([network.edge_from[points.edge], network.edge_to[points.edge]])
    metres = np.concatenate([points.leg_m + points.offset_m, points.leg_m + back_m])
    by_node = np.argsort(node, kind="stable")
    by_edge = np.argsort(points.edge, kind="stable")
    return Doorsteps(
        arcs=arcs,
        network=network,
        unit_ids=unit_ids,
        leave_first=_first_of(node, len(network.xy)),
        leave_unit=np.concatenate([owner, owner])[by_node],
        leave_m=metres[by_node],
        along_first=_first_of(points.edge, len(network.edge_from)),
        along_unit=owner[by_edge],
        along_offset_m=points.offset_m[by_edge],
        along_leg_m=points.leg_m[by_edge],
    )


def measure_catchments(
    doorsteps: Doorsteps,
    facilities: Frame,
    access: Frame,
    direct: pd.DataFrame,
    rules: Rules,
    *,
    kinds: Collection[str] = CAPACITY_KINDS,
    only: Collection[str] | None = None,
) -> Catchments:
    """Measure the catchment of every facility of these kinds that counts; `only` measures no others than those."""
    columns = (texts(facilities, "facility_id"), texts(facilities, "kind"), facilities["counted"])
    wanted = sorted(
        str(facility)
        for facility, kind, counted in zip(*columns, strict=True)
        if kind in kinds and counted and (only is None or facility in only)
    )
    points = points_of(access, "facility", wanted)
    facility = pd.Index(wanted, dtype=object).get_indexer(pd.Index(direct["facility_id"]))
    unit = pd.Index(doorsteps.unit_ids, dtype=object).get_indexer(pd.Index(direct["unit_id"]))
    metres = direct["length_m"].to_numpy(dtype=np.float64)
    return search_from(doorsteps, wanted, points, (facility, unit, metres), limit_m=float(rules.limit_m))


def search_from(
    doorsteps: Doorsteps,
    wanted: Sequence[str],
    points: Points,
    direct: tuple[Rows, Rows, Floats],
    *,
    limit_m: float,
) -> Catchments:
    """Search from facilities (sorted by id): their access points, and walks without the network.

    `direct` are rows of `wanted` and of the units, -1 where either is not asked, and metres.
    """
    network, arcs, unit_ids = doorsteps.network, doorsteps.arcs, doorsteps.unit_ids
    facility, unit, length_m = direct
    known = np.flatnonzero((facility >= 0) & (unit >= 0))
    known = known[np.lexsort((unit[known], facility[known]))]
    count, who, metres = load_search(len(wanted))(
        arcs.first,
        arcs.to,
        arcs.walk_m,
        network.edge_from,
        network.edge_to,
        network.walk_m,
        doorsteps.leave_first,
        doorsteps.leave_unit,
        doorsteps.leave_m,
        doorsteps.along_first,
        doorsteps.along_unit,
        doorsteps.along_offset_m,
        doorsteps.along_leg_m,
        len(unit_ids),
        points.first,
        points.edge,
        points.offset_m,
        points.leg_m,
        _first_of(facility[known], len(wanted)),
        unit[known].astype(np.int64),
        length_m[known],
        limit_m,
    )
    return Catchments(tuple(wanted), unit_ids, _summed(count), who, metres)


def replace_catchments(before: Catchments, measured: Catchments, *, gone: Collection[str] = ()) -> Catchments:
    """Give the catchments with some measured anew or added, and those of facilities that are gone left out.

    Both must be of the same units; the result has the very rows of measuring everything at once.
    """
    if before.unit_ids is not measured.unit_ids and before.unit_ids != measured.unit_ids:
        raise ValueError("catchments of different units cannot be joined")
    new = MappingProxyType({name: row for row, name in enumerate(measured.facility_ids)})
    kept = [name for name in before.facility_ids if name not in new and name not in gone]
    names = sorted([*kept, *(name for name in new if name not in gone)])
    old = {name: row for row, name in enumerate(before.facility_ids)}
    n = len(old)
    rows = np.array([n + new[name] if name in new else old[name] for name in names], dtype=np.int64)
    low = np.concatenate([before.first[:-1], measured.first[:-1] + len(before.unit)])[rows]
    high = np.concatenate([before.first[1:], measured.first[1:] + len(before.unit)])[rows]
    entries = ranges(low, high)
    return Catchments(
        tuple(names),
        before.unit_ids,
        _summed(high - low),
        np.concatenate([before.unit, measured.unit])[entries],
        np.concatenate([before.distance_m, measured.distance_m])[entries],
    )


def _first_of(rows: Rows, n: int) -> Rows:
    """Give where the entries of each of n rows start, once they are sorted."""
    return _summed(np.bincount(rows, minlength=n))


def _summed(counts: Rows) -> Rows:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
