"""How reach is shaded: from light to dark by distance, pale red with a hatch where it is out of reach."""

from __future__ import annotations

from gis_planner.cartography.classes import coverage_steps, reach_classes
from gis_planner.cartography.scene_parts import make_layer
from gis_planner.cartography.scene_values import SceneLayer
from gis_planner.cartography.style import (
    COVERAGE_BEYOND,
    COVERAGE_BEYOND_LINE,
    COVERAGE_EDGE,
    COVERAGE_STEPS,
    COVERAGE_UNKNOWN,
    COVERAGE_UNKNOWN_LINE,
    Hatch,
    Stroke,
    Style,
)
from gis_planner.messages import Message
from gis_planner.model.results import Results
from gis_planner.model.tables import geometries, texts


def reach_styles(limit_m: float) -> tuple[Style, ...]:
    """Give the styles of the classes of reach, near to far, then out of reach, without access, not assessed."""
    edge = (Stroke(COVERAGE_EDGE, 0.1),)
    styles: list[Style] = []
    steps = coverage_steps(limit_m)
    for step, bound in enumerate(steps):
        title = Message(
            "maps.legend.reach_step", low=f"{steps[step - 1]:g}" if step else "0", high=f"{bound:g}"
        )
        # Light is near: the eye goes to those who walk far, and grey print keeps the order.
        colour = COVERAGE_STEPS[min(step, len(COVERAGE_STEPS) - 1)]
        styles.append(Style(f"step{step}", "area", title, fill=colour, strokes=edge))
    styles.append(
        Style(
            "beyond",
            "area",
            Message("maps.legend.reach_beyond"),
            fill=COVERAGE_BEYOND,
            hatch=Hatch(COVERAGE_BEYOND_LINE, 1.3, 0.14, 45.0, 0.8),
            strokes=edge,
        )
    )
    styles.append(
        Style(
            "no_access",
            "area",
            Message("maps.legend.reach_no_access"),
            fill=COVERAGE_BEYOND,
            hatch=Hatch(COVERAGE_BEYOND_LINE, 1.3, 0.14, 0.0, 0.8),
            strokes=edge,
        )
    )
    styles.append(
        Style(
            "not_assessed",
            "area",
            Message("maps.legend.reach_not_assessed"),
            fill=COVERAGE_UNKNOWN,
            hatch=Hatch(COVERAGE_UNKNOWN_LINE, 1.3, 0.14, -45.0),
            strokes=edge,
        )
    )
    return tuple(styles)


def build_reach_areas(results: Results, kind: str) -> SceneLayer:
    """Give parcels, and compounds over them, shaded by their reach of one kind."""
    parcels = _unit_rows(results, "parcels")
    return _shaded(results, kind, [*parcels, *_unit_rows(results, "compounds")])


def build_reach_buildings(results: Results, kind: str) -> SceneLayer:
    """Give buildings shaded by their reach of one kind; they lie over the plain buildings."""
    return _shaded(results, kind, _unit_rows(results, "buildings"))


def _shaded(results: Results, kind: str, rows: list[int]) -> SceneLayer:
    classes = reach_classes(results, kind)
    styles = reach_styles(results.rules.limit_m)
    index = {style.id: row for row, style in enumerate(styles)}
    features, unit_ids, shapes = (
        texts(results.units, "feature_id"),
        texts(results.units, "unit_id"),
        geometries(results.units),
    )
    return make_layer(
        "coverage",
        [features[row] or "" for row in rows],
        [shapes[row] for row in rows],
        [index.get(classes.get(unit_ids[row] or "", ""), -1) for row in rows],
        styles,
    )


def _unit_rows(results: Results, unit_type: str) -> list[int]:
    return [row for row, name in enumerate(texts(results.units, "unit_type")) if name == unit_type]
