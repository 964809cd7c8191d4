"""Where there are not as many clusters as asked for, that is said, and nothing that counting shows is ever wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from edits_at_random import after
from every_grouping import least_by_number
from grouping_towns import PROFILE, STANDARD, grouping_town
from reasoned_places import said
from small_towns import small_town, street

from gis_planner.analysis.clustering import search
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.grouping import propose
from gis_planner.analysis.wanted import CODE, count_room, doubt_number
from gis_planner.messages import load_catalogue
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.rules import Rules

RULES = {"clusters_wanted": 3, "programme": ""}


def grouping(*members: str, rules: dict[str, object] | None = None, **origin: object) -> Grouping:
    """Give clusters of numbered compounds, as a solver proposed them for these rules."""
    clusters = tuple(
        Cluster(f"Z{n:02d}", n, "", tuple(f"C{int(c):02d}" for c in part))
        for n, part in enumerate(members, 1)
    )
    made = Grouping(clusters)
    return replace(
        made, origin={"rules": RULES if rules is None else rules, "digest": made.digest(), **origin}
    )


def why(town: Town, stands: Grouping) -> str:
    (issue,) = doubt_number(town, stands, town.ids)
    assert (issue.code, issue.severity) == (CODE, "warning")
    assert load_catalogue().text(issue.message, "en")
    return said(issue.message)


def test_nothing_is_said_where_any_number_will_do_or_it_is_had() -> None:
    assert doubt_number(small_town(street(4), [60] * 4), grouping("01"), ()) == []
    asked = small_town(street(6), [60] * 6, clusters_wanted=3)
    assert doubt_number(asked, grouping("01", "23", "45"), ()) == []
    assert doubt_number(asked, Grouping(), ()) == [], "none is formed yet"


def test_too_many_are_asked_for() -> None:
    town = small_town(street(5), [60] * 5, clusters_wanted=3)
    assert why(town, grouping("01", "234")) == (
        "要求划分 3 个组团，现有 2 个：参与的小区分为 1 片，片间不能同组；"
        "每个组团至少 2 个小区、100 户，最多只能分成 2 个。"
    )
    few = small_town(street(6), [45] * 6, clusters_wanted=3)
    assert "最多只能分成 2 个" in why(few, grouping("012", "345"))
    unknown = small_town(street(6), [45] * 5 + [None], clusters_wanted=3)
    assert "没有找到" in why(unknown, grouping("012", "345")), "unknown households bound nothing"


def test_too_few_are_asked_for() -> None:
    town = small_town(street(6), [60] * 6, clusters_wanted=3, members_max=2, members_min=1)
    four = grouping("01", "2", "3", "45")
    assert "没有找到" in why(town, four)
    pieces = small_town({(0, 1): 40.0, (2, 3): 40.0, (4, 5): 40.0, (6, 7): 40.0}, [60] * 8, clusters_wanted=3)
    assert why(pieces, grouping("01", "23", "45", "67")).endswith(
        "参与的小区分为 4 片，片间不能同组；每个组团至多 15 个小区、3000 户，列入现有的 8 个小区至少要 4 个。"
    )


def test_a_grouping_for_another_number_or_changed_by_hand_or_stopped_is_told_as_such() -> None:
    town = small_town(street(8), [60] * 8, clusters_wanted=3)
    stands = grouping("0123", "4567")
    assert "不是按这个数量" in why(
        town, grouping("0123", "4567", rules={"clusters_wanted": 2, "programme": ""})
    )
    assert "人工调整" in why(town, replace(stands, clusters=stands.clusters[:1]))
    assert "中途停止" in why(town, grouping("0123", "4567", complete=False))
    assert "未证明不存在" in why(town, stands)
    assert "不是按这个数量" in why(town, replace(stands, origin={}))


def test_nothing_is_counted_beside_locks() -> None:
    town = small_town(street(5), [60] * 5, clusters_wanted=3)
    stands = grouping("01", "234")
    assert count_room(town, replace(stands, locked_compounds=frozenset({"C00"})), town.ids) is None
    assert "没有找到" in why(town, replace(stands, locked_compounds=frozenset({"C00"})))


def test_a_programme_asks_for_the_sum_of_its_years() -> None:
    for programme, wanted, asked in (("", 4, 4), ("3+3+3", 4, 9), ("2", 0, 2)):
        assert Rules(programme=programme, clusters_wanted=wanted).clusters_asked == asked
    town = small_town(street(5), [60] * 5, programme="1+2")
    assert "要求划分 3 个组团" in why(
        town, grouping("01", "234", rules={"clusters_wanted": 0, "programme": "1+2"})
    )


def test_no_grouping_has_more_or_fewer_clusters_than_counting_allows(cases: range) -> None:
    tight: Counter[str] = Counter()
    for seed in cases[::2]:
        made = grouping_town(seed)
        rows, formed = made.town.rows(made.taking_part), Grouping(made.proposal.clusters)
        room = count_room(made.town, formed, made.taking_part)
        assert room is not None
        free = least_by_number(rows, made.every_cluster, price=lambda part: 0.0, alone=lambda row: 0.0)
        most = int(np.flatnonzero(np.isfinite(free)).max())
        placed = made.town.rows([member for c in formed.clusters for member in c.members])
        inside = [part for part in made.every_cluster if part <= set(placed)]
        whole = least_by_number(placed, inside, price=lambda part: 0.0, alone=lambda row: np.inf)
        least = int(np.flatnonzero(np.isfinite(whole)).min())
        assert room.most >= most, f"seed {seed}"
        assert room.least <= least, f"seed {seed}"
        tight["most"] += room.most == most
        tight["least"] += room.least == least
    assert min(tight["most"], tight["least"]) > len(cases) // 8


def test_the_edit_says_how_many_were_asked_for_and_how_many_were_formed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "_STEPS_MIN", 1500)
    monkeypatch.setattr(search, "_STEPS_MAX", 1500)
    made = grouping_town(1)
    assert "wanted" not in propose(made.project, PROFILE, STANDARD).origin
    project = replace(made.project, rules=made.project.rules.with_value("clusters_wanted", 30))
    edit = propose(project, PROFILE, STANDARD)
    assert edit.origin["wanted"] == {"asked": 30, "formed": len(edit.clusters)}
    promises = (edit.origin["proven"], edit.origin["gap"], edit.origin["bound"])
    assert promises == (False, None, None), "nothing is promised of a number that is not had"
    stands = after(project, edit).grouping
    (issue,) = doubt_number(replace(made.town, rules=project.rules), stands, made.taking_part)
    assert "最多只能分成" in said(issue.message)


@pytest.mark.parametrize("asked", [1, 50])
def test_a_study_lists_it(asked: int) -> None:
    from drawn_clusters import drawn_town, studied

    project = drawn_town("AABB\nCCDD", {"Z01": "AB", "Z02": "CD"}, clusters_wanted=asked)
    (issue,) = [issue for issue in studied(project).issues if issue.code == CODE]
    assert f"要求划分 {asked} 个组团，现有 2 个" in said(issue.message)
