from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from cartography.town import make_square_project

from gis_planner.cartography.scene import SceneOptions, build_scene
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.tables import conform, ids, set_geometries, take


def test_a_project_without_anything_is_a_scene_without_anything() -> None:
    scene = build_scene(Project(), None)
    assert scene.extent is None
    assert all(len(layer) == 0 for layer in scene.layers)
    assert {"compounds", "facilities", "roads", "labels"} <= set(scene.keys)


def test_every_feature_with_a_geometry_is_in_the_scene(town: Project, studied: Results) -> None:
    scene = build_scene(town, studied)
    for key, layer in (
        ("compounds", "compounds"),
        ("buildings", "buildings"),
        ("roads", "roads"),
        ("facilities", "facilities"),
    ):
        assert sorted(scene.of_key(key)[0].ids) == sorted(ids(town.table(layer)))


def test_a_feature_without_geometry_is_left_out(town: Project) -> None:
    table = town.table("facilities")
    holed = set_geometries(table, [0], [None])  # type: ignore[list-item]
    scene = build_scene(replace(town, tables={**town.tables, "facilities": holed}), None)
    assert ids(table)[0] not in scene.of_key("facilities")[0].ids


def test_an_edit_builds_only_the_layers_that_show_it(town: Project, studied: Results) -> None:
    before = build_scene(town, studied)
    fewer = take(town.table("entrances"), np.arange(3))
    after = build_scene(replace(town, tables={**town.tables, "entrances": fewer}), studied, previous=before)
    changed = {a.key for a, b in zip(after.layers, before.layers, strict=True) if a is not b}
    assert changed == {"entrances"}


def test_a_new_study_leaves_the_ground_as_it_is(town: Project, studied: Results) -> None:
    before = build_scene(town, None)
    after = build_scene(town, studied, previous=before)
    assert after.of_key("buildings")[0] is before.of_key("buildings")[0]
    assert after.of_key("compounds")[0] is not before.of_key("compounds")[0]


def test_a_public_scene_has_nothing_that_lies_underground(town: Project, studied: Results) -> None:
    scene = build_scene(town, studied, options=SceneOptions(public=True))
    assert not {"pipelines", "power_lines", "telecom_lines", "poles", "boxes"} & set(scene.keys)
    assert "WS" not in {label.text for layer in scene.layers for label in layer.labels}


def test_pipelines_are_off_until_someone_asks(town: Project) -> None:
    scene = build_scene(town, None)
    assert "pipelines" in scene.keys
    assert "pipelines" not in scene.shown


def test_reach_is_shaded_by_the_classes_of_one_kind(town: Project, studied: Results) -> None:
    kind = NINE_KINDS[2]
    scene = build_scene(town, studied, options=SceneOptions(coverage_kind=kind))
    rows = studied.coverage[studied.coverage["kind"] == kind]
    reason = dict(zip(rows["unit_id"], rows["reason"], strict=True))
    distance = dict(zip(rows["unit_id"], rows["distance_m"], strict=True))
    buildings = scene.of_key("coverage")[1]
    assert len(buildings) == len(town.table("buildings"))
    for feature, style in zip(buildings.ids, buildings.style_of, strict=True):
        unit, shown = f"buildings/{feature}", buildings.styles[style].id
        if reason[unit] == "served":
            assert shown.startswith("step")
            assert (shown == "step0") == (distance[unit] <= 300.0)
        else:
            assert shown == {"beyond_limit": "beyond"}.get(reason[unit], reason[unit])


def test_where_reach_is_shaded_compounds_have_no_colour_of_their_own(town: Project, studied: Results) -> None:
    scene = build_scene(town, studied, options=SceneOptions(coverage_kind="toilet"))
    assert all(style.fill is None and style.hatch is None for style in scene.of_key("compounds")[0].styles)


def test_every_compound_is_drawn_by_its_cluster_and_eligibility(town: Project, studied: Results) -> None:
    layer = build_scene(town, studied).of_key("compounds")[0]
    looks = {
        feature: layer.styles[style].id for feature, style in zip(layer.ids, layer.style_of, strict=True)
    }
    assert looks["C001"] == "Z01-eligible"
    assert looks["C004"] == "Z01-pending"
    assert looks["C006"] == "Z02-eligible_via_cluster"
    assert looks["C012"] == "alone-excluded"


def test_picking_finds_what_lies_there_in_the_order_asked(town: Project, studied: Results) -> None:
    scene = build_scene(town, studied)
    shape = scene.geometry("compounds", "C005")
    assert shape is not None
    found = scene.pick(shape.centroid.x, shape.centroid.y, tolerance_m=1.0, keys=("compounds", "footprints"))
    assert found == [("compounds", "C005"), ("footprints", "Z02")]
    assert scene.pick(0.0, 0.0, tolerance_m=5.0, keys=scene.keys) == []


def test_the_smaller_of_two_that_lie_there_comes_first() -> None:
    project = make_square_project()
    x, y, _, _ = project.table("compounds").total_bounds
    shapes = [shapely.box(x, y, x + 100, y + 100), shapely.box(x + 40, y + 40, x + 60, y + 60)]
    table = conform("compounds", {"id": ["large", "small"], "name": ["大院", "小院"]}, shapes, project.crs)
    scene = build_scene(replace(project, tables={**project.tables, "compounds": table}), None)
    found = scene.pick(float(x) + 50, float(y) + 50, tolerance_m=1.0, keys=("compounds",))
    assert found == [("compounds", "small"), ("compounds", "large")]


def test_neighbours_are_drawn_by_what_lies_between_them(town: Project, studied: Results) -> None:
    (layer,) = build_scene(town, studied).of_key("neighbours")
    drawn = {pair: layer.styles[row].id for pair, row in zip(layer.ids, layer.style_of.tolist(), strict=True)}
    assert drawn == {
        "C001|C002": "neighbours",
        "C002|C003": "opened",
        "C003|C004": "neighbours",
        "C001|C008": "blocked",
        "C005|C006": "neighbours",
    }
    assert len({layer.styles[row].title.key for row in set(layer.style_of.tolist())}) == 3
