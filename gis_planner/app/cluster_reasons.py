"""Why a cluster is as it is: its bounds with their state, its soft terms, and how good the proposal is at worst."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gis_planner.analysis.member_reasons import explain_cluster
from gis_planner.app.desk import Desk
from gis_planner.app.marks import MarkLabel
from gis_planner.app.parts import column, group, label, row
from gis_planner.app.said import say_bound
from gis_planner.app.standing_of_now import standing_of_now
from gis_planner.app.term_bars import term_bars
from gis_planner.model.clusters import Cluster
from gis_planner.model.results import Bound, ClusterFigures
from gis_planner.model.standard import Status
from gis_planner.workflow.proposals import proposal_in_force

_MARKS: Mapping[str, Status] = {"kept": "pass", "broken": "fail", "unchecked": "not_assessed"}
_ROLES = {"kept": "ok", "broken": "danger", "unchecked": "warn"}


def cluster_reasons(desk: Desk, cluster: Cluster, found: ClusterFigures) -> QWidget:
    """Show bounds and terms as they stand, those of the study where nothing newer was measured."""
    texts = desk.texts
    now = standing_of_now(desk, cluster, found)
    if now is None:
        desk.regrouping.want()
        return label(texts("app.why.preparing"), "second", wrap=True)
    bounds, terms, contiguous = now.bounds, now.terms, now.contiguous
    rows = [_bound(desk, bound) for bound in bounds]
    if not contiguous:
        rows.insert(0, label(texts("app.cluster.not_contiguous"), "danger", wrap=True))
    parts = [group(texts("app.cluster.why"), *rows)]
    if terms:
        parts.append(group(texts("app.cluster.terms"), term_bars(desk, terms)))
    live = desk.regrouping.live
    if live is not None and live.project is desk.document.project:
        apart = explain_cluster(live.town, live.grouping, live.costs, cluster.id)
        if apart:
            words = [label(texts.say(why), "second", wrap=True, selectable=True) for why in apart]
            parts.append(group(texts("app.why.not_one"), *words))
    else:
        desk.regrouping.want()
    said = say_gap(desk)
    if said:
        told = label(said, "second", wrap=True)
        told.setObjectName("gap")
        parts.append(told)
    return column(*parts)


def say_gap(desk: Desk) -> str:
    """Say how far the proposal can be from the best one, while it stands as it was proposed; "" where it does not."""
    opened = desk.document.open_project
    origin = proposal_in_force(opened) if opened is not None else None
    if origin is None:
        return ""
    gap = origin.get("gap")
    if not isinstance(gap, int | float) or isinstance(gap, bool):
        return ""
    if gap <= 0:
        return desk.texts("app.cluster.optimal")
    return desk.texts("app.cluster.gap", gap=f"{_up(gap)}\u2009%")


def _up(gap: float) -> str:
    """Write a gap as a percentage with one digit, rounded up: it is a promise of at most."""
    tenths = -(-gap * 1000 // 1)
    return f"{tenths / 10:.1f}"


def _bound(desk: Desk, bound: Bound) -> QWidget:
    mark = MarkLabel(_MARKS[bound.state], desk.theme, 13)
    state = label(desk.texts(f"app.bound.{bound.state}"), _ROLES[bound.state])
    made = row(mark, label(say_bound(desk.texts, bound), "second", wrap=True), None, state)
    inside = made.layout()
    if inside is not None:
        inside.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        inside.setAlignment(state, Qt.AlignmentFlag.AlignTop)
    return made
