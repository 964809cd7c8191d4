"""A small card beside the hand: what is tried, what it breaks, and what every figure would become.

It is painted, not built of widgets, for it follows the cursor and may be another one at every movement.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPixmap

from gis_planner.app.theme import BASE_PX, SECOND_PX, SPACE, Theme, sized

Tone = Literal["text", "second", "ok", "warn_text", "danger"]
_WIDEST = 400.0
_AWAY = 18.0


@dataclass(frozen=True)
class Line:
    """One line of words; long ones are broken. `head` lines are bold."""

    text: str
    tone: Tone = "text"
    head: bool = False


@dataclass(frozen=True)
class Change:
    """One figure before and after, with an arrow between; `tone` says whether that is good."""

    name: str
    before: str
    after: str
    tone: Tone = "text"


@dataclass(frozen=True)
class Card:
    """Lines and changes, one below the other."""

    title: str
    parts: tuple[Line | Change, ...] = ()

    @property
    def text(self) -> str:
        """Everything that the card says, a line each."""
        told = [self.title]
        for part in self.parts:
            told.append(part.text if isinstance(part, Line) else f"{part.name} {part.before} → {part.after}")
        return "\n".join(told)


class CardPicture:
    """Paints cards: each is drawn once, and copied to wherever the hand goes."""

    def __init__(self) -> None:
        self._card: Card | None = None
        self._picture = QPixmap()

    def paint(
        self, painter: QPainter, card: Card, at: QPointF, room: QRectF, theme: Theme, font: QFont
    ) -> None:
        """Paint a card beside a place, kept inside `room`."""
        if card is not self._card:
            ratio = painter.device().devicePixelRatioF()
            self._card, self._picture = card, _draw_card(card, theme, font, ratio)
        size = self._picture.deviceIndependentSize()
        box = QRectF(at.x() + _AWAY, at.y() + _AWAY, size.width(), size.height())
        if box.right() > room.right() - 4:
            box.moveRight(at.x() - _AWAY)
        if box.bottom() > room.bottom() - 4:
            box.moveBottom(max(at.y() - _AWAY, room.top() + 4 + box.height()))
        box.moveLeft(max(box.left(), room.left() + 4))
        box.moveTop(max(box.top(), room.top() + 4))
        painter.drawPixmap(box.topLeft(), self._picture)


def _draw_card(card: Card, theme: Theme, font: QFont, ratio: float) -> QPixmap:
    small, strong = sized(font, SECOND_PX), sized(font, SECOND_PX, bold=True)
    bold = sized(font, BASE_PX, bold=True)
    widths = _columns(card, small)
    words = max([_width(bold, card.title), *_line_widths(card, small, strong)])
    inner = max(sum(widths), min(_WIDEST, words))
    pieces: list[tuple[Line | Change, QFont, float]] = [
        (Line(card.title, head=True), bold, _height(bold, card.title, inner) + 2)
    ]
    for part in card.parts:
        if isinstance(part, Change):
            pieces.append((part, small, QFontMetricsF(small).height() + 1))
        else:
            used = strong if part.head else small
            pieces.append((part, used, _height(used, part.text, inner) + (4 if part.head else 1)))
    height = sum(piece[2] for piece in pieces) + 2 * SPACE[1]
    box = QRectF(0.0, 0.0, float(math.ceil(inner + 2 * SPACE[2])), float(math.ceil(height)))
    picture = QPixmap(round(box.width() * ratio), round(box.height() * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("strong_line"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
    top, left = box.top() + SPACE[1], box.left() + SPACE[2]
    for part, used, tall in pieces:
        painter.setFont(used)
        if isinstance(part, Change):
            _paint_change(painter, part, QRectF(left, top, inner, tall), widths, theme)
        else:
            painter.setPen(theme.color(part.tone))
            down = 3 if part.head and used is strong else 0
            painter.drawText(QRectF(left, top + down, inner, tall), _WRAP, part.text)
        top += tall
    painter.end()
    return picture


_WRAP = int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWrapAnywhere)
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)


def _paint_change(
    painter: QPainter, part: Change, box: QRectF, widths: tuple[float, float, float, float], theme: Theme
) -> None:
    name, before, arrow, after = widths
    painter.setPen(theme.color("second"))
    painter.drawText(QRectF(box.left(), box.top(), name, box.height()), _MIDDLE, part.name)
    at = box.left() + name
    right = _MIDDLE | int(Qt.AlignmentFlag.AlignRight)
    painter.drawText(QRectF(at, box.top(), before - 4, box.height()), right, part.before)
    middle = _MIDDLE | int(Qt.AlignmentFlag.AlignHCenter)
    painter.drawText(QRectF(at + before, box.top(), arrow, box.height()), middle, "→")
    painter.setPen(theme.color(part.tone))
    painter.drawText(QRectF(at + before + arrow, box.top(), after + 8, box.height()), _MIDDLE, part.after)


def _columns(card: Card, font: QFont) -> tuple[float, float, float, float]:
    changes = [part for part in card.parts if isinstance(part, Change)]
    if not changes:
        return (0.0, 0.0, 0.0, 0.0)
    return (
        max(_width(font, c.name) for c in changes) + 14,
        max(_width(font, c.before) for c in changes) + 6,
        22.0,
        max(_width(font, c.after) for c in changes) + 6,
    )


def _line_widths(card: Card, font: QFont, strong: QFont) -> list[float]:
    return [_width(strong if part.head else font, part.text) for part in card.parts if isinstance(part, Line)]


def _width(font: QFont, text: str) -> float:
    return float(QFontMetricsF(font).horizontalAdvance(text)) + 1.0


def _height(font: QFont, text: str, width: float) -> float:
    box = QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 10_000), _WRAP, text)
    return float(box.height())
