"""The outlines of the bench are as strange as they say, the same each time, and their neighbours come out whole."""

from __future__ import annotations

import numpy as np
import shapely

from bench_parts.outlines import CRS, draw_outlines, plain_pairs
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.frontage import areas
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import geometries, ids


def test_outlines_are_drawn_again_alike_and_hold_what_files_hold() -> None:
    town, again, other = (
        draw_outlines(600, 120, seed=3),
        draw_outlines(600, 120, seed=3),
        draw_outlines(600, 120),
    )
    shapes = geometries(town.compounds)
    assert shapely.equals_exact(shapes, geometries(again.compounds)).all()
    assert not shapely.equals_exact(shapes, geometries(other.compounds)).all()
    assert set(town.barriers["kind"]) == {"river", "water", "railway", "trunk_road", "expressway", "wall"}
    kinds = shapely.get_type_id(shapes)
    assert (kinds == 6).any()
    assert (~shapely.is_valid(shapes)).any()
    valid = areas(shapes)
    one, two = shapely.STRtree(valid).query(valid, predicate="intersects")
    assert (shapely.overlaps(valid[one], valid[two])).any()
    assert (shapely.equals(valid[one], valid[two]) & (one < two)).any()
    assert (shapely.area(shapely.convex_hull(valid)) > 1.1 * shapely.area(valid)).any()


def test_neighbours_of_the_drawn_outlines_are_among_the_close_pairs() -> None:
    town = draw_outlines(600, 120, seed=3)
    tables = {"compounds": town.compounds, "barriers": town.barriers, "roads": town.roads}
    project = Project(crs=CRS, tables=tables, loaded=frozenset(tables))
    found = find_neighbours(town.compounds, collect_barriers(project), town.roads, Rules())
    names, shapes = ids(town.compounds), areas(geometries(town.compounds))
    close, _ = plain_pairs(shapes, geometries(town.barriers), Rules().max_gap_m)
    every = {tuple(sorted((names[a], names[b]))) for a, b in close.tolist()}
    pairs = set(zip(found["a"], found["b"], strict=True))
    assert pairs <= every
    assert len(pairs) > 0.5 * len(every)
    gaps = found["gap_m"].to_numpy()
    assert ((gaps >= 0) & (gaps <= 30)).all()
    assert np.isnan(found["cost"]).tolist() == (~found["allowed"].to_numpy(dtype=bool)).tolist()
    assert {"river", "railway", "trunk_road", "expressway", "water", ""} <= set(found["blocked_by"])
