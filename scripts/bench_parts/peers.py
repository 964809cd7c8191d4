"""The peers: scipy in this process, the slower ones in a process of their own that may be ended.

All get the same nodes in the same order and the same limit where they know one; only searching is timed, not
the making of their graph.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from bench_parts.streets import Floats, Rows, Streets

_CHILD = Path(__file__).with_name("peer_child.py")
_MISSING = 3  # how the child says that the peer is not installed


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a peer found: seconds of processor time (the median of its runs) and the distances of each kind."""

    seconds: float
    runs: int
    distances: list[Floats]
    note: str = ""


def search_with_scipy(streets: Streets) -> Callable[[Sequence[Rows], float], list[Floats]]:
    """Give scipy's search: from all facilities of a kind at once, no farther than the limit."""
    both = (
        np.concatenate([streets.edge_from, streets.edge_to]),
        np.concatenate([streets.edge_to, streets.edge_from]),
    )
    low, high = np.minimum(*both), np.maximum(*both)
    # scipy adds parallel edges up: the shortest of them alone is given.
    order = np.lexsort((np.tile(streets.length_m, 2), both[1], both[0]))
    start, end = both[0][order], both[1][order]
    first = np.ones(len(start), dtype=bool)
    first[1:] = (start[1:] != start[:-1]) | (end[1:] != end[:-1])
    first &= low[order] != high[order]
    graph = csr_array(
        (np.tile(streets.length_m, 2)[order][first], (start[first], end[first])),
        shape=(streets.nodes, streets.nodes),
    )

    def search(places: Sequence[Rows], limit_m: float) -> list[Floats]:
        return [dijkstra(graph, indices=nodes, min_only=True, limit=limit_m) for nodes in places]

    return search


def run_peer(
    name: str, streets: Streets, places: Sequence[Rows], limit_m: float, *, seconds: float
) -> Outcome | str:
    """Run a peer in a process of its own; gives what it found, or in words why there is nothing."""
    with tempfile.TemporaryDirectory(prefix="gis_planner_bench_") as folder:
        asked, answer = Path(folder) / "asked.npz", Path(folder) / "answer.npz"
        where: dict[str, Any] = {} if streets.xy is None else {"xy": streets.xy}
        np.savez(
            asked, nodes=streets.nodes, edge_from=streets.edge_from, edge_to=streets.edge_to, length_m=streets.length_m,
            limit_m=limit_m, node=np.concatenate(places), kinds=np.array([len(own) for own in places]), **where,
        )  # fmt: skip
        command = [sys.executable, str(_CHILD), name, str(asked), str(answer)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=environment)
        except subprocess.TimeoutExpired:
            return f"did not finish in {seconds:g} s"
        if done.returncode == _MISSING:
            return "not installed"
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines()
            return f"failed: {lines[-1] if lines else f'exit code {done.returncode}'}"
        with np.load(answer) as found:
            taken = found["seconds"]
            return Outcome(float(np.median(taken)), len(taken), list(found["distances"]), str(found["note"]))
