"""The outline of what is reached, as it follows the hand: of one compound, and of a cluster of sixty."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bench_parts.table import Row, keep_within, leave_out
from bench_parts.timing import time_in_turn
from bench_parts.town import BenchTown

_LIMIT_M = 1000.0
_BIG = 60


def isochrone_rows(town: BenchTown, *, places: int = 21) -> list[Row]:
    """Draw live isochrones all over the town; the median."""
    name = f"{len(town.network.xy):,} nodes"
    asked = (("of a compound", 1, 8.0), (f"of a cluster of {_BIG} compounds", _BIG, 30.0))
    try:
        drawing = importlib.import_module("gis_planner.analysis.isochrones")
        laying = importlib.import_module("gis_planner.analysis.isochrone_ground")
        crossings = importlib.import_module("gis_planner.analysis.crossings")
        barriers = importlib.import_module("gis_planner.analysis.barriers")
    except ImportError:
        return [
            leave_out(f"isochrone {what}, live", name, "not part of the program yet", target=f"≤ {ms:g} ms")
            for what, _, ms in asked
        ]
    none = np.empty(0, dtype=object)
    obstacles = crossings.collect_obstacles(barriers.collect_barriers(town.project), none, none)
    ground = laying.prepare_isochrones(town.network, obstacles, width_m=town.project.rules.snap_max_m)
    rows = []
    for what, members, at_most_ms in asked:
        draws = [_draw(drawing, ground, starts) for starts in _starts(drawing, town, members, places)]
        draws[0]()  # compiled once
        taken = time_in_turn(draws, times=3)
        rows.append(
            keep_within(
                f"isochrone {what}, live, to {_LIMIT_M:,.0f} m", name, 1000.0 * float(np.median(taken)), "ms",
                at_most=at_most_ms, note=f"median over {len(draws)} places, the slowest {1000.0 * max(taken):.1f} ms",
            )
        )  # fmt: skip
    return rows


def _draw(drawing: Any, ground: Any, starts: Any) -> Callable[[], object]:
    return lambda: drawing.live_isochrones(ground, starts, [_LIMIT_M])


def _starts(drawing: Any, town: BenchTown, members: int, places: int) -> list[Any]:
    """Give the access points of compounds that stand together, at places spread over the town."""
    compounds = town.project.table("compounds")
    names = compounds["id"].to_numpy()
    centre = shapely.get_coordinates(shapely.centroid(np.array(compounds["geometry"].array, dtype=object)))
    access = town.reach.access
    units = access[access["owner_type"] == "unit"]
    owner = units["owner_id"].to_numpy()
    found = []
    for row in np.linspace(0, len(names) - 1, places).astype(np.int64).tolist():
        near: NDArray[np.int64] = np.argsort(np.hypot(*(centre - centre[row]).T), kind="stable")[:members]
        mine = np.isin(owner, [f"compounds/{name}" for name in names[near]])
        edge, offset, leg = (units[column].to_numpy()[mine] for column in ("edge_id", "offset_m", "leg_m"))
        found.append(drawing.starts_at(edge, offset, leg))
    return found
