"""Whatever a changed grouping comes to, a whole study comes to the same, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from drawn_clusters import PROFILE, STANDARD, drawn_town, lay_out, studied, town_of_project
from edits_at_random import after
from maps import layer_from
from towns import small_town

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.footprint_cells import lay_cells
from gis_planner.analysis.footprints import draw_footprints
from gis_planner.analysis.live_areas import LiveAreas
from gis_planner.analysis.live_grouping import LiveGrouping
from gis_planner.analysis.moving import try_move
from gis_planner.model import edits as e
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.edits import Edit
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.tables import append_rows, ids


def full_town(seed: int) -> Project:
    """Make a town with clusters that lie beside each other and something in every layer that verdicts ask."""
    project = small_town(seed, blocks=6)
    random = np.random.default_rng(seed)
    places = random.uniform(0, 480, (200, 2))
    points = [shapely.Point(*xy) for xy in places]
    lines = [shapely.LineString([xy, xy + random.uniform(-40, 40, 2)]) for xy in places]
    said = {f"P{k:03d}": bool(random.random() < 0.7) for k in range(40)}
    named = list(said)
    roads = ids(project.table("roads"))
    tables = dict(project.tables)
    tables["poles"] = layer_from(
        "poles",
        dict(zip(named, points[:40], strict=True)),
        kind="light",
        functions={name: "照明;监控" if yes else "照明" for name, yes in said.items()},
    )
    tables["boxes"] = layer_from(
        "boxes", dict(zip(named, points[40:80], strict=True)), kind="telecom", combined=said
    )
    tables["shopfronts"] = layer_from(
        "shopfronts", dict(zip(named, points[80:120], strict=True)),
        sign_ok=said, outside_trading=False, illegal_ad=False,
    )  # fmt: skip
    tables["telecom_lines"] = layer_from(
        "telecom_lines", dict(zip(named, lines[:40], strict=True)), laying="duct", shared=said
    )
    tables["kerbs"] = layer_from(
        "kerbs",
        dict(zip(named, lines[120:160], strict=True)),
        condition={name: "good" if yes else "bad" for name, yes in said.items()},
        road_id={name: roads[k * 7 % len(roads)] if k % 3 == 0 else None for k, name in enumerate(named)},
    )
    extra = {"poles", "boxes", "shopfronts", "telecom_lines", "kerbs"}
    compounds = project.table("compounds")
    centre = {name: shape.centroid for name, shape in zip(ids(compounds), compounds.geometry, strict=True)}
    names = sorted(centre, key=lambda name: (centre[name].x // 160, centre[name].y // 160, name))
    parts = [tuple(sorted(names[k : k + 4])) for k in range(0, len(names) - 2, 4)]
    clusters = tuple(Cluster(f"Z{k + 1:02d}", k + 1, "", part) for k, part in enumerate(parts))
    return Project(
        **{
            **vars(project),
            "tables": tables,
            "loaded": project.loaded | extra,
            "grouping": Grouping(clusters),
        }
    )


def random_change(random: np.random.Generator, project: Project) -> Edit:
    grouping = project.grouping
    names = [cluster.id for cluster in grouping.clusters]
    compounds = ids(project.table("compounds"))
    chosen = tuple(sorted(random.choice(compounds, int(random.integers(1, 3)), replace=False).tolist()))
    what = int(random.integers(0, 8))
    if what == 0 and len(names) > 2:
        return e.MergeClusters(tuple(random.choice(names, 2, replace=False).tolist()))
    if what == 1 and len(names) > 2:
        return e.DissolveCluster(str(random.choice(names)))
    if what == 2:
        return e.NameCluster(str(random.choice(names)), "", int(random.integers(1, len(names) + 2)))
    return e.MoveCompounds(chosen, [*names, "new", None][int(random.integers(0, len(names) + 2))])


def is_as_studied(live: LiveGrouping, results: Results) -> None:
    for cluster in results.clusters:
        standing = live.standing(cluster.id)
        assert standing.bounds == cluster.bounds
        assert dict(standing.terms) == dict(cluster.terms)
        assert standing.contiguous == cluster.contiguous
        assert standing.households == cluster.households
        found = {v.element: (v.status, v.value) for v in results.verdicts if v.cluster_id == cluster.id}
        cells = live.cells(cluster.id)
        assert cells is not None
        assert {element: tuple(cell) for element, cell in cells.items()} == found


def cells_of(results: Results) -> dict[tuple[str, str], tuple[str, float | None]]:
    return {(v.cluster_id, v.element): (v.status, v.value) for v in results.verdicts}


def test_every_layer_is_assessed_in_the_towns_of_these_tests() -> None:
    assessed = {v.element for v in studied(full_town(2)).verdicts if v.status != "not_assessed"}
    assert {"KH1", "KH2", "KH3", "KZ1", "KZ3"} <= assessed


def test_after_every_change_all_figures_are_those_of_a_whole_study(edits: int) -> None:
    done, seed, edits = 0, 0, max(edits // 3, 1)  # each is studied twice as a whole
    while done < edits:
        seed += 1
        random = np.random.default_rng(seed)
        project = full_town(seed)
        results = studied(project)
        live = lay_out(project, results)
        is_as_studied(live, results)
        for _ in range(min(10, edits - done)):
            changed = after(project, random_change(random, project))
            found = studied(changed)
            comparison = live.update(changed)
            is_as_studied(live, found)
            old, new = cells_of(results), cells_of(found)
            nothing = ("not_assessed", None)
            differing = {
                key: (old.get(key, nothing), new[key]) for key in new if old.get(key, nothing) != new[key]
            }
            assert comparison.cells is not None
            told = {(c.cluster_id, c.element): (tuple(c.before), tuple(c.after)) for c in comparison.cells}
            assert told == differing
            project, results = changed, found
            done += 1


@pytest.mark.parametrize("seed", [1, 4])
def test_what_is_told_in_the_hand_is_what_the_study_finds_after_letting_go(seed: int) -> None:
    project = full_town(seed)
    results = studied(project)
    live = lay_out(project, results)
    random = np.random.default_rng(seed)
    for _ in range(4):
        compound = str(random.choice(ids(project.table("compounds"))))
        target = str(random.choice([c.id for c in project.grouping.clusters]))
        trial = try_move(live, compound, target)
        dropped = studied(after(project, trial.edits[0]))
        for side in trial.comparison.sides:
            if side.after is not None:
                figures = dropped.cluster(side.cluster.id)
                assert side.after.bounds == figures.bounds
                assert dict(side.after.terms) == dict(figures.terms)
        now, was = cells_of(dropped), cells_of(results)
        assert trial.comparison.cells is not None
        told = {(c.cluster_id, c.element): tuple(c.after) for c in trial.comparison.cells}
        assert told == {
            key: cell for key, cell in now.items() if was.get(key, ("not_assessed", None)) != cell
        }
        assert live.project is project
    is_as_studied(live, results)


@pytest.mark.parametrize("seed", range(1, 4))
def test_the_areas_that_are_not_drawn_again_are_those_that_do_not_differ(seed: int) -> None:
    random = np.random.default_rng(seed)
    project = full_town(seed)
    barriers = collect_barriers(project)
    areas = LiveAreas(lay_cells(project, barriers), gap_m=project.rules.max_gap_m)
    drawn = draw_footprints(project.grouping, project, barriers)
    for _ in range(5):
        changed = after(project, random_change(random, project))
        before, now = ({c.id: c for c in p.grouping.clusters} for p in (project, changed))
        differing = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        touched = areas.find_touched(project.grouping, changed.grouping, differing)
        drawn = {name: area for name, area in drawn.items() if name in now}
        drawn |= areas.draw(changed.grouping, touched)
        wanted = draw_footprints(changed.grouping, changed, barriers)
        assert set(drawn) == set(wanted)
        assert all(shapely.equals_exact(drawn[name], wanted[name], 0.0) for name in wanted)
        project = changed


def test_without_streets_nothing_is_told_of_verdicts() -> None:
    live = lay_out(drawn_town("ABC", {"Z01": "AB", "Z02": "C"}))
    trial = try_move(live, "B", "Z02")
    assert trial.comparison.cells is None
    assert not trial.comparison.flips
    assert live.cells("Z01") is None


@pytest.mark.parametrize("stranger", ["N", "X"])
def test_a_compound_without_a_place_or_a_part_is_measured_as_a_study_would(stranger: str) -> None:
    """N has no outline, X is too young to take part; a hand may take either in."""
    drawn = drawn_town("ABX", {"Z01": "AB"})
    compounds = drawn.table("compounds").copy()
    compounds.loc[compounds["id"] == "X", "built_year"] = 2015
    nowhere = layer_from("compounds", {"N": None}, name="N", households=70, built_year=1990)
    project = Project(
        **{**vars(drawn), "tables": {**drawn.tables, "compounds": append_rows(compounds, nowhere)}}
    )
    live = lay_out(project)
    members = ("A", "B", stranger)
    standing = live.measure(members)
    assert standing.members == members
    trial = try_move(live, stranger, "Z01")
    (side,) = trial.comparison.sides
    assert side.after is not None
    moved = after(project, trial.edits[0])
    figures = studied(moved).cluster("Z01")
    assert side.after.bounds == figures.bounds
    assert dict(side.after.terms) == dict(figures.terms) == dict(standing.terms)
    assert (side.after.households, side.after.contiguous) == (figures.households, figures.contiguous)
    live.update(moved)
    is_as_studied_without_streets(live, studied(moved))


def is_as_studied_without_streets(live: LiveGrouping, results: Results) -> None:
    for cluster in results.clusters:
        standing = live.standing(cluster.id)
        assert (standing.bounds, dict(standing.terms)) == (cluster.bounds, dict(cluster.terms))


def test_more_than_another_grouping_is_not_followed() -> None:
    project = drawn_town("ABC", {"Z01": "AB", "Z02": "C"})
    live = LiveGrouping(project, town_of_project(project), None, standard=STANDARD, profile=PROFILE)
    other = after(project, e.SetRule("members_max", 2))
    assert not live.keeps_up(other)
    with pytest.raises(ValueError, match="more differs"):
        live.update(other)
