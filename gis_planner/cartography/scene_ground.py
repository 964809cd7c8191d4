"""The layers of the ground: green, parcels, water, roads, railways, buildings, walls, boundaries."""

from __future__ import annotations

from gis_planner.cartography.classes import is_green
from gis_planner.cartography.scene_parts import along_lines, is_area, make_layer, place_of
from gis_planner.cartography.scene_values import Label, SceneLayer
from gis_planner.cartography.style import (
    CASING_MM,
    INK_SECOND,
    PT_HEAD,
    PT_SMALL,
    ROADS,
    SCALE_DETAIL,
    SCALE_STREET,
    SCALE_TOWN,
    Stroke,
    Style,
)
from gis_planner.messages import Message
from gis_planner.model.tables import Frame, geometries, ids, texts

_WATER_FILL, _WATER_LINE, _WATER_TEXT = "#C3DCEC", "#8FB8D4", "#4A7FA3"
_ROAD_TEXT = "#6B6255"


def build_green(parcels: Frame, facilities: Frame) -> SceneLayer:
    """Give green land: parcels of a green land use and outlines of public green."""
    style = Style(
        "green", "area", Message("maps.legend.green"), fill="#DCEAD2", strokes=(Stroke("#C3D8B4", 0.1),)
    )
    parks = [
        kind == "green" and is_area(shape)
        for kind, shape in zip(texts(facilities, "kind"), geometries(facilities), strict=True)
    ]
    return make_layer(
        "green",
        ids(parcels) + ids(facilities),
        [*geometries(parcels), *geometries(facilities)],
        [0 if is_green(use) else -1 for use in texts(parcels, "land_use")]
        + [0 if park else -1 for park in parks],
        [style],
    )


def build_parcels(parcels: Frame) -> SceneLayer:
    """Give the outlines of parcels."""
    style = Style(
        "parcel",
        "area",
        Message("maps.legend.parcel"),
        strokes=(Stroke("#D9D4CA", 0.1),),
        max_scale=SCALE_TOWN,
    )
    return make_layer("parcels", ids(parcels), geometries(parcels), [0] * len(parcels), [style])


def build_water(barriers: Frame) -> SceneLayer:
    """Give rivers and water, drawn as areas where they are areas."""
    styles = (
        Style(
            "water",
            "area",
            Message("maps.legend.water"),
            fill=_WATER_FILL,
            strokes=(Stroke(_WATER_LINE, 0.15),),
        ),
        Style(
            "stream",
            "line",
            Message("maps.legend.water"),
            strokes=(
                Stroke(_WATER_LINE, 0.9, width_m=10.0, max_mm=6.0),
                Stroke(_WATER_FILL, 0.6, width_m=9.4, max_mm=5.7),
            ),
        ),
    )
    shapes, kinds = geometries(barriers), texts(barriers, "kind")
    wet = [kind in ("river", "water") for kind in kinds]
    names = texts(barriers, "name")
    labels = along_lines(
        [name if w and not is_area(s) else None for name, w, s in zip(names, wet, shapes, strict=True)],
        list(shapes),
        points=PT_SMALL,
        colour=_WATER_TEXT,
        rank=4,
        max_scale=SCALE_STREET,
        every_m=800.0,
    )
    labels += [
        Label(name, *place_of(shape), PT_SMALL, _WATER_TEXT, rank=4, max_scale=SCALE_STREET)
        for name, w, shape in zip(names, wet, shapes, strict=True)
        if name and w and is_area(shape)
    ]
    return make_layer(
        "water",
        ids(barriers),
        shapes,
        [(0 if is_area(s) else 1) if w else -1 for s, w in zip(shapes, wet, strict=True)],
        styles,
        labels=labels,
    )


def build_railways(barriers: Frame) -> SceneLayer:
    """Give railways: a line with ticks."""
    style = Style(
        "railway",
        "line",
        Message("maps.legend.railway"),
        strokes=(Stroke("#7A7F87", 1.7, (0.3, 3.2)), Stroke("#7A7F87", 0.45)),
    )
    return make_layer(
        "railways",
        ids(barriers),
        geometries(barriers),
        [0 if kind == "railway" else -1 for kind in texts(barriers, "kind")],
        [style],
    )


def build_walls(barriers: Frame) -> SceneLayer:
    """Give walls: a line with short teeth."""
    style = Style(
        "wall",
        "line",
        Message("maps.legend.wall"),
        max_scale=SCALE_DETAIL,
        strokes=(Stroke("#8A8175", 0.9, (0.2, 1.9)), Stroke("#8A8175", 0.2)),
    )
    return make_layer(
        "walls",
        ids(barriers),
        geometries(barriers),
        [0 if kind == "wall" else -1 for kind in texts(barriers, "kind")],
        [style],
    )


def build_roads(roads: Frame) -> SceneLayer:
    """Give roads by class, cased, the greater over the lesser; a road of unknown class is drawn as a lane."""
    names = list(ROADS)
    styles: list[Style] = []
    for name, look in ROADS.items():
        core = Stroke(look.core, look.width_mm, look.dash_mm, look.width_m, look.max_mm)
        casing = Stroke(
            look.casing or look.core,
            look.width_mm + 2 * CASING_MM,
            look.dash_mm,
            look.width_m * 1.04 if look.casing else 0.0,
            look.max_mm + 2 * CASING_MM if look.casing else 0.0,
        )
        styles.append(
            Style(
                f"road_{name}",
                "line",
                Message(f"maps.legend.road_{name}"),
                max_scale=look.max_scale,
                strokes=(casing, core) if look.casing else (core,),
                far=Stroke(look.casing or look.core, look.width_mm * 0.4),
            )
        )
    shapes, classes, road_names = geometries(roads), texts(roads, "class"), texts(roads, "name")
    lane = names.index("lane")
    labels: list[Label] = []
    for rank_classes, rank, max_scale in (
        (("expressway", "trunk", "secondary"), 3, SCALE_STREET / 1.5),
        (("branch",), 4, 12_000.0),
        (("lane", None), 6, 3_000.0),
    ):
        labels += along_lines(
            [name if kind in rank_classes else None for name, kind in zip(road_names, classes, strict=True)],
            list(shapes),
            points=PT_SMALL,
            colour=_ROAD_TEXT,
            rank=rank,
            max_scale=max_scale,
        )
    return make_layer(
        "roads",
        ids(roads),
        shapes,
        [names.index(c) if c is not None and c in ROADS else lane for c in classes],
        styles,
        labels=labels,
    )


def build_buildings(buildings: Frame) -> SceneLayer:
    """Give the buildings."""
    style = Style(
        "building",
        "area",
        Message("maps.legend.building"),
        fill="#E6E2DB",
        strokes=(Stroke("#CFC9BF", 0.1),),
        max_scale=SCALE_STREET,
    )
    return make_layer("buildings", ids(buildings), geometries(buildings), [0] * len(buildings), [style])


def build_planning_area(area: Frame) -> SceneLayer:
    """Give the boundary of the planning area."""
    style = Style(
        "planning_area",
        "area",
        Message("maps.legend.planning_area"),
        strokes=(Stroke("#FFFFFF", 0.9, alpha=0.7), Stroke("#4B5563", 0.45, (4.0, 1.0, 0.6, 1.0, 0.6, 1.0))),
    )
    return make_layer("planning_area", ids(area), geometries(area), [0] * len(area), [style])


def build_townships(townships: Frame) -> SceneLayer:
    """Give the boundaries of townships, with their names."""
    style = Style(
        "township",
        "area",
        Message("maps.legend.township"),
        strokes=(Stroke("#8B7F94", 1.1, alpha=0.16), Stroke("#8B7F94", 0.3, (3.0, 1.0, 0.5, 1.0))),
    )
    shapes = geometries(townships)
    labels = [
        Label(name, *place_of(shape), PT_HEAD, INK_SECOND, bold=True, rank=2, max_scale=400_000.0)
        for name, shape in zip(texts(townships, "name"), shapes, strict=True)
        if name and shape is not None
    ]
    return make_layer("townships", ids(townships), shapes, [0] * len(townships), [style], labels=labels)
