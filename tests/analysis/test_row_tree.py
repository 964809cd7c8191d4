"""Rows are found by place whatever became of the layer since the tree was built."""

from __future__ import annotations

import numpy as np
import shapely

from gis_planner.analysis.row_tree import RowTree


def test_rows_near_a_place_are_those_that_looking_at_every_row_finds() -> None:
    random = np.random.default_rng(5)
    shapes = shapely.points(random.uniform(0, 100, (200, 2)))
    tree = RowTree(shapes)
    for step in range(40):
        shapes = shapes.copy()
        if step % 4 == 0:
            shapes = shapes[: len(shapes) - int(random.integers(0, 30))]
        elif step % 4 == 1:
            shapes[random.integers(0, len(shapes), 5)] = shapely.points(random.uniform(0, 100, (5, 2)))
        elif step % 4 == 2:
            shapes[int(random.integers(0, len(shapes)))] = None
        else:
            shapes = np.concatenate([shapes, shapely.points(random.uniform(0, 100, (9, 2)))])
        tree.follow(shapes)
        asked = shapely.points(random.uniform(0, 100, (2, 2)))
        near = shapely.dwithin(shapes[:, None], asked[None, :], 12.0).any(axis=1)
        assert tree.near(asked, 12.0).tolist() == np.flatnonzero(near).tolist()
