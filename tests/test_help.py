"""What the help shows works as it is shown."""

from __future__ import annotations

import json
import re

from gis_planner.model.edits import EDIT_KINDS
from gis_planner.paths import resource
from gis_planner.workflow.edit import read_edit_list


def test_every_edit_shown_in_the_help_is_read_and_every_kind_is_shown() -> None:
    text = resource("help/edits.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```jsonl\n(.*?)```", text, re.DOTALL)
    kinds = {json.loads(line)["kind"] for line in block.splitlines()}
    assert kinds == set(EDIT_KINDS) - {"ImportLayer"}


def test_the_list_in_the_help_can_be_read_as_a_file(tmp_path) -> None:  # type: ignore[no-untyped-def]
    text = resource("help/edits.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```jsonl\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "edits.jsonl"
    path.write_text(block, encoding="utf-8")
    assert len(read_edit_list(path)) == len(block.splitlines())
