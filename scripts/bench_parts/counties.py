"""Generated county maps: a planar graph of units with very unequal weights, as published districting instances have."""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial import Delaunay

from gis_planner.analysis.districting.problem import Districting, Objective


def generate_counties(
    n: int, k: int | None, seed: int, *, within: float = 0.005, objective: Objective = "cut_edges"
) -> Districting:
    """Make n counties for k parts, each within a share of the mean weight.

    Points lie on a shaken lattice, as county seats do; pairs are the Delaunay edges without the long ones along the
    rim; the length of a pair is that of the border between the two cells, estimated from the mean spacing. Weights
    are whole and lognormal, so that a few counties hold much of the state.
    """
    rng = np.random.default_rng([n, k or 0, seed])
    across = math.ceil(math.sqrt(n))
    places = np.array([(i % across, i // across) for i in range(n)], dtype=np.float64)
    xy = 10.0 * (places + rng.uniform(-0.38, 0.38, (n, 2)))
    pairs = set()
    for triangle in Delaunay(xy).simplices.tolist():
        for a, b in ((0, 1), (1, 2), (0, 2)):
            pairs.add((min(triangle[a], triangle[b]), max(triangle[a], triangle[b])))
    rows = np.array(sorted(pairs), dtype=np.int64)
    apart = np.hypot(*(xy[rows[:, 0]] - xy[rows[:, 1]]).T)
    rows, apart = rows[apart <= 20.0], apart[apart <= 20.0]
    weight = np.maximum(1.0, np.round(np.exp(rng.normal(10.0, 0.9, n))))
    mean = float(weight.sum()) / (k or 1)
    weight = np.minimum(weight, np.round(0.6 * mean))
    mean = float(weight.sum()) / (k or 1)
    return Districting(
        ids=[f"C{row:03d}" for row in range(n)],
        weight=weight,
        xy=xy,
        pairs=rows,
        length=np.round(100.0 / apart, 3),
        lower=math.ceil((1 - within) * mean),
        upper=math.floor((1 + within) * mean),
        k=k,
        objective=objective,
    )
