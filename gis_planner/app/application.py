"""Starts the window: Qt, fonts, colours, and what happens when something breaks.

The window is on the screen before any GIS library is imported; a job imports them beside it.
"""

from __future__ import annotations

import logging
import signal
import sys
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QLoggingCategory, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from gis_planner.app.icons import app_icon
from gis_planner.app.main_window import MainWindow
from gis_planner.app.preferences import load_preferences
from gis_planner.app.theme import load_fonts, window_font
from gis_planner.cartography.qt_setup import prepare_platform
from gis_planner.messages import load_catalogue
from gis_planner.paths import user_config_dir, user_log_dir

_log = logging.getLogger("gis_planner")
_WARM_AFTER_MS = 20_000  # by then the first figures stand
PREFERENCES_FILE = "preferences.json"


def run(path: Path | None = None, *, scenario: str | None = None, sample: bool = False) -> int:
    """Open the window on a project, on the sample, or on the welcome page, and stay until it is closed.

    Raises ExportError where there is no display: Qt itself would abort.
    """
    prepare_platform(offscreen_ok=False)
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = make_application(sys.argv[:1])
    log_file = start_log()
    window = MainWindow(load_preferences(user_config_dir() / PREFERENCES_FILE), load_catalogue())
    restore = catch_defects(window.show_defect, log_file)
    beside: list[BaseProcess | None] = []
    try:
        # Ctrl+C in the terminal closes the window like any other way; Python looks at signals between Qt's events.
        signal.signal(signal.SIGINT, lambda *_: window.close())
        awake = QTimer()
        awake.timeout.connect(lambda: None)
        awake.start(300)
        window.show()
        window.begin(path, scenario=scenario, sample=sample)
        QTimer.singleShot(_WARM_AFTER_MS, window, lambda: beside.append(_warm_search_beside()))
        return application.exec()
    finally:
        for process in beside:
            if process is not None:
                process.terminate()
        window.shut_down()
        restore()


def _warm_search_beside() -> BaseProcess | None:
    from gis_planner.analysis.clustering.warming import warm_search_beside

    return warm_search_beside()


def make_application(arguments: list[str]) -> QApplication:
    """Make Qt's application object with the program's name, icon, style and fonts."""
    application = QApplication(arguments)
    application.setApplicationName("gis_planner")
    application.setDesktopFileName("gis-planner")
    application.setStyle("Fusion")
    application.setFont(window_font(load_fonts()))
    application.setWindowIcon(app_icon())
    return application


def start_log() -> Path:
    """Log into the user's own folder: a megabyte, and the one before it."""
    path = user_log_dir() / "gis_planner.log"
    if not any(isinstance(handler, RotatingFileHandler) for handler in _log.handlers):
        try:
            handler = RotatingFileHandler(
                path, maxBytes=1_000_000, backupCount=1, encoding="utf-8", delay=True
            )
        except OSError:
            return path
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        _log.addHandler(handler)
        _log.setLevel(logging.INFO)
    return path


def catch_defects(show: Callable[[str, Path], object], log_file: Path) -> Callable[[], None]:
    """Write every defect to the log and show it in the window; gives what ends that again."""
    before = sys.excepthook

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            before(kind, error, trace)
            return
        _log.error("defect\n%s", "".join(traceback.format_exception(kind, error, trace)))
        show(f"{kind.__name__}: {error}", log_file)

    def from_qt(kind: QtMsgType, context: object, text: str) -> None:
        level = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO}.get(
            kind, logging.WARNING
        )
        _log.log(level, "Qt: %s", text)

    sys.excepthook = caught
    QLoggingCategory.setFilterRules("qt.*.debug=false")
    qt_before = qInstallMessageHandler(from_qt)

    def restore() -> None:
        sys.excepthook = before
        qInstallMessageHandler(qt_before)

    return restore
