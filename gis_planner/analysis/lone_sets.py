"""Which compounds stand alone together: the sets that what is in the way is asked of.

Compounds that take part, stand in no cluster and lie beside each other, whether a line divides them or not, form one
set. What may be in the way of a set are *demands*: the kinds of lines that divide it, one township, the bounds of a
cluster, what a person locked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gis_planner.analysis.barriers import kinds_that_divide
from gis_planner.analysis.clustering.pieces import pieces
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.reasons import find_blocked
from gis_planner.messages import Message
from gis_planner.model.clusters import Grouping
from gis_planner.model.tables import Frame

BOUNDS = ("township", "households_min", "households_max", "members_min", "members_max", "walk", "locked")

Demand = str
"""One of BOUNDS, or the kind of a line that divides (`river`)."""

Divided = Mapping[int, Mapping[int, frozenset[str]]]
Blocked = Mapping[int, Mapping[int, Message]]
_DOUBTFUL = "outline"  # a doubt about the data, no demand


@dataclass(frozen=True, eq=False)
class Alone:
    """The compounds that stand alone, by sets that hang together, and everything that their conflicts are found from.

    `divided` gives for each row its would-be neighbours and the kinds of lines between; () where the pair is allowed.
    """

    town: Town
    grouping: Grouping
    sets: tuple[tuple[int, ...], ...]
    divided: Divided
    blocked: Blocked

    def set_of(self, compound: str) -> tuple[int, ...] | None:
        """Give the set that a compound is in, None where it is in none."""
        row = self.town.row.get(compound)
        return next((found for found in self.sets if row in found), None)


def gather_alone(
    town: Town, grouping: Grouping, participants: Collection[str], neighbours: Frame, barriers: Frame
) -> Alone:
    """Gather the sets of compounds that take part (ids) and stand alone; those without an outline are in none."""
    blocked = find_blocked(town, neighbours, barriers)
    return put_together(town, grouping, participants, find_divided(town, neighbours), blocked)


def put_together(
    town: Town, grouping: Grouping, participants: Collection[str], divided: Divided, blocked: Blocked
) -> Alone:
    """Put those who take part and stand alone into sets; `divided` and `blocked` do not change with the clusters."""
    grouped = grouping.cluster_of()
    rows = [
        row
        for row in town.rows(sorted(participants))
        if town.ids[row] not in grouped and not town.shapes[row].is_empty
    ]
    near = [tuple(sorted(divided.get(row, ()))) for row in range(len(town.ids))]
    return Alone(town, grouping, tuple(pieces(rows, near)), divided, blocked)


def find_divided(town: Town, neighbours: Frame) -> Divided:
    """Give every pair of neighbours both ways round, with the kinds of lines that divide it where it is not allowed."""
    dividing = kinds_that_divide(town.rules)
    found: dict[int, dict[int, frozenset[str]]] = {}
    columns = (list(neighbours[name]) for name in ("a", "b", "crosses", "blocked_by", "allowed"))
    for a, b, crosses, blocked_by, allowed in zip(*columns, strict=True):
        if a not in town.row or b not in town.row or (not allowed and blocked_by == _DOUBTFUL):
            continue
        kinds = (
            frozenset() if allowed else frozenset({blocked_by, *dividing.intersection(crosses.split(";"))})
        )
        one, other = town.row[a], town.row[b]
        found.setdefault(one, {})[other] = kinds
        found.setdefault(other, {})[one] = kinds
    return found
