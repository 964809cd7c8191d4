"""Collects the issues of one layer, each with its feature and place, a long row of equal ones cut short."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from gis_planner.messages import Message
from gis_planner.model.issues import Issue, Severity

_MOST_OF_A_CODE = 500


@dataclass
class IssueListing:
    """The issues of one layer while it is read; beyond 500 of a code only their number is kept."""

    layer: str
    _issues: list[Issue] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        code: str,
        severity: Severity,
        feature: str,
        message: Message,
        *,
        repair: Message | None = None,
        place: BaseGeometry | tuple[float, float] | None = None,
    ) -> None:
        """List one issue; `place` is a point, or a shape that the issue is about."""
        self._counts[code] += 1
        if self._counts[code] > _MOST_OF_A_CODE:
            return
        x, y = place_of(place)
        self._issues.append(Issue(code, severity, self.layer, feature, message, repair, x, y))

    def issues(self) -> tuple[Issue, ...]:
        """Give the issues in the order in which they were found, and what was cut short."""
        cut = [
            Issue(
                "issues.more",
                "note",
                self.layer,
                "",
                Message("import.issues.more", code=code, n=n, shown=_MOST_OF_A_CODE),
            )
            for code, n in sorted(self._counts.items())
            if n > _MOST_OF_A_CODE
        ]
        return (*self._issues, *cut)


def place_of(place: BaseGeometry | tuple[float, float] | None) -> tuple[float | None, float | None]:
    """Give a point of a shape, to the millimetre; None for no shape or one that is nowhere."""
    if place is None:
        return None, None
    if not isinstance(place, tuple):
        if place.is_empty:
            return None, None
        point = place.representative_point() if place.is_valid else place.centroid
        if point.is_empty:
            return None, None
        place = (point.x, point.y)
    x, y = place
    if not (abs(x) < 1e9 and abs(y) < 1e9):
        return None, None
    return round(x, 3), round(y, 3)
