"""What is to be divided, and what was found.

Units with a weight stand in a graph. A *districting* places every unit in exactly one part; each part hangs together
by the pairs of the graph, and its weight lies within `lower` and `upper`. The number of parts is `k`, or free. What is
made small is one of three objectives:

* `cut_edges`: the number of pairs whose units lie in different parts;
* `cut_length`: the length of these pairs, added up;
* `compactness`: for each part its best member unit is the centre, and each unit costs its weight times the square of
  its distance to the centre (Hess and others, "Nonpartisan political redistricting by computer", 1965). With a free
  number of parts this alone asks for parts as small as the bounds allow.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.errors import AnalysisError
from gis_planner.messages import Message

Objective = Literal["cut_edges", "cut_length", "compactness"]
OBJECTIVES: tuple[Objective, ...] = ("cut_edges", "cut_length", "compactness")
Parts = tuple[tuple[int, ...], ...]

_ROUNDING = 1e-9  # sums of weights that differ by no more, relative to the bound, are the same


@dataclass(frozen=True, eq=False)
class Districting:
    """Units `ids` (n,) with `weight` (n,) and `xy` (n, 2); `pairs` (m, 2) of rows with `length` (m,); bounds of a part.

    Raises AnalysisError where the arrays do not fit together, a weight is negative or not finite, or the lower bound
    is above the upper one.
    """

    ids: Sequence[Hashable]
    weight: Floats
    xy: Floats
    pairs: Rows
    length: Floats
    lower: float
    upper: float
    k: int | None = None
    objective: Objective = "cut_edges"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        n = len(self.ids)
        fits = self.weight.shape == (n,) and self.xy.shape == (n, 2)
        fits = fits and self.pairs.shape == (len(self.length), 2)
        if not fits or (len(self.pairs) and not (self.pairs.min() >= 0 and self.pairs.max() < n)):
            raise _refuse("shape")
        if not np.isfinite(self.weight).all() or (self.weight < 0).any():
            raise _refuse("weight")
        if not np.isfinite(self.length).all() or (self.length < 0).any() or not np.isfinite(self.xy).all():
            raise _refuse("numbers")
        if not self.lower <= self.upper or self.upper < 0:
            raise _refuse("bounds")
        if self.k is not None and self.k < 1:
            raise _refuse("k")
        if self.objective not in OBJECTIVES:
            raise _refuse("objective")

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def edges(self) -> tuple[Rows, Floats]:
        """Give every pair once, the smaller row first and in order, with what cutting it costs.

        A pair of a unit with itself is left out. Pairs given more than once count once among cut edges; their lengths
        are added up. By compactness a cut costs nothing.
        """
        low, high = self.pairs.min(axis=1), self.pairs.max(axis=1)
        code = (low * len(self) + high)[low < high]
        unique, place = np.unique(code, return_inverse=True)
        rows = np.stack([unique // max(len(self), 1), unique % max(len(self), 1)], axis=1).astype(np.int64)
        if self.objective == "cut_edges":
            return rows, np.ones(len(rows))
        if self.objective == "compactness":
            return rows, np.zeros(len(rows))
        summed = np.bincount(place, weights=self.length[low < high], minlength=len(rows))
        return rows, summed.astype(np.float64)

    @cached_property
    def near(self) -> tuple[tuple[int, ...], ...]:
        """Give the neighbours of each unit, by row."""
        found: list[list[int]] = [[] for _ in range(len(self))]
        for a, b in self.edges[0].tolist():
            found[a].append(b)
            found[b].append(a)
        return tuple(tuple(sorted(rows)) for rows in found)

    @cached_property
    def arcs(self) -> tuple[Rows, Rows, Floats]:
        """Give the graph in flat arrays: the arcs of unit u stand at first[u] … first[u + 1], to and cost."""
        rows, cost = self.edges
        tail = np.concatenate([rows[:, 0], rows[:, 1]])
        head = np.concatenate([rows[:, 1], rows[:, 0]])
        order = np.lexsort((head, tail))
        first = np.searchsorted(tail[order], np.arange(len(self) + 1)).astype(np.int64)
        return first, head[order].astype(np.int64), np.concatenate([cost, cost])[order]

    @property
    def whole(self) -> bool:
        """Tell whether the objective takes whole numbers only."""
        _, cost = self.edges
        return self.objective != "compactness" and bool((cost == np.round(cost)).all())

    @property
    def slack(self) -> float:
        """Give by how much a sum of weights may miss a bound from rounding alone."""
        return _ROUNDING * max(1.0, abs(self.upper), float(self.weight.sum()))

    def keeps_bounds(self, weight: float) -> bool:
        """Tell whether a part of this weight lies within the bounds."""
        return self.lower - self.slack <= weight <= self.upper + self.slack


@dataclass(frozen=True)
class Conflict:
    """Why no districting exists, or none was found: the units it is about, and the reason in words."""

    units: tuple[Hashable, ...]
    reason: Message
    proven: bool


@dataclass(frozen=True)
class Division:
    """What was found: `parts` of rows in the order of their first row, and how good they are.

    `bound` is a value that no districting can be below (None where there is none), `proven` says that `value` is the
    best there can be, `gap` is (value - bound) / value. Where no districting was found, `parts` still place every unit
    in connected parts that break bounds (`broken`), `value` is None and `conflict` says what stands in the way.
    """

    parts: Parts
    value: float | None
    bound: float | None
    proven: bool
    gap: float | None
    steps: int
    nodes: int
    broken: tuple[int, ...]
    conflict: Conflict | None
    cancelled: bool = False


def measure(districting: Districting, parts: Parts) -> float:
    """Give the objective of these parts, whatever bounds they break."""
    if districting.objective == "compactness":
        return float(sum(measure_compactness(districting, part)[0] for part in parts))
    label = label_units(districting, parts)
    rows, cost = districting.edges
    return float(cost[label[rows[:, 0]] != label[rows[:, 1]]].sum())


def measure_compactness(districting: Districting, part: Sequence[int]) -> tuple[float, int]:
    """Give what one part costs by compactness, and its centre (of equals the first row)."""
    rows = np.array(sorted(part), dtype=np.int64)
    apart = districting.xy[rows][:, None, :] - districting.xy[rows][None, :, :]
    costs = (districting.weight[rows][:, None] * (apart**2).sum(axis=2)).sum(axis=0)
    best = int(costs.argmin())
    return float(costs[best]), int(rows[best])


def label_units(districting: Districting, parts: Parts) -> Rows:
    """Give for each unit the place of its part; raises AnalysisError where a unit is in none or in two."""
    label = np.full(len(districting), -1, dtype=np.int64)
    for place, part in enumerate(parts):
        for row in part:
            if not 0 <= row < len(label) or label[row] >= 0:
                raise _refuse("parts")
            label[row] = place
    if (label < 0).any():
        raise _refuse("parts")
    return label


def gather_parts(label: Rows) -> Parts:
    """Give the parts of labelled units, in the order of their first row."""
    found: dict[int, list[int]] = {}
    for row, part in enumerate(label.tolist()):
        found.setdefault(part, []).append(row)
    return tuple(tuple(rows) for rows in found.values())


def weigh(districting: Districting, part: Sequence[int]) -> float:
    """Give the weight of a part."""
    return float(districting.weight[sorted(part)].sum())


def find_broken(districting: Districting, parts: Parts) -> tuple[int, ...]:
    """Give the places of the parts whose weight is out of bounds."""
    return tuple(
        place for place, part in enumerate(parts) if not districting.keeps_bounds(weigh(districting, part))
    )


def _refuse(what: str) -> AnalysisError:
    return AnalysisError(Message(f"districting.refused.{what}"), Message("districting.refused.remedy"))
