"""Everything a person can ask for by menu, key or command palette, declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from gis_planner.app.icons import action_icon
from gis_planner.app.texts import Texts
from gis_planner.app.theme import Theme

# What must be there for an action: nothing, the program's libraries, a project, one that takes edits, results; or what
# is selected, in a project that takes edits.
Needs = Literal[
    "", "ready", "project", "edit", "results", "compounds", "cluster", "lockable", "undo", "redo", "job"
]


@dataclass(frozen=True)
class Spec:
    """One action: its id (its text is `app.action.<id>`), icon, keys and what it needs."""

    id: str
    icon: str = ""
    keys: str = ""
    needs: Needs = "project"
    checkable: bool = False


SPECS: tuple[Spec, ...] = (
    Spec("new", "new", "Ctrl+N", "ready"),
    Spec("open", "open", "Ctrl+O", "ready"),
    Spec("sample", "map", "", "ready"),
    Spec("close", "close", "Ctrl+W"),
    Spec("import", "import", "Ctrl+I", "edit"),
    Spec("export", "export", "Ctrl+E"),
    Spec("quit", "", "Ctrl+Q", ""),
    Spec("undo", "undo", "Ctrl+Z", "undo"),
    Spec("redo", "redo", "Ctrl+Shift+Z", "redo"),
    Spec("study", "run", "F5"),
    Spec("recluster", "cluster", "Shift+F5", "edit"),
    Spec("recluster_around", "cluster", "Ctrl+Shift+F5", "cluster"),
    Spec("stop", "stop", "Ctrl+.", "job"),
    Spec("auto_study", "", "", "", checkable=True),
    Spec("tool_select", "select", "V", checkable=True),
    Spec("tool_add", "add_facility", "A", "edit", checkable=True),
    Spec("tool_move", "move_facility", "M", "edit", checkable=True),
    Spec("tool_regroup", "move_compound", "G", "edit", checkable=True),
    Spec("tool_split_line", "split_line", "S", "edit", checkable=True),
    Spec("tool_split_seeds", "split_seeds", "Shift+S", "edit", checkable=True),
    Spec("zoom_full", "zoom_full", "Ctrl+0"),
    Spec("zoom_in", "zoom_in", "Ctrl+="),
    Spec("zoom_out", "zoom_out", "Ctrl+-"),
    Spec("zoom_selection", "zoom_selection", "Z"),
    Spec("clear", "", "Ctrl+D"),
    Spec("move_compounds", "move_compound", "Ctrl+M", "compounds"),
    Spec("leave_cluster", "", "", "compounds"),
    Spec("new_cluster", "cluster", "Ctrl+G", "compounds"),
    Spec("lock", "lock", "Ctrl+L", "lockable"),
    Spec("rename_cluster", "", "F2", "cluster"),
    Spec("number_cluster", "", "Shift+F2", "cluster"),
    Spec("merge_clusters", "merge", "Ctrl+J", "cluster"),
    Spec("dissolve_cluster", "", "Ctrl+Shift+D", "cluster"),
    Spec("undo_all", "undo", "Ctrl+Alt+Z", "undo"),
    Spec("neighbours", "compound", "N", "results", checkable=True),
    Spec("branch", "branch", "Ctrl+B", "edit"),
    Spec("compare_scenarios", "compare", ""),
    Spec("make_alternatives", "scenario", "", "edit"),
    Spec("step_data", "", "Alt+1"),
    Spec("step_eligibility", "", "Alt+2"),
    Spec("step_clusters", "", "Alt+3"),
    Spec("step_coverage", "", "Alt+4"),
    Spec("step_standard", "", "Alt+5"),
    Spec("step_export", "", "Alt+6"),
    Spec("tab_matrix", "table", "Ctrl+1"),
    Spec("tab_compounds", "compound", "Ctrl+2"),
    Spec("tab_ledger", "table", "Ctrl+3"),
    Spec("tab_issues", "issue", "Ctrl+4"),
    Spec("tab_history", "recent", "Ctrl+5"),
    Spec("tab_scenarios", "scenario", "Ctrl+6"),
    Spec("panel_layers", "layers", "F6", checkable=True),
    Spec("panel_tables", "table", "F7", checkable=True),
    Spec("panel_inspector", "info", "F8", checkable=True),
    Spec("legend", "layers", "L", checkable=True),
    Spec("full_map", "map", "F11", checkable=True),
    Spec("dark", "theme", "", "", checkable=True),
    Spec("language", "language", "Ctrl+Shift+L", ""),
    Spec("palette", "search", "Ctrl+K", ""),
    Spec("log_folder", "folder", "", ""),
    Spec("about", "info", "", ""),
)


# What the workbench does; the others belong to the whole program.
_WORK_GROUPS = ("tool", "zoom", "step", "tab", "panel")
_WORK_VERBS = (
    "export", "clear", "recluster_around",
    "move_compounds", "leave_cluster", "new_cluster", "lock", "rename_cluster", "number_cluster",
    "merge_clusters", "dissolve_cluster", "neighbours", "branch", "compare_scenarios", "make_alternatives",
    "full_map", "legend",
)  # fmt: skip
WORK = tuple(spec.id for spec in SPECS if spec.id.partition("_")[0] in _WORK_GROUPS or spec.id in _WORK_VERBS)


class Actions(QObject):
    """The window's actions, by their ids."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._specs = {spec.id: spec for spec in SPECS}
        self._actions: dict[str, QAction] = {}
        for spec in SPECS:
            action = QAction(self)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            if spec.keys:
                keys = [QKeySequence(spec.keys)]
                if spec.id == "redo":
                    keys.append(QKeySequence("Ctrl+Y"))
                if spec.id == "zoom_in":
                    keys.append(QKeySequence("Ctrl++"))
                action.setShortcuts(keys)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            self._actions[spec.id] = action

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def all(self) -> list[QAction]:
        """Give every action in the order of declaration."""
        return list(self._actions.values())

    def on(self, action_id: str, verb: Callable[[], Any]) -> None:
        """Say what an action does."""
        self._actions[action_id].triggered.connect(lambda: verb())

    def dress(self, texts: Texts, theme: Theme) -> None:
        """Put texts and icons into a language and a theme."""
        for spec in SPECS:
            action = self._actions[spec.id]
            text = texts(f"app.action.{spec.id}")
            action.setText(text)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{text}  {keys}" if keys else text)
            if spec.icon:
                action.setIcon(action_icon(spec.icon, theme))
                action.setIconVisibleInMenu(True)

    def enable(self, there: frozenset[str]) -> None:
        """Enable the actions whose needs are there."""
        for spec in SPECS:
            self._actions[spec.id].setEnabled(not spec.needs or spec.needs in there)

    def menu(self, *ids: str, parent: QMenu) -> None:
        """Add actions to a menu; `-` is a line between them."""
        for action_id in ids:
            if action_id == "-":
                parent.addSeparator()
            else:
                parent.addAction(self._actions[action_id])
