"""Districting held against every division there is, and against laws that hold for all."""

from __future__ import annotations

import dataclasses
import itertools
import random

import networkx as nx
import numpy as np
import pytest

from gis_planner.analysis.districting import kernel
from gis_planner.analysis.districting.bounding import bound_by_cutting_off, bound_plainly
from gis_planner.analysis.districting.centring import prove_by_centres
from gis_planner.analysis.districting.construct import grow_parts
from gis_planner.analysis.districting.labelling import prove_by_labels
from gis_planner.analysis.districting.problem import (
    OBJECTIVES,
    Districting,
    Objective,
    find_broken,
    label_units,
    measure,
)
from gis_planner.analysis.districting.solver import Effort, divide, improve, repair
from gis_planner.analysis.warming import without_compiler
from gis_planner.errors import AnalysisError, Cancelled
from gis_planner.messages import Message

QUICK = Effort(starts=2, steps=6_000)


def pose(
    n: int, seed: int, *, k: int | None = None, objective: Objective = "cut_edges", width: float = 0.3
) -> Districting:
    """A small planar map of n units with unequal weights; bounds around the weight of a third of it."""
    rng = np.random.default_rng([n, seed])
    xy = np.array([(place % 4, place // 4) for place in range(n)]) + rng.uniform(-0.3, 0.3, (n, 2))
    pairs = [
        (a, b)
        for a, b in itertools.combinations(range(n), 2)
        if np.hypot(*(xy[a] - xy[b])) < 1.25 and (rng.random() < 0.8 or a % 4 == 0)
    ]
    weight = np.ceil(rng.lognormal(2.0, 0.6, n))
    mean = weight.sum() / (k or 3)
    return Districting(
        ids=[f"u{row}" for row in range(n)],
        weight=weight,
        xy=xy,
        pairs=np.array(pairs, dtype=np.int64).reshape(-1, 2),
        length=np.round(rng.uniform(0.5, 2.0, len(pairs)), 2),
        lower=float(np.floor((1 - width) * mean)),
        upper=float(np.ceil((1 + width) * mean)),
        k=k,
        objective=objective,
    )


def graph_of(districting: Districting) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(len(districting)))
    for (a, b), length in zip(districting.pairs.tolist(), districting.length.tolist(), strict=True):
        graph.add_edge(a, b, length=length)
    return graph


def value_of(districting: Districting, parts: list[frozenset[int]]) -> float:
    """The objective, written down once more."""
    if districting.objective == "compactness":
        total = 0.0
        for part in parts:
            total += min(
                sum(
                    districting.weight[i] * ((districting.xy[i] - districting.xy[j]) ** 2).sum() for i in part
                )
                for j in part
            )
        return float(total)
    owner = {row: place for place, part in enumerate(parts) for row in part}
    cut = [
        1.0 if districting.objective == "cut_edges" else data["length"]
        for a, b, data in graph_of(districting).edges(data=True)
        if owner[a] != owner[b]
    ]
    return float(sum(cut))


def best_of_all(districting: Districting) -> float | None:
    """The best value among all divisions there are, tried one by one."""
    graph = graph_of(districting)
    n = len(districting)
    fits = {}
    for size in range(1, n + 1):
        for rows in itertools.combinations(range(n), size):
            held = districting.weight[list(rows)].sum()
            if districting.lower <= held <= districting.upper and nx.is_connected(graph.subgraph(rows)):
                fits.setdefault(rows[0], []).append(frozenset(rows))
    best: float | None = None

    def choose(left: frozenset[int], parts: list[frozenset[int]]) -> None:
        nonlocal best
        if not left:
            if districting.k is None or len(parts) == districting.k:
                value = value_of(districting, parts)
                best = value if best is None else min(best, value)
            return
        for part in fits.get(min(left), []):
            if part <= left:
                choose(left - part, [*parts, part])

    choose(frozenset(range(n)), [])
    return best


def hold_law(districting: Districting, parts: tuple[tuple[int, ...], ...]) -> None:
    graph = graph_of(districting)
    assert sorted(row for part in parts for row in part) == list(range(len(districting)))
    assert all(nx.is_connected(graph.subgraph(part)) for part in parts)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("k", [None, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_the_best_of_all_divisions_is_found_and_proven(
    objective: Objective, k: int | None, seed: int
) -> None:
    districting = pose(8 + seed, seed, k=k, objective=objective, width=0.12 + 0.12 * (seed % 3))
    best = best_of_all(districting)
    division = divide(districting, effort=QUICK)
    hold_law(districting, division.parts)
    assert division.proven == (best is not None)
    if best is None:
        assert division.value is None
        assert division.conflict is not None
        assert division.conflict.proven
    else:
        assert division.value == pytest.approx(best)
        assert division.bound == pytest.approx(best)
        assert division.gap == 0.0
        assert not find_broken(districting, division.parts)
        assert division.value == pytest.approx(measure(districting, division.parts))
        assert k is None or len(division.parts) == k


def test_the_small_maps_hold_both_those_that_can_be_divided_and_those_that_cannot() -> None:
    known = [
        best_of_all(pose(8 + seed, seed, k=k, width=0.12 + 0.12 * (seed % 3))) is None
        for k in (None, 2, 3)
        for seed in range(4)
    ]
    assert any(known)
    assert not all(known)


def test_the_same_seed_gives_the_same_parts() -> None:
    districting = pose(40, 3, k=4, width=0.05)
    one, two = (divide(districting, seed=5, effort=Effort(2, 20_000, 0)) for _ in range(2))
    assert one == two


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_order_of_rows_does_not_matter_to_the_proven_value(objective: Objective) -> None:
    districting = pose(12, 3, k=3, objective=objective, width=0.4)
    order = list(range(12))
    random.Random(1).shuffle(order)
    place = np.argsort(order)
    shuffled = dataclasses.replace(
        districting,
        ids=[districting.ids[row] for row in order],
        weight=districting.weight[order],
        xy=districting.xy[order],
        pairs=place[districting.pairs][::-1],
        length=districting.length[::-1],
    )
    one, two = divide(districting, effort=QUICK), divide(shuffled, effort=QUICK)
    assert one.proven
    assert two.proven
    assert one.value == pytest.approx(two.value)


class StopAfter:
    """A person who stops the work at the so-manyth report."""

    def __init__(self, reports: int) -> None:
        self.left = reports

    def report(self, share: float, doing: Message) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled


@pytest.mark.parametrize("reports", [0, 1, 3, 9])
def test_a_cancelled_search_gives_the_best_so_far(reports: int) -> None:
    districting = pose(40, 3, k=4, width=0.3)
    division = divide(districting, progress=StopAfter(reports), effort=Effort(6, 200_000, None))
    hold_law(districting, division.parts)
    assert division.cancelled
    assert not division.proven
    if division.value is not None:
        assert not find_broken(districting, division.parts)
        assert division.bound is not None
        assert division.bound <= division.value


@pytest.mark.parametrize("k", [None, 4])
def test_a_division_of_somebody_else_is_repaired_and_improved(k: int | None) -> None:
    districting = pose(40, 2, k=k, width=0.4)
    stripes = tuple(tuple(range(low, min(low + 7, 40))) for low in range(0, 40, 7))
    mended = repair(districting, stripes)
    hold_law(districting, mended)
    assert not find_broken(districting, mended)
    assert k is None or len(mended) == k
    better = improve(districting, mended, effort=Effort(1, 40_000))
    assert better.value is not None
    assert better.value <= measure(districting, mended)


def test_what_keeps_the_bounds_is_not_changed_by_a_repair() -> None:
    districting = pose(40, 2, k=4, width=0.4)
    mended = repair(districting, divide(districting, effort=Effort(2, 20_000, 0)).parts)
    assert repair(districting, mended) == mended


@pytest.mark.parametrize("k", [None, 6])
def test_a_repair_moves_no_more_than_what_broke_the_bounds(k: int | None) -> None:
    """Six rows of a grid are six parts, though columns would cut as little; two units too many go back."""
    place = [(x, y) for y in range(6) for x in range(6)]
    pairs = [
        (a, b) for a, b in itertools.combinations(range(36), 2)
        if abs(place[a][0] - place[b][0]) + abs(place[a][1] - place[b][1]) == 1
    ]  # fmt: skip
    districting = Districting(
        ids=list(range(36)), weight=np.full(36, 10.0), xy=np.array(place, dtype=np.float64),
        pairs=np.array(pairs, dtype=np.int64), length=np.ones(len(pairs)), lower=50.0, upper=70.0, k=k,
    )  # fmt: skip
    rows = [set(range(6 * y, 6 * y + 6)) for y in range(6)]
    rows[2] -= {12, 13}
    rows[3] |= {12, 13}
    mended = repair(districting, tuple(tuple(sorted(row)) for row in rows))
    assert not find_broken(districting, mended)
    moved = sum(len(part) - max(len(row & set(part)) for row in rows) for part in mended)
    assert moved <= 2
    untouched = sum(any(set(part) == row for part in mended) for row in rows)
    assert untouched >= 4


def test_a_unit_too_heavy_is_named() -> None:
    districting = pose(10, 1)
    weight = districting.weight.copy()
    weight[4] = districting.upper + 1
    division = divide(dataclasses.replace(districting, weight=weight))
    assert division.conflict is not None
    assert division.conflict.units == ("u4",)
    assert division.conflict.proven
    hold_law(districting, division.parts)


def path(weights: list[float], lower: float, upper: float, k: int | None = None) -> Districting:
    n = len(weights)
    return Districting(
        ids=list(range(n)),
        weight=np.array(weights, dtype=np.float64),
        xy=np.stack([np.arange(n), np.zeros(n)], axis=1).astype(np.float64),
        pairs=np.array([(row, row + 1) for row in range(n - 1)], dtype=np.int64).reshape(-1, 2),
        length=np.ones(max(n - 1, 0)),
        lower=lower,
        upper=upper,
        k=k,
    )


def test_a_unit_that_no_part_can_hold_is_named() -> None:
    # 5 and 9 are 14, 9 and 5 again: nothing with the unit of 1 at the end weighs 8 to 10.
    division = divide(path([5, 4, 9, 1], 8, 9.5))
    assert division.conflict is not None
    assert division.conflict.units == (3,)
    assert division.conflict.proven


def test_the_smallest_conflict_is_a_pair_that_wants_the_same_neighbour() -> None:
    # Both ends need the middle one to weigh enough; the two behind them do well alone.
    division = divide(path([10, 4, 6, 4, 10], 9, 11))
    assert division.conflict is not None
    assert division.conflict.proven
    assert division.conflict.units == (1, 3)


def test_a_number_of_parts_that_cannot_come_out_is_told() -> None:
    division = divide(path([5, 5, 5, 5], 5, 10, k=5))
    assert division.conflict is not None
    assert division.conflict.reason.key == "districting.conflict.count"
    assert division.conflict.proven


def test_no_pairs_and_no_units_are_tasks_too() -> None:
    lonely = Districting(
        ids=["a", "b"], weight=np.array([3.0, 4.0]), xy=np.zeros((2, 2)), pairs=np.zeros((0, 2), dtype=np.int64),
        length=np.zeros(0), lower=3, upper=4,
    )  # fmt: skip
    assert divide(lonely).parts == ((0,), (1,))
    nobody = dataclasses.replace(lonely, ids=[], weight=np.zeros(0), xy=np.zeros((0, 2)))
    assert divide(nobody).parts == ()


def test_pieces_of_the_graph_get_their_parts() -> None:
    one = path([1] * 6, 2, 3, k=4)
    apart = dataclasses.replace(
        one, pairs=np.array([(0, 1), (1, 2), (3, 4), (4, 5), (2, 0)], dtype=np.int64), length=np.ones(5), k=2
    )
    assert divide(apart).parts == ((0, 1, 2), (3, 4, 5))


def test_weights_of_nothing_do_no_harm() -> None:
    division = divide(path([0, 2, 0, 0, 2, 0], 2, 2))
    assert division.value == 1.0
    assert division.proven


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"weight": np.array([1.0, -1.0, 1.0])}, "weight"),
        ({"weight": np.array([1.0, np.nan, 1.0])}, "weight"),
        ({"lower": 3.0}, "bounds"),
        ({"k": 0}, "k"),
        ({"pairs": np.array([(0, 3), (1, 2)], dtype=np.int64)}, "shape"),
        ({"length": np.array([1.0, -1.0])}, "numbers"),
        ({"objective": "beauty"}, "objective"),
    ],
)
def test_what_cannot_be_meant_is_refused(change: dict[str, object], key: str) -> None:
    with pytest.raises(AnalysisError) as refused:
        dataclasses.replace(path([1, 1, 1], 1, 2), **change)
    assert refused.value.problem.key == f"districting.refused.{key}"


def test_parts_that_miss_a_unit_are_refused() -> None:
    with pytest.raises(AnalysisError):
        label_units(path([1, 1], 1, 2), ((0,),))


@pytest.mark.parametrize("objective", ["cut_edges", "cut_length"])
@pytest.mark.parametrize("k", [None, 3])
def test_a_bound_by_cutting_off_is_below_the_best_and_tells_something(
    objective: Objective, k: int | None
) -> None:
    told = []
    for seed in range(6):
        for width in (0.05, 0.4):
            districting = pose(11, seed, k=k, objective=objective, width=width)
            best = best_of_all(districting)
            if best is None:
                continue
            bound, _ = bound_by_cutting_off(districting, best, anchors=4, node_limit=50, report=lambda: None)
            assert max(bound, bound_plainly(districting)) <= best + 1e-9
            told.append(bound / best if best else 1.0)
    assert told
    assert max(told) > 0.5


def test_bounds_that_leave_one_number_of_parts_open_are_as_good_as_that_number() -> None:
    asked = pose(30, 6, k=3, width=0.05)
    free = dataclasses.replace(asked, k=None)
    one, other = (divide(task, effort=Effort(2, 20_000)) for task in (asked, free))
    assert one.proven
    assert (one.value, one.parts) == (other.value, other.parts)


def test_somebody_elses_parts_of_another_number_never_win() -> None:
    districting = pose(40, 2, k=4, width=0.9)
    whole = (tuple(range(40)),)
    assert len(improve(districting, whole, effort=Effort(1, 4_000)).parts) == 4


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("k", [None, 3])
def test_plain_code_takes_the_steps_of_the_compiled(objective: Objective, k: int | None) -> None:
    districting = pose(14, 4, k=k, objective=objective, width=0.5)
    first, to, cost = districting.arcs
    ends = []
    for run in (kernel.anneal, without_compiler(kernel, "anneal")):
        label = grow_parts(districting, random.Random(3))
        best, figures, state = label.copy(), np.array([1e9, 1e9]), np.array([11, 12], dtype=np.int64)
        run(
            first, to, cost, districting.weight, districting.xy, objective == "compactness", 1.0, districting.lower,
            districting.upper, 0.5, 3.0, k is None, label, best, figures, 1_500, 2.0, 0.3, state,
        )  # fmt: skip
        ends.append((label.tolist(), best.tolist(), figures.tolist(), state.tolist()))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("k", [2, 3])
def test_proofs_by_labels_and_by_centres_agree_with_every_division_there_is(
    objective: Objective, k: int
) -> None:
    prove = prove_by_centres if objective == "compactness" else prove_by_labels
    seen = set()
    for seed in range(5):
        districting = pose(10, seed, k=k, objective=objective, width=(0.02, 0.6)[seed % 2])
        best = best_of_all(districting)
        seen.add(best is None)
        blind = prove(districting, None, node_limit=10_000, report=lambda: None)
        assert blind.proven
        assert blind.feasible is (best is not None)
        if best is None:
            continue
        assert blind.bound == pytest.approx(best)
        assert blind.parts is not None
        hold_law(districting, blind.parts)
        assert measure(districting, blind.parts) == pytest.approx(best)
        sure = prove(districting, best, node_limit=10_000, report=lambda: None)
        assert (sure.proven, sure.bound) == (True, pytest.approx(best))
        worse = prove(districting, best + 3.0, node_limit=10_000, report=lambda: None)
        assert worse.proven
        assert worse.bound == pytest.approx(best)
    assert seen == {True, False}
