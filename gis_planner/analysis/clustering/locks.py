"""What a person has locked, as the solver sees it.

A locked cluster stays as it is. A locked compound stays in its cluster, which may otherwise change: compounds
locked into one cluster stay together, with those members that link them where they do not touch. A locked compound
that stands alone goes on standing alone. What is locked together although it breaks a bound stays as it is, and the
figures say so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gis_planner.analysis.clustering.instance import may_be_together
from gis_planner.analysis.clustering.pieces import is_connected
from gis_planner.analysis.clustering.town import Town
from gis_planner.model.clusters import Cluster, Grouping


@dataclass(frozen=True)
class Held:
    """What is held, as rows of the town by cluster id.

    `fixed` are whole groups, `cores` are sets that their cluster is built around, `out` stand alone.
    """

    fixed: Mapping[str, tuple[int, ...]]
    cores: Mapping[str, tuple[int, ...]]
    out: frozenset[int]


def read_locks(town: Town, previous: Grouping, candidates: Collection[int]) -> Held:
    """Read the locks of the previous grouping."""
    fixed: dict[str, tuple[int, ...]] = {}
    cores: dict[str, tuple[int, ...]] = {}
    grouped: set[int] = set()
    for cluster in previous.clusters:
        rows = tuple(town.rows(cluster.members))
        grouped |= set(rows)
        core = _core(town, cluster, previous.locked_compounds, set(candidates))
        if cluster.locked and rows:
            fixed[cluster.id] = rows
        elif core is not None:
            may_grow = is_connected(core, town.links_by_row) and may_be_together(town, core)
            (cores if may_grow else fixed)[cluster.id] = core
    return Held(fixed, cores, frozenset(town.rows(sorted(previous.locked_compounds))) - grouped)


def _core(
    town: Town, cluster: Cluster, locked: frozenset[str], candidates: set[int]
) -> tuple[int, ...] | None:
    """Give the locked members and as few others as link them; the locked members alone where none do."""
    held = set(town.rows([member for member in cluster.members if member in locked]))
    if not held:
        return None
    others = set(town.rows(cluster.members)) & candidates - held
    near = town.links_by_row
    if is_connected(held, near) or not is_connected(held | others, near):
        return tuple(sorted(held))
    linked = held | others
    for row in sorted(others, reverse=True):
        if is_connected(linked - {row}, near):
            linked -= {row}
    return tuple(sorted(linked))
