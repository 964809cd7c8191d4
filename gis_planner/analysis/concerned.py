"""Which households a fault of the network touches.

Units count with the households that count for them (see `units`); the households of a unit of which none are known
are unknown, not none. Three questions are asked: who is stranded on a part of the network (every access point lies on
it), who stands on a stretch of street (has an access point on it), and whose walks a joint could change. The last are
those who walk within the limit to one of its two places and for whom the two differ by more than the gap between
them: nobody else's shortest walk could lead through the joint.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis_planner.analysis.arcs import Points, points_of
from gis_planner.analysis.arrays import Floats, Mask, Rows
from gis_planner.analysis.joints import Joint, Place, Strides
from gis_planner.model.tables import Frame, bools, floats, texts

_SAME_M = 1e-6


@dataclass(frozen=True, eq=False)
class Residents:
    """The units that count: their ids, households (NaN unknown) and access points; `owner` is of each point."""

    ids: tuple[str, ...]
    households: Floats
    points: Points
    owner: Rows

    def on_edges(self, edges: Mask) -> Mask:
        """Tell which units have an access point on one of these edges."""
        found = np.zeros(len(self.ids), dtype=bool)
        found[self.owner[edges[self.points.edge]]] = True
        return found

    def only_on(self, part_of_edge: Rows) -> Rows:
        """Give for each unit the part on which all its access points lie; -1 for several or none."""
        part = part_of_edge[self.points.edge]
        low = np.full(len(self.ids), np.iinfo(np.int64).max)
        high = np.full(len(self.ids), -1, dtype=np.int64)
        np.minimum.at(low, self.owner, part)
        np.maximum.at(high, self.owner, part)
        alone: Rows = np.where(low == high, high, -1)
        return alone

    def changed_by(self, joint: Joint, strides: Strides, limit_m: float) -> Mask:
        """Tell whose walks a joint could change."""
        one, other = (self._walks_to(place, strides, limit_m) for place in (joint.a, joint.b))
        near = np.minimum(one, other) <= limit_m
        apart = np.zeros(len(self.ids), dtype=bool)
        apart[near] = np.abs(one[near] - other[near]) > joint.gap_m + _SAME_M
        return apart

    def _walks_to(self, place: Place, strides: Strides, limit_m: float) -> Floats:
        network, points = strides.network, self.points
        distance = strides.from_place(place, limit_m)
        back_m = network.walk_m[points.edge] - points.offset_m
        walk = np.minimum(
            distance[network.edge_from[points.edge]] + points.offset_m,
            distance[network.edge_to[points.edge]] + back_m,
        )
        same = points.edge == place.edge
        walk[same] = np.minimum(walk[same], np.abs(points.offset_m[same] - place.offset_m))
        shortest = np.full(len(self.ids), np.inf)
        np.minimum.at(shortest, self.owner, points.leg_m + walk)
        return shortest

    def count(self, chosen: Mask) -> int | None:
        """Sum the known households of these units; 0 for no unit, None where of none they are known."""
        known = self.households[chosen]
        known = known[~np.isnan(known)]
        return int(known.sum()) if len(known) or not chosen.any() else None


def list_residents(units: Frame, access: Frame) -> Residents:
    """List the units whose households count."""
    counted = np.array([bool(c) for c in bools(units, "counted")], dtype=bool)
    names = [str(name) for name, kept in zip(texts(units, "unit_id"), counted.tolist(), strict=True) if kept]
    points = points_of(access, "unit", names)
    owner = np.repeat(np.arange(len(names)), np.diff(points.first))
    return Residents(tuple(names), floats(units, "households")[counted], points, owner)
