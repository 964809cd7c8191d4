"""What the program is, which version, and under which licences it stands."""

from __future__ import annotations

import platform

from PySide6.QtCore import QSize, Qt, qVersion
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gis_planner import __version__
from gis_planner.app.icons import app_icon
from gis_planner.app.parts import button, column, facts, label, line, row
from gis_planner.app.texts import Texts
from gis_planner.app.theme import SPACE, Theme
from gis_planner.paths import user_config_dir, user_data_dir, user_log_dir


class AboutDialog(QDialog):
    """A quiet page of facts."""

    def __init__(self, texts: Texts, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(texts("app.action.about"))
        self.setMinimumWidth(460)
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(QSize(48, 48)))
        head = row(
            picture,
            column(label(texts("app.title"), "title"), label(texts("app.welcome.what"), "second", wrap=True)),
        )
        beside = head.layout()
        if isinstance(beside, QHBoxLayout):
            beside.setStretch(1, 1)
        told = facts(
            [
                (texts("app.about.version"), __version__),
                ("Python · Qt", f"{platform.python_version()} · {qVersion()}"),
                (texts("app.about.data"), str(user_data_dir())),
                (texts("app.about.settings"), str(user_config_dir())),
                (texts("app.about.log"), str(user_log_dir())),
                (texts("app.about.licence"), texts("app.about.licences")),
            ]
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[3])
        layout.setSpacing(SPACE[3])
        layout.addWidget(head)
        layout.addWidget(line())
        layout.addWidget(told)
        layout.addWidget(row(None, button(texts("app.close"), self.accept, role="primary")))
