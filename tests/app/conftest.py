"""The window in tests: real widgets, offscreen, closed at the end of every test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from app.small_town import make_town
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from gis_planner.app.main_window import MainWindow
from gis_planner.app.map_view import MapView
from gis_planner.app.preferences import Preferences
from gis_planner.app.theme import load_fonts, window_font
from gis_planner.messages import Catalogue, load_catalogue

WAIT_MS = 60_000


@pytest.fixture(scope="session")
def made_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "town.gpkg"
    make_town(path).close()
    return path


@pytest.fixture
def town(made_town: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made_town, tmp_path / "town.gpkg"))


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    return tmp_path


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


OpenWindow = Callable[..., "Driven"]


class Driven:
    """A window and the hand that drives it."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    def until(self, reached: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(reached()), timeout=WAIT_MS)

    def idle(self) -> None:
        """Wait until no job runs, the map is painted and every page is filled."""
        self.until(lambda: not self.window.jobs.jobs)
        if (
            self.window.workbench is not None
            and self.window.document is not None
            and self.window.document.project
        ):
            self.until(lambda: self.map.settled)
        QApplication.sendPostedEvents()
        QTest.qWait(1)

    @property
    def document(self):  # type: ignore[no-untyped-def]
        assert self.window.document is not None
        return self.window.document

    @property
    def bench(self):  # type: ignore[no-untyped-def]
        assert self.window.workbench is not None
        return self.window.workbench

    @property
    def map(self) -> MapView:
        return self.bench.map.view

    def page(self) -> QWidget:
        """The page of the inspector, filled."""
        self.qtbot.waitUntil(lambda: not self.bench.inspector._soon.isActive(), timeout=WAIT_MS)
        page = self.bench.inspector.page
        assert page is not None
        return page

    def place(self, x: float, y: float) -> QPoint:
        assert self.map.view is not None
        u, v = self.map.view.to_view(x, y)
        return QPointF(u, v).toPoint()

    def click_map(
        self, x: float, y: float, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        at = self.place(x, y)
        QTest.mouseMove(self.map, at)
        QTest.mouseClick(self.map, Qt.MouseButton.LeftButton, modifier, at)

    def drag_map(self, start: tuple[float, float], end: tuple[float, float],
                 modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:  # fmt: skip
        a, b = self.place(*start), self.place(*end)
        QTest.mousePress(self.map, Qt.MouseButton.LeftButton, modifier, a)
        for step in range(1, 6):
            QTest.mouseMove(self.map, a + (b - a) * step / 5)
        QTest.mouseRelease(self.map, Qt.MouseButton.LeftButton, modifier, b)


def start_window(folder: Path, catalogue: Catalogue, qapp: QApplication, **preferences: object) -> MainWindow:
    qapp.setFont(window_font(load_fonts()))
    liked = Preferences(path=folder / "preferences.json", auto_study=False)
    for name, value in preferences.items():
        setattr(liked, name, value)
    window = MainWindow(liked, catalogue)
    window.resize(1500, 940)
    window.show()
    window.begin(None)
    return window


def end_window(window: MainWindow) -> None:
    window.close()
    window.shut_down()
    window.deleteLater()
    QApplication.sendPostedEvents()


def open_in(driven: Driven, path: Path, *, study: bool) -> None:
    window = driven.window
    driven.until(lambda: window.document is not None)
    window.verbs.open_path(path)
    driven.until(lambda: driven.document.project is not None)
    if not study:
        window.jobs.cancel("study")
    driven.idle()
    if study:
        driven.until(lambda: driven.document.results is not None)
        driven.idle()


@pytest.fixture
def open_window(
    qtbot: QtBot, qapp: QApplication, own_folders: Path, catalogue: Catalogue
) -> Iterator[OpenWindow]:
    """Open a window of one's own on a project (or the welcome page) and wait until it is there."""
    opened: list[MainWindow] = []

    def start(path: Path | None = None, *, study: bool = False, **preferences: object) -> Driven:
        window = start_window(own_folders, catalogue, qapp, **preferences)
        opened.append(window)
        driven = Driven(window, qtbot)
        driven.until(lambda: window.document is not None)
        if path is not None:
            open_in(driven, path, study=study)
        return driven

    yield start
    for window in opened:
        end_window(window)


@pytest.fixture(scope="module")
def shared_window(
    made_town: Path, tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, qapp: QApplication
) -> Iterator[tuple[MainWindow, Path]]:
    folder = tmp_path_factory.mktemp("window")
    window = start_window(folder, catalogue, qapp)
    yield window, Path(shutil.copy(made_town, folder / "town.gpkg"))
    end_window(window)


@pytest.fixture
def driven(shared_window: tuple[MainWindow, Path], qtbot: QtBot) -> Iterator[Driven]:
    """A window that the module's tests share: studied, at its first edit, with nothing selected."""
    window, path = shared_window
    driven = Driven(window, qtbot)
    driven.until(lambda: window.document is not None)
    if driven.document.project is None:
        open_in(driven, path, study=True)
    head = driven.document.open_project.stand.head
    yield driven
    for dialog in window.findChildren(QDialog):
        dialog.reject()
    driven.document.switch("main")
    while driven.document.open_project.stand.head != head:
        assert driven.document.undo()
    driven.bench.do("tool_select")
    window.selection.go_to("clusters")
    driven.bench.tables.open_tab("matrix")
    window.notices.hide()
    window.jobs.cancel()
    driven.map.fit()
    driven.idle()
