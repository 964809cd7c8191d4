"""What makes a metre of street longer to walk: stairs, slopes and traffic signals.

A penalty is metres of level walking that are as tiring as what the street has beside its length. It is the same in
both directions, so walks stay symmetric, and never negative, so a walk is never shorter than its length. A road
whose slope or signals nobody gave has none of that penalty; the sheet says so.

Slope: the pace of Tobler's hiking function (Tobler 1993), v = exp(-3.5 |s + 0.05|), compared with the level and
averaged over the way up and the way down. The mean is 1 on the level, cosh(3.5 s) up to five per cent, and more than
1 on every slope.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gis_planner.analysis.arrays import Floats
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, floats, geometries, rows_by_id, texts

_STEEPNESS, _BEST_SLOPE = 3.5, 0.05


def walk_lengths(roads: Frame, road_ids: Sequence[str], length_m: Floats, rules: Rules) -> Floats:
    """Give the metres of walking of edges: their length and their penalties.

    `road_ids` and `length_m` (m,) are of the edges. A road's signals are spread along it, in proportion to length.
    """
    if not (rules.stairs_penalty or rules.signal_penalty_m or rules.slope_weight):
        return length_m.copy()
    row_of = rows_by_id(roads)
    row = np.array([row_of[road] for road in road_ids], dtype=np.int64)
    steps = np.array([name == "steps" for name in texts(roads, "class")], dtype=bool)
    slope, signals = np.nan_to_num(floats(roads, "slope")), np.nan_to_num(floats(roads, "signals"))
    whole = np.array([shape.length if shape is not None else 0.0 for shape in geometries(roads)], dtype=float)
    per_metre = rules.slope_weight * (slope_factor(slope) - 1.0) + np.where(steps, rules.stairs_penalty, 0.0)
    per_metre += rules.signal_penalty_m * np.divide(
        signals, whole, out=np.zeros(len(whole)), where=whole > 0.0
    )
    added: Floats = length_m * per_metre[row]
    return length_m + added


def slope_factor(slope: Floats) -> Floats:
    """Give how many level metres a metre of this slope (a share) is worth, the mean of both directions."""
    up = np.exp(_STEEPNESS * (np.abs(slope + _BEST_SLOPE) - _BEST_SLOPE))
    down = np.exp(_STEEPNESS * (np.abs(-slope + _BEST_SLOPE) - _BEST_SLOPE))
    factor: Floats = (up + down) / 2.0
    return factor
