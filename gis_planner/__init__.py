"""Group old residential compounds into contiguous clusters and measure their 15-minute life circle."""

from __future__ import annotations

from gis_planner.paths import prepare_environment

__version__ = "0.1.0"

# Before anything below this package loads GDAL or PROJ: both read the environment when they are imported.
prepare_environment()
