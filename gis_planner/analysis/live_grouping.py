"""Every figure of every cluster of a grouping, kept up to date while a hand changes it.

A cluster's figures follow from its members: bounds, soft terms, whether it hangs together. They are remembered by
members, so that a grouping that differs in two clusters is measured in two clusters. All is a cache of a pure function:
whatever is told here is what a study of the changed project would find, to the last bit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.clustering.bounds import measure_bounds
from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.pieces import pieces
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.eligibility import awaits_cluster, decide_eligibility, founds_cluster, takes_part
from gis_planner.analysis.live_areas import LiveAreas
from gis_planner.analysis.live_reach import LiveReach
from gis_planner.analysis.live_study import Cell, CellChange
from gis_planner.analysis.place_cells import Place, PlaceCells
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.results import Bound
from gis_planner.model.standard import Profile, Standard

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
        self._standings: dict[tuple[str, ...], Standing] = {}
        self._costs: dict[frozenset[int], Costs] = {}
        self._areas = LiveAreas(project, collect_barriers(project)) if reach is not None else None
        self._drawn: dict[str, BaseGeometry] = dict(areas or {})
        self._cells = PlaceCells(project, standard, reach) if reach is not None else None

    @property
    def grouping(self) -> Grouping:
        """The grouping that stands."""
        return self.project.grouping

    def costs(self, grouping: Grouping | None = None) -> Costs:
        """Give the soft costs by which clusters of a grouping are measured."""
        rows = self._participants(grouping or self.grouping)
        if rows not in self._costs:
            self._costs[rows] = Costs(self.town, rows)
        return self._costs[rows]

    def standing(self, cluster: Cluster, grouping: Grouping | None = None) -> Standing:
        """Measure one cluster of a grouping (of the one that stands, where none is given)."""
        raise NotImplementedError

    def compare(self, after: Grouping, *, verdicts: bool = True) -> Comparison:
        """Hold another grouping of the same project against the one that stands."""
        raise NotImplementedError

    def cells(self, cluster_id: str) -> dict[str, Cell] | None:
        """Give the cells of one cluster as it stands, by element; None where nothing is assessed."""
        raise NotImplementedError

    def keeps_up(self, after: Project) -> bool:
        """Tell whether `update` can follow to this project: nothing differs but its grouping."""
        raise NotImplementedError

    def update(self, after: Project) -> Comparison:
        """Stand on a project that differs in its grouping alone, and tell what that changes."""
        raise NotImplementedError

    def _read_eligibility(self) -> None:
        first = decide_eligibility(self.project.table("compounds"), self.profile, self.project.rules)
        self._taking = frozenset(e.compound_id for e in first if takes_part(e.result))
        self._founders = frozenset(e.compound_id for e in first if founds_cluster(e))
        self._waiting = frozenset(e.compound_id for e in first if awaits_cluster(e))

    def _participants(self, grouping: Grouping) -> frozenset[int]:
        grouped = grouping.cluster_of()
        return frozenset(self.town.rows(sorted(self._taking | set(grouped))))

    def _extension(self, members: Collection[str]) -> list[int]:
        """Give the rows that are members by the rule for the extension years only."""
        if not self._founders.intersection(members):
            return []
        return self.town.rows(sorted(self._waiting.intersection(members)))


__all__ = ["Comparison", "LiveGrouping", "Side", "Standing", "Place", "measure_bounds", "pieces"]
