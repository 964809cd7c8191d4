"""Why a compound stands where it stands: the sentence, and folded below it what each other cluster would cost.

For every neighbouring cluster the difference of each soft term is listed, and what would break there. The figures are
those of a trial of the move, so that they are the same that a hand sees while it carries the compound over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from gis_planner.analysis.extension import cluster_name
from gis_planner.app.desk import Desk
from gis_planner.app.page_parts import aligned
from gis_planner.app.parts import button, column, label, row
from gis_planner.app.said import cluster_title
from gis_planner.app.theme import SPACE
from gis_planner.messages import Message

if TYPE_CHECKING:
    from gis_planner.analysis.live_grouping import LiveGrouping

_LEAST = 0.005


@dataclass(frozen=True)
class Elsewhere:
    """What standing in another cluster would change: the difference of each soft term, and what would break."""

    cluster: str
    terms: dict[str, float]
    refusals: tuple[Message, ...]

    @property
    def cost(self) -> float:
        """The difference of all terms together."""
        return sum(self.terms.values())


def look_elsewhere(live: LiveGrouping, compound: str) -> tuple[Elsewhere, ...]:
    """Try a compound in every neighbouring cluster, the cheapest first."""
    from gis_planner.analysis.moving import hosts_in, try_move

    found = []
    for host in hosts_in(live, (compound,)):
        if not host.beside or not live.grouping.has(host.target):
            continue
        trial = try_move(live, (compound,), host.target)
        terms: dict[str, float] = {}
        for side in trial.comparison.sides:
            for name, (was, now) in side.term_changes.items():
                terms[name] = terms.get(name, 0.0) + now - was
        found.append(Elsewhere(host.target, terms, (*trial.refusals, *trial.breaks) or host.refusals))
    return tuple(sorted(found, key=lambda one: (bool(one.refusals), one.cost)))


def why_here(desk: Desk, compound: str) -> list[QWidget]:
    """Show why a grouped compound stands in its cluster, or what is still being prepared."""
    texts, live = desk.texts, desk.regrouping.live
    desk.regrouping.want()
    if live is None or live.project is not desk.document.project:
        return [label(texts("app.why.preparing"), "second", wrap=True)] if desk.regrouping.waiting else []
    elsewhere = look_elsewhere(live, compound)
    said = label(texts.say(explain_here(desk, live, compound, elsewhere)), wrap=True, selectable=True)
    said.setObjectName("why_here")
    return [said, _folded(desk, elsewhere)] if elsewhere else [said]


def explain_here(desk: Desk, live: LiveGrouping, compound: str, elsewhere: tuple[Elsewhere, ...]) -> Message:
    """Say in a sentence why a compound stands in its cluster and in no neighbouring one."""
    town, grouping = live.town, live.grouping
    own = grouping.cluster(grouping.cluster_of()[compound])
    members = set(town.rows(own.members))
    beside = sum(other in members for other in town.links[town.row[compound]]) if compound in town.row else 0
    if not elsewhere:
        return Message("app.why.no_other", n=beside)
    cases = [
        Message(
            "app.why.case",
            cluster=cluster_name(grouping.cluster(other.cluster)),
            why=list(other.refusals) if other.refusals else _say_cost(other),
        )
        for other in elsewhere
    ]
    return Message("app.why.here", n=beside, cases=cases)


def _say_cost(other: Elsewhere) -> Message:
    largest = max(other.terms, key=lambda name: abs(other.terms[name]), default="")
    key = "app.why.dearer" if other.cost >= 0 else "app.why.cheaper"
    return Message(
        key,
        cost=f"{abs(other.cost):.2f}",
        term=Message(f"clusters.term.{largest}"),
        difference=_signed(other.terms.get(largest, 0.0)),
    )


def _folded(desk: Desk, elsewhere: tuple[Elsewhere, ...]) -> QWidget:
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
    texts, project = desk.texts, desk.document.project
    assert project is not None
    title = cluster_title(texts, project.grouping.cluster(other.cluster))
    made = QWidget()
    made.setObjectName(f"elsewhere_{other.cluster}")
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE[2])
    grid.setVerticalSpacing(1)
    grid.setColumnStretch(0, 1)
    there = button(
        texts("app.why.elsewhere", cluster=title),
        lambda: desk.selection.choose_cluster(other.cluster),
        role="link",
    )
    grid.addWidget(there, 0, 0, Qt.AlignmentFlag.AlignLeft)
    grid.addWidget(aligned(_signed(other.cost), 56, _role(other.cost)), 0, 1)
    at = 1
    for name, difference in sorted(other.terms.items(), key=lambda item: -abs(item[1])):
        if abs(difference) >= _LEAST:
            grid.addWidget(label(texts(f"clusters.term.{name}"), "second"), at, 0)
            grid.addWidget(aligned(_signed(difference), 56, _role(difference)), at, 1)
            at += 1
    for why in other.refusals:
        grid.addWidget(label(texts.say(why), "danger", wrap=True), at, 0, 1, 2)
        at += 1
    return made


def _signed(value: float) -> str:
    return "0.00" if abs(value) < _LEAST else f"{value:+.2f}".replace("-", "−")


def _role(value: float) -> str:
    return "second" if abs(value) < _LEAST else "danger" if value > 0 else "ok"
