"""Maps and sheets against pictures that somebody has looked at.

The comparison forgives what a new version of Qt may do to the edge of a letter: pictures are compared in blocks of
eight pixels. After a wanted change, set UPDATE_PICTURES=1, run these tests, and look at every new picture before it is
committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from cartography.town import make_project, make_results
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QImageWriter

from gis_planner.cartography.export_png import draw_map, draw_sheet
from gis_planner.cartography.qt_setup import ensure_qt
from gis_planner.cartography.scene import SceneOptions, build_scene
from gis_planner.cartography.sheet import SheetFacts, compose_cluster_sheet, compose_overview_sheet
from gis_planner.cartography.view import View
from gis_planner.messages import load_catalogue

HERE = Path(__file__).parent
BLOCK = 8
FACTS = SheetFacts(designer="宁川县规划设计院", date="2024-06-18")


@pytest.fixture(autouse=True)
def _qt(qapp: object) -> None:
    ensure_qt()


def blocks(image: QImage) -> NDArray[np.float64]:
    """The mean colour of every block of pixels."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = (
        np.array(image.constBits())
        .reshape(image.height(), image.bytesPerLine() // 4, 4)[:, :, :3]
        .astype(float)
    )
    high, wide = pixels.shape[0] // BLOCK * BLOCK, pixels.shape[1] // BLOCK * BLOCK
    return pixels[:high, :wide].reshape(high // BLOCK, BLOCK, wide // BLOCK, BLOCK, 3).mean(axis=(1, 3))


def compare(image: QImage, name: str) -> None:
    path = HERE / f"{name}.png"
    if os.environ.get("UPDATE_PICTURES"):
        assert QImageWriter(str(path), QByteArray(b"png")).write(
            image.convertToFormat(QImage.Format.Format_RGB32)
        )
        pytest.skip(f"wrote {path.name}: look at it")
    wanted = QImage(str(path))
    assert (image.width(), image.height()) == (wanted.width(), wanted.height())
    apart = np.abs(blocks(image) - blocks(wanted)).max(axis=2)
    assert apart.mean() < 1.0, f"{name} differs all over"
    assert (apart > 24).mean() < 0.004, f"{name} differs in {(apart > 24).sum()} places"


def test_the_town_at_a_glance() -> None:
    project = make_project()
    scene = build_scene(project, make_results(project))
    assert scene.extent is not None
    compare(draw_map(scene, View.fitted(scene.extent, 720, 480)), "town")


def test_pipelines_and_street_furniture() -> None:
    project = make_project()
    scene = build_scene(project, make_results(project))
    assert scene.extent is not None
    view = View.fitted(scene.extent, 720, 480).zoomed(3.0, 330, 290)
    compare(
        draw_map(scene, view, visible=scene.shown | {"pipelines", "poles", "boxes", "neighbours"}),
        "pipelines",
    )


def test_reach_of_one_kind() -> None:
    project = make_project()
    scene = build_scene(project, make_results(project), options=SceneOptions(coverage_kind="medical"))
    assert scene.extent is not None
    compare(draw_map(scene, View.fitted(scene.extent, 720, 480)), "reach")


def test_the_sheet_of_a_cluster() -> None:
    project = make_project()
    sheet = compose_cluster_sheet(
        project, make_results(project), "Z01", facts=FACTS, catalogue=load_catalogue()
    )
    compare(draw_sheet(sheet, dpi=80), "cluster_sheet")


def test_the_overview() -> None:
    project = make_project()
    sheet = compose_overview_sheet(project, make_results(project), facts=FACTS, catalogue=load_catalogue())
    compare(draw_sheet(sheet, dpi=80), "overview_sheet")
