"""Doubtful data, and where it is.

An issue is a value, never an exception: all doubts are listed beside the result, each with a place and,
where the program repaired something, what it changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shapely.geometry.base import BaseGeometry

from gis_planner.messages import Message
from gis_planner.model.edits import Edit, read_edit

Severity = Literal["error", "warning", "note"]
_RANK = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Issue:
    """One doubt about one feature (or a whole layer when `feature` is empty).

    `code` is stable and machine-readable (`geometry.invalid`); `message` says it; `repair` says what was
    changed, None when nothing was; `x`, `y` are in the project's metres, None when there is no place. `fix` is an edit
    that would mend it, None where none is known; nothing is mended unasked. `households` are those that it touches,
    as far as they are known; None where that was not asked or nobody's are known.
    """

    code: str
    severity: Severity
    layer: str
    feature: str
    message: Message
    repair: Message | None = None
    x: float | None = None
    y: float | None = None
    fix: Edit | None = None
    households: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Write the issue as plain JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "layer": self.layer,
            "feature": self.feature,
            "message": self.message.to_json(),
            "repair": self.repair.to_json() if self.repair else None,
            "x": self.x,
            "y": self.y,
            "fix": edit_json(self.fix),
            "households": self.households,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Issue:
        """Read what `to_json` wrote."""
        repair = body.get("repair")
        return cls(
            code=str(body["code"]),
            severity=body["severity"],
            layer=str(body["layer"]),
            feature=str(body["feature"]),
            message=Message.from_json(body["message"]),
            repair=Message.from_json(repair) if repair else None,
            x=body.get("x"),
            y=body.get("y"),
            fix=_read_fix(body.get("fix")),
            households=body.get("households"),
        )


def edit_json(edit: Edit | None) -> dict[str, Any] | None:
    """Write an edit as a line of a list of edits holds it; None for none."""
    return None if edit is None else {"kind": edit.kind, **edit.body()}


def _read_fix(body: Mapping[str, Any] | None) -> Edit | None:
    if body is None:
        return None
    return read_edit(str(body["kind"]), 1, {name: value for name, value in body.items() if name != "kind"})


def sort_issues(issues: Iterable[Issue]) -> list[tuple[str, Issue]]:
    """Order issues by severity, layer, feature and code, drop repeats, and give each a stable id."""
    unique = {repr(issue.to_json()): issue for issue in issues}
    ordered = sorted(
        unique.items(),
        key=lambda item: (_RANK[item[1].severity], item[1].layer, item[1].feature, item[1].code, item[0]),
    )
    seen: dict[str, int] = {}
    result: list[tuple[str, Issue]] = []
    for _, issue in ordered:
        base = ":".join(part for part in (issue.code, issue.layer, issue.feature) if part)
        seen[base] = seen.get(base, 0) + 1
        result.append((base if seen[base] == 1 else f"{base}#{seen[base]}", issue))
    return result


def rank_key(issue: Issue) -> tuple[Any, ...]:
    """Give what issues are ranked by: the households that they touch, the most first; then how grave they are."""
    where = (issue.code, issue.layer, issue.feature, issue.x or 0.0, issue.y or 0.0)
    return (-(issue.households or 0), _RANK[issue.severity], *where)


def issue_at(
    code: str,
    severity: Severity,
    layer: str,
    feature: str,
    message: Message,
    shape: BaseGeometry | None,
    *,
    repair: Message | None = None,
) -> Issue:
    """Make an issue whose place is a point of the shape, to the millimetre; no place for a missing or empty one."""
    if shape is None or shape.is_empty:
        return Issue(code, severity, layer, feature, message, repair)
    place = shape.representative_point()
    return Issue(code, severity, layer, feature, message, repair, x=round(place.x, 3), y=round(place.y, 3))


def cap_issues(issues: Sequence[Issue], most: int, rest: Callable[[int], Issue]) -> list[Issue]:
    """Keep the first `most` issues; `rest` makes one issue that stands for the number left out."""
    if len(issues) <= most:
        return list(issues)
    return [*issues[:most], rest(len(issues) - most)]
