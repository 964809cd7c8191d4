"""What differs between two studies: the cells whose verdict flipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gis_planner.model.results import Results
from gis_planner.model.standard import Status


@dataclass(frozen=True)
class Flip:
    """One cell (cluster and element) whose status changed, with its values (None where not assessed)."""

    cluster_id: str
    element: str
    before: Status
    after: Status
    value_before: float | None
    value_after: float | None

    def to_json(self) -> dict[str, Any]:
        """Write the flip as plain JSON."""
        return {
            "cluster": self.cluster_id,
            "element": self.element,
            "before": self.before,
            "after": self.after,
            "value_before": self.value_before,
            "value_after": self.value_after,
        }


def find_flips(before: Results, after: Results) -> tuple[Flip, ...]:
    """Find the cells whose status changed, in the order of the later study.

    A cell that one of the two studies does not have (a new cluster, another pack) has not flipped.
    """
    old = {(verdict.cluster_id, verdict.element): verdict for verdict in before.verdicts}
    flips = []
    for new in after.verdicts:
        was = old.get((new.cluster_id, new.element))
        if was is not None and was.status != new.status:
            flips.append(Flip(new.cluster_id, new.element, was.status, new.status, was.value, new.value))
    return tuple(flips)
