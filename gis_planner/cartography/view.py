"""Which part of the map is seen, and how large: the one way from metres to pixels or millimetres."""

from __future__ import annotations

from dataclasses import dataclass, replace

Extent = tuple[float, float, float, float]


@dataclass(frozen=True)
class View:
    """A window on the map.

    `x`, `y` is its centre in the project's metres; `metres_per_unit` its scale; `width`, `height` its size in
    units; `unit_mm` the size of a unit in millimetres (a pixel of a 96 dpi screen: 25.4 / 96; paper: 1).
    The unit's origin is the upper left corner, its v axis runs down.
    """

    x: float
    y: float
    metres_per_unit: float
    width: float
    height: float
    unit_mm: float = 25.4 / 96.0

    @property
    def metres_per_mm(self) -> float:
        """Metres on the ground for a millimetre on paper or screen."""
        return self.metres_per_unit / self.unit_mm

    @property
    def scale(self) -> float:
        """The scale's denominator: 1:scale."""
        return self.metres_per_mm * 1000.0

    @property
    def extent(self) -> Extent:
        """The part of the map that is seen: west, south, east, north in metres."""
        half_w, half_h = self.width * self.metres_per_unit / 2.0, self.height * self.metres_per_unit / 2.0
        return (self.x - half_w, self.y - half_h, self.x + half_w, self.y + half_h)

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """Give the place of a point of the map in units."""
        return (
            (x - self.x) / self.metres_per_unit + self.width / 2.0,
            (self.y - y) / self.metres_per_unit + self.height / 2.0,
        )

    def to_map(self, u: float, v: float) -> tuple[float, float]:
        """Give the point of the map at a place in units."""
        return (
            self.x + (u - self.width / 2.0) * self.metres_per_unit,
            self.y - (v - self.height / 2.0) * self.metres_per_unit,
        )

    def panned(self, du: float, dv: float) -> View:
        """Give the view after its content was moved by some units."""
        return replace(self, x=self.x - du * self.metres_per_unit, y=self.y + dv * self.metres_per_unit)

    def zoomed(self, factor: float, u: float, v: float) -> View:
        """Give the view enlarged by a factor (> 1 is nearer), the place (u, v) staying where it is."""
        x, y = self.to_map(u, v)
        metres = self.metres_per_unit / factor
        return replace(
            self,
            metres_per_unit=metres,
            x=x - (u - self.width / 2.0) * metres,
            y=y + (v - self.height / 2.0) * metres,
        )

    def resized(self, width: float, height: float) -> View:
        """Give the view with another size, its centre and scale kept."""
        return replace(self, width=width, height=height)

    @classmethod
    def fitted(
        cls,
        extent: Extent,
        width: float,
        height: float,
        *,
        unit_mm: float = 25.4 / 96.0,
        margin: float = 0.05,
    ) -> View:
        """Give the view that shows an extent whole, with a margin as a share of the view."""
        west, south, east, north = extent
        room_w, room_h = max(width * (1.0 - 2.0 * margin), 1e-9), max(height * (1.0 - 2.0 * margin), 1e-9)
        metres = max((east - west) / room_w, (north - south) / room_h, 1e-3)
        return cls((west + east) / 2.0, (south + north) / 2.0, metres, width, height, unit_mm)

    @classmethod
    def at_scale(cls, x: float, y: float, scale: float, width_mm: float, height_mm: float) -> View:
        """Give a view on paper, its units millimetres, at 1:scale."""
        return cls(x, y, scale / 1000.0, width_mm, height_mm, 1.0)
