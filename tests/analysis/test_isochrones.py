"""Isochrones: streets cut exactly, outlines that agree with coverage, and banks that no path reaches."""

from __future__ import annotations

import importlib.util
import itertools
import math
from collections.abc import Mapping, Sequence
from types import ModuleType

import networkx as nx
import numpy as np
import pytest
import shapely
from generated_towns import generate
from maps import facilities_from, layer_from, project_of, roads_from
from shapely.geometry import LineString, Point
from walks import walks_in

from gis_planner.analysis import compiling, isochrone_raster, isochrone_search
from gis_planner.analysis.crossings import Obstacles
from gis_planner.analysis.isochrone_ground import WalkGround, lay_ground, prepare_isochrones
from gis_planner.analysis.isochrones import (
    Isochrone,
    Starts,
    final_isochrones,
    live_isochrones,
    minutes_to_metres,
    starts_at,
)
from gis_planner.analysis.network import build_network
from gis_planner.model.project import Project
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame

RULES = Rules()
Lines = Mapping[str, Sequence[tuple[float, float]]]


def ground_of(lines: Lines, barriers: Frame | None = None, **columns: object) -> WalkGround:
    roads = roads_from(lines, **columns)
    project = project_of(roads=roads) if barriers is None else project_of(roads=roads, barriers=barriers)
    return lay_ground(project, build_network(roads, RULES)[0])


def start_on(ground: WalkGround, x: float, y: float) -> Starts:
    """A start on the street nearest to a place, with no leg."""
    lines = ground.network.edge_lines
    edge = int(np.argmin(shapely.distance(lines, Point(x, y))))
    return starts_at(np.array([edge]), np.array([lines[edge].project(Point(x, y))]), np.zeros(1))


def one(ground: WalkGround, starts: Starts, limit_m: float) -> Isochrone:
    return final_isochrones(ground, starts, [limit_m])[0]


def overlap(a: shapely.Geometry, b: shapely.Geometry) -> float:
    return a.intersection(b).area / a.union(b).area


def reached_metres(network: Network, starts: Starts, limit_m: float) -> float:
    """How many metres are reached, by networkx and plain intervals of every edge from each of its sources."""
    graph = nx.Graph()
    ends = list(
        zip(network.edge_from.tolist(), network.edge_to.tolist(), network.walk_m.tolist(), strict=True)
    )
    points = list(zip(starts.edge.tolist(), starts.offset_m.tolist(), starts.leg_m.tolist(), strict=True))
    for a, b, walk in ends:
        if not graph.has_edge(a, b) or walk < graph[a][b]["weight"]:
            graph.add_edge(a, b, weight=walk)
    for edge, offset, leg in points:
        a, b, walk = ends[edge]
        for node, metres in ((a, leg + offset), (b, leg + walk - offset)):
            if not graph.has_edge("start", node) or metres < graph["start"][node]["weight"]:
                graph.add_edge("start", node, weight=metres)
    far = nx.single_source_dijkstra_path_length(graph, "start")
    total = 0.0
    for row, (a, b, walk) in enumerate(ends):
        sources = [(0.0, far.get(a, math.inf)), (walk, far.get(b, math.inf))]
        sources += [(offset, leg) for edge, offset, leg in points if edge == row]
        reach = [
            (max(s - (limit_m - m), 0.0), min(s + (limit_m - m), walk)) for s, m in sources if m < limit_m
        ]
        reached, until = 0.0, 0.0
        for low, high in sorted(reach):
            reached += max(high - max(low, until), 0.0)
            until = max(until, high)
        total += reached * network.length_m[row] / walk
    return total


def tangle(seed: int) -> Network:
    """Streets between random places, with parallel ones, loops and penalties."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, 900.0, (30, 2))
    a, b = rng.integers(0, 30, (2, 75))
    a[:6], b[:6] = a[6:12], b[6:12]
    bend = (xy[a] + xy[b]) / 2 + rng.uniform(-90.0, 90.0, (75, 2))
    other = bend + rng.uniform(5.0, 60.0, (75, 2))
    lines = shapely.linestrings(np.stack([xy[a], bend, other, xy[b]], axis=1))
    length = shapely.length(lines)
    walk = length * np.where(rng.random(75) < 0.2, 1.4, 1.0)
    return Network(xy, a, b, length, walk, np.asarray(lines, dtype=object), tuple(map(str, range(75))))


NOTHING = Obstacles(np.empty(0, dtype=object), np.empty(0, dtype=np.int64), np.empty(0, dtype=object))


@pytest.mark.parametrize("seed", range(25))
def test_reached_streets_are_as_long_as_networkx_says(seed: int) -> None:
    network = tangle(seed)
    ground = prepare_isochrones(network, NOTHING, width_m=50.0)
    rng = np.random.default_rng(100 + seed)
    edge = rng.integers(0, 75, 7)
    edge[1:3] = edge[0]
    starts = starts_at(edge, network.walk_m[edge] * rng.random(7), rng.uniform(0.0, 80.0, 7))
    for limit_m in (20.0, 90.0, 310.0, 700.0):
        found = one(ground, starts, limit_m)
        assert found.length_m == pytest.approx(reached_metres(network, starts, limit_m), abs=1e-6)
        assert found.streets.length == pytest.approx(found.length_m, abs=1e-6)
        assert found.streets.difference(found.outline.buffer(0.01)).is_empty


def test_a_short_walk_stays_on_its_own_street_to_both_sides() -> None:
    ground = ground_of({"R": [(0, 0), (1000, 0)]})
    found = one(ground, start_on(ground, 400, 0), 100.0)
    assert found.streets.equals(LineString([(300, 0), (500, 0)]))
    assert found.outline.bounds == pytest.approx((300, -50, 500, 50), abs=1e-3)
    # Where the walk ends nothing is left for a leg: the outline comes to a point.
    assert found.outline.area == pytest.approx(100 * 100 + 2 * 50 * 50, rel=1e-6)


def test_two_starts_on_one_street_leave_out_what_lies_between_them() -> None:
    ground = ground_of({"R": [(0, 0), (1000, 0)]})
    starts = starts_at(np.array([0, 0]), np.array([200.0, 800.0]), np.array([0.0, 40.0]))
    found = one(ground, starts, 150.0)
    assert found.length_m == pytest.approx(300.0 + 220.0)
    assert len(found.streets.geoms) == 2
    assert one(ground, starts, 700.0).length_m == pytest.approx(1000.0)


def test_a_leg_longer_than_the_limit_reaches_nothing() -> None:
    ground = ground_of({"R": [(0, 0), (1000, 0)]})
    starts = starts_at(np.array([0]), np.array([200.0]), np.array([40.0]))
    found = one(ground, starts, 30.0)
    assert found.length_m == 0.0
    assert found.outline.is_empty
    assert live_isochrones(ground, starts, [30.0])[0].is_empty


def test_minutes_are_the_metres_of_the_walking_speed() -> None:
    assert minutes_to_metres(15, walk_speed_m_s=1.2) == pytest.approx(1080.0)


RIVER = LineString([(-500, 20), (1500, 20)])
WATER = shapely.box(-500, 15, 1500, 25)
NORTH = shapely.box(-500, 25, 1500, 500)
BANKS: Lines = {"S": [(0, 0), (1000, 0)], "N": [(0, 40), (1000, 40)]}


def river(shape: shapely.Geometry, kind: str) -> Frame:
    return layer_from("barriers", {"W": shape}, kind=kind)


SHAPES = [(RIVER, "river"), (WATER, "water"), (RIVER, "railway")]


@pytest.mark.parametrize(("shape", "kind"), SHAPES)
def test_without_a_bridge_the_other_bank_is_not_reached(shape: shapely.Geometry, kind: str) -> None:
    ground = ground_of(BANKS, river(shape, kind))
    starts = start_on(ground, 500, 0)
    found = one(ground, starts, 300.0)
    assert found.outline.bounds[1] == pytest.approx(-50, abs=1e-3)
    assert found.outline.bounds[3] <= shape.bounds[1] + 0.01
    live = live_isochrones(ground, starts, [300.0])[0]
    assert live.bounds[3] <= shape.bounds[1] + 0.01
    # The same streets with nothing between them do reach over.
    assert one(ground_of(BANKS), starts, 300.0).outline.bounds[3] == pytest.approx(50, abs=1e-3)


@pytest.mark.parametrize(("shape", "kind"), SHAPES)
def test_a_bridge_leads_to_the_other_bank_and_claims_no_water(shape: shapely.Geometry, kind: str) -> None:
    lines = {**BANKS, "B": [(500, 0), (500, 40)]}
    ground = ground_of(lines, river(shape, kind))
    starts = start_on(ground, 400, 0)
    found = one(ground, starts, 300.0)
    assert found.length_m == pytest.approx(600.0 + 40.0 + 2 * 160.0)
    assert found.streets.difference(found.outline.buffer(0.01)).is_empty
    banks = found.outline.intersection(NORTH)
    assert banks.bounds[0] == pytest.approx(500 - 160, abs=0.1)
    assert banks.bounds[2] == pytest.approx(500 + 160, abs=0.1)
    if kind == "water":
        assert found.outline.intersection(WATER).area == pytest.approx(10 * 1.0, rel=0.01)
    live = live_isochrones(ground, starts, [300.0])[0]
    assert overlap(live.intersection(NORTH), banks) > 0.9


@pytest.mark.parametrize(("shape", "kind"), SHAPES)
def test_a_street_that_turns_back_on_the_other_bank_is_claimed_only_where_it_is_walked(
    shape: shapely.Geometry, kind: str
) -> None:
    turn = [(0, 0), (1000, 0), (1600, 0), (1600, 40), (1000, 40), (0, 40)]
    ground = ground_of({"U": turn}, river(shape, kind))
    starts = start_on(ground, 1000, 0)
    found = one(ground, starts, 900.0)
    walked_back = 1600 - (900 - 640)
    assert found.length_m == pytest.approx(1800.0)
    assert found.outline.intersection(NORTH).bounds[0] == pytest.approx(walked_back, abs=0.1)
    live = live_isochrones(ground, starts, [900.0])[0]
    assert live.intersection(NORTH).bounds[0] > walked_back - 8.0
    assert overlap(live, found.outline) > 0.9


def with_places(seed: int, places: int = 250) -> tuple[Project, np.ndarray]:
    """A generated town with a river and a railway, and facilities strewn over it."""
    town = generate(seed, n=40, walks=False).project
    rng = np.random.default_rng(seed)
    west, south, east, north = town.table("roads").total_bounds
    xy = rng.uniform((west, south), (east, north), (places, 2))
    facilities = facilities_from({f"F{k:03d}": ("toilet", *place) for k, place in enumerate(xy.tolist())})
    tables = {name: town.table(name) for name in ("compounds", "roads", "barriers")}
    return project_of(**tables, facilities=facilities), xy


def whole_walks(network: Network, access: Frame, starts: Starts, names: list[str]) -> np.ndarray:
    """The walk from the starts to each facility by its access points, by networkx."""
    graph = nx.Graph()
    for a, b, walk in zip(network.edge_from, network.edge_to, network.walk_m, strict=True):
        if not graph.has_edge(a, b) or walk < graph[a][b]["weight"]:
            graph.add_edge(a, b, weight=walk)
    graph.add_node("start")
    points = list(zip(starts.edge.tolist(), starts.offset_m.tolist(), starts.leg_m.tolist(), strict=True))
    for edge, offset, leg in points:
        for node, metres in (
            (network.edge_from[edge], leg + offset),
            (network.edge_to[edge], leg + network.walk_m[edge] - offset),
        ):
            if not graph.has_edge("start", node) or metres < graph["start"][node]["weight"]:
                graph.add_edge("start", node, weight=metres)
    far = nx.single_source_dijkstra_path_length(graph, "start")
    found = dict.fromkeys(names, math.inf)
    rows = access[access["owner_type"] == "facility"]
    for owner, edge, offset, leg in zip(
        rows["owner_id"], rows["edge_id"], rows["offset_m"], rows["leg_m"], strict=True
    ):
        walk = network.walk_m[edge]
        ways = [
            far.get(network.edge_from[edge], math.inf) + offset,
            far.get(network.edge_to[edge], math.inf) + walk - offset,
        ]
        ways += [own + abs(at - offset) for on, at, own in points if on == edge]
        found[owner] = min(found[owner], leg + min(ways))
    return np.array([found[name] for name in names])


def starts_of(access: Frame, owner: str) -> Starts:
    rows = access[access["owner_id"] == owner]
    return starts_at(rows["edge_id"].to_numpy(), rows["offset_m"].to_numpy(), rows["leg_m"].to_numpy())


@pytest.mark.parametrize("seed", range(4))
def test_a_facility_is_inside_the_outline_exactly_where_coverage_reaches_it(seed: int) -> None:
    project, xy = with_places(seed)
    walks = walks_in(project)
    ground = lay_ground(project, walks.network)
    starts = starts_of(walks.found.access, "compounds/C0003")
    metres = whole_walks(walks.network, walks.found.access, starts, [f"F{k:03d}" for k in range(len(xy))])
    finals, lives = (
        [found.outline for found in final_isochrones(ground, starts, [300.0, 500.0, 800.0])],
        live_isochrones(ground, starts, [300.0, 500.0, 800.0]),
    )
    checked = 0
    for limit_m, final, live in zip((300.0, 500.0, 800.0), finals, lives, strict=True):
        for outline, doubt_m in ((final, 0.5), (live, 8.0)):
            sure = shapely.distance(shapely.points(xy), outline.boundary) > doubt_m
            inside = shapely.contains_xy(outline, xy)
            np.testing.assert_array_equal(inside[sure], (metres <= limit_m)[sure])
            checked += int((inside & sure).sum())
        assert overlap(final, live) > 0.9
    assert checked > 100


@pytest.mark.parametrize("seed", range(4))
def test_a_longer_walk_reaches_all_that_a_shorter_one_does(seed: int) -> None:
    project, _ = with_places(seed, 1)
    walks = walks_in(project)
    ground = lay_ground(project, walks.network)
    starts = starts_of(walks.found.access, "compounds/C0000")
    limits = [360.0, 720.0, 1080.0]
    finals = final_isochrones(ground, starts, limits)
    for shorter, longer in itertools.pairwise(finals):
        assert longer.outline.buffer(0.3).covers(shorter.outline)
        assert shorter.length_m < longer.length_m
    lives = live_isochrones(ground, starts, limits)
    for small, large in itertools.pairwise(lives):
        assert large.buffer(0.01).covers(small)
    # One limit alone gives what it gives among others, whatever their order.
    assert live_isochrones(ground, starts, [720.0])[0].equals_exact(lives[1], 1e-6)
    assert live_isochrones(ground, starts, limits[::-1])[0].equals_exact(lives[2], 1e-6)
    assert finals[1].outline.equals(one(ground, starts, 720.0).outline)


@pytest.mark.parametrize("seed", range(4))
def test_a_new_street_never_shrinks_an_isochrone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grid = {f"H{k}": [(0, 130 * k), (650, 130 * k + 40)] for k in range(5)}
    grid |= {f"V{k}": [(160 * k, -20), (160 * k - 30, 600)] for k in range(5)}
    barriers = river(LineString([(-100, 200), (400, 230)]), "river")
    before = ground_of(grid, barriers)
    ends = [tuple(end) for end in rng.uniform(0.0, 600.0, (2, 2)).tolist()]
    after = ground_of({**grid, "NEW": ends}, barriers)
    place = (float(rng.uniform(50.0, 600.0)), 130.0)
    was, now = (one(ground, start_on(ground, *place), 400.0) for ground in (before, after))
    assert now.length_m >= was.length_m - 1e-6
    assert now.streets.buffer(0.01).covers(was.streets)
    assert was.outline.difference(now.outline).area < 1.0


def test_a_search_leaves_the_ground_as_it_was() -> None:
    ground = ground_of(BANKS)
    starts = start_on(ground, 500, 0)
    first = live_isochrones(ground, starts, [300.0])[0]
    live_isochrones(ground, start_on(ground, 10, 40), [900.0])
    assert np.isinf(ground.lend()).all()
    assert live_isochrones(ground, starts, [300.0])[0].equals(first)


def test_turning_and_moving_the_town_turns_and_moves_the_outline() -> None:
    network = tangle(3)
    angle, shift = 0.7, np.array([512_345.0, 3_812_345.0])
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    lines = shapely.transform(network.edge_lines, lambda xy: xy @ turn + shift)
    moved = Network(
        network.xy @ turn + shift, network.edge_from, network.edge_to, network.length_m, network.walk_m, lines,
        network.road_ids,
    )  # fmt: skip
    starts = starts_at(np.array([5]), np.array([20.0]), np.array([3.0]))
    here, there = (
        one(prepare_isochrones(net, NOTHING, width_m=50.0), starts, 400.0).outline for net in (network, moved)
    )
    assert there.area == pytest.approx(here.area, rel=1e-5)
    expected = shapely.transform(here, lambda xy: xy @ turn + shift)
    assert overlap(there, expected) > 0.999


def gated_block(*, gates: bool) -> Project:
    """A walled block beside a street; its gate, where one is given, opens to the other side."""
    compounds = layer_from("compounds", {"A": shapely.box(100, 10, 200, 110)})
    wall = layer_from("barriers", {"M": LineString([(100, 10), (200, 10)])}, kind="wall")
    roads = roads_from({"R": [(0, 0), (300, 0)]})
    entrances = layer_from("entrances", {"E": Point(150, 110)}, compound_id="A", status="open")
    tables = {"compounds": compounds, "barriers": wall, "roads": roads}
    return project_of(**tables, entrances=entrances) if gates else project_of(**tables)


def test_a_wall_stops_legs_where_somebody_knows_the_gates() -> None:
    inside = Point(150, 30)
    for gates in (True, False):
        project = gated_block(gates=gates)
        ground = lay_ground(project, build_network(project.table("roads"), RULES)[0])
        starts = start_on(ground, 150, 0)
        assert one(ground, starts, 300.0).outline.covers(inside) is not gates
        assert live_isochrones(ground, starts, [300.0])[0].covers(inside) is not gates


def test_without_a_compiler_the_loops_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_compiled(module: ModuleType) -> ModuleType:
        monkeypatch.setattr(compiling, "compiled", lambda function: function)
        spec = importlib.util.spec_from_file_location("plain", str(module.__file__))
        assert spec is not None
        assert spec.loader is not None
        plain = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(plain)
        return plain

    network = tangle(8)
    ground = prepare_isochrones(network, NOTHING, width_m=50.0)
    starts = starts_at(np.array([3, 3, 9]), np.array([10.0, 40.0, 5.0]), np.array([3.0, 1.0, 30.0]))
    search, raster = not_compiled(isochrone_search), not_compiled(isochrone_raster)
    streets = (ground.first, ground.to, ground.arc_edge, ground.edge_from, ground.edge_to, ground.walk_m)
    asked = (starts.edge, starts.offset_m, starts.leg_m, 260.0)
    found = isochrone_search.reach_edges(*streets, *asked, ground.lend())
    for compiled, plain in zip(found, search.reach_edges(*streets, *asked, ground.lend()), strict=True):
        np.testing.assert_array_equal(compiled, plain)
    assert len(found[0]) > 5
    cut = isochrone_search.cut_edges(ground.walk_m, *found, 260.0)
    for compiled, plain in zip(cut, search.cut_edges(ground.walk_m, *found, 260.0), strict=True):
        np.testing.assert_array_equal(compiled, plain)
    pictures = []
    for paint in (isochrone_raster.paint_reach, raster.paint_reach):
        missed = np.full((2, 80, 80), isochrone_raster.FAR_M, dtype=np.float32)
        paint(
            missed, -100.0, -100.0, 16.0, np.array([130.0, 260.0]), 50.0, *found, ground.first_vertex, ground.xy,
            ground.along, ground.near_first, ground.near,
        )  # fmt: skip
        pictures.append(missed)
    np.testing.assert_allclose(pictures[0], pictures[1], atol=1e-4)
    for compiled, plain in zip(
        isochrone_raster.trace_outline(pictures[0][1], -100.0, -100.0, 16.0),
        raster.trace_outline(pictures[0][1], -100.0, -100.0, 16.0),
        strict=True,
    ):
        np.testing.assert_allclose(compiled, plain, atol=1e-9)


def test_an_outline_has_its_holes_where_nothing_is_reached() -> None:
    block: Lines = {"R": [(0, 0), (400, 0), (400, 400), (0, 400), (0, 0)]}
    ground = ground_of(block)
    starts = start_on(ground, 200, 0)
    live, final = live_isochrones(ground, starts, [1000.0])[0], one(ground, starts, 1000.0).outline
    for outline in (live, final):
        assert outline.is_valid
        assert len(outline.geoms) == 1
        assert len(outline.geoms[0].interiors) == 1
        assert not outline.covers(Point(200, 200))
    assert final.geoms[0].interiors[0].convex_hull.area == pytest.approx(300 * 300, rel=1e-3)
