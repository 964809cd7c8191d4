"""The lower panel: matrix, compounds, ledger, issues, history, scenarios; each filtered, each leading to the map."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from gis_planner.app.desk import Desk
from gis_planner.app.fix_offer import FixOffer
from gis_planner.app.hearing import Hearing
from gis_planner.app.icons import action_icon
from gis_planner.app.live_rows import live_rows
from gis_planner.app.matrix_panel import MatrixRow, MatrixView
from gis_planner.app.parts import button, empty_state, label, line
from gis_planner.app.rows import compound_rows, history_rows, issue_rows, ledger_rows, matrix_rows
from gis_planner.app.scenario_rows import scenario_rows
from gis_planner.app.selection import Selected
from gis_planner.app.table_models import Heading, Row
from gis_planner.app.table_view import TableView
from gis_planner.app.theme import SPACE
from gis_planner.app.verbs import Verbs
from gis_planner.io.values import read_column
from gis_planner.model.layers import layer
from gis_planner.model.standard import Element

TABS = ("matrix", "compounds", "ledger", "issues", "history", "scenarios")


class TablesPanel(QWidget):
    """Tabs over tables, all about the same project; a tab is filled when it is looked at."""

    def __init__(self, desk: Desk, verbs: Verbs) -> None:
        super().__init__()
        self._desk, self._verbs = desk, verbs
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._filled: dict[str, tuple[object, ...]] = {}
        self._matrix_found: tuple[tuple[object, ...], tuple[Element, ...], list[MatrixRow]] | None = None
        self._following = False
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for name in TABS:
            self.tabs.addTab(desk.texts(f"app.tab.{name}"))
        self.filter = QLineEdit()
        self.filter.setProperty("role", "filter")
        self.filter.setObjectName("filter")
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(220)
        self.filter.setPlaceholderText(desk.texts("app.filter"))
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._filter_now)
        self.filter.textChanged.connect(lambda: self._wait.start(120))
        self.count = label("", "second")
        self.stale = label("", "warn")

        def texts_(name: str) -> str:
            return desk.texts(f"app.action.{name}")

        export = button(desk.texts("app.action.export"), desk.actions["export"].trigger, role="small")
        bar = QWidget()
        across = QHBoxLayout(bar)
        across.setContentsMargins(SPACE[0], 0, SPACE[2], 0)
        across.setSpacing(SPACE[2])
        across.addWidget(self.tabs)
        across.addWidget(self.stale)
        across.addStretch(1)
        self.matrix = MatrixView(desk.theme, desk.texts)
        self.views = {name: TableView(desk, name) for name in TABS if name != "matrix"}
        self.fixes = FixOffer(desk, verbs, self.views["issues"], self.views["issues"].shown)
        self.compare = button(
            texts_("compare_scenarios"), desk.actions["compare_scenarios"].trigger, role="small"
        )
        self.alternatives = button(
            texts_("make_alternatives"), desk.actions["make_alternatives"].trigger, role="small"
        )
        for widget in (self.fixes.button, self.compare, self.alternatives, self.count, self.filter, export):
            across.addWidget(widget)
        self.pages = QStackedWidget()
        self._add_page("matrix", self.matrix, self._matrix_empty())
        for name, view in self.views.items():
            self._add_page(name, view, self._table_empty(name))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(line())
        layout.addWidget(self.pages, 1)
        self._connect()
        self._tab_opened(0)

    def _add_page(self, name: str, view: QWidget, empty: QWidget) -> None:
        page = QStackedWidget()
        page.setObjectName(f"page_{name}")
        page.addWidget(view)
        page.addWidget(empty)
        self.pages.addWidget(page)

    def _connect(self) -> None:
        desk = self._desk
        self._hearing = Hearing()
        self._hearing.on(desk.document.project_changed, lambda *_: self.refill())
        self._hearing.on(desk.document.results_changed, self.refill)
        self._hearing.on(desk.document.live.changed, self._live_changed)
        self._hearing.on(desk.document.jobs.changed, self._say_stale)
        self._hearing.on(desk.document.scenario_changed, lambda _: self.refill())
        self._hearing.on(desk.comparing.changed, self.refill)
        self._hearing.on(desk.selection.changed, self._selection_changed)
        self.tabs.currentChanged.connect(self._tab_opened)
        self.matrix.cell_chosen.connect(self._cell_chosen)
        self.matrix.element_chosen.connect(self._element_chosen)
        for name, view in self.views.items():
            view.selectionModel().selectionChanged.connect(lambda *_, chosen=name: self._rows_chosen(chosen))
            view.clicked.connect(lambda index, chosen=name: self._row_clicked(chosen, index))
            view.activated.connect(lambda index, chosen=name: self._row_clicked(chosen, index))
        self.views["ledger"].model_.write = self._correct

    def _matrix_empty(self) -> QWidget:
        texts, actions = self._desk.texts, self._desk.actions
        self._run = button(texts("app.action.study"), actions["study"].trigger, role="primary")
        self._import = button(texts("app.action.import"), actions["import"].trigger, role="primary")
        return empty_state(
            action_icon("table", self._desk.theme, token="second"),
            texts("app.matrix.empty"),
            texts("app.matrix.empty_what"),
            self._run,
            self._import,
        )

    def _table_empty(self, name: str) -> QWidget:
        texts = self._desk.texts
        return empty_state(
            action_icon("check" if name == "issues" else "table", self._desk.theme, token="second"),
            texts(f"app.tab.{name}_empty"),
            texts(f"app.tab.{name}_empty_what"),
        )

    # filling

    @property
    def tab(self) -> str:
        """The tab that is open."""
        return TABS[self.tabs.currentIndex()]

    def open_tab(self, name: str, filter_: str | None = None) -> None:
        """Open a tab, with its rows filtered where a filter is given."""
        if name in TABS:
            self.tabs.setCurrentIndex(TABS.index(name))
            if filter_ is not None:
                self.filter.setText(filter_)
                self._filter_now()

    def _tab_opened(self, at: int) -> None:
        self.pages.setCurrentIndex(at)
        self.filter.setVisible(TABS[at] not in ("matrix", "scenarios"))
        self.fixes.button.setVisible(TABS[at] == "issues")
        for made in (self.compare, self.alternatives):
            made.setVisible(TABS[at] == "scenarios")
        self.refill()
        self._filter_now()

    def refill(self) -> None:
        """Fill the open tab anew where what it shows has changed."""
        document, name = self._desk.document, self.tab
        project, results, opened = document.project, document.results, document.open_project
        self._say_stale()
        if project is None or opened is None:
            return
        fill: dict[str, tuple[tuple[object, ...], Callable[[], None]]] = {
            "matrix": (
                (results, document.flips, project, document.studied),
                self._fill_matrix,
            ),
            "compounds": (
                (project, results),
                lambda: self._fill("compounds", *compound_rows(project, results, self._desk.texts)),
            ),
            "ledger": (
                (project.table("compounds"),),
                lambda: self._fill("ledger", *ledger_rows(project, self._desk.texts)),
            ),
            "issues": (
                (results, project.import_issues),
                lambda: self._fill(
                    "issues", *issue_rows(project, results, self._desk.texts, self._desk.theme)
                ),
            ),
            "scenarios": (
                (project, opened.scenario, object()),
                lambda: self._fill(
                    "scenarios",
                    *scenario_rows(
                        self._desk.comparing.scenarios(), opened.scenario, self._desk.texts, self._desk.theme
                    ),
                ),
            ),
            "history": (
                (project, opened.scenario),
                lambda: self._fill("history", *history_rows(opened, self._desk.texts)),
            ),
        }
        made_of, now = fill[name]
        before = self._filled.get(name)
        if before is None or any(a is not b for a, b in zip(before, made_of, strict=True)):
            self._filled[name] = made_of
            now()
        self._say_issues()
        self._say_count()
        self.fixes.refresh()
        self._follow(self._desk.selection.value)

    def _fill_matrix(self) -> None:
        document = self._desk.document
        project, results = document.studied, document.results
        there = project is not None and results is not None and bool(results.clusters)
        if project is not None and results is not None:
            made_of = (project, results, document.flips)
            known = self._matrix_found
            if known is None or any(a is not b for a, b in zip(known[0], made_of, strict=True)):
                known = (made_of, *matrix_rows(project, results, self._desk.texts, document.flips))
                self._matrix_found = known
            _, elements, rows = known
            if document.is_live:
                elements, rows = live_rows(document, rows, self._desk.texts)
            self.matrix.fill(elements, rows)
        has_compounds = document.project is not None and len(document.project.table("compounds")) > 0
        self._run.setVisible(has_compounds)
        self._import.setVisible(not has_compounds)
        self._show_page("matrix", there)

    def _live_changed(self) -> None:
        """Show the cells that are followed, at once where the matrix is open."""
        self._filled.pop("matrix", None)
        if self.tab == "matrix":
            self.refill()

    def _fill(self, name: str, headings: list[Heading], rows: list[Row]) -> None:
        self.views[name].fill(headings, rows)
        self._show_page(name, bool(rows))

    def _show_page(self, name: str, there: bool) -> None:
        page = self.pages.widget(TABS.index(name))
        assert isinstance(page, QStackedWidget)
        page.setCurrentIndex(0 if there else 1)

    def _say_stale(self) -> None:
        document, texts = self._desk.document, self._desk.texts
        if document.is_live:
            said = texts("app.live.tried" if document.live.tried is not None else "app.live.now")
        elif document.studying:
            said = texts("app.stale.studying")
        elif document.changes:
            said = texts("app.stale.changed")
        else:
            said = ""
        self.stale.setText(said)

    def _say_issues(self) -> None:
        document, texts = self._desk.document, self._desk.texts
        results, project = document.results, document.project
        n = len(
            results.issues if results is not None else project.import_issues if project is not None else ()
        )
        name = texts("app.tab.issues")
        self.tabs.setTabText(TABS.index("issues"), f"{name} {n}" if n else name)

    def _say_count(self) -> None:
        view = self.views.get(self.tab)
        if view is None:
            self.count.setText("")
            return
        shown, all_ = view.shown.rowCount(), view.model_.rowCount()
        texts = self._desk.texts
        self.count.setText(
            texts("app.rows_of", n=shown, all=all_) if shown != all_ else texts("app.rows", n=all_)
        )

    def _filter_now(self) -> None:
        view = self.views.get(self.tab)
        if view is not None:
            view.shown.filter_by(self.filter.text())
            self._say_count()

    # leading to the place

    def _cell_chosen(self, cluster: str, element: str) -> None:
        self._desk.selection.choose_cluster(cluster, element or None)

    def _element_chosen(self, element: str) -> None:
        results = self._desk.document.results
        if results is not None:
            kind = results.standard.element(element).facility
            same = kind is not None and kind == self._desk.selection.value.kind
            self._desk.selection.set(kind=None if same else kind)

    def _rows_chosen(self, name: str) -> None:
        if self._following:
            return
        rows = self.views[name].rows_chosen()
        self._following = True
        try:
            if name in ("compounds", "ledger"):
                self._desk.selection.choose_compounds(tuple(row.target[1] for row in rows))
            elif name == "issues" and len(rows) == 1 and rows[0].target[1]:
                self._desk.selection.choose_feature(*rows[0].target)
        finally:
            self._following = False

    def _row_clicked(self, name: str, index: QModelIndex) -> None:
        row_ = self.views[name].row_at(index)
        if name == "issues" and row_.place is not None:
            x, y = row_.place
            self._desk.selection.show_place((x, y, x, y))
        opened = self._desk.document.open_project
        if name == "scenarios" and opened is not None and row_.target[1] != opened.scenario:
            self._desk.document.switch(row_.target[1])

    def _selection_changed(self, before: Selected, after: Selected) -> None:
        if not self._following:
            self._follow(after)

    def _follow(self, chosen: Selected) -> None:
        self._following = True
        try:
            if self.tab == "matrix":
                self.matrix.choose(chosen.cluster, chosen.element or "")
            elif self.tab == "scenarios" and self._desk.document.open_project is not None:
                self.views[self.tab].choose([("scenario", self._desk.document.open_project.scenario)])
            elif self.tab in ("compounds", "ledger"):
                project = self._desk.document.project
                members: tuple[str, ...] = chosen.compounds
                if (
                    chosen.cluster is not None
                    and project is not None
                    and project.grouping.has(chosen.cluster)
                ):
                    members = project.grouping.cluster(chosen.cluster).members
                self.views[self.tab].choose([("compounds", compound) for compound in members])
        finally:
            self._following = False

    def _correct(self, row_: Row, heading: Heading, text: str) -> bool:
        layer_name, feature = row_.target
        column = layer(layer_name).column(heading.key)
        read = read_column(column, [text], heading=heading.title)
        if read.values[0] is None and text:
            texts = self._desk.texts
            told = texts("app.correct.wrong", column=texts.title(column), text=text)
            self._desk.window.notify("warning", told, texts("app.correct.wrong_remedy"))
            return False
        return self._verbs.set_attribute(layer_name, feature, heading.key, read.values[0])

    def shut_down(self) -> None:
        """Hear no more of document and selection."""
        self._hearing.stop()
