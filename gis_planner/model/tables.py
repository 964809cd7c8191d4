"""Frames of layers: the one place where tables are cut, joined and hashed.

Frames are values: every function here returns a new frame and leaves its input as it was. The types of
columns are: text → object of `str` or None; int and year → `Int64`; float and ratio → `float64` with
NaN for unknown; bool → `boolean`; choice → object of the choice's id or None.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas.array import GeometryArray
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.model.layers import Column, layer
from gis_planner.model.room import put_after

Frame = gpd.GeoDataFrame


def empty_table(layer_name: str, crs: str | None = None) -> Frame:
    """Give a layer's table without features."""
    return conform(layer_name, {}, [], crs=crs)


def conform(
    layer_name: str, columns: Mapping[str, Sequence[Any]], geometry: Sequence[Any], crs: str | None = None
) -> Frame:
    """Build a layer's table from plain columns: every declared column in order, typed, absent ones unknown.

    `columns` maps `id` and declared names to values of the right meaning (see the module's types); other
    names are left out. `geometry` are shapely geometries or None in the project's metres.
    """
    n = len(geometry)
    data: dict[str, Any] = {"id": pd.Series([str(v) for v in columns.get("id", range(n))], dtype=object)}
    for column in layer(layer_name).columns:
        values = columns.get(column.name)
        data[column.name] = _typed(column, values if values is not None else [None] * n)
    shapes = np.empty(n, dtype=object)
    shapes[:] = list(geometry)
    data["geometry"] = gpd.GeoSeries(shapes, crs=crs).array
    return _frame_of(data)


def _typed(column: Column, values: Sequence[Any]) -> pd.Series[Any]:
    clean = [None if is_missing(v) else v for v in values]
    if column.type in ("int", "year"):
        return pd.Series([None if v is None else int(v) for v in clean], dtype="Int64")
    if column.type in ("float", "ratio"):
        return pd.Series([math.nan if v is None else float(v) for v in clean], dtype="float64")
    if column.type == "bool":
        return pd.Series([None if v is None else bool(v) for v in clean], dtype="boolean")
    return pd.Series([None if v is None else str(v) for v in clean], dtype=object)


def is_missing(value: Any) -> bool:
    """Tell whether a cell of any column is unknown."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def take(table: Frame, rows: NDArray[Any] | Sequence[int]) -> Frame:
    """Give the rows at these positions (or where a boolean mask is true), as a new table."""
    positions = np.asarray(rows)
    if positions.dtype == bool:
        positions = np.flatnonzero(positions)
    taken: Frame = table.iloc[positions.astype(np.int64)]
    taken.index = pd.RangeIndex(len(taken))
    return taken


def append_rows(table: Frame, more: Frame) -> Frame:
    """Give the table with the rows of another of the same layer after its own."""
    if len(table) == 0:
        return more.reset_index(drop=True)
    if len(more) == 0:
        return table
    columns: dict[str, Any] = {
        name: _joined(table[name], more[name]) for name in map(str, table.columns) if name != "geometry"
    }
    columns["geometry"] = GeometryArray(put_after(shapes_of(table), shapes_of(more)), crs=table.crs)
    return _frame_of(columns)


def _frame_of(columns: Mapping[str, Any]) -> Frame:
    """Make a table of its columns without copying them, which would take longer than all the rest."""
    return gpd.GeoDataFrame(pd.DataFrame(columns, copy=False), geometry="geometry", copy=False)


def _joined(one: pd.Series[Any], other: pd.Series[Any]) -> pd.Series[Any]:
    """Put one column after another of the same type, in room behind the first where there is some."""
    mine: Any = one.array
    theirs: Any = other.astype(one.dtype).array
    if hasattr(mine, "_mask"):
        values = put_after(mine._data, theirs._data), put_after(mine._mask, theirs._mask)
        return pd.Series(type(mine)(*values, copy=False), copy=False)
    return pd.Series(put_after(np.asarray(mine), np.asarray(theirs)), dtype=one.dtype, copy=False)


def set_values(table: Frame, rows: Sequence[int], column: Column, values: Sequence[Any]) -> Frame:
    """Give the table with new values of one column at these positions."""
    changed = table[column.name].array.copy()
    changed[list(rows)] = _typed(column, values).array
    new = table.copy(deep=False)  # the other columns are shared, nobody writes into them
    new[column.name] = pd.Series(changed, index=table.index, dtype=table[column.name].dtype)
    return new


def set_geometries(table: Frame, rows: Sequence[int], shapes: Sequence[BaseGeometry]) -> Frame:
    """Give the table with new geometries at these positions."""
    cells = geometries(table)
    for row, shape in zip(rows, shapes, strict=True):
        cells[row] = shape
    new = table.copy(deep=False)
    new["geometry"] = gpd.GeoSeries(cells, crs=table.crs)
    return new.set_geometry("geometry")


def geometries(table: Frame) -> NDArray[Any]:
    """Give the geometries as a new object array, shape (n,)."""
    return np.array(table["geometry"].array, dtype=object)


def shapes_of(table: Frame) -> NDArray[Any]:
    """Give the geometries as the table itself holds them, shape (n,): to be read, never written into."""
    return np.asarray(table["geometry"].array, dtype=object)


def ids(table: Frame) -> list[str]:
    """Give the ids in row order."""
    return [str(v) for v in table["id"]]


def rows_by_id(table: Frame) -> dict[str, int]:
    """Give the row of every id."""
    return {feature: row for row, feature in enumerate(ids(table))}


def row_of(table: Frame, feature: str) -> int | None:
    """Give the row of one id, None where there is none."""
    found = np.flatnonzero(table["id"].to_numpy() == feature)
    return int(found[0]) if len(found) else None


def texts(table: Frame, column: str) -> list[str | None]:
    """Give a text or choice column, None where unknown."""
    return [None if is_missing(v) else str(v) for v in table[column]]


def floats(table: Frame, column: str) -> NDArray[np.float64]:
    """Give an int, year, float or ratio column as float64, NaN where unknown."""
    return np.array(table[column].to_numpy(dtype="float64", na_value=np.nan), dtype=np.float64)


def ints(table: Frame, column: str) -> list[int | None]:
    """Give an int or year column, None where unknown."""
    return [None if is_missing(v) else int(v) for v in table[column]]


def bools(table: Frame, column: str) -> list[bool | None]:
    """Give a bool column, None where unknown."""
    return [None if is_missing(v) else bool(v) for v in table[column]]


def content_hash(table: Frame) -> str:
    """Hash what a table says: sha256 over its rows sorted by id, values and exact coordinates.

    Neither the order of the rows nor the index counts.
    """
    digest = hashlib.sha256()
    names = [str(name) for name in table.columns if name != "geometry"]
    digest.update(repr(names).encode())
    order = np.argsort(np.array(ids(table), dtype=object), kind="stable")
    columns = [list(table[name]) for name in names]
    wkb: Any = shapely.to_wkb(geometries(table), include_srid=False, byte_order=1)
    for row in order:
        for values in columns:
            value = values[row]
            digest.update(b"\x00" if is_missing(value) else _plain(value).encode())
            digest.update(b"\x1f")
        digest.update(wkb[row] or b"\x00")
        digest.update(b"\x1e")
    return digest.hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return repr(float(value))
    return str(value)
