"""The peers that group: each in a process of its own, what comes back measured on neutral costs, as it is and repaired.

They live in an environment of their own where this one does not hold them: `GIS_PLANNER_PEERS` names its Python, else
`<cache>/gis_planner/peers` is looked at (README tells how to make it). A peer that is not there is told, not failed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench_parts.cluster_town import ClusterTown, as_districting
from gis_planner.analysis.districting.problem import Districting, Objective, Parts, find_broken, measure
from gis_planner.analysis.districting.solver import repair

_CHILD = Path(__file__).with_name("cluster_peer_child.py")
_MISSING = 3
NAMES = ("Ward", "Skater", "MaxP", "RegionKMeans", "AZP", "ReCom")
Case = tuple[ClusterTown, int]


@dataclass(frozen=True, eq=False)
class Answers:
    """What a peer answered, task by task; None where it did not finish. `why` says why there is nothing at all."""

    parts: tuple[Parts | None, ...]
    seconds: tuple[float, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Neutral:
    """A grouping on neutral costs: pairs cut, length cut in metres, parts that break bounds of households."""

    edges: float
    length_m: float
    broken: int


def ask_peer(name: str, cases: Sequence[Case], *, seconds: float, python: Path | None = None) -> Answers:
    """Ask a peer for every case, for so many seconds of processor time in all."""
    nothing = tuple(None for _ in cases)
    with tempfile.TemporaryDirectory(prefix="gis_planner_bench_") as folder:
        asked, answer = Path(folder) / "asked.json", Path(folder) / "answer.jsonl"
        asked.write_text(json.dumps([_as_task(*case) for case in cases]), encoding="utf-8")
        command = [str(python or find_python()), str(_CHILD), name, str(asked), str(answer), str(seconds)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
        why = f"did not finish in {seconds:g} s"
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=6 * seconds + 60, env=environment
            )
            if done.returncode == _MISSING:
                return Answers(nothing, why="not installed")
            if done.returncode > 0:
                why = f"failed: {(done.stderr.strip().splitlines() or ['no word'])[-1]}"
        except subprocess.TimeoutExpired:
            pass
        except OSError as error:
            return Answers(nothing, why=f"not started: {error}")
        lines = answer.read_text(encoding="utf-8").splitlines(True) if answer.exists() else []
    found = [json.loads(line) for line in lines if line.endswith("\n")]
    parts = [_gather(body["label"]) for body in found]
    failed = [body["failed"] for body in found if body["failed"]]
    return Answers(
        (*parts, *nothing[len(parts) :]),
        tuple(body["seconds"] for body in found),
        failed[0] if failed else why,
    )


def find_python() -> Path:
    """Give the Python that may hold the peers: named by the environment, in the cache, or this one."""
    named = os.environ.get("GIS_PLANNER_PEERS")
    if named:
        return Path(named)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gis_planner" / "peers"
    for place in (cache / "bin" / "python", cache / "Scripts" / "python.exe"):
        if place.exists():
            return place
    return Path(sys.executable)


def weigh_neutrally(town: ClusterTown, mean: int, parts: Parts) -> Neutral:
    """Measure a grouping on neutral costs."""
    task = as_districting(town, mean)
    edges = measure(with_objective(task, "cut_edges"), parts)
    return Neutral(edges, measure(task, parts), len(find_broken(task, parts)))


def mend_answers(cases: Sequence[Case], answers: Answers) -> tuple[Parts | None, ...]:
    """Put what a peer answered through our repair."""
    return tuple(
        None if parts is None else repair(as_districting(*case), parts)
        for case, parts in zip(cases, answers.parts, strict=True)
    )


def best_lengths(
    cases: Sequence[Case], mended: Mapping[str, Sequence[Parts | None]], allowed: Sequence[int]
) -> dict[str, list[float | None]]:
    """Give the cut length of every case for every peer; None where it did not finish or bounds stay broken.

    `allowed` are the bounds of each case that are proven not to be kept by anybody.
    """
    found: dict[str, list[float | None]] = {}
    for name, answers in mended.items():
        own: list[float | None] = []
        for (town, mean), parts, impossible in zip(cases, answers, allowed, strict=True):
            weighed = None if parts is None else weigh_neutrally(town, mean, parts)
            own.append(None if weighed is None or weighed.broken > impossible else weighed.length_m)
        found[name] = own
    return found


def with_objective(task: Districting, objective: Objective) -> Districting:
    """Give the same task with another objective."""
    return replace(task, objective=objective)


def _as_task(town: ClusterTown, mean: int) -> dict[str, object]:
    lower, upper = town.bounds(mean)
    return {
        "xy": town.xy.tolist(), "weight": town.households.tolist(), "pairs": town.pairs.tolist(),
        "length": town.frontage_m.tolist(), "k": town.parts_wanted(mean), "lower": lower, "upper": upper,
        "seed": town.seed,
    }  # fmt: skip


def _gather(label: Sequence[int] | None) -> Parts | None:
    if label is None:
        return None
    found: dict[int, list[int]] = {}
    for row, part in enumerate(label):
        found.setdefault(part, []).append(row)
    return tuple(tuple(rows) for rows in found.values())
