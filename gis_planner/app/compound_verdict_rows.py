"""The verdicts of a compound on its page: a row for each element of the compound standard, one of them opened."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gis_planner.analysis.sentences import name_features
from gis_planner.app.desk import Desk
from gis_planner.app.evidence_rows import lines_of, standing_lines
from gis_planner.app.marks import MarkLabel
from gis_planner.app.page_parts import aligned, status_counts
from gis_planner.app.parts import ClickRow, Elided, button, column, facts, flowing, group, label
from gis_planner.app.theme import SPACE
from gis_planner.app.verbs import Verbs
from gis_planner.model.results import Results
from gis_planner.workflow.compound_cells import CompoundCell


def compound_verdicts(desk: Desk, verbs: Verbs, results: Results, compound: str) -> QWidget | None:
    """Show the verdicts of a compound; None where no compound standard is in use."""
    texts, pack = desk.texts, results.compound_standard
    if pack is None:
        return None
    cells = desk.judging.cells(compound)
    title = texts.title(pack)
    if cells is None:
        waiting = label(texts("app.compound.judging"), "second", wrap=True)
        waiting.setObjectName("compound_judging")
        return group(title, waiting)
    opened = desk.selection.value.element
    groups: dict[str, list[QWidget]] = {}
    for cell in cells:
        made = _row(desk, verbs, results, compound, cell, opened=cell.element.id == opened)
        groups.setdefault(cell.element.group, []).append(made)
    parts = [group(texts.group(name), *rows) for name, rows in groups.items()]
    counts = status_counts(desk, [cell.verdict.status for cell in cells])
    shown = column(label(title, "group"), counts, *parts)
    shown.setObjectName("compound_verdicts")
    return shown


def _row(
    desk: Desk, verbs: Verbs, results: Results, compound: str, cell: CompoundCell, *, opened: bool
) -> QWidget:
    texts, verdict, element = desk.texts, cell.verdict, cell.element
    word = texts(f"app.status_word.{verdict.status}")
    clickable = ClickRow(
        MarkLabel(verdict.status, desk.theme),
        Elided(texts.title(element)),
        None,
        aligned(texts.share(verdict.value) if verdict.value is not None else word, 58),
        tip=word,
    )
    clickable.setObjectName(f"verdict_{element.id}")
    clickable.mark(opened)
    clickable.clicked.connect(
        lambda: desk.selection.choose_compound(compound, None if opened else element.id)
    )
    return column(clickable, _card(desk, verbs, results, cell), spacing=SPACE[0]) if opened else clickable


def _card(desk: Desk, verbs: Verbs, results: Results, cell: CompoundCell) -> QFrame:
    texts, verdict, element = desk.texts, cell.verdict, cell.element
    project = desk.document.studied
    assert project is not None
    sentence = texts.say(cell.sentence)
    made = QFrame()
    made.setProperty("role", "card")
    layout = QVBoxLayout(made)
    layout.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[1])
    layout.setSpacing(SPACE[1])
    said = label(sentence, wrap=True, selectable=True)
    said.setObjectName("sentence")
    layout.addWidget(said)
    names = name_features(project, results.units)
    lines = lines_of(texts, verdict, cell.evidence, names)
    shown = facts([*lines, *standing_lines(texts, verdict, element)])
    shown.setObjectName("evidence")
    layout.addWidget(shown)
    copy = button(
        texts("app.evidence.copy"), lambda: QGuiApplication.clipboard().setText(sentence), role="link"
    )
    applies = verdict.status != "not_applicable"
    change = button(
        texts("app.not_applicable.set" if applies else "app.not_applicable.back"),
        lambda: (
            verbs.ask_not_applicable(verdict.cluster_id, element.id, texts.title(element), subject="compound")
            if applies
            else verbs.take_back_not_applicable(verdict.cluster_id, element.id, subject="compound")
        ),
        role="link",
    )
    change.setObjectName("not_applicable")
    change.setEnabled(desk.document.can_edit)
    layout.addWidget(flowing(copy, change))
    return made
