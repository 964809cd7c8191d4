"""The verdicts of a project, brought up to date after each edit.

Who reaches what comes from `LiveReach`; of the verdicts only the cells are decided again that an edit touches. A cell
holds status and value. Its evidence is laid out when somebody asks (`verdict`), by the function that lays it out for
the whole study, so that both always agree. Figures that no verdict needs (walking diameters, neighbours, issues) are
left to the next study.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.access import AccessFound
from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.coverage import coverage_frame
from gis_planner.analysis.footprints import draw_footprints
from gis_planner.analysis.live_reach import LiveReach, ReachChange
from gis_planner.analysis.reach import (
    LAYERS_OF_REACH,
    basis_of,
    cover_clusters,
    decide_reach,
    limit_of,
    share_of,
    unseen_doubt,
)
from gis_planner.analysis.scoring import Score, judge, measure_elements, score_of, status_of, thresholds_of
from gis_planner.analysis.survey import Doubt, Indicator, layer_state, survey_layer, surveyed_hull
from gis_planner.analysis.three_valued import NO, UNKNOWN, YES
from gis_planner.analysis.units import list_units
from gis_planner.model.project import Project
from gis_planner.model.results import Network, Results
from gis_planner.model.standard import Element, Standard, Status, Verdict
from gis_planner.model.tables import Frame, floats, take, texts

_UNIT_LAYERS = ("compounds", "buildings", "parcels")


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
        self._places = _places(project, parts.footprints)
        self.cells: dict[tuple[str, str], Cell] = {}
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
        self._count_units()
        self._surveyed: tuple[Any, dict[str, BaseGeometry | None]] | None = None
        self._look_at_surveys(project)
        self._layered: dict[tuple[str, str], Indicator] = {}
        self._measure_layers(project, [e for e in self.standard.elements if e.metric != "reach_share"])
        self.cells = {}
        self._decide(project, range(len(self._places)), self.standard.elements)

    def update(self, after: Project) -> StudyChange:
        """Bring everything up to date with a project and tell what differs."""
        before, cells = self.project, dict(self.cells)
        change = self.reach.update(after)
        if change.anew or before.grouping is not after.grouping or self._splits_otherwise(before, after):
            self._units = list_units(after)[0]
            drawn = draw_footprints(after.grouping, after, collect_barriers(after))
            self._places = _places(after, drawn)
            self._begin(after)
        else:
            self._follow(before, after, change)
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
        elements, every = self.standard.elements, range(len(self._places))
        differing = {name for name in after.tables if after.tables[name] is not before.tables.get(name)}
        differing |= before.loaded ^ after.loaded | before.complete ^ after.complete
        recounted = bool(differing.intersection(_UNIT_LAYERS))
        if recounted:
            self._units = list_units(after)[0]
            self._count_units()
        surveys_moved = bool(differing.intersection(LAYERS_OF_REACH)) and self._look_at_surveys(after)
        rules_differ = before.rules is not after.rules
        layered = [
            element
            for element in elements
            if element.metric != "reach_share"
            and (differing.intersection(element.layers) or rules_differ or recounted)
        ]
        self._measure_layers(after, layered)
        if rules_differ or recounted or surveys_moved or before.not_applicable is not after.not_applicable:
            self._decide(after, every, elements)
            return
        self._decide(after, every, layered)
        if "compounds" in differing:  # parking spaces are evidence, households were counted above
            return
        for number, kind in enumerate(self.reach.kinds):
            if len(change.units[number]):
                touched = np.unique(self._cluster[change.units[number]])
                own = [e for e in elements if e.metric == "reach_share" and e.facility == kind]
                self._decide(after, touched[touched >= 0].tolist(), own)

    # --- asking

    def coverage(self) -> Any:
        """Give the coverage of every unit and kind as the table of the results."""
        return coverage_frame(self.reach.coverage, self.reach.unit_ids, self.reach.kinds, self.project.rules)

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
        measured = measure_elements(alone, one, [place], units, coverage, shares, rules)
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
            hulls[name] = (
                surveyed_hull(project, name) if state == "given" and name not in project.complete else None
            )
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

    def _measure_layers(self, project: Project, elements: list[Element]) -> None:
        """Measure elements that ask layers, not walks, in every cluster."""
        if not elements:
            return
        some = replace(self.standard, elements=tuple(elements))
        empty = self.coverage().iloc[:0]
        self._layered.update(
            measure_elements(project, some, self._places, self._units, empty, None, project.rules)
        )

    def _decide(self, project: Project, clusters: Any, elements: Any) -> None:
        rules = project.rules
        for element in elements:
            limits = thresholds_of(element, rules)
            is_reach = element.metric == "reach_share"
            if is_reach:
                indicators = self._reach_indicators(element, clusters)
            for row in clusters:
                place = self._places[row]
                found = indicators[row] if is_reach else self._layered[place.id, element.id]
                status = status_of(found, limits)
                if (place.id, element.id) in project.not_applicable:
                    status = "not_applicable"
                value = found.value if status in ("pass", "partial", "fail") else None
                self.cells[place.id, element.id] = Cell(status, value)

    def _reach_indicators(self, element: Element, clusters: Any) -> dict[int, Indicator]:
        """Decide one service in some clusters, without laying out its evidence."""
        rules, kind = self.project.rules, element.facility or ""
        number, limit_m = self.reach.kinds.index(kind), limit_of(element, rules)
        unseen = self._layer_doubt
        if unseen is None and self._seen is not None and kind not in self._seen:
            unseen = unseen_doubt(kind)
        surveys = self._surveys[element.params["cover_margin_m"]]
        coverage = self.reach.coverage
        looked_for = limit_m <= coverage.search_max_m
        every = coverage.shortest(number)
        found = {}
        for row in clusters:
            metres = every[self._members[row]]
            here = np.where(
                metres <= limit_m, YES, NO if looked_for else np.where(np.isinf(metres), UNKNOWN, NO)
            )
            shares = share_of(self._households[self._members[row]], here.astype(np.int8), doubt=unseen)
            decision = decide_reach(
                basis=basis_of(element, rules), share=shares.share, existence=shares.existence,
                measured=bool((here != UNKNOWN).any()), unknown=self._unknown[row],
                members=len(self._places[row].compounds),
                unseen=unseen, covers=[survey.doubt(row, rules.layer_cover_min) for survey in surveys], rules=rules,
            )  # fmt: skip
            found[row] = Indicator(
                decision.value, decision.doubt or decision.partly, {}, at_least=decision.doubt is None
            )
        return found

    def _splits_otherwise(self, before: Project, after: Project) -> bool:
        """Tell whether streets changed that divide clusters, which footprints follow."""
        if before.table("roads") is after.table("roads"):
            return False
        old, new = collect_barriers(before), collect_barriers(after)
        return old["id"].tolist() != new["id"].tolist()


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
