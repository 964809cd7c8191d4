"""Compiling the kernels before they are needed, and doing without them until then.

On a machine where the program never ran, compiling takes many times as long as measuring a county town. So whoever
shows something first asks here whether a kernel is ready: compiled in this process, or kept in the cache by an earlier
one. Where it is not, small work is done by the plain code, which gives the same bits, while `warm_kernels` compiles
beside it. Large work waits for the kernel, because there compiling is the shorter part.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, cast

import numpy as np
from shapely.geometry import LineString

_CLOCK_S = 1.0  # file systems tell times this exactly


def warm_kernels() -> None:
    """Compile every kernel of the analysis, or load it from the cache; takes seconds the first time.

    May run in a thread beside everything else. Where nothing can be compiled there is nothing to warm.
    """
    try:
        from gis_planner.analysis import (
            box_kernel,
            catchment_kernel,
            coverage_kernel,
            frontage_kernel,
            shadow_kernel,
        )
    except (ImportError, RuntimeError, OSError):
        return
    _warm_coverage(coverage_kernel)
    _warm_frontage(frontage_kernel)
    _warm_shadows(shadow_kernel)
    box_kernel.meet_boxes(np.zeros((1, 4)), np.zeros((1, 4)))
    _warm_catchments(catchment_kernel)
    _warm_isochrones()


def is_ready(kernels: ModuleType, names: tuple[str, ...]) -> bool:
    """Tell whether these kernels of a module can be called without compiling anything."""
    return all(_is_ready(getattr(kernels, name)) for name in names)


def without_compiler(kernels: ModuleType, name: str) -> Callable[..., Any]:
    """Give a kernel of a module as plain Python, with the kernels that it calls as plain as itself."""
    space = dict(vars(kernels))
    for each, value in vars(kernels).items():
        source = getattr(value, "py_func", None)
        if source is not None and source.__module__ == kernels.__name__:
            space[each] = FunctionType(source.__code__, space, each, source.__defaults__)
    return cast(Callable[..., Any], space[name])


def _is_ready(kernel: Any) -> bool:
    if not hasattr(kernel, "py_func") or kernel.overloads:
        return True
    source = Path(kernel.py_func.__code__.co_filename)
    since_s = source.stat().st_mtime - _CLOCK_S
    kept = Path(str(kernel.stats.cache_path)).glob(f"{source.stem}.{kernel.py_func.__name__}-*.nbi")
    return any(index.stat().st_mtime >= since_s for index in kept)


def _warm_coverage(kernels: ModuleType) -> None:
    """Measure on two edges, with arrays as `LiveCoverage` and `measure_walks` hand them over."""
    first, last = np.array([0, 1, 3], dtype=np.int64), np.array([1, 3, 4], dtype=np.int64)
    to, walk_m = np.array([1, 0, 2, 1], dtype=np.int32), np.ones(4)
    node, metres, owner, rank = _rows(0), np.zeros(1), _rows(0), _rows(0)
    distance, nearest = kernels.spread(first, last, to, walk_m, node, metres, owner, rank, 5.0)
    mark = np.zeros(3, dtype=np.int32)
    kernels.repair(
        first, last, to, walk_m, node, metres, owner, rank, distance, nearest, 5.0, _rows(0), _rows(1), mark
    )
    point_first, edge, metre = _rows(0, 1), _rows(0), np.zeros(1)
    edge_from, edge_to, edge_walk_m = _rows(0, 1), _rows(1, 2), np.ones(2)
    kernels.pick(
        _rows(0), point_first[:1], point_first[1:], edge, metre, metre, edge_from, edge_to, edge_walk_m,
        distance, nearest, rank, edge, metre, metre, owner, _rows(0), metre, owner,
    )  # fmt: skip
    kernels.measure_between(
        first, last, to, walk_m, edge_from, edge_to, edge_walk_m, point_first, edge, metre, metre, 0, 1, 5.0
    )


def _warm_frontage(kernels: ModuleType) -> None:
    """Let two squares face each other, with arrays as `face` hands them over."""
    corner = np.array([0.0, 10.0, 10.0, 0.0])
    far = np.roll(corner, -1)
    x0, x1 = np.concatenate([corner, corner + 12.0]), np.concatenate([far, far + 12.0])
    y0, y1 = np.tile([0.0, 0.0, 10.0, 10.0], 2), np.tile([0.0, 10.0, 10.0, 0.0], 2)
    boxes = np.array([[0.0, 0.0, 10.0, 10.0], [12.0, 0.0, 22.0, 10.0]])
    found = kernels.facing_stretches(x0, y0, x1, y1, _rows(0, 4, 8), boxes, _rows(0), _rows(1), 5.0)
    kernels.find_medians(_rows(0, len(found[0])), np.arange(len(found[0])), found[2], 5.0)
    kernels.find_nearest(np.column_stack([x0, y0, x1, y1]), _rows(0, 4, 8), boxes, _rows(0), _rows(1))


def _warm_shadows(kernels: ModuleType) -> None:
    """Let a line cast its shadow on one stretch, with arrays as `collect_between` hands them over."""
    frames = np.array([[0.0, 0.0, 1.0, 0.0, 0.0, 10.0, 20.0, 20.0]])
    edges, boxes = np.array([[0.0, -5.0, 4.0, -5.0]]), np.array([[0.0, -5.0, 4.0, -5.0]])
    found, spans = kernels.cast_shadows(
        frames, _rows(0), _rows(0, 1), _rows(0), edges, _rows(0, 1), boxes, np.zeros(1, dtype=bool), 2.0
    )
    start, end = np.ascontiguousarray(spans[:, 0]), np.ascontiguousarray(spans[:, 1])
    stretch = np.ascontiguousarray(found[:, 0])
    kernels.cover(stretch, start, end, np.ones(len(found), dtype=bool), np.zeros(1))


def _warm_catchments(kernels: ModuleType) -> None:
    """Search from one facility on one edge, with arrays as `measure_catchments` hands them over."""
    metre = np.zeros(1)
    kernels.search_catchments(
        _rows(0, 1, 2), np.array([1, 0], dtype=np.int32), np.ones(2), _rows(0), _rows(1), np.ones(1),
        _rows(0, 1, 2), _rows(0, 0), np.array([0.0, 1.0]), _rows(0, 1), _rows(0), metre, metre, 1,
        _rows(0, 1), _rows(0), metre, metre, _rows(0, 0), _rows(), np.empty(0), 5.0,
    )  # fmt: skip


def _warm_isochrones() -> None:
    """Draw what is reached on a street of two edges, live and exactly."""
    from gis_planner.analysis.crossings import Obstacles
    from gis_planner.analysis.isochrone_ground import prepare_isochrones
    from gis_planner.analysis.isochrones import final_isochrones, live_isochrones, starts_at
    from gis_planner.model.results import Network

    xy = np.array([[0.0, 0.0], [100.0, 0.0], [200.0, 50.0]])
    lines = np.array([LineString(xy[:2]), LineString(xy[1:])], dtype=object)
    length = np.hypot(*np.diff(xy, axis=0).T)
    network = Network(xy, _rows(0, 1), _rows(1, 2), length, length.copy(), lines, ("R", "R"))
    nothing = np.empty(0, dtype=object)
    ground = prepare_isochrones(network, Obstacles(nothing, _rows(), nothing), width_m=50.0)
    starts = starts_at(_rows(0), np.array([20.0]), np.array([5.0]))
    live_isochrones(ground, starts, [150.0])
    final_isochrones(ground, starts, [150.0])


def _rows(*rows: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(rows, dtype=np.int64)
