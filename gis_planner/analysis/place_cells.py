"""The cells of clusters that are not there yet: what every verdict would become.

Whoever drags a compound asks what the verdicts of two or three clusters would be, many times a second. A cell of a
cluster follows from its members (who walks how far to what) and from its area (what lies in it), so it is decided here
for any members and any area, by the very functions that decide it for the whole study. Who reaches what is taken from
what is kept up to date anyway (`LiveReach`); layers are asked only for what lies around the areas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.indicators import METRICS_OF_LAYERS, measure_layers
from gis_planner.analysis.live_reach import LiveReach
from gis_planner.analysis.live_study import Cell
from gis_planner.analysis.reach import (
    LAYERS_OF_REACH,
    basis_of,
    decide_reach,
    kind_doubt,
    limit_of,
    sum_units,
    tell_shares,
)
from gis_planner.analysis.scoring import measure_elements, status_of, thresholds_of
from gis_planner.analysis.survey import Indicator, Survey, layer_state, survey_layer, surveyed_hull
from gis_planner.analysis.three_valued import NO, UNKNOWN, YES
from gis_planner.analysis.units import list_units
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.standard import Element, Standard
from gis_planner.model.tables import floats, geometries, rows_by_id, take, texts

_AROUND_M = (
    20.0  # beside twice the farthest that an element looks: a kerb is cut in pieces, a mouth has a width
)
_LOOKS = ("radius_m", "near_m", "junction_m")  # params by which a feature outside an area can count in it
_NOT_APPLICABLE = Cell("not_applicable", None)
_Rows = NDArray[np.int64]


class Place(NamedTuple):
    """A cluster as it would be: its id, its compounds, its area."""

    id: str
    compounds: tuple[str, ...]
    footprint: BaseGeometry


@dataclass(frozen=True, eq=False)
class _Units:
    """The units whose households count, by compound: their rows in the coverage and their households."""

    rows: Mapping[str, _Rows]
    households: NDArray[np.float64]
    compound: NDArray[Any]


class PlaceCells:
    """Decides the cells of any clusters of one project; a cache of a pure function, nothing else."""

    def __init__(self, project: Project, standard: Standard, reach: LiveReach) -> None:
        """Take a project and who reaches what in this very project."""
        self.project, self.standard, self.reach = project, standard, reach
        self._table = list_units(project)[0]
        self._units = _count_units(self._table, reach.unit_ids)
        self._hulls: dict[str, BaseGeometry] = {}
        self._trees: dict[str, shapely.STRtree] = {}
        self._doubts = {e.facility or "": kind_doubt(project, e.facility or "") for e in self._services}
        self._known: dict[tuple[tuple[str, ...], bytes], dict[str, Cell]] = {}

    @property
    def _services(self) -> list[Element]:
        return [element for element in self.standard.elements if element.metric == "reach_share"]

    def decide(
        self, places: Sequence[Place], not_applicable: Mapping[tuple[str, str], str]
    ) -> list[dict[str, Cell]]:
        """Decide every element in these places: cells by element id, in the order of the pack.

        `not_applicable` holds the reasons that a person gave for 不涉及, by cluster and element.
        """
        keys = [(place.compounds, shapely.to_wkb(place.footprint)) for place in places]
        new = {key: place for key, place in zip(keys, places, strict=True) if key not in self._known}
        if new:
            self._known.update(zip(new, self._decide(list(new.values())), strict=True))
        return [
            {
                element: _NOT_APPLICABLE if (place.id, element) in not_applicable else cell
                for element, cell in self._known[key].items()
            }
            for key, place in zip(keys, places, strict=True)
        ]

    def _decide(self, places: Sequence[Place]) -> list[dict[str, Cell]]:
        footprints = np.empty(len(places), dtype=object)
        footprints[:] = [place.footprint for place in places]
        measured: dict[str, Sequence[Indicator]] = {}
        measured |= self._measure_reach(places, footprints)
        measured |= self._measure_layers(footprints)
        left = tuple(e for e in self.standard.elements if e.id not in measured)
        measured |= self._measure_members(places, left)
        limits = {
            element.id: thresholds_of(element, self.project.rules) for element in self.standard.elements
        }
        decided = []
        for row in range(len(places)):
            cells = {}
            for element in self.standard.elements:
                found = measured[element.id][row]
                status = status_of(found, limits[element.id])
                value = found.value if status in ("pass", "partial", "fail") else None
                cells[element.id] = Cell(status, value)
            decided.append(cells)
        return decided

    # --- who walks how far

    def _measure_reach(
        self, places: Sequence[Place], footprints: NDArray[Any]
    ) -> dict[str, Sequence[Indicator]]:
        rules, coverage = self.project.rules, self.reach.coverage
        nobody = np.empty(0, dtype=np.int64)
        own = [
            np.concatenate([nobody, *(self._units.rows.get(c, nobody) for c in place.compounds)])
            for place in places
        ]
        members = np.concatenate([nobody, *own])
        place_of = np.repeat(np.arange(len(places)), [len(rows) for rows in own])
        households = self._units.households[members]
        unknown = [
            len(set(self._units.compound[rows[np.isnan(self._units.households[rows])]])) for rows in own
        ]
        surveys: dict[float, list[Survey]] = {}
        found: dict[str, Sequence[Indicator]] = {}
        for element in self._services:
            kind, limit_m = element.facility or "", limit_of(element, rules)
            metres = coverage.shortest(self.reach.kinds.index(kind))[members]
            beyond = np.isinf(metres) & (limit_m > coverage.search_max_m)
            reached = np.where(metres <= limit_m, YES, np.where(beyond, UNKNOWN, NO)).astype(np.int8)
            sums = sum_units(households, reached, place_of, len(places))
            margin_m, unseen = element.params["cover_margin_m"], self._doubts[kind]
            if margin_m not in surveys:
                surveys[margin_m] = [self._survey(name, footprints, margin_m) for name in LAYERS_OF_REACH]
            decisions = [
                decide_reach(
                    basis=basis_of(element, rules), share=shares.share, existence=shares.existence,
                    measured=measured > 0, unknown=unknown[row], members=len(places[row].compounds),
                    unseen=unseen,
                    covers=[survey.doubt(row, rules.layer_cover_min) for survey in surveys[margin_m]],
                    rules=rules,
                )
                for row, (measured, shares) in enumerate(
                    zip(sums.measured.tolist(), tell_shares(sums, doubt=unseen), strict=True)
                )
            ]  # fmt: skip
            found[element.id] = [
                Indicator(d.value, d.doubt or d.partly, {}, at_least=d.doubt is None) for d in decisions
            ]
        return found

    # --- what lies in the areas

    def _measure_layers(self, footprints: NDArray[Any]) -> dict[str, Sequence[Indicator]]:
        elements = [e for e in self.standard.elements if e.metric in METRICS_OF_LAYERS]
        around = self._around(footprints, elements)
        # The density of boxes along streets is evidence, no part of the figure, and evidence is not laid out here.
        streetless = replace(around, loaded=around.loaded - {"roads"})
        found: dict[str, Sequence[Indicator]] = {}
        for element in elements:
            margin_m = element.params["cover_margin_m"]
            surveys = [self._survey(name, footprints, margin_m) for name in element.layers]
            project = streetless if element.metric == "merged_box_share" else around
            found[element.id] = measure_layers(
                project, element, footprints, self.project.rules, surveys=surveys
            )
        return found

    def _survey(self, name: str, footprints: NDArray[Any], margin_m: float) -> Survey:
        project = self.project
        if name in project.complete or layer_state(project, name) != "given":
            return survey_layer(project, name, footprints, margin_m=margin_m)
        if name not in self._hulls:
            self._hulls[name] = surveyed_hull(project, name)
        return survey_layer(project, name, footprints, margin_m=margin_m, hull=self._hulls[name])

    def _around(self, footprints: NDArray[Any], elements: Sequence[Element]) -> Project:
        """Give the project with no more in these layers, and of streets, than lies around some areas.

        A kerb counts for the street that it names, wherever the two lie, so streets and kerbs bring each other along.
        """
        project = self.project
        bounds = shapely.bounds(footprints)
        bounds = bounds[~np.isnan(bounds[:, 0])]
        names = {name for element in elements for name in element.layers}
        looks = [element.params.get(name, 0.0) for element in elements for name in _LOOKS]
        around_m = 2.0 * max(looks, default=0.0) + _AROUND_M
        low, high = bounds[:, :2] - around_m, bounds[:, 2:] + around_m
        boxes = np.asarray(shapely.box(*low.T, *high.T), dtype=object)
        near = {name: self._near(name, boxes) for name in sorted(names | {"roads"})}
        if "kerbs" in near and len(project.table("kerbs")):
            self._join_kerbs(near)
        tables = {name: take(project.table(name), rows) for name, rows in near.items()}
        return replace(project, tables={**project.tables, **tables})

    def _near(self, name: str, boxes: NDArray[Any]) -> _Rows:
        if name not in self._trees:
            self._trees[name] = shapely.STRtree(geometries(self.project.table(name)))
        return np.unique(self._trees[name].query(boxes)[1])

    def _join_kerbs(self, near: dict[str, _Rows]) -> None:
        road_of = self._road_of_kerb
        here = np.isin(road_of, near["roads"])
        near["kerbs"] = np.union1d(near["kerbs"], np.flatnonzero(here))
        named = road_of[near["kerbs"]]
        near["roads"] = np.union1d(near["roads"], named[named >= 0])

    @cached_property
    def _road_of_kerb(self) -> _Rows:
        """The row of the road that each kerb names, -1 where it names none that is there."""
        row_of = rows_by_id(self.project.table("roads"))
        names = texts(self.project.table("kerbs"), "road_id")
        return np.array([row_of.get(name or "", -1) for name in names], dtype=np.int64)

    # --- what only the compounds themselves tell

    def _measure_members(
        self, places: Sequence[Place], elements: tuple[Element, ...]
    ) -> dict[str, Sequence[Indicator]]:
        if not elements:
            return {}
        clusters = tuple(Cluster(p.id, row + 1, "", p.compounds) for row, p in enumerate(places))
        alone = replace(self.project, grouping=Grouping(clusters))
        one = replace(self.standard, elements=elements)
        empty = self.reach_table().iloc[:0]
        found = measure_elements(alone, one, places, self._table, empty, None, self.project.rules)
        return {e.id: [found[place.id, e.id] for place in places] for e in elements}

    def reach_table(self) -> Any:
        """Give the coverage as the table of the results."""
        from gis_planner.analysis.coverage import coverage_frame

        return coverage_frame(self.reach.coverage, self.reach.unit_ids, self.reach.kinds, self.project.rules)


def _count_units(units: Any, unit_ids: Sequence[str]) -> _Units:
    if [str(unit) for unit in units["unit_id"]] != list(unit_ids):
        raise ValueError("the units differ from those that were walked for")
    compound = np.array([c or "" for c in texts(units, "compound_id")], dtype=object)
    kinds = np.array(texts(units, "unit_type"), dtype=object)
    counted = units["counted"].to_numpy(dtype=bool) & (kinds != "parcels") & (compound != "")
    rows: dict[str, list[int]] = {}
    for row in np.flatnonzero(counted).tolist():
        rows.setdefault(compound[row], []).append(row)
    by_compound = {name: np.array(found, dtype=np.int64) for name, found in rows.items()}
    return _Units(by_compound, floats(units, "households"), compound)
