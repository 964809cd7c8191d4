"""Isochrones of something in an open project, as rows for the command line and as shapes for the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gis_planner.analysis.isochrone_ground import lay_ground
from gis_planner.analysis.isochrone_starts import find_starts
from gis_planner.analysis.isochrones import final_isochrones
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.progress import SILENT, Progress


def isochrone_rows(
    project: Project, results: Results, of: str, limits_m: Sequence[float], *, progress: Progress = SILENT
) -> list[dict[str, Any]]:
    """Give a row for each limit: of, limit_m, minutes, streets_m, area_m2, and streets and outline as WKT in metres."""
    ground = lay_ground(project, results.network)
    starts = find_starts(results, project.grouping, of)
    per_minute = 60.0 * project.rules.walk_speed_m_s
    return [
        {"of": of, "limit_m": found.limit_m, "minutes": found.limit_m / per_minute, "streets_m": found.length_m,
         "area_m2": found.area_m2, "outline": found.outline.wkt, "streets": found.streets.wkt}
        for found in final_isochrones(ground, starts, sorted(set(limits_m)), progress=progress)
    ]  # fmt: skip
