"""Taste is remembered, and a damaged memory costs nothing but itself."""

from __future__ import annotations

import json
from pathlib import Path

from gis_planner.app.preferences import Preferences, load_preferences


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    saved = Preferences(path=path, language="en", theme="dark", geometry="AAA=", splitters={"across": [9, 4]})
    saved.save()
    assert load_preferences(path) == saved


def test_a_missing_or_damaged_file_gives_the_defaults(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    assert load_preferences(path) == Preferences(path=path)
    for body in (
        "",
        "{",
        "[1, 2]",
        "\x00\x01",
        '{"language": "fr", "theme": 3, "recent": "x", "splitters": {"a": 1}}',
    ):
        path.write_text(body, encoding="utf-8")
        assert load_preferences(path) == Preferences(path=path), body


def test_a_file_of_a_later_version_keeps_what_is_known(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(json.dumps({"theme": "dark", "colour_of_the_moon": "blue"}), encoding="utf-8")
    assert load_preferences(path) == Preferences(path=path, theme="dark")


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    Preferences(path=tmp_path / "absent" / "preferences.json").save()


def test_recent_projects_stand_once_the_latest_first(tmp_path: Path) -> None:
    preferences = Preferences(path=tmp_path / "p.json")
    one, other = tmp_path / "one.gpkg", tmp_path / "other.gpkg"
    for path in (one, other, one):
        preferences.remember_project(path)
    assert preferences.recent == [str(one), str(other)]
    preferences.forget_project(one)
    assert load_preferences(tmp_path / "p.json").recent == [str(other)]
