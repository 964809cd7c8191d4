"""A districting instance as a file: read, divided, told; and what is wrong with it, named by its place."""

from __future__ import annotations

import copy
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from bench_parts.counties import generate_counties
from bench_parts.instances import read_instance, run_instance, write_instance
from gis_planner.analysis.districting.solver import Effort

ROOT = Path(__file__).resolve().parents[2]
SQUARE: dict[str, Any] = {
    "units": [
        {"id": name, "weight": 2, "x": x, "y": y}
        for name, x, y in (("a", 0, 0), ("b", 1, 0), (3, 0, 1), (4, 1, 1))
    ],
    "pairs": [
        {"a": "a", "b": "b", "length": 1.5},
        {"a": "a", "b": 3, "length": 5},
        {"a": "b", "b": 4, "length": 5},
        {"a": 3, "b": 4, "length": 1},
    ],
    "lower": 4,
    "upper": 4,
    "k": 2,
    "objective": "cut_length",
}  # fmt: skip


def store(path: Path, body: object) -> Path:
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def test_a_square_is_divided_across_its_short_sides(tmp_path: Path) -> None:
    found = run_instance(store(tmp_path / "square.json", SQUARE), effort=Effort(1, 2_000))
    assert found["parts"] == [["a", 3], ["b", 4]]
    assert found["weights"] == [4.0, 4.0]
    assert (found["value"], found["bound"], found["gap"], found["proven"]) == (2.5, 2.5, 0.0, True)
    assert (found["objective"], found["broken_bounds"], found["conflict"]) == ("cut_length", 0, None)
    assert json.loads(json.dumps(found)) == found


def change(path: tuple[Any, ...], value: object) -> dict[str, Any]:
    body = copy.deepcopy(SQUARE)
    place: Any = body
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return body


def without(*path: Any) -> dict[str, Any]:
    body = copy.deepcopy(SQUARE)
    place: Any = body
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return body


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "one object"),
        (without("units"), "units is missing"),
        (without("lower"), "lower is missing"),
        (without("units", 1, "weight"), "units[1].weight is missing"),
        (without("pairs", 2, "b"), "pairs[2].b is missing"),
        (without("pairs", 2, "length"), "pairs[2].length is missing"),
        (change(("units", 2, "id"), "a"), "units[2].id: 'a' stands twice, first in units[0]"),
        (change(("units", 2, "weight"), -1), "units[2].weight: -1 is negative"),
        (change(("units", 2, "weight"), "9"), "units[2].weight: '9' is no number"),
        (change(("units", 2, "weight"), math.nan), "units[2].weight: nan is no number"),
        (change(("pairs", 1, "b"), 99), "pairs[1].b: there is no unit 99"),
        (change(("pairs", 1, "b"), "3"), "pairs[1].b: there is no unit '3'"),
        (change(("pairs", 1, "b"), "a"), "pairs[1]: unit 'a' is paired with itself"),
        (change(("lower",), 5), "lower: 5 is above upper, 4"),
        (change(("k",), 1.5), "k: 1.5 is neither null nor a whole number from 1"),
        (change(("objective",), "beauty"), "objective: 'beauty' is none of"),
        (change(("pairs",), []), "disconnected, 4 pieces cannot make 2 parts"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(tmp_path: Path, body: object, said: str) -> None:
    with pytest.raises(ValueError, match=r"^wrong\.json: ") as refused:
        read_instance(store(tmp_path / "wrong.json", body))
    assert said in str(refused.value)


def test_text_that_is_no_json_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text('{"units": [\n  1,,\n]}', encoding="utf-8")
    with pytest.raises(ValueError, match="line 2 column 5"):
        read_instance(path)


def test_an_instance_comes_back_as_it_was_written(tmp_path: Path) -> None:
    task = generate_counties(20, 3, 1)
    path = tmp_path / "counties.json"
    write_instance(task, path)
    read = read_instance(path)
    assert (list(read.ids), read.k, read.lower, read.upper) == (
        list(task.ids),
        task.k,
        task.lower,
        task.upper,
    )
    np.testing.assert_array_equal(read.weight, task.weight)
    np.testing.assert_array_equal(read.pairs, task.pairs)


@pytest.mark.parametrize(("n", "k"), [(16, 2), (67, 7), (105, 8)])
def test_generated_counties_hang_together_in_the_plane(n: int, k: int) -> None:
    task = generate_counties(n, k, 1)
    graph = nx.Graph(task.pairs.tolist())
    assert graph.number_of_nodes() == n
    assert nx.is_connected(graph)
    assert nx.check_planarity(graph)[0]
    mean = task.weight.sum() / k
    assert task.lower >= 0.995 * mean
    assert task.upper <= 1.005 * mean
    assert task.weight.max() <= task.upper
    np.testing.assert_array_equal(task.weight, generate_counties(n, k, 1).weight)


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "bench.py"), "clusters", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_prints_and_writes_what_was_found(tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    ended = bench("--instance", str(store(tmp_path / "square.json", SQUARE)), "--json", str(out))
    assert ended.returncode == 0, ended.stderr
    assert "value 2.5  bound 2.5  gap 0.00%  proven to be the best" in ended.stdout
    assert json.loads(out.read_text(encoding="utf-8"))["parts"] == [["a", 3], ["b", 4]]


def test_the_command_tells_a_conflict_and_a_wrong_file_apart(tmp_path: Path) -> None:
    heavy = bench("--instance", str(store(tmp_path / "heavy.json", change(("units", 0, "weight"), 5))))
    assert heavy.returncode == 1
    assert "Unit a alone weighs 5" in heavy.stdout
    wrong = bench("--instance", str(store(tmp_path / "wrong.json", without("upper"))))
    assert wrong.returncode == 2
    assert "wrong.json: upper is missing" in wrong.stderr
