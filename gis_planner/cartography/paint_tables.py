"""The tables of a sheet: facts, verdicts, clusters, legend, notes. Every cell is measured before it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gis_planner.cartography.legend import LegendEntry
from gis_planner.cartography.paint_symbols import paint_marker, paint_verdict
from gis_planner.cartography.paint_text import Typesetter
from gis_planner.cartography.sheet_layout import Box
from gis_planner.cartography.sheet_values import Row, Sheet, VerdictRow
from gis_planner.cartography.style import (
    INK,
    INK_SECOND,
    LINE,
    LINE_FAINT,
    PT_SMALL,
    PT_TEXT,
    STATUS_COLOURS,
    Stroke,
    Style,
)

LEADING_MM = 3.5
HEAD_MM = 5.6
_ROW_MM = 4.5
LEAST_ROW_MM = 3.1


def rule(
    painter: QPainter, x1: float, y1: float, x2: float, y2: float, *, width: float = 0.15, colour: str = LINE
) -> None:
    """Draw one line."""
    painter.setPen(QPen(QColor(colour), width))
    painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))


def paint_heading(painter: QPainter, type_: Typesetter, box: Box, text: str) -> Box:
    """Draw the heading of a place and give what is left below it."""
    painter.fillRect(QRectF(box.x, box.y + 1.3, 0.9, 3.0), QColor(INK))
    type_.draw_middle(painter, box.x + 2.2, box.y + 2.8, text, PT_TEXT, INK, bold=True, anchor=0.0)
    return box.below(HEAD_MM)


def paint_facts(painter: QPainter, type_: Typesetter, box: Box, rows: Sequence[Row], members: str) -> float:
    """Draw facts in two columns, long ones over the whole width; give the height that was used."""
    half = box.width / 2.0
    label_width = max((type_.width(row.label, PT_SMALL) for row in rows), default=0.0) + 1.6
    y, column = box.y, 0
    for row in rows:
        wide = type_.width(row.value, PT_SMALL) > half - label_width - 1.0
        if wide and column:
            y, column = y + _ROW_MM, 0
        room = (box.width if wide else half - 1.0) - label_width
        lines = type_.wrap(row.value, room, PT_SMALL, most=5)
        x = box.x + column * half
        type_.draw_middle(painter, x, y + _ROW_MM / 2.0, row.label, PT_SMALL, INK_SECOND, anchor=0.0)
        for number, line in enumerate(lines):
            type_.draw_middle(
                painter,
                x + label_width,
                y + _ROW_MM / 2.0 + number * LEADING_MM,
                line,
                PT_SMALL,
                INK,
                anchor=0.0,
            )
        if wide:
            y += _ROW_MM + (len(lines) - 1) * LEADING_MM
        elif column:
            y, column = y + _ROW_MM, 0
        else:
            column = 1
    y += _ROW_MM if column else 0.0
    for line in type_.wrap(members, box.width, PT_SMALL, most=3) if members else ():
        type_.draw_middle(painter, box.x, y + _ROW_MM / 2.0, line, PT_SMALL, INK, anchor=0.0)
        y += LEADING_MM
    return y - box.y + 1.0


def paint_verdicts(painter: QPainter, type_: Typesetter, box: Box, sheet: Sheet) -> float:
    """Draw the table of the elements with their verdicts; give the height that was used."""
    words = sheet.words
    heads = ("element", "status", "value", "not_served", "existence", "thresholds")
    own = [
        (row.name, row.status_text, row.value, row.not_served, row.existence, row.thresholds)
        for row in sheet.verdicts
    ]
    natural = [max((type_.width(text, PT_SMALL) for text in (words[key], *(row[at] for row in own))), default=0.0) + 1.4
               for at, key in enumerate(heads)]  # fmt: skip
    natural[0] = box.width - 10.0 - sum(natural[1:])  # the name takes what the figures leave
    group, mark, name, status, value, unserved, existence, limits, _ = box.columns(5.2, 4.8, *natural)
    head = box.top(4.6)
    headings = (
        (name, words["element"], 0.0),
        (status, words["status"], 0.0),
        (value, words["value"], 1.0),
        (unserved, words["not_served"], 1.0),
        (existence, words["existence"], 0.5),
        (limits, words["thresholds"], 1.0),
    )
    for cell, text, anchor in headings:
        paint_cell(painter, type_, Box(cell.x, head.y, cell.width, head.height), text, INK_SECOND, anchor)
    y = head.bottom
    rule(painter, box.x, y, box.right, y, width=0.25, colour=INK)
    row_height = min(4.7, max(LEAST_ROW_MM, (box.height - head.height) / max(len(sheet.verdicts), 1)))
    for text, count in sheet.groups:
        _paint_group(painter, type_, Box(group.x, y, group.width, row_height * count), text)
        y += row_height * count
        rule(painter, box.x, y, box.right, y, width=0.15, colour=INK_SECOND)
    y = head.bottom
    for number, row in enumerate(sheet.verdicts):
        if number and sheet.verdicts[number - 1].group == row.group:
            rule(painter, mark.x, y, box.right, y, width=0.1, colour=LINE_FAINT)
        _paint_verdict_row(
            painter,
            type_,
            [
                Box(c.x, y, c.width, row_height)
                for c in (mark, name, status, value, unserved, existence, limits)
            ],
            row,
        )
        y += row_height
    return y - box.y


def _paint_verdict_row(painter: QPainter, type_: Typesetter, cells: Sequence[Box], row: VerdictRow) -> None:
    mark, name, status, value, unserved, existence, limits = cells
    paint_mark(painter, mark.x + mark.width / 2.0, mark.y + mark.height / 2.0, row.status, 2.7)
    paint_cell(painter, type_, name, row.name, INK, 0.0)
    paint_cell(
        painter,
        type_,
        status,
        row.status_text,
        STATUS_COLOURS[row.status] if row.status != "not_applicable" else INK_SECOND,
        0.0,
    )
    paint_cell(painter, type_, value, row.value, INK, 1.0)
    paint_cell(painter, type_, unserved, row.not_served, INK, 1.0)
    paint_cell(painter, type_, existence, row.existence, INK, 0.5)
    paint_cell(painter, type_, limits, row.thresholds, INK_SECOND, 1.0)


def _paint_group(painter: QPainter, type_: Typesetter, box: Box, text: str) -> None:
    """Draw the name of a group, one character below the other."""
    painter.fillRect(QRectF(box.x, box.y + 0.1, box.width - 0.8, box.height - 0.2), QColor("#F1F3F5"))
    if type_.width(text, PT_SMALL) <= box.width - 1.0 or len(text) > 4:
        painter.save()
        painter.translate(box.x + (box.width - 0.8) / 2.0, box.y + box.height / 2.0)
        painter.rotate(-90.0)
        type_.draw_middle(
            painter, 0.0, 0.0, type_.fit(text, box.height, PT_SMALL, True), PT_SMALL, INK, bold=True
        )
        painter.restore()
        return
    for number, character in enumerate(text):
        shift = (number - (len(text) - 1) / 2.0) * LEADING_MM
        type_.draw_middle(
            painter,
            box.x + (box.width - 0.8) / 2.0,
            box.y + box.height / 2.0 + shift,
            character,
            PT_SMALL,
            INK,
            bold=True,
        )


def paint_legend(
    painter: QPainter, type_: Typesetter, box: Box, entries: Sequence[LegendEntry], empty: str
) -> None:
    """Draw the legend in as many columns as its entries and the room ask for."""
    if not entries:
        paint_lines(painter, type_, box, [empty])
        return
    columns = next((n for n in (2, 3, 4) if -(-len(entries) // n) * LEAST_ROW_MM <= box.height), 4)
    rows = -(-len(entries) // columns)
    pitch = min(_ROW_MM + 0.1, box.height / rows)
    width = box.width / columns
    for at, entry in enumerate(entries):
        cell = Box(box.x + (at // rows) * width, box.y + (at % rows) * pitch, width, pitch)
        sample = 8.0 if columns < 3 else 5.0
        _paint_sample(painter, type_, Box(cell.x, cell.y, sample, pitch), entry.style)
        text = type_.fit(entry.text, width - sample - 1.8, PT_SMALL)
        type_.draw_middle(
            painter, cell.x + sample + 1.2, cell.y + pitch / 2.0, text, PT_SMALL, INK, anchor=0.0
        )


def _paint_sample(painter: QPainter, type_: Typesetter, box: Box, style: Style) -> None:
    middle = QPointF(box.x + box.width / 2.0, box.y + box.height / 2.0)
    painter.save()
    if style.shape == "point":
        painter.translate(middle)
        paint_marker(painter, type_, style, min(style.size_mm, box.height - 0.5))
    else:
        line = QPainterPath()
        if style.shape == "area":
            height = min(box.height - 1.0, 3.0)
            line.addRect(QRectF(box.x + 0.4, middle.y() - height / 2.0, box.width - 0.8, height))
        else:
            line.moveTo(box.x + 0.2, middle.y())
            line.lineTo(box.right - 0.2, middle.y())
        if style.fill is not None:
            painter.fillPath(line, _colour(style.fill, style.fill_alpha))
        if style.hatch is not None:
            painter.save()
            painter.setClipPath(line, Qt.ClipOperation.IntersectClip)
            painter.setPen(QPen(_colour(style.hatch.colour, style.hatch.alpha), style.hatch.width_mm))
            slope = {45.0: 1.0, -45.0: -1.0}.get(style.hatch.angle, 0.0)
            for step in range(-6, 14):
                at = box.x + step * style.hatch.spacing_mm
                if slope:
                    painter.drawLine(
                        QPointF(at, middle.y() + 2.0 * slope), QPointF(at + 4.0, middle.y() - 2.0 * slope)
                    )
                else:
                    y = middle.y() + (step - 4) * style.hatch.spacing_mm * 0.7
                    painter.drawLine(QPointF(box.x, y), QPointF(box.right, y))
            painter.restore()
        for stroke in style.strokes:
            painter.strokePath(line, _sample_pen(stroke))
    painter.restore()


def _sample_pen(stroke: Stroke) -> QPen:
    """Give a pen as on a plan of a cluster, but no wider than a legend's line."""
    width = min(stroke.width_mm * (1.9 if stroke.max_mm > 1.5 else 1.0), 2.3)
    pen = QPen(_colour(stroke.colour, stroke.alpha), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    if stroke.dash_mm:
        pen.setDashPattern([length / width for length in stroke.dash_mm])
    return pen


def paint_notes(painter: QPainter, type_: Typesetter, box: Box, notes: Sequence[str]) -> None:
    """Draw numbered notes; where they are too long the longest are shortened, and none is ever left out."""
    room = int(box.height / 3.15)
    indent = type_.width("0. ", PT_SMALL)
    wrapped = [type_.wrap(note, box.width - indent, PT_SMALL) for note in notes]
    while sum(len(lines) for lines in wrapped) > room and max(len(lines) for lines in wrapped) > 1:
        longest = max(range(len(wrapped)), key=lambda at: len(wrapped[at]))
        wrapped[longest] = type_.wrap(
            notes[longest], box.width - indent, PT_SMALL, most=len(wrapped[longest]) - 1
        )
    y = box.y
    for number, lines in enumerate(wrapped, start=1):
        type_.draw_middle(painter, box.x, y + 1.6, f"{number}.", PT_SMALL, INK_SECOND, anchor=0.0)
        for line in lines:
            type_.draw_middle(painter, box.x + indent, y + 1.6, line, PT_SMALL, INK, anchor=0.0)
            y += 3.15


def paint_lines(painter: QPainter, type_: Typesetter, box: Box, lines: Sequence[str]) -> float:
    """Draw lines of small print; give their height."""
    for number, line in enumerate(lines):
        type_.draw_middle(
            painter, box.x, box.y + LEADING_MM * (number + 0.5), line, PT_SMALL, INK, anchor=0.0
        )
    return LEADING_MM * len(lines)


def paint_grid_table(
    painter: QPainter,
    type_: Typesetter,
    box: Box,
    widths: Sequence[float],
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    head_mm: float = 4.6,
) -> None:
    """Draw a ruled table with a head row; the rows share what is left of the height."""
    columns = box.columns(*widths)[: len(heads)]
    row_height = (box.height - head_mm) / max(len(rows), 1)
    painter.fillRect(QRectF(box.x, box.y, box.width, head_mm), QColor("#F1F3F5"))
    for column, text in zip(columns, heads, strict=True):
        paint_cell(painter, type_, Box(column.x, box.y, column.width, head_mm), text, INK_SECOND, 0.5)
    y = box.y + head_mm
    for row in rows:
        rule(painter, box.x, y, box.right, y)
        for column, text in zip(columns, row, strict=True):
            paint_cell(painter, type_, Box(column.x, y, column.width, row_height), text, INK, 0.5)
        y += row_height
    for column in columns[1:]:
        rule(painter, column.x, box.y, column.x, box.bottom)


def paint_cell(painter: QPainter, type_: Typesetter, box: Box, text: str, colour: str, anchor: float) -> None:
    """Draw a text in a cell, shortened to its width; `anchor` 0 left, 0.5 centred, 1 right."""
    fitted = type_.fit(text, box.width - 1.0, PT_SMALL)
    x = box.x + 0.5 + (box.width - 1.0) * anchor
    type_.draw_middle(painter, x, box.y + box.height / 2.0, fitted, PT_SMALL, colour, anchor=anchor)


def paint_mark(painter: QPainter, x: float, y: float, status: str, size: float) -> None:
    """Draw the mark of a verdict at a place."""
    painter.save()
    painter.translate(x, y)
    paint_verdict(painter, status, size)
    painter.restore()


def _colour(name: str, alpha: float) -> QColor:
    colour = QColor(name)
    colour.setAlphaF(alpha)
    return colour
