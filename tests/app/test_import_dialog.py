"""Bringing files in: seen before it is taken, asked where it cannot be told, and stored when it says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from app.conftest import Driven, OpenWindow
from app.small_town import X, Y
from PySide6.QtWidgets import QComboBox, QLabel

from gis_planner.app.import_details import ImportDetails
from gis_planner.app.import_dialog import ImportDialog
from gis_planner.app.new_project_dialog import NewProjectDialog

PLACES = {"P1": (111.0, 34.32), "P2": (111.001, 34.3205)}


def facilities_csv(folder: Path) -> Path:
    path = folder / "设施.csv"
    rows = "".join(f"{name},公厕,{x},{y}\n" for name, (x, y) in PLACES.items())
    path.write_bytes(f"设施名称,设施类型,经度,纬度\n{rows}".encode("gb18030"))
    return path


def parcels_geojson(folder: Path) -> Path:
    ring = [[X, Y], [X + 50, Y], [X + 50, Y + 50], [X, Y + 50], [X, Y]]
    feature = {
        "type": "Feature", "properties": {"网格编号": "G1", "用地性质": "居住", "联系电话": "0"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
    path = folder / "网格.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}), encoding="utf-8"
    )
    return path


def open_dialog(driven: Driven, *paths: Path) -> ImportDialog:
    driven.window.verbs.import_files(list(paths))
    dialog = driven.window.findChildren(ImportDialog)[-1]
    driven.until(lambda: not driven.window.jobs.jobs)
    return dialog


def details(dialog: ImportDialog) -> ImportDetails:
    page = dialog._right.currentWidget()
    assert isinstance(page, ImportDetails)
    return page


def choose(dialog: ImportDialog, name: str, value: object) -> None:
    box = details(dialog).findChild(QComboBox, name)
    assert isinstance(box, QComboBox), name
    at = next(i for i in range(box.count()) if box.itemData(i) == value)
    box.setCurrentIndex(at)
    box.activated.emit(at)


def test_a_layer_that_tells_everything_is_taken_as_it_is(driven: Driven, tmp_path: Path) -> None:
    dialog = open_dialog(driven, parcels_geojson(tmp_path))
    assert [(plan.layer, plan.take) for plan in dialog.plans] == [("parcels", True)]
    assert dialog.take.isEnabled()
    dialog.take.click()
    driven.until(lambda: "parcels" in driven.document.project.loaded)
    driven.idle()
    assert list(driven.document.project.table("parcels")["id"]) == ["G1"]
    assert "网格 1" in driven.window.notices.problem
    assert driven.document.can_edit


def test_what_cannot_be_told_is_asked_before_anything_is_taken(driven: Driven, tmp_path: Path) -> None:
    before = driven.document.project
    dialog = open_dialog(driven, facilities_csv(tmp_path))
    assert not dialog.take.isEnabled()
    assert "基准" in dialog.told.text() or "追加" in dialog.told.text()
    told = "\n".join(label.text() for label in details(dialog).findChildren(QLabel))
    assert "GB18030" in details(dialog).findChild(QComboBox, "import_encoding").currentText()
    assert "P1" in told
    choose(dialog, "import_datum", "cgcs2000")
    driven.until(lambda: not driven.window.jobs.jobs)
    assert not dialog.take.isEnabled()
    choose(dialog, "import_mode", ("append", ""))
    assert dialog.take.isEnabled()
    assert driven.document.project is before
    dialog.take.click()
    driven.until(lambda: len(driven.document.project.table("facilities")) == 5)
    driven.idle()
    source = driven.document.project.sources[-1]
    assert (source.datum, source.encoding, source.mode) == ("cgcs2000", "GB18030", "append")


def test_what_is_not_ticked_is_left_out(driven: Driven, tmp_path: Path) -> None:
    dialog = open_dialog(driven, parcels_geojson(tmp_path), facilities_csv(tmp_path))
    for at in range(dialog.list.count()):
        if "csv" in dialog.list.item(at).text():
            dialog.list.item(at).setCheckState(dialog.list.item(at).checkState().Unchecked)
    assert dialog.take.isEnabled()
    before = len(driven.document.project.table("facilities"))
    dialog.take.click()
    driven.until(lambda: "parcels" in driven.document.project.loaded)
    driven.idle()
    assert len(driven.document.project.table("facilities")) == before


def test_a_file_that_cannot_be_read_says_why_beside_the_others(driven: Driven, tmp_path: Path) -> None:
    empty = tmp_path / "空.geojson"
    empty.write_bytes(b"")
    dialog = open_dialog(driven, empty, parcels_geojson(tmp_path))
    assert dialog.list.count() == 2
    at = next(i for i in range(2) if "空" in dialog.list.item(i).text())
    dialog.list.setCurrentRow(at)
    told = "\n".join(label.text() for label in dialog._right.currentWidget().findChildren(QLabel))
    assert "空.geojson" in told
    assert dialog.take.isEnabled()
    dialog.reject()


def test_another_layer_may_be_chosen_and_its_columns_are_matched_anew(driven: Driven, tmp_path: Path) -> None:
    dialog = open_dialog(driven, parcels_geojson(tmp_path))
    choose(dialog, "import_layer", "planning_area")
    assert dialog.plans[0].layer == "planning_area"
    choose(dialog, "import_layer", "")
    assert not dialog.take.isEnabled()
    choose(dialog, "import_layer", "parcels")
    choose(dialog, "column_name", "用地性质")
    assert dialog.plans[0].options().columns == {"name": "用地性质"}
    dialog.reject()


def test_leaving_the_dialog_changes_nothing(driven: Driven, tmp_path: Path) -> None:
    before = driven.document.project
    open_dialog(driven, parcels_geojson(tmp_path)).reject()
    driven.idle()
    assert driven.document.project is before


def test_an_import_is_taken_back_like_any_edit(driven: Driven, tmp_path: Path) -> None:
    before = driven.document.project
    dialog = open_dialog(driven, parcels_geojson(tmp_path))
    dialog.take.click()
    driven.until(lambda: driven.document.project is not before and not driven.document.writing)
    driven.window.actions_["undo"].trigger()
    assert driven.document.project is before


def test_data_dropped_on_the_welcome_page_ask_for_a_project_first(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    driven = open_window()
    driven.window.verbs.take_files([parcels_geojson(tmp_path)])
    asked = driven.window.findChildren(NewProjectDialog)[-1]
    asked.file.setText(str(tmp_path / "new.gpkg"))
    asked.make.click()
    driven.until(lambda: driven.window.findChildren(ImportDialog))
    dialog = driven.window.findChildren(ImportDialog)[-1]
    driven.until(lambda: dialog.take.isEnabled())
    dialog.take.click()
    driven.until(lambda: "parcels" in driven.document.project.loaded)
    driven.idle()
    assert driven.document.project.crs == "EPSG:4546"
    assert driven.map.view is not None


@pytest.mark.parametrize("name", ["pipelines.dxf", "base.gpkg"])
def test_the_layers_of_a_drawing_become_one_and_those_of_a_database_stay_apart(
    driven: Driven, name: str
) -> None:
    from gis_planner.paths import sample_data

    dialog = open_dialog(driven, sample_data(name))
    layers = [plan.layer for plan in dialog.plans if plan.take]
    assert len(layers) == len(set(layers))
    assert layers == ["pipelines"] if name.endswith("dxf") else len(layers) > 5
    dialog.reject()
