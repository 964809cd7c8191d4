"""Qt's own dialogs speak the window's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from gis_planner.app.qt_words import speak


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    yield qapp
    speak(qapp, "en")


def test_a_file_dialog_speaks_the_windows_language_and_follows_a_switch(application: QApplication) -> None:
    def look_in() -> str:
        return QCoreApplication.translate("QFileDialog", "Look in:")

    assert speak(application, "zh")
    assert any("\u4e00" <= character <= "\u9fff" for character in look_in())
    assert speak(application, "zh")
    assert speak(application, "en")
    assert look_in() == "Look in:"
