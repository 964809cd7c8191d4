"""Text at sizes in points, on screen and paper, plain always: nothing that is drawn is read as markup."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from gis_planner.cartography.qt_setup import font_family
from gis_planner.cartography.style import points_mm

PAPER_PIXELS_PER_MM = 40.0


@lru_cache(maxsize=64)
def font_of(pixels: int, bold: bool) -> QFont:
    """Give the shipped font at a size in pixels."""
    font = QFont(font_family())
    font.setPixelSize(pixels)
    font.setBold(bold)
    font.setKerning(True)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


@lru_cache(maxsize=4096)
def one_line(text: str) -> str:
    """Give a text as one line: breaks become spaces; invisible and direction marks, which could hide a name, go."""
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cf", "Cs"))


class Typesetter:
    """Measures and draws text with a painter whose unit is a millimetre.

    `pixels_per_mm` is the fineness of a font's own pixels: the screen's resolution on a screen, finer on paper.
    """

    def __init__(self, pixels_per_mm: float = PAPER_PIXELS_PER_MM) -> None:
        self._pixels = pixels_per_mm

    def font(self, points: float, bold: bool = False) -> QFont:
        """Give the font of a size in points."""
        return font_of(max(1, round(points_mm(points) * self._pixels)), bold)

    def width(self, text: str, points: float, bold: bool = False) -> float:
        """Give the width of a text in mm."""
        return QFontMetricsF(self.font(points, bold)).horizontalAdvance(one_line(text)) / self._pixels

    def ascent(self, points: float, bold: bool = False) -> float:
        """Give the height of a capital or a Chinese character above the base line in mm."""
        return points_mm(points) * 0.86

    def draw(
        self,
        painter: QPainter,
        x: float,
        y: float,
        text: str,
        points: float,
        colour: str,
        *,
        bold: bool = False,
        anchor: float = 0.0,
        halo: str = "",
        halo_mm: float = 0.55,
    ) -> None:
        """Draw one line of text, its base line at y; `anchor` is the share of its width left of x (0.5: centred)."""
        text = one_line(text)
        if not text:
            return
        font = self.font(points, bold)
        painter.save()
        painter.translate(x, y)
        painter.scale(1.0 / self._pixels, 1.0 / self._pixels)
        left = -anchor * QFontMetricsF(font).horizontalAdvance(text)
        if halo:
            outline = QPainterPath()
            outline.addText(QPointF(left, 0.0), font, text)
            pen = QPen(QColor(halo), 2.0 * halo_mm * self._pixels)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(outline, pen)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(QPointF(left, 0.0), text)
        painter.restore()

    def draw_middle(
        self,
        painter: QPainter,
        x: float,
        y: float,
        text: str,
        points: float,
        colour: str,
        *,
        bold: bool = False,
        anchor: float = 0.5,
        halo: str = "",
    ) -> None:
        """Draw one line of text with its middle at y."""
        self.draw(
            painter,
            x,
            y + self.ascent(points) * 0.44,
            text,
            points,
            colour,
            bold=bold,
            anchor=anchor,
            halo=halo,
        )
