"""How long something takes: processor time of this process, as a median or as what all but one in twenty keep to."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

Found = TypeVar("Found")


def time_in_turn(runs: Sequence[Callable[[], object]], *, times: int, wall: bool = False) -> list[float]:
    """Time several runs in turn, so that a busy moment of the machine meets all of them; their medians in seconds."""
    taken: list[list[float]] = [[] for _ in runs]
    for _ in range(times):
        for run, own in zip(runs, taken, strict=True):
            own.append(time_once(run, wall=wall)[0])
    return [statistics.median(own) for own in taken]


def time_once(run: Callable[[], Found], *, wall: bool = False) -> tuple[float, Found]:
    """Time one run, in seconds, and give what it found."""
    clock = time.perf_counter if wall else time.process_time
    start = clock()
    found = run()
    return clock() - start, found


def time_steps(steps: Sequence[Callable[[], object]]) -> float:
    """Time different steps of one sort; 95 in 100 take no longer than what this gives, in seconds."""
    taken = sorted(time_once(step)[0] for step in steps)
    return taken[min(len(taken) - 1, -(-95 * len(taken) // 100) - 1)]


def peak_memory_mb() -> float | None:
    """The most memory that this process has held so far; None where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1e6 if sys.platform == "darwin" else 1e3)
