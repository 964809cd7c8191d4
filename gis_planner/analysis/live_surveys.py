"""What layers prove about the areas of a live study, found again after an edit only where it can differ.

How far a layer tells follows from the hull of its features. A layer that gained features has the hull of the old one
and of what came; what lost features well inside it has the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.reach import LAYERS_OF_REACH
from gis_planner.analysis.survey import Doubt, Survey, hull_of, layer_state, survey_layer, surveyed_hull
from gis_planner.analysis.table_changes import find_changed_rows, share_column
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, shapes_of


class LiveSurveys:
    """What the layers of reach prove about footprints: `covers` by margin, `doubt` and `seen` about the layers.

    `doubt` says why no service can be judged at all, `seen` are the kinds of facilities that were found anywhere (None
    where the survey was declared complete).
    """

    doubt: Doubt | None
    seen: frozenset[str] | None

    def __init__(self, margins_m: Collection[float]) -> None:
        """Take the margins around a survey by which services are judged."""
        self.covers: dict[float, list[Survey]] = {margin: [] for margin in margins_m}
        self._hulls: dict[str, tuple[Frame, BaseGeometry]] = {}
        self._proven: tuple[Any, dict[str, BaseGeometry | None]] | None = None
        self._seen: tuple[Frame, frozenset[str]] | None = None

    def look(self, project: Project, footprints: NDArray[Any]) -> bool:
        """See what the layers of reach prove; tells whether that differs from before."""
        states = {name: layer_state(project, name) for name in LAYERS_OF_REACH}
        layers = [
            None if state == "given" else {"code": state, "layer": name} for name, state in states.items()
        ]
        hulls = {
            name: self.hull(project, name) if state == "given" else None for name, state in states.items()
        }
        seen = None if "facilities" in project.complete else self._kinds_seen(project.table("facilities"))
        found = (tuple(str(doubt) for doubt in layers), seen, project.complete)
        known = self._proven
        if known and known[0] == found and all(_equal(known[1][name], hulls[name]) for name in hulls):
            return False
        self._proven = (found, hulls)
        self.doubt = next((doubt for doubt in layers if doubt is not None), None)
        self.seen = seen
        self.covers = {margin: self._survey(project, footprints, margin) for margin in self.covers}
        return True

    def look_again(self, project: Project, footprints: NDArray[Any], rows: Rows) -> None:
        """See how far the layers tell about some footprints that have another shape now."""
        for margin_m, surveys in self.covers.items():
            for place, some in enumerate(self._survey(project, footprints[rows], margin_m)):
                cover = surveys[place].cover.copy()
                cover[rows] = some.cover
                surveys[place] = replace(surveys[place], cover=cover)

    def survey(self, project: Project, name: str, footprints: NDArray[Any], *, margin_m: float) -> Survey:
        """Measure how far any layer tells about footprints."""
        hull = self.hull(project, name) if layer_state(project, name) == "given" else None
        return survey_layer(project, name, footprints, margin_m=margin_m, hull=hull)

    def hull(self, project: Project, name: str) -> BaseGeometry | None:
        """Give the surveyed hull of a layer (None where it was declared complete), found once for the same shapes."""
        if name in project.complete:
            return None
        table, known = project.table(name), self._hulls.get(name)
        if known is None or known[0] is not table:
            hull = None if known is None else _follow_hull(name, *known, table)
            self._hulls[name] = (table, surveyed_hull(project, name) if hull is None else hull)
        return self._hulls[name][1]

    def _survey(self, project: Project, footprints: NDArray[Any], margin_m: float) -> list[Survey]:
        return [self.survey(project, name, footprints, margin_m=margin_m) for name in LAYERS_OF_REACH]

    def _kinds_seen(self, facilities: Frame) -> frozenset[str]:
        if self._seen is None or self._seen[0] is not facilities:
            standing = facilities["status"].to_numpy() != "proposed"
            kinds = facilities["kind"].to_numpy()[standing]
            self._seen = (facilities, frozenset(str(kind) for kind in kinds if kind is not None))
        return self._seen[1]


def _follow_hull(name: str, before: Frame, hull: BaseGeometry, after: Frame) -> BaseGeometry | None:
    """Give the hull of a layer after it changed, None where only looking at all of it can tell."""
    if name == "facilities":  # proposals do not count, so their shapes alone tell nothing
        return None
    if share_column(before, after, "geometry"):
        return hull
    rows = find_changed_rows(before, after, ())
    if rows is None or (rows.touched < len(before)).any():
        return None
    gone = shapes_of(before)[rows.gone]
    if not shapely.contains_properly(hull, gone[~shapely.is_missing(gone)]).all():
        return None
    return hull_of(shapely.GeometryCollection([hull, *shapes_of(after)[rows.touched]]))


def _equal(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(shapely.equals_exact(one, other, 0.0))
