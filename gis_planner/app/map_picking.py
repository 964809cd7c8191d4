"""What a click, a frame or a double click on the map selects, and the shapes of what is selected."""

from __future__ import annotations

from collections.abc import Callable

import shapely
from shapely.geometry.base import BaseGeometry

from gis_planner.app.desk import Desk
from gis_planner.app.selection import Selected
from gis_planner.cartography.scene_values import Scene


class MapPicking:
    """Selects on the map; `pointing` while it does, so that the map stays where it is: the eye is already there."""

    def __init__(self, desk: Desk, scene: Callable[[], Scene | None], look: Callable[[], object]) -> None:
        self._desk, self._scene, self._look = desk, scene, look
        self.pointing = False

    def choose(self, found: tuple[str, str] | None, add: bool) -> None:
        """Select what was clicked; with `add` beside what is selected."""
        self.pointing = True
        try:
            self._choose(found, add)
        finally:
            self.pointing = False

    def _choose(self, found: tuple[str, str] | None, add: bool) -> None:
        selection = self._desk.selection
        if found is None:
            if not add:
                selection.clear()
            return
        key, feature = found
        if key == "footprints":
            (selection.add_cluster if add else selection.choose_cluster)(feature)
        elif key == "compounds" and add:
            chosen = selection.value.compounds
            selection.choose_compounds(
                tuple(c for c in chosen if c != feature) if feature in chosen else (*chosen, feature)
            )
        else:
            selection.choose_feature(key, feature)

    def frame(self, extent: tuple[float, float, float, float], add: bool) -> None:
        """Select the compounds of which most lies in a frame."""
        scene = self._scene()
        if scene is None:
            return
        frame = shapely.box(*extent)
        inside: list[str] = []
        for layer in scene.of_key("compounds"):
            middles = shapely.point_on_surface(layer.geometry)
            inside += [layer.ids[row] for row in range(len(layer)) if frame.covers(middles[row])]
        before = self._desk.selection.value.compounds if add else ()
        self.pointing = True
        self._desk.selection.choose_compounds(tuple(dict.fromkeys((*before, *sorted(inside)))))
        self.pointing = False

    def open(self, found: tuple[str, str] | None) -> None:
        """Look at what was double-clicked: a compound's cluster, or the thing itself."""
        if found is None or self._desk.document.project is None:
            return
        key, feature = found
        if key == "compounds":
            cluster = self._desk.document.project.grouping.cluster_of().get(feature)
            if cluster is not None:
                self._desk.selection.choose_cluster(cluster)
        self._look()

    def shapes(self, chosen: Selected) -> list[BaseGeometry]:
        """Give the shapes of what is selected."""
        scene, project = self._scene(), self._desk.document.project
        if scene is None:
            return []
        found = [scene.geometry("compounds", c) for c in chosen.compounds]
        if chosen.cluster is not None:
            found.append(scene.geometry("footprints", chosen.cluster))
            if found[-1] is None and project is not None and project.grouping.has(chosen.cluster):
                members = project.grouping.cluster(chosen.cluster).members
                found += [scene.geometry("compounds", c) for c in members]
        if chosen.facility is not None:
            found.append(scene.geometry("facilities", chosen.facility))
        if chosen.feature is not None:
            found.append(scene.geometry(*chosen.feature))
        return [shape for shape in found if shape is not None]
