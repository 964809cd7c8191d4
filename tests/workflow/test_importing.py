"""How a file that was read joins what the project holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from workflow.small_project import CRS, small_project

from gis_planner.errors import UnclearInputError
from gis_planner.io.read_file import Imported, ReadOptions
from gis_planner.messages import Message
from gis_planner.model.issues import Issue
from gis_planner.model.project import Source
from gis_planner.model.tables import conform, ids, ints
from gis_planner.workflow.importing import read_for_import, store_imports
from gis_planner.workflow.open_project import new_project


def read(
    columns: dict[str, Any], shapes: list[Any] | None = None, issues: tuple[Issue, ...] = ()
) -> Imported:
    rows = len(columns["id"])
    return Imported(
        layer="compounds",
        table=conform("compounds", columns, shapes or [None] * rows, crs=CRS),
        extras=pd.DataFrame(index=range(rows)),
        has_geometry=shapes is not None,
        given=frozenset(columns) - {"id"},
        source=Source(
            layer="compounds", mode="", file="town.xlsx", sha256="0" * 64, source_layer="", driver="test",
            crs=CRS, datum="cgcs2000", encoding="utf-8", columns={}, rows=rows, table="",
        ),
        issues=issues,
        project_crs=CRS,
    )  # fmt: skip


def doubt(feature: str, **values: Any) -> Issue:
    return Issue("x", "warning", "compounds", feature, Message("import.check.same_name", **values))


def squares(*places: float) -> list[Any]:
    return [shapely.box(x, 100, x + 10, 110) for x in places]


def test_an_update_by_name_keeps_new_features_whose_id_is_taken(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    new = read({"id": ["C1", "C2"], "name": ["西关", "北关"], "households": [40, 60]}, squares(20, 60))
    store_imports(opened, [new], update_by="name")
    table = opened.project.table("compounds")
    assert dict(zip(ids(table), ints(table, "households"), strict=True)) == {
        "C1": 30, "C2": 40, "C3": 50, "C2-2": 60,
    }  # fmt: skip
    opened.close()


def test_doubts_about_rows_name_the_features_that_they_became(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    issues = (doubt("C1", other="C2", name="西关", township=None), doubt("C3"))
    new = read({"id": ["C1", "C2"], "name": ["西关", "南关"], "households": [40, 60]}, issues=issues)
    (done,) = store_imports(opened, [new], update_by="name")
    first, lost = done.issues
    assert (first.feature, first.message.values["other"]) == ("C2", "C3")
    assert (lost.feature, lost.message.key, lost.message.values["id"]) == ("", "importing.in_file", "C3")
    opened.close()


def test_doubts_about_appended_features_follow_their_new_ids(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    new = read({"id": ["C1"], "name": ["北关"]}, squares(60), (doubt("C1"), doubt("C3")))
    (done,) = store_imports(opened, [new], mode="append")
    assert [issue.feature for issue in done.issues] == ["C1-2", "", "C1-2"]
    opened.close()


@pytest.mark.parametrize(("given", "asks"), [("", True), (CRS, False)])
def test_eastings_without_a_prefix_that_lie_far_from_the_project_are_asked_for(
    tmp_path: Path, given: str, asks: bool
) -> None:
    opened = new_project(tmp_path / "p.gpkg")
    store_imports(opened, [read({"id": ["C1"]}, [shapely.box(500_000, 3_810_000, 500_100, 3_810_100)])])
    path = tmp_path / "kindergartens.csv"
    path.write_text("设施名称,设施类型,X,Y\n园,幼儿园,350000,3810000\n", "utf-8")
    options = ReadOptions(crs=given or None)
    if asks:
        with pytest.raises(UnclearInputError) as caught:
            read_for_import(path, options, opened)
        assert caught.value.problem.key == "importing.far"
    else:
        (new,) = read_for_import(path, options, opened)
        assert "import.far" in {issue.code for issue in new.issues}
    opened.close()
