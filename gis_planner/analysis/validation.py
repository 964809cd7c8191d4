"""Doubtful data of a project as it stands now.

What a file brought in was doubted when it came; this looks at the folded state, after every edit: figures that deny
one another, things that lie where they cannot, names that stand for two. Nothing is changed, and what is unknown stays
unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.overlaps import find_overlaps
from gis_planner.analysis.strange_outlines import doubt_outlines
from gis_planner.analysis.units import list_units
from gis_planner.messages import Message
from gis_planner.model.issues import Issue, Severity, cap_issues, issue_at
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, floats, geometries, ids, ints, rows_by_id, texts

_MOST = 500
_HUGE_M2 = 1_000_000.0
_FAR_M = 30_000.0
_FAR_TIMES = 4.0
_OTHER_PLACE_M = 100_000.0
_RATIO_TOLERANCE = 0.01
_LEAST_FLOOR_M2 = 10.0


def check_project(project: Project) -> list[Issue]:
    """List the doubts of a project's state, each with its place."""
    compounds = project.table("compounds")
    found = [
        *_overlaps(project),
        *doubled_names(compounds),
        *_consent(compounds),
        *_years(compounds),
        *_sizes(compounds),
        *doubt_outlines(compounds, _valid_areas(geometries(compounds)), huge_m2=_HUGE_M2),
        *_far_compounds(compounds),
        *_layers_elsewhere(project),
        *_entrances(project),
        *_kinds(project),
        *list_units(project)[1],
    ]
    by_code: dict[str, list[Issue]] = defaultdict(list)
    for issue in found:
        by_code[issue.code].append(issue)
    return [issue for code in by_code for issue in cap_issues(by_code[code], _MOST, _more(code))]


def doubled_names(compounds: Frame) -> list[Issue]:
    """List compounds of one name in one township; which one a ledger means cannot be told."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    names, townships = texts(compounds, "name"), texts(compounds, "township")
    for row, (name, township) in enumerate(zip(names, townships, strict=True)):
        if name is not None:
            groups[("".join(name.split()).casefold(), township or "")].append(row)
    issues: list[Issue] = []
    all_ids, shapes = ids(compounds), geometries(compounds)
    for found in groups.values():
        rows = sorted(found, key=all_ids.__getitem__)
        for row in rows[1:]:
            message = Message(
                "import.check.same_name", name=names[row], township=townships[row], other=all_ids[rows[0]]
            )
            issues.append(
                issue_at("check.same_name", "warning", "compounds", all_ids[row], message, shapes[row])
            )
    return issues


def _overlaps(project: Project) -> list[Issue]:
    issues: list[Issue] = []
    for name in ("compounds", "parcels"):
        table = project.table(name)
        shapes, all_ids = geometries(table), ids(table)
        for a, b, area, where in find_overlaps(_valid_areas(shapes)):
            other, feature = sorted((all_ids[a], all_ids[b]))
            message = Message("import.check.overlap", other=other, area=round(area, 1))
            issues.append(issue_at("check.overlap", "warning", name, feature, message, where))
    return issues


def _consent(compounds: Frame) -> list[Issue]:
    """Compare the consenting households with all households and with the consent ratio."""
    issues: list[Issue] = []
    shapes = geometries(compounds)
    columns = (
        ids(compounds),
        ints(compounds, "households"),
        ints(compounds, "consent_households"),
        floats(compounds, "consent_ratio"),
    )
    for row, (feature, households, consenting, ratio) in enumerate(zip(*columns, strict=True)):
        if households is None or consenting is None:
            continue
        if consenting > households:
            message = Message("import.check.consent_above", consenting=consenting, households=households)
            issues.append(
                issue_at("check.consent_above", "warning", "compounds", feature, message, shapes[row])
            )
        elif households and not np.isnan(ratio) and abs(consenting / households - ratio) > _RATIO_TOLERANCE:
            message = Message(
                "import.check.consent_differs",
                ratio=round(float(ratio), 4),
                consenting=consenting,
                households=households,
                counted=round(consenting / households, 4),
            )
            issues.append(
                issue_at("check.consent_differs", "warning", "compounds", feature, message, shapes[row])
            )
    return issues


def _years(compounds: Frame) -> list[Issue]:
    issues: list[Issue] = []
    shapes = geometries(compounds)
    columns = (
        ids(compounds),
        ints(compounds, "built_year"),
        ints(compounds, "built_year_from"),
        ints(compounds, "built_year_to"),
    )
    for row, (feature, year, first, last) in enumerate(zip(*columns, strict=True)):
        turned = first is not None and last is not None and first > last
        outside = year is not None and (
            (first is not None and year < first) or (last is not None and year > last)
        )
        if turned or outside:
            message = Message("import.check.years", year=year, first=first, last=last)
            issues.append(issue_at("check.years", "warning", "compounds", feature, message, shapes[row]))
    return issues


def _sizes(compounds: Frame) -> list[Issue]:
    """Point at compounds of a square kilometre and more, and at floor areas that are given in another unit."""
    issues: list[Issue] = []
    shapes, all_ids = geometries(compounds), ids(compounds)
    areas = shapely.area(shapes)
    for row in np.flatnonzero(areas > _HUGE_M2).tolist():
        message = Message("import.check.huge", area=round(float(areas[row]) / 10_000.0, 1))
        issues.append(issue_at("check.huge", "warning", "compounds", all_ids[row], message, shapes[row]))
    per_household = floats(compounds, "floor_area_m2") / np.maximum(floats(compounds, "households"), 1.0)
    for row in np.flatnonzero(per_household < _LEAST_FLOOR_M2).tolist():
        message = Message("import.check.floor_area", area=round(float(per_household[row]), 3))
        issues.append(
            issue_at("check.floor_area", "warning", "compounds", all_ids[row], message, shapes[row])
        )
    return issues


def _far_compounds(compounds: Frame) -> list[Issue]:
    middles = _middles(compounds)
    there = np.flatnonzero(np.isfinite(middles).all(axis=1))
    if len(there) < 3:
        return []
    distances = np.hypot(*(middles[there] - np.median(middles[there], axis=0)).T)
    limit = max(_FAR_M, _FAR_TIMES * float(np.percentile(distances, 75)))
    all_ids, shapes = ids(compounds), geometries(compounds)
    return [
        issue_at(
            "check.far_away", "warning", "compounds", all_ids[row],
            Message("import.check.far_away", km=round(float(distance) / 1000.0, 1)), shapes[row],
        )
        for row, distance in zip(there.tolist(), distances.tolist(), strict=True)
        if distance > limit
    ]  # fmt: skip


def _layers_elsewhere(project: Project) -> list[Issue]:
    """Point at layers whose middle lies 100 km and more from that of the compounds: another zone, most likely."""
    home = _middle(project.table("compounds"))
    issues: list[Issue] = []
    for name in sorted(project.loaded - {"compounds"}):
        middle = _middle(project.table(name))
        if home is None or middle is None:
            continue
        distance = float(np.hypot(*(middle - home)))
        if distance > _OTHER_PLACE_M:
            message = Message(
                "import.check.layer_elsewhere", layer=Message(f"layers.{name}"), km=round(distance / 1000.0)
            )
            place = shapely.Point(float(middle[0]), float(middle[1]))
            issues.append(issue_at("check.layer_elsewhere", "error", name, "", message, place))
    return issues


def _entrances(project: Project) -> list[Issue]:
    """Point at entrances that belong to no compound, and at those that lie far from the one they name."""
    compounds, entrances = project.table("compounds"), project.table("entrances")
    if len(compounds) == 0 or len(entrances) == 0:
        return []
    limit = project.rules.entrance_match_m
    outlines, gates = geometries(compounds), geometries(entrances)
    rows = rows_by_id(compounds)
    near = set(shapely.STRtree(outlines).query(gates, predicate="dwithin", distance=limit)[0].tolist())
    issues: list[Issue] = []
    for row, (feature, named) in enumerate(zip(ids(entrances), texts(entrances, "compound_id"), strict=True)):
        code: str | None = None
        values: dict[str, Any] = {}
        if named is not None and named not in rows:
            code, values = "check.entrance_unknown", {"compound": named}
        elif named is not None:
            distance = float(shapely.distance(gates[row], outlines[rows[named]]))
            if distance > limit:
                code, values = "check.entrance_far", {"compound": named, "distance": round(distance, 1)}
        elif row not in near:
            code, values = "check.entrance_alone", {"limit": limit}
        if code is not None:
            issues.append(
                issue_at(
                    code, "warning", "entrances", feature, Message(f"import.{code}", **values), gates[row]
                )
            )
    return issues


def _kinds(project: Project) -> list[Issue]:
    """Point at facilities, barriers and pipelines that count for nothing because they say not what they are."""
    issues: list[Issue] = []
    for name, severity in (("facilities", "warning"), ("barriers", "warning"), ("pipelines", "note")):
        table = project.table(name)
        shapes, all_ids = geometries(table), ids(table)
        level: Severity = "warning" if severity == "warning" else "note"
        for row, kind in enumerate(texts(table, "kind")):
            if kind is None:
                message = Message("import.check.no_kind", layer=Message(f"layers.{name}"))
                issues.append(issue_at("check.no_kind", level, name, all_ids[row], message, shapes[row]))
    return issues


def _valid_areas(shapes: NDArray[Any]) -> NDArray[Any]:
    """Give polygons for overlaying; what is none is left out, what is invalid is made valid for the comparison."""
    usable = np.array(shapes, dtype=object)
    usable[shapely.get_dimensions(shapes) != 2] = None
    bad = ~shapely.is_valid(usable) & ~shapely.is_missing(usable)
    usable[bad] = shapely.make_valid(usable[bad])
    return usable


def _middles(table: Frame) -> NDArray[np.float64]:
    bounds = shapely.bounds(geometries(table)) if len(table) else np.zeros((0, 4))
    return np.column_stack((bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)))


def _middle(table: Frame) -> NDArray[np.float64] | None:
    middles = _middles(table)
    there = middles[np.isfinite(middles).all(axis=1)]
    return np.asarray(np.median(there, axis=0), dtype=np.float64) if len(there) else None


def _more(code: str) -> Callable[[int], Issue]:
    def rest(n: int) -> Issue:
        return Issue(
            "issues.more", "note", "", "", Message("import.issues.more", code=code, n=n + _MOST, shown=_MOST)
        )

    return rest
