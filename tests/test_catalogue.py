"""The one catalogue: complete in both languages, in step with the declarations, and never a template for data."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

from gis_planner.messages import Message, load_catalogue
from gis_planner.model.edits import EDIT_KINDS
from gis_planner.model.layers import LAYERS
from gis_planner.paths import resource

SOURCES = sorted((Path(__file__).parents[1] / "gis_planner").rglob("*.py"))


def entries() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted(resource("translations").glob("*.toml")):
        found.update(tomllib.loads(path.read_text(encoding="utf-8")))
    return found


def fields(template: str) -> set[str]:
    return {
        name.split(".")[0].split("[")[0]
        for _, name, _, _ in string.Formatter().parse(template)
        if name is not None
    }


def test_every_text_stands_in_both_languages_with_the_same_values() -> None:
    for key, entry in entries().items():
        assert set(entry) == {"zh", "en"}, key
        assert all(text.strip() for text in entry.values()), key
        if not key.endswith(".both"):  # a word that comes in both languages shows the one that is spoken
            assert fields(entry["zh"]) == fields(entry["en"]), key


def test_every_message_that_the_program_says_is_in_the_catalogue() -> None:
    catalogue = load_catalogue()
    said = re.compile(r"""(?:Message|edit_error|_message)\(\s*"([a-z_]+\.[A-Za-z0-9_.]+)\"""")
    missing = {
        (key, path.name)
        for path in SOURCES
        for key in said.findall(path.read_text(encoding="utf-8"))
        if key not in catalogue
    }
    assert not missing


def test_every_edit_and_layer_has_its_title() -> None:
    texts = entries()
    for kind in EDIT_KINDS:
        assert f"edits.title.{kind}" in texts
    for layer in LAYERS:
        assert texts[f"layers.{layer.name}"] == {"zh": layer.zh, "en": layer.en}


def test_a_value_is_never_read_as_a_template() -> None:
    said = load_catalogue().text(Message("project.no_scenario", name="{name} {0} {{7*7}} ${x}"), "zh")
    assert "{name} {0} {{7*7}} ${x}" in said


def test_a_message_survives_json() -> None:
    message = Message("a.b", n=3, inner=Message("c.d", x=None), names=("甲", "乙"))
    assert Message.from_json(message.to_json()) == message


def test_a_missing_key_still_says_what_happened() -> None:
    assert "no.such.key" in load_catalogue().text(Message("no.such.key", n=3))
