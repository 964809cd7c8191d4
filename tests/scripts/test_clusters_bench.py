"""The bench of groupings: its towns are what they say, its arithmetic is right, and absent peers are told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import networkx
import numpy as np
import pytest

import bench
from bench_parts import clusters
from bench_parts.cluster_peers import NAMES, Answers, ask_peer, weigh_neutrally
from bench_parts.cluster_town import MEANS, as_districting, as_town, draw_town, rules_of
from bench_parts.grouping_rows import beat_best, measure_small
from bench_parts.sharing_rows import measure_sharing
from bench_parts.table import Row


@pytest.mark.parametrize("seed", range(6))
def test_a_town_hangs_together_and_nearly_lies_in_a_plane(seed: int) -> None:
    town = draw_town(60, seed)
    graph = networkx.Graph(town.pairs.tolist())
    assert len(graph) == len(town) == 60
    assert networkx.is_connected(graph)
    assert len(town.pairs) == graph.number_of_edges() <= 3 * 60 - 6
    assert (town.frontage_m >= 10).all()
    assert (town.households > 0).all()
    assert ((town.served >= 0) & (town.served <= 1)).all()


def test_lots_do_not_overlap() -> None:
    boxes = draw_town(60, 3).boxes
    for row, box in enumerate(boxes):
        overlap = np.minimum(box[2:], boxes[row + 1 :, 2:]) - np.maximum(box[:2], boxes[row + 1 :, :2])
        assert not (overlap > 0).all(axis=1).any()


def test_the_same_town_is_drawn_again_and_another_seed_gives_another() -> None:
    one, same, other = draw_town(40, 1), draw_town(40, 1), draw_town(40, 2)
    assert np.array_equal(one.pairs, same.pairs)
    assert np.array_equal(one.households, same.households)
    assert np.array_equal(one.served, same.served)
    assert not np.array_equal(one.households, other.households)


@pytest.mark.parametrize("mean", MEANS)
def test_the_town_and_the_plain_graph_are_the_same(mean: int) -> None:
    drawn = draw_town(40, 0)
    rules = rules_of(drawn, mean)
    town, task = as_town(drawn, rules), as_districting(drawn, mean)
    pairs = {(a, b) for a, links in enumerate(town.links) for b in links if a < b}
    assert pairs == {(min(a, b), max(a, b)) for a, b in task.pairs.tolist()}
    assert (task.lower, task.upper) == (rules.households_min, rules.households_max)
    assert task.weight.tolist() == list(town.households)


def test_neutral_costs_are_counted_by_hand() -> None:
    town = draw_town(30, 0)
    everything = tuple(range(30))
    assert weigh_neutrally(town, 5, (everything,)).edges == 0
    apart = weigh_neutrally(town, 5, tuple((row,) for row in everything))
    assert apart.edges == len(town.pairs)
    assert apart.length_m == pytest.approx(float(town.frontage_m.sum()))
    lower, upper = town.bounds(5)
    assert apart.broken == sum(not lower <= count <= upper for count in town.households.tolist())


def test_the_best_peer_is_beaten_by_as_much_as_is_asked() -> None:
    lengths = {"one": [100.0, None], "other": [120.0, 50.0]}
    row = beat_best("N", [84.0, 42.0], lengths, 0.15)
    assert (row.own, row.peer_value, row.met) == (126.0, 150.0, True)
    assert beat_best("N", [86.0, 43.0], lengths, 0.15).met is False
    assert beat_best("N", [1.0], {"one": [None]}, 0.15).missed
    assert beat_best("N", [1.0, 1.0], {}, 0.0).met is None


def test_a_peer_that_is_not_there_is_told(tmp_path: Path) -> None:
    town = draw_town(30, 0)
    answers = ask_peer(NAMES[0], [(town, 5)], seconds=10, python=tmp_path / "no" / "python")
    assert answers.parts == (None,)
    assert answers.why.startswith("not started")
    assert isinstance(answers, Answers)


@pytest.mark.parametrize(("met", "code"), [(True, 0), (False, 1), (None, 1)])
def test_the_exit_code_tells_whether_a_target_is_missed(
    met: bool | None, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        clusters, "measure_quick", lambda: [Row("what", "where", 1.0, "s", target="≤ 1 s", met=met)]
    )
    monkeypatch.setattr(sys, "path", list(sys.path))
    out = tmp_path / "rows.json"
    assert bench.main(["clusters", "--quick", "--json", str(out)]) == code
    assert json.loads(out.read_text(encoding="utf-8"))["missed"] == code


def test_small_towns_are_measured_without_any_peer() -> None:
    rows = list(measure_small((16,), (0,)))
    answer = next(row for row in rows if row.what == "N ≤ 60: cost")
    assert answer.own is not None
    assert answer.peer_value is not None
    assert answer.own >= answer.peer_value - 1e-6
    shared = list(measure_sharing(16, (0,), sample=None, less=None))
    assert shared[0].own is not None
    assert not any(row.missed for row in shared)
