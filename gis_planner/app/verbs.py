"""What a person does to the project from the window: each is one edit of the workflow, asked for with a few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QMenu

from gis_planner.app.desk import Desk
from gis_planner.app.text_dialog import TextDialog
from gis_planner.app.texts import unmarked
from gis_planner.cartography.classes import cluster_outlines, colour_clusters
from gis_planner.errors import PlannerError
from gis_planner.model.clusters import Cluster
from gis_planner.model.edits import (
    AddFacility,
    CloseFacility,
    DeclareSurveyComplete,
    Edit,
    Lock,
    MergeClusters,
    MoveCompounds,
    MoveFacility,
    NameCluster,
    OpenEntrance,
    SetAttribute,
    SetNotApplicable,
    SetProfile,
    SetRule,
    SplitCluster,
)
from gis_planner.model.tables import ids
from gis_planner.workflow.standards import choose_standard


class Verbs:
    """The edits of the window."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # compounds and clusters

    def move_compounds(self, compounds: Sequence[str], to: str | None) -> bool:
        """Move compounds into a cluster, out of every one (None) or into a new one ("new")."""
        project = self._desk.document.project
        if project is None or not compounds:
            return False
        cluster_of = project.grouping.cluster_of()
        moving = tuple(sorted(c for c in compounds if cluster_of.get(c) != to))
        return bool(moving) and self._desk.document.apply(MoveCompounds(moving, to))

    def leave_cluster(self) -> bool:
        """Take the selected compounds out of their clusters."""
        return self.move_compounds(self._desk.selection.value.compounds, None)

    def new_cluster(self) -> bool:
        """Make a cluster of the selected compounds."""
        return self.move_compounds(self._desk.selection.value.compounds, "new")

    def ask_where_to_move(self, at: QPoint) -> None:
        """Offer the clusters as a menu and move the selected compounds to the chosen one."""
        project, compounds = self._desk.document.project, self._desk.selection.value.compounds
        if project is None or not compounds:
            return
        menu = QMenu(self._desk.widget)
        menu.setAccessibleName(self._desk.texts("app.action.move_compounds"))
        colours = colour_clusters(project, cluster_outlines(project, self._desk.document.results))
        for cluster in project.grouping.clusters:
            action = menu.addAction(_dot(colours[cluster.id]), unmarked(self.name(cluster)))
            action.triggered.connect(lambda _=False, to=cluster.id: self.move_compounds(compounds, to))
        menu.addSeparator()
        self._desk.actions.menu("new_cluster", "leave_cluster", parent=menu)
        menu.popup(at)

    def name(self, cluster: Cluster) -> str:
        """Give a cluster's number and name."""
        said = self._desk.texts("app.cluster", number=f"{cluster.number:02d}")
        return f"{said} · {cluster.name}" if cluster.name else said

    def ask_for_name(self, cluster: Cluster) -> None:
        """Ask for a cluster's name."""
        self._ask(
            "app.rename",
            cluster.name,
            lambda name: self._desk.document.apply(NameCluster(cluster.id, name)),
            empty_ok=True,
        )

    def merge_clusters(self, first: str, other: str) -> bool:
        """Merge a cluster into the first, which keeps its number and name."""
        return self._desk.document.apply(MergeClusters((first, other)))

    def split_cluster(self, cluster: str, members: Sequence[str]) -> bool:
        """Split members off a cluster into a new one."""
        return self._desk.document.apply(SplitCluster(cluster, tuple(sorted(members))))

    def lock_cluster(self, cluster: str, locked: bool) -> bool:
        """Lock a cluster, or unlock it: a new grouping leaves a locked one as it is."""
        return self._desk.document.apply(Lock("cluster", (cluster,), locked))

    def lock_compounds(self, compounds: Sequence[str], locked: bool) -> bool:
        """Lock compounds where they are, or unlock them."""
        return self._desk.document.apply(Lock("compound", tuple(sorted(compounds)), locked))

    # facilities and entrances

    def add_facility(self, kind: str, x: float, y: float) -> str | None:
        """Add a proposed facility at a place; gives its id."""
        project = self._desk.document.project
        if project is None:
            return None
        taken = set(ids(project.table("facilities")))
        serial = 1
        while f"N{serial:03d}" in taken:
            serial += 1
        facility = f"N{serial:03d}"
        name = self._desk.texts("app.facility.new_name", kind=self._desk.texts.kind(kind), n=serial)
        done = self._desk.document.apply(
            AddFacility(facility, kind, round(x, 3), round(y, 3), name=name, status="proposed")
        )
        return facility if done else None

    def move_facility(self, facility: str, x: float, y: float) -> bool:
        """Move a facility to a place."""
        return self._desk.document.apply(MoveFacility(facility, round(x, 3), round(y, 3)))

    def close_facility(self, facility: str, closed: bool) -> bool:
        """Close a facility, or open it again."""
        return self._desk.document.apply(CloseFacility(facility, closed))

    def open_entrance(self, entrance: str, is_open: bool) -> bool:
        """Open an entrance, or close it."""
        return self._desk.document.apply(OpenEntrance(entrance, is_open))

    # data, rules, declarations

    def set_attribute(self, layer: str, feature: str, column: str, value: object) -> bool:
        """Correct one value of one feature."""
        return self._desk.document.apply(SetAttribute(layer, feature, column, value))

    def adopt_fix(self, fix: Edit) -> bool:
        """Mend the data as an issue proposes, in every scenario."""
        opened = self._desk.document.open_project
        return opened is not None and self._desk.document.apply(fix, scenarios=opened.scenarios())

    def set_rule(self, name: str, value: object) -> bool:
        """Set one rule of the study."""
        return self._desk.document.apply(SetRule(name, value))

    def use_standard(self, id_or_file: str) -> bool:
        """Judge by another rule pack: one that comes with the program, or a bureau's own from a file."""
        try:
            edit = choose_standard(id_or_file)
        except PlannerError as fault:
            self._desk.document.failed.emit(fault)
            return False
        return self._desk.document.apply(edit)

    def set_profile(self, profile: str) -> bool:
        """Choose the city profile that decides who is eligible."""
        project = self._desk.document.project
        return (
            project is not None
            and project.profile != profile
            and self._desk.document.apply(SetProfile(profile))
        )

    def declare_complete(self, layer: str, complete: bool) -> bool:
        """Declare a layer a complete survey (普查完整), or take that back."""
        return self._desk.document.apply(DeclareSurveyComplete(layer, complete))

    def ask_not_applicable(self, cluster: str, element: str, title: str) -> None:
        """Ask why an element does not apply to a cluster (不涉及), and set it so."""
        self._ask(
            "app.not_applicable",
            "",
            lambda reason: self._desk.document.apply(SetNotApplicable(cluster, element, reason)),
            what=title,
        )

    def take_back_not_applicable(self, cluster: str, element: str) -> bool:
        """Let an element count again."""
        return self._desk.document.apply(SetNotApplicable(cluster, element, None))

    # scenarios

    def ask_to_branch(self) -> None:
        """Ask for the name of a new scenario that begins here."""
        opened = self._desk.document.open_project
        if opened is None:
            return
        taken = opened.scenarios()
        letters = (f"{self._desk.texts('app.scenario.word')} {chr(65 + n)}" for n in range(26))
        name = next((wanted for wanted in letters if wanted not in taken), "")
        self._ask("app.branch", name, self._desk.document.branch)

    def _ask(
        self, key: str, text: str, taken: Callable[[str], object], *, empty_ok: bool = False, **values: str
    ) -> None:
        dialog = TextDialog(self._desk.texts, key, text, self._desk.widget, empty_ok=empty_ok, **values)
        dialog.accepted.connect(lambda: taken(dialog.text))
        dialog.open()


def _dot(colour: str) -> QIcon:
    pixmap = QPixmap(12, 12)
    pixmap.fill(colour)
    return QIcon(pixmap)
