"""One offline HTML map: the plan, what was found of it, and what it rests on, in a single file.

folium gives the frame and nothing but the frame. It compiles what it renders as templates once more, so no text of a
project may enter it: names and sentences come in afterwards, as JSON that the page reads and writes as plain text.
Leaflet and everything else stand in the file itself, and a content security policy keeps it from asking anybody for
anything.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import folium
import numpy as np

from gis_planner.cartography import html_facts as facts_of
from gis_planner.cartography.classes import coverage_steps
from gis_planner.cartography.html_ground import (
    OVER,
    UNDER,
    MapFrame,
    frame_for,
    ground_layers,
    label_rows,
    style_json,
)
from gis_planner.cartography.scene import Scene, SceneOptions, build_scene
from gis_planner.cartography.scene_reach import reach_styles
from gis_planner.cartography.sheet_notes import latest_date
from gis_planner.cartography.sheet_template import load_sheet_template
from gis_planner.cartography.sheet_values import SheetFacts
from gis_planner.cartography.sheet_voice import Voice
from gis_planner.errors import ExportError
from gis_planner.messages import Catalogue, Language, Message
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.paths import resource
from gis_planner.progress import SILENT, Progress

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
_SCRIPTS = ("core.js", "canvas.js", "labels.js", "plan.js", "panel.js", "start.js")
_NAME = "planner"
_TEXTS = (
    "all_clusters", "layers", "legend", "matrix", "about", "close", "colour_by", "by_cluster", "reach_of", "members",
    "households", "unknown", "element", "limits", "clause", "indicator",     "alone", "walks",
    "beyond", "no_access", "not_assessed", "rules", "rule", "rule_value",
    "unit", "origin", "source", "sources", "layer", "file", "date", "licence", "notes", "fingerprint", "pack",
    "no_clusters", "facilities", "footprints", "compounds", "labels", "north", "scenario", "data_until", "overview",
    "score", "proposed", "closed", "existing", "cluster", "review_number", "undated",
)  # fmt: skip


def render_map(
    project: Project,
    results: Results,
    *,
    scenario: str,
    catalogue: Catalogue,
    facts: SheetFacts | None = None,
    language: Language = "zh",
    progress: Progress = SILENT,
) -> str:
    """Give the page as text, the same for the same results.

    Pipelines, lines, poles and cabinets are never in it. A `public` page (by `facts`) shows no coordinates and says so
    by its mark. Raises ExportError when there is nothing to draw.
    """
    progress.report(0.0, Message("outputs.html.drawing"))
    typed = facts or SheetFacts()
    scene = build_scene(project, results, options=SceneOptions(public=True))
    if scene.extent is None:
        raise ExportError(Message("maps.nothing_to_draw"), Message("maps.nothing_to_draw_remedy"))
    frame = frame_for(project.crs, scene.extent, public=typed.public)
    page = _render_frame(frame)
    progress.report(0.2, Message("outputs.html.drawing"))
    data = _gather(project, results, scene, frame, scenario, Voice(catalogue, language), typed)
    progress.report(0.8, Message("outputs.html.drawing"))
    return _insert(page, data, language)


def _render_frame(frame: MapFrame) -> str:
    """Render folium's frame around an empty map; it knows nothing of the project."""
    bare = folium.Map(
        location=(0.0, 0.0), zoom_start=1, tiles=None, crs="EPSG3857" if frame.geographic else "Simple",
        zoom_control=False, zoom_snap=0.25, zoom_delta=0.5, wheel_px_per_zoom_level=90, fade_animation=False,
        attribution_control=False,
    )  # fmt: skip
    bare._id = _NAME  # its own is drawn by lot
    bare.default_js, bare.default_css = [], []
    return str(bare.get_root().render())


def _insert(page: str, data: dict[str, Any], language: Language) -> str:
    """Put style, Leaflet, data and scripts into the frame, in this order, as they are."""
    before, _, rest = page.partition("<head>")
    head, _, rest = rest.partition("</head>")
    body, _, after = rest.rpartition("</html>")
    html = resource("html")
    leaflet = resource("leaflet")
    opening = "\n".join((
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="referrer" content="no-referrer">',
        f"<style>{_read(leaflet / 'leaflet.css')}</style><script>{_read(leaflet / 'leaflet.js')}</script>",
    ))  # fmt: skip
    closing = "\n".join((
        f'<script type="application/json" id="planner-data">{_as_json(data)}</script>',
        *(f"<script>{_read(html / name)}</script>" for name in _SCRIPTS),
    ))  # fmt: skip
    style = f"<style>{_read(html / 'map.css')}</style>"
    opened = before.replace("<html>", f'<html lang="{"zh-CN" if language == "zh" else "en"}">')
    return f"{opened}<head>{opening}{head}{style}</head>{body}{closing}</html>{after}"


def _as_json(data: dict[str, Any]) -> str:
    """Write the data so that no text in it can end the script element or begin another."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "replace").decode("utf-8")


def _gather(
    project: Project, results: Results, scene: Scene, frame: MapFrame, scenario: str, voice: Voice, typed: SheetFacts
) -> dict[str, Any]:  # fmt: skip
    """Gather everything that the page shows."""
    form = load_sheet_template()
    reach = {layer: facts_of.reach_codes(results, layer) for layer in ("buildings", "parcels")}

    def say(message: Message) -> str:
        return voice.catalogue.text(message, voice.language)

    def codes(key: str, feature: str) -> str | None:
        found = reach.get(key, {}).get(feature)
        return None if found is None else found[0]

    return {
        "language": voice.language,
        "title": typed.title or project.title,
        "mark": form.text("mark_public" if typed.public else "mark_review", voice.language),
        "public": typed.public,
        "review_number": typed.review_number,
        "data_until": latest_date(project),
        "frame": {"geographic": frame.geographic, "unit": frame.unit, "base": list(frame.base)},
        "extent": _extent(scene, frame),
        "under": ground_layers(scene, UNDER, frame, say, codes),
        "over": ground_layers(scene, OVER, frame, say, codes),
        "labels": label_rows(scene, ("water", "roads", "compounds", "townships"), frame),
        "steps": [
            {
                "code": facts_of.REACH_CODES.get(style.id, style.id[-1]),
                "title": say(style.title),
                **style_json(style),
            }
            for style in reach_styles(results.rules.limit_m)
            if style.title is not None
        ],
        "limits": list(coverage_steps(results.rules.limit_m)),
        "kinds": facts_of.kind_rows(_icon, voice),
        "elements": facts_of.element_rows(results, voice),
        "statuses": voice.status_words(),
        "styles": facts_of.compound_styles(scene),
        "legend": _legend(scene, say),
        "clusters": facts_of.cluster_rows(project, results, scene, frame, voice),
        "compounds": facts_of.compound_rows(project, results, scene, frame, voice),
        "facilities": facts_of.facility_rows(project, scene, frame),
        "about": facts_of.about_rows(project, results, scenario, voice, public=typed.public),
        "texts": {key: say(Message(f"outputs.html.{key}")) for key in _TEXTS},
    }


def _extent(scene: Scene, frame: MapFrame) -> list[list[int]]:
    """Give two corners of what the page opens on: compounds and clusters, else the town that there is."""
    for keys in (("compounds", "footprints"), ("planning_area",), ("buildings",), ("roads",), scene.keys):
        found = [layer.bounds for key in keys for layer in scene.of_key(key) if len(layer)]
        if found:
            bounds = np.vstack(found)
            west, south = bounds[:, :2].min(axis=0)
            east, north = bounds[:, 2:].max(axis=0)
            return frame.points([(west, south), (east, north)])
    raise AssertionError("a scene without extent is not drawn")


def _legend(scene: Scene, say: Any) -> list[dict[str, Any]]:
    """List the classes that the plan and its ground really show, each title once."""
    found: dict[str, dict[str, Any]] = {}
    for key in ("footprints", "compounds", *reversed(OVER), *reversed(UNDER)):
        for layer in scene.of_key(key):
            for row in sorted(set(layer.style_of.tolist())):
                style = layer.styles[row]
                if style.title is not None:
                    found.setdefault(say(style.title), {"key": key, **style_json(style)})
    return [{"title": title, **body} for title, body in found.items()]


def _icon(kind: str) -> str:
    """Give the pictogram of a kind of facility as a data address."""
    path = resource("icons") / "facilities" / f"{kind}.svg"
    body = (path if path.is_file() else path.with_name("other.svg")).read_bytes()
    return "data:image/svg+xml;base64," + base64.b64encode(body).decode("ascii")


def _read(path: Any) -> str:
    return str(path.read_text(encoding="utf-8"))
