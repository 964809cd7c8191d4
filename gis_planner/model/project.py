"""Everything that is saved: the folded state of a project.

A project is a base and a list of edits. This is what folding them gives: an immutable value whose tables
are shared between one state and the next. Change is noticed by identity, equality is the fingerprint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gis_planner.model.clusters import Grouping
from gis_planner.model.issues import Issue
from gis_planner.model.layers import LAYER_NAMES
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, empty_table


@dataclass(frozen=True)
class Source:
    """Where one import came from: file name, its sha256, CRS, datum, encoding, driver and column map.

    `layer` is the layer that it filled, `mode` how (fill, append, replace, update), `rows` how many features
    were taken, `table` the import table that holds them, `data_date` the file's own date (ISO, may be empty).
    `numbers` are runs (first, how many) of the rows in the file that the import table's rows were (see `origins`).
    """

    layer: str
    mode: str
    file: str
    sha256: str
    source_layer: str
    driver: str
    crs: str
    datum: str
    encoding: str
    columns: Mapping[str, str]
    rows: int
    table: str
    data_date: str = ""
    licence: str = ""
    numbers: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class ChosenPack:
    """A rule pack as an edit chose it: its id, the sha256 it had then, and the whole text of a bureau's own."""

    id: str
    sha256: str = ""
    text: str = ""


# What is judged by where nobody chose a pack: one pack for clusters, one for compounds.
DEFAULT_PACKS: Mapping[str, ChosenPack] = {
    "cluster": ChosenPack("sanhe_sanzheng_jiuyou"),
    "compound": ChosenPack("sanru_sitong_siyou_liangzheng"),
}


@dataclass(frozen=True, eq=False)
class Project:
    """One state of a project.

    `crs` is the project's CRS as `EPSG:n` or WKT, empty until the first import fixes it. `tables` holds every
    layer's frame; a layer that was never imported is absent from `loaded`. `complete` are layers declared a
    complete survey (普查完整). `not_applicable` maps (cluster id, element id) to the reason (不涉及).
    `compounds_not_applicable` maps (compound id, element id) likewise. `packs` are the rule packs in use, by subject.
    `closed_from` is the status that each facility closed by hand had before, to be opened again as that.
    `origins` maps a layer to its features' rows in import tables (see `origins`); what is absent was drawn by hand.
    `moved` are the facilities that a hand moved away from where their file has them.
    """

    title: str = ""
    crs: str = ""
    profile: str = "default"
    tables: Mapping[str, Frame] = field(
        default_factory=lambda: {name: empty_table(name) for name in LAYER_NAMES}
    )
    loaded: frozenset[str] = frozenset()
    rules: Rules = field(default_factory=Rules)
    grouping: Grouping = field(default_factory=Grouping)
    complete: frozenset[str] = frozenset()
    not_applicable: Mapping[tuple[str, str], str] = field(default_factory=dict)
    closed_from: Mapping[str, str] = field(default_factory=dict)
    compounds_not_applicable: Mapping[tuple[str, str], str] = field(default_factory=dict)
    packs: Mapping[str, ChosenPack] = field(default_factory=lambda: dict(DEFAULT_PACKS))
    sources: tuple[Source, ...] = ()
    import_issues: tuple[Issue, ...] = ()
    origins: Mapping[str, Mapping[str, tuple[str, int]]] = field(default_factory=dict)
    moved: frozenset[str] = frozenset()

    def table(self, layer_name: str) -> Frame:
        """Give the frame of one layer (empty when nothing was imported)."""
        return self.tables[layer_name]

    @property
    def attributions(self) -> tuple[str, ...]:
        """The licence lines that the sources ask to be carried by everything made from them, each once, sorted."""
        return tuple(sorted({source.licence for source in self.sources if source.licence}))

    def inputs_json(self) -> dict[str, Any]:
        """Give the inputs of a study that are not tables, as plain JSON: rules, profile, grouping, declarations."""
        return {
            "crs": self.crs,
            "profile": self.profile,
            "rules": self.rules.to_json(),
            "grouping": [
                {"id": c.id, "number": c.number, "name": c.name, "members": list(c.members)}
                for c in self.grouping.clusters
            ],
            # Absent where nobody drew one: a project without them has the fingerprint that it always had.
            **({"footprints": _plain_rings(self.grouping)} if self.grouping.drawn else {}),
            "complete": sorted(self.complete),
            "not_applicable": [
                [cluster, element, reason]
                for (cluster, element), reason in sorted(self.not_applicable.items())
            ],
            "compounds_not_applicable": [
                [compound, element, reason]
                for (compound, element), reason in sorted(self.compounds_not_applicable.items())
            ],
        }


def _plain_rings(grouping: Grouping) -> dict[str, Any]:
    return {
        cluster: [[list(place) for place in ring] for ring in rings]
        for cluster, rings in sorted(grouping.drawn.items())
    }
