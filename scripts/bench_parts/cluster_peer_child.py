"""One peer that groups, run in a process of its own: `cluster_peer_child.py NAME ASKED.json ANSWER.jsonl SECONDS`.

Every task of ASKED is `{xy, weight, pairs, length, k, lower, upper, seed}`; each answer is one line,
`{label, seconds, failed}`, written as soon as it is there, so that what was
finished stands when the processor time runs out. Exit code 3: not installed.
This file needs nothing but the peer and what it brings along.
"""

from __future__ import annotations

import functools
import importlib
import json
import random
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

_STEPS = 1000  # of the chain of ReCom
Group = Callable[[dict[str, Any]], list[int]]


def main(arguments: list[str]) -> int:
    """Group every task, as long as there is processor time."""
    name, asked, answer, seconds = arguments
    warnings.filterwarnings("ignore")
    try:
        group = PEERS[name]()
    except ImportError:
        return 3
    _limit(float(seconds))
    tasks = json.loads(Path(asked).read_text(encoding="utf-8"))
    with Path(answer).open("w", encoding="utf-8") as out:
        for task in tasks:
            start = time.process_time()
            try:
                label: list[int] | None = group(task)
                failed = ""
            except Exception as error:  # whatever a peer stumbles over is its answer to this task
                label, failed = None, f"{type(error).__name__}: {error}"
            taken = time.process_time() - start
            out.write(json.dumps({"label": label, "seconds": taken, "failed": failed}) + "\n")
            out.flush()
    return 0


def _limit(seconds: float) -> None:
    try:
        import resource
    except ImportError:
        return
    most = int(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + 2))


def _frame(task: dict[str, Any]) -> tuple[Any, Any]:
    geopandas, weights = importlib.import_module("geopandas"), importlib.import_module("libpysal.weights")
    x, y = zip(*task["xy"], strict=True)
    near: dict[int, list[int]] = {row: [] for row in range(len(x))}
    for a, b in task["pairs"]:
        near[a].append(b)
        near[b].append(a)
    frame = geopandas.GeoDataFrame(
        {"x": x, "y": y, "weight": task["weight"]}, geometry=geopandas.points_from_xy(x, y)
    )
    return frame, weights.W(near, silence_warnings=True)


def _ward() -> Group:
    region = importlib.import_module("spopt.region")

    def group(task: dict[str, Any]) -> list[int]:
        frame, w = _frame(task)
        model = region.WardSpatial(frame, w, ["x", "y"], n_clusters=task["k"])
        model.solve()
        return [int(label) for label in model.labels_]

    return group


def _skater() -> Group:
    region = importlib.import_module("spopt.region")

    def group(task: dict[str, Any]) -> list[int]:
        frame, w = _frame(task)
        model = region.Skater(frame, w, ["x", "y"], n_clusters=task["k"], floor=2)
        model.solve()
        return [int(label) for label in model.labels_]

    return group


def _maxp() -> Group:
    region, numpy = importlib.import_module("spopt.region"), importlib.import_module("numpy")

    def group(task: dict[str, Any]) -> list[int]:
        numpy.random.seed(task["seed"])
        frame, w = _frame(task)
        model = region.MaxPHeuristic(frame, w, ["x", "y"], "weight", task["lower"], top_n=2)
        model.solve()
        return [int(label) for label in model.labels_]

    return group


def _region_k_means() -> Group:
    region, numpy = importlib.import_module("spopt.region"), importlib.import_module("numpy")

    def group(task: dict[str, Any]) -> list[int]:
        numpy.random.seed(task["seed"])
        frame, w = _frame(task)
        model = region.RegionKMeansHeuristic(frame[["x", "y"]].to_numpy(), task["k"], w)
        model.solve()
        return [int(label) for label in model.labels_]

    return group


def _azp() -> Group:
    region, numpy = importlib.import_module("spopt.region"), importlib.import_module("numpy")

    def group(task: dict[str, Any]) -> list[int]:
        numpy.random.seed(task["seed"])
        frame, w = _frame(task)
        model = region.AZP(frame, w, ["x", "y"], n_clusters=task["k"], random_state=task["seed"])
        model.solve()
        return [int(label) for label in model.labels_]

    return group


def _recom() -> Group:
    """Let the chain run from a tree partition within the bounds; the cheapest cut length on its way is kept."""
    chain = importlib.import_module("gerrychain")
    partition, proposals = (
        importlib.import_module(f"gerrychain.{name}") for name in ("partition", "proposals")
    )
    networkx = importlib.import_module("networkx")

    def group(task: dict[str, Any]) -> list[int]:
        graph = networkx.Graph()
        for row, weight in enumerate(task["weight"]):
            graph.add_node(row, weight=weight)
        graph.add_edges_from(task["pairs"])
        ideal = sum(task["weight"]) / task["k"]
        within = min(task["upper"] / ideal - 1, 1 - task["lower"] / ideal)
        own, chance = chain.Graph.from_networkx(graph), random.Random(task["seed"])
        start = partition.recursive_tree_part(own, range(task["k"]), ideal, "weight", within, rng=chance)
        first = chain.Partition(
            own, assignment=start, updaters={"weight": chain.updaters.Tally("weight", alias="weight")}
        )
        step = functools.partial(proposals.recom, pop_col="weight", pop_target=ideal, epsilon=within)
        best: list[int] = []
        best_cut = float("inf")
        for state in chain.MarkovChain(step, [], chain.accept.always_accept, first, _STEPS, rng=chance):
            label = [int(state.assignment[row]) for row in range(len(task["weight"]))]
            lengths = zip(task["pairs"], task["length"], strict=True)
            cut = sum(length for (a, b), length in lengths if label[a] != label[b])
            if cut < best_cut:
                best, best_cut = label, cut
        return best

    return group


PEERS: dict[str, Callable[[], Group]] = {
    "Ward": _ward,
    "Skater": _skater,
    "MaxP": _maxp,
    "RegionKMeans": _region_k_means,
    "AZP": _azp,
    "ReCom": _recom,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
