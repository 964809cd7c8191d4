"""The line at the window's foot: cursor, scale, CRS, the running job and when the last edit was saved."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QStatusBar, QWidget

from gis_planner.app.icons import action_icon
from gis_planner.app.jobs import JobRunner
from gis_planner.app.parts import label, line, tool_button
from gis_planner.app.texts import Texts, tip
from gis_planner.app.theme import SPACE, Theme

# The same with and without a running job, so that nothing moves when one begins.
_HEIGHT = 32


class StatusLine(QStatusBar):
    """Shows the state of things; its ✕ stops the running job."""

    def __init__(self, jobs: JobRunner, texts: Texts, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setFixedHeight(_HEIGHT)
        self._jobs = jobs
        self._texts = texts
        self._told = ""
        inside = QWidget()
        layout = QHBoxLayout(inside)
        layout.setContentsMargins(SPACE[2], 0, SPACE[2], 0)
        layout.setSpacing(SPACE[2])
        self.place = self._part(layout, 190)
        self.scale = self._part(layout, 70)
        self.crs = self._part(layout, 0)
        self.flips = label("", "second")
        self.flips.setObjectName("flips")
        self.flips.setTextFormat(Qt.TextFormat.PlainText)
        # Never wider than the room there is: the foot must not push the window apart.
        self.flips.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        layout.addWidget(self.flips, 1)
        self.job = label("", "second")
        self.job.setObjectName("job")
        self.job.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(140)
        self.bar.setRange(0, 1000)
        self.stop = tool_button(
            action_icon("close", theme), texts("app.status.stop"), self._stop, name="stop_job"
        )
        self.stop.setIconSize(QSize(14, 14))
        self.stop.setFixedSize(22, 22)
        for widget in (self.job, self.bar, self.stop):
            layout.addWidget(widget)
        layout.addWidget(line(upright=True))
        self.saved = label("", "second")
        self.saved.setObjectName("saved")
        layout.addWidget(self.saved)
        self.addWidget(inside, 1)
        jobs.changed.connect(self._show_job)
        self._show_job()

    def _part(self, layout: QHBoxLayout, width: int) -> QLabel:
        made = label("", "second")
        made.setMinimumWidth(width)
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout.addWidget(made)
        return made

    def show_place(self, x: float | None, y: float | None) -> None:
        """Show the coordinates under the cursor, easting first, in metres."""
        number = self._texts.number
        self.place.setText("" if x is None or y is None else f"{number(x, 1)}, {number(y, 1)}")

    def show_scale(self, scale: float | None) -> None:
        """Show the map's scale."""
        rounded = None if scale is None else float(f"{scale:.3g}")
        self.scale.setText("" if rounded is None else f"1:{self._texts.number(rounded)}")

    def show_crs(self, crs: str) -> None:
        """Show the name of the project's coordinate system."""
        self.crs.setText(crs)

    def show_saved(self, when: datetime | None) -> None:
        """Show when the last edit became durable; None: everything there is, is in the file."""
        if when is None:
            self.saved.setText(self._texts("app.status.all_saved"))
        else:
            self.saved.setText(self._texts("app.status.saved", time=when.strftime("%H:%M:%S")))

    def show_flips(self, said: str) -> None:
        """Show which verdicts would change by what a hand tries; what was told before is seen again after it."""
        self.flips.setText(said or self._told)
        self.flips.setToolTip(tip(said or self._told))

    def tell(self, said: str) -> None:
        """Say what was just done, until something else is done."""
        self._told = said
        self.show_flips("")

    def clear_project(self) -> None:
        """Show that no project is open."""
        for part in (self.place, self.scale, self.crs, self.saved):
            part.setText("")

    def _show_job(self) -> None:
        job = self._jobs.current
        for widget in (self.job, self.bar, self.stop):
            widget.setVisible(job is not None)
        if job is None:
            return
        percent = f"{job.share * 100:.0f}\u2009%"
        more = len(self._jobs.jobs) - 1
        said = self._texts.say(job.doing)
        if job.stopping:
            said = self._texts("app.status.stopping", what=self._texts.say(job.title))
        self.job.setText(f"{said}  {percent}" + (f"  +{more}" if more else ""))
        self.bar.setValue(round(job.share * 1000))
        self.stop.setEnabled(not job.stopping)

    def _stop(self) -> None:
        job = self._jobs.current
        if job is not None:
            job.cancel(drop=False)
            self._show_job()
