"""Text at sizes in points, on screen and paper, plain always: nothing that is drawn is read as markup."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from threading import get_ident

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from gis_planner.cartography.qt_setup import font_family
from gis_planner.cartography.style import points_mm

PAPER_PIXELS_PER_MM = 40.0


@lru_cache(maxsize=256)
def _font(pixels: int, bold: bool, _thread: int) -> QFont:
    """Give the shipped font at a size in pixels; one for each thread, because a font finds its glyphs for one only."""
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
        return _font(max(1, round(points_mm(points) * self._pixels)), bold, get_ident())

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

    def fit(self, text: str, width: float, points: float, bold: bool = False) -> str:
        """Shorten a text with … until it fits a width in mm."""
        text = one_line(text)
        if self.width(text, points, bold) <= width:
            return text
        low, high = 0, len(text)
        while low < high:  # the longest beginning that fits with the dots
            middle = (low + high + 1) // 2
            if self.width(text[:middle].rstrip() + "…", points, bold) <= width:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + "…" if self.width("…", points, bold) <= width else ""

    def wrap(self, text: str, width: float, points: float, *, most: int = 0, bold: bool = False) -> list[str]:
        """Break a text into lines of a width in mm; with `most` lines the last one ends in … where more would follow.

        Chinese breaks anywhere but before closing and after opening punctuation, other words break at spaces.
        """
        lines: list[str] = []
        line = ""
        for word in _words(one_line(text)):
            if line and self.width((line + word).rstrip(), points, bold) > width:
                lines.append(line.rstrip())
                line = ""
            line = line + word if line else word.lstrip(" ")
            while (
                self.width(line.rstrip(), points, bold) > width and len(line) > 1
            ):  # a word longer than the line
                cut = self._longest(line, width, points, bold)
                lines.append(line[:cut])
                line = line[cut:]
        if line.strip():
            lines.append(line.rstrip())
        if most and len(lines) > most:
            lines = [*lines[: most - 1], self.fit("".join(lines[most - 1 :]) + "…", width, points, bold)]
        return lines

    def _longest(self, text: str, width: float, points: float, bold: bool) -> int:
        return max((n for n in range(1, len(text)) if self.width(text[:n], points, bold) <= width), default=1)


_CLOSING = "，。；：、！？）》”’…%‰）)]},.;:!?~"
_OPENING = "（《“‘([{"


def _words(text: str) -> list[str]:
    """Cut a text into pieces that may not be broken."""
    words: list[str] = []
    for character in text:
        glued = words and (
            character in _CLOSING
            or words[-1][-1] in _OPENING
            or (character == " ")
            or (_is_latin(character) and _is_latin(words[-1][-1]))
        )
        if glued:
            words[-1] += character
        else:
            words.append(character)
    return words


def _is_latin(character: str) -> bool:
    return character == "\u00a0" or (not character.isspace() and ord(character) < 0x2E80)
