"""Sheets as a vector PDF whose text can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from PySide6.QtCore import QFile, QFileDevice, QIODevice, QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter

from gis_planner.cartography.paint_scene import MapPainter
from gis_planner.cartography.paint_sheet import paint_sheet
from gis_planner.cartography.qt_setup import ensure_qt, missing_characters
from gis_planner.cartography.sheet_values import Sheet
from gis_planner.errors import ExportError
from gis_planner.messages import Message
from gis_planner.progress import SILENT, Progress

_DPI = 1200
_MM_PER_INCH = 25.4


def export_sheet_pdf(sheet: Sheet, path: Path, *, progress: Progress = SILENT) -> None:
    """Write one sheet as a PDF; see `export_sheets_pdf`."""
    export_sheets_pdf([sheet], path, progress=progress)


def export_sheets_pdf(sheets: Sequence[Sheet], path: Path, *, progress: Progress = SILENT) -> None:
    """Write sheets as the pages of one PDF (1.6, fonts embedded) at a path that the caller replaces with care.

    Raises ExportError when the font lacks a character that a sheet asks for (the text would be missing without any
    error), or when the file cannot be written.
    """
    ensure_qt()
    check_characters(sheets)
    file = QFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise _cannot_write(path)
    try:
        _write(sheets, file, progress, path)
    finally:
        file.close()
    if file.error() != QFileDevice.FileError.NoError or path.stat().st_size == 0:
        raise _cannot_write(path)  # the disk is full
    progress.report(1.0, Message("maps.exported", n=len(sheets)))


def _write(sheets: Sequence[Sheet], file: QFile, progress: Progress, path: Path) -> None:
    writer = QPdfWriter(file)
    writer.setPdfVersion(QPdfWriter.PdfVersion.PdfVersion_1_6)
    writer.setResolution(_DPI)
    first = sheets[0]
    writer.setTitle(first.metadata.get("title", "") if len(sheets) == 1 else first.subtitle)
    writer.setCreator("gis_planner")
    size = QPageSize(QSizeF(first.template.height_mm, first.template.width_mm), QPageSize.Unit.Millimeter)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Landscape, QMarginsF(0.0, 0.0, 0.0, 0.0)))
    writer.setDocumentXmpMetadata(_xmp(sheets).encode("utf-8"))
    painter = QPainter()
    if not painter.begin(writer):
        raise _cannot_write(path)
    try:
        maps: MapPainter | None = None
        for number, sheet in enumerate(sheets):
            progress.report(number / len(sheets), Message("maps.exporting", title=sheet.title))
            if number and not writer.newPage():
                raise _cannot_write(path)
            painter.save()
            painter.scale(_DPI / _MM_PER_INCH, _DPI / _MM_PER_INCH)
            maps = MapPainter(sheet.scene, maps) if sheet.scene is not None else maps
            paint_sheet(painter, sheet, maps if sheet.scene is not None else None)
            painter.restore()
    finally:
        painter.end()


def check_characters(sheets: Sequence[Sheet]) -> None:
    """Make sure that the font can draw every text of the sheets; ExportError names the characters that it lacks."""
    lacking = missing_characters(text for sheet in sheets for text in sheet.texts())
    if lacking:
        codes = [f"{character} U+{ord(character):04X}" for character in lacking[:12]]
        raise ExportError(Message("maps.no_glyph", characters=codes), Message("maps.no_glyph_remedy"))


def _cannot_write(path: Path) -> ExportError:
    return ExportError(Message("maps.cannot_write", file=path.name), Message("maps.cannot_write_remedy"))


def _xmp(sheets: Sequence[Sheet]) -> str:
    """Describe the file for other programs: titles, the study's fingerprint in full, the rule pack with its hash."""
    first = sheets[0].metadata
    titles = "; ".join(sheet.metadata.get("title", "") for sheet in sheets)
    own = "".join(f"<planner:{name}>{escape(first.get(name, ''))}</planner:{name}>"
                  for name in ("fingerprint", "pack", "pack_version", "pack_sha256", "crs"))  # fmt: skip
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:planner="urn:gis-planner:sheet">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(titles)}</rdf:li></rdf:Alt></dc:title>'
        f"<pdf:Keywords>fingerprint {escape(first.get('fingerprint', ''))}</pdf:Keywords>"
        f"{own}</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="w"?>'
    )
