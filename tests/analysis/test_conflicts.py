"""What is in the way of compounds that stand alone is what brute force finds; without it the rules let them in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
from every_grouping import keeps_bounds
from grouping_towns import GroupingTown, grouping_town
from maps import layer_from
from reasoned_places import Place, said
from shapely import box

from gis_planner.analysis.barriers import kinds_that_divide
from gis_planner.analysis.clustering.pair_walks import no_walks
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.conflicts import Conflict, find_conflicts
from gis_planner.analysis.lone_sets import BOUNDS, Demand
from gis_planner.messages import load_catalogue
from gis_planner.model.clusters import Cluster, Grouping

LINES = ("river", "railway", "trunk_road")


def opened(made: GroupingTown, random: np.random.Generator) -> Grouping:
    """Give the grouping with some clusters dissolved, some locked, and some compounds locked to stand alone."""
    clusters = [cluster for cluster in made.clusters if random.random() < 0.6]
    home = {member for cluster in clusters for member in cluster.members}
    left = [compound for compound in made.taking_part if compound not in home]
    return Grouping(
        tuple(replace(cluster, locked=bool(random.random() < 0.3)) for cluster in clusters),
        locked_compounds=frozenset(compound for compound in left if random.random() < 0.05),
    )


def conflicts(made: GroupingTown, grouping: Grouping) -> tuple[Conflict, ...]:
    return find_conflicts(made.town, grouping, made.taking_part, made.ground.neighbours, made.ground.barriers)


def lift(town: Town, lifted: Sequence[Demand]) -> Town:
    """Give the town by rules that these demands are taken out of; lines stay."""
    freed = {
        "households_min": ("households_min", 0),
        "households_max": ("households_max", 1_000_000),
        "members_min": ("members_min", 1),
        "members_max": ("members_max", 10_000),
        "township": ("same_township", False),
    }
    rules = town.rules
    for demand in lifted:
        if demand in freed:
            rules = rules.with_value(*freed[demand])
    walks = no_walks(len(town.ids)) if "walk" in lifted else town.walks
    return replace(town, rules=rules, walks=walks)


def beside(made: GroupingTown, lifted: Sequence[Demand]) -> nx.Graph:
    """Join who is beside whom when these lines do not count; a pair is open when nothing else divides it."""
    dividing, graph, row = kinds_that_divide(made.town.rules), nx.Graph(), made.town.row
    graph.add_nodes_from(range(len(row)))
    pairs = made.ground.neighbours
    for a, b, crosses, by in zip(pairs["a"], pairs["b"], pairs["crosses"], pairs["blocked_by"], strict=True):
        between = {by, *dividing.intersection(crosses.split(";"))} if by else set()
        if between <= set(lifted):
            graph.add_edge(row[a], row[b])
    return graph


def ways(count: int, hosts: int) -> Iterator[list[int]]:
    """Give every way of putting things into hosts (0 …) or into new groups (hosts …)."""
    if count == 0:
        yield []
        return
    for way in ways(count - 1, hosts):
        yield from ([*way, group] for group in range(max([hosts - 1, *way]) + 2))


def can_stand(
    town: Town,
    graph: nx.Graph,
    rows: Sequence[int],
    hosts: Sequence[Cluster],
    held: set[int],
    *,
    locked: bool,
) -> bool:
    """Try every way of putting all these compounds into new clusters or into those that stand."""
    if locked and held.intersection(rows):
        return False
    for way in ways(len(rows), len(hosts)):
        groups = [list(town.rows(host.members)) for host in hosts]
        groups += [[] for _ in range(len(rows))]
        for row, group in zip(rows, way, strict=True):
            groups[group].append(row)
        taking = [groups[number] for number in sorted(set(way))]
        taken = [hosts[number] for number in set(way) if number < len(hosts)]
        if any(locked and host.locked for host in taken):
            continue
        if all(keeps_bounds(town, group) and nx.is_connected(graph.subgraph(group)) for group in taking):
            return True
    return False


def test_what_is_in_the_way_is_what_brute_force_finds(cases: range) -> None:
    sizes: Counter[int] = Counter()
    lines = 0
    for seed in cases[::3]:
        made = grouping_town(seed)
        grouping = opened(made, np.random.default_rng(seed))
        held = set(made.town.rows(sorted(grouping.locked_compounds)))
        near = beside(made, LINES)
        for conflict in conflicts(made, grouping):
            rows = made.town.rows(conflict.compounds)
            touched = {made.town.ids[other] for row in rows for other in near[row]}
            hosts = [c for c in grouping.clusters if touched.intersection(c.members)]
            if len(rows) > 4 or len(hosts) > 3:
                continue
            for count in range(4):
                found = [
                    lifted
                    for lifted in combinations([*BOUNDS, *LINES], count)
                    if can_stand(
                        lift(made.town, lifted), beside(made, lifted), rows, hosts, held,
                        locked="locked" not in lifted,
                    )
                ]  # fmt: skip
                if found:
                    break
            assert {frozenset(h) for h in conflict.holds} == {frozenset(f) for f in found}, f"seed {seed}"
            assert len(conflict.holds) == len(found), f"seed {seed}"
            sizes[len(conflict.holds[0]) if conflict.holds else -1] += 1
            lines += any(demand in LINES for hold in conflict.holds for demand in hold)
    assert min(sizes[0], sizes[1], sizes[2]) > len(cases) // 60
    assert lines > len(cases) // 30


def test_the_rule_that_is_said_to_be_in_the_way_lets_them_in_when_it_is_changed(cases: range) -> None:
    """The town is surveyed anew with the lines and bounds taken out of its rules."""
    tried = 0
    for seed in cases[::3]:
        made = grouping_town(seed)
        for conflict in conflicts(made, made.grouped.grouping):
            if not conflict.holds or len(conflict.compounds) > 5 or "locked" in conflict.holds[0]:
                continue
            lifted, rules = conflict.holds[0], made.project.rules
            for kind in LINES:
                rules = rules.with_value(f"{kind}_divides", False) if kind in lifted else rules
            other = GroupingTown(replace(made.project, rules=rules))
            town = lift(other.town, lifted)
            rows = town.rows(conflict.compounds)
            touched = {town.ids[o] for row in rows for o in other.graph[row]}
            hosts = [c for c in made.clusters if touched.intersection(c.members)]
            assert can_stand(town, other.graph, rows, hosts, set(), locked=True), f"seed {seed}: {lifted}"
            tried += bool(set(LINES).intersection(lifted))
    assert tried


def test_every_compound_that_takes_part_and_stands_alone_is_in_one_set(cases: range) -> None:
    catalogue = load_catalogue()
    for seed in cases[::3]:
        made = grouping_town(seed)
        grouping = opened(made, np.random.default_rng(seed))
        found = conflicts(made, grouping)
        named = [compound for conflict in found for compound in conflict.compounds]
        home = grouping.cluster_of()
        placed = {c for c, shape in zip(made.town.ids, made.town.shapes, strict=True) if not shape.is_empty}
        assert sorted(named) == sorted(placed.intersection(made.taking_part) - set(home)), f"seed {seed}"
        for conflict in found:
            assert catalogue.text(conflict.sentence, "en") != catalogue.text(conflict.sentence, "zh")
            said(conflict.sentence)


# --- drawn places


def sentences(place: Place, grouping: Grouping | None = None) -> list[tuple[str, str]]:
    stands = place.propose() if grouping is None else grouping
    participants = [e.compound_id for e in place.eligibility]
    found = find_conflicts(place.town, stands, participants, place.neighbours, place.barriers)
    catalogue = load_catalogue()
    return [(said(one.sentence), catalogue.text(one.sentence, "en")) for one in found]


FOUR = {
    "A": box(0, 0, 50, 50),
    "B": box(60, 0, 110, 50),
    "C": box(0, 60, 50, 110),
    "D": box(60, 60, 110, 110),
}


RIVER = layer_from("barriers", {"X": "LINESTRING(55 -50, 55 150)"}, kind="river", name="洛河")
SPLIT = {"A": "城关镇", "B": "城关镇", "C": "城郊乡", "D": "城郊乡"}
NOTHING = Grouping((), {"solver": "2"})


def test_either_of_two_demands_would_do() -> None:
    ((zh, en),) = sentences(Place(FOUR, barriers=RIVER, households=30))
    assert zh == (
        "小区A、小区B、小区C、小区D（共 4 个小区）未列入组团，受制于：河流（洛河）、"
        "户数太少（其中一片只有 60 户，组团至少 100 户）。不计其中任一项即可列入。"
    )
    assert en == (
        "4 compounds are alone (小区A, 小区B, 小区C, 小区D). In the way: the river (洛河), "
        "too few households (one piece has 60, at least 100). "
        "If any one of these did not count, none would be left alone."
    )


def test_a_river_a_township_line_and_too_few_households_hold_four_together() -> None:
    ((zh, en),) = sentences(Place(FOUR, barriers=RIVER, households=30, township=SPLIT))
    assert zh == (
        "小区A、小区B、小区C、小区D（共 4 个小区）未列入组团，受制于：河流（洛河）、"
        "街道（乡镇）界线（城关镇、城郊乡）、户数太少（其中一片只有 30 户，组团至少 100 户）、"
        "小区太少（其中一片只有 1 个，组团至少 2 个）。"
        "须同时不计其中几项才可列入：河流与街道（乡镇）界线、河流与户数下限、街道（乡镇）界线与户数下限、另外 1 个。"
    )
    assert "the river with the township line, the river with the fewest households" in en


def test_one_demand_or_several_that_only_do_together() -> None:
    assert sentences(Place(FOUR, households=20))[0][0].endswith(
        "受制于：户数太少（只有 80 户，组团至少 100 户）。不计此项即可列入。"
    )
    ((zh, _),) = sentences(Place({"A": FOUR["A"]}, households=20))
    assert zh == (
        "小区A未列入组团，受制于：户数太少（只有 20 户，组团至少 100 户）、小区太少（只有 1 个，组团至少 2 个）。"
        "同时不计这几项才可列入。"
    )


def test_a_locked_cluster_is_in_the_way_and_a_compound_locked_out_is() -> None:
    three = {name: FOUR[name] for name in "ABC"}
    shut = Grouping((Cluster("Z01", 1, "", ("A", "C"), locked=True),), {"solver": "2"})
    ((zh, _),) = sentences(Place(three, households=60), shut)
    assert zh == "小区B未列入组团，受制于：人工锁定。不计此项即可列入。"
    out = Grouping((), {"solver": "2"}, frozenset({"A"}))
    ((zh, _),) = sentences(Place({name: FOUR[name] for name in "AB"}, households=60), out)
    assert zh.endswith("受制于：人工锁定。不计此项即可列入。")


def test_where_nothing_is_in_the_way_that_is_said() -> None:
    ((zh, en),) = sentences(Place({name: FOUR[name] for name in "AB"}, households=60), NOTHING)
    assert (
        zh == "小区A、小区B（共 2 个小区）未列入组团，但按现行条件可以列入：可移入相邻组团，或重新划分组团。"
    )
    assert "Nothing is in the way" in en


def test_of_a_large_set_only_the_lines_between_are_told() -> None:
    field = {f"{i}{j}": box(60 * i, 60 * j, 60 * i + 50, 60 * j + 50) for i in range(4) for j in range(3)}
    ((zh, _),) = sentences(Place(field, households=60, barriers=RIVER), NOTHING)
    assert zh == (
        "小区00、小区01、小区02、小区10、另外 8 个（共 12 个小区）未列入组团，其间有河流（洛河）分隔："
        "数量较多，未逐项试算受何制约，见各小区的原因。"
    )
    ((zh, _),) = sentences(Place(field, households=1), NOTHING)
    assert "分隔" not in zh


def test_four_demands_at_once_are_not_tried() -> None:
    far = np.array([[0.0, np.nan], [np.nan, 0.0]])
    place = Place(
        {name: FOUR[name] for name in "AB"}, households={"A": 60, "B": 3500}, walks=far,
        township={"A": "城关镇", "B": "城郊乡"},
    )  # fmt: skip
    ((zh, _),) = sentences(place)
    assert zh.endswith("街道（乡镇）界线与户数上限与步行直径上限、户数下限与户数上限与小区数下限。")
    locked = Grouping((), {"solver": "2"}, frozenset({"A"}))
    ((zh, en),) = sentences(place, locked)
    assert (
        zh == "小区A、小区B（共 2 个小区）未列入组团：同时不计任意 3 项条件也不能全部列入，见各小区的原因。"
    )
    assert "Even if any 3 demands did not count" in en
