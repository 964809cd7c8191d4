"""What every panel is given: document, trials, scenarios side by side, selection, words, colours, actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from gis_planner.app.actions import Actions
from gis_planner.app.comparing import Comparing
from gis_planner.app.compound_judging import CompoundJudging
from gis_planner.app.document import Document
from gis_planner.app.notices import NoticeSeverity
from gis_planner.app.preferences import Preferences
from gis_planner.app.regrouping import Regrouping
from gis_planner.app.selection import Selection
from gis_planner.app.texts import Texts
from gis_planner.app.theme import Theme


class Window(Protocol):
    """What panels may ask of the window around them."""

    def notify(
        self,
        severity: NoticeSeverity,
        problem: str,
        remedy: str = "",
        *,
        action: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        """Show a notice above the work, with one thing to do about it."""

    def tell(self, said: str) -> None:
        """Say in the line at the window's foot what was just done."""

    def import_files(self, paths: list[Path] | None = None) -> None:
        """Begin to import files; asks for them where none are given."""


@dataclass(frozen=True, eq=False)
class Desk:
    """The surroundings of a panel; a new one is made when language or theme change."""

    document: Document
    comparing: Comparing
    regrouping: Regrouping
    judging: CompoundJudging
    selection: Selection
    texts: Texts
    theme: Theme
    preferences: Preferences
    actions: Actions
    window: Window
    widget: QWidget
