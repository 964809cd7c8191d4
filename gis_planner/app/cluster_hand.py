"""What the tools of clusters share: what is held, what is under it, what would come of it, and the drop as one edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from gis_planner.app.card import Card, Line
from gis_planner.app.desk import Desk
from gis_planner.app.map_view import MapView
from gis_planner.app.regrouping import Regrouping
from gis_planner.app.said import cluster_title, feature_values
from gis_planner.app.trial_cards import move_card, say_names
from gis_planner.app.verbs import Verbs
from gis_planner.cartography.scene_values import Scene
from gis_planner.messages import Message
from gis_planner.model.edits import Edit, MergeClusters
from gis_planner.model.standard import Standard

if TYPE_CHECKING:
    from gis_planner.analysis.moving import Host, Trial

OUT = "out"
_LABEL_PX = 15.0
_BEFORE_OTHERS = ("compounds", "footprints")


class ClusterHand:
    """Answers the tools: `scene` gives the scene that is on the map."""

    def __init__(self, desk: Desk, verbs: Verbs, scene: Callable[[], Scene | None]) -> None:
        self._desk, self._verbs, self._scene = desk, verbs, scene
        self._card: tuple[tuple[object, ...], Card] | None = None
        self._hosts: tuple[object, tuple[str, ...], tuple[Host, ...]] | None = None

    @property
    def desk(self) -> Desk:
        """The surroundings."""
        return self._desk

    @property
    def regrouping(self) -> Regrouping:
        """What is tried."""
        return self._desk.regrouping

    @property
    def trial(self) -> Trial | None:
        """What would come of the place that is under the hand, None where that is not known."""
        return self.regrouping.trial

    def moving(self, compound: str) -> tuple[str, ...]:
        """Give what is carried when a compound is taken: all that are selected where it is one of them."""
        chosen = self._desk.selection.value.compounds
        return tuple(chosen) if compound in chosen else (compound,)

    def members(self, cluster: str) -> tuple[str, ...]:
        """Give the members of a cluster."""
        project = self._desk.document.project
        if project is None or not project.grouping.has(cluster):
            return ()
        return project.grouping.cluster(cluster).members

    def cluster_of(self, compound: str) -> str | None:
        """Give the cluster that a compound stands in."""
        project = self._desk.document.project
        return project.grouping.cluster_of().get(compound) if project is not None else None

    def cluster_at(self, x: float, y: float) -> str | None:
        """Give the cluster under a place: that of the compound there, else the footprint there."""
        project, scene = self._desk.document.project, self._scene()
        if scene is None or project is None:
            return None
        cluster_of = project.grouping.cluster_of()
        for key, feature in scene.pick(x, y, tolerance_m=0.5, keys=_BEFORE_OTHERS):
            found = cluster_of.get(feature) if key == "compounds" else feature
            if found is not None and project.grouping.has(found):
                return found
        return None

    def label_at(self, view: MapView, place: QPointF) -> str | None:
        """Give the cluster whose number stands at a place of the window."""
        project, scene = self._desk.document.project, self._scene()
        if scene is None or project is None or view.view is None or "footprints" not in view.visible_layers:
            return None
        by_number = {f"{c.number:02d}": c.id for c in project.grouping.clusters}
        for layer in scene.of_key("footprints"):
            for label in layer.labels:
                u, v = view.view.to_view(label.x, label.y)
                if (QPointF(u, v) - place).manhattanLength() <= _LABEL_PX:
                    return by_number.get(label.text)
        return None

    # carrying

    def want(self) -> None:
        """See to it that answers are there."""
        self.regrouping.want()

    def hosts(self, compounds: tuple[str, ...]) -> tuple[Host, ...]:
        """Give who may take what is carried; found once for each thing that is carried."""
        live = self.regrouping.live
        known = self._hosts
        if live is None:
            return ()
        if known is None or known[0] is not live.project or known[1] != compounds:
            known = self._hosts = (live.project, compounds, self.regrouping.hosts(compounds))
        return known[2]

    def take_up(self, compounds: Sequence[str]) -> None:
        """Look ahead where compounds that were taken up may go."""
        self.regrouping.take_up(compounds)

    def hold(self, compounds: Sequence[str], target: str) -> None:
        """Hold compounds over a cluster, or over none (OUT)."""
        known = self._hosts
        beside = {host.target for host in known[2] if host.beside} if known is not None else set()
        self.regrouping.hold(compounds, target, rest=target not in (OUT, *beside))

    def hold_merge(self, cluster: str, onto: str) -> None:
        """Hold a cluster over another."""
        self.regrouping.hold_edit(MergeClusters((onto, cluster)))

    def let_go(self) -> None:
        """Hold nothing any more."""
        self.regrouping.let_go()

    def card(self, compounds: Sequence[str], target: str) -> Card:
        """Say what would come of dropping compounds here; the same card as long as that is the same."""
        about = (self.trial, self.regrouping.live, tuple(compounds), target)
        known = self._card
        if known is None or known[0] != about:
            known = self._card = (about, self._make_card(compounds, target))
        return known[1]

    def _make_card(self, compounds: Sequence[str], target: str) -> Card:
        texts, standard = self._desk.texts, self._standard()
        title = texts("app.trial.title", what=self._names(compounds), to=self._target(target))
        if self.trial is None or standard is None:
            waits = self.regrouping.live is None
            return Card(
                title, (Line(texts("app.trial.laying_out" if waits else "app.trial.trying"), "second"),)
            )
        return move_card(self.trial, title, texts, standard)

    def _standard(self) -> Standard | None:
        live = self.regrouping.live
        return live.standard if live is not None else None

    def _names(self, compounds: Sequence[str]) -> str:
        project = self._desk.document.project
        assert project is not None
        names = [
            str((feature_values(project, "compounds", compound) or {}).get("name") or compound)
            for compound in compounds[:1]
        ]
        return say_names([*names, *compounds[1:]], self._desk.texts)

    def _target(self, target: str) -> str:
        project, texts = self._desk.document.project, self._desk.texts
        if target == OUT:
            return texts("app.trial.out")
        if project is None or not project.grouping.has(target):
            return texts("app.trial.new")
        return cluster_title(texts, project.grouping.cluster(target))

    # dropping

    def drop(self, compounds: Sequence[str], target: str) -> bool:
        """Drop compounds into a cluster, or out of all of them: one edit, and what it broke is said."""
        self.regrouping.settle()
        trial, names = self.trial, self._names(compounds)
        done = self._verbs.move_compounds(compounds, None if target == OUT else target)
        self.let_go()
        if done:
            self._say(trial, names, target)
        return done

    def drop_cluster(self, cluster: str, onto: str) -> bool:
        """Drop a cluster onto another, which takes its compounds and keeps its own number and name."""
        self.regrouping.settle()
        trial, title = self.trial, self._target(cluster)
        done = self._verbs.merge_clusters(onto, cluster)
        self.let_go()
        if done:
            self._say(trial, title, onto)
        return done

    def _say(self, trial: Trial | None, what: str, target: str) -> None:
        """Say what was done in the status line, and what it broke in a notice with a repair where there is one."""
        texts = self._desk.texts
        key = "app.trial.left" if target == OUT else "app.trial.moved"
        self._desk.window.tell(texts(key, what=what, to=self._target(target)))
        if trial is None or not trial.breaks:
            return
        problem = texts.say(Message("app.trial.broke", breaks=list(trial.breaks)))
        if not trial.repairs:
            self._desk.window.notify("warning", problem, texts("app.trial.broke_remedy"))
            return
        repair = trial.repairs[0]
        offer = texts("app.trial.repair", what=texts.say(repair.message))
        mend = partial(self._mend, self._desk.document.project, repair.edits)
        self._desk.window.notify("warning", problem, offer, action=(texts("app.trial.mend"), mend))

    def _mend(self, dropped: object, edits: tuple[Edit, ...]) -> None:
        """Make a repair in the place of the drop, where nothing was done since."""
        document = self._desk.document
        if document.project is dropped and document.undo():
            document.apply(*edits)
            self._desk.window.notify("note", self._desk.texts("app.trial.mended"))
        else:
            self._desk.window.notify("warning", self._desk.texts("app.trial.too_late"))
