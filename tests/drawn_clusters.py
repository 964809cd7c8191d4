"""Towns of drawn compounds with clusters, and everything that follows a hand in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maps import compounds_from, project_of

from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.live_grouping import LiveGrouping
from gis_planner.analysis.live_study import LiveStudy
from gis_planner.analysis.study import study, survey_ground
from gis_planner.analysis.town_of_results import town_of
from gis_planner.io.read_standard import read_profiles, read_standard
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.rules import Rules

STANDARD = read_standard("sanhe_sanzheng_jiuyou")
PROFILE = read_profiles()["default"]


def drawn_town(
    drawn: str, clusters: Mapping[str, str], *, households: int | Mapping[str, int | None] = 100, **rules: Any
) -> Project:
    """Draw compounds, one a letter, and give them clusters: `drawn_town("ABC", {"Z01": "AB"})`."""
    letters = sorted(set(drawn) - set(". \n"))
    figures = dict.fromkeys(letters, households) if isinstance(households, int) else households
    compounds = compounds_from(
        drawn,
        households=figures,
        built_year=dict.fromkeys(letters, 1990),
        in_urban_scope=dict.fromkeys(letters, True),
    )
    kept: dict[str, Any] = {"households_min": 0, "members_min": 1, **rules}
    grouping = Grouping(
        tuple(
            Cluster(name, number + 1, "", tuple(sorted(members)))
            for number, (name, members) in enumerate(clusters.items())
        )
    )
    project = project_of(compounds=compounds)
    return Project(**{**vars(project), "rules": Rules(**kept), "grouping": grouping})


def town_of_project(project: Project) -> Town:
    return survey_ground(project).town


def lay_out(project: Project, results: Results | None = None) -> LiveGrouping:
    """Lay out the live grouping of a project, with verdicts where coverage is assessed."""
    town = town_of_project(project) if results is None else town_of(project, results)
    if results is None or not LiveStudy.can_follow(project, results):
        return LiveGrouping(project, town, None, standard=STANDARD, profile=PROFILE)
    reach = LiveStudy(project, results, threads=1).reach
    areas = {cluster.id: cluster.footprint for cluster in results.clusters}
    return LiveGrouping(project, town, reach, standard=STANDARD, profile=PROFILE, areas=areas)


def studied(project: Project) -> Results:
    return study(project, STANDARD, PROFILE)
