"""How far everyone walks to the nearest facility of each kind.

The distance is the smallest total of a leg, a path and a leg, or the straight walk inside one compound. It is
exact to the last digits that float64 holds; among facilities that are equally near the smallest id is named,
so nothing depends on the order of rows. A distance beyond the search is unknown, never infinite, and says why.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_planner.analysis.arcs import points_of
from gis_planner.analysis.arrays import Floats
from gis_planner.analysis.live_arcs import LiveArcs
from gis_planner.analysis.live_coverage import REASONS, AccessPoints, LiveCoverage
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
    progress.report(0.0, Message("network.measuring", done=0, kinds=len(kinds)))
    live = live_coverage(
        network, unit_ids, facilities, access, direct, kinds=kinds, search_max_m=rules.search_max_m
    )
    live.measure(threads=min(2, os.cpu_count() or 1))
    progress.report(1.0, Message("network.measuring", done=len(kinds), kinds=len(kinds)))
    return coverage_frame(live, unit_ids, kinds, rules)


def texts_of(table: Frame, column: str) -> list[str]:
    """Give a text column that is never unknown."""
    return [str(value) for value in texts(table, column)]


def live_coverage(
    network: Network,
    unit_ids: Sequence[str],
    facilities: Frame,
    access: Frame,
    direct: pd.DataFrame,
    *,
    kinds: Sequence[str],
    search_max_m: float,
) -> LiveCoverage:
    """Lay out coverage as arrays that can be kept up to date, not measured yet; facilities by id."""
    names = sorted(texts_of(facilities, "facility_id"))
    kind_of = dict(
        zip(
            texts_of(facilities, "facility_id"),
            [
                kinds.index(kind) if kind in kinds and counted else -1
                for kind, counted in zip(texts(facilities, "kind"), facilities["counted"], strict=True)
            ],
            strict=True,
        )
    )
    points = points_of(access, "unit", list(unit_ids))
    arcs = LiveArcs(len(network.xy), network.edge_from, network.edge_to, network.walk_m)
    live = LiveCoverage(
        arcs,
        points.first,
        AccessPoints(points.edge, points.offset_m, points.leg_m),
        kinds=len(kinds),
        search_max_m=float(search_max_m),
    )
    unit = pd.Index(list(unit_ids), dtype=object).get_indexer(pd.Index(direct["unit_id"]))
    facility = pd.Index(names, dtype=object).get_indexer(pd.Index(direct["facility_id"]))
    known = np.flatnonzero((unit >= 0) & (facility >= 0))
    theirs = points_of(access, "facility", names)
    live.set_facilities(
        names,
        np.array([kind_of[name] for name in names], dtype=np.int64),
        theirs.first,
        AccessPoints(theirs.edge, theirs.offset_m, theirs.leg_m),
        (
            unit[known].astype(np.int64),
            facility[known].astype(np.int64),
            direct["length_m"].to_numpy(dtype=np.float64)[known],
        ),
    )
    return live


def coverage_frame(
    live: LiveCoverage, unit_ids: Sequence[str], kinds: Sequence[str], rules: Rules
) -> pd.DataFrame:
    """Write measured coverage as the table of the results, by the order of units and kinds."""
    shortest = [live.shortest(number) for number in range(len(kinds))]
    distance = _interleave([np.where(np.isinf(metres), np.nan, metres) for metres in shortest], live.units)
    names = np.array([*live.facility_ids, None], dtype=object)  # slot -1 is nobody
    facility = names[_interleave([live.whose(number) for number in range(len(kinds))], live.units)]
    codes = [live.reasons(number, rules.limit_m) for number in range(len(kinds))]
    reason = np.array(REASONS, dtype=object)[_interleave(codes, live.units)]
    speed = rules.speed_m_s
    return _frame(list(unit_ids), list(kinds), distance, facility, reason == "served", reason, speed)


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
