"""The pages of a facility and of any other feature."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QWidget

from gis_planner.app.desk import Desk
from gis_planner.app.icons import facility_icon
from gis_planner.app.page_parts import Page, figures, isochrone_button, page_head, stale_note
from gis_planner.app.parts import button, facts, group, label, line, row
from gis_planner.app.said import feature_values, say_value
from gis_planner.app.verbs import Verbs
from gis_planner.model.choices import FACILITY_KINDS
from gis_planner.model.layers import layer
from gis_planner.model.results import Results, plain


def build_facility_page(desk: Desk, verbs: Verbs, facility: str) -> QWidget:
    """Build the page of a facility: what it is, whom it serves, closing, opening, its kind."""
    texts, document = desk.texts, desk.document
    assert document.project is not None
    values = feature_values(document.project, "facilities", facility)
    if values is None:
        return Page().end()
    declared = layer("facilities")
    picture = label("")
    picture.setPixmap(facility_icon(str(values["kind"]), 26).pixmap(26, 26))
    kind = say_value(texts, declared.column("kind"), values["kind"])
    status = say_value(texts, declared.column("status"), values["status"] or "existing")
    page = Page().add(
        page_head(desk, str(values["name"] or facility), f"{facility} · {kind} · {status}", picture=picture)
    )
    note = stale_note(desk)
    if note is not None:
        page.add(note)
    if document.results is not None:
        page.add(_served(desk, document.results, facility), isochrone_button(desk))
    page.add(line(), _changes(desk, verbs, facility, str(values["kind"]), values["status"] == "closed"))
    told = [
        (texts.title(c), say_value(texts, c, values[c.name]))
        for c in declared.columns
        if values[c.name] is not None
    ]
    page.add(line(), group(texts("app.compound.facts"), facts(told)))
    return page.end()


def _served(desk: Desk, results: Results, facility: str) -> QWidget:
    texts, table = desk.texts, results.coverage
    if facility not in set(results.facilities["facility_id"]):
        return group(
            texts("app.facility.serves"), label(texts("app.facility.not_studied"), "second", wrap=True)
        )
    rows = table[table["facility_id"] == facility]
    reached = [unit for unit, ok in zip(rows["unit_id"], rows["reached"], strict=True) if plain(ok)]
    compounds = [str(unit) for unit in reached if str(unit).startswith("compounds/")]
    units = results.units[results.units["unit_id"].isin(reached) & results.units["counted"].astype(bool)]
    households = sum(int(h) for h in (plain(v) for v in units["households"]) if h is not None)
    return group(
        texts("app.facility.serves"),
        figures(
            [
                (str(len(compounds)), texts("app.figure.compounds")),
                (texts.number(households), texts("app.figure.households")),
            ]
        ),
        label(texts("app.facility.serves_note"), "second", wrap=True),
    )


def _changes(desk: Desk, verbs: Verbs, facility: str, kind: str, closed: bool) -> QWidget:
    texts = desk.texts
    kinds = QComboBox()
    kinds.setObjectName("facility_kind")
    for choice in FACILITY_KINDS:
        kinds.addItem(facility_icon(choice.id, 16), texts.title(choice), choice.id)
    kinds.setCurrentIndex(max(kinds.findData(kind), 0))
    kinds.activated.connect(
        lambda: (
            kinds.currentData() != kind
            and verbs.set_attribute("facilities", facility, "kind", kinds.currentData())
        )
    )
    close = button(
        texts("app.facility.reopen" if closed else "app.facility.close"),
        lambda: verbs.close_facility(facility, not closed),
        role="small",
    )
    close.setObjectName("close_facility")
    move = button(texts("app.action.tool_move"), desk.actions["tool_move"].trigger, role="small")
    for made in (kinds, close, move):
        made.setEnabled(desk.document.can_edit)
    return group(texts("app.facility.change"), row(kinds, None), row(close, move, None))


def build_feature_page(desk: Desk, verbs: Verbs, layer_name: str, feature: str) -> QWidget:
    """Build the page of a feature of any layer: its values, and for an entrance opening and closing."""
    texts, project = desk.texts, desk.document.project
    assert project is not None
    if layer_name not in project.tables:
        return Page().add(page_head(desk, feature, layer_name)).end()
    values = feature_values(project, layer_name, feature)
    if values is None:
        return Page().add(page_head(desk, feature, texts.layer(layer_name))).end()
    declared = layer(layer_name)
    title = str(values.get("name") or feature)
    page = Page().add(page_head(desk, title, f"{texts.layer(layer_name)} · {feature}"))
    if layer_name == "entrances":
        is_open = values["status"] != "closed"
        change = button(
            texts("app.entrance.close" if is_open else "app.entrance.open"),
            lambda: verbs.open_entrance(feature, not is_open),
            role="small",
        )
        change.setObjectName("open_entrance")
        change.setEnabled(desk.document.can_edit)
        page.add(row(change, None))
    told = [(texts.title(c), say_value(texts, c, values[c.name])) for c in declared.columns]
    return page.add(line(), group(texts("app.compound.facts"), facts(told))).end()
