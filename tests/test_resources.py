"""What is drawn with: fonts, icons and Leaflet are whole, licensed and ask nobody for anything."""

from __future__ import annotations

import ast
import importlib
import itertools
import os
import re
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from defusedxml import ElementTree
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QByteArray, QRectF, QSizeF
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QFontInfo,
    QFontMetricsF,
    QGuiApplication,
    QIcon,
    QImage,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgRenderer

import gis_planner
from gis_planner.model.choices import FACILITY_KINDS
from gis_planner.paths import resource
from scripts.make_fonts import FORBIDDEN, repertoire

FAMILY = "Planner Sans SC"
STYLES = {"Regular": QFont.Weight.Normal, "Bold": QFont.Weight.Bold}
INK = (0x1B, 0x24, 0x30)
WHITE = (0xFF, 0xFF, 0xFF)

# fmt: off
ACTIONS = {
    "add_facility", "branch", "check", "chevron_down", "chevron_right", "close", "close_facility",
    "cluster", "compare", "compound", "error", "export", "eye", "eye_off", "filter", "folder", "help",
    "import", "info", "isochrone", "issue", "language", "layers", "lock", "map", "merge", "more",
    "move_compound", "move_facility", "new", "north_arrow", "not_applicable", "open", "outdated", "pan",
    "pipeline", "recent", "redo", "route", "run", "save", "scenario", "search", "select", "settings",
    "sheet", "split", "stop", "survey_complete", "table", "theme", "undo", "unlock", "warning",
    "zoom_full", "zoom_in", "zoom_out", "zoom_selection",
}
# fmt: on
ICON_FILES = sorted(resource("icons").rglob("*.svg"))
PACKAGE = Path(gis_planner.__file__).parent
TOML_FILES = sorted(resource().rglob("*.toml"))


@pytest.fixture(scope="module")
def families(qapp: QGuiApplication) -> dict[str, list[str]]:
    """Load both weights and give the families that Qt finds in each."""
    loaded = {}
    for style in STYLES:
        number = QFontDatabase.addApplicationFont(str(font_file(style)))
        loaded[style] = QFontDatabase.applicationFontFamilies(number)
    return loaded


def font_file(style: str) -> Path:
    return resource("fonts") / f"PlannerSansSC-{style}.otf"


def planner_font(style: str, pixels: int) -> QFont:
    font = QFont(FAMILY)
    font.setPixelSize(pixels)
    font.setWeight(STYLES[style])
    return font


def paint(icon: Path, *, size: int, margin: int = 0) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Paint an icon on a transparent ground and give its pixels, rows × columns × RGBA."""
    side = size + 2 * margin
    image = QImage(side, side, QImage.Format.Format_RGBA8888)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(icon)).render(painter, QRectF(margin, margin, size, size))
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(side, side, 4).copy()


def texts_of(value: object) -> Iterator[str]:
    """Go through every text in what a TOML file holds, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def shown_texts(path: Path) -> Iterator[str]:
    """Go through the texts of a module that are not its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def test_every_kind_of_facility_has_a_pictogram_and_no_other_has() -> None:
    drawn = {path.stem for path in resource("icons/facilities").iterdir()}
    assert drawn == {kind.id for kind in FACILITY_KINDS}


def test_the_actions_of_the_window_have_icons() -> None:
    assert {path.stem for path in resource("icons/actions").iterdir()} >= ACTIONS


@pytest.mark.parametrize("icon", ICON_FILES, ids=lambda path: path.stem)
def test_an_icon_is_drawn_by_plain_shapes_inside_its_square(qapp: QGuiApplication, icon: Path) -> None:
    root = ElementTree.parse(icon).getroot()
    assert {element.tag.rsplit("}")[-1] for element in root} <= {"path", "circle", "rect"}
    assert not any("style" in element.attrib or "class" in element.attrib for element in root.iter())
    assert QSvgRenderer(str(icon)).isValid()

    alpha = paint(icon, size=96, margin=12)[:, :, 3]
    inside = alpha[12:-12, 12:-12]
    assert inside.any()
    assert int(alpha.astype(int).sum()) == int(inside.astype(int).sum()), "something is painted outside"


@pytest.mark.parametrize(("folder", "colour"), [("facilities", WHITE), ("actions", INK)])
def test_icons_of_a_folder_have_one_colour_on_a_clear_ground(
    qapp: QGuiApplication, folder: str, colour: tuple[int, int, int]
) -> None:
    for icon in sorted(resource(f"icons/{folder}").iterdir()):
        pixels = paint(icon, size=48)
        full = pixels[pixels[:, :, 3] == 255]
        assert len(full) > 10, icon.stem
        assert (full[:, :3] == colour).all(), icon.stem
        covered = (pixels[:, :, 3] > 127).mean()
        assert 0.01 < covered < 0.75, icon.stem
        assert "#{:02X}{:02X}{:02X}".format(*colour) in icon.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["facilities", "actions"])
def test_icons_tell_each_other_apart_at_16_pixels(qapp: QGuiApplication, folder: str) -> None:
    painted = {
        icon.stem: paint(icon, size=16)[:, :, 3].astype(float) / 255
        for icon in sorted(resource(f"icons/{folder}").iterdir())
    }
    for (one, a), (other, b) in itertools.combinations(painted.items(), 2):
        assert np.abs(a - b).sum() / np.maximum(a, b).sum() > 0.08, f"{one} looks like {other}"


def test_a_recoloured_action_icon_keeps_its_shape(qapp: QGuiApplication) -> None:
    text = (resource("icons/actions") / "north_arrow.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(text.replace("#1B2430", "#E6EAF0").encode()))
    image = QImage(48, 48, QImage.Format.Format_RGBA8888)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(48, 48, 4)
    full = pixels[pixels[:, :, 3] == 255]
    assert len(full) > 10
    assert (full[:, :3] == (0xE6, 0xEA, 0xF0)).all()


def test_the_programs_icon_is_there_in_every_form(qapp: QGuiApplication) -> None:
    picture = QImage(str(resource("icons/app.png")))
    assert (picture.width(), picture.height()) == (256, 256)
    drawn = paint(resource("icons/app.svg"), size=256).astype(int)
    shown = picture.convertToFormat(QImage.Format.Format_RGBA8888)
    pixels = np.frombuffer(shown.constBits(), np.uint8).reshape(256, 256, 4).astype(int)
    assert np.abs(pixels - drawn).mean() < 1
    sizes = {size.width() for size in QIcon(str(resource("icons/app.ico"))).availableSizes()}
    assert {16, 24, 32, 48, 64, 128, 256} <= sizes


@pytest.mark.parametrize("style", STYLES)
def test_qt_finds_the_family_and_the_weight(families: dict[str, list[str]], style: str) -> None:
    assert families[style] == [FAMILY]
    assert style in QFontDatabase.styles(FAMILY)
    found = QFontInfo(planner_font(style, 20))
    assert found.family() == FAMILY
    assert found.weight() == STYLES[style]


@pytest.mark.parametrize("style", STYLES)
def test_a_font_holds_one_glyph_for_each_character_and_no_forbidden_ones(style: str) -> None:
    font = TTFont(font_file(style))
    characters = font.getBestCmap()
    assert characters.keys() == repertoire()
    assert not [point for point in characters if any(low <= point <= high for low, high in FORBIDDEN)]
    glyphs = [glyph for point, glyph in characters.items() if point != 0xA0]
    assert len(glyphs) == len(set(glyphs))
    assert "GSUB" not in font


@pytest.mark.parametrize("style", STYLES)
def test_the_marks_of_window_and_sheet_are_drawn(style: str) -> None:
    font = TTFont(font_file(style))
    glyphs, characters = font.getGlyphSet(), font.getBestCmap()
    for mark in "●◐✕▨—✓✔✗↻↺①⑩⑪⑳▣▢▸▾㎡㎥㏊²³°′″×÷±≤≥≈–“”〔〕·•…⌀→←↑↓％‰℃":
        pen = BoundsPen(glyphs)
        glyphs[characters[ord(mark)]].draw(pen)
        assert pen.bounds is not None, mark


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("path", TOML_FILES, ids=lambda path: path.stem)
def test_a_font_holds_every_character_that_the_program_says(style: str, path: Path) -> None:
    said = set("".join(texts_of(tomllib.loads(path.read_text(encoding="utf-8")))))
    held = {chr(point) for point in TTFont(font_file(style)).getBestCmap()} | set("\n\t")
    assert not said - held


@pytest.mark.parametrize("style", STYLES)
def test_a_font_holds_every_character_that_the_code_shows(style: str) -> None:
    held = {chr(point) for point in TTFont(font_file(style)).getBestCmap()}
    showing = [
        path for folder in ("app", "cartography", "model") for path in sorted((PACKAGE / folder).glob("*.py"))
    ]
    for path in showing:
        said = set("".join(shown_texts(path)))
        assert not {character for character in said if character.isprintable()} - held, path


@pytest.mark.parametrize("style", STYLES)
def test_figures_are_equally_wide(families: dict[str, list[str]], style: str) -> None:
    widths = QFontMetricsF(planner_font(style, 100))
    for figure in "0123456789":
        assert widths.horizontalAdvance(figure * 10) == widths.horizontalAdvance("0" * 10)


def test_the_fonts_are_small_and_licensed() -> None:
    for style in STYLES:
        assert font_file(style).stat().st_size < 5_000_000
        names = TTFont(font_file(style))["name"]
        assert names.getDebugName(1) == FAMILY
        assert "Open Font License" in names.getDebugName(13)
        reserved = [names.getDebugName(number) for number in (1, 3, 4, 6)]
        assert not any(word in text for text in reserved for word in ("Source", "Noto"))
    licence = (resource("fonts") / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font\nName 'Source'" in licence


def test_texts_of_a_pdf_are_found_as_they_were_written(
    families: dict[str, list[str]], tmp_path: Path
) -> None:
    lines = [
        "工业用地 便民服务中心 老旧小区 组团",
        "片区范围 生活圈 三合三整九有 乐养居 城市书房",
        "达标● 基本达标◐ 未达标✕ 未评估▨ 不涉及— 过期↻",
        "①②③⑩⑪⑳ 12.5㎡ 34°23′15″ 6×7÷8 ±0.5 ≤≥ 2–3",
        "宁政办〔2021〕17号 “组团” 组团 03 · 东关片区…",
        "Coverage 98.4 % within 1,000 m, CGCS2000 / 3° 111E",
    ]
    target = tmp_path / "sheet.pdf"
    writer = QPdfWriter(str(target))
    writer.setPageSize(QPageSize(QSizeF(297, 210), QPageSize.Unit.Millimeter))
    writer.setResolution(300)
    painter = QPainter(writer)
    for row, (style, line) in enumerate(itertools.product(STYLES, lines)):
        painter.setFont(planner_font(style, 60))
        painter.drawText(100, 150 + 120 * row, line)
    painter.end()

    with warnings.catch_warnings():
        # The bindings of this library are generated, and newer Pythons find fault with their classes.
        warnings.simplefilter("ignore", DeprecationWarning)
        pymupdf = importlib.import_module("pymupdf")
    with pymupdf.open(target) as document:
        page = document[0]
        written = page.get_text()
        embedded = {font[3].split("+")[-1]: font[1] for font in page.get_fonts()}
    assert [line.strip() for line in written.splitlines()] == lines * 2
    assert embedded.keys() == {"PlannerSansSC-Regular", "PlannerSansSC-Bold"}
    assert set(embedded.values()) <= {"ttf", "otf", "cff"}, "a font is named but not embedded"


def test_leaflet_is_whole_and_licensed() -> None:
    script = (resource("leaflet") / "leaflet.js").read_text(encoding="utf-8")
    assert "Leaflet 1.9.4" in script
    assert 't.version="1.9.4"' in script
    licence = (resource("leaflet") / "LICENSE").read_text(encoding="utf-8")
    assert "BSD 2-Clause License" in licence
    assert "Volodymyr Agafonkin" in licence


def test_leaflet_asks_nobody_for_anything_and_can_stand_inside_a_page() -> None:
    script = (resource("leaflet") / "leaflet.js").read_text(encoding="utf-8")
    style = (resource("leaflet") / "leaflet.css").read_text(encoding="utf-8")
    assert all(address.startswith("data:") for address in re.findall(r"url\(['\"]?([^)]*)", style))
    assert "@import" not in style
    assert "sourceMappingURL" not in script
    for text in (script, style):
        assert not re.search(r"</script|</style|<!--|\{\{|\{%|\{#", text)
    addresses = set(re.findall(r"https?://[^\"'\s)]+", script))
    # The name of a format, and the place where a click on the attribution leads.
    assert addresses <= {"http://www.w3.org/2000/svg", "https://leafletjs.com"}
