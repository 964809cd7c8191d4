"""From a file's columns to the declared columns of a layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis_planner.io.columns import ColumnMatch
from gis_planner.io.raw import Doubt, RawLayer
from gis_planner.io.recognise import kind_by_name
from gis_planner.io.values import as_text, find_choice, read_column
from gis_planner.messages import Message
from gis_planner.model.layers import Layer


@dataclass(frozen=True)
class Filled:
    """Declared name → values, the user's own columns that are kept beside them, and doubts by row."""

    values: Mapping[str, Sequence[Any]]
    extras: Mapping[str, Sequence[Any]]
    doubts: Sequence[Doubt] = field(default_factory=list)


def fill_columns(
    raw: RawLayer, layer: Layer, match: ColumnMatch | None, stem: str, *, placed: bool
) -> Filled:
    """Read every matched column as its declared type.

    A column whose cells were more than the values read from them stays among the user's own, as it was written; so
    do the columns that shapes could be made of, where none were (`placed` False).
    """
    values: dict[str, Sequence[Any]] = {}
    doubts: list[Doubt] = []
    copied: set[str] = set(raw.hidden) if placed else set()
    for name, heading in (match.columns if match else {}).items():
        if name in raw.declared:
            continue
        column = layer.column(name)
        read = read_column(
            column, raw.columns[heading], heading=heading, unit=match.units.get(name, "") if match else ""
        )
        values[name] = read.values
        doubts.extend(read.doubts)
        if read.as_written:
            copied.add(heading)
        if read.spans is not None:
            _fill_spans(layer, name, read.spans, values, match)
    values.update(raw.declared)
    doubts.extend(_fill_kinds(raw, layer, values, stem))
    doubts.extend(_required(raw, layer, values, placed=placed))
    extras = {heading: list(cells) for heading, cells in raw.columns.items() if heading not in copied}
    return Filled({c.name: values[c.name] for c in layer.columns if c.name in values}, extras, doubts)


def _fill_spans(
    layer: Layer,
    name: str,
    spans: Sequence[tuple[int | None, int | None]],
    values: dict[str, Sequence[Any]],
    match: ColumnMatch | None,
) -> None:
    """Keep the first and last year that the words allow, where the layer has columns for them and the file has not."""
    first, last = f"{name}_from", f"{name}_to"
    if first not in layer.column_names or not any(a is not None or b is not None for a, b in spans):
        return
    for column, side in ((first, 0), (last, 1)):
        if match is None or column not in match.columns:
            values[column] = [span[side] for span in spans]


def _fill_kinds(raw: RawLayer, layer: Layer, values: dict[str, Sequence[Any]], stem: str) -> list[Doubt]:
    """Tell the kind of features that have none: from the name of the layer (公厕.shp), else from their own names."""
    if not any(c.name == "kind" for c in layer.columns) or layer.name in ("telecom_lines", "poles", "boxes"):
        return []
    kinds = list(values.get("kind", [None] * raw.rows))
    if all(kind is not None for kind in kinds):
        return []
    if "kind" not in values:
        common = kind_by_name(layer, [raw.source_layer, stem])
        if common is not None:
            values["kind"] = [common] * raw.rows
            title = layer.column("kind")
            said = next(c.zh for c in title.choices if c.id == common)
            return [
                Doubt(
                    "kind.by_layer",
                    "note",
                    None,
                    Message("import.kind.by_layer", name=raw.source_layer or stem, kind=said),
                )
            ]
    if layer.name != "facilities" or "name" not in values:
        return []
    choices = [c for c in layer.column("kind").choices if c.id != "other"]
    doubts: list[Doubt] = []
    for row, (kind, name) in enumerate(zip(kinds, values["name"], strict=True)):
        if kind is None and name and (found := find_choice(as_text(name), choices)):
            kinds[row] = found
            said = next(c.zh for c in choices if c.id == found)
            doubts.append(
                Doubt("kind.by_name", "note", row, Message("import.kind.by_name", name=name, kind=said))
            )
    if doubts:
        values["kind"] = kinds
    return doubts


def _required(
    raw: RawLayer, layer: Layer, values: Mapping[str, Sequence[Any]], *, placed: bool
) -> list[Doubt]:
    """Point at required columns that have gaps, or are absent; a table to be joined need not have them all."""
    doubts: list[Doubt] = []
    for column in layer.columns:
        if not column.required or (column.name not in values and not placed):
            continue
        missing = raw.rows if column.name not in values else sum(v is None for v in values[column.name])
        if missing:
            message = Message("import.value.required", column=column.zh, n=missing, rows=raw.rows)
            doubts.append(Doubt("value.required", "warning", None, message))
    return doubts
