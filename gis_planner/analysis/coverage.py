"""How far everyone walks to the nearest facility of each kind.

The distance is the smallest total of a leg, a path and a leg, or the straight walk inside one compound. It is
exact to the last digits that float64 holds; among facilities that are equally near the smallest id is named,
so nothing depends on the order of rows. A distance beyond the search is unknown, never infinite, and says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_planner.analysis.arcs import Arcs, Points, list_arcs, points_of, seeds_of
from gis_planner.analysis.arrays import Floats, Mask, Rows
from gis_planner.analysis.engine import Engine, load_engine
from gis_planner.messages import Message
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, texts
from gis_planner.progress import SILENT, Progress


def measure_coverage(
    network: Network,
    units: Frame,
    facilities: Frame,
    access: Frame,
    direct: pd.DataFrame,
    rules: Rules,
    *,
    kinds: Sequence[str],
    assessed: bool,
    progress: Progress = SILENT,
) -> pd.DataFrame:
    """Measure every unit's distance to the nearest facility of every kind.

    Gives unit_id, kind, distance_m (NaN unknown), facility_id, minutes, reached and reason, sorted by unit_id and
    kind. `assessed` is False where streets or facilities were never loaded: then nothing is said of anybody.
    Only facilities that count are walked to.
    """
    unit_ids, kinds = sorted(texts_of(units, "unit_id")), sorted(kinds)
    if not assessed:
        return _unassessed(unit_ids, kinds)
    asked = _prepare(network, unit_ids, facilities, access, direct)
    engine = load_engine()
    found = []
    for row, kind in enumerate(kinds):
        progress.report(row / len(kinds), Message("network.measuring", done=row, kinds=len(kinds)))
        found.append(_measure_kind(engine, network, asked, kind, rules))
    return _coverage_frame(unit_ids, kinds, found, asked.facility_ids, rules)


def texts_of(table: Frame, column: str) -> list[str]:
    """Give a text column that is never unknown."""
    return [str(value) for value in texts(table, column)]


@dataclass(frozen=True, eq=False)
class _Asked:
    """What is measured, as arrays. Facilities are rows of their sorted ids; direct walks are sorted by unit."""

    arcs: Arcs
    unit_points: Points
    facility_ids: NDArray[Any]
    kinds: NDArray[Any]
    counted: Mask
    facility_points: Points
    direct_unit: Rows
    direct_facility: Rows
    direct_m: Floats


@dataclass(frozen=True, eq=False)
class _Found:
    """Of one kind, for every unit: distance (inf unknown), row of the facility (-1) and the reason."""

    distance_m: Floats
    facility: Rows
    reason: NDArray[Any]


def _prepare(
    network: Network, unit_ids: list[str], facilities: Frame, access: Frame, direct: pd.DataFrame
) -> _Asked:
    names = np.array(texts_of(facilities, "facility_id"), dtype=object)
    order = np.argsort(names, kind="stable")
    facility_ids = names[order]
    unit = pd.Index(unit_ids, dtype=object).get_indexer(pd.Index(direct["unit_id"]))
    facility = pd.Index(facility_ids, dtype=object).get_indexer(pd.Index(direct["facility_id"]))
    length = direct["length_m"].to_numpy(dtype=np.float64)
    known = np.flatnonzero((unit >= 0) & (facility >= 0))
    known = known[np.lexsort((facility[known], unit[known]))]
    return _Asked(
        arcs=list_arcs(network),
        unit_points=points_of(access, "unit", unit_ids),
        facility_ids=facility_ids,
        kinds=np.array(texts(facilities, "kind"), dtype=object)[order],
        counted=facilities["counted"].to_numpy(dtype=bool)[order],
        facility_points=points_of(access, "facility", facility_ids.tolist()),
        direct_unit=unit[known].astype(np.int64),
        direct_facility=facility[known].astype(np.int64),
        direct_m=length[known],
    )


def _measure_kind(engine: Engine, network: Network, asked: _Asked, kind: str, rules: Rules) -> _Found:
    """Measure one kind: from its facilities over the network, then for every unit the smallest total."""
    serves = asked.counted & np.asarray(asked.kinds == kind, dtype=bool)
    every = asked.facility_points
    owner = np.repeat(np.arange(len(serves)), np.diff(every.first))
    rows = np.flatnonzero(serves[owner])
    rows = rows[np.argsort(every.edge[rows], kind="stable")]
    ours = Points(every.first, every.edge[rows], every.offset_m[rows], every.leg_m[rows], every.row[rows])
    arcs, points = asked.arcs, asked.unit_points
    node, metres, seed_owner = seeds_of(ours, network, owner[rows])
    distance, nearest = engine.spread(
        arcs.first, arcs.to, arcs.walk_m, node, metres, seed_owner, float(rules.search_max_m)
    )
    walks = np.flatnonzero(serves[asked.direct_facility])
    n_units = len(points.first) - 1
    shortest, whose = engine.pick(
        points.first,
        points.edge,
        points.offset_m,
        points.leg_m,
        network.edge_from,
        network.edge_to,
        network.walk_m,
        distance,
        nearest,
        np.searchsorted(ours.edge, points.edge, side="left"),
        np.searchsorted(ours.edge, points.edge, side="right"),
        ours.offset_m,
        ours.leg_m,
        owner[rows],
        np.searchsorted(asked.direct_unit[walks], np.arange(n_units + 1)),
        asked.direct_m[walks],
        asked.direct_facility[walks],
    )
    has_way = (np.diff(points.first) > 0) | (
        np.bincount(asked.direct_unit[walks], minlength=n_units).astype(np.int64) > 0
    )
    return _judge(shortest, whose.astype(np.int64), has_way, bool(serves.any()), rules)


def _judge(distance: Floats, facility: Rows, has_way: Mask, any_facility: bool, rules: Rules) -> _Found:
    """Say of every unit why it is served or not."""
    found = distance <= rules.search_max_m
    reason = np.full(len(distance), "beyond_search", dtype=object)
    reason[found] = "beyond_limit"
    reason[distance <= rules.limit_m] = "served"
    reason[~has_way] = "no_access"
    if not any_facility:
        reason[:] = "no_facility"
    return _Found(np.where(found, distance, np.inf), np.where(found, facility, -1), reason)


def _coverage_frame(
    unit_ids: list[str], kinds: list[str], found: list[_Found], facility_ids: NDArray[Any], rules: Rules
) -> pd.DataFrame:
    distance = _interleave([f.distance_m for f in found], len(unit_ids))
    distance[np.isinf(distance)] = np.nan
    facility = _interleave([f.facility for f in found], len(unit_ids))
    reason = _interleave([f.reason for f in found], len(unit_ids))
    names = np.array([*facility_ids.tolist(), None], dtype=object)  # row -1 is nobody
    return _frame(unit_ids, kinds, distance, names[facility], reason == "served", reason, rules.speed_m_s)


def _unassessed(unit_ids: list[str], kinds: list[str]) -> pd.DataFrame:
    n = len(unit_ids) * len(kinds)
    nothing = np.full(n, None, dtype=object)
    reason = np.full(n, "not_assessed", dtype=object)
    return _frame(unit_ids, kinds, np.full(n, np.nan), nothing, nothing, reason, 1.0)


def _frame(
    unit_ids: list[str],
    kinds: list[str],
    distance: Floats,
    facility: NDArray[Any],
    reached: NDArray[Any],
    reason: NDArray[Any],
    speed_m_s: float,
) -> pd.DataFrame:
    columns = {
        "unit_id": pd.Series(np.repeat(np.array(unit_ids, dtype=object), len(kinds)), dtype=object),
        "kind": pd.Series(np.tile(np.array(kinds, dtype=object), len(unit_ids)), dtype=object),
        "distance_m": pd.Series(distance, dtype=np.float64),
        "facility_id": pd.Series(facility, dtype=object),
        "minutes": pd.Series(distance / speed_m_s / 60.0, dtype=np.float64),
        "reached": pd.Series(reached, dtype="boolean"),
        "reason": pd.Series(reason, dtype=object),
    }
    return pd.DataFrame(columns)


def _interleave(by_kind: list[NDArray[Any]], n_units: int) -> NDArray[Any]:
    """Put one array a kind into one, unit by unit."""
    return np.stack(by_kind, axis=1).ravel() if by_kind else np.zeros(0)
