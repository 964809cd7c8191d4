"""Why a compound stands where it stands: the sentence, and folded below it what each other cluster would cost.

For every neighbouring cluster the difference of each soft term is listed, and what would break there.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from gis_planner.analysis.member_reasons import Elsewhere, explain_member, look_elsewhere
from gis_planner.app.desk import Desk
from gis_planner.app.page_parts import aligned
from gis_planner.app.parts import button, column, label, row
from gis_planner.app.said import cluster_title
from gis_planner.app.theme import SPACE

_LEAST = 0.005


def why_here(desk: Desk, compound: str) -> list[QWidget]:
    """Show why a grouped compound stands in its cluster, or what is still being prepared."""
    texts, live = desk.texts, desk.regrouping.live
    desk.regrouping.want()
    if live is None or live.project is not desk.document.project:
        return [label(texts("app.why.preparing"), "second", wrap=True)] if desk.regrouping.waiting else []
    if compound not in live.town.row:
        return []
    costs = live.costs
    elsewhere = look_elsewhere(live.town, live.grouping, costs, compound)
    message = explain_member(live.town, live.grouping, costs, compound, blocked=desk.regrouping.blocked)
    said = label(texts.say(message), wrap=True, selectable=True)
    said.setObjectName("why_here")
    return [said, _folded(desk, elsewhere)] if elsewhere else [said]


def _folded(desk: Desk, elsewhere: Sequence[Elsewhere]) -> QWidget:
    texts = desk.texts
    inside = column(*[_one(desk, other) for other in elsewhere], spacing=SPACE[2])
    inside.setObjectName("why_table")
    opened = desk.preferences.unfolded
    inside.setVisible(opened)
    toggle: QPushButton = button(texts(_toggle_key(opened), n=len(elsewhere)), role="link")
    toggle.setObjectName("why_toggle")

    def turn() -> None:
        shown = inside.isHidden()
        inside.setVisible(shown)
        desk.preferences.unfolded = shown
        toggle.setText(texts(_toggle_key(shown), n=len(elsewhere)))

    toggle.clicked.connect(turn)
    return column(row(toggle, None), inside, spacing=SPACE[0])


def _toggle_key(shown: bool) -> str:
    return "app.why.fold" if shown else "app.why.unfold"


def _one(desk: Desk, other: Elsewhere) -> QWidget:
    texts, title = desk.texts, cluster_title(desk.texts, other.cluster)
    made = QWidget()
    made.setObjectName(f"elsewhere_{other.cluster.id}")
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE[2])
    grid.setVerticalSpacing(1)
    grid.setColumnStretch(0, 1)
    there = button(
        texts("app.why.elsewhere", cluster=title),
        lambda: desk.selection.choose_cluster(other.cluster.id),
        role="link",
    )
    grid.addWidget(there, 0, 0, Qt.AlignmentFlag.AlignLeft)
    grid.addWidget(aligned(_signed(other.total), 56, _role(other.total)), 0, 1)
    at = 1
    for name, difference in sorted(other.differences.items(), key=lambda item: -abs(item[1])):
        if abs(difference) >= _LEAST:
            grid.addWidget(label(texts(f"app.term.{name}"), "second"), at, 0)
            grid.addWidget(aligned(_signed(difference), 56, _role(difference)), at, 1)
            at += 1
    for why in other.forbidden:
        grid.addWidget(label(texts.say(why), "danger", wrap=True), at, 0, 1, 2)
        at += 1
    return made


def _signed(value: float) -> str:
    return "0.00" if abs(value) < _LEAST else f"{value:+.2f}".replace("-", "−")


def _role(value: float) -> str:
    return "second" if abs(value) < _LEAST else "danger" if value > 0 else "ok"
