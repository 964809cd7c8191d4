"""What an edit must not say before it enters the log.

Folding the log never looks at these: what was acknowledged once is opened again, whatever this program knows by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point

from gis_planner.errors import RuleError
from gis_planner.io.read_standard import read_profiles
from gis_planner.messages import Message
from gis_planner.model.edits import (
    AddFacility,
    DrawStreet,
    Edit,
    MoveFacility,
    OpenEntrance,
    SetFootprint,
    SetNotApplicable,
    SetProfile,
    SetRule,
    UseStandard,
    edit_error,
)
from gis_planner.model.layers import LAYER_NAMES
from gis_planner.model.project import Project
from gis_planner.model.standard import SUBJECTS, Standard
from gis_planner.model.tables import geometries
from gis_planner.workflow.standards import check_use, packs_in_use

FAR_KM = 50.0


def check_edits(project: Project, edits: Iterable[Edit]) -> None:
    """Raise RuleError for a profile, pack or element that is not there, or a place far from all that is held.

    Elements are looked for in the packs in use, those that earlier edits of the list choose among them.
    """
    packs: dict[str, Standard] = {}

    def in_use() -> dict[str, Standard]:
        if any(subject not in packs for subject in SUBJECTS):
            packs.update(
                {subject: pack for subject, pack in packs_in_use(project).items() if subject not in packs}
            )
        return packs

    for edit in edits:
        if isinstance(edit, SetProfile):
            _check_profile(edit.profile)
        elif isinstance(edit, SetNotApplicable):
            _check_element(edit.element, [pack for pack in in_use().values() if pack.subject == edit.subject])
        elif isinstance(edit, SetRule) and "." in edit.name:
            _check_element(edit.name.partition(".")[0], list(in_use().values()))
        elif isinstance(edit, UseStandard):
            packs[edit.subject] = check_use(edit)
        elif isinstance(edit, AddFacility | MoveFacility | OpenEntrance):
            _check_place(project, edit.x, edit.y)
        elif isinstance(edit, DrawStreet):
            for x, y in edit.coords:
                _check_place(project, x, y)
        elif isinstance(edit, SetFootprint):
            corners = [place for ring in edit.rings or () for place in ring]
            for farthest in (min, max) if corners else ():
                _check_place(project, farthest(x for x, _ in corners), farthest(y for _, y in corners))


def distance_km(project: Project, shapes: NDArray[Any]) -> float:
    """Measure how far shapes lie from the extent of all that the project holds; 0 where it holds nothing."""
    parts = [geometries(project.table(name)) for name in LAYER_NAMES]
    held = np.concatenate([part[~shapely.is_missing(part)] for part in parts])
    if not len(held):
        return 0.0
    with np.errstate(over="ignore", invalid="ignore"):  # a giant coordinate is infinitely far
        gap = shapely.distance(
            shapely.box(*shapely.total_bounds(held)), shapely.box(*shapely.total_bounds(shapes))
        )
    return float(gap) / 1000.0


def _check_profile(profile: str) -> None:
    known = sorted(read_profiles())
    if profile not in known:
        raise RuleError(
            Message("rules.no_profile", profile=profile), Message("rules.no_profile_remedy", known=known)
        )


def _check_element(element: str, packs: Sequence[Standard]) -> None:
    known = [e.id for pack in packs for e in pack.elements]
    if element not in known:
        raise edit_error("edits.no_element", element=element, known=known)


def _check_place(project: Project, x: float | None, y: float | None) -> None:
    if x is None or y is None:
        return
    away = distance_km(project, np.array([Point(x, y)], dtype=object))
    if not away <= FAR_KM:
        raise edit_error("edits.far_place", x=f"{x:.10g}", y=f"{y:.10g}", km=f"{away:.3g}", crs=project.crs)
