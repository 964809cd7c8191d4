"""Write what leaves the program: sheets, the HTML map, the ledger, the results GeoPackage.

Every sheet is composed and every character looked for in the font before the first file is written, so that an export
fails early or not at all. Each file appears whole or stays as it was.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gis_planner.analysis.study import table_hashes
from gis_planner.cartography.export_html import render_map
from gis_planner.cartography.export_pdf import check_characters, export_sheets_pdf
from gis_planner.cartography.qt_setup import ensure_qt
from gis_planner.cartography.sheet import (
    Sheet,
    SheetFacts,
    compose_cluster_sheet,
    compose_overview_sheet,
    compose_review_sheet,
)
from gis_planner.cartography.sheet_template import load_sheet_template
from gis_planner.errors import ExportError
from gis_planner.io.atomic import incomplete, make_folder, write_text_whole, write_whole
from gis_planner.io.write_data import write_data
from gis_planner.io.write_xlsx import write_xlsx
from gis_planner.messages import Catalogue, Language, Message, load_catalogue
from gis_planner.model.project import Project
from gis_planner.model.results import ClusterFigures, Results
from gis_planner.progress import SILENT, Part, Progress
from gis_planner.workflow.open_project import OpenProject

OUTPUTS = ("sheets", "html", "xlsx", "data")

# Sheets take the longest; the shares are what the sample took.
_WEIGHTS: Mapping[str, float] = {"sheets": 6.0, "html": 1.0, "xlsx": 2.0, "data": 2.0}
_ROOM_BYTES = 20_000_000
_NAME_MAX = 60
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]+')
_PDF_PAGE = re.compile(rb"/Type\s*/Page\b")


def export(
    opened: OpenProject,
    results: Results,
    out_dir: Path,
    *,
    what: Sequence[str] = OUTPUTS,
    clusters: Sequence[str] | None = None,
    language: Language = "zh",
    facts: SheetFacts | None = None,
    progress: Progress = SILENT,
) -> list[Path]:
    """Write the outputs of a study into a folder, and give the files in order.

    `what` names some of `OUTPUTS`. `clusters` (ids) limits the sheets to these, without the overview; the other outputs
    are of the whole project. `facts` are what a person types for the title block. Raises ExportError when the results
    are not those of the project as it stands, when a cluster is unknown, or when something cannot be written.
    """
    project = opened.project
    _check_asked(project, results, what, clusters)
    catalogue = load_catalogue()
    typed = facts or SheetFacts()
    make_folder(out_dir)
    _check_room(out_dir)
    parts = _parts(what, progress)

    sheets: list[tuple[Path, tuple[Sheet, ...]]] = []
    if "sheets" in what:
        ensure_qt()
        sheets = _compose(
            project, results, out_dir / "sheets", clusters, typed, catalogue, language, parts["sheets"]
        )
        check_characters([sheet for _, pages in sheets for sheet in pages])
    written: list[Path] = []
    for name in OUTPUTS:
        if name not in what:
            continue
        if name == "sheets":
            written += _write_sheets(sheets, Part(parts["sheets"], 0.2, 1.0))
        else:
            path = out_dir / _FILES[name]
            _WRITERS[name](project, results, path, opened.scenario, typed, catalogue, language, parts[name])
            written.append(path)
    progress.report(1.0, Message("outputs.exported", n=len(written)))
    return written


def file_name(text: str) -> str:
    """Make a text fit to be part of a file's name on every system, Windows too."""
    clean = _FORBIDDEN.sub("_", text).strip()[:_NAME_MAX].rstrip(" .")
    return clean or "_"


def _check_asked(
    project: Project, results: Results, what: Sequence[str], clusters: Sequence[str] | None
) -> None:
    unknown = [name for name in what if name not in OUTPUTS]
    if unknown or not what:
        raise ExportError(
            Message("outputs.unknown_output", what=unknown),
            Message("outputs.unknown_output_remedy", known=OUTPUTS),
        )
    known = {cluster.id for cluster in results.clusters}
    for cluster in clusters or ():
        if cluster not in known:
            raise ExportError(Message("maps.no_cluster", cluster=cluster), Message("maps.no_cluster_remedy"))
    # Figures of an earlier state under today's date would look right and be wrong.
    if dict(results.inputs) != {"tables": table_hashes(project), **project.inputs_json()}:
        raise ExportError(Message("outputs.out_of_date"), Message("outputs.out_of_date_remedy"))


def _check_room(folder: Path) -> None:
    """Make sure that there is room for the outputs at all; a disk that fills up meanwhile is told by the writers."""
    if shutil.disk_usage(folder).free < _ROOM_BYTES:
        raise ExportError(
            Message("outputs.disk_full", file=folder.name, folder=str(folder)),
            Message("outputs.disk_full_remedy", folder=str(folder)),
        )


def _parts(what: Sequence[str], progress: Progress) -> dict[str, Part]:
    names = [name for name in OUTPUTS if name in what]
    whole, start = sum(_WEIGHTS[name] for name in names), 0.0
    parts: dict[str, Part] = {}
    for name in names:
        parts[name] = Part(progress, start, start + _WEIGHTS[name] / whole)
        start += _WEIGHTS[name] / whole
    return parts


def _compose(
    project: Project, results: Results, folder: Path, clusters: Sequence[str] | None, facts: SheetFacts,
    catalogue: Catalogue, language: Language, progress: Progress,
) -> list[tuple[Path, tuple[Sheet, ...]]]:  # fmt: skip
    """Compose the overview and, for every cluster, its sheet and the sheet of its grounds: a file each."""
    form = load_sheet_template()
    wanted = [c for c in _by_number(results) if clusters is None or c.id in clusters]
    files: list[tuple[Path, tuple[Sheet, ...]]] = []
    scene = None
    if clusters is None:
        sheet = compose_overview_sheet(project, results, facts=facts, catalogue=catalogue, language=language)
        scene = sheet.scene
        name = catalogue.text(Message("outputs.overview_file"), language)
        files.append((folder / f"{form.number(0, 1)}_{file_name(name)}.pdf", (sheet,)))
    for done, cluster in enumerate(wanted):
        progress.report(0.2 * done / len(wanted), Message("outputs.composing", n=done + 1, of=len(wanted)))
        plan = compose_cluster_sheet(
            project, results, cluster.id, facts=facts, catalogue=catalogue, language=language, previous=scene
        )
        grounds = compose_review_sheet(
            project, results, cluster.id, facts=facts, catalogue=catalogue, language=language
        )
        scene = plan.scene
        name = f"{form.number(cluster.number, 1)}_{file_name(plan.title)}.pdf"
        files.append((folder / name, (plan, grounds)))
    return files


def _write_sheets(files: Sequence[tuple[Path, tuple[Sheet, ...]]], progress: Progress) -> list[Path]:
    if files:
        make_folder(files[0][0].parent)
    for done, (path, pages) in enumerate(files):
        part = Part(progress, done / len(files), (done + 1) / len(files))
        _write_pdf(path, pages, part)
    return [path for path, _ in files]


def _write_pdf(path: Path, pages: Sequence[Sheet], progress: Progress) -> None:
    def check(beside: Path) -> None:
        body = beside.read_bytes()
        whole = body.startswith(b"%PDF-") and body.rstrip().endswith(b"%%EOF")
        if not whole or len(_PDF_PAGE.findall(body)) != len(pages):
            raise incomplete(path)

    def write(beside: Path) -> None:
        try:
            export_sheets_pdf(pages, beside, progress=progress)
        except ExportError as fault:
            if fault.problem.values.get("file") != beside.name:
                raise
            # The painter knows the file by the name that it has until it is whole.
            raise ExportError(Message(fault.problem.key, file=path.name), fault.remedy) from fault

    write_whole(path, write, check)


def _by_number(results: Results) -> list[ClusterFigures]:
    return sorted(results.clusters, key=lambda cluster: (cluster.number, cluster.id))


_Writer = Callable[[Project, Results, Path, str, SheetFacts, Catalogue, Language, Progress], None]


def _write_html(
    project: Project, results: Results, path: Path, scenario: str, facts: SheetFacts, catalogue: Catalogue,
    language: Language, progress: Progress,
) -> None:  # fmt: skip
    page = render_map(
        project,
        results,
        scenario=scenario,
        catalogue=catalogue,
        facts=facts,
        language=language,
        progress=progress,
    )
    write_text_whole(path, page)


def _write_xlsx(
    project: Project, results: Results, path: Path, scenario: str, facts: SheetFacts, catalogue: Catalogue,
    language: Language, progress: Progress,
) -> None:  # fmt: skip
    write_xlsx(
        project, results, path, scenario=scenario, catalogue=catalogue, language=language, progress=progress
    )


def _write_data(
    project: Project, results: Results, path: Path, scenario: str, facts: SheetFacts, catalogue: Catalogue,
    language: Language, progress: Progress,
) -> None:  # fmt: skip
    write_data(project, results, path, scenario=scenario, catalogue=catalogue, progress=progress)


_FILES: Mapping[str, str] = {"html": "map.html", "xlsx": "ledger.xlsx", "data": "results.gpkg"}
_WRITERS: Mapping[str, _Writer] = {"html": _write_html, "xlsx": _write_xlsx, "data": _write_data}
