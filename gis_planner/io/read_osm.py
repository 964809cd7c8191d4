"""OpenStreetMap in: one file gives roads, compounds, buildings, facilities, barriers and entrances at once.

Roads keep the ids of their nodes: two ways join where they share a node and nowhere else. What a tag means is said
in `resources/osm.toml`. Ids are OSM's own (`w123`), so a later extract of the same town updates the same features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from gis_planner.io.encoding import FIXED_UTF8
from gis_planner.io.osm_elements import Elements, Multipolygon, Tags, Way, read_elements
from gis_planner.io.osm_rules import OsmRules, Rule, is_bridge, is_tunnel, level_of, read_rules, slope_of
from gis_planner.io.osm_shapes import area_of, outline_nodes, pieces, ring_of, to_metres
from gis_planner.io.raw import Doubt, RawLayer, as_shapes
from gis_planner.io.values import read_column
from gis_planner.messages import Message
from gis_planner.model.layers import layer

_ORDER = ("compounds", "buildings", "roads", "entrances", "barriers", "facilities")


@dataclass
class _Collected:
    """The features of one layer while they are collected: rows of declared values with id and shape."""

    ids: list[str] = field(default_factory=list)
    shapes: list[BaseGeometry] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def add(self, feature: str, shape: BaseGeometry, **values: Any) -> None:
        self.ids.append(feature)
        self.shapes.append(shape)
        self.rows.append(values)

    def doubt(self, code: str, **values: Any) -> None:
        self.doubts.append(
            Doubt(
                code, "warning", None, Message(f"import.{code}", **values), Message("import.repair.left_out")
            )
        )


def read_osm(
    chunks: Iterable[bytes], *, file: str, tell: Callable[[float], None] = lambda share: None
) -> list[RawLayer]:
    """Read an OSM file into one layer for each kind of feature it has."""
    rules = read_rules()
    elements = read_elements(chunks, rules.keys, file=file)
    tell(0.6)
    collected = {name: _Collected() for name in _ORDER}
    _collect_roads(elements, rules, collected["roads"])
    tell(0.7)
    outlines = _collect_areas(elements, rules, collected)
    _collect_points(elements, rules, collected["facilities"])
    tell(0.8)
    _collect_lines(elements, rules, collected["barriers"])
    _collect_entrances(elements, rules, collected["compounds"], outlines, collected["entrances"])
    return [
        _layer(name, found, rules, elements.date)
        for name, found in collected.items()
        if found.ids or found.doubts
    ]


def _collect_roads(elements: Elements, rules: OsmRules, roads: _Collected) -> None:
    """Take in every way that is a road; where nodes are missing it falls into pieces."""
    areas = skipped = cut = 0
    signals = {node for node, tags in elements.node_tags.items() if rules.is_signal(tags)}
    counted: set[str] = set()
    for way in elements.ways.values():
        if "highway" not in way.tags:
            continue
        kind = rules.road_class_of(way.tags)
        if kind is None or way.tags.get("indoor") == "yes":
            skipped += 1
            continue
        if way.tags.get("area") == "yes":
            areas += 1
            continue
        runs = pieces(way, elements)
        cut += len(runs) != 1 or len(runs[0]) != len(way.nodes)
        for number, run in enumerate(runs, start=1):
            roads.add(
                f"w{way.id}" if number == 1 else f"w{way.id}-{number}",
                LineString([elements.places[node] for node in run]),
                **{
                    "name": _name(way.tags),
                    "class": kind,
                    "walkable": rules.walkable(way.tags),
                    "level": level_of(way.tags),
                    "bridge": is_bridge(way.tags),
                    "tunnel": is_tunnel(way.tags),
                    "noding": "shared",
                    "vertex_ids": " ".join(run),
                    "width_m": way.tags.get("width"),
                    "slope": slope_of(way.tags),
                    "signals": _count_signals(run, signals, counted),
                },
            )
    for code, n in (("osm.road_areas", areas), ("osm.roads_skipped", skipped), ("osm.roads_cut", cut)):
        if n:
            roads.doubts.append(Doubt(code, "note", None, Message(f"import.{code}", n=n)))


def _count_signals(run: Sequence[str], signals: set[str], counted: set[str]) -> int:
    """Count the signals that a road passes; one at which roads only end counts on the first of them alone."""
    inside = {node for node in run[1:-1] if node in signals}
    at_ends = {node for node in (run[0], run[-1]) if node in signals and node not in counted}
    counted |= inside | at_ends
    return len(inside | at_ends)


def _collect_areas(
    elements: Elements, rules: OsmRules, collected: dict[str, _Collected]
) -> dict[str, frozenset[str]]:
    """Take in compounds, buildings, facilities and water of closed ways and multipolygons.

    Gives the nodes on the outline of each compound.
    """
    outlines: dict[str, frozenset[str]] = {}
    for way in elements.ways.values():
        if not way.tags:
            continue
        targets = _area_targets(way.tags, rules)
        if not targets:
            continue
        shape = ring_of(way, elements)
        if shape is None:
            _doubt_area(collected, targets, f"w{way.id}", way.tags)
            continue
        _add_area(collected, targets, f"w{way.id}", shape, way.tags)
        outlines[f"w{way.id}"] = frozenset(way.nodes)
    for area in elements.areas:
        _collect_multipolygon(area, elements, rules, collected, outlines)
    return outlines


def _collect_multipolygon(
    area: Multipolygon,
    elements: Elements,
    rules: OsmRules,
    collected: dict[str, _Collected],
    outlines: dict[str, frozenset[str]],
) -> None:
    targets = _area_targets(area.tags, rules)
    if not targets:
        return
    shape, whole = area_of(area, elements)
    if shape is None:
        _doubt_area(collected, targets, f"r{area.id}", area.tags)
        return
    if not whole:
        for target, _ in targets:
            collected[target].doubts.append(
                Doubt(
                    "osm.area_part",
                    "warning",
                    None,
                    Message("import.osm.area_part", id=f"r{area.id}", name=_name(area.tags)),
                )
            )
    _add_area(collected, targets, f"r{area.id}", shape, area.tags)
    outlines[f"r{area.id}"] = outline_nodes(area, elements)


def _area_targets(tags: Tags, rules: OsmRules) -> list[tuple[str, str]]:
    """Tell what an area becomes: (layer, kind), in several layers where it is several things."""
    targets: list[tuple[str, str]] = []
    if rules.compounds.holds(tags):
        targets.append(("compounds", ""))
    if rules.buildings.holds(tags):
        targets.append(("buildings", ""))
    kind = rules.facility_kind(tags)
    if kind is not None:
        targets.append(("facilities", kind))
    rule = rules.barrier(tags)
    if rule is not None and rule.shape == "area":
        targets.append(("barriers", rule.kind))
    return targets


def _add_area(
    collected: dict[str, _Collected],
    targets: Sequence[tuple[str, str]],
    feature: str,
    shape: BaseGeometry,
    tags: Tags,
) -> None:
    for target, kind in targets:
        values: dict[str, Any] = {"name": _name(tags)}
        if target == "buildings":
            use = tags.get("building", "")
            values.update(use=None if use == "yes" else use, floors=tags.get("building:levels"))
            values.update(built_year=tags.get("start_date"))
        elif target == "facilities":
            values.update(_facility(tags, kind))
        elif target == "barriers":
            values.update(kind=kind)
        collected[target].add(feature, shape, **values)


def _doubt_area(
    collected: dict[str, _Collected], targets: Sequence[tuple[str, str]], feature: str, tags: Tags
) -> None:
    for target, _ in targets:
        collected[target].doubt("osm.area_open", id=feature, name=_name(tags))


def _collect_points(elements: Elements, rules: OsmRules, facilities: _Collected) -> None:
    for node, tags in elements.node_tags.items():
        kind = rules.facility_kind(tags)
        if kind is not None and node in elements.places:
            facilities.add(f"n{node}", Point(elements.places[node]), **_facility(tags, kind))


def _collect_lines(elements: Elements, rules: OsmRules, barriers: _Collected) -> None:
    """Take in barriers that are lines; a closed wall stays a line."""
    cut = 0
    for way in elements.ways.values():
        rule: Rule | None = rules.barrier(way.tags) if way.tags else None
        if rule is None or rule.shape != "line":
            continue
        runs = pieces(way, elements)
        cut += len(runs) != 1 or len(runs[0]) != len(way.nodes)
        for number, run in enumerate(runs, start=1):
            feature = f"w{way.id}" if number == 1 else f"w{way.id}-{number}"
            barriers.add(
                feature, LineString([elements.places[n] for n in run]), kind=rule.kind, name=_name(way.tags)
            )
    if cut:
        barriers.doubts.append(Doubt("osm.lines_cut", "note", None, Message("import.osm.lines_cut", n=cut)))


def _collect_entrances(
    elements: Elements,
    rules: OsmRules,
    compounds: _Collected,
    outlines: dict[str, frozenset[str]],
    entrances: _Collected,
) -> None:
    """Take in gates that stand on the outline of a compound or within 10 m of it."""
    if not compounds.ids:
        return
    gates = [
        (node, tags)
        for node, tags in elements.node_tags.items()
        if (tags.get("barrier") in rules.gates or tags.get("entrance", "no") != "no")
        and node in elements.places
    ]
    building_nodes = _nodes_of_buildings(elements.ways.values(), rules)
    lat = float(np.median([elements.places[node][1] for node, _ in gates])) if gates else 0.0
    edges = to_metres([shape.boundary for shape in compounds.shapes], lat)
    tree = shapely.STRtree(edges)
    for node, tags in gates:
        place = Point(elements.places[node])
        near = to_metres([place], lat)[0]
        owner = next(
            (i for i, feature in enumerate(compounds.ids) if node in outlines.get(feature, frozenset())), None
        )
        if owner is None:
            if tags.get("barrier") not in rules.gates and node in building_nodes:
                continue  # the door of a house that happens to stand near the outline
            close = sorted(
                (near.distance(edges[i]), int(i)) for i in tree.query(near, "dwithin", rules.gates_within_m)
            )
            if not close:
                continue
            owner = close[0][1]
        closed = tags.get("access") in rules.access_no or tags.get("locked") == "yes"
        entrances.add(
            f"n{node}",
            place,
            name=_name(tags),
            compound_id=compounds.ids[owner],
            status="closed" if closed else "open",
        )


def _nodes_of_buildings(ways: Iterable[Way], rules: OsmRules) -> frozenset[str]:
    return frozenset(node for way in ways if rules.buildings.holds(way.tags) for node in way.nodes)


def _facility(tags: Tags, kind: str) -> dict[str, Any]:
    gone = tags.get("disused") == "yes" or tags.get("abandoned") == "yes"
    return {
        "name": _name(tags), "kind": kind, "status": "closed" if gone else "existing", "capacity": tags.get("capacity"),
    }  # fmt: skip


def _name(tags: Tags) -> str | None:
    return tags.get("name") or tags.get("name:zh")


def _layer(name: str, found: _Collected, rules: OsmRules, date: str) -> RawLayer:
    """Read the texts of numbers and years and hand the layer over."""
    declared: dict[str, list[Any]] = {}
    doubts = list(found.doubts)
    for column in layer(name).columns:
        if not any(column.name in row for row in found.rows):
            continue
        cells = [row.get(column.name) for row in found.rows]
        if column.type in ("int", "float", "year") and any(isinstance(cell, str) for cell in cells):
            read = read_column(column, cells, heading=column.zh)
            declared[column.name] = read.values
            doubts.extend(read.doubts)
        else:
            declared[column.name] = cells
    return RawLayer(
        source_layer=name,
        driver="OSM",
        columns={},
        shapes=as_shapes(found.shapes),
        geometry_from="file",
        encoding=FIXED_UTF8,
        stated_crs="EPSG:4326",
        datum="wgs84",
        datum_reason=Message("import.datum.osm"),
        layer=name,
        layer_reason=Message("import.layer_reason.osm"),
        declared=declared,
        ids=found.ids,
        doubts=tuple(doubts),
        licence=rules.licence,
        data_date=date,
        numbers=(),
    )
