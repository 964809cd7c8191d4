"""The verdicts of a project, brought up to date after each edit.

Who reaches what comes from `LiveReach`; of the verdicts only the cells are decided again that an edit touches. A cell
holds status and value. Its evidence is laid out when somebody asks (`verdict`), by the function that lays it out for
the whole study, so that both always agree. Figures that no verdict needs (walking diameters, neighbours, issues) are
left to the next study.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.access import AccessFound
from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.barriers import DIVIDING_CLASSES, collect_barriers
from gis_planner.analysis.coverage import coverage_frame
from gis_planner.analysis.footprint_changes import Ground, redraw_footprints
from gis_planner.analysis.footprints import draw_footprints
from gis_planner.analysis.indicators import METRICS_OF_LAYERS, measure_layers
from gis_planner.analysis.live_capacity import LiveCapacity
from gis_planner.analysis.live_reach import LiveReach, ReachChange
from gis_planner.analysis.reach import (
    LAYERS_OF_REACH,
    basis_of,
    cover_clusters,
    decide_reach,
    limit_of,
    sum_units,
    tell_shares,
    unseen_doubt,
)
from gis_planner.analysis.scoring import Score, judge, measure_elements, score_of, status_of, thresholds_of
from gis_planner.analysis.survey import Doubt, Indicator, hull_of, layer_state, survey_layer, surveyed_hull
from gis_planner.analysis.table_changes import find_changed_rows, share_column
from gis_planner.analysis.three_valued import NO, UNKNOWN, YES
from gis_planner.analysis.units import list_units
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.project import Project
from gis_planner.model.results import Network, Results
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Element, Standard, Status, Verdict
from gis_planner.model.tables import Frame, floats, geometries, take, texts

_UNIT_LAYERS = ("compounds", "buildings", "parcels")
_RULES_OF_LAYERS = frozenset({"null_share_max", "layer_cover_min", "pci_min"})
_RULES_OF_REACH = frozenset({"limit_m", "service_basis", "null_share_max", "layer_cover_min"})
# Figures of streets that 三合 and 三整 ask for, and how far around a footprint a street may count.
_ROAD_FIGURES = (
    "class",
    "condition",
    "pci",
    "kerb_sides",
    "width_m",
    "walkable",
    "level",
    "bridge",
    "tunnel",
)
_AROUND_M = 200.0


class Cell(NamedTuple):
    """What stands in one cell of the matrix: status, and value (None where it was not assessed)."""

    status: Status
    value: float | None


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
        self._hulls: dict[str, tuple[Frame, BaseGeometry]] = {}
        self._surveyed: tuple[Any, dict[str, BaseGeometry | None]] | None = None
        self._indicators: dict[tuple[str, str], Indicator] = {}
        self.cells = {}
        self._count_units()
        self._look_at_surveys(project)
        elements, every = self.standard.elements, np.arange(len(self._places))
        self._measure_layers(project, [e for e in elements if e.metric != "reach_share"], every)
        self._measure_reach([e for e in elements if e.metric == "reach_share"], every)
        self._judge(project, elements, every)

    def update(self, after: Project) -> StudyChange:
        """Bring everything up to date with a project and tell what differs."""
        before, cells = self.project, dict(self.cells)
        change = self.reach.update(after)
        self._capacity.follow(before, after, change)
        if change.anew or before.grouping is not after.grouping or _divide_otherwise(before, after, change):
            self._units = list_units(after)[0]
            drawn = draw_footprints(after.grouping, after, collect_barriers(after))
            self._places = _places(after, drawn)
            self._ground = None
            self._begin(after)
        else:
            self._follow(before, after, change)
            self._redraw(before, after, change)
        empty = Cell("not_assessed", None)
        return StudyChange(
            change,
            tuple(
                CellChange(*key, cells.get(key, empty), cell)
                for key, cell in self.cells.items()
                if cells.get(key) != cell
            ),
        )

    def _follow(self, before: Project, after: Project, change: ReachChange) -> None:
        elements, every = self.standard.elements, np.arange(len(self._places))
        services = [element for element in elements if element.metric == "reach_share"]
        differing = {name for name in after.tables if after.tables[name] is not before.tables.get(name)}
        differing |= before.loaded ^ after.loaded | before.complete ^ after.complete
        rules = _differing_rules(before.rules, after.rules)
        recounted = bool(differing.intersection(_UNIT_LAYERS))
        if recounted:
            self._units = list_units(after)[0]
            self._count_units()
        moved = bool(differing.intersection(LAYERS_OF_REACH)) and self._look_at_surveys(after)

        near = self._near_streets(before, after) if "roads" in differing else every
        for element in elements:
            asked = differing.intersection(element.layers)
            if element.metric != "reach_share" and (asked or recounted or rules & _RULES_OF_LAYERS):
                only_streets = asked <= {"roads"} and not recounted and not rules & _RULES_OF_LAYERS
                here = near if only_streets else every
                self._measure_layers(after, [element], here)
                self._judge(after, [element], here)
        if recounted or moved or rules & _RULES_OF_REACH:
            self._measure_reach(services, every)
            self._judge(after, services, every)
        else:
            for number, kind in enumerate(self.reach.kinds):
                touched = np.unique(self._cluster[change.units[number]])
                own, here = [e for e in services if e.facility == kind], touched[touched >= 0]
                self._measure_reach(own, here)
                self._judge(after, own, here)
        if "thresholds" in rules or before.not_applicable is not after.not_applicable:
            self._judge(after, elements, every)

    def _redraw(self, before: Project, after: Project, change: ReachChange) -> None:
        """Draw the areas again that changed streets can move, and decide what stands in those that they did move."""
        if not change.streets:
            return
        if self._ground is None or not self._ground.lies_as_in(after):
            self._ground = Ground(after, self.reach.road_tree)
        drawn = {place.id: place.footprint for place in self._places}
        again = redraw_footprints(drawn, before, after, change.streets, ground=self._ground)
        here = np.flatnonzero(
            [place.id in again and not _equal(again[place.id], place.footprint) for place in self._places]
        )
        if not len(here):
            return
        self._places = _places(after, {**drawn, **again})
        self._footprints = _objects([place.footprint for place in self._places])
        self._surveyed = None
        self._look_at_surveys(after)
        elements = self.standard.elements
        self._measure_layers(after, [e for e in elements if e.metric != "reach_share"], here)
        self._measure_reach([e for e in elements if e.metric == "reach_share"], here)
        self._judge(after, elements, here)

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
        units = self._units
        row_of = {place.id: row for row, place in enumerate(self._places)}
        counted = units["counted"].to_numpy(dtype=bool) & ~texts_are(units, "unit_type", "parcels")
        cluster = np.array([row_of.get(c or "", -1) for c in texts(units, "cluster_id")], dtype=np.int64)
        self._cluster: Rows = np.where(counted, cluster, -1)
        self._households = floats(units, "households")
        order = np.argsort(self._cluster, kind="stable")
        bounds = np.searchsorted(self._cluster[order], np.arange(len(self._places) + 1))
        self._members = [order[low:high] for low, high in pairwise(bounds.tolist())]
        compound = np.array([c or "" for c in texts(units, "compound_id")], dtype=object)
        self._unknown = [len(set(compound[rows[np.isnan(self._households[rows])]])) for rows in self._members]

    def _look_at_surveys(self, project: Project) -> bool:
        """See what the layers of reach prove; tells whether that differs from before."""
        seen: frozenset[str] | None = None
        layers: list[Doubt | None] = []
        hulls: dict[str, BaseGeometry | None] = {}
        for name in LAYERS_OF_REACH:
            state = layer_state(project, name)
            layers.append(None if state == "given" else {"code": state, "layer": name})
            hulls[name] = self._hull(project, name) if state == "given" else None
        if "facilities" not in project.complete:
            table = project.table("facilities")
            standing = table["status"].to_numpy() != "proposed"
            seen = frozenset(str(kind) for kind in table["kind"].to_numpy()[standing] if kind is not None)
        found = (tuple(str(doubt) for doubt in layers), seen, project.complete)
        known = self._surveyed
        if known and known[0] == found and all(_equal(known[1][name], hulls[name]) for name in hulls):
            return False
        self._surveyed = (found, hulls)
        self._layer_doubt = next((doubt for doubt in layers if doubt is not None), None)
        self._seen = seen
        margins = {e.params["cover_margin_m"] for e in self.standard.elements if e.metric == "reach_share"}
        self._surveys = {
            margin: [
                survey_layer(project, name, self._footprints, margin_m=margin, hull=hulls[name])
                for name in LAYERS_OF_REACH
            ]
            for margin in margins
        }
        return True

    def _hull(self, project: Project, name: str) -> BaseGeometry | None:
        """Give the surveyed hull of a layer (None where it was declared complete), found once for the same shapes."""
        if name in project.complete:
            return None
        table, known = project.table(name), self._hulls.get(name)
        if known is not None:
            before, hull = known
            if before is table or (name != "facilities" and share_column(before, table, "geometry")):
                return hull
            rows = None if name == "facilities" else find_changed_rows(before, table, ())
            if rows is not None and not len(rows.gone) and (rows.touched >= len(before)).all():
                more = shapely.GeometryCollection([hull, *geometries(table)[rows.touched]])
                self._hulls[name] = (table, hull_of(more))
                return self._hulls[name][1]
        self._hulls[name] = (table, surveyed_hull(project, name))
        return self._hulls[name][1]

    def _measure_layers(self, project: Project, elements: Sequence[Element], here: Rows) -> None:
        """Measure elements that ask layers, not walks, in some clusters."""
        if not len(here):
            return
        places, footprints = [self._places[row] for row in here], self._footprints[here]
        for element in elements:
            if element.metric in METRICS_OF_LAYERS:
                margin_m = element.params["cover_margin_m"]
                surveys = [
                    survey_layer(project, name, footprints, margin_m=margin_m, hull=self._hull(project, name))
                    if layer_state(project, name) == "given"
                    else survey_layer(project, name, footprints, margin_m=margin_m)
                    for name in element.layers
                ]
                around = self._around(project, footprints) if len(here) < len(self._places) else project
                measured = measure_layers(around, element, footprints, project.rules, surveys=surveys)
                found = {(place.id, element.id): one for place, one in zip(places, measured, strict=True)}
            else:
                one = replace(self.standard, elements=(element,))
                empty = self.coverage().iloc[:0]
                found = measure_elements(project, one, places, self._units, empty, None, project.rules)
            self._indicators.update(found)

    def _around(self, project: Project, footprints: NDArray[Any]) -> Project:
        """Give the project with no more roads than lie around some footprints."""
        roads = project.table("roads")
        box = shapely.box(*shapely.total_bounds(footprints))
        rows = self.reach.roads_near(np.array([box], dtype=object), _AROUND_M)
        return replace(project, tables={**project.tables, "roads": take(roads, rows)})

    def _near_streets(self, before: Project, after: Project) -> Rows:
        """Give the clusters whose figures may follow from the streets that changed."""
        rows = find_changed_rows(before.table("roads"), after.table("roads"), _ROAD_FIGURES)
        if rows is None or not _equal(
            *(self._hulls.get("roads", (None, None))[1], self._hull(after, "roads"))
        ):
            return np.arange(len(self._places))
        shapes = np.concatenate(
            [geometries(after.table("roads"))[rows.touched], geometries(before.table("roads"))[rows.gone]]
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
                self.cells[place.id, element.id] = Cell(status, value)

    def _measure_reach(self, elements: Sequence[Element], here: Rows) -> None:
        """Decide services in some clusters, without laying out their evidence."""
        if not len(here) or not elements:
            return
        members = np.concatenate([self._members[row] for row in here])
        place = np.repeat(np.arange(len(here)), [len(self._members[row]) for row in here])
        for element in elements:
            rules, kind = self.project.rules, element.facility or ""
            limit_m, coverage = limit_of(element, rules), self.reach.coverage
            unseen = self._layer_doubt
            if unseen is None and self._seen is not None and kind not in self._seen:
                unseen = unseen_doubt(kind)
            metres = coverage.shortest(self.reach.kinds.index(kind))[members]
            beyond = (
                np.isinf(metres) if limit_m > coverage.search_max_m else np.zeros(len(metres), dtype=bool)
            )
            reached = np.where(metres <= limit_m, YES, np.where(beyond, UNKNOWN, NO)).astype(np.int8)
            sums = sum_units(self._households[members], reached, place, len(here))
            surveys = self._surveys[element.params["cover_margin_m"]]
            for row, measured, shares in zip(
                here.tolist(), sums.measured.tolist(), tell_shares(sums, doubt=unseen), strict=True
            ):
                decision = decide_reach(
                    basis=basis_of(element, rules), share=shares.share, existence=shares.existence,
                    measured=measured > 0, unknown=self._unknown[row], members=len(self._places[row].compounds),
                    unseen=unseen, covers=[survey.doubt(row, rules.layer_cover_min) for survey in surveys],
                    rules=rules,
                )  # fmt: skip
                self._indicators[self._places[row].id, element.id] = Indicator(
                    decision.value, decision.doubt or decision.partly, {}, at_least=decision.doubt is None
                )


def _divide_otherwise(before: Project, after: Project, change: ReachChange) -> bool:
    """Tell whether streets changed that divide clusters, which footprints follow."""
    rows = change.streets
    old = before.table("roads")["class"].to_numpy()
    new = after.table("roads")["class"].to_numpy()[rows.touched]
    classes = [*new, *old[rows.gone], *old[rows.touched[rows.touched < len(old)]]]
    return bool(DIVIDING_CLASSES.intersection(classes))


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


def _equal(one: BaseGeometry | None, other: BaseGeometry | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(shapely.equals_exact(one, other, 0.0))


def _bare(cluster_id: str, element: Element, cell: Cell) -> Verdict:
    return Verdict(
        cluster_id, element.id, cell.status, cell.value, 0.0, 0.0, element.origin, element.clause, {}
    )
