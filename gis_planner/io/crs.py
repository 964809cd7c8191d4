"""Where on earth a file's coordinates lie, and how they get into the project's plane.

What a file says is believed when its coordinates agree. What it does not say is judged from the coordinates: degrees
in China, the zone prefix of an eight-digit easting, exchanged axes. A six-digit easting fits all 21 zones alike, so
without a project that it fits its zone must be given.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from gis_planner.errors import InputError, UnclearInputError
from gis_planner.io.datum import SHIFTED, to_true
from gis_planner.messages import Message

Extent = tuple[float, float, float, float]
Points = NDArray[np.float64]

_FIRST_ZONE_CM, _LAST_ZONE_CM = 75, 135
_EPSG_BY_MERIDIAN, _EPSG_BY_PREFIX = 4534, 4513
_MOST = 0.9
_AREA_MARGIN_DEG = 3.0
_TRUE_LENGTH = 0.05
_GIANT = 1e9
_SAMPLE = 20000
_LIKE_WGS84 = (
    "wgs84",
    "wgs1984",
    "worldgeodeticsystem1984",
    "china2000",
    "chinageodeticcoordinatesystem2000",
    "cgcs2000",
)


@dataclass(frozen=True)
class CrsGuess:
    """A coordinate system (`EPSG:n` or WKT, None: not even a guess), whether it is certain, why, and where that lies.

    `lonlat_extent` is (west, south, east, north) in degrees; `swapped` tells that x and y stand in exchanged order.
    `stated` tells that the file or a person said so; else it was judged from the coordinates.
    """

    crs: str | None
    certain: bool
    reason: Message
    lonlat_extent: Extent | None = None
    swapped: bool = False
    stated: bool = False


def parse_crs(text: str) -> pyproj.CRS | None:
    """Read a CRS from `EPSG:n`, WKT or a PROJ string, without its height part; None when nobody can."""
    text = text.strip()
    if not text or "+init" in text or "grids=" in text:
        return None
    try:
        crs = pyproj.CRS.from_user_input(text)
        if crs.is_compound:
            crs = crs.sub_crs_list[0]
        return crs.to_2d() if len(crs.axis_info) > 2 else crs
    except (CRSError, ValueError, IndexError):
        return None


def crs_text(crs: pyproj.CRS) -> str:
    """Write a CRS as `EPSG:n` where it has a code, else as WKT."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.to_wkt()


def is_degrees(crs: str) -> bool:
    """Tell whether a CRS counts in degrees."""
    parsed = parse_crs(crs)
    return parsed is not None and parsed.is_geographic


def datum_of(crs: str) -> str:
    """Name the datum of a CRS: wgs84, cgcs2000, or the registry's own name for another one."""
    parsed = parse_crs(crs)
    if parsed is None or parsed.geodetic_crs is None:
        return ""
    name = _datum_name(parsed)
    if not name.startswith(_LIKE_WGS84):
        return parsed.geodetic_crs.name
    return "wgs84" if name.startswith("w") else "cgcs2000"


def like_cgcs2000(crs: str) -> bool:
    """Tell whether a CRS lies on WGS 84 or CGCS2000, which planning treats as one."""
    parsed = parse_crs(crs)
    return parsed is not None and _datum_name(parsed).startswith(_LIKE_WGS84)


def choose_zone(lon: float) -> str | None:
    """Give the CGCS2000 3-degree zone (by central meridian) of a longitude, None outside their reach."""
    meridian = int(np.floor(lon / 3.0 + 0.5)) * 3
    if not _FIRST_ZONE_CM <= meridian <= _LAST_ZONE_CM:
        return None
    return f"EPSG:{_EPSG_BY_MERIDIAN + (meridian - _FIRST_ZONE_CM) // 3}"


def zone_of(crs: str) -> str | None:
    """Give the zone by central meridian for a CRS that is a CGCS2000 3-degree zone (with or without prefix)."""
    code = int(crs[5:]) if crs.startswith("EPSG:") and crs[5:].isdigit() else 0
    if _EPSG_BY_MERIDIAN <= code <= _EPSG_BY_MERIDIAN + 20:
        return crs
    if _EPSG_BY_PREFIX <= code <= _EPSG_BY_PREFIX + 20:
        return f"EPSG:{code - _EPSG_BY_PREFIX + _EPSG_BY_MERIDIAN}"
    return None


def sample_points(points: Points) -> Points:
    """Thin out coordinates, shape (n, 2), to what a judgement needs; NaN and giant numbers are left out."""
    finite = points[(np.isfinite(points) & (np.abs(points) < _GIANT)).all(axis=1)]
    return finite[:: max(1, len(finite) // _SAMPLE)]


def judge_crs(
    points: Points,
    *,
    stated: str = "",
    given: str = "",
    project_crs: str = "",
    datum: str = "",
    file: str = "",
) -> CrsGuess:
    """Judge the CRS of a file from what it states, what a person gives and where its coordinates lie.

    `points` is a sample of coordinates, shape (n, 2). A given CRS that is none, or that the coordinates deny, raises
    UnclearInputError.
    """
    if given:
        return _judge_given(points, given, file)
    parsed = parse_crs(stated)
    if parsed is not None:
        fitting = _fit(points, parsed)
        if fitting is not None:
            return _stated(points, parsed, fitting, "import.crs.stated")
    judged = _judge_by_range(points, project_crs, datum)
    if not stated:
        return judged
    key = "import.crs.unreadable" if parsed is None else "import.crs.contradicted"
    said = stated[:80] if parsed is None else parsed.name
    reason = Message(key, said=said, judged=judged.reason)
    return CrsGuess(judged.crs, False, reason, judged.lonlat_extent, judged.swapped)


def lonlat_extent(points: Points, crs: str, *, swapped: bool = False) -> Extent | None:
    """Give where coordinates lie on earth: (west, south, east, north), a few outliers left out; None when nowhere."""
    parsed = parse_crs(crs)
    if parsed is None or not len(points):
        return None
    lonlat = _to_lonlat(points[:, ::-1] if swapped else points, parsed)
    lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    if not len(lonlat):
        return None
    low, high = np.percentile(lonlat, [1, 99], axis=0, method="nearest")
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def stretch(crs: str, lon: float, lat: float) -> float:
    """Tell by which share lengths in a plane differ from those on the ground at a place; 0 where nobody can tell."""
    parsed = parse_crs(crs)
    if parsed is None or not parsed.is_projected:
        return 0.0
    try:
        areas = pyproj.Proj(parsed).get_factors(lon, lat).areal_scale
    except (CRSError, ProjError):
        return 0.0
    return abs(float(np.sqrt(areas)) - 1.0) if np.isfinite(areas) else 0.0


def make_mover(source: str, target: str, *, datum: str, swapped: bool) -> Callable[[Points], Points]:
    """Give the function that moves coordinates, shape (n, 2), from a file's CRS into the project's; nowhere is NaN."""
    src, dst = parse_crs(source), parse_crs(target)
    if src is None or dst is None:
        raise ValueError(f"no coordinate system: {source!r} or {target!r}")
    shifted = datum in SHIFTED
    if not shifted and crs_text(src) == crs_text(dst):
        return lambda points: points[:, ::-1].copy() if swapped else points
    # WGS 84 and CGCS2000 are one for planning: out of the source's plane and straight into the project's, without
    # a datum shift that another version of PROJ might find.
    direct = not shifted and not (like_cgcs2000(source) and like_cgcs2000(target))
    with _no_proj_errors(source):
        across = pyproj.Transformer.from_crs(src, dst, always_xy=True) if direct else None
        down = _plane(src)
        up = _plane(dst)

    def move(points: Points) -> Points:
        points = points[:, ::-1] if swapped else points
        if across is not None:
            return _transformed(across, points)
        lonlat = points if down is None else _transformed(down, points, inverse=True)
        if shifted:
            lonlat = np.column_stack(to_true(lonlat[:, 0], lonlat[:, 1], datum))
        return lonlat if up is None else _transformed(up, lonlat)

    return move


def check_project_crs(crs: str) -> str:
    """Give a project's CRS in our writing; raises InputError unless it is a plane in metres."""
    parsed = parse_crs(crs)
    metres = (
        parsed is not None
        and parsed.is_projected
        and all(a.unit_conversion_factor == 1.0 for a in parsed.axis_info[:2])
    )
    if parsed is None or not metres:
        raise InputError(
            Message("import.crs.not_metres", crs=crs[:80]), Message("import.crs.not_metres_remedy")
        )
    return crs_text(parsed)


def _judge_given(points: Points, given: str, file: str) -> CrsGuess:
    parsed = parse_crs(given)
    if parsed is None or not (parsed.is_geographic or parsed.is_projected):
        raise UnclearInputError(
            Message("import.crs.given_unknown", file=file, crs=given[:80]),
            Message("import.crs.given_unknown_remedy"),
        )
    fitting = _fit(points, parsed)
    if fitting is None and len(points):
        raise UnclearInputError(
            Message("import.crs.given_denied", file=file, crs=given[:80], **_range_values(points)),
            Message("import.crs.given_denied_remedy"),
        )
    return _stated(points, parsed, bool(fitting), "import.crs.given")


def _stated(points: Points, crs: pyproj.CRS, swapped: bool, key: str) -> CrsGuess:
    text = crs_text(crs)
    reason = Message(key, crs=_short(crs))
    if swapped:
        reason = Message("import.crs.swapped", reason=reason)
    return CrsGuess(text, True, reason, lonlat_extent(points, text, swapped=swapped), swapped, stated=True)


def _fit(points: Points, crs: pyproj.CRS) -> bool | None:
    """Tell whether coordinates lie in a CRS: False as they are, True with exchanged axes, None neither way."""
    if not len(points):
        return False
    x, y = points[:, 0], points[:, 1]
    if crs.is_geographic:
        if _most(_in_china(y, x)) and not _most(_in_china(x, y)):
            return True
        return False if _most((np.abs(x) <= 360) & (np.abs(y) <= 90)) else None
    if _most((np.abs(x) <= 180) & (np.abs(y) <= 90)):
        return None
    if _lies_in_area(points, crs):
        return False
    return True if _lies_in_area(points[:, ::-1], crs) else None


def _lies_in_area(points: Points, crs: pyproj.CRS) -> bool:
    middle = np.median(points, axis=0, keepdims=True)
    lon, lat = _to_lonlat(middle, crs)[0]
    if not (np.isfinite(lon) and np.isfinite(lat)):
        return False
    area = crs.area_of_use
    if area is None:  # WKT as in a .prj tells none
        code = crs.to_epsg()
        area = pyproj.CRS.from_epsg(code).area_of_use if code else None
    if area is None:
        return stretch(crs_text(crs), lon, lat) <= _TRUE_LENGTH
    m = _AREA_MARGIN_DEG
    return bool(area.west - m <= lon <= area.east + m and area.south - m <= lat <= area.north + m)


def _judge_by_range(points: Points, project_crs: str, datum: str) -> CrsGuess:
    """Judge a CRS from the coordinates alone."""
    if not len(points):
        return CrsGuess(None, False, Message("import.crs.no_coordinates"))
    for swapped in (False, True):
        x, y = (points[:, 1], points[:, 0]) if swapped else (points[:, 0], points[:, 1])
        guess = _judge_axes(x, y, project_crs, datum)
        if guess is None:
            continue
        crs, certain, reason = guess
        if swapped:
            reason = Message("import.crs.swapped", reason=reason)
        extent = lonlat_extent(points, crs, swapped=swapped) if crs else None
        return CrsGuess(crs, certain, reason, extent, swapped)
    return CrsGuess(None, False, Message("import.crs.unknown_range", **_range_values(points)))


def _judge_axes(
    x: Points, y: Points, project_crs: str, datum: str
) -> tuple[str | None, bool, Message] | None:
    values = {"x": _median(x), "y": _median(y)}
    if _most(_in_china(x, y)):
        if datum:
            return "EPSG:4490", True, Message("import.crs.degrees_given", datum=datum, **values)
        return "EPSG:4490", False, Message("import.crs.degrees", **values)
    if not _most((y > 3.0e5) & (y < 6.2e6)):
        return None
    zones = np.floor(x / 1e6)
    if _most((zones >= 25) & (zones <= 45) & _is_easting(x - zones * 1e6)):
        zone = int(np.median(zones))
        if _most(zones == zone):
            return (
                f"EPSG:{_EPSG_BY_PREFIX + zone - 25}",
                True,
                Message("import.crs.prefix", zone=zone, meridian=zone * 3, **values),
            )
        return None
    if _most((zones >= 13) & (zones <= 23) & _is_easting(x - zones * 1e6)):
        zone = int(np.median(zones))
        return (
            f"EPSG:{4491 + zone - 13}",
            True,
            Message("import.crs.prefix_six", zone=zone, meridian=zone * 6 - 3, **values),
        )
    # A northing in mainland China; without it any drawing near its own origin would do.
    if _most(_is_easting(x) & (y > 1.9e6)):
        if zone_of(project_crs) == project_crs and project_crs:
            return project_crs, True, Message("import.crs.like_project", crs=project_crs, **values)
        return None, False, Message("import.crs.no_prefix", **values)
    return None


def _in_china(lon: Points, lat: Points) -> NDArray[np.bool_]:
    return (lon >= 73.0) & (lon <= 135.2) & (lat >= 3.0) & (lat <= 54.0)


def _is_easting(x: Points) -> NDArray[np.bool_]:
    """Tell an easting of a 3- or 6-degree zone: 500 km and at most 3 degrees to either side."""
    return (x >= 160e3) & (x <= 840e3)


def _most(mask: NDArray[np.bool_]) -> bool:
    return bool(len(mask)) and float(np.mean(mask)) >= _MOST


def _range_values(points: Points) -> dict[str, str]:
    return {"x": _median(points[:, 0]), "y": _median(points[:, 1])}


def _median(values: Points) -> str:
    middle = float(np.median(values))
    return f"{middle:.4f}" if abs(middle) < 1000 else f"{middle:.0f}"


def _datum_name(crs: pyproj.CRS) -> str:
    geodetic = crs.geodetic_crs
    names = [] if geodetic is None else [geodetic.name, geodetic.datum.name if geodetic.datum else ""]
    for name in names:
        plain = "".join(c for c in name.lower() if c.isalnum()).removeprefix("gcs").removeprefix("d")
        if plain.startswith(_LIKE_WGS84):
            return plain
    return "".join(c for c in (names[0] if names else "").lower() if c.isalnum())


def _short(crs: pyproj.CRS) -> str:
    code = crs.to_epsg()
    return f"{crs.name} (EPSG:{code})" if code else crs.name


def _plane(crs: pyproj.CRS) -> pyproj.Transformer | None:
    """Give the step from a CRS's own longitudes and latitudes into its plane; None when it is in degrees itself."""
    geodetic = crs.geodetic_crs
    if crs.is_geographic or geodetic is None:
        return None
    return pyproj.Transformer.from_crs(geodetic, crs, always_xy=True)


def _to_lonlat(points: Points, crs: pyproj.CRS) -> Points:
    try:
        plane = _plane(crs)
        return points if plane is None else _transformed(plane, points, inverse=True)
    except (CRSError, ProjError):
        return np.full(points.shape, np.nan)


def _transformed(transformer: pyproj.Transformer, points: Points, *, inverse: bool = False) -> Points:
    direction = (
        pyproj.enums.TransformDirection.INVERSE if inverse else pyproj.enums.TransformDirection.FORWARD
    )
    x, y = transformer.transform(points[:, 0], points[:, 1], direction=direction)
    moved = np.column_stack((x, y))
    moved[~np.isfinite(moved).all(axis=1)] = np.nan
    return moved


@contextlib.contextmanager
def _no_proj_errors(crs: str) -> Iterator[None]:
    try:
        yield
    except (CRSError, ProjError) as error:
        raise InputError(
            Message("import.crs.no_way", crs=crs[:80]), Message("import.crs.given_unknown_remedy")
        ) from error
