"""After streets changed, areas are those of a whole town drawn anew; a street that is a loose end moves none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from generated_towns import generate
from maps import layer_from, roads_from
from numpy.typing import NDArray

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.clustering.solver import ClusterProblem, propose_clusters
from gis_planner.analysis.footprint_changes import Ground, redraw_footprints
from gis_planner.analysis.footprint_ends import differ_by_loose_ends
from gis_planner.analysis.footprint_lines import Cuts
from gis_planner.analysis.footprints import draw_footprints
from gis_planner.analysis.row_tree import RowTree
from gis_planner.analysis.table_changes import find_changed_rows
from gis_planner.model.clusters import Grouping
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.tables import append_rows, geometries, set_values, take

Areas = dict[str, shapely.Geometry]
COLUMNS = ("class", "level", "bridge", "tunnel")


def town(seed: int, *, parcels: bool) -> Project:
    made = generate(seed, 40)
    clusters = propose_clusters(ClusterProblem(made.town, made.town.ids)).clusters
    project = replace(made.project, grouping=Grouping(clusters))
    if parcels:
        shapes = geometries(project.table("compounds"))
        lots = {f"P{n}": shape.buffer(1.5, join_style="mitre") for n, shape in enumerate(shapes)}
        project = replace(project, tables={**project.tables, "parcels": layer_from("parcels", lots)})
    return project


def draw(project: Project) -> Areas:
    return draw_footprints(project.grouping, project, collect_barriers(project))


def with_street(project: Project, name: str, line: NDArray[np.float64]) -> Project:
    roads = append_rows(project.table("roads"), roads_from({name: line.tolist()}, **{"class": "lane"}))
    return replace(project, tables={**project.tables, "roads": roads})


def redrawn(areas: Areas, before: Project, after: Project) -> Areas:
    rows = find_changed_rows(before.table("roads"), after.table("roads"), COLUMNS)
    assert rows is not None
    ground = Ground(after, RowTree(geometries(after.table("roads"))))
    return redraw_footprints(areas, before, after, rows, ground=ground)


def some_street(random: np.random.Generator, project: Project) -> NDArray[np.float64]:
    """Draw a street from a corner of another, from beside one, from within one, or from anywhere."""
    lines = geometries(project.table("roads"))
    line = lines[int(random.integers(0, len(lines)))]
    corners = shapely.get_coordinates(line)
    start = corners[int(random.integers(0, len(corners)))]
    what = int(random.integers(0, 5))
    if what == 1:
        start = start + random.normal(0.0, 0.08, 2)
    elif what == 2:
        start = np.array(line.interpolate(float(random.uniform(0, line.length))).coords[0])
    elif what == 3 and len(project.table("parcels")):
        plots = geometries(project.table("parcels"))
        corners = shapely.get_coordinates(plots[int(random.integers(0, len(plots)))])
        start = corners[0] + random.normal(0.0, 0.05, 2) * int(random.integers(0, 2))
    elif what == 4:
        start = random.uniform(*np.reshape(shapely.total_bounds(lines), (2, 2)))
    return np.array([start, start + random.normal(0.0, 90.0, 2)])


@pytest.mark.parametrize("parcels", [True, False])
def test_areas_after_a_street_was_drawn_raised_or_taken_back_are_those_drawn_anew(parcels: bool) -> None:
    loose, moved = 0, 0
    for seed in (11, 12, 13):
        random = np.random.default_rng(seed)
        project = town(seed, parcels=parcels)
        areas = draw(project)
        for step in range(10):
            roads = project.table("roads")
            if step % 4 == 3:
                row = [int(random.integers(0, len(roads)))]
                raised = set_values(roads, row, layer("roads").column("level"), [1])
                shorter = take(roads, np.arange(len(roads) - 1))
                table = raised if random.random() < 0.5 else shorter
                after = replace(project, tables={**project.tables, "roads": table})
            else:
                after = with_street(project, f"N{step}", some_street(random, project))
            again, expected = redrawn(areas, project, after), draw(after)
            loose += not again
            for name, area in expected.items():
                assert shapely.equals_exact(again.get(name, areas[name]), area, 0.0)
                moved += not shapely.equals_exact(areas[name], area, 0.0)
            project, areas = after, expected
    assert loose
    assert moved


FRAME = [[(0, 0), (100, 0)], [(100, 0), (100, 100)], [(100, 100), (0, 100)], [(0, 100), (0, 0)]]
BOX = np.array([-50.0, -50.0, 150.0, 150.0])


def cuts(*lines: list[tuple[float, float]]) -> Cuts:
    shapes = np.array([*map(shapely.LineString, FRAME), *map(shapely.LineString, lines)], dtype=object)
    nothing = np.empty(0, dtype=object)
    return Cuts(shapes, nothing, nothing)


@pytest.mark.parametrize(
    ("line", "loose"),
    [
        ([(0, 0), (30, 40)], True),  # from a corner
        ([(0, 0), (30, 40), (60, 20)], True),
        ([(20, 20), (50, 60)], True),  # from nowhere
        ([(-40, -30), (0, 0)], True),  # outside
        ([(0, 0), (100, 100)], False),  # from corner to corner
        ([(0, 0), (140, 90)], False),  # across
        ([(50, 0), (50, 40)], False),  # from where no corner was: the face gets one
        ([(20, 20), (50, 60), (70, 20), (20, 20)], False),  # round
        ([(0, 0), (90, 0.05)], False),  # as good as along the street
        ([(20, 20), (50, 99.9)], False),  # a hand's breadth from another
        ([(0, 0), (30, 400)], False),  # beyond what was looked at
    ],
)
def test_loose_ends_are_told(line: list[tuple[float, float]], loose: bool) -> None:
    bare, more = cuts(), cuts(line)
    assert differ_by_loose_ends(bare, more, BOX) is loose
    assert differ_by_loose_ends(more, bare, BOX) is loose


def test_an_end_that_another_street_is_tied_to_is_none() -> None:
    one, other = [(0, 0), (30, 40)], [(30, 40), (100, 100)]
    assert not differ_by_loose_ends(cuts(one), cuts(one, other), BOX)
    assert differ_by_loose_ends(cuts(one, other), cuts(one, other, [(30, 40), (30, 60)]), BOX)
