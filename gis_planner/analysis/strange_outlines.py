"""Outlines of compounds that are valid shapes and can hardly be compounds.

One drawn twice, the plan of a whole quarter, a sliver left over from cutting: each is measured, grouped and counted as
if it were a compound until a person looks at it. Nothing is left out silently; each doubt has a place and says what to
do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.covering import COVERED, count_covered
from gis_planner.analysis.runs import near_boxes
from gis_planner.messages import Message
from gis_planner.model.issues import Issue, issue_at
from gis_planner.model.tables import Frame, ids

_SAME = 0.95  # of the ground of both together
_TIMES = 50.0  # the median
_FEWEST = 5  # outlines that make a median
_THIN_M = 2.0  # mean width
_TINY_M2 = 10.0


def doubt_outlines(compounds: Frame, shapes: NDArray[Any], *, huge_m2: float) -> list[Issue]:
    """List compounds drawn twice, far too large, and slivers; `shapes` are their valid areas or None, by row.

    Beyond `huge_m2` an outline is listed as too large by itself; it is not compared with the others once more.
    """
    areas = shapely.area(shapes)
    there = np.flatnonzero(np.nan_to_num(areas) > 0.0)
    names = ids(compounds)
    pairs = near_boxes(
        shapely.bounds(shapes[there]).reshape(-1, 4), shapely.bounds(shapes[there]).reshape(-1, 4)
    )
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    return [
        *_twice(names, shapes, there[pairs]),
        *_huge(names, shapes, there, pairs, huge_m2),
        *_slivers(names, shapes, there),
    ]


def find_doubled(shapes: NDArray[Any], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the pairs (k, 2) of areas that share nearly all of their ground, among these pairs."""
    area, boxes = shapely.area(shapes), shapely.bounds(shapes).reshape(-1, 4)
    one, other = pairs[:, 0], pairs[:, 1]
    alike = np.minimum(area[one], area[other]) >= _SAME * np.maximum(area[one], area[other])
    low, high = np.maximum(boxes[one, :2], boxes[other, :2]), np.minimum(boxes[one, 2:], boxes[other, 2:])
    alike &= np.prod(np.clip(high - low, 0.0, None), axis=1) >= _SAME * np.maximum(area[one], area[other])
    one, other = one[alike], other[alike]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    same = shared >= _SAME * (area[one] + area[other] - shared)
    return np.column_stack([one[same], other[same]])


def _twice(names: list[str], shapes: NDArray[Any], pairs: NDArray[np.int64]) -> list[Issue]:
    issues = []
    for one, other in find_doubled(shapes, pairs).tolist():
        first, second = sorted((one, other), key=names.__getitem__)
        message = Message("import.check.outline_twice", other=names[first])
        issues.append(
            issue_at("check.outline_twice", "warning", "compounds", names[second], message, shapes[second])
        )
    return issues


def _huge(
    names: list[str], shapes: NDArray[Any], there: NDArray[np.int64], pairs: NDArray[np.int64], huge_m2: float
) -> list[Issue]:
    issues = []
    areas = shapely.area(shapes[there])
    median = float(np.median(areas)) if len(areas) >= _FEWEST else np.inf
    covered = count_covered(shapes[there], pairs)
    for place, row in enumerate(there.tolist()):
        if covered[place] >= COVERED:
            message = Message("import.check.outline_covers", n=int(covered[place]))
        elif _TIMES * median < areas[place] <= huge_m2:
            message = Message("import.check.outline_huge", times=round(float(areas[place]) / median))
        else:
            continue
        code = message.key.removeprefix("import.")
        issues.append(issue_at(code, "warning", "compounds", names[row], message, shapes[row]))
    return issues


def _slivers(names: list[str], shapes: NDArray[Any], there: NDArray[np.int64]) -> list[Issue]:
    issues = []
    areas = shapely.area(shapes)
    widths = 2 * areas[there] / shapely.length(shapes[there])
    for row, width in zip(there.tolist(), widths.tolist(), strict=True):
        if width < _THIN_M or areas[row] < _TINY_M2:
            values = {"area": round(float(areas[row]), 1), "width": round(width, 1)}
            message = Message("import.check.outline_sliver", **values)
            issues.append(
                issue_at("check.outline_sliver", "warning", "compounds", names[row], message, shapes[row])
            )
    return issues
