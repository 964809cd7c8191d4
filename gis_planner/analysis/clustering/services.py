"""Who reaches what, summed by compound: what a grouping decides about facilities still to be built.

Whether a compound's households reach a kind of facility does not depend on the grouping; whether a *cluster* fails for
want of it does. A cluster needs one more facility of a kind when its verdict on that service falls below the threshold
to pass (`reach.decide_reach`), so groupings that share what stands need fewer. What cannot be told counts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_planner.analysis.reach import basis_of, judge_within, kind_doubt, list_walks, sum_units
from gis_planner.analysis.scoring import thresholds_of
from gis_planner.model.project import Project
from gis_planner.model.standard import Standard
from gis_planner.model.tables import Frame

_METRIC = "reach_share"


@dataclass(frozen=True, eq=False)
class Services:
    """For each compound (n rows) and service (k columns) the households asked and served, and units reaching.

    `asked` are households whose reach is known, `served` those of them within the limit, `measured` and `reaching`
    the units (any, households known or not); `unknown` (n,) tells whose households are not known. `passing` (k,)
    are thresholds, `by_existence` (k,) tells which services ask only that anybody reaches one.
    """

    elements: tuple[str, ...]
    asked: NDArray[np.float64]
    served: NDArray[np.float64]
    measured: NDArray[np.float64]
    reaching: NDArray[np.float64]
    unknown: NDArray[np.bool_]
    passing: NDArray[np.float64]
    by_existence: NDArray[np.bool_]
    null_share_max: float

    def missing(self, rows: Sequence[int]) -> tuple[str, ...]:
        """Name the services that these compounds together lack: those whose verdict would not be a pass."""
        at = list(rows)
        if not at:
            return ()
        asked, served = self.asked[at].sum(axis=0), self.served[at].sum(axis=0)
        told = self.told(at)
        with np.errstate(invalid="ignore", divide="ignore"):
            short = np.where(
                self.by_existence, self.reaching[at].sum(axis=0) == 0, served / asked < self.passing
            )
        return tuple(
            element for element, lacks in zip(self.elements, (short & told).tolist(), strict=True) if lacks
        )

    def told(self, rows: Sequence[int]) -> NDArray[np.bool_]:
        """Tell for which services (k,) anything can be said about these compounds together."""
        at = list(rows)
        doubtful = len(at) == 0 or self.unknown[at].sum() / len(at) > self.null_share_max
        measured = self.measured[at].sum(axis=0) > 0
        by_share = (self.asked[at].sum(axis=0) > 0) & (not doubtful)
        return np.asarray(measured & (self.by_existence | by_share))


def sum_services(
    project: Project, standard: Standard, units: Frame, coverage: pd.DataFrame, compounds: Sequence[str]
) -> Services:
    """Sum the coverage of units into compounds (in this order), for every service that the pack asks of clusters.

    Kinds that were never surveyed are left out: of them nobody can say that one is missing.
    """
    row = {compound: number for number, compound in enumerate(compounds)}
    rules = project.rules
    asked_for = [
        element
        for element in standard.elements
        if element.metric == _METRIC and element.facility and kind_doubt(project, element.facility) is None
    ]
    every = list_walks(units, coverage, subject="compound")
    columns = []
    unknown = np.zeros(len(row), dtype=bool)
    for element in asked_for:
        walks = every if element.limit_m is None else judge_within(every, element.limit_m, rules.search_max_m)
        here = [
            at for (compound, kind), at in every.rows.items() if kind == element.facility and compound in row
        ]
        at = np.concatenate(here) if here else np.empty(0, dtype=np.int64)
        place = np.array([row[compound] for compound in walks.compound[at].tolist()], dtype=np.int64)
        sums = sum_units(walks.households[at], walks.reached[at], place, len(row))
        columns.append((sums.asked, sums.served, sums.measured, sums.reaching))
        unknown[place[np.isnan(walks.households[at])]] = True
    shape = (len(row), len(columns))
    asked, served, measured, reaching = (
        np.array([column[k] for column in columns], dtype=np.float64).T.reshape(shape) for k in range(4)
    )
    return Services(
        tuple(element.id for element in asked_for),
        asked,
        served,
        measured,
        reaching,
        unknown=unknown,
        passing=np.array([thresholds_of(element, rules).passing for element in asked_for], dtype=np.float64),
        by_existence=np.array([basis_of(element, rules) != "coverage" for element in asked_for], dtype=bool),
        null_share_max=rules.null_share_max,
    )
