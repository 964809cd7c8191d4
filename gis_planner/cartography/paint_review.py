"""The review sheet: verdicts with their grounds at the left, the joint review (联合审查) of all units at the right."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from gis_planner.cartography.paint_symbols import paint_verdict
from gis_planner.cartography.paint_tables import (
    LEADING_MM,
    paint_facts,
    paint_grid_table,
    paint_heading,
    rule,
)
from gis_planner.cartography.paint_text import Typesetter
from gis_planner.cartography.sheet_layout import PAD_MM, Box
from gis_planner.cartography.sheet_values import Sheet, VerdictRow
from gis_planner.cartography.style import INK, INK_SECOND, LINE, PT_SMALL, PT_TEXT, STATUS_COLOURS

_HEAD_MM = 7.0
_TEXT_LEADING_MM = LEADING_MM * PT_TEXT / PT_SMALL
_WIDTHS = (8.0, 32.0, 23.0, 16.0, 15.0, 11.0, 20.0, 122.0)


def paint_grounds(painter: QPainter, type_: Typesetter, panel: Box, sheet: Sheet) -> None:
    """Draw the table of the verdicts with their sentences and clauses over the whole panel."""
    box = panel.inset(PAD_MM)
    words = sheet.words
    columns = box.columns(*_WIDTHS)
    heads = (
        "",
        words["element"],
        words["status"],
        words["value"],
        words["not_served"],
        words["existence"],
        words["thresholds"],
        words["sentence"],
        words["clause"],
    )
    painter.fillRect(QRectF(box.x, box.y, box.width, _HEAD_MM), QColor("#F1F3F5"))
    for column, text in zip(columns, heads, strict=True):
        type_.draw_middle(
            painter, column.x + 1.0, box.y + _HEAD_MM / 2.0, text, PT_TEXT, INK_SECOND, anchor=0.0
        )
    body = box.below(_HEAD_MM)
    height = body.height / max(len(sheet.verdicts), 1)
    at = 0
    for group, count in sheet.groups:
        y = body.y + at * height
        rule(painter, box.x, y, box.right, y, width=0.25, colour=INK)
        _paint_group(painter, type_, Box(columns[0].x, y, columns[0].width, count * height), group)
        for number, row in enumerate(sheet.verdicts[at : at + count]):
            line = Box(body.x, y + number * height, body.width, height)
            if number:
                rule(painter, columns[1].x, line.y, box.right, line.y, width=0.12, colour=LINE)
            _paint_row(painter, type_, [Box(c.x, line.y, c.width, height) for c in columns], row)
        at += count
    rule(painter, box.x, body.bottom, box.right, body.bottom, width=0.25, colour=INK)


def paint_joint_review(painter: QPainter, type_: Typesetter, box: Box, sheet: Sheet) -> None:
    """Draw the facts of the cluster, and below them the table in which every unit gives its opinion."""
    rest = paint_heading(painter, type_, box, sheet.words["facts"])
    rest = rest.below(paint_facts(painter, type_, rest, sheet.facts, sheet.members))
    rest = paint_heading(painter, type_, rest, sheet.words["title_of_joint_review"])
    words, units = sheet.words, sheet.template.joint_review(sheet.language)
    unit_width = min(max(type_.width(unit, PT_SMALL) for unit in units) + 1.6, rest.width * 0.3)
    share = (rest.width - unit_width) / 8.0
    table = Box(rest.x, rest.y, rest.width, rest.height - PAD_MM)
    paint_grid_table(painter, type_, table, (unit_width, share * 3.0, share * 3.0, share * 2.0),
                     (words["unit"], words["opinion"], words["signature"], words["date"]),
                     [(unit, "", "", "") for unit in units])  # fmt: skip
    rule(painter, table.x, table.bottom, table.right, table.bottom)


def _paint_row(painter: QPainter, type_: Typesetter, cells: list[Box], row: VerdictRow) -> None:
    _, name, status, value, unserved, existence, limits, sentence, clause = cells
    middle = name.y + name.height / 2.0
    _lines(painter, type_, name, row.name, PT_TEXT, INK)
    painter.save()
    painter.translate(status.x + 2.6, middle)
    paint_verdict(painter, row.status, 3.4)
    painter.restore()
    colour = STATUS_COLOURS[row.status] if row.status != "not_applicable" else INK_SECOND
    text = type_.fit(row.status_text, status.width - 6.0, PT_TEXT)
    type_.draw_middle(painter, status.x + 5.2, middle, text, PT_TEXT, colour, anchor=0.0)
    for cell, text in (
        (value, row.value),
        (unserved, row.not_served),
        (existence, row.existence),
        (limits, row.thresholds),
    ):
        _lines(painter, type_, cell, text, PT_TEXT, INK)
    in_text_size = (
        len(type_.wrap(row.sentence, sentence.width - 2.0, PT_TEXT)) * _TEXT_LEADING_MM <= sentence.height
    )
    _lines(painter, type_, sentence, row.sentence, PT_TEXT if in_text_size else PT_SMALL, INK)
    _lines(painter, type_, clause, row.clause, PT_SMALL, INK_SECOND)


def _lines(painter: QPainter, type_: Typesetter, cell: Box, text: str, points: float, colour: str) -> None:
    """Draw a text over as many lines as its cell has room for, in the middle of its height."""
    leading = LEADING_MM * points / PT_SMALL
    lines = type_.wrap(text, cell.width - 2.0, points, most=max(1, int(cell.height / leading)))
    for number, line in enumerate(lines):
        y = cell.y + cell.height / 2.0 + (number - (len(lines) - 1) / 2.0) * leading
        type_.draw_middle(painter, cell.x + 1.0, y, line, points, colour, anchor=0.0)


def _paint_group(painter: QPainter, type_: Typesetter, box: Box, text: str) -> None:
    painter.fillRect(QRectF(box.x, box.y + 0.15, box.width - 1.0, box.height - 0.3), QColor("#F1F3F5"))
    for number, character in enumerate(text[:4]):
        y = box.y + box.height / 2.0 + (number - (min(len(text), 4) - 1) / 2.0) * 4.4
        type_.draw_middle(painter, box.x + (box.width - 1.0) / 2.0, y, character, PT_TEXT, INK, bold=True)
