"""Kernels are compiled before they are needed; until then the plain code gives the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import shapely
from towns import small_town
from walks import Walks, walks_in

from gis_planner.analysis import (
    box_kernel,
    catchment_kernel,
    catchments,
    coverage_kernel,
    coverage_plain,
    engine,
    frontage_kernel,
    isochrone_raster,
    isochrone_search,
    isochrone_strips,
    shadow_kernel,
    warming,
)
from gis_planner.analysis.catchments import Catchments, find_doorsteps, load_search, measure_catchments
from gis_planner.analysis.engine import load_engine, load_facing, load_shadows
from gis_planner.analysis.frontage import close_pairs, face, outline
from gis_planner.analysis.isochrone_ground import lay_ground
from gis_planner.analysis.isochrones import final_isochrones, live_isochrones, starts_at
from gis_planner.analysis.walking import measure_walks
from gis_planner.analysis.warming import is_ready, warm_kernels, without_compiler
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.project import Project

KERNELS = ("spread", "repair", "pick", "measure_between")


def compiled_for() -> dict[str, int]:
    return {
        f"{kernels.__name__}.{name}": len(getattr(kernels, name).overloads)
        for kernels, names in (
            (coverage_kernel, KERNELS),
            (frontage_kernel, ("facing_stretches", "find_medians", "find_nearest")),
            (shadow_kernel, ("cast_shadows", "cover")),
            (box_kernel, ("meet_boxes",)),
            (catchment_kernel, ("search_catchments",)),
            (isochrone_raster, ("paint_reach", "trace_outline")),
            (isochrone_search, ("reach_edges", "cut_edges", "draw_stretches")),
            (isochrone_strips, ("list_strips",)),
        )
        for name in names
    }


def crooked_compounds(seed: int) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Scatter crooked outlines that touch, overlap and stand apart."""
    random = np.random.default_rng(seed)
    shapes = [
        shapely.convex_hull(shapely.MultiPoint(random.uniform(0, 40, (6, 2)) + random.uniform(0, 150, 2)))
        for _ in range(25)
    ]
    squares = [shapely.box(50 * k, 200, 50 * k + 40, 240) for k in range(4)]
    return np.array([*shapes, *squares], dtype=object)


def test_warm_kernels_are_ready_and_fit_the_arrays_that_a_study_hands_over() -> None:
    warm_kernels()
    before = compiled_for()
    assert all(before.values())
    town = small_town(4)
    walks = walks_in(town)
    units = [f"compounds/{name}" for name in town.table("compounds")["id"]]
    measure_walks(walks.network, walks.found.access, units, limit_m=3000.0)
    shapes = crooked_compounds(0)
    face(outline(shapes), *close_pairs(shapes, 30.0), 30.0)
    measured(town, walks)
    ground = lay_ground(town, walks.network)
    access = walks.found.access
    starts = starts_at(*(access[name].to_numpy()[:5] for name in ("edge_id", "offset_m", "leg_m")))
    live_isochrones(ground, starts, [300.0])
    final_isochrones(ground, starts, [300.0])
    assert compiled_for() == before  # nothing was compiled once more for other types
    assert is_ready(coverage_kernel, KERNELS)
    assert is_ready(frontage_kernel, ("facing_stretches",))


@pytest.mark.parametrize("seed", range(4))
def test_outlines_face_each_other_alike_without_a_compiler(seed: int) -> None:
    shapes = crooked_compounds(seed)
    drawn = outline(shapes)
    left, right = close_pairs(shapes, 30.0)
    x0, y0, x1, y1 = (np.ascontiguousarray(drawn.edges[:, column]) for column in range(4))
    given = (x0, y0, x1, y1, drawn.first, shapely.bounds(shapes), left, right, 30.0)
    compiled = frontage_kernel.facing_stretches(*given)
    plain = without_compiler(frontage_kernel, "facing_stretches")(*given)
    assert len(compiled[0]) > 20
    for one, other in zip(compiled, plain, strict=True):
        np.testing.assert_array_equal(one, other)


def test_more_stretches_than_there_is_room_for_are_all_kept() -> None:
    squares = np.array([shapely.box(12 * k, 0, 12 * k + 10, 10) for k in range(1200)], dtype=object)
    left, right = close_pairs(squares, 5.0)
    found = face(outline(squares), left, right, 5.0)
    assert len(left) == 1199
    assert found.length.tolist() == [10.0] * 2398


def test_small_work_is_done_plainly_until_the_kernels_are_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_engine() is coverage_kernel
    assert load_facing(10)[0] is frontage_kernel.facing_stretches
    assert load_shadows(10)[0] is shadow_kernel.cast_shadows
    monkeypatch.setattr(engine, "is_ready", lambda kernels, names: False)
    assert load_engine() is coverage_plain
    assert load_engine(10**9) is coverage_kernel  # compiling is the shorter part of it
    assert load_facing(10)[0] is not frontage_kernel.facing_stretches
    assert load_facing(10**6)[0] is frontage_kernel.facing_stretches
    assert load_shadows(10)[0] is not shadow_kernel.cast_shadows
    assert load_shadows(10**6)[0] is shadow_kernel.cast_shadows


def test_a_town_is_the_same_before_and_after_the_kernels_are_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    after = walks_in(small_town(6)).coverage
    monkeypatch.setattr(engine, "is_ready", lambda kernels, names: False)
    before = walks_in(small_town(6)).coverage
    pd.testing.assert_frame_equal(before, after, check_exact=True)


def measured(town: Project, walks: Walks) -> Catchments:
    doorsteps = find_doorsteps(walks.network, walks.units, walks.found.access)
    found = walks.found
    return measure_catchments(
        doorsteps, found.facilities, found.access, found.direct, town.rules, kinds=NINE_KINDS
    )


@pytest.mark.parametrize("seed", range(3))
def test_catchments_are_the_same_before_and_after_the_kernel_is_ready(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    town = small_town(seed)
    walks = walks_in(town)
    after = measured(town, walks)
    monkeypatch.setattr(catchments, "is_ready", lambda kernels, names: False)
    assert load_search(10) is not catchment_kernel.search_catchments
    assert load_search(10**6) is catchment_kernel.search_catchments
    before = measured(town, walks)
    assert len(after.distance_m) > 0
    for name in ("first", "unit", "distance_m"):
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))


class _Kernel:
    """A kernel that was not compiled in this process."""

    overloads: tuple[object, ...] = ()

    def __init__(self, folder: Path) -> None:
        self.py_func = frontage_kernel.facing_stretches.py_func
        self.stats = type("Stats", (), {"cache_path": str(folder)})


def test_a_kernel_kept_by_an_earlier_run_is_ready_unless_its_source_is_newer(tmp_path: Path) -> None:
    kernels = ModuleType("kernels")
    kernels.facing_stretches = _Kernel(tmp_path)  # type: ignore[attr-defined]
    assert not is_ready(kernels, ("facing_stretches",))
    index = tmp_path / "frontage_kernel.facing_stretches-23.py311.nbi"
    index.write_bytes(b"")
    assert is_ready(kernels, ("facing_stretches",))
    old = Path(frontage_kernel.__file__).stat().st_mtime - 60.0
    os.utime(index, (old, old))
    assert not is_ready(kernels, ("facing_stretches",))


def test_a_first_start_measures_plainly_and_compiles_nothing(tmp_path: Path) -> None:
    script = (
        "from gis_planner.analysis import coverage_kernel, coverage_plain, engine\n"
        "assert engine.load_engine() is coverage_plain\n"
        "assert not coverage_kernel.spread.overloads\n"
    )
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": str(Path(warming.__file__).parents[2]),
    }
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)
    assert not list(tmp_path.rglob("*.nbi"))
