"""QGIS beside us, where its command line is installed: the service area of one kind's facilities.

It gives lines, not distances, and builds its graph anew each time, as it does for whoever asks it in its window.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from bench_parts.search_rows import search_all_kinds
from bench_parts.streets import Floats, Rows, Streets
from bench_parts.table import Row, compare, leave_out
from bench_parts.timing import time_once
from gis_planner.analysis.live_arcs import LiveArcs

_COMMAND = "qgis_process"
_PATIENCE_S = 60.0
_CRS = "EPSG:4547"
_LIMIT_M = 1000.0
_WHAT = f"one kind, lines within {_LIMIT_M:,.0f} m, by the wall clock"


def qgis_row(streets: Streets, places: Sequence[Rows]) -> Row:
    """Ask QGIS for the service area of the first kind, and search it ourselves."""
    command = shutil.which(_COMMAND)
    if command is None or streets.xy is None:
        return leave_out(_WHAT, streets.title, "not installed", peer="QGIS")
    with tempfile.TemporaryDirectory(prefix="gis_planner_bench_") as folder:
        lines, points = Path(folder) / "streets.gpkg", Path(folder) / "facilities.gpkg"
        _write(lines, _lines(streets, streets.xy))
        _write(points, shapely.points(streets.xy[places[0]]))
        asked = [
            command, "run", "native:serviceareafromlayer", "--", f"INPUT={lines}", "STRATEGY=0",
            f"START_POINTS={points}", f"TRAVEL_COST2={_LIMIT_M}", f"OUTPUT_LINES={Path(folder) / 'area.gpkg'}",
        ]  # fmt: skip
        try:
            taken_s, done = time_once(
                lambda: subprocess.run(asked, capture_output=True, text=True, timeout=_PATIENCE_S), wall=True
            )
        except subprocess.TimeoutExpired:
            return leave_out(_WHAT, streets.title, f"did not finish in {_PATIENCE_S:g} s", peer="QGIS")
        if done.returncode != 0 or not (Path(folder) / "area.gpkg").exists():
            said = (done.stderr or done.stdout).strip().splitlines()
            return leave_out(_WHAT, streets.title, f"failed: {said[-1] if said else '?'}", peer="QGIS")
    arcs = LiveArcs(streets.nodes, streets.edge_from, streets.edge_to, streets.length_m)
    search_all_kinds(arcs, places[:1], _LIMIT_M)  # the kernel is loaded
    own_s, _ = time_once(lambda: search_all_kinds(arcs, places[:1], _LIMIT_M), wall=True)
    note = "run once, with its start and its graph; it gives lines, so nothing is compared"
    return compare(_WHAT, streets.title, own_s, "QGIS", taken_s, note=note)


def _lines(streets: Streets, xy: Floats) -> object:
    return shapely.linestrings(np.stack([xy[streets.edge_from], xy[streets.edge_to]], axis=1))


def _write(path: Path, shapes: object) -> None:
    geometry = gpd.GeoSeries(np.asarray(shapes, dtype=object), crs=_CRS)
    gpd.GeoDataFrame({"id": np.arange(len(geometry))}, geometry=geometry, crs=_CRS).to_file(
        path, driver="GPKG"
    )
