"""The rows that an edit touched are found, whatever columns the tables share."""

from __future__ import annotations

import numpy as np
import shapely
from maps import layer_from

from gis_planner.analysis.table_changes import find_changed_rows, share_column
from gis_planner.model.layers import layer
from gis_planner.model.tables import Frame, append_rows, ids, set_geometries, set_values, take, texts

COLUMNS = ("name", "class", "walkable", "level", "width_m")
LINES = {f"R{k}": shapely.LineString([(k, 0), (k, 9)]) for k in range(6)}
ROADS = layer_from(
    "roads", LINES, name={"R1": "东街"}, level={"R2": 1}, walkable={"R3": True}, width_m={"R4": 7.5}
)


def touched(before: object, after: object) -> tuple[list[int], list[int]]:
    rows = find_changed_rows(before, after, COLUMNS)  # type: ignore[arg-type]
    assert rows is not None
    return rows.touched.tolist(), rows.gone.tolist()


def test_a_changed_value_is_found_in_every_type_of_column() -> None:
    changes = [
        ("name", 0, "西街"),
        ("name", 1, None),
        ("class", 1, "lane"),
        ("level", 2, 2),
        ("level", 2, None),
        ("walkable", 3, False),
        ("width_m", 4, np.nan),
        ("width_m", 5, 3.0),
    ]
    for name, row, value in changes:
        after = set_values(ROADS, [row], layer("roads").column(name), [value])
        assert touched(ROADS, after) == ([row], [])
        assert share_column(ROADS, after, "geometry")
        assert not share_column(ROADS, after, name)


def test_the_same_value_again_touches_nothing() -> None:
    after = set_values(ROADS, [1], layer("roads").column("name"), ["".join(["东", "街"])])
    assert touched(ROADS, after) == ([], [])


def test_rows_that_come_go_or_move_are_found() -> None:
    new = layer_from("roads", {"N": shapely.LineString([(0, 0), (1, 1)])})
    longer = append_rows(ROADS, new)
    assert touched(ROADS, longer) == ([6], [])
    assert touched(longer, ROADS) == ([], [6])
    assert touched(ROADS, set_geometries(ROADS, [2], [shapely.LineString([(0, 0), (5, 5)])])) == ([2], [])
    assert find_changed_rows(ROADS, take(ROADS, [0, 2, 3, 4, 5]), COLUMNS) is None


def test_rows_put_behind_shared_columns_are_found_and_seen_by_nobody_else() -> None:
    def street(name: str) -> Frame:
        return layer_from("roads", {name: shapely.LineString([(0, 0), (1, 1)])}, name=name, level=2)

    longer = append_rows(ROADS, street("N1"))
    one, other = append_rows(longer, street("N2")), append_rows(longer, street("N3"))
    assert [ids(table)[-1] for table in (longer, one, other)] == ["N1", "N2", "N3"]
    assert [texts(table, "name")[-1] for table in (longer, one, other)] == ["N1", "N2", "N3"]
    assert (len(longer), len(one), len(other)) == (7, 8, 8)
    assert touched(longer, one) == touched(longer, other) == ([7], [])
    assert touched(one, longer) == ([], [7])
    assert find_changed_rows(one, other, COLUMNS) is None
    assert not share_column(longer, one, "geometry")
    raised = set_values(one, [2], layer("roads").column("level"), [5])
    assert touched(longer, append_rows(raised, street("N4"))) == ([2, 7, 8], [])


def test_every_other_row_is_not_taken_for_the_first_ones() -> None:
    roads = append_rows(ROADS, ROADS)
    assert find_changed_rows(roads, roads.iloc[::2], COLUMNS) is None
