"""The last step: what is handed out, in which language, for which clusters, and where to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QGridLayout, QLineEdit, QWidget

from gis_planner.app.desk import Desk
from gis_planner.app.page_parts import Page, page_head
from gis_planner.app.parts import button, column, group, label, line, row
from gis_planner.app.said import cluster_title
from gis_planner.app.theme import SPACE
from gis_planner.app.verbs import Verbs
from gis_planner.cartography.sheet_values import SheetFacts
from gis_planner.messages import Language

KINDS = ("sheets", "html", "xlsx", "data")
BLOCK = ("title", "designer", "stage", "date", "height_datum", "review_number")


def build_export_page(desk: Desk, verbs: Verbs) -> QWidget:
    """Build the page of outputs; only results that are up to date leave the program."""
    texts, document = desk.texts, desk.document
    project, opened = document.project, document.open_project
    assert project is not None
    assert opened is not None
    page = Page().add(page_head(desk, texts("app.page.export"), texts("app.page.export_what"), back=False))
    ticks = {kind: QCheckBox(texts(f"app.export.{kind}")) for kind in KINDS}
    for kind, tick in ticks.items():
        tick.setChecked(True)
        tick.setObjectName(f"export_{kind}")
    language = QComboBox()
    language.addItem("中文", "zh")
    language.addItem("English", "en")
    language.setCurrentIndex(language.findData(texts.language))
    which = QComboBox()
    which.setObjectName("export_clusters")
    which.addItem(texts("app.export.all_clusters"), "")
    for cluster in project.grouping.clusters:
        which.addItem(cluster_title(texts, cluster), cluster.id)
    usual = opened.path.with_name(f"{opened.path.stem}_{texts('app.export.folder')}")
    folder = QLineEdit(desk.preferences.export_dirs.get(str(opened.path), str(usual)))
    folder.setObjectName("export_folder")
    browse = button(texts("app.browse"), lambda: _browse(desk, folder), role="small")
    current = document.results is not None and not document.changes

    def go() -> None:
        chosen = tuple(kind for kind, tick in ticks.items() if tick.isChecked())
        clusters = (str(which.currentData()),) if which.currentData() else None
        typed = {name: field.text().strip() for name, field in block.items()}
        desk.preferences.export_dirs[str(opened.path)] = folder.text()
        desk.preferences.title_block = typed
        desk.preferences.save()
        facts = SheetFacts(
            title=typed["title"], designer=typed["designer"], stage=typed["stage"], date=typed["date"],
            height_datum=typed["height_datum"], review_number=typed["review_number"], public=public.isChecked(),
        )  # fmt: skip
        export_to(desk, Path(folder.text()).expanduser(), chosen, clusters, language.currentData(), facts)

    make = button(texts("app.export.go"), go, role="primary")
    make.setObjectName("export_go")
    make.setEnabled(current and not document.jobs.has("export"))
    for tick in ticks.values():
        tick.toggled.connect(
            lambda *_: make.setEnabled(current and any(t.isChecked() for t in ticks.values()))
        )
    page.add(group(texts("app.export.what"), *ticks.values()))
    page.add(group(texts("app.export.clusters"), which), group(texts("app.export.language"), language))
    block = {name: QLineEdit(desk.preferences.title_block.get(name, "")) for name in BLOCK}
    public = QCheckBox(texts("app.export.public"))
    public.setToolTip(texts("app.export.public_tip"))
    page.add(group(texts("app.export.block"), _title_block(desk, block), public))
    page.add(group(texts("app.export.where"), row(folder, browse)))
    if not current:
        run = button(texts("app.action.study"), desk.actions["study"].trigger, role="link")
        page.add(column(label(texts("app.export.stale"), "warn", wrap=True), row(run, None)))
    page.add(row(make, None), line(), label(texts("app.export.note"), "second", wrap=True))
    return page.end()


def _title_block(desk: Desk, fields: Mapping[str, QLineEdit]) -> QWidget:
    """Lay out what a person types for the title block; what stays empty is printed blank."""
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE[1])
    grid.setVerticalSpacing(SPACE[0])
    for at, (name, field) in enumerate(fields.items()):
        field.setObjectName(f"block_{name}")
        field.setPlaceholderText(desk.texts("app.export.blank"))
        grid.addWidget(label(desk.texts(f"app.block.{name}")), at, 0)
        grid.addWidget(field, at, 1)
    return made


def _browse(desk: Desk, folder: QLineEdit) -> None:
    name = QFileDialog.getExistingDirectory(desk.widget, desk.texts("app.export.where"), folder.text())
    if name:
        folder.setText(name)


def export_to(
    desk: Desk,
    folder: Path,
    what: tuple[str, ...],
    clusters: tuple[str, ...] | None,
    language: Language,
    facts: SheetFacts,
) -> None:
    """Write outputs in a job and say where they are."""
    desk.document.export(
        folder, what=what, clusters=clusters, language=language, facts=facts, done=_told(desk, folder)
    )


def _told(desk: Desk, folder: Path) -> Callable[[list[Path]], None]:
    def done(files: list[Path]) -> None:
        desk.window.notify(
            "note",
            desk.texts("app.export.done", n=len(files)),
            str(folder),
            action=(
                desk.texts("app.export.open"),
                lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))),
            ),
        )

    return done
