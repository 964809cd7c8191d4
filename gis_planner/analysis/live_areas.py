"""The areas of clusters as a hand changes them: only those are drawn again that can differ.

The area of a cluster follows from what is near it (`footprints`): its own compounds, those that share plots or blocks
with them, and what clusters with smaller numbers claim nearby. So when compounds change hands, few areas can differ,
and each of them is drawn among the clusters within reach alone, exactly as it is among all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.footprint_cells import Cells, lay_cells
from gis_planner.analysis.footprints import draw_footprint
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame

_Boxes = NDArray[np.float64]


class LiveAreas:
    """Draws the areas of any grouping of one project; a cache of a pure function, nothing else."""

    def __init__(self, project: Project, barriers: Frame, *, cells: Cells | None = None) -> None:
        """Take a project; `barriers` as `collect_barriers` gives them, `cells` as `lay_cells` does."""
        self._project, self._barriers = project, barriers
        self.cells = cells or lay_cells(project, barriers)
        self._boxes: dict[tuple[str, ...], _Boxes] = {}
        self._drawn: dict[tuple[object, ...], BaseGeometry] = {}

    def draw(self, grouping: Grouping, cluster_ids: Collection[str]) -> dict[str, BaseGeometry]:
        """Draw the areas of some clusters, exactly as `draw_footprints` draws them among all."""
        boxes = self._boxes_of(grouping.clusters)
        row_of = {cluster.id: row for row, cluster in enumerate(grouping.clusters)}
        drawn = {}
        for cluster_id in sorted(cluster_ids):
            near = _meeting(boxes, _meeting(boxes, np.array([row_of[cluster_id]])))
            clusters = [grouping.clusters[row] for row in near.tolist()]
            key = (cluster_id, *((c.id, c.number, c.members) for c in clusters))
            if key not in self._drawn:
                few = grouping.with_clusters(clusters)
                self._drawn[key] = draw_footprint(
                    cluster_id, few, self._project, self._barriers, cells=self.cells
                )
            drawn[cluster_id] = self._drawn[key]
        return drawn

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
