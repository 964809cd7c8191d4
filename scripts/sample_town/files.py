"""The town as files, as a bureau would send them, the same bytes each time."""

from __future__ import annotations

import csv
import io
import logging
from pathlib import Path

import ezdxf.filemanagement
import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from ezdxf._options import options
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from sample_town.datum import CRS, to_degrees, to_gcj02
from sample_town.faults import fault_outlines
from sample_town.ground import EAST, NORTH
from sample_town.tables import layer_tables
from sample_town.town import Town

DATA_DATE = "2021-06-25"
# Colour numbers of AutoCAD nearest to those of CJJ 61.
_DXF_LAYERS = {
    "JS-给水": 4,
    "YS-雨水": 34,
    "WS-污水": 36,
    "HS-合流": 38,
    "RQ-燃气": 6,
    "RL-热力": 30,
    "DL-电力": 1,
    "LD-路灯": 12,
    "TX-通信": 3,
    "ZH-综合管沟": 7,
    "BM-不明": 200,
}


def write_compounds(town: Town, folder: Path) -> None:
    """Write compounds.shp: GBK text, no .cpg, language byte 0x00, the most usual trap of Chinese shapefiles."""
    outlines = fault_outlines([c.outline for c in town.compounds])
    frame = gpd.GeoDataFrame(
        {
            "编号": [c.id for c in town.compounds],
            "名称": [c.name for c in town.compounds],
            "街道": [c.township for c in town.compounds],
            "社区": [c.community for c in town.compounds],
        },
        geometry=[placed(outline) for outline in outlines],
        crs=CRS,
    )
    path = folder / "compounds.shp"
    pyogrio.write_dataframe(
        frame,
        path,
        driver="ESRI Shapefile",
        encoding="GBK",
        layer_options={"DBF_DATE_LAST_UPDATE": DATA_DATE},
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0
    path.with_suffix(".dbf").write_bytes(bytes(table))


def write_facilities(town: Town, path: Path) -> None:
    """Write facilities_gcj02.csv: points in GCJ-02 as a web map gives them, GB18030."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["编号", "名称", "类别", "经度", "纬度", "状态", "规模", "地址"])
    for facility in town.facilities:
        lon, lat = to_gcj02(*to_degrees(facility.place.x, facility.place.y))
        capacity = "" if facility.capacity is None else f"{facility.capacity:g}"
        writer.writerow(
            [
                facility.id,
                facility.name,
                facility.kind,
                f"{lon:.8f}",
                f"{lat:.8f}",
                facility.status,
                capacity,
                facility.address,
            ]
        )
    path.write_bytes(text.getvalue().encode("gb18030"))


def write_pipelines(town: Town, path: Path) -> None:
    """Write pipelines.dxf: R12 in GBK as survey programs do, layers by CJJ 61, EPSG:4546 without saying so."""
    logging.getLogger("ezdxf").setLevel(
        logging.ERROR
    )  # it warns of each R12 drawing that this form has no units
    options.write_fixed_meta_data_for_testing = True
    drawing = ezdxf.filemanagement.new("R12", units=0)
    drawing.encoding = "gbk"
    for name, colour in _DXF_LAYERS.items():
        drawing.layers.add(name, color=colour)
    space = drawing.modelspace()
    for pipe in town.pipes:
        space.add_polyline2d(list(placed(pipe.line).coords), dxfattribs={"layer": pipe.layer})
    text = io.StringIO()
    drawing.write(text)
    path.write_bytes(text.getvalue().encode("gbk"))


def write_base(town: Town, path: Path) -> None:
    """Write base.gpkg: everything else, one layer each, under the declared names."""
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{DATA_DATE}T00:00:00Z"})
    for name, (columns, shapes) in layer_tables(town).items():
        frame = gpd.GeoDataFrame(columns, geometry=[placed(s) for s in shapes], crs=CRS)
        pyogrio.write_dataframe(
            frame,
            path,
            layer=name,
            driver="GPKG",
            append=path.exists(),
            layer_options={"SPATIAL_INDEX": "NO"},
        )
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def placed(shape: BaseGeometry) -> BaseGeometry:
    """Move a shape from the town's own metres to EPSG:4546, on whole centimetres."""
    moved = translate(shape, EAST, NORTH)
    return shapely.transform(moved, lambda xy: np.round(xy, 2))
