"""Short texts about features: what stands in the tag under the cursor, names of compounds, clusters and facilities."""

from __future__ import annotations

import math
from typing import Any

from gis_planner.app.desk import Desk
from gis_planner.app.texts import Texts
from gis_planner.model.clusters import Cluster
from gis_planner.model.layers import Column, choice_of, layer
from gis_planner.model.project import Project
from gis_planner.model.results import Bound, plain
from gis_planner.model.tables import rows_by_id


def feature_values(project: Project, layer_name: str, feature: str) -> dict[str, Any] | None:
    """Give every declared value of one feature, None for unknown; None when there is no such feature."""
    table = project.table(layer_name)
    row = rows_by_id(table).get(feature)
    if row is None:
        return None
    return {column.name: plain(table[column.name].iloc[row]) for column in layer(layer_name).columns}


def say_value(texts: Texts, column: Column, value: Any) -> str:
    """Write one value of a declared column with its unit, a dash where it is unknown."""
    if value is None:
        return "—"
    if column.type == "choice":
        try:
            return texts.title(choice_of(column, str(value)))
        except KeyError:
            return str(value)
    if column.type == "bool":
        return texts("app.yes" if value else "app.no")
    if column.type == "ratio":
        return texts.share(float(value))
    if column.type == "year":
        return str(value)
    if column.type in ("int", "float"):
        said = texts.number(value, 0 if float(value).is_integer() else 2)
        unit = texts.unit(column.unit)
        return f"{said}\u2009{unit}" if unit else said
    return str(value)


def cluster_title(texts: Texts, cluster: Cluster) -> str:
    """Give a cluster's number and name."""
    said = texts("app.cluster", number=f"{cluster.number:02d}")
    return f"{said} · {cluster.name}" if cluster.name else said


def households_text(texts: Texts, known: int, unknown: int) -> str:
    """Say a number of households, as a lower bound where some members are unknown."""
    if unknown:
        return texts("app.households_at_least", n=texts.number(known), unknown=unknown)
    return texts("app.households", n=texts.number(known))


def describe_feature(desk: Desk, key: str, feature: str) -> list[str]:
    """Say in one to three short lines what a feature is."""
    project, texts = desk.document.project, desk.texts
    if project is None:
        return []
    if key == "footprints":
        return _describe_cluster(desk, project, feature)
    values = feature_values(project, key, feature) if key in project.tables else None
    if values is None:
        return []
    if key == "compounds":
        return _describe_compound(desk, project, feature, values)
    named = values.get("name")
    title = str(named) if named else f"{texts.layer(key)} {feature}"
    told = [
        say_value(texts, column, values[column.name])
        for column in layer(key).columns
        if column.type == "choice" and values[column.name] is not None
    ][:3]
    return [title, " · ".join(told)] if told else [title]


def _describe_compound(desk: Desk, project: Project, feature: str, values: dict[str, Any]) -> list[str]:
    texts = desk.texts
    lines = [str(values["name"] or feature)]
    households = values["households"]
    parts = [
        texts("app.households", n=texts.number(households))
        if households is not None
        else texts("app.households_unknown")
    ]
    if values["built_year"] is not None:
        parts.append(texts("app.built", year=values["built_year"]))
    lines.append(" · ".join(parts))
    cluster_id = project.grouping.cluster_of().get(feature)
    if cluster_id is not None:
        lines.append(cluster_title(texts, project.grouping.cluster(cluster_id)))
    elif desk.document.results is not None and feature in desk.document.results.alone:
        lines.append(texts("app.not_in_cluster"))
    return lines


def _describe_cluster(desk: Desk, project: Project, feature: str) -> list[str]:
    if not project.grouping.has(feature):
        return []
    cluster, texts, results = project.grouping.cluster(feature), desk.texts, desk.document.results
    lines = [cluster_title(texts, cluster)]
    figures = next((c for c in results.clusters if c.id == feature), None) if results is not None else None
    parts = [texts("app.compounds", n=len(cluster.members))]
    if figures is not None:
        parts.append(households_text(texts, figures.households, figures.households_unknown))
        parts.append(texts("app.hectares", n=texts.number(figures.area_m2 / 10_000, 1)))
    lines.append(" · ".join(parts))
    return lines


def say_bound(texts: Texts, bound: Bound) -> str:
    """Say a bound in short: its name, its value, and what is asked for."""
    name = texts(f"clusters.bound.{bound.name}")
    if bound.name == "township":
        return name

    def figure(value: float | None) -> str:
        if bound.name == "extension_share":
            return (
                "—" if value is None else f"{math.ceil(value * 1000 - 1e-6) / 10:.1f}\u2009%"
            )  # a cap: rounded up
        return texts.metres(value) if bound.name == "walk_diameter_m" else texts.number(value)

    least = bound.name == "households" and bound.state == "unchecked" and bound.value is not None
    value = f"{'≥ ' if least else ''}{figure(bound.value)}"
    asked = " – ".join(figure(limit) for limit in (bound.low, bound.high) if limit is not None)
    if bound.low is None or bound.high is None:
        asked = f"{'≤' if bound.low is None else '≥'} {asked}"
    return texts("app.bound.said", name=name, value=value, asked=asked)
