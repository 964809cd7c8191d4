"""Every figure of every cluster of a grouping, kept up to date while a hand changes it.

A cluster's figures follow from its members: bounds, soft terms, whether it hangs together. They are remembered by
members, so that a grouping that differs in two clusters is measured in two clusters. All is a cache of a pure function:
whatever is told here is what a study of the changed project would find, to the last bit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import shapely
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.clustering.bounds import measure_bounds
from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.pieces import pieces
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.eligibility import awaits_cluster, decide_eligibility, founds_cluster, takes_part
from gis_planner.analysis.footprint_cells import lay_cells
from gis_planner.analysis.live_areas import LiveAreas
from gis_planner.analysis.live_reach import LiveReach
from gis_planner.analysis.live_study import Cell, CellChange
from gis_planner.analysis.place_cells import Place, PlaceCells
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.results import Bound
from gis_planner.model.standard import Profile, Standard
from gis_planner.progress import SILENT, Progress

_NOT_THERE = Cell("not_assessed", None)


@dataclass(frozen=True, eq=False)
class Standing:
    """What is measured of one cluster: members, households (the known ones), bounds, soft terms, and its pieces.

    `terms` are weighted soft costs by name. `pieces` are the compounds of each connected part, the largest first; there
    is one where the cluster is contiguous.
    """

    members: tuple[str, ...]
    households: int
    households_unknown: int
    bounds: tuple[Bound, ...]
    terms: Mapping[str, float]
    pieces: tuple[tuple[str, ...], ...]

    @property
    def contiguous(self) -> bool:
        """Tell whether one can get from each member to every other without leaving the cluster."""
        return len(self.pieces) <= 1

    @property
    def broken(self) -> tuple[Bound, ...]:
        """The bounds that are broken."""
        return tuple(bound for bound in self.bounds if bound.state == "broken")

    @property
    def cost(self) -> float:
        """The sum of the soft terms."""
        return sum(self.terms.values())


@dataclass(frozen=True, eq=False)
class Side:
    """One cluster that a change touches, before and after; None where it is not there yet, or dissolves."""

    cluster: Cluster
    before: Standing | None
    after: Standing | None

    @property
    def term_changes(self) -> dict[str, tuple[float, float]]:
        """Every soft term before and after, 0 where the cluster is not there."""
        old = self.before.terms if self.before else {}
        new = self.after.terms if self.after else {}
        return {name: (old.get(name, 0.0), new.get(name, 0.0)) for name in {**old, **new}}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two groupings held against each other: the clusters that differ, and the cells that differ.

    `cells` is None where coverage is not assessed, so that nothing is known of verdicts. `areas` are the areas after,
    of all clusters whose area can differ.
    """

    after: Grouping
    sides: tuple[Side, ...]
    cells: tuple[CellChange, ...] | None
    areas: Mapping[str, BaseGeometry] = field(default_factory=dict)

    @property
    def flips(self) -> tuple[CellChange, ...]:
        """The cells whose status differs; none where verdicts are not known."""
        return tuple(cell for cell in self.cells or () if cell.before.status != cell.after.status)


class LiveGrouping:
    """The figures and cells of a project's clusters as they stand, and as they would be.

    `town` as `survey_ground` gives it for this project. `reach` None: coverage is not assessed, no verdict is told.
    `areas` are the clusters' areas where a study has drawn them.
    """

    def __init__(
        self,
        project: Project,
        town: Town,
        reach: LiveReach | None,
        *,
        standard: Standard,
        profile: Profile,
        areas: Mapping[str, BaseGeometry] | None = None,
    ) -> None:
        """Take a project, its town, and who reaches what in it."""
        self.project, self.town, self.reach = project, town, reach
        self.standard, self.profile = standard, profile
        self._read_eligibility()
        self._strangers = self._strangers_in(project.grouping.clusters)
        self._standings: dict[tuple[frozenset[str], tuple[str, ...]], Standing] = {}
        self._costs: dict[frozenset[str], Costs] = {}
        self._compared: dict[tuple[object, ...], Comparison] = {}
        self._drawn: dict[str, BaseGeometry] = dict(areas or {})
        self._areas = None
        if reach is not None:
            cells = lay_cells(project, collect_barriers(project))
            self._areas = LiveAreas(cells, gap_m=project.rules.max_gap_m)
        self._cells = PlaceCells(project, standard, reach) if reach is not None else None

    @property
    def grouping(self) -> Grouping:
        """The grouping that stands."""
        return self.project.grouping

    @property
    def costs(self) -> Costs:
        """The soft costs by which the grouping that stands is measured."""
        return self._costs_with(self._strangers)

    def standing(self, cluster_id: str) -> Standing:
        """Give the figures of one cluster that stands; KeyError when there is none of that id."""
        return self.measure(self.grouping.cluster(cluster_id).members)

    def measure(self, members: tuple[str, ...], *, beside: frozenset[str] | None = None) -> Standing:
        """Measure a cluster of these members (sorted ids), whether it stands or not.

        `beside` are the members of the whole grouping that take no part by themselves, where it is another one.
        """
        strangers = self._strangers if beside is None else beside
        strangers |= {member for member in members if not self.takes_part(member)}
        key = (strangers, members)
        if key not in self._standings:
            self._standings[key] = self._measure(members, self._costs_with(strangers))
        return self._standings[key]

    def cells(self, cluster_id: str) -> dict[str, Cell] | None:
        """Give the cells of one cluster as it stands, by element; None where nothing is assessed."""
        if self._cells is None:
            return None
        cluster = self.grouping.cluster(cluster_id)
        place = Place(cluster.id, cluster.members, self._draw_standing([cluster_id])[cluster_id])
        return self._cells.decide([place], self.project.not_applicable)[0]

    def compare(self, after: Grouping, *, verdicts: bool = True) -> Comparison:
        """Hold another grouping of the same project against the one that stands; without `verdicts`, figures only."""
        old = {cluster.id: cluster for cluster in self.grouping.clusters}
        new = {cluster.id: cluster for cluster in after.clusters}
        differing = [c for c in after.clusters if c is not old.get(c.id) and not _alike(c, old.get(c.id))]
        gone = [cluster for cluster in self.grouping.clusters if cluster.id not in new]
        key = (verdicts, *((c.id, c.number, c.members) for c in differing), *(c.id for c in gone))
        if key not in self._compared:
            self._compared[key] = self._compare(after, old, new, differing, gone, verdicts=verdicts)
        known = self._compared[key]
        return known if known.after is after else replace(known, after=after)

    def _compare(
        self,
        after: Grouping,
        old: Mapping[str, Cluster],
        new: Mapping[str, Cluster],
        differing: Sequence[Cluster],
        gone: Sequence[Cluster],
        *,
        verdicts: bool,
    ) -> Comparison:
        strangers = self._strangers_after(old, [*differing, *gone], new)
        sides = tuple(
            Side(
                new.get(cluster.id) or cluster,
                self.measure(old[cluster.id].members) if cluster.id in old else None,
                self.measure(cluster.members, beside=strangers) if cluster.id in new else None,
            )
            for cluster in sorted([*differing, *gone], key=lambda c: (c.number, c.id))
            if cluster.id not in new or cluster.id not in old or cluster.members != old[cluster.id].members
        )
        if self._cells is None or self._areas is None or not verdicts:
            return Comparison(after, sides, None)
        changed = [cluster.id for cluster in (*differing, *gone)]
        touched = self._areas.find_touched(self.grouping, after, changed)
        areas = self._areas.draw(after, touched)
        return Comparison(after, sides, self._compare_cells(old, new, changed, areas), areas)

    def warm(self, *, progress: Progress = SILENT) -> None:
        """Measure everything that stands, so that the first change is as quick as later ones."""
        clusters = self.grouping.clusters
        for number, cluster in enumerate(clusters):
            progress.report(number / len(clusters), Message("moving.progress.standing", n=len(clusters)))
            self.standing(cluster.id)
        if self._areas is not None and self._cells is not None:
            names = [cluster.id for cluster in clusters]
            drawn = self._areas.draw(self.grouping, names)
            self._drawn.update(drawn)
            places = [Place(c.id, c.members, drawn[c.id]) for c in clusters]
            self._cells.decide(places, self.project.not_applicable)

    def takes_part(self, compound: str) -> bool:
        """Tell whether a compound takes part in clusters, by itself or as a member."""
        return compound in self._taking or compound in self._strangers

    def keeps_up(self, after: Project) -> bool:
        """Tell whether `update` can follow to this project: nothing that is measured differs but its grouping."""
        before = self.project
        tables = before.tables.keys() | after.tables.keys()
        return (
            all(before.tables.get(name) is after.tables.get(name) for name in tables)
            and (before.crs, before.rules, before.profile) == (after.crs, after.rules, after.profile)
            and (before.loaded, before.complete) == (after.loaded, after.complete)
        )

    def update(self, after: Project) -> Comparison:
        """Stand on a project that differs in its grouping (and in 不涉及) alone, and tell what that changes.

        Raises ValueError where more differs than that (`keeps_up`).
        """
        if not self.keeps_up(after):
            raise ValueError("more differs than the grouping")
        comparison = self.compare(after.grouping)
        self._compared = {}
        for cluster in self.grouping.clusters:
            if not after.grouping.has(cluster.id):
                self._drawn.pop(cluster.id, None)
        self._drawn.update(comparison.areas)
        self._strangers = self._strangers_in(after.grouping.clusters)
        self.project = after
        return comparison

    # --- measuring

    def _measure(self, members: tuple[str, ...], costs: Costs) -> Standing:
        town = self.town
        rows = town.rows(members)
        households = [town.households[row] for row in rows]
        parts = [tuple(town.ids[row] for row in part) for part in pieces(rows, town.links_by_row)]
        parts.sort(key=lambda part: (-sum(town.households[town.row[c]] or 0 for c in part), -len(part), part))
        return Standing(
            members=members,
            households=sum(count for count in households if count is not None),
            households_unknown=households.count(None),
            bounds=measure_bounds(town, rows, extension=self._extension(members)),
            terms=costs.terms(rows) if rows else {},
            pieces=tuple(parts),
        )

    def _compare_cells(
        self,
        old: Mapping[str, Cluster],
        new: Mapping[str, Cluster],
        changed: Collection[str],
        areas: Mapping[str, BaseGeometry],
    ) -> tuple[CellChange, ...]:
        assert self._cells is not None
        standing = self._draw_standing([name for name in areas if name in old])
        moved = [
            name
            for name, area in areas.items()
            if name in changed or not shapely.equals_exact(area, standing[name], 0.0)
        ]
        reasons = self.project.not_applicable
        was = [Place(name, old[name].members, standing[name]) for name in moved if name in old]
        now = [Place(name, new[name].members, areas[name]) for name in moved]
        before = dict(zip([p.id for p in was], self._cells.decide(was, reasons), strict=True))
        found = self._cells.decide(now, reasons)
        return tuple(
            CellChange(place.id, element, earlier, cell)
            for place, cells in zip(now, found, strict=True)
            for element, cell in cells.items()
            if (earlier := before.get(place.id, {}).get(element, _NOT_THERE)) != cell
        )

    def _draw_standing(self, cluster_ids: Collection[str]) -> dict[str, BaseGeometry]:
        assert self._areas is not None
        missing = [name for name in cluster_ids if name not in self._drawn]
        if missing:
            self._drawn.update(self._areas.draw(self.grouping, missing))
        return {name: self._drawn[name] for name in cluster_ids}

    # --- who takes part

    def _read_eligibility(self) -> None:
        first = decide_eligibility(self.project.table("compounds"), self.profile, self.project.rules)
        self._taking = frozenset(e.compound_id for e in first if takes_part(e.result))
        self._founders = frozenset(e.compound_id for e in first if founds_cluster(e))
        self._waiting = frozenset(e.compound_id for e in first if awaits_cluster(e))

    def _strangers_in(self, clusters: Iterable[Cluster]) -> frozenset[str]:
        """Give the members that take no part by themselves, but through the grouping that holds them."""
        return frozenset(m for cluster in clusters for m in cluster.members if m not in self._taking)

    def _strangers_after(
        self, old: Mapping[str, Cluster], differing: Sequence[Cluster], new: Mapping[str, Cluster]
    ) -> frozenset[str]:
        left = {m for c in differing if c.id in old for m in old[c.id].members}
        return (self._strangers - left) | self._strangers_in(c for c in differing if c.id in new)

    def _costs_with(self, strangers: frozenset[str]) -> Costs:
        if strangers not in self._costs:
            rows = self.town.rows(sorted(self._taking | strangers))
            self._costs[strangers] = Costs(self.town, set(rows))
        return self._costs[strangers]

    def _extension(self, members: Collection[str]) -> list[int]:
        """Give the rows that are members by the rule for the extension years only."""
        if not self._founders.intersection(members):
            return []
        return self.town.rows(sorted(self._waiting.intersection(members)))


def _alike(one: Cluster, other: Cluster | None) -> bool:
    return other is not None and one.members == other.members and one.number == other.number
