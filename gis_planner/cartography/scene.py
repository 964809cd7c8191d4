"""From a project and its results to what a map shows.

`build_scene` lists every layer from the bottom up. A layer whose inputs did not change is taken over from the scene
before, so that after an edit only what changed is built and painted anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis_planner.cartography import scene_ground as ground
from gis_planner.cartography import scene_plan as plan
from gis_planner.cartography import scene_reach as reach
from gis_planner.cartography import scene_utilities as utilities
from gis_planner.cartography.classes import cluster_outlines, colour_clusters
from gis_planner.cartography.scene_parts import make_layer
from gis_planner.cartography.scene_values import Label, Scene, SceneLayer, SceneOptions
from gis_planner.cartography.view import Extent
from gis_planner.model.project import Project
from gis_planner.model.results import Results

__all__ = ["Label", "Scene", "SceneLayer", "SceneOptions", "build_scene"]

_PLAIN = SceneOptions()
Keep = Callable[..., SceneLayer]


def build_scene(
    project: Project,
    results: Results | None,
    *,
    options: SceneOptions = _PLAIN,
    previous: Scene | None = None,
) -> Scene:
    """Build the scene of a project, with what a study found where there is one.

    `previous` is an earlier scene of the same project: its layers are taken over (the same objects) where nothing that
    they show has changed. Layers without features are there too, so that a person can switch them at any time.
    """
    outlines = cluster_outlines(project, results)
    colours = colour_clusters(project, outlines)

    def keep(key: str, build: Callable[..., SceneLayer], *inputs: object) -> SceneLayer:
        """Take the layer over from the scene before, else build it from its inputs."""
        for old in previous.of_key(key) if previous is not None else ():
            if old.build is build and _same_inputs(old.inputs, inputs):
                return old
        return replace(build(*inputs), inputs=inputs, build=build)

    layers = (
        *_ground_layers(keep, project, results, options),
        *_plan_layers(keep, project, results, options, outlines, colours),
        keep("labels", _build_labels),
    )
    return Scene(layers, options, colours, _extent(layers))


def _build_labels() -> SceneLayer:
    """Give the layer by which texts are switched: they belong to the layers that they name."""
    return make_layer("labels", (), (), (), ())


def _ground_layers(
    keep: Keep, project: Project, results: Results | None, options: SceneOptions
) -> list[SceneLayer]:
    table, kind = project.table, options.coverage_kind
    layers = [
        keep("green", ground.build_green, table("parcels"), table("facilities")),
        keep("parcels", ground.build_parcels, table("parcels")),
    ]
    if kind and results is not None:
        layers.append(keep("coverage", reach.build_reach_areas, results, kind))
    layers += [
        keep("water", ground.build_water, table("barriers")),
        keep("roads", ground.build_roads, table("roads")),
        keep("railways", ground.build_railways, table("barriers")),
        keep("buildings", ground.build_buildings, table("buildings")),
    ]
    if kind and results is not None:
        layers.append(keep("coverage", reach.build_reach_buildings, results, kind))
    return [*layers, keep("kerbs", utilities.build_kerbs, table("kerbs"))]


def _plan_layers(
    keep: Keep,
    project: Project,
    results: Results | None,
    options: SceneOptions,
    outlines: Mapping[str, BaseGeometry],
    colours: Mapping[str, str],
) -> list[SceneLayer]:
    table = project.table
    groups = project.grouping
    eligibility = results.eligibility if results is not None else None
    compounds = (table("compounds"), groups, eligibility, tuple(colours.items()), options)
    layers = [
        keep("compounds", plan.build_compounds, *compounds),
        keep("walls", ground.build_walls, table("barriers")),
        keep("townships", ground.build_townships, table("townships")),
        keep("planning_area", ground.build_planning_area, table("planning_area")),
    ]
    if results is not None:
        layers.append(keep("neighbours", plan.build_neighbours, results.neighbours))
    drawn = (
        frozenset(c.id for c in results.clusters if not c.footprint.is_empty)
        if results is not None
        else frozenset()
    )
    layers.append(
        keep(
            "footprints",
            plan.build_footprints,
            groups,
            tuple(outlines.items()),
            drawn,
            tuple(colours.items()),
            options,
        )
    )
    layers.append(keep("compounds", plan.build_red_lines, *compounds))
    if not options.public:
        layers += [
            keep("pipelines", utilities.build_pipelines, table("pipelines")),
            keep("power_lines", utilities.build_power_lines, table("power_lines")),
            keep("telecom_lines", utilities.build_telecom_lines, table("telecom_lines")),
            keep("poles", utilities.build_poles, table("poles")),
            keep("boxes", utilities.build_boxes, table("boxes")),
        ]
    return [
        *layers,
        keep("shopfronts", utilities.build_shopfronts, table("shopfronts")),
        keep("entrances", plan.build_entrances, table("entrances")),
        keep("facilities", plan.build_facilities, table("facilities")),
    ]


def _same_inputs(before: Sequence[object], after: Sequence[object]) -> bool:
    """Tables and results are compared by identity (they are never changed in place), plain values by equality."""
    plain = (str, tuple, frozenset, SceneOptions)
    return len(before) == len(after) and all(
        a is b or (isinstance(a, plain) and isinstance(b, plain) and a == b)
        for a, b in zip(before, after, strict=True)
    )


def _extent(layers: Sequence[SceneLayer]) -> Extent | None:
    """Give the extent of the planning area, else of the compounds, else of everything."""
    choices: tuple[Callable[[SceneLayer], bool], ...] = (
        lambda layer: layer.key == "planning_area",
        lambda layer: layer.key == "compounds",
        lambda layer: True,
    )
    for wanted in choices:
        found = [layer.bounds for layer in layers if wanted(layer) and len(layer)]
        if found:
            bounds = np.vstack(found)
            west, south = bounds[:, :2].min(axis=0)
            east, north = bounds[:, 2:].max(axis=0)
            return (float(west), float(south), float(east), float(north))
    return None
