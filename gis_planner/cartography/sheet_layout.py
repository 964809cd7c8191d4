"""Where things stand on a sheet, in mm from its upper left corner. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass

from gis_planner.cartography.sheet_template import SheetTemplate

COLUMN_MM = 92.0
FOOT_MM = 34.0
PAD_MM = 3.0
# Between the frame and the map run the coordinates.
STRIP_MM = 4.6
CLUSTER_MARGIN_MM = 10.0
TOWN_MARGIN_MM = 3.0
NOTES_MM = 132.0
FURNITURE_MM = 46.0
# Upright headings at the left of a panel of the foot.
UPRIGHT_MM = 5.0
LOCATOR_MM = 47.0


@dataclass(frozen=True)
class Box:
    """A rectangle in mm."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    def inset(self, dx: float, dy: float | None = None) -> Box:
        """Give the rectangle made smaller on every side."""
        down = dx if dy is None else dy
        return Box(self.x + dx, self.y + down, self.width - 2.0 * dx, self.height - 2.0 * down)

    def top(self, height: float) -> Box:
        """Give the upper part of that height."""
        return Box(self.x, self.y, self.width, height)

    def below(self, height: float) -> Box:
        """Give what is left below the upper part of that height."""
        return Box(self.x, self.y + height, self.width, self.height - height)

    def columns(self, *widths: float) -> list[Box]:
        """Cut into columns of these widths from the left; a last column takes what is left over."""
        boxes, at = [], self.x
        for width in (*widths, max(self.width - sum(widths), 0.0)):
            boxes.append(Box(at, self.y, width, self.height))
            at += width
        return boxes


@dataclass(frozen=True)
class Places:
    """The places of a sheet."""

    page: Box
    frame: Box
    map_panel: Box
    map: Box
    column: Box
    notes: Box
    furniture: Box
    sign_off: Box
    title_block: Box


def lay_out(template: SheetTemplate) -> Places:
    """Lay out a sheet: the map, a column at its right, a foot with the title block in the corner."""
    page = Box(0.0, 0.0, template.width_mm, template.height_mm)
    frame = Box(
        template.binding_mm,
        template.margin_mm,
        page.width - template.binding_mm - template.margin_mm,
        page.height - 2.0 * template.margin_mm,
    )
    panel = Box(frame.x, frame.y, frame.width - COLUMN_MM, frame.height - FOOT_MM)
    foot = Box(frame.x, panel.bottom, panel.width, FOOT_MM)
    notes, furniture, sign_off = foot.columns(NOTES_MM, FURNITURE_MM)
    return Places(
        page=page,
        frame=frame,
        map_panel=panel,
        map=panel.inset(STRIP_MM),
        column=Box(panel.right, frame.y, COLUMN_MM, panel.height),
        notes=notes,
        furniture=furniture,
        sign_off=sign_off,
        title_block=Box(panel.right, panel.bottom, COLUMN_MM, FOOT_MM),
    )
