from __future__ import annotations

from pathlib import Path

from gis_planner.model.edits import MoveCompounds
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.open_project import open_project
from gis_planner.workflow.studying import run_study


def test_a_cluster_that_a_hand_tears_apart_is_listed_with_its_place(sample: Path) -> None:
    opened = open_project(sample)
    first, last = opened.project.grouping.clusters[0], opened.project.grouping.clusters[-1]
    assert not [issue for issue in run_study(opened.project).issues if issue.code.startswith("cluster.")]
    apply_edits(opened, [MoveCompounds((first.members[0],), last.id)])
    found = {
        (i.code, i.feature): i for i in run_study(opened.project).issues if i.code.startswith("cluster.")
    }
    assert ("cluster.in_pieces", last.id) in found
    assert ("cluster.township", last.id) in found
    assert all(issue.severity == "error" and issue.x is not None for issue in found.values())
