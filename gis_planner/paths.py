"""Where things lie: what is shipped with the program, and the user's own folders."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent
_APP = "gis_planner"


def resource(name: str = "") -> Path:
    """Give the path of a file or folder of `resources/`, from a checkout or an installed wheel."""
    return _shipped("resources") / name


def sample_data(name: str = "") -> Path:
    """Give the path of a file or folder of `sample_data/`, from a checkout or an installed wheel."""
    return _shipped("sample_data") / name


def user_data_dir() -> Path:
    """Give the user's own data folder, made when absent (copies of the sample, backups)."""
    return _made(Path(platformdirs.user_data_dir(_APP, appauthor=False)))


def user_config_dir() -> Path:
    """Give the user's own settings folder, made when absent."""
    return _made(Path(platformdirs.user_config_dir(_APP, appauthor=False)))


def user_cache_dir() -> Path:
    """Give the user's own cache folder, made when absent (compiled kernels)."""
    return _made(Path(platformdirs.user_cache_dir(_APP, appauthor=False)))


def user_log_dir() -> Path:
    """Give the user's own log folder, made when absent."""
    return _made(Path(platformdirs.user_log_dir(_APP, appauthor=False)))


def prepare_environment() -> None:
    """Fence off the process before any GIS library loads.

    Foreign PROJ and GDAL folders (QGIS, ArcGIS, PostGIS on the same PC) are forgotten, drivers that
    reach the network are switched off (setting this after GDAL has loaded does not remove them),
    PROJ fetches no grids, and compiled kernels are cached in the user's own folder.
    """
    for name in ("PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH"):
        os.environ.pop(name, None)
    os.environ["GDAL_SKIP"] = (
        "OGR_VRT,GDALG,HTTP,WFS,OAPIF,CSW,Carto,NGW,Elasticsearch,PLSCENES,AmigoCloud,EEDA,OGCAPI,ADBC,GeoRSS,GPSBabel"
    )
    os.environ["CPL_VSIL_CURL_ALLOWED_EXTENSIONS"] = ".none"
    os.environ["GDAL_HTTP_TIMEOUT"] = "1"
    os.environ["GDAL_HTTP_PROXY"] = "http://127.0.0.1:9"
    os.environ["PROJ_NETWORK"] = "OFF"
    # fiona's GDAL is older than pyogrio's and warns about drivers in the list that it does not have.
    logging.getLogger("fiona").addHandler(logging.NullHandler())
    os.environ.setdefault("NUMBA_CACHE_DIR", str(user_cache_dir() / "kernels"))


def _shipped(folder: str) -> Path:
    inside = _PACKAGE / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
