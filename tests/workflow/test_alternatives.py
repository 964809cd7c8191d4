"""Alternatives become scenarios that differ, cost nearly the same and keep every law."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from generated_towns import generate
from small_towns import small_town, street

from gis_planner.analysis.clustering import alternatives
from gis_planner.analysis.clustering.alternatives import (
    COST_WITHIN,
    DIFFERENT_SHARE,
    propose_alternatives,
    share_moved,
)
from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.solver import ClusterProblem
from gis_planner.errors import Cancelled, RuleError
from gis_planner.messages import Message
from gis_planner.workflow.alternatives import compare_alternatives, make_alternatives
from gis_planner.workflow.open_project import open_project
from gis_planner.workflow.scenarios import switch


def test_alternatives_differ_enough_cost_nearly_the_same_and_repeat() -> None:
    town = generate(7, 150).town
    found = propose_alternatives(ClusterProblem(town, town.ids), 6)
    assert len(found) == 6
    costs = Costs(town, range(len(town.ids)))
    labels = []
    for one in found:
        total = sum(costs.total(town.rows(cluster.members)) for cluster in one.clusters)
        assert total == pytest.approx(one.cost)
        assert one.cost <= found[0].cost * (1 + COST_WITHIN) + 1e-9
        assert sum(one.terms.values()) == pytest.approx(one.cost)
        label = np.full(len(town.ids), -1)
        for number, cluster in enumerate(one.clusters):
            label[town.rows(cluster.members)] = number
        labels.append(label)
    households = np.array([float(h or 0) for h in town.households])
    moved = [share_moved(one, other, households) for one, other in combinations(labels, 2)]
    assert min(moved) >= DIFFERENT_SHARE
    again = propose_alternatives(ClusterProblem(town, town.ids), 6)
    assert [one.origin for one in again] == [one.origin for one in found]


def test_a_town_with_one_grouping_has_one_alternative() -> None:
    town = small_town(street(2), [60, 60])
    assert len(propose_alternatives(ClusterProblem(town, town.ids), 5)) == 1


def test_what_moved_is_counted_in_households_whatever_the_numbers() -> None:
    weights = np.array([10.0, 20.0, 30.0, 40.0])
    assert share_moved(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]), weights) == 0.0
    assert share_moved(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), weights) == pytest.approx(0.2)
    assert share_moved(np.array([0, 0, -1, 1]), np.array([0, 0, -1, -1]), weights) == pytest.approx(0.4)


def test_alternatives_that_are_stopped_give_what_was_found() -> None:
    class Stop:
        def report(self, share: float, doing: Message) -> None:
            if doing.key == "clusters.progress.alternatives" and doing.values["n"] >= 2:
                raise Cancelled

    town = generate(7, 150).town
    assert len(propose_alternatives(ClusterProblem(town, town.ids), 6, progress=Stop())) == 2


def test_alternatives_become_scenarios_that_can_be_ranked_and_undone(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alternatives, "COST_WITHIN", 2.0)  # the sample's clusters hardly touch each other
    monkeypatch.setattr(alternatives, "DIFFERENT_SHARE", 0.02)
    opened = open_project(sample)
    before, here = opened.project.grouping, opened.scenario
    names = make_alternatives(opened, 3)
    assert len(names) == 3
    assert opened.scenario == here
    assert opened.project.grouping == before
    rows = compare_alternatives(opened)
    assert sorted(row.scenario for row in rows) == sorted(names)
    assert [row.ranks["cost"] for row in rows] == list(range(1, len(rows) + 1))
    assert not any(row.changed for row in rows)
    state = switch(opened, names[0])
    assert state.grouping.origin["alternative"]["number"] == 2
    switch(opened, here)
    assert make_alternatives(opened, 3) == [], "what stands already is not made once more"
    with pytest.raises(RuleError):
        make_alternatives(opened, 0)
    opened.close()
