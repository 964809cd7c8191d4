"""Services of clusters decided from walks that are at hand, without laying out their evidence.

It is counted once which units are a cluster's and whose households are unknown; a walk that became longer or shorter
then costs a sum over the cluster's units.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.live_surveys import LiveSurveys
from gis_planner.analysis.reach import (
    basis_of,
    decide_reach,
    limit_of,
    sum_units,
    tell_shares,
    unseen_doubt,
)
from gis_planner.analysis.survey import Indicator
from gis_planner.analysis.three_valued import NO, UNKNOWN, YES
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Element
from gis_planner.model.tables import Frame, floats, texts


@dataclass(frozen=True, eq=False)
class CountedUnits:
    """The units that count, by cluster: `cluster` of each unit (-1 for none) and its `households`.

    Of cluster k `members` are the units (rows), `unknown` says how many compounds have units without households, and
    `compounds` how many compounds it has.
    """

    cluster: Rows
    households: Floats
    members: tuple[Rows, ...]
    unknown: tuple[int, ...]
    compounds: tuple[int, ...]


def count_units(units: Frame, clusters: dict[str, int]) -> CountedUnits:
    """Count units by cluster; `clusters` gives how many compounds each has, in the order of their rows."""
    row_of = {cluster: row for row, cluster in enumerate(clusters)}
    counted = units["counted"].to_numpy(dtype=bool) & (units["unit_type"].to_numpy() != "parcels")
    row = np.array([row_of.get(c or "", -1) for c in texts(units, "cluster_id")], dtype=np.int64)
    cluster: Rows = np.where(counted, row, -1)
    households = floats(units, "households")
    order = np.argsort(cluster, kind="stable")
    bounds = np.searchsorted(cluster[order], np.arange(len(clusters) + 1))
    members = tuple(order[low:high] for low, high in pairwise(bounds.tolist()))
    compound = np.array([c or "" for c in texts(units, "compound_id")], dtype=object)
    unknown = tuple(len(set(compound[rows[np.isnan(households[rows])]])) for rows in members)
    return CountedUnits(cluster, households, members, unknown, tuple(clusters.values()))


def decide_service(
    element: Element,
    here: Rows,
    shortest_m: Floats,
    *,
    counted: CountedUnits,
    surveys: LiveSurveys,
    search_max_m: float,
    rules: Rules,
) -> list[Indicator]:
    """Decide one service in some clusters; `shortest_m` are everyone's metres to it, inf beyond the search."""
    kind, limit_m = element.facility or "", limit_of(element, rules)
    unseen = surveys.doubt
    if unseen is None and surveys.seen is not None and kind not in surveys.seen:
        unseen = unseen_doubt(kind)
    members = np.concatenate([counted.members[row] for row in here])
    place = np.repeat(np.arange(len(here)), [len(counted.members[row]) for row in here])
    metres = shortest_m[members]
    beyond = np.isinf(metres) if limit_m > search_max_m else np.zeros(len(metres), dtype=bool)
    reached = np.where(metres <= limit_m, YES, np.where(beyond, UNKNOWN, NO)).astype(np.int8)
    sums = sum_units(counted.households[members], reached, place, len(here))
    covers = surveys.covers[element.params["cover_margin_m"]]
    found = []
    for row, measured, shares in zip(
        here.tolist(), sums.measured.tolist(), tell_shares(sums, doubt=unseen), strict=True
    ):
        decision = decide_reach(
            basis=basis_of(element, rules), share=shares.share, existence=shares.existence,
            measured=measured > 0, unknown=counted.unknown[row], members=counted.compounds[row],
            unseen=unseen, covers=[survey.doubt(row, rules.layer_cover_min) for survey in covers],
            rules=rules,
        )  # fmt: skip
        doubt = decision.doubt or decision.partly
        found.append(Indicator(decision.value, doubt, {}, at_least=decision.doubt is None))
    return found
