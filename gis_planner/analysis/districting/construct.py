"""A first division: connected parts grown from seeds, the lightest part first."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np

from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.districting.problem import Districting


def find_components(districting: Districting, among: Sequence[int] | None = None) -> list[list[int]]:
    """Give the connected pieces of the graph (or of some of its units), each sorted, ordered by first row."""
    left = set(range(len(districting)) if among is None else among)
    found = []
    for row in sorted(left):
        if row not in left:
            continue
        left.discard(row)
        piece, ahead = [row], [row]
        while ahead:
            for other in districting.near[ahead.pop()]:
                if other in left:
                    left.discard(other)
                    piece.append(other)
                    ahead.append(other)
        found.append(sorted(piece))
    return found


def count_parts(districting: Districting, weight: float, units: int) -> tuple[int, int]:
    """Give the fewest and the most parts that so many units of this weight can make; more than the most: none."""
    fewest, most = 1, units
    if districting.upper > 0:
        fewest = max(1, math.ceil((weight - districting.slack) / districting.upper))
    if districting.lower > 0:
        most = min(units, math.floor((weight + districting.slack) / districting.lower))
    return fewest, most


def share_parts(
    districting: Districting, pieces: Sequence[Sequence[int]], rng: random.Random | None
) -> list[int]:
    """Give the number of parts of each piece: as many as its weight asks for, `k` together where it is given.

    With `rng` numbers that more than one choice is open for are drawn.
    """
    weights = [float(districting.weight[list(piece)].sum()) for piece in pieces]
    spans = [
        count_parts(districting, weight, len(piece)) for weight, piece in zip(weights, pieces, strict=True)
    ]
    if districting.k is not None:
        usual = sum(weights) / districting.k
    elif districting.objective == "compactness":
        usual = districting.lower
    else:
        usual = 0.25 * max(districting.lower, 0.0) + 0.75 * districting.upper
    counts = []
    for weight, piece, (fewest, most) in zip(weights, pieces, spans, strict=True):
        wish = len(piece) if usual <= 0 else weight / usual
        wish += rng.uniform(-0.5, 0.5) if rng is not None else 0.0
        counts.append(min(max(round(wish), fewest, 1), max(most, 1), len(piece)))
    while districting.k is not None and sum(counts) != districting.k:
        step = 1 if sum(counts) < districting.k else -1
        open_to = [
            (not span[0] <= counts[place] + step <= span[1], -step * weights[place] / counts[place], place)
            for place, span in enumerate(spans)
            if 1 <= counts[place] + step <= len(pieces[place])
        ]
        if not open_to:
            break
        counts[min(open_to)[2]] += step
    return counts


def grow_parts(districting: Districting, rng: random.Random) -> Rows:
    """Grow parts from random seeds until every unit is in one; gives the part of each unit."""
    label = np.full(len(districting), -1, dtype=np.int64)
    pieces = find_components(districting)
    varied = rng if rng.random() < 0.7 else None
    made = 0
    for piece, count in zip(pieces, share_parts(districting, pieces, varied), strict=True):
        seeds = rng.sample(piece, count)
        weight = [float(districting.weight[seed]) for seed in seeds]
        rim: list[list[int]] = []
        for part, seed in enumerate(seeds):
            label[seed] = made + part
            rim.append(list(districting.near[seed]))
        growing = set(range(count))
        for _ in range(len(piece) - count):
            chosen = -1
            while chosen < 0:
                part = min(growing, key=lambda each: (weight[each], each))
                open_to = [row for row in rim[part] if label[row] < 0]
                if open_to:
                    chosen = open_to[rng.randrange(len(open_to))]
                    rim[part] = open_to
                else:
                    growing.discard(part)
            label[chosen] = made + part
            weight[part] += float(districting.weight[chosen])
            rim[part] += [row for row in districting.near[chosen] if label[row] < 0]
        made += count
    return label
