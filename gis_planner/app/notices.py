"""What went wrong or needs a word, in a bar above the work: never a box that must be clicked away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gis_planner.app.icons import action_icon
from gis_planner.app.parts import button, label, row, tool_button
from gis_planner.app.theme import SPACE, Theme

NoticeSeverity = Literal["error", "warning", "note"]
_ICONS = {"error": ("error", "danger"), "warning": ("warning", "warn"), "note": ("info", "accent")}


class NoticeBar(QFrame):
    """Shows one notice at a time; a newer one takes its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(SPACE[3], SPACE[1], SPACE[1], SPACE[1])
        self._layout.setSpacing(SPACE[2])
        self.severity: NoticeSeverity = "note"
        self.problem = ""
        self.remedy = ""
        self.hide()

    def show_notice(
        self,
        severity: NoticeSeverity,
        problem: str,
        remedy: str,
        theme: Theme,
        *,
        action: tuple[str, Callable[[], object]] | None = None,
        close_tip: str = "",
    ) -> None:
        """Show the problem in bold, the remedy beside it, and one thing to do about it."""
        self._empty()
        self.severity, self.problem, self.remedy = severity, problem, remedy
        self.setProperty("severity", severity)
        self.style().unpolish(self)
        self.style().polish(self)
        icon, token = _ICONS[severity]
        picture = label("")
        picture.setPixmap(action_icon(icon, theme, token=token).pixmap(18, 18))
        self._layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        told = label(problem, wrap=True, selectable=True)
        font = told.font()
        font.setBold(True)
        told.setFont(font)
        words.addWidget(told)
        if remedy:
            words.addWidget(label(remedy, "second", wrap=True, selectable=True))
        self._layout.addLayout(words, 1)
        if action is not None:
            self._layout.addWidget(
                button(action[0], action[1], role="small"), 0, Qt.AlignmentFlag.AlignVCenter
            )
        closing = tool_button(action_icon("close", theme), close_tip, self.hide, name="notice_close")
        self._layout.addWidget(row(closing), 0, Qt.AlignmentFlag.AlignTop)
        self.show()

    def hide_note(self) -> None:
        """Hide what was a mere note; a warning or an error stays until the person closes it."""
        if self.severity == "note":
            self.hide()

    def _empty(self) -> None:
        while self._layout.count():
            item = self._layout.takeAt(0)
            if item is None:
                continue
            inner = item.layout()
            while inner is not None and inner.count():
                part = inner.takeAt(0)
                self._drop(part.widget() if part is not None else None)
            self._drop(item.widget())

    @staticmethod
    def _drop(widget: QWidget | None) -> None:
        if widget is not None:
            widget.hide()
            widget.deleteLater()
