"""Barriers are given, or follow from the roads."""

from __future__ import annotations

from maps import layer_from, project_of, roads_from

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.model.tables import bools, ids, texts

LINE = [(0.0, 0.0), (100.0, 0.0)]


def test_trunk_roads_and_expressways_are_barriers_where_none_are_given() -> None:
    roads = roads_from(
        {"T": LINE, "E": LINE, "S": LINE},
        **{"class": {"T": "trunk", "E": "expressway", "S": "secondary"}},
        name={"T": "永宁大道"},
    )
    barriers = collect_barriers(project_of(roads=roads))
    assert ids(barriers) == ["roads/E", "roads/T"]
    assert texts(barriers, "kind") == ["expressway", "trunk_road"]
    assert texts(barriers, "name") == [None, "永宁大道"]
    assert bools(barriers, "blocks_grouping") == [True, True]
    assert bools(barriers, "blocks_legs") == [False, False]


def test_given_trunk_roads_take_the_place_of_derived_ones_kind_by_kind() -> None:
    roads = roads_from({"T": LINE, "E": LINE}, **{"class": {"T": "trunk", "E": "expressway"}})
    given = layer_from("barriers", {"X": "LINESTRING(0 5, 100 5)"}, kind="trunk_road")
    assert ids(collect_barriers(project_of(roads=roads, barriers=given))) == ["X", "roads/E"]


def test_a_trunk_road_on_a_bridge_or_in_a_tunnel_is_no_barrier() -> None:
    roads = roads_from(
        {"A": LINE, "B": LINE, "C": LINE, "D": LINE},
        **{"class": "trunk"},
        bridge={"A": True},
        tunnel={"B": True},
        level={"C": -1, "D": 0},
    )
    assert ids(collect_barriers(project_of(roads=roads))) == ["roads/D"]


def test_walls_stop_walkers_and_do_not_divide_clusters() -> None:
    kinds = {"R": "river", "W": "wall", "T": "railway", "S": "water", "U": None}
    given = layer_from("barriers", dict.fromkeys(kinds, "LINESTRING(0 0, 9 9)"), kind=kinds)
    barriers = collect_barriers(project_of(barriers=given))
    assert texts(barriers, "kind") == ["river", "water", "railway", "wall"]
    assert bools(barriers, "blocks_legs") == [True, True, True, True]
    assert bools(barriers, "blocks_grouping") == [True, True, True, False]


def test_no_barriers_at_all_is_an_empty_table() -> None:
    assert len(collect_barriers(project_of())) == 0
