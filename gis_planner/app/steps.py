"""The six steps of the work, and how far each is.

Nothing is remembered here: a step is done, out of date or waiting by what the project and the results are, and by
which of the inputs that the step reads have changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from gis_planner.app.document import find_changes
from gis_planner.messages import Message
from gis_planner.model.layers import LAYER_NAMES, layer
from gis_planner.model.project import Project
from gis_planner.model.results import Results

StepKey = Literal["data", "eligibility", "clusters", "coverage", "standard", "export"]
StepState = Literal["done", "stale", "waiting"]

STEPS: tuple[StepKey, ...] = ("data", "eligibility", "clusters", "coverage", "standard", "export")

_WALKED = frozenset(
    {"compounds", "buildings", "parcels", "roads", "entrances", "barriers", "facilities", "rules", "crs"}
)
# What each step's figures are made of, so that only those steps go out of date that an edit touches.
_READS: Mapping[StepKey, frozenset[str]] = MappingProxyType(
    {
        "eligibility": frozenset({"compounds", "profile", "rules", "grouping"}),
        "clusters": frozenset(
            {
                "compounds",
                "buildings",
                "roads",
                "barriers",
                "townships",
                "parcels",
                "rules",
                "grouping",
                "crs",
            }
        ),
        "coverage": _WALKED | {"grouping"},
        "standard": frozenset(LAYER_NAMES)
        | {"rules", "grouping", "complete", "not_applicable", "profile", "crs"},
    }
)


@dataclass(frozen=True)
class Step:
    """One step: how far it is, and why, in one sentence."""

    key: StepKey
    state: StepState
    reason: Message


def find_steps(
    project: Project | None, results: Results | None, studied: Project | None, exported: Project | None
) -> tuple[Step, ...]:
    """Tell how far each of the six steps is, in their order."""
    return (
        _data_step(project),
        *(_study_step(key, project, results, studied) for key in STEPS[1:5]),
        _export_step(project, exported),
    )


def _data_step(project: Project | None) -> Step:
    if project is None or not len(project.table("compounds")):
        return Step("data", "waiting", Message("app.step.no_compounds"))
    return Step(
        "data",
        "done",
        Message("app.step.has_data", n=len(project.table("compounds")), layers=len(project.loaded)),
    )


def _study_step(
    key: StepKey, project: Project | None, results: Results | None, studied: Project | None
) -> Step:
    if project is None or not len(project.table("compounds")):
        return Step(key, "waiting", Message("app.step.no_compounds"))
    if results is None or studied is None:
        return Step(key, "waiting", Message("app.step.not_studied"))
    if key in ("clusters", "coverage", "standard") and not project.grouping.clusters:
        return Step(key, "waiting", Message("app.step.no_clusters"))
    changed = find_changes(studied, project) & _READS[key]
    if changed:
        return Step(key, "stale", Message("app.step.changed", what=name_changes(changed)))
    return Step(key, "done", Message("app.step.up_to_date"))


def _export_step(project: Project | None, exported: Project | None) -> Step:
    if exported is None or project is None:
        return Step("export", "waiting", Message("app.step.not_exported"))
    changed = find_changes(exported, project)
    if changed:
        return Step("export", "stale", Message("app.step.changed_since_export", what=name_changes(changed)))
    return Step("export", "done", Message("app.step.exported"))


def name_changes(changed: Iterable[str]) -> list[Message]:
    """Name changed inputs for people, layers first, in the order of their declaration."""
    names = set(changed)
    told = [
        Message("app.both", zh=layer(name).zh, en=layer(name).en) for name in LAYER_NAMES if name in names
    ]
    told.extend(Message(f"app.input.{name}") for name in sorted(names - set(LAYER_NAMES)))
    return told
