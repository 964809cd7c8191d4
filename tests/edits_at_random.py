"""Edits of every sort that touches who reaches what, made from a random generator."""

from __future__ import annotations

from typing import Any

import numpy as np

from gis_planner.model import edits as e
from gis_planner.model.changes import apply
from gis_planner.model.choices import CAPACITY_KINDS, FACILITY_KINDS, NINE_KINDS
from gis_planner.model.project import Project
from gis_planner.model.tables import ids

OTHER_KIND = next(choice.id for choice in FACILITY_KINDS if choice.id not in NINE_KINDS)


def no_table(name: str) -> Any:
    raise AssertionError(f"nothing is imported: {name}")


def after(project: Project, edit: e.Edit) -> Project:
    return apply(project, edit, no_table)


def random_edit(random: np.random.Generator, project: Project, step: int) -> e.Edit:
    """Make an edit of any sort that touches who reaches what."""
    size = 80.0 * 6
    x, y = np.round(random.uniform(0, size, 2), 1).tolist()
    facilities, gates, roads = (project.table(name) for name in ("facilities", "entrances", "roads"))
    some = str(random.choice(ids(facilities)))
    gate = str(random.choice(ids(gates))) if len(gates) else None
    road = str(random.choice(ids(roads)))
    compound = str(random.choice(ids(project.table("compounds"))))
    kind = str(random.choice([*NINE_KINDS, OTHER_KIND]))
    choices: list[e.Edit] = [
        e.AddFacility(f"F{random.integers(0, 999):03d}-{step}", kind, x, y),
        e.MoveFacility(some, x, y),
        e.MoveFacility(some, x, y),
        e.CloseFacility(some, bool(random.random() < 0.6)),
        e.SetAttribute("facilities", some, "kind", kind),
        e.SetAttribute("roads", road, "walkable", [True, False, None][int(random.integers(0, 3))]),
        e.SetAttribute("roads", road, "level", int(random.integers(0, 2))),
        e.OpenEntrance(f"G{step}", True, compound, x, y),
        e.SetAttribute("facilities", some, "capacity", [None, float(random.integers(0, 90))][step % 2]),
        e.SetAttribute("facilities", some, "kind", str(random.choice(CAPACITY_KINDS))),
        e.SetRule("capacity_near_m", float(random.choice([100.0, 300.0]))),
        e.SetRule("capacity_far_weight", float(random.choice([0.0, 0.2]))),
        e.SetRule("limit_m", float(random.choice([200.0, 400.0, 1000.0]))),
        e.SetRule("KY1.threshold_pass", float(np.round(random.random(), 2))),
        e.SetAttribute(
            "compounds", compound, "households", [None, int(random.integers(0, 90))][step % 3 > 0]
        ),
        e.DrawStreet(f"N{step}", ((x, y), tuple(np.round(random.uniform(0, size, 2), 1).tolist()))),
    ]
    if gate is not None:
        choices += [e.OpenEntrance(gate, bool(random.random() < 0.5))] * 2
    return choices[int(random.integers(0, len(choices)))]
