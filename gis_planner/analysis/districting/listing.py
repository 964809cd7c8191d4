"""Every part there can be: all connected sets of units within the bounds, where there are not too many.

Sets are whole numbers, one bit a unit. Each set is met once: it grows from its first unit by neighbours that were
not beside it before (Wernicke, "Efficient detection of network motifs", 2006).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gis_planner.analysis.arrays import Floats
from gis_planner.analysis.districting.problem import Districting, measure_compactness


def list_parts(
    districting: Districting,
    *,
    visits: int,
    most: int,
    around: int | None = None,
    near: Sequence[int] | None = None,
) -> list[int] | None:
    """List every connected set of units within the bounds; None where that takes too many visits or gives too many.

    `around` lists only sets that hold this unit. `near` is what `join_bits` gives.
    """
    n = len(districting)
    weight = districting.weight.tolist() if around is None else districting.weight
    upper, lower = districting.upper + districting.slack, districting.lower - districting.slack
    near = join_bits(districting) if near is None else near
    found: list[int] = []
    visited = 0
    for root in range(n) if around is None else (around,):
        if weight[root] > upper:
            continue
        closed = (1 << (root + 1)) - 1 if around is None else 1 << root
        stack = [(1 << root, near[root] & ~closed, closed | near[root], weight[root])]
        while stack:
            chosen, ahead, beside, held = stack.pop()
            visited += 1
            if visited > visits:
                return None
            if held >= lower:
                found.append(chosen)
                if len(found) > most:
                    return None
            while ahead:
                bit = ahead & -ahead
                ahead ^= bit
                unit = bit.bit_length() - 1
                heavier = held + weight[unit]
                if heavier <= upper:
                    fresh = near[unit] & ~beside
                    stack.append((chosen | bit, ahead | fresh, beside | near[unit], heavier))
    return found


def join_bits(districting: Districting) -> list[int]:
    """Give the neighbours of each unit as a set."""
    return [sum(1 << other for other in others) for others in districting.near]


def read_set(chosen: int) -> list[int]:
    """Give the rows of a set, in order."""
    rows = []
    while chosen:
        bit = chosen & -chosen
        rows.append(bit.bit_length() - 1)
        chosen ^= bit
    return rows


def price_parts(districting: Districting, sets: list[list[int]]) -> Floats:
    """Give what each part adds to the objective: of a cut, either side bears half."""
    if districting.objective == "compactness":
        return np.array([measure_compactness(districting, rows)[0] for rows in sets], dtype=np.float64)
    first, to, cost = (array.tolist() for array in districting.arcs)
    prices = np.zeros(len(sets))
    for place, rows in enumerate(sets):
        inside = set(rows)
        prices[place] = 0.5 * sum(
            cost[arc] for u in rows for arc in range(first[u], first[u + 1]) if to[arc] not in inside
        )
    return prices
