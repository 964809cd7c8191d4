"""Cells that flip between two studies."""

from __future__ import annotations

import numpy as np
import pandas as pd
from maps import CRS
from scored_town import STANDARD, facilities, judged, roads, town

from gis_planner.analysis.comparison import Flip, find_flips
from gis_planner.model.results import Network, Results
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Verdict
from gis_planner.model.tables import empty_table


def results(verdicts: list[Verdict]) -> Results:
    nobody, nothing = empty_table("facilities", CRS), pd.DataFrame()
    rows, metres = np.empty(0, dtype=np.int64), np.empty(0)
    network = Network(np.empty((0, 2)), rows, rows, metres, metres, np.empty(0, dtype=object), ())
    return Results(
        inputs={}, rules=Rules(), standard=STANDARD, network=network, units=nobody, facilities=nobody, access=nobody,
        direct=nothing, coverage=nothing, neighbours=nobody, clusters=(), cluster_coverage=nothing,
        verdicts=tuple(verdicts), eligibility=(), alone={},
    )  # fmt: skip


def test_a_changed_rule_lists_the_cells_that_flipped_and_no_others() -> None:
    project = town(facilities=facilities(), roads=roads())
    before = judged(project, {"toilet": 8, "library": 9})[0]
    after = judged(project, {"toilet": 8, "library": 9}, rules=Rules().with_value("KY5.threshold_pass", 0.8))[
        0
    ]
    flips = find_flips(results(list(before.values())), results(list(after.values())))
    assert flips == (Flip("Z01", "KY5", "partial", "pass", 0.8, 0.8),)
    assert flips[0].to_json() == {"cluster": "Z01", "element": "KY5", "before": "partial", "after": "pass",
                                  "value_before": 0.8, "value_after": 0.8}  # fmt: skip


def test_a_value_that_changes_within_its_status_is_no_flip() -> None:
    project = town(facilities=facilities(), roads=roads())
    before, after = (list(judged(project, n)[0].values()) for n in (6, 7))
    assert find_flips(results(before), results(after)) == ()


def test_a_cell_that_one_study_lacks_has_not_flipped() -> None:
    verdict = judged(town(), 0)[0]["KY1"]
    assert find_flips(results([]), results([verdict])) == ()
    assert find_flips(results([verdict]), results([])) == ()
