"""The results GeoPackage: what a study found, in tables that another program can check.

Tables and columns are those of the contract (section 5): the project's CRS, metres, float64, NULL where something is
unknown. From this file alone anybody can recompute every walking distance. Written by `sqlite3`, without a clock and
without spatial index triggers, so the same results give the same bytes.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.capacity import list_supply
from gis_planner.analysis.sentences import name_features, verdict_sentence
from gis_planner.io import gpkg_geometry, schema
from gis_planner.io.atomic import incomplete, write_whole
from gis_planner.messages import Catalogue, Message
from gis_planner.model.project import Project
from gis_planner.model.results import Network, Results, cluster_json, plain, verdict_json
from gis_planner.progress import SILENT, Progress

# The tables never carry the time of their writing; GeoPackage wants one, so it is always this.
_LAST_CHANGE = "2000-01-01T00:00:00.000Z"
_BATCH = 20_000


@dataclass(frozen=True)
class _Table:
    """One table: its columns with SQL types, values by column, and a geometry for each row where it is spatial."""

    name: str
    columns: tuple[tuple[str, str], ...]
    values: tuple[Sequence[Any], ...]
    shapes: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.values[0])


def write_data(
    project: Project,
    results: Results,
    path: Path,
    *,
    scenario: str,
    catalogue: Catalogue,
    progress: Progress = SILENT,
) -> None:
    """Write the results GeoPackage, whole or not at all; raises ExportError."""
    tables = _tables(project, results, scenario, catalogue)

    def write(beside: Path) -> None:
        with _as_disk_faults(), closing(sqlite3.connect(beside, isolation_level=None)) as connection:
            _write(connection, project, tables, progress)

    def check(beside: Path) -> None:
        with _as_disk_faults(), closing(sqlite3.connect(beside, isolation_level=None)) as connection:
            (whole,) = connection.execute("PRAGMA quick_check").fetchone()
            counts = [
                connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0] for table in tables
            ]
        if whole != "ok" or counts != [len(table) for table in tables]:
            raise incomplete(path)

    write_whole(path, write, check)


def _tables(project: Project, results: Results, scenario: str, catalogue: Catalogue) -> list[_Table]:
    network = results.network
    return [
        _nodes(network),
        _edges(network),
        _units(results),
        _facilities(project, results),
        _access(results),
        _direct(results),
        _coverage(results),
        _neighbours(results),
        _clusters(results),
        _cluster_coverage(results),
        _capacity(results),
        _cluster_capacity(results),
        _verdicts(project, results, catalogue),
        _rules(results),
        _meta(project, results, scenario),
    ]


def _nodes(network: Network) -> _Table:
    rows = range(len(network.xy))
    return _Table("nodes", (("node_id", "INTEGER"),), (rows,), np.asarray(shapely.points(network.xy)))


def _edges(network: Network) -> _Table:
    columns = (
        ("edge_id", "INTEGER"), ("from_node", "INTEGER"), ("to_node", "INTEGER"),
        ("length_m", "DOUBLE"), ("walk_m", "DOUBLE"),
    )  # fmt: skip
    values = (
        range(len(network.edge_from)), list(network.edge_from), list(network.edge_to),
        list(network.length_m), list(network.walk_m),
    )  # fmt: skip
    return _Table("edges", columns, values, network.edge_lines)


def _units(results: Results) -> _Table:
    columns = (
        ("unit_id", "TEXT"), ("unit_type", "TEXT"), ("feature_id", "TEXT"), ("compound_id", "TEXT"),
        ("cluster_id", "TEXT"), ("households", "INTEGER"), ("counted", "BOOLEAN"),
    )  # fmt: skip
    return _from_frame("units", columns, results.units, ("unit_id",))


def _facilities(project: Project, results: Results) -> _Table:
    columns = (
        ("facility_id", "TEXT"), ("kind", "TEXT"), ("status", "TEXT"), ("counted", "BOOLEAN"),
        ("capacity", "DOUBLE"),
    )  # fmt: skip
    found = results.facilities
    if len(found):
        _, capacity = list_supply(project.table("facilities"), [str(f) for f in found["facility_id"]])
        found = found.assign(capacity=capacity)
    return _from_frame("facilities", columns, found, ("facility_id",))


def _access(results: Results) -> _Table:
    columns = (
        ("owner_type", "TEXT"), ("owner_id", "TEXT"), ("edge_id", "INTEGER"), ("offset_m", "DOUBLE"),
        ("leg_m", "DOUBLE"), ("entrance_id", "TEXT"),
    )  # fmt: skip
    return _from_frame("access", columns, results.access, ("owner_type", "owner_id", "edge_id", "offset_m"))


def _direct(results: Results) -> _Table:
    columns = (("unit_id", "TEXT"), ("facility_id", "TEXT"), ("length_m", "DOUBLE"))
    return _from_frame("direct", columns, results.direct, ("unit_id", "facility_id"))


def _coverage(results: Results) -> _Table:
    columns = (
        ("unit_id", "TEXT"), ("kind", "TEXT"), ("distance_m", "DOUBLE"), ("facility_id", "TEXT"),
        ("minutes", "DOUBLE"), ("reached", "BOOLEAN"), ("reason", "TEXT"),
    )  # fmt: skip
    return _from_frame("coverage", columns, results.coverage, ())


def _neighbours(results: Results) -> _Table:
    columns = (
        ("a", "TEXT"), ("b", "TEXT"), ("gap_m", "DOUBLE"), ("width_m", "DOUBLE"), ("frontage_m", "DOUBLE"),
        ("crosses", "TEXT"), ("blocked_by", "TEXT"), ("opened_by", "TEXT"), ("cost", "DOUBLE"),
        ("allowed", "BOOLEAN"),
    )  # fmt: skip
    return _from_frame("neighbours", columns, results.neighbours, ("a", "b"))


def _clusters(results: Results) -> _Table:
    columns = (
        ("cluster_id", "TEXT"), ("number", "INTEGER"), ("name", "TEXT"), ("township", "TEXT"),
        ("members", "INTEGER"), ("compounds", "TEXT"), ("households", "INTEGER"),
        ("households_unknown", "INTEGER"), ("area_m2", "DOUBLE"), ("walk_diameter_m", "DOUBLE"),
        ("contiguous", "BOOLEAN"), ("assessed", "INTEGER"), ("score", "DOUBLE"), ("score_lower", "DOUBLE"),
        ("score_upper", "DOUBLE"), ("bounds_json", "TEXT"), ("terms_json", "TEXT"),
    )  # fmt: skip
    rows = []
    for cluster in results.clusters:
        body = cluster_json(cluster)
        body |= {
            "cluster_id": cluster.id,
            "compounds": ";".join(cluster.compounds),
            "bounds_json": _json(body["bounds"]),
            "terms_json": _json(body["terms"]),
        }
        rows.append([body[name] for name, _ in columns])
    return _Table(
        "clusters", columns, _columns(rows, columns), _objects(c.footprint for c in results.clusters)
    )


def _cluster_coverage(results: Results) -> _Table:
    columns = (
        ("cluster_id", "TEXT"), ("kind", "TEXT"), ("households", "INTEGER"), ("reached_households", "INTEGER"),
        ("share", "DOUBLE"), ("existence", "BOOLEAN"),
    )  # fmt: skip
    return _from_frame("cluster_coverage", columns, results.cluster_coverage, ("cluster_id", "kind"))


def _capacity(results: Results) -> _Table:
    columns = (("unit_id", "TEXT"), ("kind", "TEXT"), ("share", "DOUBLE"), ("state", "TEXT"))
    return _from_frame("capacity", columns, results.capacity, ())


def _cluster_capacity(results: Results) -> _Table:
    columns = (
        ("cluster_id", "TEXT"), ("kind", "TEXT"), ("capacity", "DOUBLE"), ("share", "DOUBLE"), ("state", "TEXT"),
        ("facilities", "INTEGER"), ("facilities_unknown", "INTEGER"), ("households_unknown", "INTEGER"),
    )  # fmt: skip
    return _from_frame("cluster_capacity", columns, results.cluster_capacity, ("cluster_id", "kind"))


def _verdicts(project: Project, results: Results, catalogue: Catalogue) -> _Table:
    columns = (
        ("cluster_id", "TEXT"), ("element", "TEXT"), ("status", "TEXT"), ("value", "DOUBLE"),
        ("threshold_pass", "DOUBLE"), ("threshold_partial", "DOUBLE"), ("origin", "TEXT"), ("clause", "TEXT"),
        ("evidence_json", "TEXT"), ("zh", "TEXT"), ("en", "TEXT"),
    )  # fmt: skip
    rows, names = [], name_features(project, results.units)
    for verdict in results.verdicts:
        sentence = verdict_sentence(verdict, results.standard, names)
        body = verdict_json(verdict)
        body |= {
            "cluster_id": verdict.cluster_id,
            "evidence_json": _json(body["evidence"]),
            "zh": catalogue.text(sentence, "zh"),
            "en": catalogue.text(sentence, "en"),
        }
        rows.append([body[name] for name, _ in columns])
    return _Table("verdicts", columns, _columns(rows, columns))


def _rules(results: Results) -> _Table:
    columns = (("key", "TEXT"), ("value_json", "TEXT"))
    rows = [(key, _json(value)) for key, value in sorted(results.rules.to_json().items())]
    return _Table("rules", columns, _columns(rows, columns))


def _meta(project: Project, results: Results, scenario: str) -> _Table:
    columns = (
        ("fingerprint", "TEXT"), ("scenario", "TEXT"), ("pack", "TEXT"), ("pack_sha256", "TEXT"),
        ("pack_version", "TEXT"), ("project", "TEXT"), ("attribution", "TEXT"), ("marking", "TEXT"),
    )  # fmt: skip
    pack = results.standard
    row = (
        results.fingerprint, scenario, pack.id, pack.sha256, pack.version, project.title,
        "; ".join(project.attributions), "内部用图",
    )  # fmt: skip
    return _Table("meta", columns, _columns([row], columns))


def _from_frame(
    name: str, columns: tuple[tuple[str, str], ...], frame: pd.DataFrame, order: Sequence[str]
) -> _Table:
    """Lay out a table of the results, its rows in the order of these columns; a table that is empty may lack any."""
    if len(frame) == 0:
        spatial = name in ("units", "facilities", "access", "neighbours")
        return _Table(name, columns, tuple(() for _ in columns), _objects(()) if spatial else None)
    rows = np.lexsort([_sortable(frame[column]) for column in reversed(order)]) if order else None
    values = []
    for column, _ in columns:
        cells = list(frame[column])
        values.append(cells if rows is None else [cells[row] for row in rows])
    shapes = np.array(frame["geometry"].array, dtype=object) if "geometry" in frame.columns else None
    return _Table(name, columns, tuple(values), shapes if shapes is None or rows is None else shapes[rows])


def _sortable(column: pd.Series[Any]) -> NDArray[Any]:
    """Give an array that sorts as the column does."""
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        return np.unique(np.array([str(v) for v in column], dtype=object), return_inverse=True)[1]
    return np.asarray(column.to_numpy(dtype="float64", na_value=np.nan))


def _write(
    connection: sqlite3.Connection, project: Project, tables: Sequence[_Table], progress: Progress
) -> None:
    for pragma in (
        "page_size=4096", "journal_mode=OFF", "synchronous=OFF", "trusted_schema=OFF",
        f"application_id={schema.GPKG_APPLICATION_ID}", f"user_version={schema.GPKG_USER_VERSION}",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    cursor = connection.cursor()
    schema.create_gpkg_tables(connection)
    for crs in ("EPSG:4326", project.crs):
        gpkg_geometry.spatial_reference(crs).register(cursor)
    note = "; ".join(project.attributions)
    whole, done = sum(map(len, tables)) or 1, 0
    for table in tables:
        progress.report(done / whole, Message("outputs.writing_table", table=table.name))
        srs_id = gpkg_geometry.spatial_reference(project.crs).srs_id
        _register(cursor, table, srs_id, note)
        rows = _rows(table, srs_id)
        while batch := list(islice(rows, _BATCH)):
            marks = ", ".join("?" * len(batch[0]))
            cursor.executemany(f"INSERT INTO {table.name} VALUES ({marks})", batch)
            done += len(batch)
            progress.report(done / whole, Message("outputs.writing_table", table=table.name))
    connection.execute("COMMIT")


def _register(cursor: sqlite3.Cursor, table: _Table, srs_id: int, note: str) -> None:
    """Make the table and enter it where QGIS looks for layers and tables."""
    columns = ", ".join(f"{name} {sql}" for name, sql in table.columns)
    geom = "" if table.shapes is None else f"geom {_geometry_type(table.shapes)}, "
    cursor.execute(f"CREATE TABLE {table.name} (fid INTEGER PRIMARY KEY NOT NULL, {geom}{columns})")
    bounds: list[float | None] = [None] * 4
    if table.shapes is not None and len(table.shapes):
        bounds = [None if np.isnan(v) else float(v) for v in shapely.total_bounds(table.shapes)]
    spatial = table.shapes is not None
    cursor.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, min_x, min_y, max_x, "
        "max_y, srs_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (table.name, "features" if spatial else "attributes", table.name, note, _LAST_CHANGE, *bounds,
         srs_id if spatial else None),
    )  # fmt: skip
    if table.shapes is not None:
        cursor.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
            (table.name, _geometry_type(table.shapes), srs_id),
        )


def _rows(table: _Table, srs_id: int) -> Iterator[tuple[Any, ...]]:
    cells = [_cells(values, sql) for (_, sql), values in zip(table.columns, table.values, strict=True)]
    fids = range(1, len(table) + 1)
    if table.shapes is None:
        return zip(fids, *cells, strict=True)
    shapes = _promoted(table.shapes)
    return zip(fids, gpkg_geometry.to_blobs(shapes, srs_id), *cells, strict=True)


def _geometry_type(shapes: NDArray[Any]) -> str:
    return gpkg_geometry.geometry_type_name(_promoted(shapes))


def _promoted(shapes: NDArray[Any]) -> NDArray[Any]:
    """Make single shapes multi where a layer has both, so that other programs show one layer and not two."""
    types = {shape.geom_type for shape in shapes if shape is not None}
    for single, build in (("Polygon", shapely.MultiPolygon), ("LineString", shapely.MultiLineString)):
        if types == {single, f"Multi{single}"}:
            return _objects(build([s]) if s is not None and s.geom_type == single else s for s in shapes)
    return shapes


def _cells(values: Sequence[Any], sql: str) -> list[Any]:
    """Give a column's values as SQLite takes them; whatever is unknown becomes NULL."""
    if sql == "TEXT":
        return [None if _is_unknown(v) else str(v).encode("utf-8", "replace").decode("utf-8") for v in values]
    number: Callable[[Any], Any] = float if sql == "DOUBLE" else int
    return [None if _is_unknown(v) else number(v) for v in values]


def _is_unknown(value: Any) -> bool:
    return value is None or value is pd.NA or bool(value != value)


def _columns(rows: Sequence[Sequence[Any]], columns: Sequence[tuple[str, str]]) -> tuple[Sequence[Any], ...]:
    return tuple([row[place] for row in rows] for place in range(len(columns)))


def _objects(values: Iterable[Any]) -> NDArray[Any]:
    found = list(values)
    array = np.empty(len(found), dtype=object)
    array[:] = found
    return array


def _json(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, allow_nan=False)


@contextmanager
def _as_disk_faults() -> Iterator[None]:
    """Raise what SQLite says about the disk as the faults of the disk that they are."""
    try:
        yield
    except sqlite3.OperationalError as fault:
        code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise OSError(errno.ENOSPC, str(fault)) from fault
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
            raise PermissionError(errno.EACCES, str(fault)) from fault
        if code == sqlite3.SQLITE_IOERR:
            raise OSError(errno.EIO, str(fault)) from fault
        raise
