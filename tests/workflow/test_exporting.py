"""What leaves the program: whole files under safe names, of results that are up to date, or nothing."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pymupdf
import pytest
from workflow.small_project import small_project

from gis_planner.errors import Cancelled, ExportError
from gis_planner.io.read_file import ReadOptions
from gis_planner.messages import Message
from gis_planner.model.edits import NameCluster, SetClusters, SetRule
from gis_planner.workflow import exporting
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.exporting import OUTPUTS, export, file_name
from gis_planner.workflow.importing import read_for_import, store_imports
from gis_planner.workflow.open_project import OpenProject, new_project, open_project
from gis_planner.workflow.studying import run_study, study

NAME = "东关片区"
HOSTILE = "<img src=x onerror=alert(1)> {{7*7}} ${x} =1+1"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenProject]:
    """Three compounds in a row, two of them a cluster."""
    project = small_project(tmp_path / "p.gpkg")
    row = {"id": "Z01", "number": 1, "name": NAME, "members": ["C1", "C2"]}
    apply_edits(project, [SetClusters((row,), {})])
    yield project
    project.close()


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder).as_posix()) for path in folder.rglob("*") if path.is_file())


def text_of(path: Path) -> str:
    with closing(pymupdf.open(path)) as document:
        return "\n".join(page.get_text() for page in document)


class Reports:
    """Remembers what was reported; stops at a share when told to."""

    def __init__(self, stop_at: float = 2.0) -> None:
        self.shares: list[float] = []
        self.stop_at = stop_at

    def report(self, share: float, doing: Message) -> None:
        self.shares.append(share)
        if share >= self.stop_at:
            raise Cancelled


def test_everything_is_written_in_order_under_steady_names(opened: OpenProject, tmp_path: Path) -> None:
    out, reports = tmp_path / "out", Reports()
    files = export(opened, run_study(opened.project), out, what=OUTPUTS, progress=reports)
    expected = [
        "sheets/ZT-00-01_总图.pdf",
        f"sheets/ZT-01-01_{NAME}.pdf",
        "map.html",
        "ledger.xlsx",
        "results.gpkg",
    ]
    assert [path.relative_to(out).as_posix() for path in files] == expected
    assert names(out) == sorted(expected), "nothing else is left in the folder"
    assert reports.shares == sorted(reports.shares)
    assert reports.shares[-1] == 1.0


def test_every_output_carries_the_same_fingerprint(opened: OpenProject, tmp_path: Path) -> None:
    results = run_study(opened.project)
    files = {path.name: path for path in export(opened, results, tmp_path / "out", what=OUTPUTS)}
    assert results.fingerprint[:12] in text_of(files["ZT-00-01_总图.pdf"])
    assert results.fingerprint in files["map.html"].read_text(encoding="utf-8")
    with closing(openpyxl.load_workbook(files["ledger.xlsx"])) as book:
        assert results.fingerprint in [cell.value for row in book["说明"].iter_rows() for cell in row]
    with closing(sqlite3.connect(files["results.gpkg"])) as connection:
        assert connection.execute("SELECT fingerprint, scenario FROM meta").fetchall() == [
            (results.fingerprint, "main")
        ]


def test_a_clusters_file_holds_its_sheet_and_its_grounds(opened: OpenProject, tmp_path: Path) -> None:
    files = export(opened, run_study(opened.project), tmp_path / "out", what=["sheets"], clusters=["Z01"])
    assert [path.name for path in files] == [f"ZT-01-01_{NAME}.pdf"], "no overview when clusters are named"
    with closing(pymupdf.open(files[0])) as document:
        assert document.page_count == 2
        first, second = (page.get_text() for page in document)
    assert NAME in first
    assert "便民服务中心" in first
    assert "ZT-01-02" in second


def test_results_of_an_earlier_state_are_refused(opened: OpenProject, tmp_path: Path) -> None:
    results = run_study(opened.project)
    apply_edits(opened, [SetRule("limit_m", 800)])
    with pytest.raises(ExportError) as told:
        export(opened, results, tmp_path / "out", what=["xlsx"])
    assert told.value.problem.key == "outputs.out_of_date"
    assert not (tmp_path / "out").exists()


def test_unknown_outputs_and_clusters_are_refused(opened: OpenProject, tmp_path: Path) -> None:
    results = run_study(opened.project)
    for given, key in (
        ({"what": ["paper"]}, "outputs.unknown_output"),
        ({"what": []}, "outputs.unknown_output"),
        ({"what": ["sheets"], "clusters": ["Z77"]}, "maps.no_cluster"),
    ):
        with pytest.raises(ExportError) as told:
            export(opened, results, tmp_path / "out", **given)  # type: ignore[arg-type]
        assert told.value.problem.key == key
    assert not (tmp_path / "out").exists()


def test_a_character_that_the_font_lacks_stops_it_before_anything_is_written(
    opened: OpenProject, tmp_path: Path
) -> None:
    apply_edits(opened, [NameCluster("Z01", "笑脸\U0001f600片区", 1)])
    with pytest.raises(ExportError) as told:
        export(opened, run_study(opened.project), tmp_path / "out", what=OUTPUTS)
    assert told.value.problem.key == "maps.no_glyph"
    assert names(tmp_path / "out") == []


def test_a_full_disk_is_told_before_anything_is_written(
    opened: OpenProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr(exporting.shutil, "disk_usage", lambda folder: Usage)
    with pytest.raises(ExportError) as told:
        export(opened, run_study(opened.project), tmp_path / "out", what=["xlsx"])
    assert told.value.problem.key == "outputs.disk_full"
    assert names(tmp_path / "out") == []


@pytest.mark.parametrize("stop_at", [0.05, 0.4, 0.65, 0.8, 0.9])
def test_stopped_midway_every_file_is_whole_or_as_it_was(
    opened: OpenProject, tmp_path: Path, stop_at: float
) -> None:
    out, results = tmp_path / "out", run_study(opened.project)
    whole = export(opened, results, tmp_path / "whole", what=OUTPUTS)
    (out / "sheets").mkdir(parents=True)
    for path in whole:
        (out / path.relative_to(tmp_path / "whole")).write_bytes(b"old")
    with pytest.raises(Cancelled):
        export(opened, results, out, what=OUTPUTS, progress=Reports(stop_at))
    sizes = {path.relative_to(tmp_path / "whole").as_posix(): path.stat().st_size for path in whole}
    for name in names(out):
        body = (out / name).read_bytes()
        assert body == b"old" or abs(len(body) - sizes[name]) < 200, name
    assert names(out) == sorted(sizes)
    assert any((out / name).read_bytes() == b"old" for name in sizes)


def test_a_sheet_that_cannot_be_written_is_told_by_its_own_name(
    opened: OpenProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(pages: object, path: Path, *, progress: object) -> None:
        raise ExportError(Message("maps.cannot_write", file=path.name), Message("maps.cannot_write_remedy"))

    monkeypatch.setattr(exporting, "export_sheets_pdf", full)
    with pytest.raises(ExportError) as told:
        export(opened, run_study(opened.project), tmp_path / "out", what=["sheets"])
    assert told.value.problem.values["file"] == "ZT-00-01_总图.pdf"
    assert names(tmp_path / "out") == []


def test_names_are_safe_on_every_system() -> None:
    assert file_name("东关片区") == "东关片区"
    assert file_name('a<b>:"c/d\\e|f?g*h') == "a_b_c_d_e_f_g_h"
    assert file_name("../../etc/passwd") == ".._.._etc_passwd"
    assert file_name("  尾点. . ") == "尾点"
    assert file_name("") == "_"
    assert file_name("\x00\x1f") == "_"
    assert len(file_name("长" * 300)) == 60


def test_hostile_names_stay_text_in_every_output(opened: OpenProject, tmp_path: Path) -> None:
    apply_edits(opened, [NameCluster("Z01", HOSTILE, 1)])
    out = tmp_path / "out"
    files = export(opened, run_study(opened.project), out, what=OUTPUTS)
    sheet = next(path for path in files if path.name.startswith("ZT-01-01"))
    assert re.fullmatch(r"[^<>:\"/\\|?*]+\.pdf", sheet.name)
    assert sheet.parent == out / "sheets"
    assert "{{7*7}}" in re.sub(r"\s", "", text_of(sheet))
    page = (out / "map.html").read_text(encoding="utf-8")
    assert "<img src=x" not in page
    assert (
        json.dumps(HOSTILE, ensure_ascii=False)[1:-1].replace("<", "\\u003c").replace(">", "\\u003e") in page
    )
    with closing(openpyxl.load_workbook(out / "ledger.xlsx")) as book:
        cell = book["组团"]["B2"]
        assert (cell.value, cell.data_type) == (HOSTILE, "s")


def test_english_outputs_speak_english(opened: OpenProject, tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = export(opened, run_study(opened.project), out, what=OUTPUTS, language="en")
    assert files[0].name == "ZT-00-01_overview.pdf"
    with closing(openpyxl.load_workbook(out / "ledger.xlsx")) as book:
        assert book.sheetnames[0] == "About"
    assert '<html lang="en">' in (out / "map.html").read_text(encoding="utf-8")


def test_again_into_the_same_folder_it_replaces(opened: OpenProject, tmp_path: Path) -> None:
    out, results = tmp_path / "out", run_study(opened.project)
    export(opened, results, out, what=["html", "xlsx", "data"])
    first = {name: (out / name).read_bytes() for name in names(out)}
    export(opened, results, out, what=["html", "xlsx", "data"])
    assert {name: (out / name).read_bytes() for name in names(out)} == first


def test_sheets_and_map_of_the_sample_name_what_they_show(sample: Path, tmp_path: Path) -> None:
    with closing(open_project(sample)) as town:
        results = run_study(town.project)
        shown = (results.clusters[0], results.clusters[-1])
        files = export(
            town, results, tmp_path / "out", what=["sheets", "html"], clusters=[c.id for c in shown]
        )
    assert len(files) == 3
    for cluster, path in zip(shown, files[:2], strict=True):
        assert path.name == f"ZT-{cluster.number:02d}-01_{cluster.name}.pdf"
        said = re.sub(r"\s", "", text_of(path))
        assert cluster.name in said
        assert "便民服务中心" in said
    page = files[2].read_text(encoding="utf-8")
    assert all(cluster.name in page for cluster in results.clusters)
    assert len(page) < 3_000_000


def test_a_town_without_compounds_has_its_outputs_too(shared: Path, tmp_path: Path) -> None:
    with closing(new_project(tmp_path / "p.gpkg")) as town:
        store_imports(town, read_for_import(shared / "guixi_county_town.osm.gz", ReadOptions(), town))
        results = study(town).results
        files = export(town, results, tmp_path / "out", what=OUTPUTS)
        assert [path.name for path in files] == [
            "ZT-00-01_总图.pdf",
            "map.html",
            "ledger.xlsx",
            "results.gpkg",
        ]
    page = (tmp_path / "out" / "map.html").read_text(encoding="utf-8")
    assert "© OpenStreetMap contributors, ODbL" in page
    assert "OpenStreetMap" in text_of(files[0])


def test_facts_from_the_title_block_reach_the_outputs(opened: OpenProject, tmp_path: Path) -> None:
    facts: Any = replace(exporting.SheetFacts(), title="二期工程", public=True)
    out = tmp_path / "out"
    export(opened, run_study(opened.project), out, what=["sheets", "html"], facts=facts)
    page = (out / "map.html").read_text(encoding="utf-8")
    assert "二期工程" in page
    assert '"public":true' in page
    assert "二期工程" in text_of(out / "sheets" / "ZT-00-01_总图.pdf")
