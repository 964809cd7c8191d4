"""A tiny project for tests: three compounds in a row, two of them grouped."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import shapely

from gis_planner.io.import_tables import prepare_table
from gis_planner.model.edits import Edit, ImportLayer
from gis_planner.model.tables import Frame, conform
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.open_project import OpenProject, new_project

CRS = "EPSG:4546"


def three_compounds() -> Frame:
    return conform(
        "compounds",
        {"id": ["C1", "C2", "C3"], "name": ["东关", "西关", "南关"], "households": [30, None, 50]},
        [shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10), shapely.box(40, 0, 50, 10)],
        crs=CRS,
    )


def import_frame(opened: OpenProject, layer: str, frame: Frame, **given: object) -> Edit:
    """Store a frame as an import of its layer, as the importing verb would."""
    name = f"import_{opened.file.next_table_number()}"
    extras = pd.DataFrame({"联系电话": ["000"] * len(frame)})
    table = prepare_table(name, layer, frame, extras, crs=CRS, has_geometry=True)
    opened.keep_table(table.sha256, frame)
    source = {"file": f"{layer}.shp", "sha256": "0" * 64, "source_layer": "", "driver": "test", "crs": CRS,
              "datum": "cgcs2000", "encoding": "utf-8", "columns": {}, "rows": len(frame)}  # fmt: skip
    edit = ImportLayer(layer, name, table.sha256, str(given.pop("mode", "fill")), source,
                       project_crs=None if opened.project.crs else CRS, **given)  # type: ignore[arg-type]  # fmt: skip
    apply_edits(opened, [edit], tables=[table])
    return edit


def small_project(path: Path) -> OpenProject:
    opened = new_project(path, title="三小区", profile="LN")
    import_frame(opened, "compounds", three_compounds())
    return opened
