"""What a grouping still has to build is what its verdicts lack."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gis_planner.workflow.open_project import open_project
from gis_planner.workflow.studying import run_study


def test_what_is_to_be_built_are_the_services_whose_verdict_is_no_pass(sample: Path) -> None:
    with closing(open_project(sample)) as opened:
        results, weight = run_study(opened.project), opened.project.rules.weight_build
    services = {element.id for element in results.standard.elements if element.facility}
    assert len(services) == 9
    lacking = {
        cluster.id: sum(
            v.cluster_id == cluster.id and v.element in services and v.status in ("partial", "fail")
            for v in results.verdicts
        )
        for cluster in results.clusters
    }
    assert {c.id: c.terms["build"] / weight for c in results.clusters} == pytest.approx(lacking)
    assert len(set(lacking.values())) > 2
