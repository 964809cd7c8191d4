"""Pictures of maps and sheets, for screens, reports and tests."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QImage, QImageWriter, QPainter

from gis_planner.cartography.paint_scene import MapPainter
from gis_planner.cartography.paint_sheet import paint_sheet
from gis_planner.cartography.qt_setup import ensure_qt
from gis_planner.cartography.scene_values import Scene
from gis_planner.cartography.sheet_values import Sheet
from gis_planner.cartography.view import View
from gis_planner.errors import ExportError
from gis_planner.messages import Message

_MM_PER_INCH = 25.4


def draw_map(scene: Scene, view: View, *, visible: Collection[str] | None = None) -> QImage:
    """Draw a view of a scene; the picture has the view's size in pixels."""
    ensure_qt()
    image = _blank(round(view.width), round(view.height), 1.0 / view.unit_mm)
    painter = QPainter(image)
    try:
        MapPainter(scene).paint(painter, view, visible=visible)
    finally:
        painter.end()
    return image


def draw_sheet(sheet: Sheet, *, dpi: float = 150.0) -> QImage:
    """Draw a sheet at a resolution."""
    ensure_qt()
    per_mm = dpi / _MM_PER_INCH
    image = _blank(round(sheet.template.width_mm * per_mm), round(sheet.template.height_mm * per_mm), per_mm)
    painter = QPainter(image)
    try:
        painter.scale(per_mm, per_mm)
        paint_sheet(painter, sheet)
    finally:
        painter.end()
    return image


def export_map_png(scene: Scene, view: View, path: Path, *, visible: Collection[str] | None = None) -> None:
    """Write a picture of a map; ExportError when it cannot be written."""
    _save(draw_map(scene, view, visible=visible), path)


def export_sheet_png(sheet: Sheet, path: Path, *, dpi: float = 150.0) -> None:
    """Write a picture of a sheet; ExportError when it cannot be written."""
    _save(draw_sheet(sheet, dpi=dpi), path)


def _blank(width: int, height: int, pixels_per_mm: float) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0xFFFFFFFF)
    image.setDotsPerMeterX(round(pixels_per_mm * 1000.0))
    image.setDotsPerMeterY(round(pixels_per_mm * 1000.0))
    return image


def _save(image: QImage, path: Path) -> None:
    # A writer, because the path may be a temporary one whose ending does not tell the format.
    if not QImageWriter(str(path), QByteArray(b"png")).write(image):
        raise ExportError(Message("maps.cannot_write", file=path.name), Message("maps.cannot_write_remedy"))
