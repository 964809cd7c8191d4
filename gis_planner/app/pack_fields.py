"""The choice of rule packs: one for clusters, one for compounds, and a bureau's own from a file."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from gis_planner.app.desk import Desk
from gis_planner.app.parts import button, column, label, row
from gis_planner.app.texts import tip
from gis_planner.app.verbs import Verbs
from gis_planner.io.read_standard import read_standard, standard_ids
from gis_planner.model.standard import SUBJECTS, Standard, Subject
from gis_planner.workflow.standards import pack_in_use


def pack_fields(desk: Desk, verbs: Verbs) -> QWidget:
    """Make the choice of the packs in use, and the way to a pack of one's own."""
    known = [read_standard(name) for name in standard_ids()]
    rows = [_choice(desk, verbs, subject, [p for p in known if p.subject == subject]) for subject in SUBJECTS]

    def ask() -> None:
        chosen, _ = QFileDialog.getOpenFileName(made, desk.texts("app.standard.own"), "", "TOML (*.toml)")
        if chosen:
            verbs.use_standard(chosen)

    own = button(desk.texts("app.standard.own"), ask, role="link")
    own.setObjectName("own_pack")
    own.setEnabled(desk.document.can_edit)
    made = column(*rows, row(own, None))
    return made


def _choice(desk: Desk, verbs: Verbs, subject: Subject, known: list[Standard]) -> QWidget:
    project = desk.document.project
    assert project is not None
    used = pack_in_use(project, subject)
    packs = [*known, *([] if any(p.sha256 == used.sha256 for p in known) else [used])]
    box = QComboBox()
    box.setObjectName(f"pack_{subject}")
    for pack in packs:
        title = pack.zh if desk.texts.language == "zh" else pack.en
        box.addItem(f"{title} {pack.version}", pack.sha256)
    box.setCurrentIndex(box.findData(used.sha256))
    box.setToolTip(tip("\n".join((used.id, used.source, f"sha256 {used.sha256[:12]}"))))
    box.setAccessibleName(desk.texts(f"app.standard.pack_{subject}"))
    box.setEnabled(desk.document.can_edit)
    ids = {pack.sha256: pack.id for pack in known}

    def chosen() -> None:
        if box.currentData() != used.sha256 and box.currentData() in ids:
            verbs.use_standard(ids[box.currentData()])

    box.activated.connect(chosen)
    return row(label(desk.texts(f"app.standard.pack_{subject}")), box)
