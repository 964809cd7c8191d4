"""The form of a sheet, read from `resources/sheet.toml`: paper, scales, title block, sign-off."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis_planner.messages import Language
from gis_planner.paths import resource


@dataclass(frozen=True)
class SheetTemplate:
    """The form of a sheet; lengths in mm. Texts are kept in both languages."""

    width_mm: float
    height_mm: float
    binding_mm: float
    margin_mm: float
    scales_cluster: tuple[int, ...]
    scales_overview: tuple[int, ...]
    number_pattern: str
    joint_on_sheet: int
    texts: Mapping[str, Mapping[str, Any]]

    def number(self, cluster: int, sheet: int) -> str:
        """Give a drawing number (图号)."""
        return self.number_pattern.format(cluster=cluster, sheet=sheet)

    def text(self, name: str, language: Language) -> str:
        """Give one of the template's texts: `stage`, `mark_review`, `mark_public`."""
        return str(self.texts[name][language])

    def sign_off(self, language: Language) -> tuple[str, ...]:
        """Give the roles that sign in the title block."""
        return tuple(self.texts["sign_off"][language])

    def joint_review(self, language: Language) -> tuple[str, ...]:
        """Give the units of the joint review."""
        return tuple(self.texts["joint_review"][language])


def load_sheet_template() -> SheetTemplate:
    """Read the form of a sheet that is shipped with the program."""
    body = tomllib.loads(resource("sheet.toml").read_text(encoding="utf-8"))
    paper, scales = body["paper"], body["scales"]
    return SheetTemplate(
        width_mm=float(paper["width_mm"]),
        height_mm=float(paper["height_mm"]),
        binding_mm=float(paper["binding_mm"]),
        margin_mm=float(paper["margin_mm"]),
        scales_cluster=tuple(int(s) for s in scales["cluster"]),
        scales_overview=tuple(int(s) for s in scales["overview"]),
        number_pattern=str(body["number"]["pattern"]),
        joint_on_sheet=int(body["joint_review"]["on_sheet"]),
        texts={
            name: body[name] for name in ("stage", "mark_review", "mark_public", "sign_off", "joint_review")
        },
    )
