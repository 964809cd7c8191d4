"""The panel on the right: what is selected, else the page of the workflow's step that is open."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from gis_planner.app.cluster_page import build_cluster_page
from gis_planner.app.compound_page import build_compounds_page
from gis_planner.app.desk import Desk
from gis_planner.app.export_page import build_export_page
from gis_planner.app.facility_page import build_facility_page, build_feature_page
from gis_planner.app.hearing import Hearing
from gis_planner.app.step_pages import (
    build_clusters_page,
    build_coverage_page,
    build_data_page,
    build_eligibility_page,
    build_standard_page,
)
from gis_planner.app.verbs import Verbs

_STEP_PAGES = {
    "data": build_data_page,
    "eligibility": build_eligibility_page,
    "clusters": build_clusters_page,
    "coverage": build_coverage_page,
    "standard": build_standard_page,
    "export": build_export_page,
}


class Inspector(QWidget):
    """Shows one page at a time and builds it anew when what it shows has changed."""

    def __init__(self, desk: Desk, verbs: Verbs) -> None:
        super().__init__()
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk, self._verbs = desk, verbs
        self._shows: tuple[object, ...] = ()
        self._subject = ""
        self._live: tuple[object, ...] = ()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area)
        # The widget that asked for an edit is still handling its event; the page is built after that.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refill)
        self._hearing = Hearing()
        self._hearing.on(desk.document.project_changed, lambda *_: self._soon.start(0))
        self._hearing.on(desk.document.results_changed, lambda: self._soon.start(0))
        self._hearing.on(desk.document.live.changed, lambda: self._soon.start(0))
        self._hearing.on(desk.document.writing_changed, lambda: self._soon.start(0))
        self._hearing.on(desk.regrouping.changed, self._regrouping_changed)
        self._hearing.on(desk.judging.changed, lambda: self._soon.start(0))
        self._hearing.on(desk.selection.changed, lambda *_: self._soon.start(0))
        self.refill()

    @property
    def subject(self) -> str:
        """What the page is about: `cluster:Z01`, `compounds:C1`, `step:data` …"""
        return self._subject

    @property
    def page(self) -> QWidget | None:
        """The page that is shown."""
        return self._area.widget()

    def refill(self) -> None:
        """Build the page of what is selected, where anything that it shows has changed."""
        document, chosen = self._desk.document, self._desk.selection.value
        project = document.project
        self._live = self._follow()
        answers = self._desk.regrouping.live
        stands = answers.project if answers is not None else None
        judged = self._desk.judging.found
        shows = (
            project, document.results, document.exported, document.can_edit, chosen, self._live, stands, judged,
        )  # fmt: skip
        if project is None or (
            len(shows) == len(self._shows) and all(a is b for a, b in zip(shows, self._shows, strict=True))
        ):
            return
        self._shows = shows
        subject, page = self._build()
        same = subject == self._subject
        self._subject = subject
        down = self._area.verticalScrollBar().value() if same else 0
        focus = QApplication.focusWidget()
        name = focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""
        self._area.setWidget(page)
        self._area.verticalScrollBar().setValue(down)
        if name and same:
            again = page.findChild(QWidget, name)
            if isinstance(again, QWidget):
                again.setFocus()

    def _regrouping_changed(self) -> None:
        """Fill the page anew when answers are there or gone, not for every place that a hand tries."""
        if self._desk.regrouping.trial is None:
            self._soon.start(0)

    def _follow(self) -> tuple[object, ...]:
        """Give what the page shows of the verdicts that are followed; the same object while that is the same."""
        document, chosen = self._desk.document, self._desk.selection.value
        study = document.live.study
        if study is None or chosen.cluster is None or not document.is_live:
            return ()
        cells = [study.cells.get((chosen.cluster, element.id)) for element in study.standard.elements]
        now: tuple[object, ...] = (chosen.cluster, *cells, study.project if chosen.element else None)
        return self._live if now == self._live else now

    def _build(self) -> tuple[str, QWidget]:
        desk, verbs, chosen = self._desk, self._verbs, self._desk.selection.value
        project = desk.document.project
        assert project is not None
        if chosen.cluster is not None and project.grouping.has(chosen.cluster):
            return f"cluster:{chosen.cluster}", build_cluster_page(
                desk, verbs, chosen.cluster, chosen.element
            )
        if chosen.compounds:
            return f"compounds:{','.join(chosen.compounds)}", build_compounds_page(
                desk, verbs, chosen.compounds
            )
        if chosen.facility is not None:
            return f"facility:{chosen.facility}", build_facility_page(desk, verbs, chosen.facility)
        if chosen.feature is not None:
            return f"feature:{':'.join(chosen.feature)}", build_feature_page(desk, verbs, *chosen.feature)
        return f"step:{chosen.step}", _STEP_PAGES[chosen.step](desk, verbs)

    def shut_down(self) -> None:
        """Hear no more of document and selection."""
        self._soon.stop()
        self._hearing.stop()
