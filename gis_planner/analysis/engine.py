"""Which code runs the heavy loops: compiled kernels, or the plain ones where nothing can be compiled.

Both give the same numbers, bit for bit: a shortest distance is the smallest of the sums along all paths,
each added up from the facility outwards, and does not depend on the order of the search.
"""

from __future__ import annotations

from typing import Protocol

from gis_planner.analysis.arcs import Small
from gis_planner.analysis.arrays import Floats, Rows


class Engine(Protocol):
    """The heavy loops."""

    def spread(
        self,
        first: Rows,
        to: Small,
        walk_m: Floats,
        node: Rows,
        metres: Floats,
        owner: Rows,
        limit_m: float,
        /,
    ) -> tuple[Floats, Small]:
        """Measure from seeds to every node within the limit.

        `first`, `to`, `walk_m` are arcs; the seeds (k,) are different nodes with metres and the row of whom they
        belong to. Gives for every node the distance (inf beyond) and the smallest owner that is as near (-1).
        """

    def pick(
        self,
        unit_first: Rows,
        edge: Rows,
        offset_m: Floats,
        leg_m: Floats,
        edge_from: Rows,
        edge_to: Rows,
        walk_m: Floats,
        distance: Floats,
        owner: Small,
        near_low: Rows,
        near_high: Rows,
        near_offset_m: Floats,
        near_leg_m: Floats,
        near_owner: Rows,
        direct_first: Rows,
        direct_m: Floats,
        direct_owner: Rows,
        /,
    ) -> tuple[Floats, Small]:
        """Choose for every unit the nearest owner, and of equally near ones the smallest.

        The unit's access points stand in `unit_first` … `leg_m`; `distance` and `owner` are those of the nodes;
        near_low … near_high are the rows of facilities on the very edge of an access point; `direct_*` are
        walks without the network. Gives inf and -1 where nothing is reached.
        """

    def measure_between(
        self,
        first: Rows,
        to: Small,
        walk_m: Floats,
        edge_from: Rows,
        edge_to: Rows,
        edge_walk_m: Floats,
        unit_first: Rows,
        edge: Rows,
        offset_m: Floats,
        leg_m: Floats,
        limit_m: float,
        /,
    ) -> Floats:
        """Measure between all pairs of units, (n, n), NaN beyond the limit and 0 on the diagonal."""


def load_engine() -> Engine:
    """Give the compiled engine, or the plain one where numba is missing or its cache cannot be written."""
    try:
        from gis_planner.analysis import coverage_kernel
    except (ImportError, RuntimeError, OSError):
        from gis_planner.analysis import coverage_plain

        return coverage_plain
    return coverage_kernel
