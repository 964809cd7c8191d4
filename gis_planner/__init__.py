"""Group old residential compounds into contiguous clusters and measure their 15-minute life circle."""

from __future__ import annotations

from gis_planner.paths import prepare_environment

__version__ = "0.1.0"

# Before anything below this package can load GDAL or PROJ: what they read from the environment is fixed at their import.
prepare_environment()
