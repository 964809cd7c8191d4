"""What differs between two studies: the cells whose verdict flipped.

A cell is what an element says of a cluster or a compound. Another rule pack may use an id for something else; only an
element that is measured alike (indicator, facility, service, columns) is the same element and can flip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gis_planner.model.results import Results
from gis_planner.model.standard import Element, Standard, Status, Subject, Verdict


@dataclass(frozen=True)
class Flip:
    """One cell whose status changed, with its values (None where not assessed); `subject`: whose `cluster_id` is."""

    cluster_id: str
    element: str
    before: Status
    after: Status
    value_before: float | None
    value_after: float | None
    subject: Subject = "cluster"

    def to_json(self) -> dict[str, Any]:
        """Write the flip as plain JSON."""
        return {
            self.subject: self.cluster_id,
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
    return flips_between(before.verdicts, after.verdicts, same_elements(before.standard, after.standard))


def flips_between(
    before: Sequence[Verdict], after: Sequence[Verdict], elements: frozenset[str]
) -> tuple[Flip, ...]:
    """Find the cells of these elements that both have and whose status changed, in the order of `after`."""
    old = {(verdict.cluster_id, verdict.element): verdict for verdict in before}
    flips = []
    for new in after:
        was = old.get((new.cluster_id, new.element)) if new.element in elements else None
        if was is not None and was.status != new.status:
            flips.append(
                Flip(new.cluster_id, new.element, was.status, new.status, was.value, new.value, new.subject)
            )
    return tuple(flips)


def same_elements(before: Standard | None, after: Standard | None) -> frozenset[str]:
    """Give the ids of the elements that two packs have in common, measured alike."""
    if before is None or after is None or before.subject != after.subject:
        return frozenset()
    old = {element.id: _measured(element) for element in before.elements}
    return frozenset(e.id for e in after.elements if old.get(e.id) == _measured(e))


def _measured(element: Element) -> tuple[Any, ...]:
    return element.metric, element.facility, element.service, element.kinds, element.wanted
