"""What the pages of the inspector share: heads, figures, groups, rows of verdicts and of members."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gis_planner.app.desk import Desk
from gis_planner.app.icons import action_icon
from gis_planner.app.marks import MarkLabel
from gis_planner.app.parts import ClickRow, Elided, button, column, label, row, tool_button
from gis_planner.app.theme import SPACE
from gis_planner.model.standard import STATUSES, Status

# A page lists this many; beyond, it leads to the table, which has no limit.
MOST_ROWS = 40


class Page(QWidget):
    """A page: parts one below the other, with one margin."""

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(SPACE[3], SPACE[2], SPACE[3], SPACE[3])
        self._layout.setSpacing(SPACE[2])

    def add(self, *parts: QWidget) -> Page:
        """Add parts at the end."""
        for part in parts:
            self._layout.addWidget(part)
        return self

    def end(self) -> Page:
        """Leave the rest of the height empty."""
        self._layout.addStretch(1)
        return self


def page_head(
    desk: Desk,
    title: str,
    second: str = "",
    *,
    picture: QWidget | None = None,
    actions: Sequence[QWidget] = (),
    back: bool = True,
) -> QWidget:
    """Give a page's head: a picture, the title, a second line, small actions, and the way back to the step's page."""
    words = column(label(title, "title", wrap=True, selectable=True), spacing=2)
    if second:
        inside = words.layout()
        assert isinstance(inside, QVBoxLayout)
        inside.addWidget(label(second, "second", wrap=True))
    made = QWidget()
    across = QHBoxLayout(made)
    across.setContentsMargins(0, SPACE[0], 0, 0)
    across.setSpacing(SPACE[1])
    if picture is not None:
        across.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    across.addWidget(words, 1)
    for action in actions:
        across.addWidget(action, 0, Qt.AlignmentFlag.AlignTop)
    if back:
        icon = action_icon("close", desk.theme, token="second")
        closing = tool_button(icon, desk.texts("app.page.back"), desk.selection.clear, name="page_back")
        across.addWidget(closing, 0, Qt.AlignmentFlag.AlignTop)
    return made


def figures(pairs: Sequence[tuple[str, str]]) -> QWidget:
    """Show a few large figures with their names below."""
    cells = [column(label(value, "figure"), label(name, "key"), spacing=0) for value, name in pairs]
    return row(*cells, None, spacing=SPACE[3])


def stale_note(desk: Desk) -> QWidget | None:
    """Say that the figures on this page are out of date, None where they are not."""
    document = desk.document
    if document.results is None or not document.changes:
        return None
    if document.is_live:
        return label(desk.texts("app.live.now"), "warn", wrap=True)
    key = "app.stale.studying" if document.studying else "app.stale.changed"
    return label(desk.texts(key), "warn", wrap=True)


def status_counts(desk: Desk, statuses: Sequence[Status]) -> QWidget:
    """Show how many verdicts there are of each status, as marks and numbers."""
    made: list[QWidget | int | None] = []
    for status in STATUSES:
        n = sum(s == status for s in statuses)
        if n:
            cell = row(MarkLabel(status, desk.theme), label(str(n)), spacing=SPACE[0])
            cell.setToolTip(f"{desk.texts(f'app.status_word.{status}')} {n}")
            made.append(cell)
    return row(*made, None, spacing=SPACE[2])


def aligned(text: str, width: int, role: str = "second") -> QLabel:
    """Make a label of a width, or wider where its text needs it, with its text at the right."""
    made = label(text, role)
    made.setMinimumWidth(width)
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made


def member_row(
    name: str, second: str, right: str, clicked: Callable[[], object], *, tip: str = ""
) -> ClickRow:
    """Make a row of a list: a name, small words beside it, a figure at the right."""
    made = ClickRow(Elided(name), label(second, "second"), None, label(right, "second"), tip=tip)
    made.clicked.connect(clicked)
    return made


def more_in_tab(desk: Desk, n: int, tab: str) -> QWidget:
    """Say that there are more than a page should list, and lead to the table that lists them all."""
    return button(
        desk.texts("app.more_in_tab", n=n), lambda: desk.selection.tab_wanted.emit(tab, ""), role="link"
    )


def isochrone_button(desk: Desk) -> QWidget:
    """Make the button that draws the isochrones of what is selected, or takes them away."""
    texts, shown = desk.texts, desk.selection.value.isochrones
    made = button(
        texts("app.isochrone.hide" if shown else "app.isochrone.show"),
        lambda: desk.selection.set(isochrones=not shown),
        role="small",
        tip=texts("app.isochrone.tip"),
    )
    made.setObjectName("isochrones")
    made.setEnabled(desk.document.results is not None)
    return row(made, None)


def icon_button(
    desk: Desk, icon: str, tip: str, pressed: Callable[[], object], *, name: str = ""
) -> QToolButton:
    """Make a small flat button with an icon."""
    return tool_button(action_icon(icon, desk.theme, token="second"), tip, pressed, name=name)
