"""From an admitted file to its layers as they stand there: the one place that knows which reader reads what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gis_planner.errors import Cancelled, InputError, PlannerError
from gis_planner.io.guard import Admitted, chunks, read_all
from gis_planner.io.limits import LIMITS, damaged, too_big, too_deep
from gis_planner.io.options import ReadOptions
from gis_planner.io.raw import Doubt, RawLayer
from gis_planner.io.read_dxf import read_dxf
from gis_planner.io.read_geojson import read_geojson
from gis_planner.io.read_gpkg import read_gpkg
from gis_planner.io.read_osm import read_osm
from gis_planner.io.read_table import NO_HEADINGS, read_csv, read_grid
from gis_planner.io.read_vector import read_shapefile
from gis_planner.io.read_xlsx import read_xlsx
from gis_planner.messages import Message
from gis_planner.progress import SILENT, Progress


def read_raw(file: Admitted, options: ReadOptions, *, progress: Progress = SILENT) -> list[RawLayer]:
    """Read every layer of a file. Raises InputError for whatever its content makes a library stumble over."""
    progress.report(0.0, Message("import.progress.reading", file=file.name))
    try:
        with np.errstate(invalid="ignore"):  # shapely warns of NaN on reading; what has it is listed later
            return _read(file, options, progress)
    except (PlannerError, Cancelled, PermissionError, MemoryError):
        raise
    except RecursionError as error:
        raise too_deep(file.name) from error
    except Exception as error:
        # A foreign file can make a foreign library raise anything; the cause stays attached for the log.
        raise damaged(file.name, f"{type(error).__name__}: {error}"[:200]) from error


def _read(file: Admitted, options: ReadOptions, progress: Progress) -> list[RawLayer]:
    encoding = options.encoding or ""
    if file.kind in ("geojson", "dxf") and file.path.stat().st_size > LIMITS.parsed_bytes:
        raise too_big(file.name, LIMITS.parsed_bytes)
    if file.kind == "geopackage":
        return read_gpkg(file.path)
    if file.kind == "geojson":
        return [read_geojson(read_all(file), file=file.name, stem=file.stem, encoding=encoding)]
    if file.kind == "shapefile":
        return [read_shapefile(parts, file=file.name, encoding=encoding) for parts in file.parts]
    if file.kind == "csv":
        grid = read_csv(
            read_all(file, line_limit=LIMITS.rows), file=file.name, stem=file.stem, encoding=encoding
        )
        return [read_grid(grid, file=file.name, explicit=options.columns)]
    if file.kind == "xlsx":
        return _read_sheets(file, options)
    if file.kind == "dxf":
        return read_dxf(file.path, encoding=encoding)

    def tell(share: float) -> None:
        progress.report(share, Message("import.progress.reading", file=file.name))

    return read_osm(chunks(file), file=file.name, tell=tell)


def _read_sheets(file: Admitted, options: ReadOptions) -> list[RawLayer]:
    """Read the sheets of a workbook; those that are no table, such as a page of remarks, are left out and named."""
    tables: list[RawLayer] = []
    bare: dict[str, InputError] = {}
    for grid in read_xlsx(file.path):
        try:
            tables.append(read_grid(grid, file=file.name, explicit=options.columns))
        except InputError as error:
            if error.problem.key != NO_HEADINGS:
                raise
            bare[grid.name] = error
    if bare and (not tables or options.source_layer in bare):
        raise bare.get(options.source_layer or "", next(iter(bare.values())))
    if not bare:
        return tables
    note = Doubt(
        "table.bare_sheets", "note", None, Message("import.table.bare_sheets", names=list(bare)[:20])
    )
    return [replace(table, doubts=(*table.doubts, note)) for table in tables]
