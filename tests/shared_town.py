"""Small towns whose facilities have capacities and whose units have households, some of them unknown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from towns import small_town
from walks import Walks, walks_in

from gis_planner.analysis.capacity import Shares, list_demand, list_supply, share_capacity
from gis_planner.analysis.catchments import Catchments, find_doorsteps, measure_catchments
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import set_values

# The towns are some 400 m wide; these let everybody have somebody out of reach.
RULES = (
    Rules().with_value("limit_m", 260).with_value("capacity_near_m", 90).with_value("capacity_middle_m", 170)
)


@dataclass(frozen=True)
class Shared:
    """A town with its walks, catchments and shares."""

    project: Project
    walks: Walks
    catchments: Catchments
    shares: dict[str, Shares]

    @property
    def households(self) -> np.ndarray:
        return list_demand(self.walks.units, self.catchments.unit_ids)


def shared_town(seed: int, *, unknown: float = 0.2, facilities: int = 14) -> Project:
    """Make a town of which a share of the capacities and households is unknown."""
    random = np.random.default_rng([seed, 7])
    project = small_town(seed, facilities=facilities)
    tables = dict(project.tables)

    def fill(name: str, column: str, values: list[object]) -> None:
        table = tables[name]
        tables[name] = set_values(table, range(len(table)), layer(name).column(column), values)

    def drawn(low: int, high: int, n: int) -> list[object]:
        return [None if random.random() < unknown else int(random.integers(low, high)) for _ in range(n)]

    n = len(tables["facilities"])
    fill("facilities", "kind", [CAPACITY_KINDS[int(k)] for k in random.integers(0, 4, n)])
    fill("facilities", "capacity", drawn(0, 60, n))
    for name in ("compounds", "parcels"):
        fill(name, "households", drawn(0, 90, len(tables[name])))
    return replace(project, tables=tables, complete=frozenset({"facilities", "roads"}))


def share_town(project: Project, rules: Rules = RULES) -> Shared:
    """Measure the catchments of a town and share its capacities."""
    walks = walks_in(project, rules, kinds=CAPACITY_KINDS)
    found = walks.found
    doorsteps = find_doorsteps(walks.network, walks.units, found.access)
    catchments = measure_catchments(doorsteps, found.facilities, found.access, found.direct, rules)
    return Shared(project, walks, catchments, shares_of(project, walks, catchments, rules))


def shares_of(project: Project, walks: Walks, catchments: Catchments, rules: Rules) -> dict[str, Shares]:
    """Share the capacities over catchments that are given."""
    kinds, capacity = list_supply(project.table("facilities"), catchments.facility_ids)
    return share_capacity(
        catchments,
        kinds=kinds,
        capacity=capacity,
        households=list_demand(walks.units, catchments.unit_ids),
        rules=rules,
        surveyed=CAPACITY_KINDS,
    )
