"""What a hand does to clusters when it moves compounds: who may take them, what breaks, and how that is mended.

Nothing here decides: a person may break a bound, and the study lists it. What breaks is told while the compound is
still in the hand, with the figures, beside what every soft term and every verdict would become; and where one more move
mends it, that move is offered.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.live_grouping import Comparison, LiveGrouping
from gis_planner.messages import Message
from gis_planner.model.clusters import Grouping
from gis_planner.model.edits import Edit

Target = str  # a cluster's id, "new" for a cluster of its own, "out" for none
NEW: Literal["new"] = "new"
OUT: Literal["out"] = "out"


@dataclass(frozen=True)
class Host:
    """A place that compounds can be moved to: a cluster's id, "new" or "out".

    `refusals` say what would break there, with figures; nothing: it may take them. `locked`: the edit itself would be
    refused, whatever a person wants. `beside`: they are neighbours of one of its members.
    """

    target: Target
    refusals: tuple[Message, ...]
    locked: bool = False
    beside: bool = False

    @property
    def allowed(self) -> bool:
        """Tell whether it may take them without breaking anything of its own."""
        return not self.refusals


@dataclass(frozen=True, eq=False)
class Repair:
    """One more move that mends what a trial breaks: the edits to make instead, and what they do, in words."""

    edits: tuple[Edit, ...]
    message: Message


@dataclass(frozen=True, eq=False)
class Trial:
    """What an edit would do, before it is made.

    `edits` would be made (none where `refusals` say that they cannot be); `sides` are the clusters with other members,
    with bounds, terms and pieces before and after; `cells` the verdicts that would differ, None where none is known;
    `breaks` says in words what would be broken that is not broken now; `repairs` are offered.
    """

    edits: tuple[Edit, ...]
    refusals: tuple[Message, ...]
    comparison: Comparison
    breaks: tuple[Message, ...]
    repairs: tuple[Repair, ...]


def hosts_of(town: Town, grouping: Grouping, compounds: Collection[str] | str) -> tuple[Host, ...]:
    """Give every cluster but the compounds' own, neighbouring ones first, then "new" and "out"."""
    raise NotImplementedError


def try_move(live: LiveGrouping, compounds: Collection[str] | str, target: Target) -> Trial:
    """Try to move compounds to a cluster, into a "new" one, or "out" of all, without doing it."""
    raise NotImplementedError


def try_edit(live: LiveGrouping, edit: Edit) -> Trial:
    """Try any edit of clusters (merge, split, dissolve, move), without doing it."""
    raise NotImplementedError
