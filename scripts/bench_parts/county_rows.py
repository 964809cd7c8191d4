"""Cut edges, fixed k, bounds within half a percent of the mean: generated counties, held against proven optima.

The optima are kept in `county_optima.json`; `python scripts/prove_counties.py` proves them anew (hours), each by branch
and bound over labels that starts from the best of a long search and refutes everything cheaper.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from bench_parts.counties import generate_counties
from bench_parts.table import Row
from gis_planner.analysis.districting.solver import Effort, divide

KEPT = Path(__file__).with_name("county_optima.json")
WHAT = "cut edges, fixed k, ±0.5 %"
CASES = (
    (16, 2, 1), (20, 3, 1), (25, 2, 1), (33, 2, 1), (44, 2, 1), (44, 2, 2), (55, 2, 1), (67, 2, 1), (75, 2, 1),
    (82, 2, 1), (93, 2, 1), (99, 2, 1), (105, 2, 1), (105, 2, 2), (33, 3, 1), (33, 3, 2), (44, 3, 1), (44, 3, 2),
    (55, 3, 1), (67, 3, 1), (75, 3, 1), (93, 3, 1), (33, 4, 1), (44, 4, 1), (55, 4, 1), (82, 4, 1), (99, 4, 1),
)  # fmt: skip
_SEED, _PROVER = 7, 1  # two different seeds, so that the search does not judge itself


def measure_counties() -> Iterator[Row]:
    """Divide every case whose optimum is kept, without any proof; a row each, then the three targets."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    gaps, seconds = [], []
    for n, k, seed in CASES:
        name = f"{n}/{k}/{seed}"
        if name not in kept:
            continue
        task = generate_counties(n, k, seed)
        start = time.process_time()
        found = divide(task, seed=_SEED, effort=Effort(proof=0))
        seconds.append(time.process_time() - start)
        optimum = float(kept[name]["optimum"])
        gap = float("inf") if found.value is None else found.value / optimum - 1
        gaps.append(gap)
        note = "Beside: the optimum, proven by scripts/prove_counties.py."
        network = f"{n} units, k {k}, seed {seed}"
        yield Row(WHAT, network, found.value, "cut", "proven", optimum, None, note=note)
    if not gaps:
        yield Row(WHAT, "none", None, "", target="≥ 80 %", note="No optimum is kept.")
        return
    share = 100 * sum(gap <= 1e-9 for gap in gaps) / len(gaps)
    worst = 100 * max(gaps)
    about = f"{len(gaps)} instances, 16–105 units"
    yield Row(f"{WHAT}: at the optimum", about, share, "%", target="≥ 80 %", met=share >= 80)
    yield Row(f"{WHAT}: worst gap", about, worst, "%", target="≤ 5 %", met=worst <= 5)
    yield Row(f"{WHAT}: slowest", about, max(seconds), "s", target="≤ 60 s", met=max(seconds) <= 60)


def prove_counties(path: Path, cases: tuple[tuple[int, int, int], ...] = CASES) -> None:
    """Prove the optimum of each case and keep it at once; what cannot be proven is left out."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for n, k, seed in cases:
        start = time.process_time()
        found = divide(generate_counties(n, k, seed), seed=_PROVER, effort=Effort(proof=5_000))
        taken = time.process_time() - start
        print(n, k, seed, found.value, found.bound, found.proven, f"{taken:.0f} s", flush=True)
        if found.proven and found.value is not None:
            kept[f"{n}/{k}/{seed}"] = {"optimum": found.value, "nodes": found.nodes, "seconds": round(taken)}
            path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
