"""What a person does to the project from the window: each is one edit of the workflow, asked for with a few words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gis_planner.app.cluster_verbs import ClusterVerbs
from gis_planner.errors import PlannerError
from gis_planner.model.edits import (
    AddFacility,
    CloseFacility,
    DeclareSurveyComplete,
    Edit,
    MoveFacility,
    OpenEntrance,
    SetAttribute,
    SetNotApplicable,
    SetProfile,
    SetRule,
)
from gis_planner.model.tables import ids
from gis_planner.workflow.standards import choose_standard

_MOST_ALTERNATIVES = 60


class Verbs(ClusterVerbs):
    """The edits of the window."""

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

    def ask_not_applicable(self, cluster: str, element: str, title: str, *, subject: str = "cluster") -> None:
        """Ask why an element does not apply to a cluster or a compound (不涉及), and set it so."""
        self._ask(
            "app.not_applicable",
            "",
            lambda reason: self._desk.document.apply(SetNotApplicable(cluster, element, reason, subject)),
            what=title,
        )

    def take_back_not_applicable(self, cluster: str, element: str, *, subject: str = "cluster") -> bool:
        """Let an element count again."""
        return self._desk.document.apply(SetNotApplicable(cluster, element, None, subject))

    # scenarios

    def ask_for_alternatives(self, made: Callable[[], object]) -> None:
        """Ask how many other groupings are wanted, and make a scenario of each that is found."""
        texts, window = self._desk.texts, self._desk.window

        def taken(text: str) -> None:
            if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MOST_ALTERNATIVES:
                remedy = texts("app.alternatives.wrong_remedy", most=_MOST_ALTERNATIVES)
                window.notify("warning", texts("app.alternatives.wrong", text=text), remedy)
                return
            self._desk.document.add_alternatives(int(text), told)

        def told(names: Sequence[str], wanted: int) -> None:
            if len(names) < wanted:
                remedy = texts("app.alternatives.fewer_why")
                window.notify("note", texts("app.alternatives.fewer", n=len(names), wanted=wanted), remedy)
            else:
                window.notify("note", texts("app.alternatives.made", n=len(names)))
            made()

        self._ask("app.alternatives", "20", taken)

    def ask_to_branch(self) -> None:
        """Ask for the name of a new scenario that begins here."""
        opened = self._desk.document.open_project
        if opened is None:
            return
        taken = opened.scenarios()
        letters = (f"{self._desk.texts('app.scenario.word')} {chr(65 + n)}" for n in range(26))
        name = next((wanted for wanted in letters if wanted not in taken), "")
        self._ask("app.branch", name, self._desk.document.branch)
