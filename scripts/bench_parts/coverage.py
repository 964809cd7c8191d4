"""Which rows are measured, in which order, on which networks."""

from __future__ import annotations

import sys
from pathlib import Path

from bench_parts.edit_rows import TownEdits, facility_row, rescoring_row, street_row
from bench_parts.isochrone_rows import isochrone_rows
from bench_parts.layout_rows import layout_row, memory_row
from bench_parts.qgis_peer import qgis_row
from bench_parts.read_streets import read_streets
from bench_parts.search_rows import search_rows, thread_row
from bench_parts.start_rows import start_rows
from bench_parts.streets import draw_streets, place_facilities
from bench_parts.table import Row
from bench_parts.timing import peak_memory_mb
from bench_parts.town import build_town, lay_out_coverage
from gis_planner.analysis.engine import load_engine
from gis_planner.analysis.warming import warm_kernels

SMALL, MIDDLE, LARGE = 20_000, 200_000, 1_000_000


def require_kernels() -> None:
    """Compile the kernels, or refuse: without them the plain engine would be timed, which is scipy itself."""
    warm_kernels()
    try:
        from gis_planner.analysis import coverage_kernel
    except (ImportError, RuntimeError, OSError) as error:
        raise ValueError(f"no kernel can be compiled here ({error})") from error
    if load_engine() is not coverage_kernel:
        raise ValueError("the kernels were compiled but are not used")


def measure_quick() -> list[Row]:
    """Measure the smallest network, and a small town on it, with no peer that is slow."""
    streets = draw_streets(SMALL)
    places = place_facilities(streets.nodes)
    rows = search_rows(streets, places, limit_m=1000.0, times=5, peers=False)
    rows.append(thread_row(streets, places, limit_m=1000.0, times=3))
    rows.append(layout_row(streets, places, times=3))
    town = build_town(streets, places, clusters=12, parcels=500)
    before_mb = peak_memory_mb()
    live = lay_out_coverage(town)
    rows.append(memory_row(streets.title, live, before_mb))
    edits = TownEdits(town)
    rows.append(facility_row(edits, times=20, at_most_ms=16.0))
    rows.append(rescoring_row(edits, times=5, at_most_ms=200.0))
    rows.append(street_row(edits, times=10, at_most_ms=100.0))
    return rows


def measure_file(path: Path) -> list[Row]:
    """Measure the searches on the streets of a file, with two facilities for every hundred nodes."""
    _tell(f"reading {path.name}")
    streets = read_streets(path)
    places = place_facilities(streets.nodes)
    _tell(f"searching {streets.title}")
    rows = search_rows(streets, places, limit_m=1000.0, times=5, peers=True)
    rows += search_rows(streets, places, limit_m=3000.0, times=3, peers=False)
    rows.append(thread_row(streets, places, limit_m=1000.0, times=5))
    rows.append(layout_row(streets, places, times=5))
    return rows


def measure_all() -> list[Row]:
    """Measure everything that has a target."""
    rows: list[Row] = []
    for about in (SMALL, MIDDLE, LARGE):
        streets = draw_streets(about)
        places = place_facilities(streets.nodes)
        _tell(f"searching {streets.title}")
        rows += search_rows(streets, places, limit_m=1000.0, times=5, peers=True)
        rows += search_rows(streets, places, limit_m=3000.0, times=3, peers=False)
        if about == LARGE:
            rows.append(thread_row(streets, places, limit_m=1000.0, times=5))
            rows.append(layout_row(streets, places, times=5))
        if about == SMALL:
            rows.append(qgis_row(streets, places))
            continue
        _tell(f"building a town on {streets.title}")
        town = build_town(streets, places)
        before_mb = peak_memory_mb()
        live = lay_out_coverage(town)
        if about == LARGE:
            rows.append(memory_row(streets.title, live, before_mb))
        edits = TownEdits(town)
        rows.append(facility_row(edits, times=200, at_most_ms=33.0 if about == LARGE else 16.0))
        if about == MIDDLE:
            rows.append(rescoring_row(edits, times=30, at_most_ms=200.0))
            rows.append(street_row(edits, times=60, at_most_ms=100.0))
            rows += isochrone_rows(town)
    _tell("starting on the sample with an empty cache")
    return rows + start_rows()


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)
