"""The page of one compound, or of several that are selected together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QPushButton, QWidget

from gis_planner.analysis.eligibility_sentences import eligibility_sentence
from gis_planner.app.compound_verdict_rows import compound_verdicts
from gis_planner.app.desk import Desk
from gis_planner.app.icons import facility_icon
from gis_planner.app.page_parts import (
    MOST_ROWS,
    Page,
    aligned,
    figures,
    icon_button,
    isochrone_button,
    member_row,
    more_in_tab,
    page_head,
    stale_note,
)
from gis_planner.app.parts import ClickRow, Elided, button, facts, flowing, group, label, line, row
from gis_planner.app.said import cluster_title, feature_values, say_value
from gis_planner.app.verbs import Verbs
from gis_planner.app.why_alone import why_alone
from gis_planner.app.why_here import why_here
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.results import Results, plain
from gis_planner.model.standard import Eligibility
from gis_planner.model.tables import ids, ints

_SHOWN = (
    "address",
    "community",
    "built_year",
    "buildings",
    "units",
    "floors",
    "population",
    "elderly",
    "floor_area_m2",
    "structure",
    "property_mode",
    "consent_households",
    "parking_spaces",
    "gap_count",
    "plan_year",
    "status",
)


def build_compounds_page(desk: Desk, verbs: Verbs, compounds: Sequence[str]) -> QWidget:
    """Build the page of the selected compounds."""
    project = desk.document.project
    assert project is not None
    if len(compounds) == 1:
        return _one(desk, verbs, project, compounds[0])
    return _several(desk, verbs, project, compounds)


def _several(desk: Desk, verbs: Verbs, project: Project, compounds: Sequence[str]) -> QWidget:
    texts = desk.texts
    table = project.table("compounds")
    households = dict(zip(ids(table), ints(table, "households"), strict=True))
    known = [n for n in (households.get(compound) for compound in compounds) if n is not None]
    values = {c: feature_values(project, "compounds", c) or {} for c in compounds[:MOST_ROWS]}
    total = texts.number(sum(known)) if known else "—"
    figure = f"≥ {total}" if known and len(known) < len(compounds) else total
    cluster_of = project.grouping.cluster_of()
    page = Page().add(
        page_head(desk, texts("app.compounds_chosen", n=len(compounds))),
        figures(
            [(str(len(compounds)), texts("app.figure.compounds")), (figure, texts("app.figure.households"))]
        ),
        _moving(desk, verbs),
        line(),
    )
    rows: list[QWidget] = []
    for compound, facts_ in values.items():
        of = cluster_of.get(compound)
        second = (
            cluster_title(texts, project.grouping.cluster(of))
            if of is not None
            else texts("app.not_in_cluster")
        )
        rows.append(
            member_row(
                str(facts_.get("name") or compound),
                "",
                second,
                partial(desk.selection.choose_compounds, (compound,)),
                tip=compound,
            )
        )
    if len(compounds) > MOST_ROWS:
        rows.append(more_in_tab(desk, len(compounds) - MOST_ROWS, "compounds"))
    return page.add(group(texts("app.cluster.members"), *rows)).end()


def _moving(desk: Desk, verbs: Verbs) -> QWidget:
    texts = desk.texts
    move = button(texts("app.action.move_compounds"), None, role="small")
    move.setObjectName("move_compounds")
    move.clicked.connect(lambda: verbs.ask_where_to_move(_below(move)))
    new = button(texts("app.action.new_cluster"), verbs.new_cluster, role="small")
    leave = button(texts("app.action.leave_cluster"), verbs.leave_cluster, role="small")
    for made in (move, new, leave):
        made.setEnabled(desk.document.can_edit)
    return flowing(move, new, leave)


def _below(made: QPushButton) -> QPoint:
    return made.mapToGlobal(QPoint(0, made.height() + 2))


def _one(desk: Desk, verbs: Verbs, project: Project, compound: str) -> QWidget:
    texts, results = desk.texts, desk.document.results
    values = feature_values(project, "compounds", compound)
    if values is None:
        return Page().end()
    declared = layer("compounds")
    households = values["households"]
    second = " · ".join(str(v) for v in (compound, values["township"]) if v)
    locked = compound in project.grouping.locked_compounds
    lock = icon_button(
        desk,
        "lock" if locked else "unlock",
        texts("app.compound.unlock" if locked else "app.compound.lock"),
        lambda: verbs.lock_compounds((compound,), not locked),
        name="compound_lock",
    )
    page = Page().add(page_head(desk, str(values["name"] or compound), second, actions=(lock,)))
    note = stale_note(desk)
    if note is not None:
        page.add(note)
    page.add(
        figures(
            [
                (texts.number(households) if households is not None else "—", texts("app.figure.households")),
                (
                    str(values["built_year"]) if values["built_year"] is not None else "—",
                    texts("app.figure.built"),
                ),
                (
                    texts.number(values["buildings"]) if values["buildings"] is not None else "—",
                    texts("app.figure.buildings"),
                ),
            ]
        )
    )
    page.add(isochrone_button(desk), line(), _cluster(desk, verbs, project, results, compound))
    found = (
        next((e for e in results.eligibility if e.compound_id == compound), None)
        if results is not None
        else None
    )
    if found is not None:
        page.add(line(), _eligibility(desk, project, found))
    if results is not None:
        page.add(line(), _reach(desk, results, compound))
        verdicts = compound_verdicts(desk, verbs, results, compound)
        if verdicts is not None:
            page.add(line(), verdicts)
    told = [
        (texts.title(declared.column(n)), say_value(texts, declared.column(n), values[n]))
        for n in _SHOWN
        if values[n] is not None
    ]
    if told:
        page.add(line(), group(texts("app.compound.facts"), facts(told)))
    return page.end()


def _cluster(desk: Desk, verbs: Verbs, project: Project, results: Results | None, compound: str) -> QWidget:
    texts = desk.texts
    of = project.grouping.cluster_of().get(compound)
    parts: list[QWidget] = []
    if of is not None:
        cluster = project.grouping.cluster(of)
        there = button(
            cluster_title(texts, cluster), lambda: desk.selection.choose_cluster(cluster.id), role="link"
        )
        parts.append(row(there, None))
        why = why_here(desk, compound)
        parts += [label(texts("app.why.title"), "group"), *why] if why else []
    else:
        parts.append(label(texts("app.not_in_cluster")))
        alone = results.alone.get(compound) if results is not None else None
        if alone is not None:
            parts.append(label(texts("app.why.alone"), "group"))
            said = label(texts.say(alone), wrap=True, selectable=True)
            said.setObjectName("alone_reason")
            parts.append(said)
        parts += why_alone(desk, compound)
    parts.append(_moving(desk, verbs))
    return group(texts("app.column.cluster"), *parts)


def _eligibility(desk: Desk, project: Project, found: Eligibility) -> QWidget:
    texts = desk.texts
    taken = found.inputs.get("cluster")
    name = (
        cluster_title(texts, project.grouping.cluster(taken)) if taken and project.grouping.has(taken) else ""
    )
    said = label(texts.say(eligibility_sentence(found, name)), wrap=True, selectable=True)
    said.setObjectName("eligibility_sentence")
    return group(texts("app.column.eligibility"), said)


def _reach(desk: Desk, results: Results, compound: str) -> QWidget:
    texts = desk.texts
    table = results.coverage
    rows_ = table[table["unit_id"] == f"compounds/{compound}"]
    found = {
        str(kind): (plain(distance), plain(minutes), plain(reached), str(reason), plain(facility))
        for kind, distance, minutes, reached, reason, facility in zip(
            rows_["kind"],
            rows_["distance_m"],
            rows_["minutes"],
            rows_["reached"],
            rows_["reason"],
            rows_["facility_id"],
            strict=True,
        )
    }
    rows: list[QWidget] = []
    for kind in NINE_KINDS:
        if kind not in found:
            continue
        distance, minutes, reached, reason, facility = found[kind]
        picture = label("")
        picture.setPixmap(facility_icon(kind, 16).pixmap(16, 16))
        said = (
            texts("app.minutes", n=texts.number(minutes))
            if minutes is not None
            else texts(f"app.reach.{reason}")
        )
        role = (
            "second"
            if reached
            else "danger"
            if reason in ("beyond_limit", "beyond_search", "no_facility", "no_access")
            else "second"
        )
        line_ = ClickRow(
            picture,
            Elided(texts.kind(kind)),
            None,
            aligned(texts.metres(distance) if distance is not None else "", 64, role),
            aligned(said, 76, role),
            tip=texts(f"app.reach.{reason}"),
        )
        if facility is not None:
            line_.clicked.connect(partial(desk.selection.choose_facility, str(facility)))
        rows.append(line_)
    return group(
        texts("app.compound.reach"),
        *rows,
        note=texts("app.compound.reach_note", limit=texts.metres(results.rules.limit_m)),
    )
