"""Which layer of the project a layer of a file is: by what it is called, what its columns are, what its shapes are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from gis_planner.io.columns import match_columns
from gis_planner.io.raw import RawLayer
from gis_planner.io.read_dxf import pipeline_kind
from gis_planner.io.values import find_choice
from gis_planner.messages import Message
from gis_planner.model.choices import FACILITY_KINDS
from gis_planner.model.layers import LAYERS, Layer

Shapes = Literal["polygon", "line", "point", "mixed", "none"]

_NAME_WEIGHT = 5.0
_COLUMN_WEIGHT = 3.0
_REQUIRED_MISSING = 1.5
_ENOUGH = 3.0
_MARGIN = 1.5
_MOSTLY = 0.8
_DEFAULT_NAMES = re.compile(r"^(?:sheet|工作表|table|layer|图层|新建)\s*\d*$", re.IGNORECASE)


@dataclass(frozen=True)
class Recognised:
    """The layer that something is taken for (None: cannot be told), and why."""

    layer: str | None
    reason: Message


def shapes_of(raw: RawLayer) -> Shapes:
    """Tell what kind of shapes a layer has."""
    dimensions = shapely.get_dimensions(raw.shapes)
    there = dimensions[dimensions >= 0]
    if not len(there):
        return "none"
    for value, name in ((2, "polygon"), (1, "line"), (0, "point")):
        if np.mean(there == value) >= _MOSTLY:
            return name  # type: ignore[return-value]  # the names are those of Shapes
    return "mixed"


def recognise(raw: RawLayer, stem: str) -> Recognised:
    """Tell which layer of the project a layer of a file is; `stem` is the file's name without suffix."""
    if raw.layer:
        return Recognised(raw.layer, raw.layer_reason or Message("import.layer_reason.format"))
    kind = shapes_of(raw)
    if raw.driver == "DXF":  # a drawing holds everything at once: neither its name nor the layer column tells
        return Recognised(
            None, Message("import.layer_reason.unknown", shapes=Message(f"import.shapes.{kind}"))
        )
    fitting = [layer for layer in LAYERS if _takes(layer, kind, raw)]
    named, word = _by_name([raw.source_layer, stem], fitting, kind)
    scores = {
        layer.name: s
        for layer in fitting
        if (s := _column_score(layer, fitting, raw)) > 0 or layer.name == named
    }
    if named:
        scores[named] = scores.get(named, 0.0) + _NAME_WEIGHT
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < _ENOUGH:
        return Recognised(
            None, Message("import.layer_reason.unknown", shapes=Message(f"import.shapes.{kind}"))
        )
    best, score = ranked[0]
    if len(ranked) > 1 and score - ranked[1][1] < _MARGIN:
        either = [Message(f"layers.{name}") for name, _ in ranked[:2]]
        return Recognised(None, Message("import.layer_reason.either", layers=either))
    if best == named:
        return Recognised(best, Message("import.layer_reason.name", word=word))
    columns = _headings(raw, next(layer for layer in fitting if layer.name == best))
    return Recognised(best, Message("import.layer_reason.columns", columns=columns))


def kind_by_name(layer: Layer, names: Sequence[str]) -> str | None:
    """Give the kind that the name of a file or layer tells of all its features (公厕.shp), None where it tells none."""
    column = next((c for c in layer.columns if c.name == "kind"), None)
    if column is None:
        return None
    for name in names:
        if layer.name == "pipelines":
            found: str | None = pipeline_kind(name)[0] or None
        else:
            found = find_choice(name, [c for c in column.choices if c.id != "other"])
        if found:
            return found
    return None


def _takes(layer: Layer, kind: Shapes, raw: RawLayer) -> bool:
    """Tell whether a layer can be made of such shapes; a table's points may only be a note beside a ledger."""
    if kind in ("none", "mixed") or layer.geometry in ("any", kind):
        return True
    if layer.geometry == "polygon":
        return raw.geometry_from == "table" or (
            kind == "line" and bool(np.mean(shapely.is_closed(raw.shapes)) >= _MOSTLY)
        )
    return False


def _by_name(names: Sequence[str], layers: Sequence[Layer], kind: Shapes) -> tuple[str, str]:
    """Find the layer that a name ends on (小区出入口 are entrances); gives the layer and the word."""
    for name in dict.fromkeys(names):
        if _DEFAULT_NAMES.match(name):
            continue
        found = [
            (end, len(word), layer.name, word)
            for layer in layers
            for word in (layer.name, layer.zh, layer.en, *layer.words)
            if (end := _ends_at(name, word)) >= 0
        ]
        if found:
            best = max(found)
            return best[2], best[3]
        if kind in ("line", "none") and pipeline_kind(name)[0]:
            return "pipelines", name
        if find_choice(name, [c for c in FACILITY_KINDS if c.id != "other"]):
            return "facilities", name
    return "", ""


def _ends_at(name: str, word: str) -> int:
    if not word.isascii():
        at = name.rfind(word)
        return at + len(word) if at >= 0 else -1
    pattern = rf"(?<![a-z]){re.escape(word.lower()).replace(' ', '[ _-]?')}(?:e?s)?(?![a-z])"
    matches = list(re.finditer(pattern, name.lower()))
    return matches[-1].end() if matches else -1


def _column_score(layer: Layer, layers: Sequence[Layer], raw: RawLayer) -> float:
    """Weigh how well columns fit a layer; a heading that fits many layers tells little."""
    headings = list(raw.columns)
    if not headings:
        return 0.0
    found = match_columns(layer, headings, {}, short_names=raw.short_names).columns
    shared = [
        set(match_columns(other, headings, {}, short_names=raw.short_names).columns.values())
        for other in layers
    ]
    score = sum(_COLUMN_WEIGHT / max(1, sum(heading in s for s in shared)) for heading in found.values())
    missing = sum(c.required and c.name not in found for c in layer.columns)
    return float(score - _REQUIRED_MISSING * missing)


def _headings(raw: RawLayer, layer: Layer) -> list[str]:
    return list(match_columns(layer, list(raw.columns), {}, short_names=raw.short_names).columns.values())[:6]
