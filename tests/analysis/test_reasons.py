"""Every compound outside the clusters has a reason that can be checked on the map, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
from maps import layer_from, project_of
from shapely import box

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.clustering.solver import ClusterProblem, propose_clusters
from gis_planner.analysis.clustering.town import Town, Walks, gather_town
from gis_planner.analysis.eligibility import decide_eligibility, takes_part
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.analysis.reasons import explain_alone
from gis_planner.io.read_standard import read_profiles
from gis_planner.messages import Message, load_catalogue
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import ids, ints

A, B, C = box(0, 0, 50, 50), box(60, 0, 110, 50), box(120, 0, 170, 50)


class Place:
    """A small project with everything that reasons are read from."""

    def __init__(self, shapes: dict[str, Any], *, barriers: Any = None, roads: Any = None, walks: Any = None,
                 rules: dict[str, object] | None = None, **columns: Any) -> None:  # fmt: skip
        names = {name: f"小区{name}" for name in shapes}
        filled = {"built_year": 1990, "structure_safe": True, "households": 60, **columns}
        compounds = layer_from("compounds", shapes, name=names, **filled)
        tables = {"compounds": compounds}
        tables |= {"barriers": barriers} if barriers is not None else {}
        tables |= {"roads": roads} if roads is not None else {}
        self.project: Project = project_of(**tables)
        for name, value in (rules or {}).items():
            self.project = replace(self.project, rules=self.project.rules.with_value(name, value))
        self.barriers = collect_barriers(self.project)
        self.neighbours = find_neighbours(
            compounds, self.barriers, self.project.table("roads"), self.project.rules
        )
        known = dict(zip(ids(compounds), ints(compounds, "households"), strict=True))
        walked = (
            None if walks is None else Walks(tuple(sorted(shapes)), walks, np.ones(len(shapes), dtype=bool))
        )
        self.town: Town = gather_town(
            self.project, households=known, neighbours=self.neighbours, walks=walked
        )
        self.eligibility = decide_eligibility(compounds, read_profiles()["LN"], self.project.rules)

    def propose(self) -> Grouping:
        candidates = tuple(e.compound_id for e in self.eligibility if takes_part(e.result))
        proposal = propose_clusters(ClusterProblem(self.town, candidates))
        return Grouping(proposal.clusters, proposal.origin)

    def reasons(self, grouping: Grouping | None = None) -> dict[str, Message]:
        stands = self.propose() if grouping is None else grouping
        return explain_alone(self.town, stands, self.eligibility, self.neighbours, self.barriers)


def said(reason: Message) -> str:
    """Say it in Chinese, and check that both languages have every text and value."""
    catalogue = load_catalogue()
    english = catalogue.text(reason, "en")
    chinese = catalogue.text(reason, "zh")
    assert "{" not in english + chinese
    assert not re.search(r"(clusters|eligibility)\.[a-z_]+\b", english + chinese)
    return chinese


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
