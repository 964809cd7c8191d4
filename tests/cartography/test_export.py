from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from cartography.town import COMPOUNDS, make_project, make_results
from PySide6.QtGui import QImage

from gis_planner.cartography.export_pdf import export_sheet_pdf, export_sheets_pdf
from gis_planner.cartography.export_png import export_map_png, export_sheet_png
from gis_planner.cartography.qt_setup import FAMILY, font_family, missing_characters
from gis_planner.cartography.scene import build_scene
from gis_planner.cartography.sheet import (
    Sheet,
    SheetFacts,
    compose_cluster_sheet,
    compose_overview_sheet,
    compose_review_sheet,
)
from gis_planner.cartography.sheet_layout import lay_out
from gis_planner.cartography.view import View
from gis_planner.errors import ExportError
from gis_planner.messages import Catalogue, Language
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.progress import SILENT

pytestmark = pytest.mark.usefixtures("qt")
PT_PER_MM = 72 / 25.4
HOSTILE = ("{{7*7}}", "<img src=x onerror=alert(1)>", "${jndi:ldap://x}", "=1+1", "<b>粗</b>")
LONG = "洛阳市洛宁县城关镇永宁大道与凤翼路交叉口东北角原县农业机械化技术推广服务中心家属院"


def all_sheets(
    project: Project, results: Results, catalogue: Catalogue, language: Language = "zh"
) -> list[Sheet]:
    keys = frozenset(build_scene(project, results).keys)
    facts = SheetFacts(designer="宁川县规划设计院", date="2024-06-18", visible=keys)
    cluster = results.clusters[0].id
    return [
        compose_cluster_sheet(project, results, cluster, facts=facts, catalogue=catalogue, language=language),
        compose_overview_sheet(project, results, facts=facts, catalogue=catalogue, language=language),
        compose_review_sheet(project, results, cluster, facts=facts, catalogue=catalogue, language=language),
    ]


@pytest.fixture
def sheets(town: Project, studied: Results, catalogue: Catalogue) -> list[Sheet]:
    return all_sheets(town, studied, catalogue)


def text_of(path: Path) -> str:
    with pymupdf.open(path) as document:
        return "\n".join(page.get_text() for page in document)


def test_chinese_can_be_searched_and_copied(sheets: list[Sheet], tmp_path: Path) -> None:
    path = tmp_path / "sheets.pdf"
    export_sheets_pdf(sheets, path)
    text = text_of(path)
    for wanted in ("东关片区", "永宁片区", "便民服务中心", "组团连片总图", "宁川县老旧小区组团连片改造",
                   "农机公司家属院", "联合审查意见", "内部用图", "工商局家属院"):  # fmt: skip
        assert wanted in text, wanted


def test_the_file_is_pdf_1_6_a3_with_embedded_fonts_and_the_fingerprint(
    sheets: list[Sheet], studied: Results, tmp_path: Path
) -> None:
    path = tmp_path / "sheets.pdf"
    export_sheets_pdf(sheets, path)
    assert path.read_bytes().startswith(b"%PDF-1.6")
    with pymupdf.open(path) as document:
        assert document.page_count == 3
        for page in document:
            assert (page.rect.width / PT_PER_MM, page.rect.height / PT_PER_MM) == pytest.approx(
                (420, 297), abs=0.5
            )
            fonts = {font[3]: font[1] for font in page.get_fonts()}
            assert fonts
            assert all("PlannerSansSC" in name and kind != "n/a" for name, kind in fonts.items())
            assert not page.get_images()  # lines and letters, no pictures
        assert studied.fingerprint in document.get_xml_metadata()
        assert studied.standard.sha256 in document.get_xml_metadata()


def boxes_of(page: Any) -> list[tuple[str, Any]]:
    """The words of a page with their boxes in mm, without the empty room above and below letters.

    Turned words are told by their direction and left to the eye.
    """
    found = []
    for block in page.get_text("dict")["blocks"]:
        for line in block.get("lines", ()):
            if line["dir"] == (1.0, 0.0):
                for span in line["spans"]:
                    x0, _, x1, _ = (value / PT_PER_MM for value in span["bbox"])
                    base, size = span["origin"][1] / PT_PER_MM, span["size"] / PT_PER_MM
                    if span["text"].strip():
                        found.append(
                            (span["text"], pymupdf.Rect(x0, base - size * 0.72, x1, base + size * 0.02))
                        )
    return found


def check_layout(sheet: Sheet, page: Any) -> None:
    places = lay_out(sheet.template)
    frame = places.frame
    words = boxes_of(page)
    assert len(words) > 60
    for text, box in words:
        assert box.x0 >= frame.x and box.x1 <= frame.right, text  # noqa: PT018 - one statement about one box
        assert box.y0 >= frame.y and box.y1 <= frame.bottom, text  # noqa: PT018 - one statement about one box
    panels = (places.column, places.title_block)
    if sheet.window is not None:
        panels += (places.notes, places.sign_off)
    for place in panels:
        own = [(text, box) for text, box in words if place.x <= (box.x0 + box.x1) / 2 < place.right
               and place.y <= (box.y0 + box.y1) / 2 < place.bottom]  # fmt: skip
        for text, box in own:
            assert box.x0 >= place.x - 0.05 and box.x1 <= place.right + 0.05, (place, text)  # noqa: PT018 - as above
    outside = [w for w in words if sheet.window is None or not _within(places.map, w[1])]
    for n, (text, box) in enumerate(outside):
        for other, beside in outside[:n]:
            common = box & beside
            assert common.is_empty or common.width < 0.3 or common.height < 0.3, (text, other)


def _within(place: Any, box: Any) -> bool:
    return bool(place.x <= box.x0 and box.x1 <= place.right and place.y <= box.y0 and box.y1 <= place.bottom)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("names", ["short", "long", "unknown", "many"])
def test_no_text_leaves_its_place_or_touches_another(
    language: Language, names: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    project = make_project(tuple(LONG + str(n) for n in range(12)) if names == "long" else COMPOUNDS)
    results = make_results(project)
    if names == "long":
        project = replace(project, title=LONG * 2)
        clusters = tuple(replace(c, name=LONG[:34], township=LONG) for c in results.clusters)
        verdicts = tuple(
            replace(v, evidence={**v.evidence, "reason": LONG * 4}) if v.status == "not_applicable" else v
            for v in results.verdicts
        )
        results = replace(results, clusters=clusters, verdicts=verdicts)
        dated = tuple(replace(project.sources[0], layer=layer, data_date=f"2024-{n + 1:02d}-11")
                      for n, layer in enumerate(sorted(project.loaded)[:12]))  # fmt: skip
        project = replace(project, sources=dated)
    elif names == "unknown":
        doubt = {"doubt": {"code": "not_loaded", "layer": "poles"}}
        verdicts = tuple(
            replace(v, status="not_assessed", value=None, evidence=doubt) for v in results.verdicts
        )
        clusters = tuple(
            replace(
                c,
                households=0,
                households_unknown=8,
                walk_diameter_m=None,
                township=None,
                score=None,
                assessed=0,
            )
            for c in results.clusters
        )
        results = replace(results, verdicts=verdicts, clusters=clusters)
    elif names == "many":
        results = replace(results, clusters=tuple(
            replace(results.clusters[n % 2], id=f"Z{n + 1:02d}", number=n + 1, name=f"第{n + 1}片区") for n in range(60)
        ))  # fmt: skip
    path = tmp_path / "sheets.pdf"
    sheets = all_sheets(project, results, catalogue, language)
    export_sheets_pdf(sheets, path)
    with pymupdf.open(path) as document:
        for sheet, page in zip(sheets, document, strict=True):
            check_layout(sheet, page)


def test_names_that_look_like_programs_are_printed_as_they_are(catalogue: Catalogue, tmp_path: Path) -> None:
    project = make_project((*HOSTILE, *COMPOUNDS[5:]), title="{{7*7}} <script>")
    path = tmp_path / "sheets.pdf"
    export_sheets_pdf(all_sheets(project, make_results(project), catalogue), path)
    text = text_of(path)
    for name in (*HOSTILE, "{{7*7}} <script>"):
        assert name in text, name
    assert "49" not in [word for word in text.split() if len(word) == 2]


def test_the_shipped_font_draws_everything_that_a_sheet_says(sheets: list[Sheet]) -> None:
    assert font_family() == FAMILY
    assert missing_characters(text for sheet in sheets for text in sheet.texts()) == ""


def test_a_character_that_the_font_lacks_is_told_before_drawing(
    town: Project, studied: Results, catalogue: Catalogue, tmp_path: Path
) -> None:
    clusters = (replace(studied.clusters[0], name="𠮷庄片区"), *studied.clusters[1:])
    sheet = compose_overview_sheet(
        town, replace(studied, clusters=clusters), facts=SheetFacts(), catalogue=catalogue
    )
    path = tmp_path / "sheet.pdf"
    with pytest.raises(ExportError) as found:
        export_sheet_pdf(sheet, path)
    assert "U+20BB7" in catalogue.text(found.value.problem)
    assert not path.exists()


def test_a_folder_that_is_not_there_is_told(sheets: list[Sheet], tmp_path: Path) -> None:
    with pytest.raises(ExportError):
        export_sheet_pdf(sheets[0], tmp_path / "nowhere" / "sheet.pdf")


def test_an_export_can_be_cancelled_between_sheets(sheets: list[Sheet], tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    class Stopper:
        def report(self, share: float, doing: object) -> None:
            if share > 0.3:
                raise Stop

    with pytest.raises(Stop):
        export_sheets_pdf(sheets, tmp_path / "sheets.pdf", progress=Stopper())
    export_sheets_pdf(sheets, tmp_path / "sheets.pdf", progress=SILENT)


def test_pictures_are_written_with_their_resolution(sheets: list[Sheet], tmp_path: Path) -> None:
    export_sheet_png(sheets[0], tmp_path / "sheet.png", dpi=72)
    image = QImage(str(tmp_path / "sheet.png"))
    assert (image.width(), image.height()) == (1191, 842)
    assert image.dotsPerMeterX() == pytest.approx(72 / 0.0254, abs=1)


def test_a_picture_that_cannot_be_written_is_told(town: Project, tmp_path: Path) -> None:
    scene = build_scene(town, None)
    assert scene.extent is not None
    with pytest.raises(ExportError):
        export_map_png(scene, View.fitted(scene.extent, 60, 40), tmp_path / "nowhere" / "map.png")
