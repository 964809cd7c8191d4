"""From a bureau's folder to a sheet for approval, through the window alone."""

from __future__ import annotations

from pathlib import Path

from app.conftest import OpenWindow
from app.test_import_dialog import choose, open_dialog
from app.test_window import child, step
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton

from gis_planner.paths import sample_data


def test_files_become_clusters_verdicts_and_a_sheet(open_window: OpenWindow, tmp_path: Path) -> None:
    driven = open_window()
    window = driven.window
    window.verbs.make_project(tmp_path / "安和县.gpkg", "安和县", "LN", "auto")
    driven.until(lambda: driven.document.project is not None)
    driven.idle()

    dialog = open_dialog(driven, sample_data("compounds.shp"), sample_data("base.gpkg"))
    assert dialog.take.isEnabled(), dialog.told.text()
    dialog.take.click()
    driven.until(lambda: not driven.document.writing and "roads" in driven.document.project.loaded)

    dialog = open_dialog(driven, sample_data("facilities_gcj02.csv"))
    choose(dialog, "import_datum", "gcj02")
    driven.until(lambda: dialog.take.isEnabled())
    dialog.take.click()
    driven.until(lambda: not driven.document.writing and "facilities" in driven.document.project.loaded)

    dialog = open_dialog(driven, sample_data("ledger.xlsx"))
    choose(dialog, "import_layer", "compounds")
    driven.until(lambda: dialog.take.isEnabled())
    dialog.take.click()
    driven.until(lambda: not driven.document.writing)
    households = driven.document.project.table("compounds")["households"]
    assert int(households.notna().sum()) > 70

    window.actions_["study"].trigger()
    driven.until(lambda: driven.document.results is not None)
    driven.idle()
    clusters = driven.document.results.clusters
    assert len(clusters) > 5
    assert len(driven.bench.tables.matrix.rows.rows) == len(clusters)
    assert set(window.header.workflow.states.values()) == {"done", "waiting"}
    kinds = [row.kind for row in driven.document.open_project.log()]
    assert kinds.count("SetClusters") == 1
    assert kinds[-1] == "SetClusters"

    step(driven, "export")
    page = driven.page()
    child(page, QLineEdit, "export_folder").setText(str(tmp_path / "out"))
    child(page, QComboBox, "export_clusters").setCurrentIndex(1)
    child(page, QLineEdit, "block_designer").setText("安和县规划设计院")
    child(page, QPushButton, "export_go").click()
    driven.until(lambda: driven.document.exported is not None)
    made = {path.suffix for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert made >= {".pdf", ".html", ".xlsx", ".gpkg"}
    assert window.preferences.title_block["designer"] == "安和县规划设计院"
