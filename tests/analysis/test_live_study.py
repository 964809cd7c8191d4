"""After every edit the cells are those of a whole study, bit for bit; taking all back gives the first ones again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from edits_at_random import after, random_edit
from maps import layer_from
from towns import small_town

from gis_planner.analysis.live_study import LiveStudy
from gis_planner.analysis.study import study
from gis_planner.io.read_standard import read_profiles, read_standard
from gis_planner.model import edits as e
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.project import Project
from gis_planner.model.results import Results, verdict_json
from gis_planner.model.tables import ids

STANDARD = read_standard("sanhe_sanzheng_jiuyou")
PROFILE = read_profiles()["default"]


def studied(project: Project) -> Results:
    return study(project, STANDARD, PROFILE)


def town(seed: int) -> Project:
    """Make a town with three clusters and something in most layers; of an even seed the survey saw everything."""
    project = small_town(seed, blocks=6, facilities=24)
    compounds = ids(project.table("compounds"))
    parts = [compounds[k::3] for k in range(3) if compounds[k::3]]
    clusters = tuple(
        {"id": f"Z{k + 1:02d}", "number": k + 1, "name": f"片区{k + 1}", "members": part}
        for k, part in enumerate(parts)
    )
    project = after(project, e.SetClusters(clusters, {"by": "hand"}))
    random = np.random.default_rng(seed)
    tables = dict(project.tables)
    points = [shapely.Point(*xy) for xy in random.uniform(0, 480, (30, 2))]
    tables["poles"] = layer_from(
        "poles",
        {f"L{k}": point for k, point in enumerate(points)},
        kind="light",
        functions={f"L{k}": "照明;监控" if k % 3 else "照明" for k in range(30)},
    )
    project = Project(**{**vars(project), "tables": tables, "loaded": project.loaded | {"poles"}})
    for row, name in enumerate(ids(project.table("facilities"))[:12]):
        kind, capacity = CAPACITY_KINDS[row % 4], None if row % 7 == 6 else float(random.integers(0, 60))
        project = after(project, e.SetAttribute("facilities", name, "kind", kind))
        project = after(project, e.SetAttribute("facilities", name, "capacity", capacity))
    if seed % 2 == 0:
        project = Project(**{**vars(project), "complete": project.loaded})
    # Near enough that a shut street or gate moves somebody into another zone.
    for rule, metres in (("capacity_near_m", 120.0), ("capacity_middle_m", 200.0), ("limit_m", 320.0)):
        project = after(project, e.SetRule(rule, metres))
    return project


def same_shares(live: LiveStudy, results: Results) -> None:
    capacity, cluster_capacity = live.capacity()
    pd.testing.assert_frame_equal(capacity, results.capacity, check_exact=True)
    pd.testing.assert_frame_equal(cluster_capacity, results.cluster_capacity, check_exact=True)


def same_as_studied(live: LiveStudy, results: Results) -> None:
    found = {(v.cluster_id, v.element): (v.status, v.value) for v in results.verdicts}
    assert {key: tuple(cell) for key, cell in live.cells.items()} == found
    pd.testing.assert_frame_equal(live.coverage(), results.coverage, check_exact=True)
    same_shares(live, results)
    for cluster in results.clusters:
        score = live.score(cluster.id)
        assert (score.assessed, score.score, score.lower, score.upper) == (
            cluster.assessed,
            cluster.score,
            cluster.score_lower,
            cluster.score_upper,
        )


def test_after_every_edit_all_cells_are_those_of_a_whole_study(edits: int) -> None:
    done = 0
    seed = 0
    while done < edits:
        seed += 1
        random = np.random.default_rng(seed)
        states = [town(seed)]
        live = LiveStudy(states[0], studied(states[0]), threads=1)
        first, cells, shares = live.coverage(), dict(live.cells), live.capacity()
        for step in range(min(25, edits - done)):
            states.append(after(states[-1], random_edit(random, states[-1], step)))
            before = dict(live.cells)
            change = live.update(states[-1])
            same_as_studied(live, studied(states[-1]))
            assert {(c.cluster_id, c.element) for c in change.cells} == {
                key for key, cell in live.cells.items() if before.get(key) != cell
            }
            done += 1
        while len(states) > 1:
            states.pop()
            live.update(states[-1])
        assert live.cells == cells
        pd.testing.assert_frame_equal(live.coverage(), first, check_exact=True)
        for found, was in zip(live.capacity(), shares, strict=True):
            pd.testing.assert_frame_equal(found, was, check_exact=True)


def test_shares_asked_for_after_many_edits_are_those_of_a_whole_study() -> None:
    for seed in range(20, 26):
        random = np.random.default_rng(seed)
        project = town(seed)
        live = LiveStudy(project, studied(project), threads=1)
        for step in range(12):
            project = after(project, random_edit(random, project, step))
            live.update(project)
            if random.random() < 0.3:
                same_shares(live, studied(project))
        same_shares(live, studied(project))


def test_shares_follow_streets_and_entrances_that_shut_and_open_again() -> None:
    project = town(4)
    live = LiveStudy(project, studied(project), threads=1)
    first, moved = live.capacity()[0], set()
    edits: list[e.Edit] = [
        e.SetAttribute("roads", name, "walkable", False) for name in ids(project.table("roads"))[::8]
    ]
    edits += [e.OpenEntrance(name, False) for name in ids(project.table("entrances"))[:4]]
    for edit in edits:
        shut = after(project, edit)
        assert not live.update(shut).reach.anew
        same_shares(live, studied(shut))
        if not live.capacity()[0].equals(first):
            moved.add(edit.kind)
        live.update(project)
        pd.testing.assert_frame_equal(live.capacity()[0], first, check_exact=True)
    assert moved == {"SetAttribute", "OpenEntrance"}


@pytest.mark.parametrize(
    "edit",
    [
        e.SetRule("max_gap_m", 90.0),
        e.SetRule("river_divides", False),
        e.DrawStreet("N-far", ((240.0, 240.0), (900.0, 1300.0))),
        e.DrawStreet(
            "N-ring", ((-90.0, -90.0), (570.0, -90.0), (570.0, 570.0), (-90.0, 570.0), (-90.0, -90.0))
        ),
    ],
    ids=["gap", "river", "far", "ring"],
)
def test_what_reaches_over_the_whole_town_is_told_to_every_cluster(edit: e.Edit) -> None:
    project = town(5)
    live = LiveStudy(project, studied(project), threads=1)
    changed = after(project, edit)
    live.update(changed)
    same_as_studied(live, studied(changed))
    live.update(project)
    same_as_studied(live, studied(project))


@pytest.mark.parametrize("seed", [3, 8])
def test_a_cell_is_laid_out_as_the_study_lays_it_out(seed: int) -> None:
    project = town(seed)
    live = LiveStudy(project, studied(project), threads=1)
    moved = after(project, e.MoveFacility(ids(project.table("facilities"))[2], 140.0, 150.0))
    live.update(moved)
    for verdict in studied(moved).verdicts:
        found = verdict_json(live.verdict(verdict.cluster_id, verdict.element))
        assert found == verdict_json(verdict)


def test_a_facility_that_moves_flips_the_cells_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    project = after(town(5), e.SetRule("limit_m", 250.0))
    live = LiveStudy(project, studied(project), threads=1)
    flips = []
    for name in ids(project.table("facilities")):
        change = live.update(after(project, e.CloseFacility(name)))
        assert not change.reach.anew
        flips += change.flips
        live.update(project)
    assert flips
    assert all(flip.before.status != flip.after.status for flip in flips)
