"""What a map needs beside its content: a standard scale, a scale bar, coordinate ticks, a locator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gis_planner.cartography.view import Extent, View

_NICE = (1.0, 2.0, 2.5, 5.0)


@dataclass(frozen=True)
class ScaleBar:
    """A bar of `parts` equal parts: metres and mm of one part."""

    part_m: float
    part_mm: float
    parts: int


@dataclass(frozen=True)
class Tick:
    """Where a round coordinate meets the edge of a map frame: mm from the frame's left or upper edge."""

    edge: Literal["easting", "northing"]
    at_mm: float
    metres: float


def choose_scale(
    extent: Extent, width_mm: float, height_mm: float, scales: Sequence[int], *, margin_mm: float
) -> int:
    """Give the largest standard scale at which an extent fits into a frame with a margin.

    Beyond the smallest scale of the row it goes on in the same steps of 1, 2, 2.5 and 5, so that nothing is ever cut.
    """
    room_w, room_h = width_mm - 2.0 * margin_mm, height_mm - 2.0 * margin_mm
    needed = max((extent[2] - extent[0]) / room_w, (extent[3] - extent[1]) / room_h) * 1000.0
    for scale in sorted(scales):
        if scale >= needed:
            return scale
    power = 10.0 ** math.floor(math.log10(needed))
    return int(next(step * power for step in (*_NICE, 10.0) if step * power >= needed))


def make_scale_bar(scale: float, *, longest_mm: float) -> ScaleBar:
    """Give the longest bar of two to five round parts that there is room for."""
    found: list[ScaleBar] = []
    for parts in (2, 3, 4, 5):
        longest = longest_mm / parts * scale / 1000.0
        power = 10.0 ** math.floor(math.log10(longest))
        steps = (0.5, 1.0, 2.0, 5.0)  # a half: the logarithm of a hair less than 100 is 2
        part = max(step * power for step in steps if step * power <= longest)
        found.append(ScaleBar(part, part * 1000.0 / scale, parts))
    return max(found, key=lambda bar: (bar.part_mm * bar.parts, bar.parts))


def make_ticks(view: View, *, about_mm: float = 60.0) -> list[Tick]:
    """Give the round coordinates along the edges of a map frame, about every so many mm."""
    wanted = about_mm * view.metres_per_mm
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(s * power for s in (1.0, 2.0, 5.0, 10.0) if s * power >= wanted)
    west, south, east, north = view.extent
    ticks = [Tick("easting", (x - west) / view.metres_per_mm, x) for x in _multiples(west, east, step)]
    return ticks + [
        Tick("northing", (north - y) / view.metres_per_mm, y) for y in _multiples(south, north, step)
    ]


def grow(extent: Extent, share: float) -> Extent:
    """Give an extent enlarged on every side by a share of its longer side."""
    by = max(extent[2] - extent[0], extent[3] - extent[1]) * share
    return (extent[0] - by, extent[1] - by, extent[2] + by, extent[3] + by)


def join(extents: Sequence[Extent]) -> Extent | None:
    """Give the extent that holds all of these; None when there is none."""
    if not extents:
        return None
    return (
        min(e[0] for e in extents),
        min(e[1] for e in extents),
        max(e[2] for e in extents),
        max(e[3] for e in extents),
    )


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
