"""The verbs for whole projects: open, make, close, and bring files in.

Everything that needs the workflow is imported inside the jobs, so that the window is there before it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QStandardPaths, QTimer
from PySide6.QtWidgets import QFileDialog

from gis_planner.app.new_project_dialog import NewProjectDialog
from gis_planner.errors import PlannerError
from gis_planner.messages import Message
from gis_planner.paths import user_data_dir
from gis_planner.progress import Progress

if TYPE_CHECKING:
    from gis_planner.app.main_window import MainWindow

PROJECT_SUFFIX = ".gpkg"
Then = Callable[[], object] | None


class ProjectVerbs:
    """What a person does with project files and data files, for one window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def open_path(self, path: Path, *, scenario: str | None = None, otherwise: Then = None) -> None:
        """Open a project; what is open stays until the new one is there. `otherwise`: when it is none of ours."""
        home = path.expanduser()

        def load(_: Progress) -> Any:
            from gis_planner.workflow.open_project import open_project

            return open_project(home, scenario=scenario)

        self._load(load, Message("app.job.open", name=path.stem), home, otherwise=otherwise)

    def open_sample(self) -> None:
        """Open the invented county town, made anew in the user's own folder where it is not there yet."""
        path = user_data_dir() / f"sample{PROJECT_SUFFIX}"

        def load(progress: Progress) -> Any:
            from gis_planner.workflow.open_project import open_project
            from gis_planner.workflow.sample import make_sample_project

            return open_project(path) if path.exists() else make_sample_project(path, progress=progress)

        self._load(load, Message("app.job.sample"), path)

    def new_project(self, *, then: Then = None) -> None:
        """Ask for title, file, city profile and CRS, make a project, and go on with `then`."""
        dialog = NewProjectDialog(self._window.texts, self.last_folder(), self._window)
        dialog.accepted.connect(lambda: self.make_project(*dialog.wanted(), then=then))
        dialog.open()

    def make_project(self, path: Path, title: str, profile: str, crs: str, *, then: Then = None) -> None:
        """Make a project file and open it."""

        def load(_: Progress) -> Any:
            from gis_planner.workflow.open_project import new_project

            return new_project(path, title=title, profile=profile, crs=crs)

        self._load(load, Message("app.job.new", name=path.stem), path, then=then)

    def _load(
        self,
        load: Callable[[Progress], Any],
        title: Message,
        path: Path,
        *,
        then: Then = None,
        otherwise: Then = None,
    ) -> None:
        window = self._window

        def opened() -> None:
            window.project_opened(path)
            if then is not None:
                then()

        def failed(error: BaseException) -> None:
            foreign = isinstance(error, PlannerError) and error.problem.key == "project.not_a_project"
            if otherwise is not None and foreign:
                otherwise()
            else:
                window.fail(error)

        def begin() -> None:
            assert window.document is not None
            window.document.load(load, title, opened=opened, failed=failed)

        window.when_ready(begin)

    def ask_for_project(self) -> None:
        """Ask which project to open."""
        texts = self._window.texts
        name, _ = QFileDialog.getOpenFileName(
            self._window, texts("app.action.open"), self.last_folder(), texts("app.files.projects")
        )
        if name:
            self.open_path(Path(name))

    def last_folder(self) -> str:
        """Give the folder of the project that was open last, the sample apart, else the person's documents."""
        folders = [Path(recent).parent for recent in self._window.preferences.recent]
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        own = [folder for folder in folders if folder != user_data_dir()]
        chosen = [folder for folder in (*own[:1], Path(documents), Path.home()) if folder.is_dir()]
        return str(chosen[0]) if chosen else str(Path.home())

    def forget(self, path: Path) -> None:
        """Take a project from the list of recent ones."""
        self._window.preferences.forget_project(path)
        # The page that asked for this is still handling the click.
        QTimer.singleShot(0, self._window.dress)

    def ask_for_files(self) -> list[Path]:
        """Ask which data files to import."""
        window = self._window
        names, _ = QFileDialog.getOpenFileNames(
            window,
            window.texts("app.action.import"),
            window.preferences.import_dir or self.last_folder(),
            window.texts("app.files.data"),
        )
        return [Path(name) for name in names]

    def import_files(self, paths: list[Path] | None = None) -> None:
        """Look into files and let the person decide what becomes of them; asks for files where none are given."""
        window = self._window
        if window.document is None or window.document.project is None:
            return
        chosen = self.ask_for_files() if paths is None else paths
        if not chosen:
            return
        window.preferences.import_dir = str(chosen[0].parent)
        window.preferences.save()
        from gis_planner.app.import_dialog import ImportDialog

        dialog = ImportDialog(window.document, window.texts, window.theme, chosen, window)
        dialog.stored.connect(lambda said: window.notify("note", said, window.texts("app.import.next")))
        dialog.open()

    def take_files(self, paths: list[Path]) -> None:
        """Open the one file that is a project; import others into the open project, or into a new one."""

        def take() -> None:
            if len(paths) == 1 and paths[0].suffix.lower() == PROJECT_SUFFIX:
                self.open_path(paths[0], otherwise=lambda: self._take_data(paths))
            else:
                self._take_data(paths)

        self._window.when_ready(take)

    def _take_data(self, paths: list[Path]) -> None:
        document = self._window.document
        if document is not None and document.project is not None:
            self.import_files(paths)
        else:
            self.new_project(then=lambda: self.import_files(paths))
