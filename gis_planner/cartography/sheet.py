"""Composing sheets: one for every cluster, one for the whole town, and the review sheet with the grounds.

A sheet is a value: every text is said, the scale is chosen, the legend lists what its map shows. Painting it needs no
further knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping

from gis_planner.cartography.furniture import choose_scale, grow, join
from gis_planner.cartography.legend import make_legend
from gis_planner.cartography.scene import Scene, SceneOptions, build_scene
from gis_planner.cartography.sheet_layout import CLUSTER_MARGIN_MM, TOWN_MARGIN_MM, lay_out
from gis_planner.cartography.sheet_notes import make_notes
from gis_planner.cartography.sheet_overview import cluster_rows, overview_facts
from gis_planner.cartography.sheet_template import SheetTemplate, load_sheet_template
from gis_planner.cartography.sheet_texts import (
    cluster_facts,
    group_spans,
    member_names,
    score_text,
    title_block,
    verdict_rows,
)
from gis_planner.cartography.sheet_values import MapWindow, Sheet, SheetFacts
from gis_planner.cartography.sheet_voice import Voice
from gis_planner.cartography.view import Extent, View
from gis_planner.errors import ExportError
from gis_planner.messages import Catalogue, Language, Message
from gis_planner.model.project import Project
from gis_planner.model.results import Results

__all__ = ["Sheet", "SheetFacts", "compose_cluster_sheet", "compose_overview_sheet", "compose_review_sheet"]

# Layers that tell exact positions of what lies underground or hangs over streets: their sheets stay inside the bureau.
INTERNAL_KEYS = frozenset({"pipelines", "power_lines", "telecom_lines", "poles", "boxes"})
_LOCATOR_KEYS = frozenset({"water", "roads", "railways", "planning_area", "compounds", "footprints"})


def compose_cluster_sheet(
    project: Project,
    results: Results,
    cluster_id: str,
    *,
    facts: SheetFacts,
    catalogue: Catalogue,
    language: Language = "zh",
    template: SheetTemplate | None = None,
    previous: Scene | None = None,
) -> Sheet:
    """Compose the sheet of one cluster.

    `previous` is a scene of the same project from which unchanged layers are taken. Raises ExportError when the study
    has no such cluster.
    """
    voice, form = Voice(catalogue, language), template or load_sheet_template()
    figures = next((c for c in results.clusters if c.id == cluster_id), None)
    if figures is None:
        raise ExportError(Message("maps.no_cluster", cluster=cluster_id), Message("maps.no_cluster_remedy"))
    scene = build_scene(
        project, results, options=SceneOptions(public=facts.public, focus=cluster_id), previous=previous
    )
    extent = _cluster_extent(scene, cluster_id, figures.compounds)
    window = _window(scene, extent, facts, catalogue, language, form, form.scales_cluster, CLUSTER_MARGIN_MM)
    number = f"{figures.number:02d}"
    name = figures.name or voice.say("unnamed", number=number)
    title = voice.say("title_cluster", name=name, number=number)
    block = title_block(
        project, results, facts, form, voice, title=title, scale=window.scale, cluster=figures.number, sheet=1
    )
    return Sheet(
        kind="cluster",
        language=language,
        template=form,
        title=name,
        subtitle=facts.title or project.title,
        number=number,
        colour=scene.cluster_colours.get(cluster_id, "#596575"),
        score_line=score_text(results, cluster_id, voice),
        mark=_mark(window, facts, form, language),
        scene=scene,
        window=window,
        locator=_locator(scene, extent),
        locator_keys=_LOCATOR_KEYS,
        facts=cluster_facts(figures, results, voice),
        members=member_names(project, figures, voice),
        verdicts=verdict_rows(project, results, cluster_id, voice),
        clusters=(),
        groups=group_spans(results.standard.elements),
        notes=make_notes(project, results, voice, cluster=figures, pipelines="pipelines" in window.visible),
        title_block=block,
        words=voice.words(results.standard),
        status_words=voice.status_words(),
        metadata=_metadata(block, results, project),
    )


def compose_overview_sheet(
    project: Project,
    results: Results,
    *,
    facts: SheetFacts,
    catalogue: Catalogue,
    language: Language = "zh",
    template: SheetTemplate | None = None,
    previous: Scene | None = None,
) -> Sheet:
    """Compose the sheet of the whole town: every cluster with its verdicts at a glance. There may be none."""
    voice, form = Voice(catalogue, language), template or load_sheet_template()
    scene = build_scene(project, results, options=SceneOptions(public=facts.public), previous=previous)
    extent = _town_extent(scene, form)
    if extent is None:
        raise ExportError(Message("maps.nothing_to_draw"), Message("maps.nothing_to_draw_remedy"))
    window = _window(scene, extent, facts, catalogue, language, form, form.scales_overview, TOWN_MARGIN_MM)
    title = voice.say("title_overview")
    block = title_block(
        project, results, facts, form, voice, title=title, scale=window.scale, cluster=0, sheet=1
    )
    return Sheet(
        kind="overview",
        language=language,
        template=form,
        title=title,
        subtitle=facts.title or project.title,
        number="",
        colour="#1B2430",
        score_line="",
        mark=_mark(window, facts, form, language),
        scene=scene,
        window=window,
        locator=None,
        locator_keys=_LOCATOR_KEYS,
        facts=overview_facts(project, results, voice),
        members="",
        verdicts=(),
        clusters=cluster_rows(results, scene.cluster_colours, voice),
        groups=group_spans(results.standard.elements),
        notes=make_notes(project, results, voice, cluster=None, pipelines="pipelines" in window.visible),
        title_block=block,
        words=voice.words(results.standard),
        status_words=voice.status_words(),
        metadata=_metadata(block, results, project),
    )


def compose_review_sheet(
    project: Project,
    results: Results,
    cluster_id: str,
    *,
    facts: SheetFacts,
    catalogue: Catalogue,
    language: Language = "zh",
    template: SheetTemplate | None = None,
) -> Sheet:
    """Compose a cluster's second sheet: every verdict with its sentence and clause, and the joint review (联合审查)."""
    voice, form = Voice(catalogue, language), template or load_sheet_template()
    figures = next((c for c in results.clusters if c.id == cluster_id), None)
    if figures is None:
        raise ExportError(Message("maps.no_cluster", cluster=cluster_id), Message("maps.no_cluster_remedy"))
    number = f"{figures.number:02d}"
    name = figures.name or voice.say("unnamed", number=number)
    title = voice.say("title_review", name=name, number=number)
    block = title_block(
        project, results, facts, form, voice, title=title, scale=None, cluster=figures.number, sheet=2
    )
    return Sheet(
        kind="review",
        language=language,
        template=form,
        title=title,
        subtitle=facts.title or project.title,
        number=number,
        colour="#1B2430",
        score_line=score_text(results, cluster_id, voice),
        mark=form.text("mark_public" if facts.public else "mark_review", language),
        scene=None,
        window=None,
        locator=None,
        locator_keys=_LOCATOR_KEYS,
        facts=cluster_facts(figures, results, voice),
        members=member_names(project, figures, voice),
        verdicts=verdict_rows(project, results, cluster_id, voice, sentences=True),
        clusters=(),
        groups=group_spans(results.standard.elements),
        notes=make_notes(project, results, voice, cluster=figures),
        title_block=block,
        words=voice.words(results.standard),
        status_words=voice.status_words(),
        metadata=_metadata(block, results, project),
    )


def _window(
    scene: Scene,
    extent: Extent,
    facts: SheetFacts,
    catalogue: Catalogue,
    language: Language,
    form: SheetTemplate,
    scales: tuple[int, ...],
    margin_mm: float,
) -> MapWindow:
    places = lay_out(form)
    width, height = places.map.width, places.map.height
    scale = choose_scale(extent, width, height, scales, margin_mm=margin_mm)
    view = View.at_scale((extent[0] + extent[2]) / 2.0, (extent[1] + extent[3]) / 2.0, scale, width, height)
    visible = scene.shown if facts.visible is None else facts.visible & frozenset(scene.keys)
    if facts.public:
        visible -= INTERNAL_KEYS
    # What only touches the frame is no part of the picture.
    seen = View.at_scale(view.x, view.y, scale, width - 4.0, height - 4.0)
    legend = make_legend(scene, seen, visible, catalogue, language)
    return MapWindow(view.x, view.y, float(scale), visible, legend, coordinates=not facts.public)


def _mark(window: MapWindow, facts: SheetFacts, form: SheetTemplate, language: Language) -> str:
    """Coordinates or lines underground on a sheet make it an internal one; a public sheet shows neither."""
    internal = window.coordinates or bool(window.visible & INTERNAL_KEYS)
    return form.text("mark_review" if internal or not facts.public else "mark_public", language)


def _cluster_extent(scene: Scene, cluster_id: str, members: tuple[str, ...]) -> Extent:
    shapes = [
        scene.geometry("footprints", cluster_id),
        *(scene.geometry("compounds", member) for member in members),
    ]
    extents: list[Extent] = [shape.bounds for shape in shapes if shape is not None]
    found = join(extents)
    if found is None:
        raise ExportError(Message("maps.nothing_to_draw"), Message("maps.nothing_to_draw_remedy"))
    return found


def _town_extent(scene: Scene, form: SheetTemplate) -> Extent | None:
    """The planning area with all compounds; the compounds alone where that gives a larger scale."""
    near, whole = (
        _extent_of(scene, "compounds", "footprints"),
        _extent_of(scene, "compounds", "planning_area"),
    )
    if near is None or whole is None:
        return near or whole or scene.extent
    frame = lay_out(form).map
    scales = [
        choose_scale(extent, frame.width, frame.height, form.scales_overview, margin_mm=TOWN_MARGIN_MM)
        for extent in (near, whole)
    ]
    return near if scales[0] < scales[1] else whole


def _extent_of(scene: Scene, *keys: str) -> Extent | None:
    bounds = [layer.bounds for key in keys for layer in scene.of_key(key) if len(layer)]
    return join([
        (float(b[:, 0].min()), float(b[:, 1].min()), float(b[:, 2].max()), float(b[:, 3].max())) for b in bounds
    ])  # fmt: skip


def _locator(scene: Scene, extent: Extent) -> Extent | None:
    town = _extent_of(scene, "compounds", "footprints", "planning_area")
    return None if town is None else grow(join([town, extent]) or town, 0.03)


def _metadata(block: Mapping[str, object], results: Results, project: Project) -> dict[str, str]:
    number, title = block["number"], block["title"]
    return {
        "title": f"{getattr(number, 'value', '')} {getattr(title, 'value', '')}",
        "fingerprint": results.fingerprint,
        "pack": results.standard.id,
        "pack_version": results.standard.version,
        "pack_sha256": results.standard.sha256,
        "crs": project.crs,
    }
