"""Every change that a person can make.

An edit is a small frozen value that can be written as JSON; `model.changes.apply` gives the project after it.
The list of edits is the undo history, the crash recovery, the revision list and the recipe that a replay follows.
"""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar

from gis_planner.errors import RuleError
from gis_planner.messages import Message


@dataclass(frozen=True)
class Edit:
    """What all edits share: a kind, a version of the body, and a body that is plain JSON."""

    version: ClassVar[int] = 1

    @property
    def kind(self) -> str:
        """The name that the log knows this edit by."""
        return type(self).__name__

    def body(self) -> dict[str, Any]:
        """Write the edit's fields as plain JSON data."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


@dataclass(frozen=True)
class ImportLayer(Edit):
    """Take an import table into a layer.

    `mode`: fill (layer was empty), append, replace, update. `update_by` is `id` or a declared column by which
    an update finds its features; `given` are the declared columns that the file had. `source` are the facts of
    `project.Source`, `issues` what was found on the way in. `project_crs` fixes the project's CRS when it is the first.
    """

    layer: str
    table: str
    content_sha256: str
    mode: str
    source: Mapping[str, Any]
    given: tuple[str, ...] = ()
    update_by: str | None = None
    has_geometry: bool = True
    issues: tuple[Mapping[str, Any], ...] = ()
    project_crs: str | None = None


@dataclass(frozen=True)
class SetRule(Edit):
    """Set one rule, or a city's own threshold (`KY1.threshold_pass`; None takes it back)."""

    name: str
    value: Any


@dataclass(frozen=True)
class SetProfile(Edit):
    """Choose the city profile that decides eligibility."""

    profile: str


@dataclass(frozen=True)
class SetClusters(Edit):
    """Set the whole grouping: `clusters` are objects with id, number, name, members; `origin` what the solver said."""

    clusters: tuple[Mapping[str, Any], ...]
    origin: Mapping[str, Any]


@dataclass(frozen=True)
class MoveCompounds(Edit):
    """Move compounds into a cluster, out of every cluster (`to` None), or into a new one (`to` = "new")."""

    compounds: tuple[str, ...]
    to: str | None


@dataclass(frozen=True)
class MergeClusters(Edit):
    """Merge clusters into the first one named, which keeps its id, number and name."""

    clusters: tuple[str, ...]


@dataclass(frozen=True)
class SplitCluster(Edit):
    """Split these members off a cluster into a new one."""

    cluster: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class DissolveCluster(Edit):
    """Dissolve a cluster: its members stand in none."""

    cluster: str


@dataclass(frozen=True)
class NameCluster(Edit):
    """Name a cluster and, where given, change its number; a cluster that has the number takes this one's for it."""

    cluster: str
    name: str
    number: int | None = None


@dataclass(frozen=True)
class SetFootprint(Edit):
    """Draw a cluster's area by hand, in the project's metres: an outline, then its holes; None takes it back."""

    cluster: str
    rings: tuple[tuple[tuple[float, float], ...], ...] | None


@dataclass(frozen=True)
class Lock(Edit):
    """Lock or unlock clusters or compounds (`target`): a new grouping leaves them where they are."""

    target: str
    ids: tuple[str, ...]
    locked: bool = True


@dataclass(frozen=True)
class SetAttribute(Edit):
    """Correct one value of one feature; None makes it unknown."""

    layer: str
    id: str
    column: str
    value: Any


@dataclass(frozen=True)
class AddFacility(Edit):
    """Add a facility at a place in the project's metres."""

    id: str
    facility_kind: str
    x: float
    y: float
    name: str | None = None
    status: str = "proposed"
    capacity: float | None = None


@dataclass(frozen=True)
class MoveFacility(Edit):
    """Move a facility to a place in the project's metres."""

    id: str
    x: float
    y: float


@dataclass(frozen=True)
class CloseFacility(Edit):
    """Close a facility, or open it again."""

    id: str
    closed: bool = True


@dataclass(frozen=True)
class OpenEntrance(Edit):
    """Open or close an entrance; one that does not exist yet is made at x, y for its compound."""

    id: str
    open: bool = True
    compound_id: str | None = None
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class DrawStreet(Edit):
    """Draw a street along places in the project's metres; it joins others as drawn lines do, at ends and crossings.

    To close a street, or to open it again, is `SetAttribute("roads", id, "walkable", False | True | None)`.
    """

    id: str
    coords: tuple[tuple[float, float], ...]
    road_class: str = "lane"
    level: int = 0
    name: str | None = None


@dataclass(frozen=True)
class DeclareSurveyComplete(Edit):
    """Declare a layer a complete survey (普查完整): what is not in it does not exist; or take that back."""

    layer: str
    complete: bool = True


@dataclass(frozen=True)
class SetNotApplicable(Edit):
    """Set an element of a cluster to 不涉及 with a reason; None takes it back.

    Where the element is one of the compound standard, `subject` is "compound" and `cluster` the compound's id.
    """

    cluster: str
    element: str
    reason: str | None
    subject: str = "cluster"


@dataclass(frozen=True)
class UseStandard(Edit):
    """Judge clusters (or, by `subject`, compounds) by another rule pack.

    `standard` is the pack's id; `text` the whole TOML of a bureau's own, empty for one that comes with the program;
    `sha256` that of the pack's file when it was chosen.
    """

    standard: str
    subject: str = "cluster"
    sha256: str = ""
    text: str = ""


EDIT_KINDS: Mapping[str, type[Edit]] = {
    cls.__name__: cls
    for cls in (
        ImportLayer,
        SetRule,
        SetProfile,
        SetClusters,
        MoveCompounds,
        MergeClusters,
        SplitCluster,
        DissolveCluster,
        NameCluster,
        SetFootprint,
        Lock,
        SetAttribute,
        AddFacility,
        MoveFacility,
        CloseFacility,
        OpenEntrance,
        DrawStreet,
        DeclareSurveyComplete,
        SetNotApplicable,
        UseStandard,
    )
}


def read_edit(kind: str, version: int, body: Mapping[str, Any]) -> Edit:
    """Read an edit from its kind, version and plain JSON body.

    Raises RuleError for an unknown kind, a newer version, an unknown or missing field, a wrong type, or a value that
    the log could not hold (NaN, infinity, half a character).
    """
    cls = EDIT_KINDS.get(kind)
    if cls is None:
        raise edit_error("edits.unknown_kind", kind=kind, known=sorted(EDIT_KINDS))
    if version > cls.version:
        raise edit_error("edits.newer_version", kind=kind, version=version, known=cls.version)
    if not _is_writable(body):
        raise edit_error("edits.unwritable", kind=kind)
    hints = typing.get_type_hints(cls)
    known = {f.name: f for f in fields(cls)}
    for name in body:
        if name not in known:
            raise edit_error("edits.unknown_field", kind=kind, field=name, known=sorted(known))
    values: dict[str, Any] = {}
    for name, f in known.items():
        if name in body:
            values[name] = _read(hints[name], body[name], kind, name)
        elif f.default is MISSING:
            raise edit_error("edits.missing_field", kind=kind, field=name)
    return cls(**values)


def edit_error(key: str, **values: Any) -> RuleError:
    """Give the error that an edit cannot be read or applied, with the texts of `key`."""
    return RuleError(Message(key, **values), Message("edits.remedy"))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [_plain(v) for v in value]
    return value


def _is_writable(body: Mapping[str, Any]) -> bool:
    try:
        json.dumps(_plain(body), ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _read(hint: Any, value: Any, kind: str, name: str) -> Any:
    wrong = edit_error("edits.wrong_type", kind=kind, field=name, value=str(value)[:80])
    if hint is Any:
        if isinstance(value, str | int | float | bool) or value is None:
            return value
        raise wrong
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        (inner,) = [arg for arg in typing.get_args(hint) if arg is not type(None)]
        return _read(inner, value, kind, name)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise wrong
        inner, *rest = typing.get_args(hint)
        if rest != [...] and len(value) != 1 + len(rest):
            raise wrong
        return tuple(_read(inner, item, kind, name) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise wrong
        return dict(value)
    if hint is float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong
        try:
            number = float(value)
        except OverflowError:
            raise wrong from None
        if not math.isfinite(number):
            raise wrong
        return number
    if hint is int and isinstance(value, bool):
        raise wrong
    if not isinstance(value, hint):
        raise wrong
    return value
