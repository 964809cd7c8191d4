"""The page of a cluster: its figures, the fifteen verdicts with their evidence, why it is as it is, its members."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QMenu, QToolButton, QVBoxLayout, QWidget

from gis_planner.analysis.capacity_evidence import capacity_fact
from gis_planner.analysis.sentences import name_features, score_line, verdict_sentence
from gis_planner.app.cluster_reasons import cluster_reasons
from gis_planner.app.desk import Desk
from gis_planner.app.evidence_rows import evidence_lines, standing_lines
from gis_planner.app.live_verdicts import coverage_of_now, live_lines, project_of_now, verdicts_of_now
from gis_planner.app.marks import MarkLabel, NumberLabel
from gis_planner.app.page_parts import (
    Page,
    aligned,
    figures,
    icon_button,
    isochrone_button,
    member_row,
    page_head,
    stale_note,
    status_counts,
)
from gis_planner.app.parts import ClickRow, Elided, button, facts, flowing, group, label, line
from gis_planner.app.rows import order_elements
from gis_planner.app.said import feature_values, households_text
from gis_planner.app.theme import SPACE
from gis_planner.app.verbs import Verbs
from gis_planner.cartography.classes import cluster_outlines, colour_clusters
from gis_planner.model.clusters import Cluster
from gis_planner.model.project import Project
from gis_planner.model.results import ClusterFigures, Results, plain
from gis_planner.model.standard import Element, Verdict


def build_cluster_page(desk: Desk, verbs: Verbs, cluster_id: str, element: str | None) -> QWidget:
    """Build the page of a cluster with one of its elements opened."""
    document, texts = desk.document, desk.texts
    project, results = document.project, document.results
    assert project is not None
    cluster = project.grouping.cluster(cluster_id)
    found = next((c for c in results.clusters if c.id == cluster_id), None) if results is not None else None
    colour = colour_clusters(project, cluster_outlines(project, results))[cluster_id]
    page = Page().add(_head(desk, verbs, cluster, found, colour))
    note = stale_note(desk)
    if note is not None:
        page.add(note)
    if found is None or results is None:
        page.add(label(texts("app.cluster.not_studied"), "second", wrap=True))
    else:
        page.add(_figures(desk, found))
        verdicts = verdicts_of_now(document, results, cluster_id, element)
        far = farthest_walks(coverage_of_now(document, results), cluster_id)
        page.add(_score(desk, found, list(verdicts.values())), isochrone_button(desk), line())
        for name, elements in _groups(results):
            rows = [
                _verdict_row(
                    desk,
                    verbs,
                    results,
                    verdicts[e.id],
                    e,
                    far=far.get(e.facility or ""),
                    opened=e.id == element,
                )
                for e in elements
            ]
            page.add(group(texts.group(name), *rows))
        page.add(line(), cluster_reasons(desk, cluster, found))
    page.add(line(), _members(desk, verbs, project, results, cluster))
    return page.end()


def _head(desk: Desk, verbs: Verbs, cluster: Cluster, found: ClusterFigures | None, colour: str) -> QWidget:
    texts = desk.texts
    second = found.township if found is not None and found.township else ""
    if cluster.locked:
        second = " · ".join(part for part in (second, texts("app.cluster.locked")) if part)
    more = icon_button(desk, "more", texts("app.more"), lambda: None, name="cluster_more")
    more.setMenu(_menu(desk, verbs, cluster, more))
    more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    more.setEnabled(desk.document.can_edit)
    title = cluster.name or texts("app.cluster_unnamed", number=f"{cluster.number:02d}")
    lock = icon_button(
        desk,
        "lock" if cluster.locked else "unlock",
        texts("app.cluster.unlock" if cluster.locked else "app.cluster.lock"),
        lambda: verbs.lock_cluster(cluster.id, not cluster.locked),
        name="cluster_lock",
    )
    lock.setEnabled(desk.document.can_edit)
    return page_head(desk, title, second, picture=NumberLabel(cluster.number, colour), actions=(lock, more))


def _menu(desk: Desk, verbs: Verbs, cluster: Cluster, parent: QWidget) -> QMenu:
    texts, project = desk.texts, desk.document.project
    menu = QMenu(parent)
    menu.addAction(texts("app.rename.title"), lambda: verbs.ask_for_name(cluster))
    key = "app.cluster.unlock" if cluster.locked else "app.cluster.lock"
    menu.addAction(texts(key), lambda: verbs.lock_cluster(cluster.id, not cluster.locked))
    merge = menu.addMenu(texts("app.cluster.merge_with"))
    verbs.fill_merge_menu(merge, cluster)
    merge.setEnabled(project is not None and len(project.grouping.clusters) > 1)
    menu.addSeparator()
    desk.actions.menu(
        "number_cluster",
        "tool_split_line",
        "tool_split_seeds",
        "dissolve_cluster",
        "-",
        "recluster_around",
        "-",
        "zoom_selection",
        parent=menu,
    )
    return menu


def _figures(desk: Desk, found: ClusterFigures) -> QWidget:
    texts = desk.texts
    known = texts.number(found.households)
    walk = "—" if found.walk_diameter_m is None else texts.number(found.walk_diameter_m)
    return figures(
        [
            (str(len(found.compounds)), texts("app.figure.compounds")),
            (f"≥ {known}" if found.households_unknown else known, texts("app.figure.households")),
            (texts.number(found.area_m2 / 10_000, 1), texts("app.figure.hectares")),
            (walk, texts("app.figure.walk")),
        ]
    )


def _score(desk: Desk, found: ClusterFigures, verdicts: list[Verdict]) -> QWidget:
    counts = status_counts(desk, [v.status for v in verdicts])
    said = label(desk.texts.say(score_line(verdicts)), selectable=True, wrap=True)
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACE[0])
    layout.addWidget(counts)
    layout.addWidget(said)
    if found.households_unknown:
        layout.addWidget(
            label(households_text(desk.texts, found.households, found.households_unknown), "warn", wrap=True)
        )
    return made


def _groups(results: Results) -> list[tuple[str, list[Element]]]:
    groups: dict[str, list[Element]] = {}
    for element in order_elements(results.standard.elements):
        groups.setdefault(element.group, []).append(element)
    return list(groups.items())


def _verdict_row(
    desk: Desk,
    verbs: Verbs,
    results: Results,
    verdict: Verdict,
    element: Element,
    *,
    far: float | None,
    opened: bool,
) -> QWidget:
    texts = desk.texts
    clickable = ClickRow(
        MarkLabel(verdict.status, desk.theme),
        Elided(texts.title(element)),
        None,
        aligned(texts.metres(far) if far is not None else "", 64),
        aligned(
            texts.share(verdict.value)
            if verdict.value is not None
            else texts(f"app.status_word.{verdict.status}"),
            58,
        ),
        tip=texts(f"app.status_word.{verdict.status}"),
    )
    clickable.setObjectName(f"verdict_{element.id}")
    clickable.mark(opened)
    clickable.clicked.connect(
        lambda: desk.selection.choose_cluster(verdict.cluster_id, None if opened else element.id)
    )
    if not opened:
        return clickable
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACE[0])
    layout.addWidget(clickable)
    layout.addWidget(_evidence(desk, verbs, results, verdict, element))
    return made


def farthest_walks(results: Results, cluster: str) -> dict[str, float]:
    """Give for each kind the longest walk of a cluster's compounds; kinds with an unknown one are absent."""
    units, table = results.units, results.coverage
    mine = units["unit_id"][(units["cluster_id"] == cluster) & (units["unit_type"] == "compounds")]
    rows = table[table["unit_id"].isin(set(mine))]
    walks: dict[str, list[float | None]] = {}
    for kind, length in zip(rows["kind"], rows["distance_m"], strict=True):
        walks.setdefault(str(kind), []).append(plain(length))
    known = {kind: [v for v in lengths if v is not None] for kind, lengths in walks.items()}
    return {
        kind: max(lengths) for kind, lengths in known.items() if lengths and len(lengths) == len(walks[kind])
    }


def _evidence(desk: Desk, verbs: Verbs, results: Results, verdict: Verdict, element: Element) -> QFrame:
    texts = desk.texts
    project = project_of_now(desk.document)
    assert project is not None
    names = name_features(project, results.units)
    sentence = texts.say(verdict_sentence(verdict, results.standard, names))
    made = QFrame()
    made.setProperty("role", "card")
    layout = QVBoxLayout(made)
    layout.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[1])
    layout.setSpacing(SPACE[1])
    said = label(sentence, wrap=True, selectable=True)
    said.setObjectName("sentence")
    layout.addWidget(said)
    told = [
        *(
            live_lines(texts, verdict, names)
            if desk.document.is_live
            else evidence_lines(texts, project, results, verdict, names)
        ),
        *standing_lines(texts, verdict, element),
    ]
    shared = capacity_fact(verdict.evidence)
    if shared is not None:
        told.insert(-3, (texts("app.evidence.capacity"), texts.say(shared)))
    shown = facts(told)
    shown.setObjectName("evidence")
    layout.addWidget(shown)
    copy = button(
        texts("app.evidence.copy"), lambda: QGuiApplication.clipboard().setText(sentence), role="link"
    )
    buttons: list[QWidget] = [copy]
    if element.facility is not None:
        kind = element.facility
        shaded = desk.selection.value.kind == kind
        shade = button(
            texts("app.evidence.unshade" if shaded else "app.evidence.shade"),
            lambda: desk.selection.set(kind=None if shaded else kind),
            role="link",
        )
        shade.setObjectName("shade")
        buttons.append(shade)
    if verdict.status == "not_applicable":
        change = button(
            texts("app.not_applicable.back"),
            lambda: verbs.take_back_not_applicable(verdict.cluster_id, element.id),
            role="link",
        )
    else:
        change = button(
            texts("app.not_applicable.set"),
            lambda: verbs.ask_not_applicable(verdict.cluster_id, element.id, texts.title(element)),
            role="link",
        )
    change.setObjectName("not_applicable")
    change.setEnabled(desk.document.can_edit)
    buttons.append(change)
    layout.addWidget(flowing(*buttons))
    return made


def _members(
    desk: Desk, verbs: Verbs, project: Project, results: Results | None, cluster: Cluster
) -> QWidget:
    texts = desk.texts
    eligible = {e.compound_id: e.result for e in results.eligibility} if results is not None else {}
    rows: list[QWidget] = []
    for compound in cluster.members:
        values = feature_values(project, "compounds", compound) or {}
        households = values.get("households")
        result = eligible.get(compound)
        rows.append(
            member_row(
                str(values.get("name") or compound),
                "" if result in (None, "eligible") else texts(f"app.eligibility.{result}"),
                texts("app.households", n=texts.number(households))
                if households is not None
                else texts("app.households_unknown"),
                partial(desk.selection.choose_compounds, (compound,)),
                tip=compound,
            )
        )
    return group(texts("app.cluster.members"), *rows, note=texts("app.compounds", n=len(cluster.members)))
