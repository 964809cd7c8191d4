"""The offer to mend what an issue is about: one button, and the same in the menu of the row.

A fix was worked out for the streets as they were studied, so it is offered as long as these are the streets. It is a
correction of data and goes to every scenario; it is undone like any other edit.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QTableView

from gis_planner.app.desk import Desk
from gis_planner.app.history import say_edit
from gis_planner.app.parts import button
from gis_planner.app.table_models import FilteredRows, Row
from gis_planner.app.texts import tip, unmarked
from gis_planner.app.verbs import Verbs


class FixOffer:
    """Offers the fix of the one row that is selected in a table of issues."""

    def __init__(self, desk: Desk, verbs: Verbs, view: QTableView, shown: FilteredRows) -> None:
        self._desk, self._verbs, self._view, self._shown = desk, verbs, view, shown
        self.button = button(desk.texts("app.fix.apply"), self.adopt, role="small")
        self.button.setObjectName("apply_fix")
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._open_menu)
        view.selectionModel().selectionChanged.connect(lambda *_: self.refresh())
        self.refresh()

    @property
    def row(self) -> Row | None:
        """The one row that is selected, None for none or several."""
        chosen = self._view.selectionModel().selectedRows()
        return self._shown.row_of(chosen[0]) if len(chosen) == 1 else None

    @property
    def possible(self) -> bool:
        """Whether the selected row has a fix that may be adopted now."""
        document, row = self._desk.document, self.row
        return (
            row is not None and row.fix is not None and document.can_edit and "roads" not in document.changes
        )

    def refresh(self) -> None:
        """Say what would be done, or why nothing can be."""
        texts, row = self._desk.texts, self.row
        self.button.setEnabled(self.possible)
        if row is None or row.fix is None:
            said = texts("app.fix.none")
        elif not self.possible:
            said = texts("app.fix.outdated")
        else:
            said = texts.say(say_edit(row.fix))
        self.button.setToolTip(tip(said))

    def adopt(self) -> bool:
        """Adopt the fix of the selected row."""
        row = self.row
        return self.possible and row is not None and row.fix is not None and self._verbs.adopt_fix(row.fix)

    def _open_menu(self, at: QPoint) -> None:
        index = self._view.indexAt(at)
        if not index.isValid():
            return
        self._view.selectRow(index.row())
        row = self.row
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        action = menu.addAction(unmarked(self._desk.texts("app.fix.apply")))
        action.setEnabled(self.possible)
        if row is not None and row.fix is not None:
            action.setToolTip(tip(self._desk.texts.say(say_edit(row.fix))))
        action.triggered.connect(lambda: self.adopt())
        menu.popup(self._view.viewport().mapToGlobal(at))
