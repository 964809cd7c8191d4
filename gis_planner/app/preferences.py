"""What a person likes: language, colours, where the window stood, which projects were open.

Taste, never an input of a study (those are rules). One small JSON file in the user's own settings folder; one
that is missing or damaged means the defaults, never an error.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, get_args

from gis_planner.app.theme import ThemeName
from gis_planner.messages import Language

_RECENT_KEPT = 12


@dataclass
class Preferences:
    """A person's preferences; `save` writes them.

    `geometry` is Qt's own description of the window's place, in base64; `splitters` are the sizes of the
    panels; `hidden_panels` the panels that are folded away; `unfolded` whether reasons show their figures;
    `export_dirs` the folder of each project's outputs and
    `title_block` what was last typed for the title block.
    """

    path: Path | None = None
    language: Language = "zh"
    theme: ThemeName = "light"
    auto_study: bool = True
    geometry: str = ""
    splitters: dict[str, list[int]] = field(default_factory=dict)
    hidden_panels: list[str] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)
    export_dirs: dict[str, str] = field(default_factory=dict)
    title_block: dict[str, str] = field(default_factory=dict)
    import_dir: str = ""
    unfolded: bool = False
    who: str = ""

    def remember_project(self, path: Path) -> None:
        """Put a project on top of the recent ones."""
        text = str(path.resolve())
        self.recent = [text, *(other for other in self.recent if other != text)][:_RECENT_KEPT]
        self.save()

    def forget_project(self, path: Path) -> None:
        """Take a project from the list of recent ones."""
        self.recent = [other for other in self.recent if Path(other) != path]
        self.save()

    def save(self) -> None:
        """Write the preferences whole or not at all; a folder that cannot be written costs only the memory."""
        if self.path is None:
            return
        body = {name: value for name, value in asdict(self).items() if name != "path"}
        beside = self.path.with_suffix(".new")
        try:
            beside.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
            beside.replace(self.path)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


def load_preferences(path: Path) -> Preferences:
    """Read the preferences of a file; what is missing, damaged or of another type keeps its default."""
    made = Preferences(path=path)
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return made
    if isinstance(body, Mapping):
        for f in fields(Preferences):
            if f.name != "path" and f.name in body and _fits(f.name, getattr(made, f.name), body[f.name]):
                setattr(made, f.name, body[f.name])
    return made


def _fits(name: str, default: Any, value: Any) -> bool:
    if name == "language":
        return value in get_args(Language)
    if name == "theme":
        return value in get_args(ThemeName)
    if name in ("export_dirs", "title_block"):
        return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    if name == "splitters":
        return isinstance(value, dict) and all(
            isinstance(v, list) and all(isinstance(n, int) for n in v) for v in value.values()
        )
    return type(value) is type(default)
