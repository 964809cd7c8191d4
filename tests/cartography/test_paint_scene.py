from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import shapely
from cartography.town import COMPOUNDS, make_project
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from gis_planner.cartography.export_png import draw_map
from gis_planner.cartography.paint_scene import MapPainter, View
from gis_planner.cartography.scene import Scene, SceneOptions, build_scene
from gis_planner.cartography.style import PAPER
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.tables import take

pytestmark = pytest.mark.usefixtures("qt")


@pytest.fixture
def scene(town: Project, studied: Results) -> Scene:
    return build_scene(town, studied)


def view_of(scene: Scene) -> View:
    assert scene.extent is not None
    return View.fitted(scene.extent, 420, 300)


def pixels(image: QImage) -> NDArray[np.uint8]:
    return np.array(image.constBits()).reshape(image.height(), image.bytesPerLine() // 4, 4)[:, :, :3]


def differs(a: QImage, b: QImage) -> int:
    return int((pixels(a) != pixels(b)).any(axis=2).sum())


def test_every_layer_that_has_features_shows_them(town: Project, studied: Results) -> None:
    scene = build_scene(town, studied, options=SceneOptions(coverage_kind="medical"))
    for key in scene.keys:
        layers = [layer for layer in scene.of_key(key) if len(layer)]
        if layers:
            first = shapely.get_coordinates(layers[0].geometry[0])[0]
            view = View(first[0], first[1], 1.0, 300, 200)
            blank = draw_map(scene, view, visible=())
            assert differs(draw_map(scene, view, visible={key}), blank) > 0, key


def test_an_empty_map_is_paper() -> None:
    image = draw_map(build_scene(Project(), None), View(0, 0, 1.0, 40, 30))
    red, green, blue = (int(PAPER[n : n + 2], 16) for n in (1, 3, 5))
    assert (pixels(image) == (blue, green, red)).all()


def test_texts_are_switched_by_themselves(scene: Scene) -> None:
    view = view_of(scene)
    assert differs(draw_map(scene, view), draw_map(scene, view, visible=scene.shown - {"labels"})) > 100


def test_a_worker_paints_the_same_picture(scene: Scene) -> None:
    view = view_of(scene)
    drawn = scene.shown - {
        "labels"
    }  # Qt's cache of glyphs places a letter by fractions of a pixel differently each time
    here = draw_map(scene, view, visible=drawn)
    with ThreadPoolExecutor(1) as pool:
        there = pool.submit(draw_map, scene, view, visible=drawn).result()
        texts = pool.submit(draw_map, scene, view).result()
    assert differs(here, there) == 0
    assert np.abs(pixels(texts).astype(int) - pixels(draw_map(scene, view))).max() < 64


def test_two_workers_paint_at_the_same_time(scene: Scene) -> None:
    view = view_of(scene).zoomed(2.5, 190, 160)
    drawn = scene.shown - {"labels"}
    wanted = draw_map(scene, view, visible=drawn)
    with ThreadPoolExecutor(4) as pool:
        images = list(
            pool.map(lambda _: (draw_map(scene, view), draw_map(scene, view, visible=drawn))[1], range(24))
        )
    assert all(differs(image, wanted) == 0 for image in images)


def test_painting_stops_when_asked(scene: Scene) -> None:
    image = QImage(420, 300, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 5

    assert MapPainter(scene).paint(painter, view_of(scene), stop=stop) is False
    assert len(asked) == 6
    assert MapPainter(scene).paint(painter, view_of(scene), stop=lambda: False) is True
    painter.end()


def test_the_order_of_layers_can_be_changed(scene: Scene) -> None:
    view = view_of(scene).zoomed(3.0, 190, 160)

    def drawn(order: tuple[str, ...]) -> QImage:
        image = QImage(420, 300, QImage.Format.Format_ARGB32_Premultiplied)
        painter = QPainter(image)
        MapPainter(scene).paint(painter, view, visible={"compounds", "buildings"}, order=order)
        painter.end()
        return image

    assert differs(drawn(("buildings", "compounds")), drawn(("compounds", "buildings"))) > 500


def test_what_was_prepared_is_taken_over_for_layers_that_did_not_change(
    town: Project, studied: Results, scene: Scene
) -> None:
    before = MapPainter(scene)
    before.prepare()
    fewer = {**town.tables, "entrances": take(town.table("entrances"), [0])}
    later = build_scene(replace(town, tables=fewer), studied, previous=scene)
    after = MapPainter(later, before)
    kept = set(after._prepared) & set(before._prepared)
    changed = {id(layer) for layer in scene.layers if layer.key == "entrances"}
    assert kept == set(before._prepared) - changed


def test_the_outline_of_a_feature_is_given_in_units_of_the_view(scene: Scene) -> None:
    view = view_of(scene)
    box = MapPainter(scene).outline("compounds", "C005", view).boundingRect()
    shape = scene.geometry("compounds", "C005")
    assert shape is not None
    west, south, east, north = shape.bounds
    assert (box.left(), box.bottom()) == pytest.approx(view.to_view(west, south), abs=1e-6)
    assert (box.right(), box.top()) == pytest.approx(view.to_view(east, north), abs=1e-6)
    assert MapPainter(scene).outline("compounds", "nobody", view).isEmpty()


@pytest.mark.parametrize(
    "name", ["<b>粗</b>", "{{7*7}}", "<img src=x onerror=alert(1)>", "=1+1", "a\nb", "&amp;", ""]
)
def test_a_name_is_drawn_as_it_is_and_never_read(name: str) -> None:
    project = make_project((name, *COMPOUNDS[1:]))
    scene = build_scene(project, None)
    view = view_of(scene).zoomed(3.0, 190, 160)
    image = draw_map(scene, view, visible={"compounds", "labels"})
    assert differs(image, draw_map(scene, view, visible={"compounds"})) > 50


def test_any_scale_can_be_painted(scene: Scene) -> None:
    assert scene.extent is not None
    for metres in (0.01, 0.5, 5.0, 60.0, 5000.0):
        x, y = (scene.extent[0] + scene.extent[2]) / 2, (scene.extent[1] + scene.extent[3]) / 2
        draw_map(scene, View(x, y, metres, 200, 150))


def test_a_picture_carries_its_resolution(scene: Scene) -> None:
    image = draw_map(scene, view_of(scene))
    assert image.dotsPerMeterX() == pytest.approx(96 / 0.0254, abs=1)
