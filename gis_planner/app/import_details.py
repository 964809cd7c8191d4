"""One layer of a file on its way in: what it would become, with reasons, and a look at its first rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gis_planner.app.document import Document
from gis_planner.app.import_plan import Plan, column_matches, is_filled, text_columns
from gis_planner.app.parts import group, label, scrolled
from gis_planner.app.texts import Texts
from gis_planner.app.theme import SPACE, Theme
from gis_planner.io.datum import DATUMS
from gis_planner.model.layers import LAYERS, layer

_ENCODINGS = ("UTF-8", "GB18030", "Big5", "UTF-16")
_DEGREES = ("EPSG:4490", "EPSG:4326")
_ZONES = [(75 + 3 * step, 4534 + step) for step in range(21)]
_PREFIXED = [(25 + step, 75 + 3 * step, 4513 + step) for step in range(21)]


class ImportDetails(QWidget):
    """Shows one plan; `changed(plan)` when the person decided, `look_again()` when it would look different."""

    def __init__(
        self,
        texts: Texts,
        theme: Theme,
        document: Document,
        plan: Plan,
        changed: Callable[[Plan], object],
        look_again: Callable[[], object],
    ) -> None:
        super().__init__()
        self.setProperty("role", "ground")
        self._texts, self._plan, self._document = texts, plan, document
        self._changed, self._look_again = changed, look_again
        found = plan.found
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(SPACE[3], SPACE[3], SPACE[3], SPACE[3])
        layout.setSpacing(SPACE[2])
        layout.addWidget(label(plan.path.name, "title", selectable=True))
        shape, n = texts(f"app.import.shape_{found.geometry}"), texts("app.import.rows", n=found.rows)
        kind = [part for part in (found.source_layer, found.driver, shape, n) if part]
        layout.addWidget(label(" · ".join(kind), "second", wrap=True))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE[2])
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._add_layer()
        if plan.layer:
            self._add_mode()
        if not plan.is_table:
            self._add_crs()
            self._add_datum()
        self._add_encoding()
        layout.addLayout(self._grid)
        if plan.headings and plan.layer:
            layout.addWidget(
                group(texts("app.import.columns"), self._columns(), note=texts("app.import.columns_note"))
            )
        if found.sample:
            layout.addWidget(group(texts("app.import.sample"), self._sample()))
        layout.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inside))

    def _decide(self, plan: Plan, *, again: bool = False) -> None:
        self._changed(plan)
        if again:
            self._look_again()

    def _line(self, title: str, widget: QWidget, reason: str, *, wrong: bool = False) -> None:
        at = self._grid.rowCount()
        self._grid.addWidget(label(title), at, 0, Qt.AlignmentFlag.AlignTop)
        if wrong:
            widget.setProperty("wrong", "yes")
        self._grid.addWidget(widget, at, 1)
        self._grid.addWidget(label(reason, "second", wrap=True, selectable=True), at + 1, 1)
        self._grid.setRowMinimumHeight(at + 1, 26)

    def _add_layer(self) -> None:
        texts, plan = self._texts, self._plan
        box = QComboBox()
        box.setObjectName("import_layer")
        box.addItem(texts("app.import.choose"), "")
        for declared in LAYERS:
            box.addItem(texts.title(declared), declared.name)
        box.setCurrentIndex(max(box.findData(plan.layer), 0))
        box.activated.connect(lambda: self._become(str(box.currentData())))
        self._line(texts("app.import.as"), box, texts.say(plan.found.layer_reason), wrong=not plan.layer)

    def _become(self, layer_name: str) -> None:
        taken = replace(self._plan, layer=layer_name, take=bool(layer_name))
        self._decide(replace(taken, columns={}, mode="", update_by=""))

    def _add_mode(self) -> None:
        texts, plan, project = self._texts, self._plan, self._document.project
        assert project is not None
        if not plan.is_table and not is_filled(plan.layer, project, frozenset()):
            return
        box = QComboBox()
        box.setObjectName("import_mode")
        if not plan.is_table:
            box.addItem(texts("app.import.choose"), ("", ""))
            for mode in ("append", "replace"):
                box.addItem(texts(f"app.import.mode_{mode}"), (mode, ""))
        for key in ("id", *text_columns(plan.layer)):
            title = texts("app.column.id") if key == "id" else texts.title(layer(plan.layer).column(key))
            box.addItem(texts("app.import.mode_update", column=title), ("update", key))
        now = (plan.mode, plan.update_by)
        box.setCurrentIndex(next((at for at in range(box.count()) if tuple(box.itemData(at)) == now), 0))
        box.activated.connect(
            lambda: self._decide(replace(plan, mode=box.currentData()[0], update_by=box.currentData()[1]))
        )
        n = len(project.table(plan.layer))
        self._line(texts("app.import.mode"), box, texts("app.import.mode_reason", n=n), wrong=not plan.mode)

    def _add_crs(self) -> None:
        texts, plan = self._texts, self._plan
        guess = plan.found.crs
        box = QComboBox()
        box.setObjectName("import_crs")
        if guess.crs is not None and (guess.certain or not plan.crs):
            asked = "--crs" in plan.found.needs
            key = "crs_found" if guess.certain else "crs_guess" if asked else "crs_judged"
            box.addItem(texts(f"app.import.{key}", crs=_crs_title(texts, guess.crs)), "")
        else:
            box.addItem(texts("app.import.choose"), None)
        for code in _DEGREES:
            box.addItem(_crs_title(texts, code), code)
        for _, code_ in _ZONES:
            box.addItem(_crs_title(texts, f"EPSG:{code_}"), f"EPSG:{code_}")
        for _, _, code_ in _PREFIXED:
            box.addItem(_crs_title(texts, f"EPSG:{code_}"), f"EPSG:{code_}")
        at = box.findData(plan.crs) if plan.crs else 0
        if plan.crs and at < 0:
            box.addItem(plan.crs, plan.crs)
            at = box.count() - 1
        box.setCurrentIndex(max(at, 0))
        box.activated.connect(
            lambda: self._decide(replace(plan, crs=str(box.currentData() or "")), again=True)
        )
        reason = texts.say(guess.reason)
        if guess.lonlat_extent is not None:
            west, south, east, north = guess.lonlat_extent
            reason += "\n" + texts(
                "app.import.lies",
                west=f"{west:.3f}",
                east=f"{east:.3f}",
                south=f"{south:.3f}",
                north=f"{north:.3f}",
            )
        self._line(texts("app.new.crs"), box, reason, wrong="--crs" in plan.found.needs and not plan.crs)

    def _add_datum(self) -> None:
        texts, plan = self._texts, self._plan
        guess = plan.found.datum
        box = QComboBox()
        box.setObjectName("import_datum")
        known = guess.datum if guess.certain else None
        if known:
            title = texts(f"app.import.datum_{known}") if known in DATUMS else known
            box.addItem(texts("app.import.crs_found", crs=title), "")
        else:
            box.addItem(texts("app.import.choose"), "")
        for datum in DATUMS:
            box.addItem(texts(f"app.import.datum_{datum}"), datum)
        box.setCurrentIndex(max(box.findData(plan.datum), 0) if plan.datum else 0)
        box.activated.connect(lambda: self._decide(replace(plan, datum=str(box.currentData())), again=True))
        self._line(texts("app.import.datum"), box, texts.say(guess.reason),
                   wrong="--datum" in plan.found.needs and not plan.datum)  # fmt: skip

    def _add_encoding(self) -> None:
        texts, plan = self._texts, self._plan
        guess = plan.found.encoding
        if not guess.encoding or guess.reason.key == "import.encoding.format":
            return
        box = QComboBox()
        box.setObjectName("import_encoding")
        if guess.certain:
            box.addItem(texts("app.import.crs_found", crs=guess.encoding), "")
        else:
            box.addItem(texts("app.import.crs_guess", crs=guess.encoding), "")
        for encoding in _ENCODINGS:
            box.addItem(encoding, encoding)
        box.setCurrentIndex(max(box.findData(plan.encoding), 0) if plan.encoding else 0)
        box.activated.connect(
            lambda: self._decide(replace(plan, encoding=str(box.currentData())), again=True)
        )
        reason = texts.say(guess.reason)
        if guess.sample:
            reason += "\n" + texts("app.import.reads", sample=guess.sample)
        self._line(texts("app.import.encoding"), box, reason,
                   wrong="--encoding" in plan.found.needs and not plan.encoding)  # fmt: skip

    def _columns(self) -> QWidget:
        texts, plan = self._texts, self._plan
        matches = column_matches(plan)
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE[2])
        grid.setVerticalSpacing(SPACE[0])
        grid.setColumnStretch(1, 1)
        names = [("id", texts("app.column.id"))] + [
            (c.name, texts.title(c)) for c in layer(plan.layer).columns
        ]
        shown = [item for item in names if item[0] in matches] + [
            item for item in names if item[0] not in matches
        ]
        for at, (name, title) in enumerate(shown):
            grid.addWidget(label(title, "" if name in matches else "second"), at, 0)
            box = QComboBox()
            box.setObjectName(f"column_{name}")
            box.addItem("—", "")
            for heading in plan.headings:
                box.addItem(heading, heading)
            box.setCurrentIndex(max(box.findData(matches.get(name, "")), 0))
            box.activated.connect(
                lambda _=0, chosen=name, field=box: self._match(chosen, str(field.currentData()))
            )
            grid.addWidget(box, at, 1)
        return made

    def _match(self, name: str, heading: str) -> None:
        columns = {key: value for key, value in self._plan.columns.items() if key != name}
        if heading:
            columns[name] = heading
        self._decide(replace(self._plan, columns=columns))

    def _sample(self) -> QWidget:
        sample = self._plan.found.sample
        headings = list(sample[0])
        table = QTableWidget(len(sample), len(headings))
        table.setHorizontalHeaderLabels(headings)
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for down, cells in enumerate(sample):
            for across, heading in enumerate(headings):
                table.setItem(down, across, QTableWidgetItem(str(cells.get(heading, ""))))
        table.resizeColumnsToContents()
        for across in range(len(headings)):
            table.setColumnWidth(across, min(table.columnWidth(across), 220))
        table.setFixedHeight(34 + 30 * len(sample) + 14)
        return table


def _crs_title(texts: Texts, crs: str) -> str:
    code = int(crs[5:]) if crs.startswith("EPSG:") and crs[5:].isdigit() else 0
    if 4534 <= code <= 4554:
        return texts("app.new.crs_zone", meridian=75 + 3 * (code - 4534), code=code)
    if 4513 <= code <= 4533:
        return texts(
            "app.import.crs_prefixed", zone=25 + code - 4513, meridian=75 + 3 * (code - 4513), code=code
        )
    if crs in _DEGREES:
        return texts(f"app.import.crs_{code}")
    return crs if len(crs) < 60 else crs[:57] + "…"
