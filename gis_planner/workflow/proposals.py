"""What the solver said of the grouping that stands, while it is still true of it.

A proposal tells how far from the best possible it can be at most. That holds for the very clusters that were proposed
and for the data and rules that they were made from; once a hand moved a compound, or a rule changed, it says nothing of
what stands. Names, numbers and locks change nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gis_planner.model.edits import Lock, NameCluster, SetClusters
from gis_planner.workflow.open_project import OpenProject

_HARMLESS = frozenset(kind.__name__ for kind in (Lock, NameCluster))


def proposal_in_force(opened: OpenProject) -> Mapping[str, Any] | None:
    """Give what the solver said of the grouping, None where it came about otherwise or anything changed since."""
    path = opened.file.path_to(opened.stand.head)
    for row in reversed(path):
        if row.kind == SetClusters.__name__:
            origin = row.body.get("origin")
            return origin if isinstance(origin, Mapping) and origin else None
        if row.kind not in _HARMLESS:
            return None
    return None
