"""Where coordinates lie: believed, judged, or asked for."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis_planner.errors import InputError, UnclearInputError
from gis_planner.io.crs import (
    check_project_crs,
    choose_zone,
    crs_text,
    datum_of,
    judge_crs,
    lonlat_extent,
    make_mover,
    parse_crs,
    sample_points,
    zone_of,
)

LOCAL_PLANE = (
    'PROJCS["Local",GEOGCS["GCS_China_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",80000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",111.5],'
    'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
LUONING = np.array([[111.65, 34.38], [111.66, 34.39], [111.64, 34.385]])


def in_crs(code: int, lonlat: NDArray[np.float64] = LUONING) -> NDArray[np.float64]:
    moved = pyproj.Transformer.from_crs("EPSG:4490", f"EPSG:{code}", always_xy=True).transform(*lonlat.T)
    return np.column_stack(moved)


def test_degrees_without_a_statement_are_asked_for_and_shown_where_they_would_lie() -> None:
    guess = judge_crs(LUONING)
    assert (guess.crs, guess.certain, guess.swapped) == ("EPSG:4490", False, False)
    assert guess.lonlat_extent == pytest.approx((111.64, 34.38, 111.66, 34.39))
    assert judge_crs(LUONING, datum="gcj02").certain


def test_exchanged_degrees_are_seen() -> None:
    guess = judge_crs(LUONING[:, ::-1])
    assert (guess.crs, guess.swapped, guess.reason.key) == ("EPSG:4490", True, "import.crs.swapped")
    stated = judge_crs(LUONING[:, ::-1], stated="EPSG:4326")
    assert (stated.crs, stated.certain, stated.swapped) == ("EPSG:4326", True, True)


@settings(max_examples=50, deadline=None)
@given(st.integers(25, 45), st.floats(-1.4, 1.4), st.floats(19, 52))
def test_an_eight_digit_easting_tells_its_zone(zone: int, off: float, lat: float) -> None:
    code = 4513 + zone - 25
    points = in_crs(code, np.array([[zone * 3 + off, lat]]))
    guess = judge_crs(points)
    assert (guess.crs, guess.certain, guess.swapped) == (f"EPSG:{code}", True, False)
    assert judge_crs(points[:, ::-1]).swapped
    assert guess.lonlat_extent is not None
    assert guess.lonlat_extent[:2] == pytest.approx((zone * 3 + off, lat), abs=1e-7)


def test_a_six_digit_easting_fits_every_zone_and_is_asked_for() -> None:
    points = in_crs(4546)
    guess = judge_crs(points)
    assert (guess.crs, guess.certain, guess.reason.key) == (None, False, "import.crs.no_prefix")
    here = judge_crs(points, project_crs="EPSG:4546")
    assert (here.crs, here.certain) == ("EPSG:4546", True)
    turned = judge_crs(points[:, ::-1], project_crs="EPSG:4546")
    assert (turned.crs, turned.swapped) == ("EPSG:4546", True)


def test_a_statement_is_believed_only_when_the_coordinates_agree() -> None:
    assert judge_crs(in_crs(4546), stated="EPSG:4546").certain
    wrong = judge_crs(in_crs(4525), stated="EPSG:4546")
    assert (wrong.crs, wrong.certain, wrong.reason.key) == ("EPSG:4525", False, "import.crs.contradicted")
    assert not judge_crs(LUONING, stated="EPSG:4546").certain
    assert not judge_crs(in_crs(4546), stated="EPSG:4326").certain
    assert not judge_crs(in_crs(4546), stated="GARBAGE").certain


def test_exchanged_axes_are_seen_where_the_statement_is_text_without_an_area() -> None:
    for wkt in (pyproj.CRS("EPSG:4546").to_wkt("WKT1_ESRI"), LOCAL_PLANE):
        points = np.column_stack(
            pyproj.Transformer.from_crs("EPSG:4490", wkt, always_xy=True).transform(*LUONING.T)
        )
        straight, turned = judge_crs(points, stated=wkt), judge_crs(points[:, ::-1], stated=wkt)
        assert (straight.certain, straight.swapped) == (True, False)
        assert (turned.certain, turned.swapped) == (True, True)
        assert turned.lonlat_extent == pytest.approx(straight.lonlat_extent)


def test_giant_coordinates_are_no_part_of_the_sample() -> None:
    points = np.vstack([LUONING, [[1e308, 1.0], [1.0, -1e12], [np.nan, 1.0]]])
    assert sample_points(points).tolist() == LUONING.tolist()


def test_a_given_system_must_exist_and_fit() -> None:
    for given_crs, key in (
        ("EPSG:999999", "given_unknown"),
        ("EPSG:4546", "given_denied"),
        ("+init=epsg:4546", "given_unknown"),
    ):
        with pytest.raises(UnclearInputError) as caught:
            judge_crs(LUONING, given=given_crs, file="a.shp")
        assert caught.value.problem.key == f"import.crs.{key}"


def test_a_drawing_near_its_own_origin_is_asked_for() -> None:
    assert judge_crs(np.array([[0.0, 0.0], [800.0, 600.0]])).crs is None
    assert judge_crs(np.array([[500_000.0, 400_000.0]])).crs is None


def test_a_few_outliers_change_no_judgement() -> None:
    points = np.vstack([np.repeat(LUONING, 20, axis=0), [[0.0, 0.0]], [[1e7, 5.0]]])
    assert judge_crs(points).crs == "EPSG:4490"


@pytest.mark.parametrize(
    ("lon", "zone"),
    [(111.0, 4546), (109.6, 4546), (112.4, 4546), (112.6, 4547), (116.3, 4548), (75.0, 4534), (135.0, 4554)],
)
def test_the_zone_is_that_of_the_nearest_meridian(lon: float, zone: int) -> None:
    assert choose_zone(lon) == f"EPSG:{zone}"
    assert pyproj.CRS(f"EPSG:{zone}").name.endswith(f"{round(lon / 3) * 3}E")


def test_there_is_no_zone_abroad() -> None:
    assert choose_zone(2.35) is None
    assert choose_zone(140.0) is None


def test_prefixed_zones_lead_to_the_same_meridian() -> None:
    assert zone_of("EPSG:4525") == "EPSG:4546"
    assert zone_of("EPSG:4546") == "EPSG:4546"
    assert zone_of("EPSG:32649") is None


@pytest.mark.parametrize("code", [4490, 4326, 4525, 4547, 32649, 3857])
def test_every_way_into_the_plane_is_that_of_the_registry(code: int) -> None:
    points = LUONING if code in (4490, 4326) else in_crs(code)
    moved = make_mover(f"EPSG:{code}", "EPSG:4546", datum="", swapped=False)(points)
    np.testing.assert_allclose(moved, in_crs(4546), rtol=0, atol=1e-4)
    turned = make_mover(f"EPSG:{code}", "EPSG:4546", datum="", swapped=True)(points[:, ::-1])
    np.testing.assert_array_equal(turned, moved)


def test_the_same_plane_changes_not_a_bit() -> None:
    points = in_crs(4546)
    assert make_mover("EPSG:4546", "EPSG:4546", datum="cgcs2000", swapped=False)(points) is points


def test_wgs84_counts_as_cgcs2000() -> None:
    a = make_mover("EPSG:4326", "EPSG:4546", datum="wgs84", swapped=False)(LUONING)
    b = make_mover("EPSG:4490", "EPSG:4546", datum="cgcs2000", swapped=False)(LUONING)
    np.testing.assert_array_equal(a, b)
    assert datum_of("EPSG:4326") == "wgs84"
    assert datum_of("EPSG:4546") == "cgcs2000"
    assert datum_of("EPSG:2349") == "Xian 1980"


def test_a_shifted_plane_is_unshifted_through_degrees() -> None:
    from gis_planner.io.datum import from_true

    shifted = np.column_stack(from_true(*LUONING.T))
    mercator = np.column_stack(pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(*shifted.T))
    moved = make_mover("EPSG:3857", "EPSG:4546", datum="gcj02", swapped=False)(mercator)
    np.testing.assert_allclose(moved, in_crs(4546), rtol=0, atol=1e-6)


def test_what_lies_nowhere_is_not_a_number() -> None:
    moved = make_mover("EPSG:4490", "EPSG:4546", datum="", swapped=False)(
        np.array([[111.6, 134.0], [111.6, 34.0]])
    )
    assert np.isnan(moved[0]).all()
    assert np.isfinite(moved[1]).all()


def test_a_project_needs_a_plane_in_metres() -> None:
    assert check_project_crs("EPSG:4546") == "EPSG:4546"
    local = "+proj=tmerc +lat_0=0 +lon_0=111.65 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
    assert "111.65" in check_project_crs(local)
    for bad in ("EPSG:4490", "nonsense", "EPSG:2263"):
        with pytest.raises(InputError):
            check_project_crs(bad)


def test_wkt_of_a_known_system_gets_its_code() -> None:
    esri = pyproj.CRS("EPSG:4546").to_wkt("WKT1_ESRI")
    parsed = parse_crs(esri)
    assert parsed is not None
    assert crs_text(parsed) == "EPSG:4546"
    assert lonlat_extent(np.zeros((0, 2)), "EPSG:4490") is None
