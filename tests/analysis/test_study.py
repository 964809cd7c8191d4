"""The study as a whole: what its steps owe each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from maps import layer_from, project_of
from shapely.geometry import LineString, box

from gis_planner.analysis.study import survey_ground
from gis_planner.model.project import Project


def two_ends_of_a_street(length_m: float) -> Project:
    """Two compounds at the ends of one street."""
    compounds = {"A": box(0, 5, 50, 55), "B": box(length_m - 50, 5, length_m, 55)}
    street = {"R1": LineString([(0, 0), (length_m, 0)])}
    return project_of(compounds=layer_from("compounds", compounds), roads=layer_from("roads", street))


def test_walks_between_members_are_measured_as_far_as_the_diameter_may_be() -> None:
    project = two_ends_of_a_street(4000.0)
    rules = project.rules.with_value("walk_diameter_max_m", 5000.0)
    assert rules.search_max_m < 3910.0
    walks = survey_ground(replace(project, rules=rules)).town.walks.among([0, 1])
    assert walks[0, 1] == pytest.approx(3900.0 + 10.0)
