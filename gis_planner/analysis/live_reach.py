"""Who reaches what in a project, brought up to date after each edit.

The network, the access points of everyone and the coverage are kept as they were found; an edit is seen as the rows
that it touched, and what depends on them is found again by the very functions that find it for the whole. Where an edit
touches what everything rests on (shapes of units, barriers, the rules of noding and access), all is laid out anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.access import AccessFound, find_access, list_points, measure_direct, try_legs
from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.coverage import live_coverage
from gis_planner.analysis.crossings import GATE_FREE_M, Obstacles, collect_obstacles
from gis_planner.analysis.entrances import Gates, find_gates
from gis_planner.analysis.live_coverage import NO_POINTS, AccessPoints, LiveCoverage
from gis_planner.analysis.live_network import LiveNetwork, change_streets, keep_alive
from gis_planner.analysis.network import build_network
from gis_planner.analysis.owners import Owners, list_owners
from gis_planner.analysis.row_tree import RowTree
from gis_planner.analysis.table_changes import RowChanges, find_changed_rows, same_objects
from gis_planner.analysis.units import Holders, find_held, list_units, prepare_holders, sound
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.results import Network
from gis_planner.model.tables import Frame, append_rows, geometries, ids, set_values, shapes_of, take, texts
from gis_planner.progress import SILENT, Part, Progress

# Rules that neither the network nor access nor distances follow.
_APART = frozenset(
    {
        "limit_m", "walker", "elderly_speed_m_s", "near_miss_m", "long_leg_share", "walk_speed_m_s", "max_gap_m",
        "min_frontage_m", "households_min", "households_max", "members_min", "capacity_near_m", "capacity_middle_m",
        "capacity_middle_weight", "capacity_far_weight",
        "members_max", "walk_diameter_max_m", "same_township", "extension_share_min", "extension_cap", "seed",
        "parcel_size_m", "self_built_share_max", "service_basis", "null_share_max", "layer_cover_min", "pci_min",
        "thresholds", "river_divides", "railway_divides", "trunk_road_divides", "expressway_divides", "crossings_open",
        "clusters_wanted", "programme", "usual_members", "weight_compactness", "weight_frontage_cut",
        "weight_roads_crossed", "weight_community", "weight_size", "weight_balance", "weight_years", "weight_build",
        "cost_secondary", "cost_branch", "cost_wall", "cost_opened",
    }
)  # fmt: skip
_UNIT_LAYERS = ("buildings", "compounds", "parcels")


@dataclass(frozen=True, eq=False)
class ReachChange:
    """What an edit changed: for each kind the units (rows) whose distance or facility differs, and facilities.

    `anew` says that everything was laid out again, so that nothing is known of what was before.
    """

    units: tuple[Rows, ...]
    facilities: tuple[str, ...]
    streets: RowChanges
    anew: bool


class LiveReach:
    """The network, access and coverage of a project as it stands.

    `unit_ids` are the units' ids by row, `kinds` the kinds by number, `coverage` the arrays, `road_tree` finds roads.
    """

    coverage: LiveCoverage
    network: LiveNetwork
    road_tree: RowTree

    def __init__(
        self,
        project: Project,
        network: Network,
        units: Frame,
        found: AccessFound,
        *,
        kinds: Sequence[str] = NINE_KINDS,
        threads: int = 2,
    ) -> None:
        """Take what a study found (`units` sorted by id) and measure."""
        self.kinds = tuple(sorted(kinds))
        self.threads = threads
        self._lay_out(project, network, units, found)

    def _lay_out(self, project: Project, network: Network, units: Frame, found: AccessFound) -> None:
        self.project = project
        self.network = keep_alive(network)
        self.unit_ids = [str(unit) for unit in units["unit_id"]]
        self.coverage = live_coverage(
            network, self.unit_ids, found.facilities, found.access, found.direct,
            kinds=self.kinds, search_max_m=project.rules.search_max_m,
        )  # fmt: skip
        self.coverage.measure(threads=self.threads)
        compounds = project.table("compounds")
        self._gates, _ = find_gates(project.table("entrances"), compounds, project.rules)
        owners = list_owners(units, found.facilities, compounds, self._gates)
        self._units = owners.take(owners.is_unit)
        self._unit_tree = shapely.STRtree(self._units.shapes)
        self._facilities = owners.take(~owners.is_unit)
        self._holders: Holders = prepare_holders(geometries(compounds), ids(compounds))
        self._obstacles: Obstacles = self._find_obstacles()
        self.road_tree = RowTree(shapes_of(project.table("roads")))

    def roads_near(self, shapes: NDArray[Any], reach_m: float) -> Rows:
        """Give the rows of roads within reach of these shapes."""
        return self.road_tree.near(shapes, reach_m)

    @property
    def facility_ids(self) -> list[str]:
        """The facilities by slot."""
        return self.coverage.facility_ids

    def keeps_up(self, after: Project) -> bool:
        """Tell whether `update` would go by the rows that differ, as far as can be told without doing it."""
        return self._same_foundations(self.project, after)

    def update(self, after: Project, *, progress: Progress = SILENT) -> ReachChange:
        """Bring everything up to date with a project, by the rows that differ where that is possible."""
        change = self._update(after)
        if change is not None:
            return change
        found = survey_reach(after, progress=progress)
        self._lay_out(after, *found)
        every, nothing = np.arange(len(self.unit_ids), dtype=np.int64), np.empty(0, dtype=np.int64)
        streets = RowChanges(nothing, nothing)
        return ReachChange((every,) * len(self.kinds), tuple(self.facility_ids), streets, anew=True)

    def _update(self, after: Project) -> ReachChange | None:
        before = self.project
        if not self._same_foundations(before, after):
            return None
        if not (self.network.alive.any() and len(after.table("roads"))):
            return None
        roads = find_changed_rows(before.table("roads"), after.table("roads"), _street_columns())
        facilities = find_changed_rows(
            before.table("facilities"), after.table("facilities"), ("kind", "status")
        )
        gates = find_changed_rows(
            before.table("entrances"), after.table("entrances"), ("compound_id", "status")
        )
        if roads is None or facilities is None or gates is None or _moved(before, after, roads):
            return None
        units, slots = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        self.project = after
        if roads:
            found = self._change_streets(before, after, roads)
            if found is None:
                return None
            units, slots = found
        if gates:
            more_units, more = self._change_gates(after)
            units, slots = np.union1d(units, more_units), np.union1d(slots, more)
        names = self._change_facilities(before, after, facilities)
        self._find_access(units, slots)
        touched = (*names, *self._facilities.ids[slots].tolist())
        return ReachChange(tuple(self.coverage.settle()), touched, roads, anew=False)

    # --- what an edit touches

    def _same_foundations(self, before: Project, after: Project) -> bool:
        if before.crs != after.crs or before.table("barriers") is not after.table("barriers"):
            return False
        if before.rules is not after.rules:
            names = {f.name for f in fields(after.rules)} - _APART
            if any(getattr(before.rules, name) != getattr(after.rules, name) for name in names):
                return False
        for name in _UNIT_LAYERS:
            columns = ("compound_id",) if name == "buildings" else ()
            rows = find_changed_rows(before.table(name), after.table(name), columns)
            if rows is None or rows:
                return False
        return True

    def _change_streets(self, before: Project, after: Project, rows: RowChanges) -> tuple[Rows, Rows] | None:
        """Put other streets into the network; gives the units and facilities (slots) whose access may differ."""
        roads = after.table("roads")
        changed = rows.touched
        if len(
            rows.gone
        ):  # a street that was taken back stands there closed, so that what it met is noded again
            gone = take(before.table("roads"), rows.gone)
            column = layer("roads").column("walkable")
            closed = set_values(gone, range(len(gone)), column, [False] * len(gone))
            changed = np.concatenate([changed, len(roads) + np.arange(len(gone))])
            roads = append_rows(roads, closed)
        self.road_tree.follow(shapes_of(roads))
        change = change_streets(self.network, roads, changed, after.rules, tree=self.road_tree)
        if len(rows.gone):
            self.road_tree.follow(shapes_of(after.table("roads")))
        if change is None:
            return None
        self.network = change.network
        self.coverage.change_edges(
            change.gone,
            np.column_stack([self.network.edge_from[change.come], self.network.edge_to[change.come]]),
            self.network.walk_m[change.come],
            len(self.network.xy),
        )
        lines = self.network.edge_lines[np.concatenate([change.gone, change.come])]
        return self._owners_near(lines, after.rules.snap_max_m)

    def _change_gates(self, after: Project) -> tuple[Rows, Rows]:
        """Take other gates; gives the units and facilities (slots) whose access may differ."""
        old, compounds = self._gates, after.table("compounds")
        self._gates, _ = find_gates(after.table("entrances"), compounds, after.rules)
        touched = np.array(sorted(_differing(old, self._gates)), dtype=np.int64)
        gated = np.zeros(len(self._units.areas), dtype=bool)
        gated[self._gates.compound] = True
        other = np.flatnonzero(gated != self._units.gated)
        self._units = _gated(self._units, gated)
        self._facilities = _gated(self._facilities, gated)
        units, theirs = self._owners_in(touched)
        if len(other) and self._has_walls(after):
            self._obstacles = self._find_obstacles()
            near = self._owners_near(self._units.areas[other], after.rules.snap_max_m + 2.0 * GATE_FREE_M)
            units, theirs = np.union1d(units, near[0]), np.union1d(theirs, near[1])
        return units, theirs

    def _change_facilities(self, before: Project, after: Project, rows: RowChanges) -> list[str]:
        """Take other facilities; gives the ids of those that differ."""
        gone = ids(before.table("facilities").iloc[rows.gone])
        for name in gone:
            slot = self.coverage.slot_of[name]
            self._facilities.shapes[slot], self._facilities.home[slot] = None, -1
            self.coverage.set_facility(name, -1, NO_POINTS, (NO_POINTS.edge, NO_POINTS.leg_m))
        some = after.table("facilities").iloc[rows.touched]
        names = ids(some)
        if not names:
            return gone
        for name, shape in zip(names, sound(shapely.force_2d(geometries(some))), strict=True):
            self._place(name, shape)
        slots = np.array([self.coverage.slot_of[name] for name in names], dtype=np.int64)
        self._facilities.home[slots] = find_held(self._facilities.shapes[slots], self._holders)
        kinds = [
            self.kinds.index(kind) if kind in self.kinds and status != "closed" else -1
            for kind, status in zip(texts(some, "kind"), texts(some, "status"), strict=True)
        ]
        self._set_facilities(slots, np.array(kinds, dtype=np.int64))
        return [*gone, *names]

    def _place(self, name: str, shape: object) -> None:
        """Put a facility at a place; a new one gets the next slot."""
        owners = self._facilities
        slot = self.coverage.add_slot(name)
        if slot == len(owners.ids):
            self._facilities = Owners(
                np.append(owners.types, "facility"), np.append(owners.ids, name), _appended(owners.shapes, shape),
                np.append(owners.home, -1), np.append(owners.is_compound, False), owners.areas, owners.gated,
            )  # fmt: skip
        else:
            owners.shapes[slot] = shape

    # --- finding access again

    def _find_access(self, units: Rows, slots: Rows) -> None:
        """Find the access points and straight walks of these units and facilities again."""
        if len(units):
            first, points = self._points(self._units.take(units))
            self.coverage.set_unit_points(
                units, [points.at(slice(low, high)) for low, high in pairwise(first.tolist())]
            )
            unit, slot, metres = measure_direct(
                self._units.take(units), self._facilities, self._open_gates(units)
            )
            self.coverage.set_unit_direct(units, (units[unit], slot, metres))
        if len(slots):
            self._set_facilities(slots, self.coverage.kind[slots])

    def _set_facilities(self, slots: Rows, kinds: Rows) -> None:
        some = self._facilities.take(slots)
        first, points = self._points(some)
        beside = np.flatnonzero(np.isin(self._units.home, some.home[some.home >= 0]))
        unit, facility, metres = measure_direct(self._units.take(beside), some, self._open_gates(beside))
        for row, slot in enumerate(slots.tolist()):
            mine = facility == row
            self.coverage.set_facility(
                self.facility_ids[slot], int(kinds[row]), points.at(slice(first[row], first[row + 1])),
                (beside[unit[mine]], metres[mine]),
            )  # fmt: skip

    def _points(self, owners: Owners) -> tuple[Rows, AccessPoints]:
        """Find the access points of some owners: those of owner k at first[k] … first[k + 1]."""
        homes = np.unique(owners.home[owners.home >= 0])
        gates = self._gates.take(self._gates.open & np.isin(self._gates.compound, homes))
        tried = try_legs(owners, gates, self._obstacles, self.network, self.project.rules)
        points = list_points(owners, gates, tried)
        first = np.searchsorted(points.owner, np.arange(len(owners.ids) + 1)).astype(np.int64)
        order = np.lexsort((points.leg_m, points.offset_m, points.edge, points.owner))
        return first, AccessPoints(points.edge[order], points.offset_m[order], points.leg_m[order])

    def _open_gates(self, units: Rows) -> Gates:
        homes = np.unique(self._units.home[units])
        return self._gates.take(self._gates.open & np.isin(self._gates.compound, homes))

    def _owners_in(self, compounds: Rows) -> tuple[Rows, Rows]:
        return (
            np.flatnonzero(np.isin(self._units.home, compounds)),
            np.flatnonzero(np.isin(self._facilities.home, compounds)),
        )

    def _owners_near(self, shapes: np.ndarray, reach_m: float) -> tuple[Rows, Rows]:
        """Give who steps out within reach of these shapes, be it through a gate."""
        if not len(shapes):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        units = self._unit_tree.query(shapes, predicate="dwithin", distance=reach_m)[1]
        tree = shapely.STRtree(shapes)
        facilities = tree.query(self._facilities.shapes, predicate="dwithin", distance=reach_m)[0]
        gates = tree.query(shapely.points(self._gates.xy), predicate="dwithin", distance=reach_m)[0]
        inside = self._owners_in(np.unique(self._gates.compound[gates]))
        return np.union1d(units, inside[0]), np.union1d(facilities, inside[1])

    def _find_obstacles(self) -> Obstacles:
        areas, gated = self._units.areas, self._units.gated
        return collect_obstacles(collect_barriers(self.project), areas[gated], areas[~gated])

    def _has_walls(self, project: Project) -> bool:
        return "wall" in texts(project.table("barriers"), "kind")


def survey_reach(project: Project, *, progress: Progress = SILENT) -> tuple[Network, Frame, AccessFound]:
    """Lay out the network, the units and the access of a project."""
    units, _ = list_units(project)
    network, _ = build_network(project.table("roads"), project.rules, progress=Part(progress, 0.0, 0.5))
    barriers = collect_barriers(project)
    found = find_access(project, network, units, barriers, project.rules, progress=Part(progress, 0.5, 1.0))
    return network, units, found


def _moved(before: Project, after: Project, rows: RowChanges) -> bool:
    """Tell whether a street has another course; the network follows streets that come, go, open and close."""
    old, new = shapes_of(before.table("roads")), shapes_of(after.table("roads"))
    kept = rows.touched[rows.touched < len(old)]
    return not same_objects(old[kept], new[kept]).all()


def _differing(old: Gates, new: Gates) -> set[int]:
    """Give the compounds (rows) whose gates differ."""

    def rows(gates: Gates) -> set[tuple[str, float, float, int, bool]]:
        return set(
            zip(
                gates.ids.tolist(),
                *gates.xy.T.tolist(),
                gates.compound.tolist(),
                gates.open.tolist(),
                strict=True,
            )
        )

    return {row[3] for row in rows(old) ^ rows(new)}


def _gated(owners: Owners, gated: np.ndarray) -> Owners:
    return Owners(
        owners.types, owners.ids, owners.shapes, owners.home, owners.is_compound, owners.areas, gated
    )


def _appended(shapes: np.ndarray, shape: object) -> np.ndarray:
    longer = np.empty(len(shapes) + 1, dtype=object)
    longer[:-1] = shapes
    longer[-1] = shape
    return longer


def _street_columns() -> list[str]:
    """Give the columns of roads that the walking network follows."""
    aside = {"name", "condition", "pci", "width_m"}
    return [column.name for column in layer("roads").columns if column.name not in aside]
