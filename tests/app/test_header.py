"""The header keeps its parts apart at every width that the window allows."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from app.conftest import OpenWindow
from PySide6.QtWidgets import QApplication


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [960, 1280, 1600])
def test_no_part_of_the_header_lies_on_another(
    open_window: OpenWindow, town: Path, language: str, width: int
) -> None:
    driven = open_window(town)
    if driven.window.preferences.language != language:
        driven.window.switch_language()
    driven.window.resize(width, 700)
    QApplication.processEvents()
    header = driven.window.header
    header.project.setText("安和县老旧小区组团连片改造")
    for _ in range(3):
        QApplication.processEvents()
    parts = [
        header.project,
        header.undo,
        header.redo,
        header.workflow,
        header.study,
        header.scenario,
        header.search,
    ]
    for left, right in pairwise(parts):
        assert left.geometry().right() < right.geometry().left()
    assert header.search.geometry().right() <= header.width()
