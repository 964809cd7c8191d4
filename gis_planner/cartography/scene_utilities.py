"""The layers of what lies under and stands in the street: pipelines, lines, poles, boxes, kerbs, shopfronts."""

from __future__ import annotations

import shapely

from gis_planner.cartography.scene_parts import along_lines, make_layer, place_of
from gis_planner.cartography.scene_values import Label, SceneLayer
from gis_planner.cartography.style import (
    INK_FAINT,
    PIPELINE_CODES,
    PIPELINE_COLOURS,
    PT_SMALL,
    RED_LINE,
    SCALE_DETAIL,
    SCALE_STREET,
    Stroke,
    Style,
)
from gis_planner.messages import Message
from gis_planner.model.tables import Frame, bools, geometries, ids, texts

_GRAVITY = ("drain",)


def build_pipelines(pipelines: Frame) -> SceneLayer:
    """Give pipelines in the colours of CJJ 61, the letter code along the line.

    Abandoned ones are dashed, planned ones doubled; arrows show the direction in which a gravity line was drawn.
    """
    styles: list[Style] = []
    index: dict[tuple[str, str], int] = {}
    for kind, colour in PIPELINE_COLOURS.items():
        for status in ("existing", "planned", "abandoned"):
            index[kind, status] = len(styles)
            strokes: tuple[Stroke, ...] = (Stroke(colour, 0.45),)
            if status == "planned":
                strokes = (Stroke(colour, 0.9), Stroke("#FFFFFF", 0.4))
            elif status == "abandoned":
                strokes = (Stroke(colour, 0.35, (1.6, 1.0)),)
            styles.append(
                Style(
                    f"pipeline-{kind}-{status}",
                    "line",
                    Message(
                        "maps.legend.pipeline",
                        kind=Message(f"maps.pipe.{kind}"),
                        code=PIPELINE_CODES[kind],
                        status=Message(f"maps.pipe_status.{status}"),
                    ),
                    strokes=strokes,
                    arrows=kind in _GRAVITY,
                    max_scale=SCALE_STREET,
                )
            )
    shapes, kinds = geometries(pipelines), texts(pipelines, "kind")
    states, codes = texts(pipelines, "status"), texts(pipelines, "code")
    known = [kind if kind is not None and kind in PIPELINE_COLOURS else "unknown" for kind in kinds]
    labels: list[Label] = []
    for kind in PIPELINE_COLOURS:
        labels += along_lines(
            [
                (code or PIPELINE_CODES[k]) if k == kind else None
                for code, k in zip(codes, known, strict=True)
            ],
            list(shapes),
            points=PT_SMALL,
            colour=_dark(kind),
            rank=8,
            max_scale=3_000.0,
            every_m=120.0,
        )
    return make_layer(
        "pipelines",
        ids(pipelines),
        shapes,
        [
            index[k or "unknown", s if s in ("planned", "abandoned") else "existing"]
            for k, s in zip(known, states, strict=True)
        ],
        styles,
        labels=labels,
        shown=False,
    )


def _dark(kind: str) -> str:
    """A letter in pure cyan or green cannot be read on paper: the letters take a darker tone of the same hue."""
    return {"water": "#007C85", "telecom": "#0A7A1E", "heat": "#A85400"}.get(kind, PIPELINE_COLOURS[kind])


def build_power_lines(lines: Frame) -> SceneLayer:
    """Give power lines by how they are laid."""
    return _lines("power_lines", lines, RED_LINE)


def build_telecom_lines(lines: Frame) -> SceneLayer:
    """Give telecom lines by how they are laid."""
    return _lines("telecom_lines", lines, "#0A7A1E")


def _lines(key: str, lines: Frame, colour: str) -> SceneLayer:
    # Overhead lines are dashed, concealed ones solid, the rest dotted.
    styles = (
        Style(
            f"{key}-overhead",
            "line",
            Message(f"maps.legend.{key}_overhead"),
            strokes=(Stroke(colour, 0.3, (2.0, 0.9)),),
            max_scale=SCALE_STREET,
        ),
        Style(
            f"{key}-concealed",
            "line",
            Message(f"maps.legend.{key}_concealed"),
            strokes=(Stroke(colour, 0.3),),
            max_scale=SCALE_STREET,
        ),
        Style(
            f"{key}-unknown",
            "line",
            Message(f"maps.legend.{key}_unknown"),
            strokes=(Stroke(colour, 0.3, (0.3, 0.8)),),
            max_scale=SCALE_STREET,
        ),
    )
    style_of = [
        0 if laying == "overhead" else 2 if laying is None else 1 for laying in texts(lines, "laying")
    ]
    return make_layer(key, ids(lines), geometries(lines), style_of, styles, shown=False)


def build_poles(poles: Frame) -> SceneLayer:
    """Give poles, each a small ring."""
    style = Style(
        "pole",
        "point",
        Message("maps.legend.pole"),
        fill="#596575",
        marker="pole",
        size_mm=1.2,
        max_scale=SCALE_DETAIL,
    )
    return make_layer("poles", ids(poles), geometries(poles), [0] * len(poles), [style], shown=False)


def build_boxes(boxes: Frame) -> SceneLayer:
    """Give cabinets, each a small square; combined ones filled."""
    styles = tuple(
        Style(
            f"box_{state}",
            "point",
            Message(f"maps.legend.box_{state}"),
            fill="#7A4B2A",
            marker="box",
            state=state,
            size_mm=1.3,
            max_scale=SCALE_DETAIL,
        )
        for state in ("single", "combined")
    )
    return make_layer(
        "boxes",
        ids(boxes),
        geometries(boxes),
        [1 if c else 0 for c in bools(boxes, "combined")],
        styles,
        shown=False,
    )


def build_kerbs(kerbs: Frame) -> SceneLayer:
    """Give kerbs by their condition; unknown is grey."""
    look = {"good": "#14804F", "fair": "#B07A00", "poor": "#C0362C", "unknown": INK_FAINT}
    styles = tuple(
        Style(
            f"kerb_{state}",
            "line",
            Message(f"maps.legend.kerb_{state}"),
            strokes=(Stroke(colour, 0.3),),
            max_scale=SCALE_DETAIL,
        )
        for state, colour in look.items()
    )
    index = {state: row for row, state in enumerate(look)}
    return make_layer(
        "kerbs",
        ids(kerbs),
        geometries(kerbs),
        [index[c or "unknown"] for c in texts(kerbs, "condition")],
        styles,
        shown=False,
    )


def build_shopfronts(shopfronts: Frame) -> SceneLayer:
    """Give shopfronts: in order, not in order, or unknown while an attribute is missing and none tells against it."""
    look = {"ok": "#14804F", "bad": "#C0362C", "unknown": INK_FAINT}
    styles = tuple(
        Style(
            f"shop_{state}",
            "point",
            Message(f"maps.legend.shop_{state}"),
            fill=colour,
            marker="shop",
            state=state,
            size_mm=1.3,
            max_scale=SCALE_DETAIL,
        )
        for state, colour in look.items()
    )
    index = {state: row for row, state in enumerate(look)}
    states = [
        _shop_state(sign, outside, ad)
        for sign, outside, ad in zip(
            bools(shopfronts, "sign_ok"),
            bools(shopfronts, "outside_trading"),
            bools(shopfronts, "illegal_ad"),
            strict=True,
        )
    ]
    shapes = [
        None if shape is None or shape.is_empty else shapely.Point(place_of(shape))
        for shape in geometries(shopfronts)
    ]
    return make_layer(
        "shopfronts", ids(shopfronts), shapes, [index[state] for state in states], styles, shown=False
    )


def _shop_state(sign: bool | None, outside: bool | None, ad: bool | None) -> str:
    if sign is False or outside or ad:
        return "bad"
    return "unknown" if sign is None or outside is None or ad is None else "ok"
