"""What a person does to clusters by hand: each is one edit, asked for from menu, key, palette, page or map alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QMenu

from gis_planner.app.desk import Desk
from gis_planner.app.text_dialog import TextDialog
from gis_planner.app.texts import unmarked
from gis_planner.cartography.classes import cluster_outlines, colour_clusters
from gis_planner.model.clusters import Cluster
from gis_planner.model.edits import (
    DissolveCluster,
    Lock,
    MergeClusters,
    MoveCompounds,
    NameCluster,
    SplitCluster,
)


class ClusterVerbs:
    """The edits of compounds and clusters."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

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
        self._desk.regrouping.want()
        self.fill_hosts_menu(menu, compounds)
        menu.addSeparator()
        self._desk.actions.menu("new_cluster", "leave_cluster", parent=menu)
        menu.popup(at)

    def fill_hosts_menu(self, menu: QMenu, compounds: Sequence[str]) -> None:
        """List the clusters that may take compounds first, then those that would break a bound, each with the reason.

        Where that is not known yet every cluster is listed without one.
        """
        project, texts = self._desk.document.project, self._desk.texts
        if project is None:
            return
        colours = colour_clusters(project, cluster_outlines(project, self._desk.document.results))
        hosts = {host.target: host for host in self._desk.regrouping.hosts(compounds)}
        order = {target: at for at, target in enumerate(hosts)}

        def rank(cluster: Cluster) -> tuple[bool, int]:
            host = hosts.get(cluster.id)
            return (host is not None and not host.allowed, order.get(cluster.id, 0))

        for cluster in sorted(project.grouping.clusters, key=rank):
            if hosts and cluster.id not in hosts:
                continue  # they all stand in it
            host, said = hosts.get(cluster.id), self.name(cluster)
            if host is not None and not host.allowed:
                why = "；".join(texts.say(reason) for reason in host.refusals)
                said = texts("app.host.refuses", cluster=said, why=why)
            elif host is not None:
                said = texts("app.host.takes", cluster=said)
            action = menu.addAction(_dot(colours[cluster.id]), unmarked(said))
            action.setObjectName(f"host_{cluster.id}")
            action.setEnabled(host is None or not host.locked)
            action.triggered.connect(lambda _=False, to=cluster.id: self.move_compounds(compounds, to))

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

    def rename_cluster(self) -> None:
        """Ask for the name of the selected cluster."""
        cluster = self._chosen_cluster()
        if cluster is not None:
            self.ask_for_name(cluster)

    def number_cluster(self) -> None:
        """Ask for the number of the selected cluster; the one that has it takes this one's."""
        cluster = self._chosen_cluster()
        if cluster is None:
            return

        def taken(text: str) -> bool:
            if not text.isascii() or not text.isdigit():
                told = self._desk.texts("app.number.wrong", text=text)
                self._desk.window.notify("warning", told, self._desk.texts("app.number.wrong_remedy"))
                return False
            return self._desk.document.apply(NameCluster(cluster.id, cluster.name, int(text)))

        self._ask("app.number", str(cluster.number), taken)

    def merge_chosen(self, at: QPoint) -> None:
        """Merge the selected clusters; where only one is, offer the others as a menu."""
        chosen, cluster = self._desk.selection.value, self._chosen_cluster()
        if cluster is None:
            return
        if chosen.also:
            self._desk.document.apply(MergeClusters((cluster.id, *chosen.also)))
            return
        menu = QMenu(self._desk.widget)
        menu.setAccessibleName(self._desk.texts("app.action.merge_clusters"))
        self.fill_merge_menu(menu, cluster)
        menu.popup(at)

    def fill_merge_menu(self, menu: QMenu, cluster: Cluster) -> None:
        """List the clusters that one can be merged with, locked ones without a way."""
        project = self._desk.document.project
        if project is None:
            return
        colours = colour_clusters(project, cluster_outlines(project, self._desk.document.results))
        for other in project.grouping.clusters:
            if other.id != cluster.id:
                action = menu.addAction(_dot(colours[other.id]), unmarked(self.name(other)))
                action.setEnabled(not other.locked and not cluster.locked)
                action.triggered.connect(
                    lambda _=False, chosen=other.id: self.merge_clusters(cluster.id, chosen)
                )

    def dissolve_cluster(self) -> bool:
        """Dissolve the selected cluster: its compounds stand in none."""
        cluster = self._chosen_cluster()
        return cluster is not None and self._desk.document.apply(DissolveCluster(cluster.id))

    def recluster_around(self) -> None:
        """Form the selected clusters and those beside them anew; the rest of the town, and what is locked, stays."""
        chosen = self._desk.selection.value
        if chosen.cluster is not None:
            self._desk.document.study(recluster=True, around=(chosen.cluster, *chosen.also))

    def lock_chosen(self) -> bool:
        """Lock what is selected, or unlock it where all of it is locked."""
        project, chosen = self._desk.document.project, self._desk.selection.value
        if project is None:
            return False
        if chosen.cluster is not None and project.grouping.has(chosen.cluster):
            clusters = tuple(c for c in (chosen.cluster, *chosen.also) if project.grouping.has(c))
            locked = all(project.grouping.cluster(c).locked for c in clusters)
            return self._desk.document.apply(Lock("cluster", clusters, not locked))
        if chosen.compounds:
            locked = project.grouping.locked_compounds.issuperset(chosen.compounds)
            return self.lock_compounds(chosen.compounds, not locked)
        return False

    def _chosen_cluster(self) -> Cluster | None:
        project, chosen = self._desk.document.project, self._desk.selection.value.cluster
        if project is None or chosen is None or not project.grouping.has(chosen):
            return None
        return project.grouping.cluster(chosen)

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
