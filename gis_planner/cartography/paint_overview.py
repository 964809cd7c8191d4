"""The table of the overview: every cluster in a row, a mark for each of its verdicts, how many were assessed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QPainter

from gis_planner.cartography.paint_symbols import paint_number
from gis_planner.cartography.paint_tables import LEAST_ROW_MM, paint_cell, paint_lines, paint_mark, rule
from gis_planner.cartography.paint_text import Typesetter
from gis_planner.cartography.sheet_layout import Box
from gis_planner.cartography.sheet_values import ClusterRow, Sheet
from gis_planner.cartography.style import INK, INK_SECOND, LINE_FAINT, PT_SMALL

_HEAD_MM = 5.0
_NUMBER_MM = 6.0
_MARK_MM, _MARKS_MM = 2.2, 36.0
_ROW_MM = 5.4


def paint_clusters(painter: QPainter, type_: Typesetter, box: Box, sheet: Sheet) -> float:
    """Draw the table of all clusters; give the height that was used.

    Where there are more than there is room for, the last line says how many are left to their own sheets.
    """
    head = box.top(_HEAD_MM)
    columns = _columns(type_, box, sheet)
    _paint_head(painter, type_, head, columns, sheet)
    if not sheet.clusters:
        lines = type_.wrap(sheet.words["no_clusters"], box.width, PT_SMALL, most=3)
        return head.height + paint_lines(painter, type_, box.below(head.height + 1.0), lines) + 1.0
    room = box.height - head.height
    row_height = min(_ROW_MM, max(LEAST_ROW_MM + 0.6, room / len(sheet.clusters)))
    fitting = int((room + 0.01) / row_height)
    shown = sheet.clusters if fitting >= len(sheet.clusters) else sheet.clusters[: max(fitting - 1, 0)]
    y = head.bottom
    for row in shown:
        _paint_row(painter, type_, [Box(c.x, y, c.width, row_height) for c in columns], row)
        y += row_height
        rule(painter, box.x, y, box.right, y, width=0.1, colour=LINE_FAINT)
    if len(shown) < len(sheet.clusters):
        text = sheet.words["more"].replace("{n}", str(len(sheet.clusters) - len(shown)))
        paint_cell(painter, type_, Box(box.x, y, box.width, row_height), text, INK, 0.0)
        y += row_height
    return y - box.y


def _columns(type_: Typesetter, box: Box, sheet: Sheet) -> list[Box]:
    """Number, name, members, households, marks, assessed, score: figures take what they need, the name the rest."""
    words, rows = sheet.words, sheet.clusters

    def needed(head: str, texts: list[str]) -> float:
        return max(type_.width(text, PT_SMALL) for text in (head, *texts)) + 1.4

    members = needed(words["members"], [row.members for row in rows])
    households = needed(words["households"], [row.households for row in rows])
    assessed = needed(words["assessed"], [row.assessed for row in rows])
    score = needed(words["score"], [row.score for row in rows])
    count = max(sum(n for _, n in sheet.groups), 1)
    marks = min(_MARK_MM * count, _MARKS_MM) + 1.2
    name = box.width - _NUMBER_MM - members - households - marks - assessed - score
    return box.columns(_NUMBER_MM, name, members, households, marks, assessed, score)[:7]


def _paint_head(
    painter: QPainter, type_: Typesetter, head: Box, columns: Sequence[Box], sheet: Sheet
) -> None:
    _, name, members, households, marks, assessed, score = columns
    words = sheet.words
    for cell, text, anchor in (
        (name, words["name"], 0.0),
        (members, words["members"], 1.0),
        (households, words["households"], 1.0),
        (assessed, words["assessed"], 1.0),
        (score, words["score"], 1.0),
    ):
        paint_cell(painter, type_, Box(cell.x, head.y, cell.width, head.height), text, INK_SECOND, anchor)
    pitch = (marks.width - 1.2) / max(sum(n for _, n in sheet.groups), 1)
    x = marks.x + 1.2
    for text, n in sheet.groups:
        width = pitch * n
        paint_cell(painter, type_, Box(x, head.y, width, head.height), text, INK_SECOND, 0.5)
        y = head.bottom - 0.5
        rule(painter, x + 0.4, y, x + width - 0.4, y, width=0.15, colour=INK_SECOND)
        x += width
    rule(painter, head.x, head.bottom, head.right, head.bottom, width=0.25, colour=INK)


def _paint_row(painter: QPainter, type_: Typesetter, cells: Sequence[Box], row: ClusterRow) -> None:
    number, name, members, households, marks, assessed, score = cells
    painter.save()
    painter.translate(number.x + 2.6, number.y + number.height / 2.0)
    paint_number(painter, type_, row.number, row.colour, size_mm=min(4.0, number.height - 0.7))
    painter.restore()
    paint_cell(painter, type_, name, row.name, INK, 0.0)
    paint_cell(painter, type_, members, row.members, INK, 1.0)
    paint_cell(painter, type_, households, row.households, INK, 1.0)
    pitch = (marks.width - 1.2) / max(len(row.statuses), 1)
    for at, status in enumerate(row.statuses):
        x = marks.x + 1.2 + (at + 0.5) * pitch
        paint_mark(painter, x, marks.y + marks.height / 2.0, status, min(1.85, pitch * 0.85))
    paint_cell(painter, type_, assessed, row.assessed, INK, 1.0)
    paint_cell(painter, type_, score, row.score, INK, 1.0)
