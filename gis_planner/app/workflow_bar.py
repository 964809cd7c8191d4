"""The six steps of the work in the header: what is done, where one is, what is out of date and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gis_planner.app.texts import tip
from gis_planner.app.theme import BASE_PX, Theme, sized

_HEIGHT = 34
_GAP = 18
_NUMBERS = "①②③④⑤⑥"
_SIGNS = {"done": "✓", "stale": "↻", "waiting": ""}


class WorkflowBar(QWidget):
    """Shows the steps; a click on one goes there (`chosen`)."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._steps: list[tuple[str, str, str, str]] = []
        self._here = ""
        self._short = False
        self._under = -1
        self._places: list[QRect] = []
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setObjectName("workflow")

    def show_steps(self, steps: Sequence[tuple[str, str, str, str]], here: str) -> None:
        """Show the steps (key, title, state, reason) and which of them is open."""
        if list(steps) != self._steps or here != self._here:
            self._steps, self._here = list(steps), here
            self._arrange()
            self.setAccessibleName(
                " · ".join(f"{title} {_SIGNS[state]} {reason}" for _, title, state, reason in steps)
            )
            self.updateGeometry()
            self.update()

    def shorten(self, short: bool) -> None:
        """Show the numbers alone, except for the open step (its tip and name stay), or every title again."""
        if short != self._short:
            self._short = short
            self._arrange()
            self.updateGeometry()
            self.update()

    def _words(self, at: int) -> str:
        key, title, *_ = self._steps[at]
        return _NUMBERS[at] if self._short and key != self._here else f"{_NUMBERS[at]} {title}"

    @property
    def states(self) -> dict[str, str]:
        """The state of every step that is shown."""
        return {key: state for key, _, state, _ in self._steps}

    @property
    def here(self) -> str:
        """The step that is open."""
        return self._here

    def place(self, key: str) -> QRect:
        """Give where a step stands in the bar."""
        return next(place for (name, *_), place in zip(self._steps, self._places, strict=True) if name == key)

    def _arrange(self) -> None:
        metrics = QFontMetrics(sized(self.font(), BASE_PX, bold=True))
        x, self._places = 0, []
        for at, (_, _, state, _) in enumerate(self._steps):
            width = metrics.horizontalAdvance(self._words(at)) + 20 + (18 if _SIGNS[state] else 0)
            self._places.append(QRect(x, 3, width, _HEIGHT - 6))
            x += width + _GAP
        self.setFixedWidth(max(x - _GAP, 0))

    def sizeHint(self) -> QSize:
        """Give the room that the steps need."""
        return QSize(self._places[-1].right() + 1 if self._places else 10, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the steps and the lines between them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, plain, bold = self._theme, sized(self.font(), BASE_PX), sized(self.font(), BASE_PX, bold=True)
        for at, ((key, _, state, _), place) in enumerate(zip(self._steps, self._places, strict=True)):
            here = key == self._here
            if at:
                before = self._places[at - 1]
                painter.setPen(QPen(theme.color("strong_line"), 1))
                y = place.center().y() + 0.5
                painter.drawLine(QPointF(before.right() + 4, y), QPointF(place.left() - 3, y))
            if here or at == self._under:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("accent_soft" if here else "hover"))
                painter.drawRoundedRect(QRectF(place), 6, 6)
            if here and self.hasFocus():
                painter.setPen(QPen(theme.color("accent"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            painter.setFont(bold if here else plain)
            token = "accent" if here else "second" if state == "waiting" else "text"
            painter.setPen(theme.color(token))
            inner = place.adjusted(10, 0, -8, 0)
            painter.drawText(
                inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._words(at)
            )
            if _SIGNS[state]:
                painter.setFont(bold)
                painter.setPen(theme.color("ok" if state == "done" else "warn"))
                painter.drawText(
                    inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, _SIGNS[state]
                )
        painter.end()

    def _at(self, event: QMouseEvent) -> int:
        return next((i for i, p in enumerate(self._places) if p.contains(event.position().toPoint())), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the step under the cursor and say how far it is."""
        under = self._at(event)
        if under != self._under:
            self._under = under
            self.setCursor(Qt.CursorShape.PointingHandCursor if under >= 0 else Qt.CursorShape.ArrowCursor)
            if under >= 0:
                QToolTip.showText(
                    event.globalPosition().toPoint(), tip(self._steps[under][3]), self, self._places[under]
                )
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the step under the cursor."""
        self._under = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the step that was clicked."""
        at = self._at(event)
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self.chosen.emit(self._steps[at][0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go one step on or back with the arrows."""
        keys = [key for key, *_ in self._steps]
        move = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        if move and self._here in keys:
            self.chosen.emit(keys[(keys.index(self._here) + move) % len(keys)])
        else:
            super().keyPressEvent(event)
