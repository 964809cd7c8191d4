"""What is drawn over the map: isochrones, the selection, and the walks of the chosen cell."""

from __future__ import annotations

from collections.abc import Sequence

from gis_planner.app.desk import Desk
from gis_planner.app.drawn import Drawn, Overlays
from gis_planner.app.isochrone_drawing import Isochrones, draw_isochrones, label_isochrones
from gis_planner.app.routing import Routes
from gis_planner.cartography.scene_values import Scene

# Over paper and colours of the map, in both themes.
_CHOSEN = "#1C64D1"
_REACHED = "#1C64D1"
_BEYOND = "#C0362C"


def build_overlays(
    desk: Desk,
    scene: Scene | None,
    routes: Routes | None,
    isochrones: Isochrones | None,
    shading: Sequence[Drawn] = (),
) -> Overlays:
    """Draw the shading that changed, isochrones, what is selected, and the routes with the length of the longest."""
    if scene is None:
        return Overlays()
    chosen = desk.selection.value
    drawn: list[Drawn] = [*shading]
    tags: list[tuple[float, float, str]] = []
    if isochrones is not None:
        drawn += draw_isochrones(isochrones)
        tags += label_isochrones(isochrones, desk.texts)
    for cluster in (chosen.cluster, *chosen.also) if chosen.cluster is not None else ():
        shape = scene.geometry("footprints", cluster)
        if shape is not None:
            drawn.append(Drawn(shape, scene.cluster_colours.get(cluster, _CHOSEN), 3.5))
    if routes is not None and chosen.element is not None:
        _add_routes(desk, scene, routes, drawn, tags)
    for compound in chosen.compounds:
        shape = scene.geometry("compounds", compound)
        if shape is not None:
            drawn.append(Drawn(shape, _CHOSEN, 2.5, fill=0.18))
    if chosen.facility is not None:
        shape = scene.geometry("facilities", chosen.facility)
        if shape is not None:
            drawn.append(Drawn(shape, _CHOSEN, 2.5))
    if chosen.feature is not None:
        shape = scene.geometry(*chosen.feature)
        if shape is not None:
            drawn.append(Drawn(shape, _CHOSEN, 3.0))
    return Overlays(tuple(drawn), tuple(tags), tuple(_find_locks(desk, scene)))


def _find_locks(desk: Desk, scene: Scene) -> list[tuple[float, float, float, float]]:
    """Place a padlock beside the number of every locked cluster, and on every locked compound."""
    project = desk.document.project
    if project is None:
        return []
    numbers = {f"{c.number:02d}" for c in project.grouping.clusters if c.locked}
    locks = [
        (label.x, label.y, 11.0, 13.0)
        for layer in scene.of_key("footprints")
        for label in layer.labels
        if label.text in numbers
    ]
    for compound in sorted(project.grouping.locked_compounds):
        shape = scene.geometry("compounds", compound)
        if shape is not None:
            point = shape.representative_point()
            locks.append((point.x, point.y, 0.0, 14.0))
    return locks


def _add_routes(
    desk: Desk, scene: Scene, routes: Routes, drawn: list[Drawn], tags: list[tuple[float, float, str]]
) -> None:
    for walk in routes.walks:
        colour = _REACHED if walk.reached else _BEYOND
        for kind, piece in walk.route.pieces:
            dashes = () if kind == "path" else (2.0, 1.6)
            drawn.append(Drawn(piece, colour, 2.6 if kind == "path" else 1.8, dashes=dashes))
    for facility in dict.fromkeys(walk.facility for walk in routes.walks):
        shape = scene.geometry("facilities", facility)
        if shape is not None:
            drawn.append(Drawn(shape, _CHOSEN, 2.5))
    for compound in routes.without:
        shape = scene.geometry("compounds", compound)
        if shape is not None:
            drawn.append(Drawn(shape, _BEYOND, 2.5, dashes=(2.0, 1.6)))
    if routes.walks:
        far = routes.walks[-1]
        shape = scene.geometry("compounds", far.compound)
        if shape is not None:
            point = shape.representative_point()
            length, gate = desk.texts.metres(far.distance_m), far.route.entrance_id
            said = (
                desk.texts("app.map.farthest", length=length)
                if gate is None
                else desk.texts("app.map.farthest_by", length=length, entrance=gate)
            )
            tags.append((point.x, point.y, said))
