"""A bound that always holds, from counting alone."""

from __future__ import annotations

from gis_planner.analysis.districting.construct import count_parts, find_components
from gis_planner.analysis.districting.problem import Districting


def bound_plainly(districting: Districting) -> float:
    """Give a value that no districting can be below; 0 where counting tells nothing.

    A piece of the graph that makes m parts needs m - 1 cuts at least to keep them apart, and each of m > 1 parts is
    cut off by at least the lightest cut of one unit's pairs that any set can have: the least pair, twice in a piece
    without bridges. Parts of a piece hang together by cut pairs, so the cheapest m - 1 pairs bound their sum.
    """
    if districting.objective == "compactness":
        return 0.0
    rows, cost = districting.edges
    pieces = find_components(districting)
    spans = [count_parts(districting, float(districting.weight[piece].sum()), len(piece)) for piece in pieces]
    fewest = sum(span[0] - 1 for span in spans)
    if districting.k is not None:
        fewest = max(fewest, districting.k - len(pieces))
    return float(sum(sorted(cost.tolist())[:fewest])) if len(rows) else 0.0
