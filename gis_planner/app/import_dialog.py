"""Bringing files in: what is in them, what each layer would become and why, and what must still be told.

Nothing is taken before the person has seen it. Files are looked into and read in jobs; what was taken is in the
project file when the dialog says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gis_planner.app.document import Document
from gis_planner.app.icons import action_icon, blank_icon
from gis_planner.app.import_details import ImportDetails
from gis_planner.app.import_plan import Outcome, Plan, carry_out, in_order, make_plans, missing, with_mode
from gis_planner.app.jobs import Job
from gis_planner.app.parts import button, column, label, line, row, scrolled
from gis_planner.app.texts import Texts
from gis_planner.app.theme import SPACE, Theme
from gis_planner.errors import PlannerError
from gis_planner.io.inspect import Found, inspect_file
from gis_planner.messages import Message

_ROW = Qt.ItemDataRole.UserRole


class ImportDialog(QDialog):
    """Shows what files hold and takes what is wanted; `stored(text)` says what was taken."""

    stored = Signal(str)

    def __init__(
        self, document: Document, texts: Texts, theme: Theme, paths: Sequence[Path], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(texts("app.import.title"))
        self.resize(1060, 720)
        self._document, self._texts, self._theme = document, texts, theme
        self._jobs: list[Job] = []
        self.plans: list[Plan] = []
        self.problems: list[tuple[Path, PlannerError]] = []
        self._looking = 0

        self.list = QListWidget()
        self.list.setObjectName("found")
        self.list.setSpacing(1)
        self.list.currentRowChanged.connect(self._show_details)
        self.list.itemChanged.connect(self._ticked)
        self._right = QStackedWidget()
        self._looking_page = column(None, row(None, label(texts("app.import.looking"), "second"), None), None)
        self._right.addWidget(self._looking_page)
        left = QFrame()
        left.setProperty("role", "surface")
        inside = QVBoxLayout(left)
        inside.setContentsMargins(0, SPACE[2], 0, 0)
        inside.addWidget(row(label(texts("app.import.found"), "group"), margins=(SPACE[2], 0, 0, 0)))
        inside.addWidget(self.list, 1)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.setHandleWidth(1)
        across.addWidget(left)
        across.addWidget(self._right)
        across.setSizes([330, 730])
        across.setStretchFactor(1, 1)
        self.told = label("", "warn", wrap=True)
        self.told.setObjectName("told")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.hide()
        self.take = button(texts("app.import.take"), self.start, role="primary")
        self.take.setObjectName("take")
        self.take.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(across, 1)
        layout.addWidget(line())
        foot = row(column(self.told, self.bar, spacing=4), button(texts("app.cancel"), self.reject), self.take,
                   margins=(SPACE[3], SPACE[2], SPACE[3], SPACE[2]))  # fmt: skip
        inner = foot.layout()
        if inner is not None:
            inner.setProperty("spacing", SPACE[1])
        layout.addWidget(foot)
        foot.layout().setStretch(0, 1)  # type: ignore[union-attr]
        for path in paths:
            self._look_into(path)

    # looking

    def _look_into(self, path: Path) -> None:
        crs = self._document.project.crs if self._document.project is not None else ""
        self._looking += 1
        job = self._document.jobs.start(
            Message("app.job.inspect", file=path.name),
            lambda progress: inspect_file(path, project_crs=crs),
            kind="inspect",
            done=lambda found: self._found(path, found),
            failed=lambda error: self._not_readable(path, error),
        )
        self._follow(job)

    def _follow(self, job: Job) -> None:
        self._jobs.append(job)
        job.ended.connect(lambda: self._jobs.remove(job) if job in self._jobs else None)

    def _found(self, path: Path, found: tuple[Found, ...]) -> None:
        self._looking -= 1
        project = self._document.project
        if project is not None:
            self.plans.extend(make_plans(path, found, project))
        self._list_again()

    def _not_readable(self, path: Path, error: BaseException) -> None:
        self._looking -= 1
        if not isinstance(error, PlannerError):
            self._list_again()
            raise error
        self.problems.append((path, error))
        self._list_again()

    def _list_again(self) -> None:
        at = max(self.list.currentRow(), 0)
        self.list.blockSignals(True)
        self.list.clear()
        for number, plan in enumerate(self.plans):
            self.list.addItem(self._item(number, plan))
        for path, _ in self.problems:
            item = QListWidgetItem(
                action_icon("error", self._theme, token="danger"),
                f"{path.name}\n" + self._texts("app.import.unreadable"),
            )
            item.setData(_ROW, -1)
            self.list.addItem(item)
        self.list.blockSignals(False)
        if self.list.count():
            self.list.setCurrentRow(min(at, self.list.count() - 1))
        self._show_details(self.list.currentRow())
        self._say()

    def _item(self, number: int, plan: Plan) -> QListWidgetItem:
        texts = self._texts
        name = plan.path.name
        if plan.found.source_layer and plan.found.source_layer != plan.path.stem:
            name = f"{name} · {plan.found.source_layer}"
        becomes = texts.layer(plan.layer) if plan.layer else texts("app.import.not_recognised")
        second = (
            texts("app.import.done_row", layer=becomes)
            if plan.done
            else f"→ {becomes}  {texts('app.import.rows', n=plan.found.rows)}"
        )
        item = QListWidgetItem(f"{name}\n{second}")
        item.setData(_ROW, number)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not plan.done:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
            item.setCheckState(Qt.CheckState.Checked if plan.take else Qt.CheckState.Unchecked)
        item.setFlags(flags)
        if plan.done:
            item.setIcon(action_icon("check", self._theme, token="ok"))
        elif self._missing(plan):
            item.setIcon(action_icon("warning", self._theme, token="warn"))
        else:
            item.setIcon(blank_icon())
        return item

    def _show_details(self, at: int) -> None:
        number = int(self.list.item(at).data(_ROW)) if 0 <= at < self.list.count() else -2
        if number >= 0:
            page: QWidget = ImportDetails(
                self._texts,
                self._theme,
                self._document,
                self.plans[number],
                partial(self.change, number),
                partial(self._look_again, number),
            )
        elif number == -1:
            path, error = self.problems[at - len(self.plans)]
            page = scrolled(column(
                label(path.name, "title"), label(self._texts.say(error.problem), wrap=True, selectable=True),
                label(self._texts.say(error.remedy), "second", wrap=True, selectable=True), None,
                margins=(SPACE[3], SPACE[3], SPACE[3], SPACE[3]),
            ))  # fmt: skip
        else:
            page = self._looking_page
        before = self._right.currentWidget()
        if page is not self._looking_page:
            self._right.addWidget(page)
        self._right.setCurrentWidget(page)
        if before is not None and before is not page and before is not self._looking_page:
            self._right.removeWidget(before)
            before.deleteLater()

    # deciding

    def change(self, number: int, plan: Plan) -> None:
        """Take up what the person decided about one layer."""
        project = self._document.project
        if project is None:
            return
        self.plans[number] = with_mode(plan, project, filled=self._filled_before(plan))
        self._list_again()

    def _look_again(self, number: int) -> None:
        """Look into the file again with another encoding, CRS or datum, to show how it would come out."""
        plan = self.plans[number]
        crs = self._document.project.crs if self._document.project is not None else ""
        options = replace(plan.options(), layer=None, source_layer=None, columns={})

        def done(found: tuple[Found, ...]) -> None:
            same = [
                one
                for one in found
                if one.source_layer == plan.found.source_layer and one.geometry == plan.found.geometry
            ]
            if same and number < len(self.plans) and self.plans[number].path == plan.path:
                self.plans[number] = replace(self.plans[number], found=same[0])
                self._list_again()

        def failed(error: BaseException) -> None:
            if not isinstance(error, PlannerError):
                raise error
            self._tell(error)

        self._follow(
            self._document.jobs.start(
                Message("app.job.inspect", file=plan.path.name),
                lambda progress: inspect_file(plan.path, project_crs=crs, options=options),
                kind="inspect", done=done, failed=failed,
            )
        )  # fmt: skip

    def _ticked(self, item: QListWidgetItem) -> None:
        number = int(item.data(_ROW))
        if number >= 0:
            take = item.checkState() == Qt.CheckState.Checked
            if take != self.plans[number].take:
                self.change(number, replace(self.plans[number], take=take))

    def _filled_before(self, plan: Plan) -> frozenset[str]:
        """Give the layers that are filled by what is taken before this plan."""
        filled: set[str] = set()
        for other in in_order(self.plans):
            if other.path == plan.path and other.found is plan.found:
                break
            filled.add(other.layer)
        return frozenset(filled)

    def _missing(self, plan: Plan) -> list[Message]:
        project = self._document.project
        return missing(plan, project, filled=self._filled_before(plan)) if project is not None else []

    def _say(self) -> None:
        wanted = [plan for plan in self.plans if plan.take and not plan.done]
        needs = [(plan, message) for plan in wanted for message in self._missing(plan)]
        if self._looking:
            said = ""
        elif needs:
            plan, message = needs[0]
            said = f"{plan.path.name}：{self._texts.say(message)}"
        elif not wanted:
            said = self._texts("app.import.nothing_chosen")
        else:
            said = ""
        self.told.setText(said)
        self.take.setEnabled(bool(wanted) and not needs and not self._looking and self._document.can_edit)

    def _tell(self, error: PlannerError) -> None:
        self.told.setText(f"{self._texts.say(error.problem)}。{self._texts.say(error.remedy)}")

    # taking

    def start(self) -> None:
        """Read and store what is ticked, in a job."""
        plans = list(self.plans)
        job = self._document.write(
            Message("app.job.store"),
            lambda opened, progress: carry_out(plans, opened, progress),
            done=self._carried_out,
        )
        if job is None:
            return
        self._follow(job)
        self.take.setEnabled(False)
        self.list.setEnabled(False)
        self._right.setEnabled(False)
        self.bar.setValue(0)
        self.bar.show()
        self.told.setText("")
        job.reported.connect(self._show_progress)
        job.cancelled.connect(self._ready_again)
        job.failed.connect(lambda _: self._ready_again())

    def _show_progress(self, share: float, doing: Message) -> None:
        self.bar.setValue(round(share * 1000))
        self.told.setText(self._texts.say(doing))

    def _ready_again(self) -> None:
        self.bar.hide()
        self.list.setEnabled(True)
        self._right.setEnabled(True)
        self._list_again()

    def _carried_out(self, outcome: Outcome) -> None:
        stored = {(plan.path, plan.found.source_layer, plan.layer) for plan, _ in outcome.stored}
        self.plans = [
            replace(plan, done=True) if (plan.path, plan.found.source_layer, plan.layer) in stored else plan
            for plan in self.plans
        ]
        self._ready_again()
        if outcome.stored:
            self.stored.emit(self._summary(outcome))
        if outcome.error is not None:
            self._tell(outcome.error)
        else:
            self.accept()

    def _summary(self, outcome: Outcome) -> str:
        texts = self._texts
        parts = [
            texts("app.import.taken", layer=texts.layer(one.layer), n=texts.number(one.rows))
            for _, one in outcome.stored
        ]
        doubts = sum(len(one.issues) for _, one in outcome.stored)
        said = texts("app.import.took", what="、".join(parts) if texts.language == "zh" else ", ".join(parts))
        return f"{said} {texts('app.import.doubts', n=doubts)}" if doubts else said

    def done(self, result: int) -> None:
        """Stop looking when the dialog closes; a job that already writes ends at its next report."""
        for job in list(self._jobs):
            job.cancel()
        super().done(result)
