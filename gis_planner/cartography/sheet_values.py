"""What a sheet says, as values: every text is already said in its language. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gis_planner.cartography.legend import LegendEntry
from gis_planner.cartography.scene_values import Scene
from gis_planner.cartography.sheet_template import SheetTemplate
from gis_planner.cartography.view import Extent
from gis_planner.messages import Language

SheetKind = Literal["cluster", "overview", "review"]


@dataclass(frozen=True)
class SheetFacts:
    """What no study can know: what a person types for the title block, and for whom the sheets are.

    Everything may stay empty; an empty field is printed blank, to be filled by hand. `review_number` (审图号) is given
    by the authority and never made up. `public` sheets show no pipelines and no coordinates. `visible` are the keys of
    the layers that are drawn, None for those shown by default.
    """

    title: str = ""
    designer: str = ""
    stage: str = ""
    date: str = ""
    height_datum: str = ""
    review_number: str = ""
    public: bool = False
    visible: frozenset[str] | None = None


@dataclass(frozen=True)
class Row:
    """A label and what stands beside it."""

    label: str
    value: str


@dataclass(frozen=True)
class VerdictRow:
    """One element in the table of a cluster's sheet, every cell as text; `status` chooses the mark.

    `sentence` is the full sentence with its grounds, printed on the review sheet.
    """

    group: str
    name: str
    status: str
    status_text: str
    value: str
    not_served: str
    existence: str
    thresholds: str
    clause: str
    sentence: str


@dataclass(frozen=True)
class ClusterRow:
    """One cluster in the table of the overview; `statuses` holds a status for every element, in order."""

    number: str
    colour: str
    name: str
    members: str
    households: str
    statuses: tuple[str, ...]
    assessed: str
    score: str


@dataclass(frozen=True)
class MapWindow:
    """What a map frame shows: its middle in metres, 1:scale, the visible layers, the legend of what is seen."""

    x: float
    y: float
    scale: float
    visible: frozenset[str]
    legend: tuple[LegendEntry, ...]
    coordinates: bool


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet: what stands in each of its places.

    `words` are the fixed headings; `metadata` goes into the file's properties (title, fingerprint in full …).
    `locator` is the extent of the small map, None where there is none.
    """

    kind: SheetKind
    language: Language
    template: SheetTemplate
    title: str
    subtitle: str
    number: str
    colour: str
    score_line: str
    mark: str
    scene: Scene | None
    window: MapWindow | None
    locator: Extent | None
    locator_keys: frozenset[str]
    facts: tuple[Row, ...]
    members: str
    verdicts: tuple[VerdictRow, ...]
    clusters: tuple[ClusterRow, ...]
    groups: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    title_block: Mapping[str, Row]
    words: Mapping[str, str] = field(default_factory=dict)
    status_words: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)

    def texts(self) -> list[str]:
        """Give every text of the sheet, map labels too, so that the font can be asked for all of them first."""
        found = [
            self.title,
            self.subtitle,
            self.number,
            self.score_line,
            self.mark,
            self.members,
            *self.notes,
        ]
        found += [
            text for row in (*self.facts, *self.title_block.values()) for text in (row.label, row.value)
        ]
        for verdict in self.verdicts:
            found += [
                verdict.group,
                verdict.name,
                verdict.status_text,
                verdict.value,
                verdict.not_served,
                verdict.existence,
                verdict.thresholds,
                verdict.clause,
                verdict.sentence,
            ]
        for cluster in self.clusters:
            found += [
                cluster.number,
                cluster.name,
                cluster.members,
                cluster.households,
                cluster.assessed,
                cluster.score,
            ]
        found += [group for group, _ in self.groups] + [*self.words.values(), *self.status_words.values()]
        found += [*self.template.sign_off(self.language), *self.template.joint_review(self.language)]
        if self.window is not None:
            found += [entry.text for entry in self.window.legend]
        if self.scene is not None and self.window is not None:
            found += [
                text
                for layer in self.scene.layers
                if layer.key in self.window.visible
                for label in layer.labels
                for text in (label.text, label.beside)
            ]
        return found
