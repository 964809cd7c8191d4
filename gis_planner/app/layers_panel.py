"""The map's layers: shown or hidden by a tick, above or below by dragging."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gis_planner.app.desk import Desk
from gis_planner.app.icons import action_icon
from gis_planner.app.parts import label, row, tool_button
from gis_planner.app.swatches import paint_swatch
from gis_planner.app.texts import capital
from gis_planner.app.theme import SPACE
from gis_planner.cartography.scene_values import Scene

_KEY = Qt.ItemDataRole.UserRole


class LayersPanel(QWidget):
    """Lists the scene's layers, uppermost first; `changed` when another choice or order was made."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self._scene: Scene | None = None
        self._hidden: set[str] = set()
        self._touched: set[str] = set()
        self._order: tuple[str, ...] | None = None
        self.list = QListWidget()
        self.list.setObjectName("layers")
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setIconSize(QSize(22, 14))
        self.list.setSpacing(0)
        self.list.itemChanged.connect(self._ticked)
        self.list.model().rowsMoved.connect(lambda *_: self._dragged())
        reset = tool_button(
            action_icon("undo", desk.theme, token="second"), desk.texts("app.layers.reset"), self._reset
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE[1], 0, 0)
        layout.setSpacing(SPACE[0])
        title = label(desk.texts("app.layers.title"), "group")
        layout.addWidget(row(title, None, reset, margins=(SPACE[2], 0, SPACE[1], 0)))
        layout.addWidget(self.list, 1)

    @property
    def visible(self) -> frozenset[str]:
        """The keys of the layers that are ticked."""
        keys = self._scene.keys if self._scene is not None else ()
        return frozenset(key for key in keys if key not in self._hidden)

    @property
    def hidden(self) -> frozenset[str]:
        """The keys of the layers that are not ticked."""
        return frozenset(self._hidden)

    @property
    def order(self) -> tuple[str, ...] | None:
        """The keys from the bottom up where a person changed their order, else None."""
        return self._order

    def show_scene(self, scene: Scene | None) -> None:
        """List the layers of a scene; what a person chose before stays."""
        before = self._scene
        self._scene = scene
        if scene is None:
            self.list.clear()
            return
        for key in scene.keys:
            new = before is None or key not in before.keys
            if new and key not in scene.shown and key not in self._touched:
                self._hidden.add(key)
        if before is None or before.keys != scene.keys or self._counts(before) != self._counts(scene):
            self._fill(scene)

    def take(self, hidden: frozenset[str], order: tuple[str, ...]) -> None:
        """Take up an earlier choice and order."""
        self._hidden, self._order = set(hidden), order or None
        self._touched = set(hidden)
        if self._scene is not None:
            self._fill(self._scene)
            self.changed.emit()

    def tick(self, key: str, shown: bool) -> None:
        """Show or hide a layer as a click on its tick would."""
        for at in range(self.list.count()):
            item = self.list.item(at)
            if item.data(_KEY) == key:
                item.setCheckState(Qt.CheckState.Checked if shown else Qt.CheckState.Unchecked)

    @staticmethod
    def _counts(scene: Scene) -> dict[str, bool]:
        return {key: any(len(layer) for layer in scene.of_key(key)) for key in scene.keys}

    def _fill(self, scene: Scene) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        order = [key for key in self._order or () if key in scene.keys]
        keys = order + [key for key in scene.keys if key not in order]
        for key in reversed(keys if self._order else list(scene.keys)):
            layers = scene.of_key(key)
            there = key == "labels" or any(len(layer) for layer in layers)
            item = QListWidgetItem(self._swatch(scene, key), capital(self._desk.texts.say(scene.title(key))))
            item.setData(_KEY, key)
            flags = (
                Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
            )
            item.setFlags(flags | (Qt.ItemFlag.ItemIsEnabled if there else Qt.ItemFlag.NoItemFlags))
            item.setCheckState(Qt.CheckState.Unchecked if key in self._hidden else Qt.CheckState.Checked)
            n = sum(len(layer) for layer in layers)
            item.setToolTip(
                self._desk.texts("app.layers.count", n=n) if there else self._desk.texts("app.layers.none")
            )
            self.list.addItem(item)
        self.list.blockSignals(False)

    def _swatch(self, scene: Scene, key: str) -> QIcon:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(22 * ratio), round(14 * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        for layer in scene.of_key(key):
            for style in layer.styles:
                paint_swatch(painter, style, 22, 14)
                painter.end()
                return QIcon(pixmap)
        painter.end()
        return QIcon(pixmap)

    def _ticked(self, item: QListWidgetItem) -> None:
        key = str(item.data(_KEY))
        self._touched.add(key)
        if item.checkState() == Qt.CheckState.Checked:
            self._hidden.discard(key)
        else:
            self._hidden.add(key)
        self.changed.emit()

    def _dragged(self) -> None:
        self._order = tuple(str(self.list.item(at).data(_KEY)) for at in reversed(range(self.list.count())))
        self.changed.emit()

    def _reset(self) -> None:
        self._order = None
        self._touched.clear()
        if self._scene is not None:
            self._hidden = {key for key in self._scene.keys if key not in self._scene.shown}
            self._fill(self._scene)
        self.changed.emit()

    def shut_down(self) -> None:
        """Nothing runs here."""
