"""The layers of the plan: compounds, footprints, neighbours, entrances, facilities, pipelines, street furniture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from shapely.geometry.base import BaseGeometry

from gis_planner.cartography.classes import COMPOUND_CLASSES, CompoundClass, classify_compounds
from gis_planner.cartography.scene_parts import make_layer, place_of, short
from gis_planner.cartography.scene_values import Label, SceneLayer, SceneOptions
from gis_planner.cartography.style import (
    FAMILY_COLOURS,
    INK,
    INK_SECOND,
    KIND_FAMILY,
    PAPER,
    PT_HEAD,
    PT_SMALL,
    RED_LINE,
    SCALE_DETAIL,
    SCALE_STREET,
    Hatch,
    Stroke,
    Style,
)
from gis_planner.messages import Message
from gis_planner.model.choices import FACILITY_KINDS, NINE_KINDS
from gis_planner.model.clusters import Grouping
from gis_planner.model.standard import Eligibility
from gis_planner.model.tables import Frame, bools, geometries, ids, texts

T = TypeVar("T")
Pairs = tuple[tuple[str, T], ...]
FACILITY_MM = 5.0
_STATES = ("existing", "proposed", "closed")


def build_compounds(
    table: Frame,
    grouping: Grouping,
    eligibility: Sequence[Eligibility] | None,
    colour_of: Pairs[str],
    options: SceneOptions,
) -> SceneLayer:
    """Give compounds in their cluster's colour and by eligibility, the red line above.

    Where reach is shaded they have no fill of their own, so that one colour says one thing.
    """
    features, shapes, colours = ids(table), geometries(table), dict(colour_of)
    clusters = grouping.cluster_of()
    classes = classify_compounds(features, eligibility)
    styles: list[Style] = []
    index: dict[tuple[str, CompoundClass], int] = {}
    for cluster in (*colours, ""):
        for kind in COMPOUND_CLASSES:
            index[cluster, kind] = len(styles)
            styles.append(_compound_style(kind, cluster, colours.get(cluster), options))
    style_of = [
        index[clusters.get(f, "") if clusters.get(f) in colours else "", c]
        for f, c in zip(features, classes, strict=True)
    ]
    labels = [
        Label(short(name), *place_of(shape), PT_SMALL, INK, rank=3, max_scale=SCALE_STREET)
        for name, shape in zip(texts(table, "name"), shapes, strict=True)
        if name and shape is not None
    ]
    return make_layer("compounds", features, shapes, style_of, styles, labels=labels)


def build_red_lines(
    table: Frame,
    grouping: Grouping,
    eligibility: Sequence[Eligibility] | None,
    colour_of: Pairs[str],
    options: SceneOptions,
) -> SceneLayer:
    """Give the outlines of compounds once more, to lie over footprints: the two often run along the same line."""
    layer = build_compounds(table, grouping, eligibility, colour_of, options)
    bare = tuple(replace(style, fill=None, hatch=None) for style in layer.styles)
    return replace(layer, styles=bare, labels=())


def _compound_style(kind: CompoundClass, cluster: str, colour: str | None, options: SceneOptions) -> Style:
    title = (
        Message(f"maps.legend.compound_{kind}")
        if (kind != "unknown" or not cluster)
        else Message("maps.legend.compound_grouped")
    )
    tone = colour or "#8A94A0"
    quiet = options.focus is not None and cluster != options.focus
    red = "#B9AFA6" if quiet else RED_LINE
    line = Stroke(red, 0.35)
    fill: str | None = tone
    alpha = (0.35 if colour else 0.18) * (0.45 if quiet else 1.0)
    hatch: Hatch | None = None
    if kind == "pending":
        line, alpha = Stroke(red, 0.35, (0.35, 0.75)), alpha * 0.6
    elif kind == "eligible_via_cluster":
        line = Stroke(red, 0.35, (2.0, 0.8))
    elif kind == "reserve":
        fill, hatch, line = None, Hatch(tone, 1.5, 0.2, 45.0, 0.4 if quiet else 0.9), Stroke(tone, 0.25)
    elif kind == "excluded":
        fill, line = None, Stroke("#A7ADB5", 0.25)
    if options.coverage_kind:
        fill, hatch = None, None
    return Style(
        f"{cluster or 'alone'}-{kind}",
        "area",
        title,
        fill=fill,
        fill_alpha=alpha,
        hatch=hatch,
        strokes=(line,),
    )


def build_footprints(
    grouping: Grouping,
    outline_of: Pairs[BaseGeometry],
    drawn: frozenset[str],
    colour_of: Pairs[str],
    options: SceneOptions,
) -> SceneLayer:
    """Give the footprint of every cluster where a study drew one, its number in a circle and its name."""
    outlines, colours = dict(outline_of), dict(colour_of)
    clusters = [c for c in grouping.clusters if c.id in outlines]
    dashes = (5.0, 1.3, 1.0, 1.3)
    styles: list[Style] = []
    labels: list[Label] = []
    for c in clusters:
        quiet = options.focus is not None and c.id != options.focus
        styles.append(
            Style(
                f"footprint-{c.id}",
                "area",
                Message("maps.legend.footprint"),
                strokes=(
                    Stroke(PAPER, 2.2, alpha=0.35),
                    Stroke(PAPER, 1.5, alpha=0.6),
                    Stroke(colours[c.id], 0.35, dashes)
                    if quiet
                    else Stroke(colours[c.id], 0.7, dashes, 2.4, 1.2),
                ),
            )
        )
        labels.append(
            Label(
                f"{c.number:02d}",
                *_number_place(outlines[c.id]),
                PT_HEAD,
                colours[c.id],
                kind="number",
                bold=True,
                rank=1 if quiet else 0,
                max_scale=400_000.0,
                beside=short(c.name),
            )
        )
    return make_layer(
        "footprints",
        [c.id for c in clusters],
        [outlines[c.id] if c.id in drawn else None for c in clusters],
        list(range(len(clusters))),
        styles,
        labels=labels,
    )


def _number_place(outline: BaseGeometry) -> tuple[float, float]:
    centre = outline.centroid
    if outline.intersects(centre):
        return float(centre.x), float(centre.y)
    return place_of(outline)


def build_neighbours(table: Frame) -> SceneLayer:
    """Give the pairs of neighbours as lines: beside each other, joined by an opening, or kept apart."""
    styles = (
        Style(
            "neighbours",
            "line",
            Message("maps.legend.neighbours"),
            strokes=(Stroke(PAPER, 1.1, alpha=0.8), Stroke("#14804F", 0.5)),
        ),
        Style(
            "blocked",
            "line",
            Message("maps.legend.neighbours_blocked"),
            strokes=(Stroke(PAPER, 1.1, alpha=0.8), Stroke(RED_LINE, 0.4, (0.8, 0.6))),
        ),
        Style(
            "opened",
            "line",
            Message("maps.legend.neighbours_opened"),
            strokes=(Stroke(PAPER, 1.1, alpha=0.8), Stroke("#1C64D1", 0.5, (2.0, 0.7))),
        ),
    )
    states = zip(bools(table, "allowed"), texts(table, "opened_by"), strict=True)
    pairs = [f"{a}|{b}" for a, b in zip(texts(table, "a"), texts(table, "b"), strict=True)]
    return make_layer(
        "neighbours",
        pairs,
        geometries(table),
        [(2 if opened else 0) if ok else 1 for ok, opened in states],
        styles,
        shown=False,
    )


def build_entrances(entrances: Frame) -> SceneLayer:
    """Give the gates of compounds, open or closed."""
    styles = tuple(
        Style(
            f"entrance_{state}",
            "point",
            Message(f"maps.legend.entrance_{state}"),
            marker="gate",
            state=state,
            size_mm=1.7,
            max_scale=SCALE_DETAIL,
        )
        for state in ("open", "closed")
    )
    return make_layer(
        "entrances",
        ids(entrances),
        geometries(entrances),
        [1 if s == "closed" else 0 for s in texts(entrances, "status")],
        styles,
    )


def build_facilities(facilities: Frame) -> SceneLayer:
    """Give facilities as pictograms by kind and status; the nine kinds of the standard are larger and lie above.

    A facility of unknown status counts as existing, as everywhere.
    """
    styles: list[Style] = []
    index: dict[tuple[str, str], int] = {}
    for kind in reversed(FACILITY_KINDS):
        nine = kind.id in NINE_KINDS
        for state in _STATES:
            index[kind.id, state] = len(styles)
            styles.append(
                Style(
                    f"facility-{kind.id}-{state}",
                    "point",
                    Message(
                        "maps.legend.facility",
                        kind=Message(f"maps.kind.{kind.id}"),
                        state=Message(f"maps.state.{state}"),
                    ),
                    fill=FAMILY_COLOURS[KIND_FAMILY.get(kind.id, "other")],
                    marker="facility",
                    symbol=kind.id,
                    state=state,
                    size_mm=FACILITY_MM if nine else FACILITY_MM * 0.7,
                    max_scale=0.0 if nine else SCALE_STREET / 2,
                )
            )
    shapes, kinds, states = geometries(facilities), texts(facilities, "kind"), texts(facilities, "status")
    style_of = [
        index.get((kind or "other", state or "existing"), index["other", "existing"])
        for kind, state in zip(kinds, states, strict=True)
    ]
    labels = [
        Label(
            name,
            *place_of(shape),
            PT_SMALL,
            INK_SECOND,
            kind="place",
            rank=5 if kind in NINE_KINDS else 7,
            max_scale=3_000.0 if kind in NINE_KINDS else 1_500.0,
            clear_mm=FACILITY_MM / 2,
        )
        for name, kind, shape in zip(texts(facilities, "name"), kinds, shapes, strict=True)
        if name and shape is not None
    ]
    return make_layer("facilities", ids(facilities), shapes, style_of, styles, labels=labels)
