"""DXF in: each drawing layer by its own Chinese name, curves as lines, and what each layer would be.

Read with ezdxf, which recovers what other programs wrote carelessly and keeps the codes of CASS; GDAL breaks Chinese
layer names. A drawing says nothing about its coordinate system, and says what a line is only by its layer's name: the
pipeline codes of CJJ 61 and the planners' words.
"""

from __future__ import annotations

import logging
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path
from typing import Any

import ezdxf.path
from ezdxf import recover
from ezdxf.document import Drawing
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.entities.dxfgfx import DXFGraphic
from ezdxf.entities.insert import Insert
from ezdxf.lldxf.const import DXFError
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from gis_planner.io.encoding import EncodingGuess, judge_encoding, python_codec
from gis_planner.io.limits import LIMITS, damaged, too_many_rows
from gis_planner.io.raw import Doubt, RawLayer, as_shapes
from gis_planner.messages import Message
from gis_planner.model.choices import PIPELINE_KINDS

LAYER_COLUMN, CODE_COLUMN = "图层", "CASS编码"
_FLATTEN_M = 0.05
_DEEPEST_BLOCK = 3
_MOST_FROM_ONE_BLOCK = 20_000
_LINES = {"LINE", "LWPOLYLINE", "POLYLINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE"}
_TAIL = re.compile(rb"\bEOF\s*\Z")
_CODE_WORD = re.compile(r"^([A-Z]{2})(?:LINE|GX|GD|X|PIPE|\d*)$")
_OUTLINE_WORDS = ("红线", "小区", "家属院", "院落")
_NOT_OUTLINE = (
    "道路",
    "建筑",
    "管",
    "路",
    "楼",
    "注记",
    "文字",
    "出入口",
    "大门",
    "围墙",
    "绿",
    "名",
    "点",
    "标注",
)


@dataclass
class _Drawn:
    """What stands on one drawing layer."""

    shapes: list[BaseGeometry] = field(default_factory=list)
    codes: list[str | None] = field(default_factory=list)


@dataclass
class _Reading:
    encoding: str
    layers: dict[str, _Drawn] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    count: int = 0
    heights: int = 0
    file: str = ""

    def add(self, layer: str, shape: BaseGeometry, code: str | None) -> None:
        self.count += 1
        if self.count > LIMITS.rows:
            raise too_many_rows(self.file, LIMITS.rows)
        drawn = self.layers.setdefault(layer, _Drawn())
        drawn.shapes.append(shape)
        drawn.codes.append(code)


def read_dxf(path: Path, *, encoding: str = "") -> list[RawLayer]:
    """Read every layer of a drawing that has lines or points. Raises InputError for one that is cut off or broken."""
    name = path.name
    drawing, guess, recovered = _open(path, name, encoding)
    reading = _Reading(drawing.encoding, file=name)
    true_name = _Names(drawing.encoding, guess.encoding)
    for entity in drawing.modelspace():
        _take(entity, reading, true_name, 0, None)
    doubts = _doubts(reading, recovered)
    return [_layer(layer, drawn, guess, doubts) for layer, drawn in sorted(reading.layers.items())]


def merge_layers(raws: list[RawLayer]) -> RawLayer:
    """Make one layer of several drawing layers that become the same."""
    first = raws[0]
    if len(raws) == 1:
        return first
    columns = {key: [v for raw in raws for v in raw.columns[key]] for key in first.columns}
    names = dict.fromkeys(key for raw in raws for key in raw.declared)
    declared = {
        key: [v for raw in raws for v in (raw.declared.get(key) or [None] * raw.rows)] for key in names
    }
    return RawLayer(
        source_layer=",".join(raw.source_layer for raw in raws),
        driver=first.driver,
        columns=columns,
        shapes=as_shapes([shape for raw in raws for shape in raw.shapes]),
        geometry_from="file",
        encoding=first.encoding,
        layer=first.layer,
        layer_reason=first.layer_reason,
        declared=declared,
        doubts=tuple(dict.fromkeys(d for raw in raws for d in raw.doubts if d.row is None)),
        numbers=(),
    )


def recognise_drawing_layer(layer: str, *, closed: float) -> tuple[str, Mapping[str, str], Message | None]:
    """Tell what a drawing layer is from its name: the layer it becomes, values that the name tells, and why.

    `closed` is the share of its shapes that are closed lines.
    """
    kind, code = pipeline_kind(layer)
    if kind:
        values = {"kind": kind, "code": code} if code else {"kind": kind}
        return (
            "pipelines",
            values,
            Message("import.layer_reason.dxf_pipeline", name=layer, code=code or layer),
        )
    if (
        closed >= 0.5
        and any(w in layer for w in _OUTLINE_WORDS)
        and not any(w in layer for w in _NOT_OUTLINE)
    ):
        return "compounds", {}, Message("import.layer_reason.dxf_outline", name=layer)
    return "", {}, None


def pipeline_kind(layer: str) -> tuple[str, str]:
    """Tell the kind and the CJJ 61 code of a pipeline from a drawing layer's name; empty where it names none."""
    upper = layer.upper()
    codes = {word: kind.id for kind in PIPELINE_KINDS for word in kind.words if word.isascii()}
    for token in re.split(r"[^A-Z0-9]+", upper):
        found = _CODE_WORD.match(token)
        if found and found.group(1) in codes:
            return codes[found.group(1)], found.group(1)
    longest = ("", "")
    for kind in PIPELINE_KINDS:
        for word in (kind.zh, *kind.words):
            if not word.isascii() and word in layer and len(word) > len(longest[1]):
                longest = (kind.id, word)
    words = ("管", "线", "缆", "沟")
    if longest[0] and (any(w in layer for w in words) or layer == longest[1]):
        return longest[0], ""
    return "", ""


class _Names:
    """The true names of layers: what the drawing says of its encoding is often wrong."""

    def __init__(self, read_as: str, written_as: str) -> None:
        self._read_as = read_as
        self._codec = python_codec(written_as)

    def __call__(self, name: str) -> str:
        if not self._codec or python_codec(self._read_as) == self._codec:
            return name
        try:
            return name.encode(self._read_as, "surrogateescape").decode(self._codec)
        except (UnicodeError, LookupError):
            return name


def _open(path: Path, file: str, given: str) -> tuple[Drawing, EncodingGuess, int]:
    """Open a drawing; gives it, its encoding, and how many broken values were mended on the way."""
    body = path.read_bytes()
    binary = body.startswith(b"AutoCAD Binary DXF")
    if not binary and not _TAIL.search(body[-64:]):
        raise damaged(file, Message("import.file.cut_off"))
    try:
        drawing, recovered = _recover(path)
    except (
        DXFError,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
    ) as error:
        raise damaged(file, str(error)[:200]) from error
    if binary:
        return (
            drawing,
            EncodingGuess(drawing.encoding.upper(), True, Message("import.encoding.format")),
            recovered,
        )
    return drawing, _judge(body, drawing, given, file), recovered


class _Counter(logging.Handler):
    """Counts what the library mends: it says so to the log alone."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count one message."""
        self.count += 1


def _recover(path: Path) -> tuple[Drawing, int]:
    """Open a drawing with whatever can be mended, and count how often something had to be."""
    log = logging.getLogger("ezdxf")
    counter = _Counter(logging.WARNING)
    passed_on = log.propagate
    log.addHandler(counter)
    log.propagate = False
    try:
        drawing, auditor = recover.readfile(path)
    finally:
        log.removeHandler(counter)
        log.propagate = passed_on
    return drawing, counter.count + len(auditor.errors) + len(auditor.fixes)


def _judge(body: bytes, drawing: Drawing, given: str, file: str) -> EncodingGuess:
    """Judge the encoding by the lines that are not plain ASCII: names and texts."""
    lines = [line for line in body.splitlines() if not line.isascii() and b"\\U+" not in line]
    return judge_encoding(lines[:20000], declared=drawing.encoding, given=given, file=file)


def _take(entity: DXFEntity, reading: _Reading, true_name: _Names, depth: int, host: str | None) -> None:
    """Take one entity in: lines and curves as lines, points and block references as points."""
    if not isinstance(entity, DXFGraphic):
        return
    own = entity.dxf.layer
    layer = host if host is not None and own == "0" else true_name(own)
    kind = entity.dxftype()
    if kind == "INSERT" and isinstance(entity, Insert):
        _take_block(entity, reading, true_name, depth, layer)
        return
    shape, high = _shape(entity, kind)
    if shape is None:
        reading.skipped[kind] += 1
        return
    reading.heights += high
    reading.add(layer, shape, _cass_code(entity, true_name))


def _take_block(insert: Insert, reading: _Reading, true_name: _Names, depth: int, layer: str) -> None:
    """Take a block reference in: a symbol as its point, a piece of drawing (lines on layers of their own) as lines."""
    block = insert.block()
    lines = (
        []
        if block is None
        else [e for e in block if e.dxf.layer != "0" and e.dxftype() in _LINES | {"INSERT"}]
    )
    if lines and depth < _DEEPEST_BLOCK and insert.mcount == 1 and len(lines) <= _MOST_FROM_ONE_BLOCK:
        for part in _parts_of(insert, reading):
            _take(part, reading, true_name, depth + 1, layer)
        return
    place = insert.ocs().to_wcs(insert.dxf.insert)
    reading.add(layer, Point(place.x, place.y), _cass_code(insert, true_name))


def _parts_of(insert: Insert, reading: _Reading) -> Iterator[DXFEntity]:
    try:
        yield from insert.virtual_entities(
            skipped_entity_callback=lambda e, _: reading.skipped.update([e.dxftype()])
        )
    except (DXFError, ValueError, TypeError, ZeroDivisionError):
        reading.skipped["INSERT"] += 1


def _shape(entity: DXFGraphic, kind: str) -> tuple[BaseGeometry | None, bool]:
    """Give an entity's shape in the plane, and whether it had heights."""
    if kind == "POINT":
        place = entity.dxf.location
        return Point(place.x, place.y), bool(place.z)
    if kind not in _LINES or (kind == "POLYLINE" and not _is_line(entity)):
        return None, False
    try:
        vertices = list(ezdxf.path.make_path(entity).flattening(_FLATTEN_M))
    except (DXFError, ValueError, TypeError, ZeroDivisionError, ArithmeticError):
        return None, False
    points = [(p.x, p.y) for p in vertices]
    if len(points) < 2 or not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
        return None, False
    if getattr(entity, "is_closed", False) and points[0] != points[-1]:
        points.append(points[0])
    return LineString(points), any(p.z for p in vertices)


def _is_line(entity: Any) -> bool:
    return bool(entity.is_2d_polyline or entity.is_3d_polyline)


def _cass_code(entity: DXFGraphic, true_name: _Names) -> str | None:
    """Give the feature code that CASS keeps with an entity."""
    if not entity.has_xdata("SOUTH"):
        return None
    for tag in entity.get_xdata("SOUTH"):
        if tag.code == 1000 and str(tag.value).strip():
            return true_name(str(tag.value).strip())
    return None


def _layer(name: str, drawn: _Drawn, guess: EncodingGuess, doubts: tuple[Doubt, ...]) -> RawLayer:
    lines = [isinstance(s, LineString) for s in drawn.shapes]
    closed = sum(isinstance(s, LineString) and s.is_closed for s in drawn.shapes) / len(drawn.shapes)
    layer, values, reason = recognise_drawing_layer(name, closed=closed) if any(lines) else ("", {}, None)
    kept = lines if layer else [True] * len(lines)
    if not all(kept):
        # Well covers and valves stand on their pipe's layer; they are symbols, not pipes that went wrong.
        message = Message("import.dxf.symbols", name=name, n=len(kept) - sum(kept))
        doubts = (*doubts, Doubt("dxf.symbols", "note", None, message, Message("import.repair.left_out")))
    shapes = list(compress(drawn.shapes, kept))
    n = len(shapes)
    return RawLayer(
        source_layer=name,
        driver="DXF",
        columns={LAYER_COLUMN: [name] * n, CODE_COLUMN: list(compress(drawn.codes, kept))},
        shapes=as_shapes(shapes),
        geometry_from="file",
        encoding=guess,
        layer=layer,
        layer_reason=reason,
        declared={key: [value] * n for key, value in values.items()},
        doubts=doubts,
        numbers=(),
    )


def _doubts(reading: _Reading, recovered: int) -> tuple[Doubt, ...]:
    doubts: list[Doubt] = []
    if recovered:
        doubts.append(Doubt("dxf.recovered", "warning", None, Message("import.dxf.recovered", n=recovered)))
    if reading.heights:
        message = Message("import.geometry.heights", n=reading.heights)
        doubts.append(Doubt("geometry.heights", "note", None, message, Message("import.repair.heights")))
    if reading.skipped:
        what = [f"{kind} {n}" for kind, n in sorted(reading.skipped.items())]
        doubts.append(Doubt("dxf.skipped", "note", None, Message("import.dxf.skipped", what=what)))
    return tuple(doubts)
