"""A new project: its title, its file, the city's profile and the coordinate system."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from gis_planner.app.parts import button, label, row
from gis_planner.app.texts import Texts
from gis_planner.app.theme import SPACE
from gis_planner.io.read_standard import read_profiles

# CGCS2000, zones of three degrees by central meridian: EPSG 4534 is 75° E, 4554 is 135° E.
_ZONES = [(75 + 3 * step, 4534 + step) for step in range(21)]
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')


class NewProjectDialog(QDialog):
    """Asks for a new project; `wanted` gives path, title, profile and CRS."""

    def __init__(self, texts: Texts, folder: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._texts = texts
        self._named_by_hand = False
        self.setWindowTitle(texts("app.action.new"))
        self.setMinimumWidth(560)
        self.title = QLineEdit(texts("app.new.title_default"))
        self.title.textChanged.connect(self._follow_title)
        self.file = QLineEdit()
        self.file.textEdited.connect(self._name_by_hand)
        self.file.textChanged.connect(self._check)
        self.profile = QComboBox()
        for profile in read_profiles().values():
            said = profile.zh if texts.language == "zh" else profile.en
            self.profile.addItem(
                f"{said}（{profile.id}）" if texts.language == "zh" else f"{said} ({profile.id})", profile.id
            )
            self.profile.setItemData(self.profile.count() - 1, profile.source, Qt.ItemDataRole.ToolTipRole)
        self.crs = QComboBox()
        self.crs.addItem(texts("app.new.crs_auto"), "auto")
        for meridian, code in _ZONES:
            self.crs.addItem(texts("app.new.crs_zone", meridian=meridian, code=code), f"EPSG:{code}")
        self.wrong = label("", "danger", wrap=True)
        self.make = button(texts("app.new.make"), self.accept, role="primary")
        self.make.setDefault(True)
        self._folder = Path(folder)

        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE[2])
        grid.setVerticalSpacing(SPACE[1])
        grid.setColumnStretch(1, 1)
        self._line(grid, 0, "app.new.title", self.title)
        self._line(grid, 2, "app.new.file", row(self.file, button(texts("app.browse"), self._browse)))
        self._line(grid, 4, "app.new.profile", self.profile)
        self._line(grid, 6, "app.new.crs", self.crs)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[3])
        layout.setSpacing(SPACE[3])
        layout.addLayout(grid)
        layout.addWidget(self.wrong)
        layout.addWidget(row(None, button(texts("app.cancel"), self.reject), self.make))
        self._follow_title()

    def wanted(self) -> tuple[Path, str, str, str]:
        """Give the path, title, profile and CRS that were chosen."""
        path = Path(self.file.text().strip()).expanduser()
        return (
            path if path.suffix else path.with_suffix(".gpkg"),
            self.title.text().strip() or path.stem,
            str(self.profile.currentData()),
            str(self.crs.currentData()),
        )

    def _line(self, grid: QGridLayout, at: int, key: str, widget: QWidget) -> None:
        grid.addWidget(label(self._texts(key)), at, 0)
        grid.addWidget(widget, at, 1)
        grid.addWidget(label(self._texts(f"{key}_hint"), "second", wrap=True), at + 1, 1)
        grid.setRowMinimumHeight(at + 1, 24)

    def _follow_title(self) -> None:
        if not self._named_by_hand:
            name = _NOT_IN_NAMES.sub("_", self.title.text().strip()) or "project"
            self.file.setText(str(self._folder / f"{name}.gpkg"))

    def _name_by_hand(self) -> None:
        self._named_by_hand = True

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self._texts("app.new.file"), self.file.text(), self._texts("app.files.projects")
        )
        if name:
            self._named_by_hand = True
            self.file.setText(name)

    def _check(self) -> None:
        path = self.wanted()[0] if self.file.text().strip() else None
        wrong = ""
        if path is None:
            wrong = self._texts("app.new.no_file")
        elif path.exists():
            wrong = self._texts("app.new.exists", file=path.name)
        elif not path.parent.is_dir():
            wrong = self._texts("app.new.no_folder", folder=str(path.parent))
        self.wrong.setText(wrong)
        self.make.setEnabled(not wrong)
