"""The menus of the header: the project's and the scenarios'."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QMenu

from gis_planner.app.actions import Actions
from gis_planner.app.texts import Texts, tip, unmarked

# What a right click on the map offers.
COMPOUND_MENU = ("move_compounds", "new_cluster", "leave_cluster", "-", "lock", "-", "zoom_selection")
CLUSTER_MENU = (
    "rename_cluster", "number_cluster", "-", "tool_split_line", "tool_split_seeds", "merge_clusters",
    "dissolve_cluster", "-", "recluster_around", "lock", "-", "zoom_selection",
)  # fmt: skip
T = TypeVar("T")
_RECENT_SHOWN = 8
_VIEW = (
    "neighbours", "-", "panel_layers", "panel_tables", "panel_inspector", "full_map", "legend", "-",
    "zoom_full", "zoom_in", "zoom_out", "zoom_selection", "-", "dark", "language",
)  # fmt: skip


def fill_project_menu(
    menu: QMenu, actions: Actions, texts: Texts, recent: Sequence[str], opened: Callable[[Path], object]
) -> None:
    """Fill the menu under the project's name: files, study, view, help."""
    menu.clear()
    actions.menu("new", "open", parent=menu)
    earlier = QMenu(texts("app.welcome.recent"), menu)
    earlier.setToolTipsVisible(True)
    earlier.setEnabled(bool(recent))
    for text in recent[:_RECENT_SHOWN]:
        path = Path(text)
        action = earlier.addAction(unmarked(path.stem))
        action.setToolTip(tip(text))
        action.setEnabled(path.is_file())
        action.triggered.connect(partial(_call, opened, path))
    menu.addMenu(earlier)
    actions.menu(
        "sample",
        "-",
        "import",
        "export",
        "-",
        "study",
        "recluster",
        "auto_study",
        "undo_all",
        "-",
        parent=menu,
    )
    view = QMenu(texts("app.menu.view"), menu)
    actions.menu(*_VIEW, parent=view)
    menu.addMenu(view)
    actions.menu("-", "palette", "about", "log_folder", "-", "close", "quit", parent=menu)


def fill_scenario_menu(
    menu: QMenu,
    actions: Actions,
    texts: Texts,
    names: Sequence[str],
    here: str,
    switch: Callable[[str], object],
) -> None:
    """Fill the menu of scenarios: those there are, and making one from here."""
    menu.clear()
    for name in names:
        action = menu.addAction(unmarked(scenario_title(texts, name)))
        action.setCheckable(True)
        action.setChecked(name == here)
        action.triggered.connect(partial(_call, switch, name))
    menu.addSeparator()
    actions.menu("branch", "compare_scenarios", "make_alternatives", parent=menu)


def scenario_title(texts: Texts, name: str) -> str:
    """Give what people call a scenario."""
    return texts("app.scenario.main") if name == "main" else name


def _call(verb: Callable[[T], object], value: T, _checked: bool = False) -> None:
    verb(value)
