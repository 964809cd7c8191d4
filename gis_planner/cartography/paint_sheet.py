"""Painting a sheet: the map in its frame, the column beside it, the foot with notes, sign-off and title block.

The painter's unit is a millimetre of the sheet. The same function fills a page of a PDF and an image.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gis_planner.cartography.paint_furniture import (
    paint_coordinates,
    paint_extent,
    paint_north,
    paint_scale_bar,
)
from gis_planner.cartography.paint_overview import paint_clusters
from gis_planner.cartography.paint_review import paint_grounds, paint_joint_review
from gis_planner.cartography.paint_scene import MapPainter
from gis_planner.cartography.paint_symbols import paint_number, paint_verdict
from gis_planner.cartography.paint_tables import (
    paint_facts,
    paint_grid_table,
    paint_heading,
    paint_legend,
    paint_notes,
    paint_verdicts,
    rule,
)
from gis_planner.cartography.paint_text import Typesetter
from gis_planner.cartography.sheet_layout import LOCATOR_MM, PAD_MM, UPRIGHT_MM, Box, Places, lay_out
from gis_planner.cartography.sheet_values import Row, Sheet
from gis_planner.cartography.style import (
    INK,
    INK_SECOND,
    LINE,
    PAPER,
    PT_HEAD,
    PT_SMALL,
    PT_TEXT,
    PT_TITLE,
    RED_LINE,
    SHEET_PAPER,
)
from gis_planner.cartography.view import View

_FRAME_MM, _MAP_FRAME_MM, _PANEL_MM = 0.6, 0.4, 0.25
_HEAD_MM = 25.0


def paint_sheet(painter: QPainter, sheet: Sheet, maps: MapPainter | None = None) -> None:
    """Paint a whole sheet; `maps` is a painter of the sheet's scene, made when none is given."""
    type_ = Typesetter()
    places = lay_out(sheet.template)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.fillRect(_rect(places.page), QColor(SHEET_PAPER))
    if sheet.scene is not None and sheet.window is not None:
        maps = maps or MapPainter(sheet.scene)
        _paint_map(painter, type_, sheet, places.map, maps)
    if sheet.kind == "review":
        paint_grounds(painter, type_, places.map_panel, sheet)
        box = places.column.inset(PAD_MM, 0.0)
        _paint_title(painter, type_, sheet, box.top(_HEAD_MM))
        rule(
            painter,
            places.column.x,
            box.y + _HEAD_MM,
            places.column.right,
            box.y + _HEAD_MM,
            width=_PANEL_MM,
            colour=INK,
        )
        paint_joint_review(painter, type_, box.below(_HEAD_MM + 1.0), sheet)
    else:
        _paint_column(painter, type_, sheet, places.column, maps)
    _paint_foot(painter, type_, sheet, places)
    _paint_frames(painter, places, with_map=sheet.window is not None)
    painter.restore()


def _paint_frames(painter: QPainter, places: Places, *, with_map: bool) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = [
        (places.map, _MAP_FRAME_MM),
        (places.notes, _PANEL_MM),
        (places.furniture, _PANEL_MM),
        (places.sign_off, _PANEL_MM),
    ]
    for box, width in (
        *(inner if with_map else [(_joined(places.notes, places.sign_off), _PANEL_MM)]),
        (places.column, _PANEL_MM),
        (places.title_block, _MAP_FRAME_MM),
        (places.frame, _FRAME_MM),
    ):
        pen = QPen(QColor(INK), width)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(_rect(box))


def _paint_map(painter: QPainter, type_: Typesetter, sheet: Sheet, frame: Box, maps: MapPainter) -> None:
    assert sheet.window is not None  # only called for sheets with a map
    window = sheet.window
    view = View.at_scale(window.x, window.y, window.scale, frame.width, frame.height)
    painter.save()
    painter.translate(frame.x, frame.y)
    maps.paint(painter, view, visible=window.visible, background=PAPER)
    painter.restore()
    if window.coordinates:
        paint_coordinates(painter, type_, frame, view)


def _paint_column(
    painter: QPainter, type_: Typesetter, sheet: Sheet, column: Box, maps: MapPainter | None
) -> None:
    box = column.inset(PAD_MM, 0.0)
    _paint_title(painter, type_, sheet, box.top(_HEAD_MM))
    y = column.y + _HEAD_MM
    rule(painter, column.x, y, column.right, y, width=_PANEL_MM, colour=INK)
    if sheet.locator is not None and maps is not None:
        y += 1.0
        _paint_locator(painter, type_, sheet, Box(box.x, y, box.width, LOCATOR_MM), maps)
        y += LOCATOR_MM + 1.0
    rest = paint_heading(painter, type_, Box(box.x, y, box.width, column.bottom - y), sheet.words["facts"])
    rest = rest.below(paint_facts(painter, type_, rest, sheet.facts, sheet.members))
    legend_room = _legend_room(sheet)
    if sheet.kind == "overview":
        rest = paint_heading(painter, type_, rest, sheet.words["clusters"])
        used = paint_clusters(
            painter, type_, Box(rest.x, rest.y, rest.width, rest.height - legend_room - 6.0), sheet
        )
    else:
        rest = paint_heading(painter, type_, rest, sheet.words["verdicts"])
        used = paint_verdicts(
            painter, type_, Box(rest.x, rest.y, rest.width, rest.height - legend_room - 6.0), sheet
        )
    rest = _paint_mark_key(painter, type_, rest.below(used), sheet)
    rest = paint_heading(painter, type_, rest, sheet.words["legend"])
    entries = sheet.window.legend if sheet.window is not None else ()
    paint_legend(
        painter,
        type_,
        Box(rest.x, rest.y, rest.width, rest.height - 1.5),
        entries,
        sheet.words["empty_legend"],
    )


def _legend_room(sheet: Sheet) -> float:
    """The least height of the legend with its heading: what its lines ask for, in two columns, within bounds."""
    entries = len(sheet.window.legend) if sheet.window is not None else 0
    return min(max(-(-entries // 2) * 4.0, 16.0), 56.0) + 7.0


def _paint_title(painter: QPainter, type_: Typesetter, sheet: Sheet, box: Box) -> None:
    if sheet.mark:
        width = type_.width(sheet.mark, PT_SMALL, True) + 3.0
        stamp = Box(box.right - width, box.y + 2.2, width, 4.4)
        painter.setPen(QPen(QColor(RED_LINE), 0.3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(_rect(stamp))
        type_.draw_middle(
            painter, stamp.x + stamp.width / 2.0, stamp.y + 2.2, sheet.mark, PT_SMALL, RED_LINE, bold=True
        )
        subtitle_room = box.width - width - 2.0
    else:
        subtitle_room = box.width
    type_.draw_middle(
        painter,
        box.x,
        box.y + 4.4,
        type_.fit(sheet.subtitle, subtitle_room, PT_SMALL),
        PT_SMALL,
        INK_SECOND,
        anchor=0.0,
    )
    x = box.x
    if sheet.number:
        painter.save()
        painter.translate(x + 5.0, box.y + 13.2)
        paint_number(painter, type_, sheet.number, sheet.colour, size_mm=9.0)
        painter.restore()
        x += 12.0
    room = box.right - x
    points = PT_TITLE if type_.width(sheet.title, PT_TITLE, True) <= room else PT_HEAD
    lines = type_.wrap(sheet.title, room, points, most=2, bold=True)
    for at, line in enumerate(lines):
        middle = box.y + 13.2 + (at - (len(lines) - 1) / 2.0) * 5.2
        type_.draw_middle(painter, x, middle, line, points, INK, bold=True, anchor=0.0)
    type_.draw_middle(
        painter,
        box.x,
        box.y + 21.4,
        type_.fit(sheet.score_line, box.width, PT_TEXT, True),
        PT_TEXT,
        INK,
        bold=True,
        anchor=0.0,
    )


def _paint_locator(painter: QPainter, type_: Typesetter, sheet: Sheet, box: Box, maps: MapPainter) -> None:
    assert sheet.window is not None
    assert sheet.locator is not None
    frame = paint_heading(painter, type_, box, sheet.words["locator"])
    fitted = View.fitted(sheet.locator, frame.width, frame.height, unit_mm=1.0, margin=0.02)
    painter.save()
    painter.translate(frame.x, frame.y)
    maps.paint(painter, fitted, visible=sheet.locator_keys, weight=0.5)
    painter.restore()
    place = lay_out(sheet.template).map
    seen = View.at_scale(sheet.window.x, sheet.window.y, sheet.window.scale, place.width, place.height)
    paint_extent(painter, frame, fitted, seen.extent)
    painter.setPen(QPen(QColor(LINE), 0.2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(_rect(frame))


def _paint_mark_key(painter: QPainter, type_: Typesetter, box: Box, sheet: Sheet) -> Box:
    """Draw what the marks of verdicts mean, in one line."""
    y = box.y + 2.6
    widths = [type_.width(text, PT_SMALL) for text in sheet.status_words.values()]
    gap = max((box.width - sum(widths) - 3.4 * len(widths)) / max(len(widths) - 1, 1), 0.6)
    x = box.x
    for (status, text), width in zip(sheet.status_words.items(), widths, strict=True):
        painter.save()
        painter.translate(x + 1.2, y)
        paint_verdict(painter, status, 2.2)
        painter.restore()
        type_.draw_middle(painter, x + 3.1, y, text, PT_SMALL, INK_SECOND, anchor=0.0)
        x += 3.4 + width + gap
    return box.below(6.0)


def _paint_foot(painter: QPainter, type_: Typesetter, sheet: Sheet, places: Places) -> None:
    room = places.notes if sheet.window is not None else _joined(places.notes, places.sign_off)
    title, notes = room.columns(UPRIGHT_MM)
    _paint_upright(painter, type_, title, sheet.words["notes"])
    paint_notes(painter, type_, notes.inset(1.6, 1.0), sheet.notes)
    if sheet.window is not None:
        north, bar = places.furniture.columns(14.0)
        paint_north(painter, type_, north.inset(1.0, 2.0), sheet.words["north"])
        paint_scale_bar(painter, type_, bar.inset(0.5, 4.0), sheet.window.scale)
        _paint_sign_off(painter, type_, sheet, places.sign_off)
    _paint_title_block(painter, type_, sheet, places.title_block)


def _joined(left: Box, right: Box) -> Box:
    return Box(left.x, left.y, right.right - left.x, left.height)


def _paint_sign_off(painter: QPainter, type_: Typesetter, sheet: Sheet, box: Box) -> None:
    """Draw the table in which units sign (会签), in two halves."""
    words, units = sheet.words, sheet.template.joint_review(sheet.language)[: sheet.template.joint_on_sheet]
    heads = (words["unit"], words["opinion"], words["signature"], words["date"])
    per_half = -(-len(units) // 2)
    title, *_ = box.columns(UPRIGHT_MM)
    _paint_upright(painter, type_, title, words["joint_review"])
    left = Box(title.right, box.y, (box.width - title.width) / 2.0, box.height)
    right = Box(left.right, box.y, left.width, box.height)
    unit_width = max(type_.width(unit, PT_SMALL) for unit in units) + 1.6
    unit_width = min(max(unit_width, 10.0), left.width * 0.42)
    rest = (left.width - unit_width) / 3.0
    for half, own in ((left, units[:per_half]), (right, units[per_half:])):
        rows = [(unit, "", "", "") for unit in (*own, *[""] * (per_half - len(own)))]
        paint_grid_table(painter, type_, half, (unit_width, rest, rest), heads, rows)
    rule(painter, right.x, box.y, right.x, box.bottom, width=_PANEL_MM, colour=INK)


def _paint_title_block(painter: QPainter, type_: Typesetter, sheet: Sheet, box: Box) -> None:
    """Draw the title block (图签): what the sheet is at the left, who signs for it at the right."""
    block = sheet.title_block
    lines = (
        ("project",), ("title",), ("number", "scale"), ("designer",), ("stage", "date"), ("crs",), ("height",),
        ("data_date", "review_number"), ("fingerprint",),
    )  # fmt: skip
    roles = sheet.template.sign_off(sheet.language)
    facts, signs = box.columns(57.0)
    label = max(type_.width(block[line[0]].label, PT_SMALL) for line in lines) + 1.6
    # A long name takes a second line, and all lines stand a little closer.
    doubled = {"project", "title", "designer"}
    units = [
        2 if line[0] in doubled and not _fits(type_, facts, block[line[0]], label) else 1 for line in lines
    ]
    height = box.height / sum(units)
    y = facts.y
    for line, unit in zip(lines, units, strict=True):
        row = Box(facts.x, y, facts.width, height * unit)
        if y > facts.y:
            rule(painter, row.x, row.y, row.right, row.y)
        y = row.bottom
        first = block[line[0]]
        if len(line) == 1:
            _paint_field(painter, type_, row, first, label)
            continue
        second = block[line[1]]
        own = type_.width(second.label, PT_SMALL) + 1.6
        # The second field begins in the middle, or further right where the first one needs the room.
        split = min(
            max(row.width / 2.0, label + type_.width(first.value, PT_SMALL) + 2.4), row.width - own - 12.0
        )
        left, right = row.columns(split)[:2]
        _paint_field(painter, type_, left, first, label)
        _paint_field(painter, type_, right, second, own)
        rule(painter, right.x, row.y, right.x, row.bottom)
    rule(painter, signs.x, box.y, signs.x, box.bottom, width=_PANEL_MM, colour=INK)
    height = box.height / len(roles)
    role = max(type_.width(text, PT_SMALL) for text in roles) + 1.6
    for at, text in enumerate(roles):
        y = signs.y + at * height
        if at:
            rule(painter, signs.x, y, signs.right, y)
        type_.draw_middle(painter, signs.x + 0.8, y + height / 2.0, text, PT_SMALL, INK_SECOND, anchor=0.0)
    for x in (signs.x + role, signs.x + role + (signs.width - role) / 2.0):
        rule(painter, x, signs.y, x, signs.bottom)


def _fits(type_: Typesetter, box: Box, field: Row, label_mm: float) -> bool:
    return type_.width(field.value, PT_SMALL) <= box.width - label_mm - 1.4


def _paint_field(painter: QPainter, type_: Typesetter, box: Box, field: Row, label_mm: float) -> None:
    middle = box.y + box.height / 2.0
    type_.draw_middle(painter, box.x + 0.8, middle, field.label, PT_SMALL, INK_SECOND, anchor=0.0)
    lines = type_.wrap(field.value, box.width - label_mm - 1.4, PT_SMALL, most=max(1, int(box.height / 2.7)))
    for at, line in enumerate(lines):
        y = middle + (at - (len(lines) - 1) / 2.0) * 2.9
        type_.draw_middle(painter, box.x + label_mm + 0.8, y, line, PT_SMALL, INK, anchor=0.0)


def _paint_upright(painter: QPainter, type_: Typesetter, box: Box, text: str) -> None:
    painter.save()
    painter.fillRect(_rect(box), QColor("#F1F3F5"))
    rule(painter, box.right, box.y, box.right, box.bottom)
    middle = QPointF(box.x + box.width / 2.0, box.y + box.height / 2.0)
    if len(text) > 4:
        painter.translate(middle)
        painter.rotate(-90.0)
        type_.draw_middle(painter, 0.0, 0.0, text, PT_SMALL, INK, bold=True)
    else:
        for at, character in enumerate(text):
            y = middle.y() + (at - (len(text) - 1) / 2.0) * 4.2
            type_.draw_middle(painter, middle.x(), y, character, PT_TEXT, INK, bold=True)
    painter.restore()


def _rect(box: Box) -> QRectF:
    return QRectF(box.x, box.y, box.width, box.height)
