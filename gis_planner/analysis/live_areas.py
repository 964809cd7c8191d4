"""The areas of clusters as a hand changes them: only those are drawn again that can differ.

The area of a cluster follows from what is near it (`footprints`): its own compounds, those that share plots or blocks
with them, and what clusters with smaller numbers claim nearby. So when compounds change hands, few areas can differ,
and each of them is drawn among the clusters within reach alone, exactly as it is among all. What a cluster claims
follows from its members and from which plots around it are its own, somebody else's or nobody's; that is remembered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.footprint_cells import Cells
from gis_planner.analysis.footprints import (
    _NOBODY,
    _Claim,
    _claim,
    _order,
    _owners,
    _rivals,
    _settle,
    _stand,
    _Standing,
)
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.drawn_areas import area_of

_Boxes = NDArray[np.float64]


class LiveAreas:
    """Draws the areas of any grouping on the cells of one project; a cache of a pure function, nothing else."""

    def __init__(self, cells: Cells, *, gap_m: float) -> None:
        """Take the cells of a project as `lay_cells` gives them, and the gap up to which compounds are neighbours."""
        self.cells, self._gap_m = cells, gap_m
        self._boxes: dict[tuple[str, ...], _Boxes] = {}
        self._claims: dict[tuple[object, ...], _Claim] = {}
        self._settled: dict[tuple[object, ...], tuple[BaseGeometry, object]] = {}

    def draw(self, grouping: Grouping, cluster_ids: Collection[str]) -> dict[str, BaseGeometry]:
        """Draw the areas of some clusters, exactly as `draw_footprints` draws them among all."""
        if not cluster_ids:
            return {}
        boxes = self._boxes_of(grouping.clusters)
        wanted = np.array([row for row, c in enumerate(grouping.clusters) if c.id in cluster_ids])
        beside = _meeting(boxes, wanted)
        near = set(_meeting(boxes, beside).tolist())
        by_hand = [row for row, cluster in enumerate(grouping.clusters) if cluster.id in grouping.drawn]
        few = grouping.with_clusters(grouping.clusters[row] for row in sorted(near.union(by_hand)))
        standing = _stand(few, self.cells, self._gap_m)
        owners = self._owners_in(standing, boxes[beside])
        order, hands = _order(few), frozenset(few.drawn.items())
        drawn = {}
        for number, cluster in enumerate(few.clusters):
            if cluster.id not in cluster_ids:
                continue
            if cluster.id in standing.drawn:
                drawn[cluster.id] = standing.drawn[cluster.id]
                continue
            claim = self._claim(few, standing, owners, number)
            better = [
                self._claim(few, standing, owners, other) for other in _rivals(standing, order, number, claim)
            ]
            key = (id(claim), *map(id, better), hands)
            if key not in self._settled:
                area = _settle(standing, number, claim, [other.area for other in better])
                self._settled[key] = (area, (claim, better))  # held, so that no id is given twice
            drawn[cluster.id] = self._settled[key][0]
        return drawn

    def _owners_in(self, standing: _Standing, boxes: _Boxes) -> NDArray[np.int64]:
        """Say whose the plots are that lie in some boxes; the others are not asked for."""
        owners = np.full(len(self.cells.plots), _NOBODY, dtype=np.int64)
        placed = boxes[~np.isnan(boxes[:, 0])]
        plots = np.unique(self.cells.plot_tree.query(np.asarray(shapely.box(*placed.T)))[1])
        owners[plots] = _owners(standing, plots)
        return owners

    def _claim(
        self, grouping: Grouping, standing: _Standing, owners: NDArray[np.int64], number: int
    ) -> _Claim:
        cluster = grouping.clusters[number]
        plots = np.sort(self.cells.plot_tree.query(shapely.box(*standing.reach[number])))
        whose = np.where(owners[plots] == number, 1, np.where(owners[plots] == _NOBODY, 0, 2))
        key = (cluster.members, cluster.id in standing.drawn, whose.astype(np.int8).tobytes())
        if key not in self._claims:
            self._claims[key] = _claim(standing, number, owners)
        return self._claims[key]

    def find_touched(self, before: Grouping, after: Grouping, changed: Collection[str]) -> tuple[str, ...]:
        """Name the clusters of `after` whose area can differ; the `changed` ones have other members or numbers."""
        old, new = _by_id(before), _by_id(after)
        was = {name: set(old[name].members) if name in old else set() for name in changed}
        now = {name: set(new[name].members) if name in new else set() for name in changed}
        moved = sorted({m for name in changed for m in was[name] ^ now[name]})
        boxes = self._boxes_of(after.clusters)
        touched = {row for row, cluster in enumerate(after.clusters) if cluster.id in changed}
        touched |= set(_meeting_box(boxes, self._reach(moved)).tolist())
        claims = [*(boxes[row] for row in sorted(touched))]
        claims += [self._box(old[name].members) for name in sorted(changed) if name in old]
        for name in sorted(changed):
            for grouping in (before, after):
                if name in grouping.drawn:
                    claims.append(np.array(area_of(grouping.drawn[name]).bounds))
        for box in claims:
            touched |= set(_meeting_box(boxes, box[None, :]).tolist())
        return tuple(after.clusters[row].id for row in sorted(touched))

    def _boxes_of(self, clusters: Sequence[Cluster]) -> _Boxes:
        if not clusters:
            return np.empty((0, 4))
        return np.array([self._box(cluster.members) for cluster in clusters])

    def _box(self, members: tuple[str, ...]) -> _Boxes:
        """Give the box around everything that a cluster of these members can claim; NaN where none is placed."""
        if members not in self._boxes:
            reach = self._reach(members)
            reach = reach[~np.isnan(reach[:, 0])]
            box = np.full(4, np.nan)
            if len(reach):
                box = np.array([*reach[:, :2].min(axis=0), *reach[:, 2:].max(axis=0)])
            self._boxes[members] = box
        return self._boxes[members]

    def _reach(self, compounds: Sequence[str]) -> _Boxes:
        rows = self.cells.rows
        return self.cells.reach[[rows[c] for c in compounds if c in rows]].reshape(-1, 4)


def _by_id(grouping: Grouping) -> Mapping[str, Cluster]:
    return {cluster.id: cluster for cluster in grouping.clusters}


def _meeting(boxes: _Boxes, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the rows whose boxes meet one of these rows' boxes, themselves among them."""
    return np.union1d(rows, _meeting_box(boxes, boxes[rows]))


def _meeting_box(boxes: _Boxes, others: _Boxes) -> NDArray[np.int64]:
    apart = boxes[:, None, :2] > others[None, :, 2:]
    apart |= boxes[:, None, 2:] < others[None, :, :2]
    empty = np.isnan(boxes[:, 0])[:, None] | np.isnan(others[:, 0])[None, :]
    meets = ~(np.logical_or.reduce(apart, axis=2) | empty)
    return np.flatnonzero(np.logical_or.reduce(meets, axis=1)).astype(np.int64)
