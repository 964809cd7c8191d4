"""The window: header, welcome page or work, foot; and the verbs that belong to the whole program.

Nothing here imports a GIS library, so the window is there at once. A job imports them; then `Document` and the
workbench are made.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gis_planner.app.about_dialog import AboutDialog
from gis_planner.app.actions import WORK, Actions
from gis_planner.app.header import Header
from gis_planner.app.jobs import JobRunner
from gis_planner.app.loading import LIBRARIES, load_and_warm, load_libraries
from gis_planner.app.menus import fill_project_menu, fill_scenario_menu, scenario_title
from gis_planner.app.notices import NoticeBar, NoticeSeverity
from gis_planner.app.palette import Palette
from gis_planner.app.preferences import Preferences
from gis_planner.app.project_verbs import ProjectVerbs
from gis_planner.app.qt_words import speak
from gis_planner.app.selection import Selection
from gis_planner.app.status_line import StatusLine
from gis_planner.app.texts import Texts, tip, unmarked
from gis_planner.app.theme import THEMES, Theme, palette, style_sheet
from gis_planner.app.welcome_page import WelcomePage
from gis_planner.errors import PlannerError
from gis_planner.messages import Catalogue, Message
from gis_planner.paths import user_log_dir

if TYPE_CHECKING:
    from gis_planner.app.comparing import Comparing
    from gis_planner.app.compound_judging import CompoundJudging
    from gis_planner.app.document import Document
    from gis_planner.app.regrouping import Regrouping
    from gis_planner.app.workbench import Workbench


class MainWindow(QMainWindow):
    """The one window. `begin` opens a project or the welcome page; `shut_down` is called after it has closed."""

    def __init__(self, preferences: Preferences, catalogue: Catalogue) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.preferences = preferences
        self.jobs = JobRunner(self)
        # Runs beside the jobs that a person waits for.
        self._quiet = JobRunner(self)
        self.selection = Selection(self)
        self.selection.changed.connect(lambda *_: self.refresh_actions())
        self.document: Document | None = None
        self.comparing: Comparing | None = None
        self.regrouping: Regrouping | None = None
        self.judging: CompoundJudging | None = None
        self.workbench: Workbench | None = None
        self.verbs = ProjectVerbs(self)
        self._catalogue = catalogue
        self._saved_at: datetime | None = None
        self._when_ready: list[Callable[[], object]] = []
        self.actions_ = Actions(self)
        self.addActions(self.actions_.all())
        self._connect()
        self.jobs.changed.connect(self._show_busy)
        self.dress()
        self._restore_place()

    # looks

    @property
    def theme(self) -> Theme:
        """The colours that are chosen."""
        return THEMES[self.preferences.theme]

    def dress(self) -> None:
        """Make everything that is seen, in the language and the colours that are chosen."""
        self.texts = Texts(self._catalogue, self.preferences.language)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            speak(application, self.preferences.language)
            sheet = style_sheet(self.theme)
            if application.styleSheet() != sheet:
                application.setPalette(palette(self.theme))
                application.setStyleSheet(sheet)
        self.actions_.dress(self.texts, self.theme)
        look = self.workbench.look() if self.workbench is not None else None
        self._undress()
        self.header = Header(self.actions_, self.texts, self.theme)
        self.notices = NoticeBar()
        self.welcome = WelcomePage(
            self.actions_,
            self.texts,
            self.theme,
            [Path(p) for p in self.preferences.recent],
            opened=self.verbs.open_path,
            forgotten=self.verbs.forget,
        )
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.notices)
        layout.addWidget(self.pages, 1)
        self.setCentralWidget(central)
        self.status = StatusLine(self.jobs, self.texts, self.theme)
        self.setStatusBar(self.status)
        self._fill_menu()
        self.header.workflow.chosen.connect(self._go_to_step)
        self.pages.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.pages.setFocus()
        if self.document is not None:
            self._make_workbench()
            if self.workbench is not None and look is not None:
                self.workbench.take_look(look)
        self._show_state()

    def _undress(self) -> None:
        if self.workbench is not None:
            self.workbench.shut_down()
            self.workbench.deleteLater()
            self.workbench = None

    def _make_workbench(self) -> None:
        from gis_planner.app.desk import Desk
        from gis_planner.app.workbench import Workbench

        assert self.document is not None
        assert self.comparing is not None
        assert self.regrouping is not None
        assert self.judging is not None
        desk = Desk(
            self.document,
            self.comparing,
            self.regrouping,
            self.judging,
            self.selection,
            self.texts,
            self.theme,
            self.preferences,
            self.actions_,
            self,
            self,
        )
        self.workbench = Workbench(desk, self.status, self.header)
        self.pages.addWidget(self.workbench)

    def switch_language(self) -> None:
        """Switch between Chinese and English at once."""
        self.preferences.language = "en" if self.preferences.language == "zh" else "zh"
        self.preferences.save()
        self.dress()

    def switch_theme(self) -> None:
        """Switch between light and dark at once."""
        self.preferences.theme = "light" if self.preferences.theme == "dark" else "dark"
        self.preferences.save()
        self.dress()

    def _restore_place(self) -> None:
        if not (
            self.preferences.geometry
            and self.restoreGeometry(
                QByteArray.fromBase64(self.preferences.geometry.encode("ascii", "ignore"))
            )
        ):
            screen = self.screen().availableGeometry()
            self.resize(min(1600, screen.width()), min(1000, screen.height()))

    # starting

    def begin(self, path: Path | None, *, scenario: str | None = None, sample: bool = False) -> None:
        """Load the libraries in a job and open the project that is asked for, or the sample."""
        if sample:
            self.verbs.open_sample()
        elif path is not None:
            self.verbs.open_path(path, scenario=scenario)
        self.when_ready(lambda: None)

    def when_ready(self, verb: Callable[[], object]) -> None:
        """Do something once the libraries are there."""
        if self.document is not None:
            verb()
            return
        self._when_ready.append(verb)
        if not self.jobs.has("libraries"):
            self.jobs.start(
                Message("app.job.libraries"),
                partial(load_libraries, LIBRARIES),
                kind="libraries",
                done=self._get_ready,
                failed=self.fail,
            )

    def _get_ready(self, _: object = None) -> None:
        from gis_planner.app.comparing import Comparing
        from gis_planner.app.compound_judging import CompoundJudging
        from gis_planner.app.document import Document
        from gis_planner.app.regrouping import Regrouping

        self.document = Document(self.jobs, self)
        self.comparing = Comparing(self.document, self)
        self.regrouping = Regrouping(self.document, self)
        self.judging = CompoundJudging(self.document, self)
        self.document.auto_study = self.preferences.auto_study
        self.document.who = self.preferences.who
        self.document.failed.connect(self.fail)
        self.document.project_changed.connect(lambda *_: self._show_state())
        self.document.results_changed.connect(self._show_state)
        self.document.results_changed.connect(lambda: self.notices.hide_note())
        self.document.writing_changed.connect(self._show_state)
        self.document.scenario_changed.connect(lambda _: self._show_state())
        self.document.saved.connect(self._show_saved)
        self._make_workbench()
        waiting, self._when_ready = self._when_ready, []
        self._show_state()
        for verb in waiting:
            verb()
        self._quiet.start(Message("app.job.libraries"), load_and_warm, failed=self.fail)

    def project_opened(self, path: Path) -> None:
        """Remember a project that was opened, and begin with it."""
        self.preferences.remember_project(path)
        self.notices.hide()
        self._show_saved(None)
        self._fill_menu()
        document = self.document
        if document is not None and document.project is not None and document.project.grouping.clusters:
            if not document.studying:
                document.study()
            self.selection.go_to("clusters")
        else:
            self.selection.go_to("data")
        if self.workbench is not None:
            self.workbench.map.view.setFocus()

    def close_project(self) -> None:
        """Close the project and go back to the welcome page; every edit is already saved."""
        if self.document is not None:
            self.document.close()
            self.notices.hide()
            self.dress()

    def import_files(self, paths: list[Path] | None = None) -> None:
        """Begin to import files; asks for them where none are given."""
        self.verbs.import_files(paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files that are dragged over the window."""
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open a project that was dropped, import anything else."""
        paths = _dropped(event)
        if paths:
            event.acceptProposedAction()
            QTimer.singleShot(0, lambda: self.verbs.take_files(paths))

    # what is there

    def _there(self) -> frozenset[str]:
        document = self.document
        opened = document.open_project if document is not None else None
        can_edit, chosen = document is not None and document.can_edit, self.selection.value
        there = {
            "job": bool(self.jobs.jobs),
            "ready": document is not None or not self.jobs.has("libraries"),
            "project": opened is not None,
            "edit": can_edit,
            "undo": can_edit and opened is not None and opened.can_undo,
            "redo": can_edit and opened is not None and opened.can_redo,
            "compounds": can_edit and bool(chosen.compounds),
            "cluster": can_edit and chosen.cluster is not None,
            "lockable": can_edit and bool(chosen.compounds or chosen.cluster is not None),
            "results": document is not None and document.results is not None,
        }
        return frozenset(name for name, is_there in there.items() if is_there)

    def _show_saved(self, when: datetime | None) -> None:
        self._saved_at = when
        self.status.show_saved(when)

    def refresh_actions(self) -> None:
        """Enable what can be done now."""
        self.actions_.enable(self._there())

    def _show_state(self) -> None:
        document = self.document
        project = document.project if document is not None else None
        there = project is not None
        self.header.show_project(there)
        self.pages.setCurrentIndex(1 if there and self.pages.count() > 1 else 0)
        self.actions_["auto_study"].setChecked(self.preferences.auto_study)
        self.actions_["dark"].setChecked(self.preferences.theme == "dark")
        if document is not None and document.open_project is not None and project is not None:
            name = project.title or document.open_project.path.stem
            self.header.project.setText(unmarked(name))
            here = document.open_project.scenario
            names = document.open_project.scenarios()
            self.header.scenario.setText(unmarked(scenario_title(self.texts, here)))
            menu = self.header.scenario_menu
            fill_scenario_menu(menu, self.actions_, self.texts, names, here, document.switch)
            self._say_history()
            self.status.show_saved(self._saved_at)
            self.setWindowTitle(f"{name} — {self.texts('app.title')}")
        else:
            self.header.project.setText(self.texts("app.title"))
            self.setWindowTitle(self.texts("app.title"))
            self.status.clear_project()
        self.refresh_actions()

    def _say_history(self) -> None:
        from gis_planner.app.history import redo_title, undo_title

        assert self.document is not None
        assert self.document.open_project is not None
        for action_id, find in (("undo", undo_title), ("redo", redo_title)):
            title = find(self.document.open_project)
            action = self.actions_[action_id]
            name = self.texts(f"app.action.{action_id}")
            action.setText(unmarked(f"{name}：{self.texts.say(title)}") if title is not None else name)
            action.setToolTip(tip(f"{action.text()}  {action.shortcut().toString()}"))
            action.setIconText(name)

    def _show_busy(self) -> None:
        job = self.jobs.current
        opening = (
            job is not None and job.kind in ("open", "libraries") and (self._when_ready or job.kind == "open")
        )
        if job is not None and opening:
            self.welcome.show_busy(self.texts.say(job.doing), job.share)
        else:
            self.welcome.show_busy(None, 0.0)
        self.refresh_actions()

    def _fill_menu(self) -> None:
        menu, recent = self.header.project_menu, self.preferences.recent
        fill_project_menu(menu, self.actions_, self.texts, recent, self.verbs.open_path)

    def _go_to_step(self, step: str) -> None:
        if self.document is not None and self.document.project is not None:
            self.selection.go_to(step)

    # what went wrong

    def notify(
        self,
        severity: NoticeSeverity,
        problem: str,
        remedy: str = "",
        *,
        action: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        """Show a notice above the work, with one thing to do about it."""
        self.notices.show_notice(
            severity, problem, remedy, self.theme, action=action, close_tip=self.texts("app.close")
        )

    def tell(self, said: str) -> None:
        """Say in the line at the foot what was just done, until something else is done."""
        self.status.tell(said)

    def fail(self, error: BaseException) -> None:
        """Show what could not be done; a defect goes to the log and the window's notice."""
        if isinstance(error, PlannerError):
            self.notify("error", self.texts.say(error.problem), self.texts.say(error.remedy))
        else:
            raise error

    def show_defect(self, what: str, log_file: Path) -> None:
        """Say that the program has a fault, that the project is safe, and where the log is."""
        self.notices.show_notice(
            "error",
            self.texts("app.defect"),
            self.texts("app.defect_remedy", what=what, file=str(log_file)),
            self.theme,
            action=(self.texts("app.action.log_folder"), self._show_log),
            close_tip=self.texts("app.close"),
        )

    def _show_log(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(user_log_dir())))

    # verbs of the whole program

    def _connect(self) -> None:
        on = self.actions_.on
        on("new", self.verbs.new_project)
        on("open", self.verbs.ask_for_project)
        on("sample", self.verbs.open_sample)
        on("close", self.close_project)
        on("quit", self.close)
        on("import", self.verbs.import_files)
        on("undo_all", lambda: self.document.undo_all() if self.document is not None else None)
        on("undo", lambda: self.document.undo() if self.document is not None else None)
        on("redo", lambda: self.document.redo() if self.document is not None else None)
        on("study", lambda: self.document.study() if self.document is not None else None)
        on("recluster", lambda: self.document.study(recluster=True) if self.document is not None else None)
        on("stop", partial(self.jobs.cancel, drop=False))
        on("auto_study", self._toggle_auto_study)
        on("dark", self.switch_theme)
        on("language", self.switch_language)
        on("palette", self._show_palette)
        on("log_folder", self._show_log)
        on("about", lambda: AboutDialog(self.texts, self.theme, self).open())
        for action_id in WORK:
            on(action_id, partial(self._work, action_id))

    def _work(self, action_id: str) -> None:
        if self.workbench is not None:
            self.workbench.do(action_id)

    def _toggle_auto_study(self) -> None:
        self.preferences.auto_study = self.actions_["auto_study"].isChecked()
        self.preferences.save()
        if self.document is not None:
            self.document.auto_study = self.preferences.auto_study
            if self.preferences.auto_study and self.document.changes:
                self.document.study()

    def _show_palette(self) -> None:
        shown = Palette(self.actions_, self.texts, self)
        shown.show_over(self)

    # the end

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close at any time: every edit is already in the file, and running work is asked to stop."""
        self.preferences.geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        if self.workbench is not None:
            self.workbench.remember()
        self.preferences.save()
        self.jobs.cancel()
        event.accept()

    def shut_down(self) -> None:
        """Wait for work that was asked to stop, then close the project; the window has already gone."""
        self.hide()
        if self.workbench is not None:
            self.workbench.shut_down()
        self.jobs.shut_down()
        self._quiet.shut_down()
        if self.document is not None:
            self.document.close_file()


def _dropped(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
