"""How much of a capacity falls to each household: beds, doctors, spaces and charging points, shared by who walks there.

Coverage asks whether there is one; this asks whether there is enough. By the enhanced two-step floating catchment
area (E2SFCA: Luo & Qi 2009, Health & Place 15, 1100–1107) each facility's capacity is first divided among the
households within the walking limit, nearer zones weighing more: R_j = S_j / Σ_k P_k·W(d_kj). What a household has is
then the sum over the facilities that it reaches: A_i = Σ_j R_j·W(d_ij). So Σ P_i·A_i over all is Σ S_j again: nothing
is shared out twice.

What is unknown is never zero. Without its capacity a facility is left out, and whoever reaches it has *at least* the
share. Without its households a unit is left out of the demand, so whoever draws on the same facility has *at most* the
share; with both the share is *about* that. No share changes a verdict: coverage decides.

Sums run over facilities by id and units by id, one kind after another, so nothing depends on the order of rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Floats, Mask, Rows, ranges, sum_by
from gis_planner.analysis.catchments import Catchments
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, floats, ids, texts

# How a share is to be read. The last three have none.
EXACT, AT_LEAST, AT_MOST, ABOUT, OUT_OF_REACH, CAPACITY_UNKNOWN, NO_HOUSEHOLDS, NOT_ASSESSED = range(8)
STATES = (
    "exact",
    "at_least",
    "at_most",
    "about",
    "out_of_reach",
    "capacity_unknown",
    "no_households",
    "not_assessed",
)


@dataclass(frozen=True, eq=False)
class Shares:
    """The shares of one kind.

    By unit: `share` (capacity a household, NaN without one) and `state` (a row of `STATES`). Of the kind's facilities:
    `facility` (rows of the catchments), `capacity` (NaN unknown) and `ratio` (a household of full weight's part, NaN
    unknown, inf where nobody known draws on it). Entry by entry, facility after facility: `place` (a row of
    `facility`), `unit`, `weight`; zones of weight nothing are left out.
    """

    kind: str
    share: Floats
    state: NDArray[np.int8]
    facility: Rows
    capacity: Floats
    ratio: Floats
    place: Rows
    unit: Rows
    weight: Floats


def share_capacity(
    catchments: Catchments,
    *,
    kinds: Sequence[str | None],
    capacity: Floats,
    households: Floats,
    rules: Rules,
    surveyed: Collection[str],
    assessed: bool = True,
    of: Sequence[str] = CAPACITY_KINDS,
) -> dict[str, Shares]:
    """Share the capacities among the households, kind by kind.

    `kinds` and `capacity` (NaN unknown) are by row of `catchments.facility_ids`, `households` by row of its
    `unit_ids`: those that count (NaN unknown, 0 where the unit does not count). Of kinds that are not in `surveyed`
    what is there is at least that, and who reaches none has no figure. `assessed` False: nothing is said of anybody.
    """
    named = np.array(kinds, dtype=object)
    return {
        kind: _share_kind(
            catchments,
            kind,
            np.flatnonzero(named == kind),
            capacity,
            households,
            rules,
            surveyed=kind in surveyed,
            assessed=assessed,
        )
        for kind in of
    }


def weigh_distances(distance_m: Floats, rules: Rules) -> Floats:
    """Give the weight of each distance: 1 in the near zone, less in the middle and far ones."""
    weight = np.full(len(distance_m), rules.capacity_far_weight)
    weight[distance_m <= rules.capacity_middle_m] = rules.capacity_middle_weight
    weight[distance_m <= rules.capacity_near_m] = 1.0
    return weight


def list_demand(units: Frame, unit_ids: Sequence[str]) -> Floats:
    """Give the households that count, by unit: NaN unknown, 0 where the unit's own figure does not count."""
    row = pd.Index([str(unit) for unit in units["unit_id"]], dtype=object).get_indexer(pd.Index(unit_ids))
    counted = units["counted"].to_numpy(dtype=bool)[row]
    return np.where(counted, floats(units, "households")[row], 0.0)


def list_supply(facilities: Frame, facility_ids: Sequence[str]) -> tuple[list[str | None], Floats]:
    """Give kind and capacity of these facilities out of the layer's own table; what is no capacity is unknown."""
    row = pd.Index(ids(facilities), dtype=object).get_indexer(pd.Index(facility_ids, dtype=object))
    kinds, given = texts(facilities, "kind"), floats(facilities, "capacity")[row]
    given[~np.isfinite(given) | (given < 0)] = np.nan
    return [kinds[place] for place in row.tolist()], given


def capacity_table(unit_ids: Sequence[str], shares: dict[str, Shares]) -> pd.DataFrame:
    """Lay the shares out as a table: unit_id, kind, share (NaN unknown) and state, sorted by unit and kind."""
    kinds = sorted(shares)
    share: Floats = np.stack([shares[kind].share for kind in kinds], axis=1).ravel() if kinds else np.zeros(0)
    names: NDArray[Any] = np.array(STATES, dtype=object)
    state = (
        names[np.stack([shares[kind].state for kind in kinds], axis=1).ravel()]
        if kinds
        else np.zeros(0, object)
    )
    return pd.DataFrame(
        {
            "unit_id": pd.Series(np.repeat(np.array(unit_ids, dtype=object), len(kinds)), dtype=object),
            "kind": pd.Series(np.tile(np.array(kinds, dtype=object), len(unit_ids)), dtype=object),
            "share": pd.Series(share, dtype=np.float64),
            "state": pd.Series(state, dtype=object),
        }
    )


def _share_kind(
    catchments: Catchments,
    kind: str,
    facility: Rows,
    capacity: Floats,
    households: Floats,
    rules: Rules,
    *,
    surveyed: bool,
    assessed: bool,
) -> Shares:
    n_units, n = len(catchments.unit_ids), len(facility)
    low, high = catchments.first[facility], catchments.first[facility + 1]
    entries = ranges(low, high)
    weight = weigh_distances(catchments.distance_m[entries], rules)
    drawn = weight > 0.0
    place, unit, weight = (
        np.repeat(np.arange(n), high - low)[drawn],
        catchments.unit[entries][drawn],
        weight[drawn],
    )

    given = capacity[facility]
    people = households[unit]
    nameless = np.isnan(people)
    demand = sum_by(place, np.where(nameless, 0.0, people) * weight, n)
    ratio = np.full(n, np.inf)
    np.divide(given, demand, out=ratio, where=demand > 0.0)
    ratio[given == 0.0] = 0.0
    ratio[np.isnan(given)] = np.nan
    unsure = (np.bincount(place[nameless], minlength=n) > 0) & (ratio > 0.0)

    known = ~np.isnan(given[place])
    share = sum_by(unit[known], ratio[place[known]] * weight[known], n_units)
    reaches = _touches(unit, n_units)
    more = _touches(unit[~known], n_units) | ~np.full(n_units, surveyed)
    less = _touches(unit[unsure[place]], n_units)
    state = np.where(more, np.where(less, ABOUT, AT_LEAST), np.where(less, AT_MOST, EXACT)).astype(np.int8)
    state[~reaches] = OUT_OF_REACH if surveyed else NOT_ASSESSED
    state[reaches & ~_touches(unit[known], n_units)] = CAPACITY_UNKNOWN
    state[np.isinf(share)] = NO_HOUSEHOLDS
    if not assessed or not (~np.isnan(given)).any():
        state[:] = NOT_ASSESSED
    share[state > OUT_OF_REACH] = np.nan
    return Shares(kind, share, state, facility, given, ratio, place, unit, weight)


def _touches(rows: Rows, n: int) -> Mask:
    touched = np.zeros(n, dtype=bool)
    touched[rows] = True
    return touched
