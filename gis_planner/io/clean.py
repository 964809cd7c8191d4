"""From the shapes of a file to features in the project's plane.

Nothing is repaired or left out in silence: each repair is an issue with the place, what was wrong and what was
changed, in square metres where area changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.overlaps import find_overlaps
from gis_planner.io.fit_type import fit_type
from gis_planner.io.listing import IssueListing
from gis_planner.messages import Message
from gis_planner.model.issues import Issue, Severity
from gis_planner.model.layers import Layer

_GIANT = 1e9
_FAR_M = 100_000.0
_FAR_TIMES = 4.0
_SLIVER_M2 = 1.0
_SLIVER_WIDTH_M = 0.2
_SHORT_M = 0.01
_DIMENSIONS = ("points", "lines", "polygons")
_TILED = ("compounds", "parcels", "planning_area")
_EXPLODED = ("roads", "entrances", "poles", "boxes")
_COORDINATES = re.compile(r"\[(\S+) (\S+)\]")


@dataclass(frozen=True, eq=False)
class Cleaned:
    """Features that survived: the source row of each, its id, its shape; and the issues of all."""

    rows: list[int]
    ids: list[str]
    shapes: list[BaseGeometry]
    issues: tuple[Issue, ...]


@dataclass
class _Work:
    layer: Layer
    listing: IssueListing
    rows: NDArray[np.int64]
    ids: list[str]
    shapes: NDArray[Any]

    def keep(self, mask: NDArray[np.bool_]) -> None:
        self.rows = self.rows[mask]
        self.ids = [feature for feature, kept in zip(self.ids, mask, strict=True) if kept]
        self.shapes = self.shapes[mask]


def clean_geometries(
    layer: Layer,
    ids: Sequence[str],
    shapes: NDArray[Any],
    move: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    twins: Sequence[Hashable],
    listed: Collection[int] = (),
) -> Cleaned:
    """Bring a layer's shapes into the project's plane and in order.

    `move` takes coordinates, shape (n, 2), into the plane. `twins` says of each row what it says beside its shape:
    rows alike in shape and in this are one feature. `listed` are rows whose missing shape is an issue already.
    """
    work = _Work(layer, IssueListing(layer.name), np.arange(len(ids)), list(ids), shapes)
    _drop_missing(work, frozenset(listed))
    _drop_not_finite(work)
    _drop_heights(work)
    _move(work, move)
    _note_mixed(work)
    _fit_types(work)
    _repair(work)
    _drop_slivers(work)
    _drop_far(work)
    _drop_twins(work, twins)
    _list_overlaps(work)
    if layer.name in _EXPLODED:
        _explode(work)
    return Cleaned([int(r) for r in work.rows], work.ids, list(work.shapes), work.listing.issues())


def _drop_missing(work: _Work, listed: Collection[int]) -> None:
    missing = shapely.is_missing(work.shapes) | shapely.is_empty(work.shapes)
    for row in np.flatnonzero(missing):
        if int(work.rows[row]) not in listed:
            work.listing.add(
                "geometry.missing", "error", work.ids[row], Message("import.geometry.missing"),
                repair=Message("import.repair.left_out"),
            )  # fmt: skip
    work.keep(~missing)


def _drop_not_finite(work: _Work) -> None:
    points, owners = shapely.get_coordinates(work.shapes, return_index=True)
    odd = ~np.isfinite(points).all(axis=1) | (np.abs(np.nan_to_num(points)) > _GIANT).any(axis=1)
    bad = np.zeros(len(work.ids), dtype=bool)
    bad[owners[odd]] = True
    for row in np.flatnonzero(bad):
        work.listing.add(
            "geometry.not_finite", "error", work.ids[row], Message("import.geometry.not_finite"),
            repair=Message("import.repair.left_out"),
        )  # fmt: skip
    work.keep(~bad)


def _drop_heights(work: _Work) -> None:
    high = shapely.has_z(work.shapes) | shapely.has_m(work.shapes)
    if high.any():
        work.shapes = shapely.force_2d(work.shapes)
        work.listing.add(
            "geometry.heights", "note", "", Message("import.geometry.heights", n=int(high.sum())),
            repair=Message("import.repair.heights"),
        )  # fmt: skip


def _move(work: _Work, move: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
    if not len(work.ids):
        return
    work.shapes = np.asarray(shapely.transform(work.shapes, move), dtype=object)
    points, owners = shapely.get_coordinates(work.shapes, return_index=True)
    lost = np.zeros(len(work.ids), dtype=bool)
    lost[owners[~np.isfinite(points).all(axis=1)]] = True
    for row in np.flatnonzero(lost):
        work.listing.add(
            "geometry.off_the_map", "error", work.ids[row], Message("import.geometry.off_the_map"),
            repair=Message("import.repair.left_out"),
        )  # fmt: skip
    work.keep(~lost)


def _note_mixed(work: _Work) -> None:
    dimensions = shapely.get_dimensions(work.shapes)
    counts = {d: int((dimensions == d).sum()) for d in (0, 1, 2) if (dimensions == d).any()}
    if len(counts) > 1 and work.layer.geometry != "any":
        work.listing.add(
            "geometry.mixed", "warning", "",
            Message("import.geometry.mixed", **{name: counts.get(d, 0) for d, name in enumerate(_DIMENSIONS)}),
        )  # fmt: skip


def _fit_types(work: _Work) -> None:
    kept = np.ones(len(work.ids), dtype=bool)
    fitted = work.shapes.copy()
    for row, shape in enumerate(work.shapes):
        new, reason, repair = fit_type(shape, work.layer)
        if reason is not None:
            severity: Severity = "error" if new is None else "note"
            work.listing.add(
                reason.key.removeprefix("import."),
                severity,
                work.ids[row],
                reason,
                repair=repair,
                place=new or shape,
            )
        kept[row] = new is not None
        fitted[row] = new
    work.shapes = fitted
    work.keep(kept)


def _repair(work: _Work) -> None:
    """Make crossing and touching outlines valid, and say how much area that changed."""
    kept = np.ones(len(work.ids), dtype=bool)
    for row in np.flatnonzero(~shapely.is_valid(work.shapes)):
        shape = work.shapes[row]
        reason = shapely.is_valid_reason(shape)
        before = shapely.area(shape)
        made = shapely.make_valid(shape, method="structure", keep_collapsed=False)
        new, _, _ = fit_type(made, work.layer)
        kept[row] = new is not None and not new.is_empty
        found = _COORDINATES.search(reason)
        place = (float(found.group(1)), float(found.group(2))) if found else shape
        what = Message("import.geometry.invalid", reason=_reason(reason))
        if kept[row] and new is not None:
            change = Message("import.repair.made_valid", before=round(before, 1), after=round(new.area, 1))
            work.shapes[row] = new
        else:
            change = Message("import.repair.left_out")
        work.listing.add(
            "geometry.invalid", "warning" if kept[row] else "error", work.ids[row], what, repair=change,
            place=place,
        )  # fmt: skip
    work.keep(kept)


def _reason(text: str) -> Message:
    known = {
        "self-intersection": "import.reason.self_intersection",
        "ring self-intersection": "import.reason.ring_self_intersection",
        "hole lies outside shell": "import.reason.hole_outside",
        "holes are nested": "import.reason.nested",
        "nested shells": "import.reason.nested",
        "too few points in geometry component": "import.reason.too_few_points",
        "interior is disconnected": "import.reason.disconnected",
        "duplicate rings": "import.reason.duplicate_rings",
    }
    return Message(known.get(text.split("[")[0].strip().lower(), "import.reason.other"))


def _drop_slivers(work: _Work) -> None:
    """Leave out what is too small to be anything, and point at what is hardly wider than a line."""
    kept = np.ones(len(work.ids), dtype=bool)
    smallest = _SLIVER_M2 if work.layer.geometry == "polygon" else 1e-6
    dimensions = shapely.get_dimensions(work.shapes)
    areas, lengths = shapely.area(work.shapes), shapely.length(work.shapes)
    for row in np.flatnonzero(
        (dimensions == 2) & (areas < smallest) | (dimensions == 1) & (lengths < _SHORT_M)
    ):
        kept[row] = False
        size = round(float(areas[row] if dimensions[row] == 2 else lengths[row]), 3)
        key = "import.geometry.tiny" if dimensions[row] == 2 else "import.geometry.short"
        work.listing.add(
            key.removeprefix("import."), "warning", work.ids[row], Message(key, size=size),
            repair=Message("import.repair.left_out"), place=work.shapes[row],
        )  # fmt: skip
    for row in np.flatnonzero((shapely.get_num_geometries(work.shapes) > 1) & (dimensions == 2) & kept):
        parts = shapely.get_parts(work.shapes[row])
        small = shapely.area(parts) < smallest
        if small.any():
            rest = parts[~small]
            work.shapes[row] = rest[0] if len(rest) == 1 else shapely.multipolygons(rest)
            work.listing.add(
                "geometry.tiny_parts", "note", work.ids[row], Message("import.geometry.tiny_parts", n=int(small.sum())),
                repair=Message("import.repair.parts_left_out", area=round(float(shapely.area(parts[small]).sum()), 3)),
                place=parts[small][0],
            )  # fmt: skip
    if work.layer.geometry == "polygon":
        with np.errstate(divide="ignore", invalid="ignore"):
            widths = 2.0 * areas / lengths
        for row in np.flatnonzero((dimensions == 2) & (widths < _SLIVER_WIDTH_M) & kept):
            work.listing.add(
                "geometry.sliver", "warning", work.ids[row],
                Message("import.geometry.sliver", width=round(float(widths[row]), 2)), place=work.shapes[row],
            )  # fmt: skip
    work.keep(kept)


def _drop_far(work: _Work) -> None:
    """Leave out what lies more than 100 km from the middle and far beyond where the rest lies."""
    if len(work.ids) < 3:
        return
    bounds = shapely.bounds(work.shapes)
    middles = np.column_stack((bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)))
    distances = np.hypot(*(middles - np.median(middles, axis=0)).T)
    far = distances > max(_FAR_M, _FAR_TIMES * float(np.percentile(distances, 75)))
    for row in np.flatnonzero(far):
        work.listing.add(
            "geometry.far_away", "error", work.ids[row],
            Message("import.geometry.far_away", km=round(float(distances[row]) / 1000.0)),
            repair=Message("import.repair.left_out"), place=(float(middles[row, 0]), float(middles[row, 1])),
        )  # fmt: skip
    work.keep(~far)


def _drop_twins(work: _Work, twins: Sequence[Hashable]) -> None:
    """Leave out the second of two features alike in everything; point at the second of two alike in shape."""
    first: dict[bytes, int] = {}
    same: dict[tuple[bytes, Hashable], int] = {}
    kept = np.ones(len(work.ids), dtype=bool)
    for row, wkb in enumerate(shapely.to_wkb(shapely.normalize(work.shapes))):
        says = twins[int(work.rows[row])]
        other = same.setdefault((wkb, says), row)
        if other != row:
            kept[row] = False
            work.listing.add(
                "geometry.duplicate", "warning", work.ids[row],
                Message("import.geometry.duplicate", other=work.ids[other]),
                repair=Message("import.repair.left_out"), place=work.shapes[row],
            )  # fmt: skip
            continue
        alike = first.setdefault(wkb, row)
        if alike != row and shapely.get_dimensions(work.shapes[row]) > 0:
            work.listing.add(
                "geometry.same_shape", "warning", work.ids[row],
                Message("import.geometry.same_shape", other=work.ids[alike]), place=work.shapes[row],
            )  # fmt: skip
    work.keep(kept)


def _list_overlaps(work: _Work) -> None:
    if work.layer.name not in _TILED:
        return
    for a, b, area, where in find_overlaps(work.shapes):
        other, feature = sorted((work.ids[a], work.ids[b]))
        work.listing.add(
            "check.overlap", "warning", feature,
            Message("import.check.overlap", other=other, area=round(area, 1)), place=where,
        )  # fmt: skip


def _explode(work: _Work) -> None:
    """Make one feature of each part of a multi-part line or point."""
    counts = shapely.get_num_geometries(work.shapes)
    if not (counts > 1).any():
        work.shapes = shapely.get_parts(work.shapes) if len(work.shapes) else work.shapes
        return
    taken = set(work.ids)
    ids: list[str] = []
    for feature, count in zip(work.ids, counts, strict=True):
        ids.append(feature)
        for n in range(2, int(count) + 1):
            name = f"{feature}-{n}"
            while name in taken:
                name += "x"
            taken.add(name)
            ids.append(name)
        if count > 1:
            work.listing.add(
                "geometry.exploded", "note", feature, Message("import.geometry.exploded", n=int(count)),
                repair=Message("import.repair.exploded"),
            )  # fmt: skip
    parts, owners = shapely.get_parts(work.shapes, return_index=True)
    work.rows, work.ids, work.shapes = work.rows[owners], ids, parts
