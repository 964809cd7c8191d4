"""The table of scenarios: one row each, to be sorted by any term and by what is still to be built."""

from __future__ import annotations

from collections.abc import Sequence

from gis_planner.app.comparing import Compared
from gis_planner.app.icons import action_icon
from gis_planner.app.menus import scenario_title
from gis_planner.app.table_models import Heading, Row
from gis_planner.app.texts import Texts
from gis_planner.app.theme import Theme
from gis_planner.model.standard import Status

_STATUSES: tuple[Status, ...] = ("pass", "partial", "fail", "not_assessed")


def scenario_rows(
    compared: Sequence[Compared], here: str, texts: Texts, theme: Theme
) -> tuple[list[Heading], list[Row]]:
    """Give the scenarios with their figures, a dash where one was not measured; the one that is open has the sign."""
    terms = list(dict.fromkeys(name for one in compared if one.figures for name in one.figures.terms))
    headings = [
        Heading("name", texts("app.compare.scenario"), width=150),
        Heading("clusters", texts("app.figure.clusters"), "number", width=64),
        Heading("placed", texts("app.compare.placed"), "number", width=84),
        Heading("households", texts("app.figure.households"), "number", width=76),
        Heading("to_build", texts("app.compare.to_build"), "number", width=90),
        *(Heading(f"status_{s}", texts(f"app.status_word.{s}"), "number", width=74) for s in _STATUSES),
        Heading("broken", texts("app.bound.broken"), "number", width=64),
        Heading("unchecked", texts("app.bound.unchecked"), "number", width=64),
        Heading("cost", texts("app.compare.cost"), "number", width=80),
        *(Heading(f"term_{t}", texts(f"app.term.{t}"), "number", width=92) for t in terms),
    ]
    mark, blank = action_icon("check", theme, token="accent"), None
    rows = []
    for one in compared:
        title, found = scenario_title(texts, one.name), one.figures
        icon = mark if one.name == here else blank
        if found is None:
            clusters = one.project.grouping.clusters
            nothing = (None,) * (len(headings) - 3)
            members = sum(len(c.members) for c in clusters)
            cells: tuple[object, ...] = (title, len(clusters), members, *nothing)
            rows.append(
                Row(("scenario", one.name), cells, icon=icon, faint=True, tip=texts("app.compare.not_yet"))
            )
            continue
        cells = (
            title,
            found.clusters,
            found.placed,
            found.households,
            found.to_build,
            *(found.statuses[s] for s in _STATUSES),
            found.broken,
            found.unchecked,
            round(found.cost, 2),
            *(round(found.terms[t], 2) if t in found.terms else None for t in terms),
        )
        doubts = [
            texts(key, n=n)
            for key, n in (
                ("app.compare.unknown_households", found.households_unknown),
                ("app.compare.unknown_to_build", found.to_build_unknown),
                ("app.compare.alone", found.alone),
            )
            if n
        ]
        shown = {}
        if found.households_unknown:
            shown["households"] = f"≥ {texts.number(found.households)}"
        if found.to_build_unknown:
            shown["to_build"] = texts(
                "app.compare.to_build_at_least", n=found.to_build, unknown=found.to_build_unknown
            )
        target, tip = ("scenario", one.name), "\n".join([title, *doubts])
        rows.append(Row(target, cells, icon=icon, tip=tip, shown=shown))
    return headings, rows
