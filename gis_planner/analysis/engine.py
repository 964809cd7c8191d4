"""Which code runs the heavy loops: compiled kernels, or the plain ones where nothing can be compiled.

Both give the same numbers, bit for bit: a shortest distance is the smallest of the sums along all paths,
each added up from the facility outwards, and does not depend on the order of the search.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from gis_planner.analysis.arcs import Small
from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.warming import is_ready, without_compiler

_KERNELS = ("spread", "repair", "pick", "measure_between")
_SMALL_STEPS = 1_000_000  # the plain engine takes less than a second for them
_FEW_PAIRS = 2_000
_FEW_STRETCHES = 20_000
_FEW_BOXES = 20_000


class Engine(Protocol):
    """The heavy loops.

    The arcs of node v are first[v] … last[v]: `to` the node they lead to, `walk_m`. Seeds (k,) are sorted by `node`,
    with `metres` and the `owner` that they belong to; owners are told apart by `rank`, the smallest is named where
    several are as near.
    """

    def spread(
        self,
        first: Rows,
        last: Rows,
        to: Small,
        walk_m: Floats,
        node: Rows,
        metres: Floats,
        owner: Rows,
        rank: Rows,
        limit_m: float,
        /,
    ) -> tuple[Floats, Small]:
        """Measure from seeds to every node within the limit: the distance (inf beyond) and the owner (-1)."""

    def repair(
        self,
        first: Rows,
        last: Rows,
        to: Small,
        walk_m: Floats,
        node: Rows,
        metres: Floats,
        owner: Rows,
        rank: Rows,
        distance: Floats,
        nearest: Small,
        limit_m: float,
        suspects: Rows,
        candidates: Rows,
        mark: Small,
        /,
    ) -> Small:
        """Bring what `spread` gave up to date after a local change, in place; gives the nodes that differ.

        Arcs and seeds are those after the change. `suspects` are nodes whose label may rest on a seed or an arc that is
        gone, `candidates` nodes that a new one may bring nearer. `mark` (n,) is zero before and after.
        """

    def pick(
        self,
        units: Rows,
        point_first: Rows,
        point_last: Rows,
        edge: Rows,
        offset_m: Floats,
        leg_m: Floats,
        edge_from: Rows,
        edge_to: Rows,
        walk_m: Floats,
        distance: Floats,
        nearest: Small,
        rank: Rows,
        near_edge: Rows,
        near_offset_m: Floats,
        near_leg_m: Floats,
        near_owner: Rows,
        direct_unit: Rows,
        direct_m: Floats,
        direct_owner: Rows,
        /,
    ) -> tuple[Floats, Small]:
        """Choose for these units the nearest owner, and of equally near ones the first by rank.

        Access points of unit u stand at point_first[u] … point_last[u]; `distance` and `nearest` are those of the
        nodes; `near_*` are access points of owners sorted by edge, for walks along one edge; `direct_*` are walks
        without the network, sorted by unit. Gives inf and -1 where nothing is reached.
        """

    def measure_between(
        self,
        first: Rows,
        last: Rows,
        to: Small,
        walk_m: Floats,
        edge_from: Rows,
        edge_to: Rows,
        edge_walk_m: Floats,
        unit_first: Rows,
        edge: Rows,
        offset_m: Floats,
        leg_m: Floats,
        low: int,
        high: int,
        limit_m: float,
        /,
    ) -> Floats:
        """Measure from the units low … high to all that come later, (high - low, n); NaN beyond the limit.

        Of two units the walk starts at the earlier one, so every walk is measured once, whatever the blocks.
        """


def load_engine(steps: int = 0) -> Engine:
    """Give the compiled engine, or the plain one where numba is missing or its cache cannot be written.

    The plain one also does small work, of about so many `steps` (a node once, from one kind or unit), as long as the
    kernels are not ready: a first start shows its figures before a compiler is done. See `warming`.
    """
    from gis_planner.analysis import coverage_plain

    try:
        from gis_planner.analysis import coverage_kernel
    except (ImportError, RuntimeError, OSError):
        return coverage_plain
    if steps <= _SMALL_STEPS and not is_ready(coverage_kernel, _KERNELS):
        return coverage_plain
    return coverage_kernel


def load_facing(pairs: int) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """Give what finds stretches of outline that face each other, the median way across, and the nearest places.

    Compiled, or plain for few pairs until it is.
    """
    from gis_planner.analysis import frontage_kernel

    names = ("facing_stretches", "find_medians", "find_nearest")
    if pairs <= _FEW_PAIRS and not is_ready(frontage_kernel, names):
        facing, medians, nearest = (without_compiler(frontage_kernel, name) for name in names)
        return facing, medians, nearest
    return frontage_kernel.facing_stretches, frontage_kernel.find_medians, frontage_kernel.find_nearest


def load_shadows(stretches: int) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Give what casts shadows on stretches of outline and what measures them.

    Compiled, or plain for few until it is.
    """
    from gis_planner.analysis import shadow_kernel

    names = ("cast_shadows", "cover")
    if stretches <= _FEW_STRETCHES and not is_ready(shadow_kernel, names):
        return without_compiler(shadow_kernel, names[0]), without_compiler(shadow_kernel, names[1])
    return shadow_kernel.cast_shadows, shadow_kernel.cover


def load_meeting(boxes: int) -> Callable[..., Any]:
    """Give what finds which boxes meet: compiled, or plain for few until it is."""
    from gis_planner.analysis import box_kernel

    if boxes <= _FEW_BOXES and not is_ready(box_kernel, ("meet_boxes",)):
        return without_compiler(box_kernel, "meet_boxes")
    return box_kernel.meet_boxes
