"""The verdicts of a project, brought up to date after each edit.

Who reaches what comes from `LiveReach`; of the verdicts only the cells are decided again that an edit touches. A cell
holds status and value. Its evidence is laid out when somebody asks (`verdict`), by the function that lays it out for
the whole study, so that both always agree. Figures that no verdict needs (walking diameters, neighbours, issues) are
left to the next study.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.access import AccessFound
from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.coverage import coverage_frame
from gis_planner.analysis.footprint_changes import Ground, divide_otherwise, redraw_footprints
from gis_planner.analysis.footprints import draw_footprints
from gis_planner.analysis.indicators import METRICS_OF_LAYERS, measure_layers
from gis_planner.analysis.live_capacity import LiveCapacity
from gis_planner.analysis.live_reach import LiveReach, ReachChange
from gis_planner.analysis.live_services import count_units, decide_service
from gis_planner.analysis.live_surveys import LiveSurveys
from gis_planner.analysis.reach import LAYERS_OF_REACH, cover_clusters
from gis_planner.analysis.scoring import Score, judge, measure_elements, score_of, status_of, thresholds_of
from gis_planner.analysis.survey import Indicator
from gis_planner.analysis.table_changes import find_changed_rows
from gis_planner.analysis.units import list_units
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.project import Project
from gis_planner.model.results import Network, Results
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Element, Standard, Status, Verdict
from gis_planner.model.tables import Frame, shapes_of, take

_UNIT_LAYERS = ("compounds", "buildings", "parcels")
_RULES_OF_LAYERS = frozenset({"null_share_max", "layer_cover_min", "pci_min"})
_RULES_OF_REACH = frozenset({"limit_m", "service_basis", "null_share_max", "layer_cover_min"})
_RULES_OF_AREAS = frozenset(
    {"max_gap_m", "river_divides", "railway_divides", "trunk_road_divides", "expressway_divides"}
)
# Figures of streets that 三合 and 三整 ask for, and how far around a footprint a street may count.
_ROAD_FIGURES = ("class", "condition", "pci", "kerb_sides", "width_m", "level", "bridge", "tunnel")
_AROUND_M = 200.0


class Cell(NamedTuple):
    """What stands in one cell of the matrix: status, and value (None where it was not assessed)."""

    status: Status
    value: float | None


_EMPTY = Cell("not_assessed", None)


class CellChange(NamedTuple):
    """One cell that an edit changed."""

    cluster_id: str
    element: str
    before: Cell
    after: Cell


@dataclass(frozen=True, eq=False)
class StudyChange:
    """What an edit changed: who reaches what, and the cells whose status or value differs."""

    reach: ReachChange
    cells: tuple[CellChange, ...]

    @property
    def flips(self) -> tuple[CellChange, ...]:
        """The cells whose status differs."""
        return tuple(cell for cell in self.cells if cell.before.status != cell.after.status)


@dataclass(frozen=True, eq=False)
class _Place:
    """A cluster with its members and its footprint."""

    id: str
    compounds: tuple[str, ...]
    footprint: BaseGeometry


@dataclass(frozen=True, eq=False)
class Laid:
    """What a live study begins from: the network, the units and their access, and the footprint of every cluster.

    `kinds` are walked to beside those that the standard asks for.
    """

    standard: Standard
    network: Network
    units: Frame
    found: AccessFound
    footprints: Mapping[str, BaseGeometry]
    kinds: tuple[str, ...] = ()


def laid_by(results: Results) -> Laid:
    """Give what a study laid out."""
    found = AccessFound(
        results.facilities, results.access, results.direct, reasons={}, unreached={}, issues=()
    )
    footprints = {cluster.id: cluster.footprint for cluster in results.clusters}
    kinds = tuple(sorted({str(kind) for kind in results.coverage["kind"]}))
    return Laid(results.standard, results.network, results.units, found, footprints, kinds)


class LiveStudy:
    """The coverage and the cells of a project as it stands; `update` brings them up to date."""

    def __init__(self, project: Project, laid: Laid | Results, *, threads: int = 2) -> None:
        """Take a project and what was laid out for this very project, by a study or otherwise."""
        parts = laid if isinstance(laid, Laid) else laid_by(laid)
        self.standard: Standard = parts.standard
        kinds = {e.facility for e in self.standard.elements if e.facility} | set(parts.kinds)
        self.reach = LiveReach(
            project, parts.network, parts.units, parts.found, kinds=tuple(sorted(kinds)), threads=threads
        )
        self._units = parts.units
        self._capacity = LiveCapacity(self.reach)
        self._places = _places(project, parts.footprints)
        self.cells: dict[tuple[str, str], Cell] = {}
        self._was: dict[tuple[str, str], Cell | None] = {}  # what stood in cells that were decided again
        self._ground: Ground | None = None
        self._begin(project)

    @staticmethod
    def can_follow(project: Project, results: Results) -> bool:
        """Tell whether a study's coverage was assessed, so that there is something to follow."""
        return len(results.network.edge_from) > 0 and "facilities" in project.loaded | project.complete

    @property
    def project(self) -> Project:
        """The project as it was last seen."""
        return self.reach.project

    def _begin(self, project: Project) -> None:
        self._footprints = _objects([place.footprint for place in self._places])
        margins = {e.params["cover_margin_m"] for e in self.standard.elements if e.metric == "reach_share"}
        self._surveys = LiveSurveys(margins)
        self._ground = None
        self._indicators: dict[tuple[str, str], Indicator] = {}
        self.cells = {}
        self._count_units()
        self._surveys.look(project, self._footprints)
        elements, every = self.standard.elements, np.arange(len(self._places))
        self._measure_layers(project, [e for e in elements if e.metric != "reach_share"], every)
        self._measure_reach([e for e in elements if e.metric == "reach_share"], every)
        self._judge(project, elements, every)

    def update(self, after: Project) -> StudyChange:
        """Bring everything up to date with a project and tell what differs."""
        before, cells = self.project, self.cells
        change = self.reach.update(after)
        self._capacity.follow(before, after, change)
        self._was = {}
        rules = _differing_rules(before.rules, after.rules)
        regrouped = before.grouping is not after.grouping or bool(rules & _RULES_OF_AREAS)
        if change.anew or regrouped or divide_otherwise(before, after, change.streets):
            self._units = list_units(after)[0]
            drawn = draw_footprints(after.grouping, after, collect_barriers(after))
            self._places = _places(after, drawn)
            self._begin(after)
            self._was = {key: cells.get(key) for key, cell in self.cells.items() if cells.get(key) != cell}
        else:
            self._follow(before, after, change, self._redraw(before, after, change))
        differing = ((key, was, self.cells[key]) for key, was in self._was.items())
        return StudyChange(
            change,
            tuple(CellChange(*key, was or _EMPTY, cell) for key, was, cell in differing if was != cell),
        )

    def _follow(self, before: Project, after: Project, change: ReachChange, moved: Rows) -> None:
        """Decide the cells again that an edit touches; the areas of the clusters `moved` have other shapes."""
        elements, every = self.standard.elements, np.arange(len(self._places))
        services = [element for element in elements if element.metric == "reach_share"]
        differing = {name for name in after.tables if after.tables[name] is not before.tables.get(name)}
        differing |= before.loaded ^ after.loaded | before.complete ^ after.complete
        rules = _differing_rules(before.rules, after.rules)
        recounted = bool(differing.intersection(_UNIT_LAYERS))
        if recounted:
            self._units = list_units(after)[0]
            self._count_units()
        proven = bool(differing.intersection(LAYERS_OF_REACH)) and self._surveys.look(after, self._footprints)

        streets = self._near_streets(before, after) if "roads" in differing and not proven else every
        touched: dict[bytes, tuple[Rows, list[Element]]] = {}
        for element in elements:
            asked = differing.intersection(element.layers)
            here = moved
            if recounted or rules & _RULES_OF_LAYERS or asked - {"roads"}:
                here = every
            elif asked:
                here = np.union1d(streets, moved)
            if element.metric != "reach_share" and len(here):
                touched.setdefault(here.tobytes(), (here, []))[1].append(element)
        for here, asking in touched.values():
            self._measure_layers(after, asking, here)
            self._judge(after, asking, here)
        if recounted or proven or rules & _RULES_OF_REACH:
            self._measure_reach(services, every)
            self._judge(after, services, every)
        else:
            for number, kind in enumerate(self.reach.kinds):
                reached = np.unique(self._counted.cluster[change.units[number]])
                own, here = [e for e in services if e.facility == kind], np.union1d(reached, moved)
                here = here[here >= 0]
                self._measure_reach(own, here)
                self._judge(after, own, here)
        if "thresholds" in rules or before.not_applicable is not after.not_applicable:
            self._judge(after, elements, every)

    def _redraw(self, before: Project, after: Project, change: ReachChange) -> Rows:
        """Draw the areas again that changed streets can move; gives the clusters whose area has another shape."""
        if not change.streets:
            return np.empty(0, dtype=np.int64)
        if self._ground is None or not self._ground.lies_as_in(after):
            self._ground = Ground(after, self.reach.road_tree)
        drawn = {place.id: place.footprint for place in self._places}
        again = redraw_footprints(drawn, before, after, change.streets, ground=self._ground)
        moved = [
            row
            for row, place in enumerate(self._places)
            if place.id in again and not shapely.equals_exact(again[place.id], place.footprint, 0.0)
        ]
        rows = np.array(moved, dtype=np.int64)
        if moved:
            places = list(self._places)
            for row in moved:
                places[row] = replace(places[row], footprint=again[places[row].id])
            self._places = tuple(places)
            self._footprints = _objects([place.footprint for place in places])
            self._surveys.look_again(after, self._footprints, rows)
        return rows

    # --- asking

    def coverage(self) -> Any:
        """Give the coverage of every unit and kind as the table of the results."""
        return coverage_frame(self.reach.coverage, self.reach.unit_ids, self.reach.kinds, self.project.rules)

    def capacity(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give what of the capacities falls to every unit and every cluster, as the tables of the results.

        Shared out when somebody asks, for the project as it then stands; kept until the next edit.
        """
        return self._capacity.share(self._units)

    def score(self, cluster_id: str) -> Score:
        """Give the score of one cluster."""
        limits = [(e, self.cells[cluster_id, e.id]) for e in self.standard.elements]
        return score_of([_bare(cluster_id, element, cell) for element, cell in limits])

    def verdict(self, cluster_id: str, element_id: str) -> Verdict:
        """Lay out one cell with its evidence, as the study does."""
        project, rules = self.project, self.project.rules
        place = next(place for place in self._places if place.id == cluster_id)
        element = self.standard.element(element_id)
        mine = np.flatnonzero(texts_are(self._units, "cluster_id", cluster_id))
        units = take(self._units, mine)
        rows = (mine[:, None] * len(self.reach.kinds) + np.arange(len(self.reach.kinds))).ravel()
        coverage = self.coverage().iloc[rows].reset_index(drop=True)
        alone = replace(
            project,
            grouping=project.grouping.with_clusters(
                [c for c in project.grouping.clusters if c.id == cluster_id]
            ),
        )
        one = replace(self.standard, elements=(element,))
        shares = cover_clusters(alone, units, coverage)
        capacity = self.capacity()[1] if element.facility in CAPACITY_KINDS else None
        measured = measure_elements(
            alone, one, [place], units, coverage, shares, rules, cluster_capacity=capacity
        )
        return judge(
            cluster_id, element, measured[cluster_id, element_id], rules,
            not_applicable=project.not_applicable.get((cluster_id, element_id)), subject=self.standard.subject,
        )  # fmt: skip

    # --- counting and deciding

    def _count_units(self) -> None:
        clusters = {place.id: len(place.compounds) for place in self._places}
        self._counted = count_units(self._units, clusters)

    def _measure_layers(self, project: Project, elements: Sequence[Element], here: Rows) -> None:
        """Measure elements that ask layers, not walks, in some clusters."""
        if not len(here):
            return
        places, footprints = [self._places[row] for row in here], self._footprints[here]
        around = self._around(project, footprints) if len(here) < len(self._places) else project
        for element in elements:
            if element.metric in METRICS_OF_LAYERS:
                margin_m = element.params["cover_margin_m"]
                surveys = [
                    self._surveys.survey(project, name, footprints, margin_m=margin_m)
                    for name in element.layers
                ]
                measured = measure_layers(around, element, footprints, project.rules, surveys=surveys)
                found = {(place.id, element.id): one for place, one in zip(places, measured, strict=True)}
            else:
                one = replace(self.standard, elements=(element,))
                empty = self.coverage().iloc[:0]
                found = measure_elements(project, one, places, self._units, empty, None, project.rules)
            self._indicators.update(found)

    def _around(self, project: Project, footprints: NDArray[Any]) -> Project:
        """Give the project with no more roads than lie around some footprints."""
        box = shapely.total_bounds(footprints) + _AROUND_M * np.array([-1.0, -1.0, 1.0, 1.0])
        near = take(project.table("roads"), self.reach.road_tree.meeting(box))
        return replace(project, tables={**project.tables, "roads": near})

    def _near_streets(self, before: Project, after: Project) -> Rows:
        """Give the clusters whose figures may follow from the streets that changed."""
        rows = find_changed_rows(before.table("roads"), after.table("roads"), _ROAD_FIGURES)
        if rows is None:
            return np.arange(len(self._places))
        shapes = np.concatenate(
            [shapes_of(after.table("roads"))[rows.touched], shapes_of(before.table("roads"))[rows.gone]]
        )
        shapes = shapes[~shapely.is_missing(shapes)]
        if not len(shapes):
            return np.empty(0, dtype=np.int64)
        near = shapely.STRtree(self._footprints).query(shapes, predicate="dwithin", distance=_AROUND_M)[1]
        return np.unique(near)

    def _judge(self, project: Project, elements: Sequence[Element], here: Rows) -> None:
        """Compare what was measured with the thresholds."""
        places = [self._places[row] for row in here]
        for element in elements:
            limits = thresholds_of(element, project.rules)
            for place in places:
                found = self._indicators[place.id, element.id]
                status = status_of(found, limits)
                if (place.id, element.id) in project.not_applicable:
                    status = "not_applicable"
                value = found.value if status in ("pass", "partial", "fail") else None
                key, cell = (place.id, element.id), Cell(status, value)
                self._was.setdefault(key, self.cells.get(key))
                self.cells[key] = cell

    def _measure_reach(self, elements: Sequence[Element], here: Rows) -> None:
        """Decide services in some clusters, without laying out their evidence."""
        if not len(here) or not elements:
            return
        coverage = self.reach.coverage
        for element in elements:
            shortest_m = coverage.shortest(self.reach.kinds.index(element.facility or ""))
            found = decide_service(
                element, here, shortest_m, counted=self._counted, surveys=self._surveys,
                search_max_m=coverage.search_max_m, rules=self.project.rules,
            )  # fmt: skip
            for row, one in zip(here.tolist(), found, strict=True):
                self._indicators[self._places[row].id, element.id] = one


def _differing_rules(before: Rules, after: Rules) -> set[str]:
    if before is after:
        return set()
    return {f.name for f in fields(after) if getattr(before, f.name) != getattr(after, f.name)}


def texts_are(table: Frame, column: str, wanted: str) -> NDArray[np.bool_]:
    """Tell where a text column says this."""
    return np.asarray(table[column].to_numpy() == wanted, dtype=bool)


def _places(project: Project, footprints: Mapping[str, BaseGeometry]) -> tuple[_Place, ...]:
    clusters = sorted(project.grouping.clusters, key=lambda cluster: cluster.id)
    return tuple(_Place(c.id, c.members, footprints[c.id]) for c in clusters)


def _objects(values: list[Any]) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _bare(cluster_id: str, element: Element, cell: Cell) -> Verdict:
    return Verdict(
        cluster_id, element.id, cell.status, cell.value, 0.0, 0.0, element.origin, element.clause, {}
    )
