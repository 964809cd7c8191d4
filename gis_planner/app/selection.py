"""What a person is looking at: one small value that map, tables and panels share.

Panels never talk to each other. Each tells this object what was pointed at, and hears from it what the others were.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True)
class Selected:
    """What is selected: compounds, a cluster, a facility, another feature (layer, id); an element of a cluster's
    standard, or of a single compound's.

    `also` are further clusters, selected to be merged or locked together with `cluster`.
    `kind` is the facility kind whose reach is shaded on the map, `step` the step of the workflow that is open.
    `isochrones`: whether those of what is selected are drawn.
    """

    cluster: str | None = None
    also: tuple[str, ...] = ()
    element: str | None = None
    compounds: tuple[str, ...] = ()
    facility: str | None = None
    feature: tuple[str, str] | None = None
    kind: str | None = None
    step: str = "data"
    isochrones: bool = False


class Selection(QObject):
    """Holds what is selected and tells when it changes.

    It also passes on that a place shall be shown (`place_wanted(extent)`) or a table (`tab_wanted(tab, filter)`).
    """

    changed = Signal(object, object)
    place_wanted = Signal(object)
    tab_wanted = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = Selected()

    @property
    def value(self) -> Selected:
        """What is selected now."""
        return self._value

    def set(self, **parts: Any) -> None:
        """Change some parts of what is selected."""
        before, self._value = self._value, replace(self._value, **parts)
        if before != self._value:
            self.changed.emit(before, self._value)

    def choose_cluster(self, cluster: str | None, element: str | None = None) -> None:
        """Look at a cluster, and at one of its elements where one is given."""
        self.set(cluster=cluster, also=(), element=element, compounds=(), facility=None, feature=None)

    def add_cluster(self, cluster: str) -> None:
        """Look at one cluster more, or at it no longer."""
        first, also = self._value.cluster, self._value.also
        if first is None:
            self.choose_cluster(cluster)
        elif first == cluster:
            self.set(cluster=also[0] if also else None, also=also[1:], element=None)
        else:
            rest = tuple(c for c in also if c != cluster)
            self.set(also=rest if cluster in also else (*also, cluster), element=None)

    def choose_compounds(self, compounds: tuple[str, ...]) -> None:
        """Look at compounds."""
        self.set(cluster=None, also=(), element=None, compounds=compounds, facility=None, feature=None)

    def choose_compound(self, compound: str, element: str | None = None) -> None:
        """Look at one compound, and at one element of its standard where one is given."""
        self.set(cluster=None, also=(), element=element, compounds=(compound,), facility=None, feature=None)

    def choose_facility(self, facility: str) -> None:
        """Look at a facility."""
        self.set(cluster=None, also=(), element=None, compounds=(), facility=facility, feature=None)

    def choose_feature(self, layer: str, feature: str) -> None:
        """Look at a feature of any layer."""
        if layer == "compounds":
            self.choose_compounds((feature,))
        elif layer == "facilities":
            self.choose_facility(feature)
        else:
            self.set(
                cluster=None, also=(), element=None, compounds=(), facility=None, feature=(layer, feature)
            )

    def clear(self) -> None:
        """Look at nothing in particular."""
        self.set(
            cluster=None,
            also=(),
            element=None,
            compounds=(),
            facility=None,
            feature=None,
            kind=None,
            isochrones=False,
        )

    def go_to(self, step: str) -> None:
        """Open a step of the workflow."""
        self.clear()
        self.set(step=step)

    def show_place(self, extent: tuple[float, float, float, float]) -> None:
        """Ask the map to show an extent (west, south, east, north in metres); a point shows its surroundings."""
        self.place_wanted.emit(extent)
