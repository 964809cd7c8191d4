"""Drawings: Chinese layer names, codes of CJJ 61, curves, blocks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import pytest
import shapely
from ezdxf.document import Drawing

from gis_planner.errors import InputError, UnclearInputError
from gis_planner.io.inspect import inspect_file
from gis_planner.io.read_dxf import pipeline_kind, recognise_drawing_layer
from gis_planner.io.read_file import Imported, ReadOptions, read_file
from gis_planner.model.tables import geometries, texts

X, Y = 500_000.0, 3_805_000.0


def draw(path: Path, make: Callable[[Any], object], version: str = "R2000") -> Path:
    drawing: Drawing = ezdxf.new(version)
    drawing.encoding = "gbk"
    drawing.header["$DWGCODEPAGE"] = "ANSI_936"
    drawing.appids.add("SOUTH")
    make(drawing)
    drawing.saveas(path)
    return path


def line(drawing: Drawing, layer: str, y: float = 0.0) -> Any:
    return drawing.modelspace().add_line((X, Y + y, 3), (X + 100, Y + y, 4), dxfattribs={"layer": layer})


def one(path: Path, **options: Any) -> Imported:
    (imported,) = read_file(path, ReadOptions(crs="EPSG:4546", **options))
    return imported


def pipes(drawing: Drawing) -> None:
    line(drawing, "给水管线")
    line(drawing, "JS", 10)
    line(drawing, "YSLINE", 20).set_xdata("SOUTH", [(1000, "543211")])
    line(drawing, "图框", 30)
    drawing.modelspace().add_point((X, Y), dxfattribs={"layer": "JS"})


@pytest.mark.parametrize("version", ["R12", "R2000", "R2010"])
def test_pipelines_are_known_by_layer_names_in_every_version(tmp_path: Path, version: str) -> None:
    imported = one(draw(tmp_path / "管线.dxf", pipes, version))
    assert imported.layer == "pipelines"
    assert texts(imported.table, "kind") == ["water", "drain", "water"]
    assert texts(imported.table, "code") == ["JS", "YS", None]
    assert list(imported.extras["图层"]) == ["JS", "YSLINE", "给水管线"]
    assert list(imported.extras["CASS编码"]) == [None, "543211", None]
    listed = {issue.code for issue in imported.issues}
    assert {"geometry.heights", "dxf.symbols", "layers.skipped"} <= listed
    assert (imported.source.driver, imported.source.source_layer) == ("DXF", "JS,YSLINE,给水管线")


def test_a_wrong_code_page_does_not_break_names(tmp_path: Path) -> None:
    path = draw(tmp_path / "管线.dxf", pipes)
    path.write_bytes(path.read_bytes().replace(b"ANSI_936", b"ANSI_1252"))
    assert "给水管线" in list(one(path).extras["图层"])
    assert one(path).source.encoding == "GB18030"


def test_closed_lines_on_outline_layers_are_compounds(tmp_path: Path) -> None:
    def outline(drawing: Drawing) -> None:
        ring = [(X, Y), (X + 100, Y), (X + 100, Y + 80), (X, Y + 80)]
        drawing.modelspace().add_lwpolyline(ring, close=True, dxfattribs={"layer": "小区红线"})

    imported = one(draw(tmp_path / "a.dxf", outline))
    assert imported.layer == "compounds"
    assert geometries(imported.table)[0].equals(shapely.box(X, Y, X + 100, Y + 80))


def test_curves_become_lines_within_five_centimetres(tmp_path: Path) -> None:
    def curves(drawing: Drawing) -> None:
        space = drawing.modelspace()
        space.add_circle((X, Y), 30, dxfattribs={"layer": "RQ"})
        space.add_arc((X, Y), 60, 0, 180, dxfattribs={"layer": "RQ"})
        space.add_lwpolyline([(X, Y - 100, 0, 0, 1), (X + 20, Y - 100)], dxfattribs={"layer": "RQ"})
        space.add_spline([(X, Y), (X + 50, Y + 20), (X + 100, Y)], dxfattribs={"layer": "RQ"})

    shapes = geometries(one(draw(tmp_path / "燃气.dxf", curves)).table)
    circle, arc, bulge = (shape for shape in shapes[:3])
    assert circle.length == pytest.approx(2 * 3.141592653589793 * 30, rel=2e-3)
    assert (
        shapely.hausdorff_distance(circle, shapely.Point(X, Y).buffer(30, 256).exterior, densify=0.1) < 0.06
    )
    assert arc.length == pytest.approx(3.141592653589793 * 60, rel=2e-3)
    assert bulge.length == pytest.approx(3.141592653589793 * 10, rel=1e-2)


def test_symbols_are_points_and_blocks_that_are_pieces_of_drawing_are_taken_apart(tmp_path: Path) -> None:
    def blocks(drawing: Drawing) -> None:
        symbol = drawing.blocks.new("SYMBOL")
        symbol.add_line((0, 0), (1, 1))
        piece = drawing.blocks.new("PIECE")
        piece.add_line((0, 0), (50, 0), dxfattribs={"layer": "DL"})
        drawing.modelspace().add_blockref("SYMBOL", (X, Y), dxfattribs={"layer": "路灯杆"})
        drawing.modelspace().add_blockref("PIECE", (X, Y + 5), dxfattribs={"layer": "0"})

    path = draw(tmp_path / "a.dxf", blocks)
    assert geometries(one(path, source_layer="路灯杆", layer="poles").table)[0].equals(shapely.Point(X, Y))
    assert geometries(one(path, source_layer="DL").table)[0].bounds == (X, Y + 5, X + 50, Y + 5)


def test_blocks_within_blocks_end(tmp_path: Path) -> None:
    def nested(drawing: Drawing) -> None:
        inner = drawing.blocks.new("B0")
        inner.add_line((0, 0), (5, 0), dxfattribs={"layer": "DL"})
        for n in range(1, 12):
            block = drawing.blocks.new(f"B{n}")
            for k in range(10):
                block.add_blockref(f"B{n - 1}", (k, 0), dxfattribs={"layer": "DL"})
        drawing.modelspace().add_blockref("B11", (X, Y), dxfattribs={"layer": "DL"})
        line(drawing, "DL")

    imported = one(draw(tmp_path / "a.dxf", nested))
    assert len(imported.table) == 1
    assert "dxf.symbols" in {issue.code for issue in imported.issues}


def test_a_drawing_that_tells_nothing_asks_for_the_layer_and_what_it_is(tmp_path: Path) -> None:
    path = draw(tmp_path / "a.dxf", lambda d: [line(d, "L1"), line(d, "L2", 9)])
    with pytest.raises(UnclearInputError) as caught:
        one(path)
    assert caught.value.problem.key == "import.which_layers"
    with pytest.raises(UnclearInputError) as caught:
        one(path, layer="roads")
    assert caught.value.problem.key == "import.which_source_layer"
    assert one(path, layer="roads", source_layer="L2").layer == "roads"


def test_a_drawing_says_nothing_of_its_system(tmp_path: Path) -> None:
    path = draw(tmp_path / "管线.dxf", pipes)
    with pytest.raises(UnclearInputError) as caught:
        read_file(path, ReadOptions())
    assert [m.key for m in caught.value.remedy.values["options"]] == ["import.need.crs"]
    (imported,) = read_file(path, ReadOptions(), project_crs="EPSG:4546")
    assert imported.source.crs == "EPSG:4546"
    found = {one.source_layer: one for one in inspect_file(path)}
    assert found["JS"].layer == "pipelines"
    assert found["图框"].needs == ("--as", "--crs")


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_drawing_that_breaks_off_is_refused(tmp_path: Path, share: float) -> None:
    path = draw(tmp_path / "管线.dxf", pipes)
    body = path.read_bytes()
    path.write_bytes(body[: int(len(body) * share)])
    with pytest.raises(InputError) as caught:
        one(path)
    assert caught.value.problem.key == "import.file.damaged"


def test_nonsense_in_a_drawing_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "a.dxf"
    path.write_text("0\nSECTION\n2\nENTITIES\n0\nLINE\n8\nJS\n10\nabc\n20\n1\n0\nENDSEC\n0\nEOF\n")
    with pytest.raises(InputError):
        one(path)


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("JS", "water", "JS"), ("WSLINE", "drain", "WS"), ("GX-RQ", "gas", "RQ"), ("rl", "heat", "RL"),
        ("DL_01", "power", "DL"), ("TX", "telecom", "TX"), ("给水", "water", ""), ("污水管", "drain", ""),
        ("电力电缆", "power", ""), ("热力管线", "heat", ""), ("有线电视线", "telecom", ""),
        ("综合管廊", "utility_tunnel", ""), ("DLSS", "", ""), ("GCD", "", ""), ("路灯", "power", ""),
        ("路灯杆", "", ""), ("道路中线", "", ""), ("注记", "", ""),
    ],
)  # fmt: skip
def test_names_of_pipelines(name: str, kind: str, code: str) -> None:
    assert pipeline_kind(name) == (kind, code)


def test_outlines_must_be_closed_and_called_so() -> None:
    assert recognise_drawing_layer("小区红线", closed=1.0)[0] == "compounds"
    assert recognise_drawing_layer("小区红线", closed=0.2)[0] == ""
    assert recognise_drawing_layer("道路红线", closed=1.0)[0] == ""
    assert recognise_drawing_layer("小区名称注记", closed=1.0)[0] == ""
