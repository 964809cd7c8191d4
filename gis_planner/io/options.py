"""What a person may say of a file that the file does not say itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gis_planner.errors import InputError, UnclearInputError
from gis_planner.io.datum import DATUMS
from gis_planner.messages import Message
from gis_planner.model.layers import LAYER_NAMES, LAYERS


@dataclass(frozen=True)
class ReadOptions:
    """The layer to fill, the file's own layer to read, CRS, datum, encoding, and declared name → source column."""

    layer: str | None = None
    source_layer: str | None = None
    crs: str | None = None
    datum: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def checked(self) -> ReadOptions:
        """Give the options in our writing (a layer by its Chinese title too); raises InputError for unknown words."""
        layer = self.layer
        if layer is not None and layer not in LAYER_NAMES:
            layer = next((one.name for one in LAYERS if self.layer in (one.zh, one.en)), None)
            if layer is None:
                raise InputError(
                    Message("import.option.layer", layer=self.layer),
                    Message("import.option.layer_remedy", known=LAYER_NAMES),
                )
        datum = self.datum.lower().replace("-", "").replace("_", "") if self.datum else None
        if datum is not None and datum not in DATUMS:
            raise UnclearInputError(
                Message("import.option.datum", datum=self.datum),
                Message("import.option.datum_remedy", known=DATUMS),
            )
        return ReadOptions(
            layer, self.source_layer, self.crs or None, datum, self.encoding or None, dict(self.columns)
        )
