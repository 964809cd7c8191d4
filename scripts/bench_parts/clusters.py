"""Everything that `bench.py clusters` measures, row by row."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bench_parts.county_rows import measure_counties
from bench_parts.feedback import feedback_row
from bench_parts.grouping_rows import (
    SEEDS,
    measure_alternatives,
    measure_beside_peers,
    measure_small,
    warm,
)
from bench_parts.outlines import neighbours_row
from bench_parts.sharing_rows import measure_sharing
from bench_parts.table import Row, compare, keep_within, tell
from gis_planner.analysis.clustering.solver import ClusterProblem
from gis_planner.analysis.eligibility import decide_eligibility, takes_part
from gis_planner.analysis.study import serve_town, survey_ground
from gis_planner.workflow.sample import make_sample_project
from gis_planner.workflow.standards import packs_in_use
from gis_planner.workflow.studying import profile_of


def measure_clusters(only: Sequence[str] = (), *, every_mean: bool = False) -> list[Row]:
    """Measure every group of rows, or those named; each row is told on stderr as it comes.

    Towns come with one of three means of members each, going round, or with every one of them.

    What searches is compiled before, so that no row pays for it.
    """
    warm()
    rows: list[Row] = []
    for name, group in GROUPS.items():
        if only and name not in only:
            continue
        for row in group(every_mean):
            print(f"… {tell(row)}", file=sys.stderr, flush=True)
            rows.append(row)
    return rows


def measure_quick() -> list[Row]:
    """Measure the smallest of each: two towns, no peers, no sample."""
    warm()
    return [
        *measure_small((30,), SEEDS[:2]),
        *measure_sharing(40, SEEDS[:2], sample=None, less=None),
    ]


def measure_feedback() -> list[Row]:
    """Say what the answer to a drag takes, 95 in 100."""
    label, own_ms, at_most_ms = feedback_row()
    return [keep_within("feedback while dragging", label, own_ms, "ms", at_most=at_most_ms)]


def measure_neighbours() -> list[Row]:
    """Say what finding the neighbours of 10,000 outlines takes, beside the least that can be called the same."""
    label, own_s, peer, peer_s, at_most_s = neighbours_row()
    row = compare("neighbours of outlines", label, own_s, peer, peer_s)
    return [row, keep_within("neighbours of outlines", label, own_s, "s", at_most=at_most_s)]


def pose_sample() -> ClusterProblem:
    """Pose the sample's grouping as the program does: those who take part, and who reaches what."""
    with tempfile.TemporaryDirectory(prefix="gis_planner_bench_") as folder:
        opened = make_sample_project(Path(folder) / "sample.gpkg")
        project = opened.project
        opened.close()
    town = serve_town(project, packs_in_use(project)["cluster"], survey_ground(project))
    found = decide_eligibility(project.table("compounds"), profile_of(project), project.rules)
    return ClusterProblem(town, tuple(one.compound_id for one in found if takes_part(one.result)))


GROUPS: dict[str, Callable[[bool], Iterable[Row]]] = {
    "small": lambda every: measure_small(tuple(range(30, 61, 5)), SEEDS, every_mean=every),
    "200": lambda every: measure_beside_peers(
        200, SEEDS, at_most_s=5, less=0.15, seconds=40, every_mean=every
    ),
    "1000": lambda every: measure_beside_peers(
        1000, SEEDS[:1], at_most_s=10, less=0, seconds=40, every_mean=every
    ),
    "5000": lambda every: measure_beside_peers(
        5000, SEEDS[:1], at_most_s=60, less=0, seconds=40, every_mean=every
    ),
    "counties": lambda _: measure_counties(),
    "alternatives": lambda _: measure_alternatives(2000, 20, at_most_s=20),
    "sharing": lambda every: measure_sharing(200, SEEDS, sample=pose_sample(), every_mean=every),
    "feedback": lambda _: measure_feedback(),
    "neighbours": lambda _: measure_neighbours(),
}
