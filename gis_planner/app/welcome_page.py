"""What one sees without a project: what the program is for, and the ways to begin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from gis_planner.app.actions import Actions
from gis_planner.app.icons import action_icon
from gis_planner.app.parts import ClickRow, column, label, line, row, scrolled, tool_button
from gis_planner.app.texts import Texts
from gis_planner.app.theme import SPACE, Theme
from gis_planner.paths import resource

_TILES = (("sample", "map"), ("new", "new"), ("open", "open"))


class WelcomePage(QWidget):
    """Open the sample, make a project, open one, or drop a file; and the projects that were open before."""

    def __init__(
        self,
        actions: Actions,
        texts: Texts,
        theme: Theme,
        recent: list[Path],
        *,
        opened: Callable[[Path], object],
        forgotten: Callable[[Path], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._actions, self._texts, self._theme = actions, texts, theme
        self._opened, self._forgotten = opened, forgotten
        self.busy = label("", "second")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        middle = QWidget()
        middle.setFixedWidth(780)
        inside = QVBoxLayout(middle)
        inside.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[4])
        inside.setSpacing(SPACE[3])
        inside.addStretch(2)
        inside.addWidget(self._head())
        inside.addWidget(self._tiles())
        inside.addWidget(self._drop_hint())
        inside.addWidget(column(self.busy, self.bar, spacing=6))
        if recent:
            inside.addWidget(self._recent(recent), 3)
        else:
            inside.addStretch(3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(row(None, middle, None), 1)
        self.show_busy(None, 0.0)

    def show_busy(self, doing: str | None, share: float) -> None:
        """Show what is being opened, and how far it is; None when nothing is."""
        self.busy.setText(doing or " ")
        self.bar.setValue(round(share * 1000))
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        self.bar.setVisible(doing is not None)

    def _head(self) -> QWidget:
        picture = QLabel()
        icon = resource("icons") / "app.png"
        if icon.is_file():
            ratio = self.devicePixelRatioF()
            pixmap = QPixmap(str(icon)).scaled(
                QSize(round(56 * ratio), round(56 * ratio)),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            pixmap.setDevicePixelRatio(ratio)
            picture.setPixmap(pixmap)
        words = column(
            label(self._texts("app.title"), "hero"),
            label(self._texts("app.welcome.what"), "second", wrap=True),
            spacing=4,
        )
        made = row(picture, words, spacing=SPACE[3])
        inner = made.layout()
        if isinstance(inner, QHBoxLayout):
            inner.setStretch(1, 1)
        return made

    def _tiles(self) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, SPACE[1], 0, 0)
        grid.setSpacing(SPACE[2])
        for at, (action, icon) in enumerate(_TILES):
            grid.addWidget(self._tile(action, icon), 0, at)
            grid.setColumnStretch(at, 1)
        return made

    def _tile(self, action: str, icon: str) -> QWidget:
        picture = QLabel()
        picture.setPixmap(action_icon(icon, self._theme, token="accent").pixmap(22, 22))
        title = label(self._texts(f"app.welcome.{action}"))
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        told = label(self._texts(f"app.welcome.{action}_what"), "second", wrap=True)
        told.setMinimumHeight(36)
        told.setAlignment(Qt.AlignmentFlag.AlignTop)
        inside = column(row(picture, title, None), told, spacing=4)
        tile = ClickRow(inside)
        tile.setProperty("role", "tile")
        tile.setObjectName(f"welcome_{action}")
        tile.setAccessibleName(self._texts(f"app.welcome.{action}"))
        tile.clicked.connect(self._actions[action].trigger)
        margins = tile.layout()
        if margins is not None:
            margins.setContentsMargins(14, 12, 14, 10)
        return tile

    def _drop_hint(self) -> QWidget:
        picture = QLabel()
        picture.setPixmap(action_icon("import", self._theme, token="second").pixmap(16, 16))
        return row(picture, label(self._texts("app.welcome.drop"), "second"), None)

    def _recent(self, recent: list[Path]) -> QWidget:
        rows = [self._recent_row(path) for path in recent]
        head = label(self._texts("app.welcome.recent"), "group")
        return column(head, line(), scrolled(column(*rows, None, spacing=0)), spacing=6)

    def _recent_row(self, path: Path) -> QWidget:
        there = path.is_file()
        when = datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d %H:%M") if there else ""
        missing = "" if there else self._texts("app.welcome.gone")
        name = label(path.stem)
        name.setEnabled(there)
        words = column(name, label(str(path.parent), "second"), spacing=1)
        remove = tool_button(
            action_icon("close", self._theme, token="second"),
            self._texts("app.welcome.forget"),
            lambda: self._forgotten(path),
        )
        picked = ClickRow(words, None, label(when or missing, "second"), remove, tip=str(path))
        picked.clicked.connect(lambda: self._opened(path) if there else None)
        return picked
