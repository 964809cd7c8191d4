"""What a dragged facility would change, on the map: at most once a frame, whatever the mouse reports.

Movements between two frames are only remembered; the last of them is tried when the window is idle again. Nothing is
drawn of a place that was not measured.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from gis_planner.app.document import Document
from gis_planner.app.isochrone_drawing import MINUTES, Isochrones
from gis_planner.model.edits import MoveFacility


class Trial(QObject):
    """Tries the places over which a facility is held."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._wanted: MoveFacility | None = None
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(0)
        self._frame.timeout.connect(self._try)

    def hold(self, facility: str, x: float, y: float) -> None:
        """Hold a facility over a place."""
        self._wanted = MoveFacility(facility, round(x, 3), round(y, 3))
        self._frame.start()

    def let_go(self) -> None:
        """Hold nothing any more, and take back what was tried."""
        self._frame.stop()
        self._wanted = None
        self._document.live.let_go()

    def _try(self) -> None:
        if self._wanted is not None and self._document.can_edit:
            self._document.live.try_edit(self._wanted)


def trace_tried(document: Document) -> Isochrones | None:
    """Trace the isochrones of the facility that is dragged, from where it is held; None where it reaches no street."""
    live = document.live
    if live.study is None or live.ground is None or not isinstance(live.tried, MoveFacility):
        return None
    from gis_planner.analysis.isochrones import live_isochrones, minutes_to_metres, starts_at

    coverage = live.study.reach.coverage
    slot = coverage.slot_of.get(live.tried.id)
    points = coverage.facility_points[slot] if slot is not None else None
    if points is None or not len(points.edge):
        return None
    speed = live.study.project.rules.walk_speed_m_s
    metres = {minutes: minutes_to_metres(minutes, walk_speed_m_s=speed) for minutes in MINUTES}
    outlines = live_isochrones(
        live.ground, starts_at(points.edge, points.offset_m, points.leg_m), list(metres.values())
    )
    of = f"facilities/{live.tried.id}"
    return Isochrones(of, metres, dict(zip(MINUTES, outlines, strict=True)), exact=False)
