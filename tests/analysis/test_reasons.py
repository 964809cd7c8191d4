"""Every compound outside the clusters has a reason that can be checked on the map, in both languages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from maps import layer_from
from reasoned_places import Place, said
from shapely import box

from gis_planner.model.clusters import Cluster, Grouping

A, B, C = box(0, 0, 50, 50), box(60, 0, 110, 50), box(120, 0, 170, 50)


def test_far_from_everyone() -> None:
    place = Place({"A": A, "B": box(134, 0, 180, 50)})
    assert said(place.reasons()["A"]) == "30 m 内没有相邻小区；最近的参与组团的小区是“小区B”，相距 84 m。"


def test_nobody_else() -> None:
    assert said(Place({"A": A}).reasons()["A"]) == "没有其他参与组团的小区。"


def test_only_a_corner() -> None:
    place = Place({"A": A, "B": box(55, 55, 99, 99)})
    assert (
        said(place.reasons()["A"]) == "与最近的“小区B”相距 7 m，但相对的边长不足 10 m，仅角部相近，不算相邻。"
    )


def test_across_a_railway_by_name() -> None:
    railway = layer_from("barriers", {"X": "LINESTRING(55 -50, 55 150)"}, kind="railway", name="陇海线")
    place = Place({"A": A, "B": B}, barriers=railway)
    assert (
        said(place.reasons()["A"])
        == "与小区B之间被铁路（陇海线）隔断，且附近没有桥梁或通道，其他方向没有相邻小区。"
    )


def test_across_a_trunk_road_without_a_name() -> None:
    roads = layer_from("roads", {"R": "LINESTRING(55 -50, 55 150)"}, **{"class": "trunk"})
    assert "被主干路隔断" in said(Place({"A": A, "B": B}, roads=roads).reasons()["A"])


QUARTER = {
    "A": box(0, 0, 50, 50), "B": box(60, 0, 110, 50), "C": box(0, 60, 50, 110), "Q": box(-5, -5, 115, 115),
}  # fmt: skip


def test_an_outline_that_covers_several_compounds_is_told_as_that_and_not_as_a_barrier() -> None:
    place = Place(QUARTER)
    text = said(place.reasons()["Q"])
    assert text == (
        "本小区的边界盖住了另外 3 个小区（小区A、小区B、小区C），可能是整个片区的范围线；"
        "存疑，不与任何小区连片，请核对边界。"
    )
    beside = Place({**QUARTER, "R": box(120, 60, 170, 110)})
    assert said(beside.reasons()["R"]) == (
        "与之相接的只有小区Q，而其边界盖住多个小区，存疑，不算相邻；请核对该边界。"
    )


def test_a_real_barrier_beside_a_doubtful_outline_is_the_reason() -> None:
    river = layer_from("barriers", {"X": "LINESTRING(175 -50, 175 150)"}, kind="river", name="洛河")
    place = Place({**QUARTER, "R": box(120, 60, 170, 110), "S": box(180, 60, 230, 110)}, barriers=river)
    assert said(place.reasons()["R"]) == (
        "与小区S之间被河流（洛河）隔断，且附近没有桥梁或通道，其他方向没有相邻小区。"
    )


def test_neighbours_of_another_township() -> None:
    place = Place({"A": A, "B": B}, township={"A": "城关镇", "B": "城郊乡"})
    assert said(place.reasons()["A"]) == "相邻的小区B属于城郊乡，本小区属于城关镇，组团不得跨街道（乡镇）。"


def test_too_few_households_together() -> None:
    place = Place({"A": A, "B": B}, households={"A": 30, "B": 38})
    assert said(place.reasons()["A"]) == "与小区B连成一片也只有 68 户，不足 100 户。"


def test_too_few_compounds_together() -> None:
    place = Place({"A": A, "B": B}, rules={"members_min": 3})
    assert said(place.reasons()["B"]) == "能连成一片的小区只有 2 个，不足 3 个。"


def test_neighbours_that_take_no_part() -> None:
    place = Place({"A": A, "B": B, "C": box(200, 0, 250, 50)}, built_year={"A": 1990, "B": 2015, "C": 1990})
    text = said(place.reasons()["A"])
    assert text == "相邻的小区B均不参与组团；最近的参与组团的小区是“小区C”，相距 150 m，超过 30 m。"
    assert said(place.reasons()["B"]).startswith("不参与组团。不属于范围")


def test_a_full_neighbouring_cluster() -> None:
    place = Place({"A": A, "B": B, "C": C}, rules={"members_max": 2})
    (alone,) = place.reasons().values()
    assert said(alone) == "相邻组团都不能接纳：并入组团 01后小区数达 3 个，超过上限 2 个。"


def test_a_cluster_that_would_have_too_many_households() -> None:
    place = Place({"A": A, "B": B, "C": C}, households={"A": 1500, "B": 1400, "C": 200})
    grouping = Grouping((Cluster("Z01", 1, "东关片区", ("A", "B")),), {"solver": "1"})
    assert (
        said(place.reasons(grouping)["C"])
        == "相邻组团都不能接纳：并入东关片区后户数达 3100 户，超过上限 3000 户。"
    )


def test_alone_larger_than_a_cluster_may_be() -> None:
    place = Place({"A": A, "B": B, "C": C}, households={"A": 3200, "B": 60, "C": 60})
    assert said(place.reasons()["A"]) == "本小区 3200 户，已超过组团户数上限 3000 户，宜单独成片。"


def test_too_long_a_walk_and_no_way_at_all() -> None:

    walks = np.array([[0, 1240.0], [1240.0, 0]])
    place = Place({"A": A, "B": B}, walks=walks)
    assert said(place.reasons()["A"]) == "步行到相邻的小区B至少 1240 m，超过组团步行直径上限 1000 m。"
    walks = np.array([[0, np.nan], [np.nan, 0]])
    place = Place({"A": A, "B": B}, walks=walks)
    assert said(place.reasons()["A"]) == "沿路网走不到相邻的小区B，步行直径无法满足。"


def test_taken_out_by_hand() -> None:
    place = Place({"A": A, "B": B, "C": C})
    proposed = place.propose()
    without = replace(
        proposed, clusters=(replace(proposed.clusters[0], name="东关片区", members=("A", "B")),)
    )
    assert said(place.reasons(without)["C"]) == "方案曾将其纳入组团，后由人工调出；相邻的东关片区仍可接纳。"
    assert said(place.reasons(replace(proposed, clusters=()))["C"]) == "方案曾将其纳入组团，后由人工调出。"


def test_one_that_came_after_the_grouping_could_join() -> None:
    place = Place({"A": A, "B": B, "C": C})
    made = Grouping((Cluster("Z01", 1, "", ("A", "B")),))
    assert said(place.reasons(made)["C"]) == "相邻的组团 01可以接纳，当前方案未纳入；可移入，或重新划分组团。"


def test_locked_alone_no_outline_and_no_grouping_yet() -> None:
    place = Place({"A": A, "B": B, "D": None})
    stands = Grouping((Cluster("Z01", 1, "", ("B",)),), {}, frozenset({"A"}))
    assert said(place.reasons(stands)["A"]).startswith("已人工锁定")
    assert said(place.reasons(stands)["D"]).startswith("没有可用的小区边界")
    assert said(place.reasons(Grouping())["A"]) == "尚未划分组团。"


def test_the_extension_years_wait_for_a_cluster() -> None:
    place = Place({"A": A, "B": B, "C": C}, built_year={"A": 1990, "B": 1990, "C": 2003})
    text = said(place.reasons()["C"])
    assert text.startswith("建于 2001—2005 年，须随片区同步列入：只有 0% 的面积在组团 01范围内，不足 50%")
