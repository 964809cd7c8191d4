"""Forming anew around a few clusters leaves the rest."""

from __future__ import annotations

import pytest
from drawn_clusters import PROFILE, STANDARD, drawn_town
from edits_at_random import after

from gis_planner.analysis.around import hold_elsewhere, propose_around
from gis_planner.errors import RuleError
from gis_planner.model import edits as e
from gis_planner.model.project import Project

ROW = "ABCDEFGHIJKL"


def town() -> Project:
    return drawn_town(ROW, {"Z01": "AB", "Z02": "CD", "Z03": "EF", "Z04": "GH"}, members_min=2)


def members(project: Project) -> dict[str, tuple[str, ...]]:
    return {cluster.id: cluster.members for cluster in project.grouping.clusters}


def test_only_the_named_clusters_those_beside_them_and_the_free_ones_there_are_open() -> None:
    held = hold_elsewhere(town(), ["Z01"])
    assert [c.id for c in held.clusters if not c.locked] == ["Z01", "Z02"]
    assert held.locked_compounds == set("IJKL")  # they hang on to Z04, which is held
    assert not hold_elsewhere(town(), ["Z04"]).locked_compounds
    with pytest.raises(RuleError):
        hold_elsewhere(town(), ["Z09"])


def test_the_rest_of_the_town_stays_and_nothing_becomes_locked() -> None:
    project = after(town(), e.Lock("cluster", ("Z03",)))
    changed = after(project, propose_around(project, PROFILE, STANDARD, ["Z01"]))
    before, now = members(project), members(changed)
    assert {name: now[name] for name in ("Z03", "Z04")} == {name: before[name] for name in ("Z03", "Z04")}
    assert sorted(m for name, own in now.items() if name not in ("Z03", "Z04") for m in own) == list("ABCD")
    assert [c.id for c in changed.grouping.clusters if c.locked] == ["Z03"]
    assert not changed.grouping.locked_compounds
