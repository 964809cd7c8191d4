"""The sample project: an invented county town, imported from the files that a bureau would send."""

from __future__ import annotations

import tomllib
from pathlib import Path

from gis_planner.io.read_file import ReadOptions
from gis_planner.messages import Message
from gis_planner.model.edits import DeclareSurveyComplete
from gis_planner.paths import sample_data
from gis_planner.progress import SILENT, Part, Progress
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.importing import read_for_import, store_imports
from gis_planner.workflow.open_project import OpenProject, new_project
from gis_planner.workflow.studying import propose_grouping


def make_sample_project(path: Path, *, progress: Progress = SILENT) -> OpenProject:
    """Make the sample project at `path`: every file imported, surveys declared, clusters formed.

    What is imported, and how, stands in `sample_data/sample.toml`. Raises ProjectFileError when the file exists.
    """
    recipe = tomllib.loads(sample_data("sample.toml").read_text(encoding="utf-8"))
    opened = new_project(path, title=recipe["title"], profile=recipe["profile"])
    try:
        files = recipe["import"]
        for number, item in enumerate(files):
            progress.report(0.7 * number / len(files), Message("sample.importing", file=item["file"]))
            options = ReadOptions(
                layer=item.get("as"), source_layer=item.get("source_layer"), crs=item.get("crs"),
                datum=item.get("datum"), encoding=item.get("encoding"), columns=item.get("map", {}),
            )  # fmt: skip
            imported = read_for_import(sample_data(item["file"]), options, opened)
            store_imports(opened, imported, update_by=item.get("update_by"), data_date=recipe["data_date"])
        apply_edits(opened, [DeclareSurveyComplete(layer) for layer in recipe.get("complete", ())])
        apply_edits(opened, [propose_grouping(opened.project, progress=Part(progress, 0.7, 1.0))])
    except BaseException:
        opened.close()
        path.unlink(missing_ok=True)
        raise
    return opened
