"""What a reader hands over: one layer of a file as it stands there, before anything is decided about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gis_planner.io.encoding import EncodingGuess
from gis_planner.messages import Message
from gis_planner.model.issues import Severity

GeometryFrom = Literal["file", "table", "none"]
POSITION_FIELDS = ("lon", "lat", "x", "y", "wkt")


@dataclass(frozen=True)
class Doubt:
    """A doubt on the way to an issue, and the row it is about (None: the whole layer)."""

    code: str
    severity: Severity
    row: int | None
    message: Message
    repair: Message | None = None


@dataclass(frozen=True, eq=False)
class RawLayer:
    """One layer of a file.

    `columns` are the user's own, row-aligned, under their own headings; `shapes` are shapely geometries or None in the
    file's coordinates, shape (n,). `geometry_from` tells where these came from: the file's own geometry, columns of a
    table, or nowhere. `stated_crs` (`EPSG:n` or WKT) and `datum` are what the file itself says, else empty.

    A format that knows what its features are (OSM, DXF) says so in `layer` and gives `declared` columns that need no
    reading, and `ids`. `hidden` are columns that geometry was made of. `numbers` tell where each row stands in the
    file, counted from 1 (None: as they come; empty: the format has no rows, its features have ids of their own).
    """

    source_layer: str
    driver: str
    columns: Mapping[str, Sequence[Any]]
    shapes: NDArray[Any]
    geometry_from: GeometryFrom
    encoding: EncodingGuess
    stated_crs: str = ""
    datum: str = ""
    datum_reason: Message | None = None
    layer: str = ""
    layer_reason: Message | None = None
    declared: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    ids: Sequence[str] | None = None
    id_column: str = ""
    hidden: frozenset[str] = frozenset()
    short_names: bool = False
    doubts: tuple[Doubt, ...] = ()
    licence: str = ""
    data_date: str = ""
    numbers: Sequence[int] | None = None

    @property
    def rows(self) -> int:
        """How many features there are."""
        return len(self.shapes)


def no_shapes(n: int) -> NDArray[Any]:
    """Give n missing geometries."""
    return np.full(n, None, dtype=object)


def as_shapes(shapes: Sequence[Any]) -> NDArray[Any]:
    """Give geometries as an object array, whatever their number."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = list(shapes)
    return array
