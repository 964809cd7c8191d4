"""The search from several starts: each is annealed, the best is kept, and what is out of bounds is driven to zero."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.districting.construct import grow_parts
from gis_planner.analysis.districting.kernel import anneal
from gis_planner.analysis.districting.problem import Districting, gather_parts, measure
from gis_planner.errors import Cancelled

_CHUNK = 100_000  # steps between two reports
_HOT, _WARM, _COLD_TIGHT, _COLD_LOOSE = 2.0, 0.7, 0.5, 0.2  # in cut edges; what binds tightly must not freeze
_LINEAR = 50.0  # cut edges that a part is out of bounds by its whole usual weight
_FIXED = 3.0  # cut edges that a part is worth to be within bounds
_SPREAD_STEP = 300.0  # pairs of units whose distances take as long as a step


@dataclass
class Found:
    """The best seen: the part of each unit, its objective, and by what weight parts are out of bounds."""

    label: Rows
    value: float
    out: float
    steps: int = 0

    @property
    def key(self) -> tuple[float, float]:
        """Order what was found: first what is out of bounds, then the objective."""
        return self.out, self.value


def is_tight(districting: Districting) -> bool:
    """Tell whether the bounds are so near each other that the search is mostly for weights that fit."""
    return districting.upper - districting.lower < 0.2 * districting.upper


def plan_steps(districting: Districting) -> tuple[int, int]:
    """Give how many starts and how many steps each: more for few parts in tight bounds than for many in loose ones."""
    n = len(districting)
    middle = 0.5 * (max(districting.lower, 0.0) + districting.upper)
    parts = float(districting.k or max(1.0, float(districting.weight.sum()) / middle if middle > 0 else n))
    if is_tight(districting):
        starts, total = 6, min(24_000_000.0, max(40_000.0 * n * parts, 1_000_000.0))
    else:
        starts = 6 if n <= 400 else 2 if n <= 1_500 else 1
        total = min(max(15_000.0 * n, 600_000.0), 24_000_000.0)
    if districting.objective == "compactness":
        total /= 1.0 + (n / parts) ** 2 / _SPREAD_STEP
    return starts, max(int(total / starts), 2_000)


def explore(
    districting: Districting,
    *,
    seed: int,
    starts: int,
    steps: int,
    report: Callable[[float], None],
    given: Rows | None = None,
    strict: float = 1.0,
) -> tuple[Found | None, bool]:
    """Search from several starts; gives the best seen, and whether the search was cancelled.

    `given` is one more division to start from, less warm. `report` is told the share that is done.
    """
    best: Found | None = None
    rounds = starts + (given is not None)
    taken = 0
    try:
        for start in range(rounds):
            rng = random.Random(f"{seed}:{start}")
            warm = given is not None and start == 0
            label = given.copy() if given is not None and warm else grow_parts(districting, rng)
            found = measure_found(districting, label)
            if best is None or found.key < best.key:
                best = found

            def tell(share: float, start: int = start) -> None:
                report((start + share) / rounds)

            found, stopped = improve_label(
                districting,
                found,
                steps=steps,
                rng=rng,
                hot=_WARM if warm else _HOT,
                report=tell,
                strict=strict,
            )
            taken += found.steps
            if found.key < best.key:
                best = found
            if stopped:
                best.steps = taken
                return best, True
    except Cancelled:
        return best, True
    if best is not None:
        best.steps = taken
    return best, False


def improve_label(
    districting: Districting,
    found: Found,
    *,
    steps: int,
    rng: random.Random,
    hot: float,
    report: Callable[[float], None],
    strict: float = 1.0,
) -> tuple[Found, bool]:
    """Anneal one division, ever colder; gives the best seen, and whether the search was cancelled.

    `strict` raises the price of what is out of bounds.
    """
    first, to, cost = districting.arcs
    state = np.array([rng.randrange(1, 2147483562), rng.randrange(1, 2147483398)], dtype=np.int64)
    label = _renumber(found.label)
    best = label.copy()
    spread = districting.objective == "compactness"
    scale = _find_scale(districting, found)
    upper = districting.upper + districting.slack
    lower = districting.lower - districting.slack
    usual = (
        float(districting.weight.sum()) / districting.k if districting.k else 0.5 * (upper + max(lower, 0.0))
    )
    figures = np.array([found.value / scale, found.out], dtype=np.float64)
    chunks = max(1, min(-(-steps // _CHUNK), 400), 4 if spread else 1)
    cold = min(_COLD_TIGHT if is_tight(districting) else _COLD_LOOSE, hot)
    taken, stopped = 0, False
    for chunk in range(chunks):
        try:
            report(chunk / chunks)
        except Cancelled:
            stopped = True
            break
        taken += max(1, steps // chunks)
        warmest = hot * (cold / hot) ** (chunk / chunks)
        coldest = hot * (cold / hot) ** ((chunk + 1) / chunks)
        anneal(
            first, to, cost / scale, districting.weight, districting.xy, spread, scale, lower, upper,
            strict * _LINEAR / max(usual, 1e-300), strict * _FIXED, districting.k is None, label, best, figures,
            max(1, steps // chunks), warmest, coldest, state,
        )  # fmt: skip
    better = measure_found(districting, best)
    better.steps = taken
    return better, stopped


def measure_found(districting: Districting, label: Rows) -> Found:
    """Measure a division: its objective, and by what weight its parts are out of bounds."""
    weights = np.bincount(label, weights=districting.weight)
    held = weights[np.bincount(label) > 0]
    out = np.maximum(np.maximum(districting.lower - held, held - districting.upper), 0.0)
    out[out <= districting.slack] = 0.0
    if districting.k is not None:  # a part too many or too few is as bad as one all out of bounds
        usual = max(float(districting.weight.sum()), 1.0) / districting.k
        out = np.append(out, usual * abs(len(held) - districting.k))
    return Found(label.copy(), measure(districting, gather_parts(label)), float(out.sum()))


def _find_scale(districting: Districting, found: Found) -> float:
    """Give what the objective counts for one cut edge."""
    rows, cost = districting.edges
    if districting.objective == "compactness":
        cut = int((found.label[rows[:, 0]] != found.label[rows[:, 1]]).sum()) if len(rows) else 0
        return max(found.value / max(cut, 1), 1e-300)
    positive = cost[cost > 0]
    return float(positive.mean()) if len(positive) else 1.0


def _renumber(label: Rows) -> Rows:
    _, fresh = np.unique(label, return_inverse=True)
    return fresh.astype(np.int64)
