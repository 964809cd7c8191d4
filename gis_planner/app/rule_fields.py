"""Fields for the rules of a study: each shows its unit, range and source, and writes one edit when it is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QWidget

from gis_planner.app.desk import Desk
from gis_planner.app.parts import label
from gis_planner.app.texts import tip
from gis_planner.app.theme import SPACE
from gis_planner.app.verbs import Verbs
from gis_planner.model.rules import rule_facts


def rule_fields(desk: Desk, verbs: Verbs, names: Sequence[str]) -> QWidget:
    """Make a grid of fields for these rules, as they stand in the project."""
    project = desk.document.project
    assert project is not None
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE[1])
    grid.setVerticalSpacing(SPACE[0])
    grid.setColumnStretch(0, 1)
    for at, name in enumerate(names):
        known = rule_facts(name)
        title = str(known["zh"] if desk.texts.language == "zh" else known["en"])
        said = label(title, wrap=True)
        value = getattr(project.rules, name)
        said.setToolTip(_tip(desk, name))
        grid.addWidget(said, at, 0)
        field = _field(desk, name, value, partial(verbs.set_rule, name))
        field.setObjectName(f"rule_{name}")
        field.setToolTip(_tip(desk, name))
        field.setAccessibleName(title)
        field.setEnabled(desk.document.can_edit)
        grid.addWidget(field, at, 1)
        grid.addWidget(label(desk.texts.unit(str(known["unit"])), "second"), at, 2)
    return made


def _field(desk: Desk, name: str, value: object, write: Callable[[object], object]) -> QWidget:
    known = rule_facts(name)
    if isinstance(value, bool):
        tick = QCheckBox()
        tick.setChecked(value)
        tick.clicked.connect(lambda checked: write(bool(checked)))
        return tick
    if known["choices"]:
        box = QComboBox()
        for choice in known["choices"]:
            box.addItem(desk.texts(f"app.rule_choice.{name}.{choice}"), choice)
        box.setCurrentIndex(max(box.findData(value), 0))
        box.activated.connect(lambda: box.currentData() != value and write(box.currentData()))
        return box
    line = QLineEdit(f"{value:g}" if isinstance(value, float) else str(value))
    line.setFixedWidth(84)

    def left() -> None:
        text = line.text().strip().replace("，", "").replace(",", "")
        if (text or known["pattern"]) and text != (f"{value:g}" if isinstance(value, float) else str(value)):
            write(text)

    line.editingFinished.connect(left)
    return line


def _tip(desk: Desk, name: str) -> str:
    known = rule_facts(name)
    told = [f"{name} · {desk.texts('app.rule.default', value=known['default'])}"]
    if known["low"] is not None or known["high"] is not None:
        told.append(desk.texts("app.rule.range", low=known["low"], high=known["high"]))
    if known["source"]:
        told.append(str(known["source"]))
    return tip("\n".join(told))
