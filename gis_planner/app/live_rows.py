"""The matrix of the project as it stands: rows of the last study, with the cells that are followed since."""

from __future__ import annotations

from dataclasses import replace

from gis_planner.app.document import Document
from gis_planner.app.matrix_panel import MatrixCell, MatrixRow
from gis_planner.app.rows import order_elements
from gis_planner.app.said import cluster_title
from gis_planner.app.texts import Texts
from gis_planner.cartography.classes import cluster_outlines, colour_clusters
from gis_planner.model.standard import Element, Status

_MOST_SAID = 2


def live_rows(
    document: Document, found: list[MatrixRow], texts: Texts
) -> tuple[tuple[Element, ...], list[MatrixRow]]:
    """Give elements and rows by the cells that are followed; `found` are the rows of the last study.

    A cell that is as the study found it keeps its sentence; another one says what it was and what it is.
    """
    study, project, studied = document.live.study, document.project, document.studied
    assert study is not None
    assert project is not None
    elements = order_elements(study.standard.elements)
    before = {row.cluster: row for row in found}
    tried = {(change.cluster_id, change.element) for change in document.live.tried_cells}
    regrouped = studied is None or studied.grouping is not project.grouping
    colours = colour_clusters(project, cluster_outlines(project, document.results)) if regrouped else {}
    rows = []
    for cluster in sorted(project.grouping.clusters, key=lambda c: (c.number, c.id)):
        old = before.get(cluster.id)
        cells = []
        for at, element in enumerate(elements):
            now = study.cells[cluster.id, element.id]
            was = old.cells[at] if old is not None else None
            mark = (cluster.id, element.id) in tried
            if was is not None and (was.status, was.share) == (now.status, now.value):
                cells.append(replace(was, flipped=False, tried=mark))
                continue
            said = texts(
                "app.live.cell",
                element=texts.title(element),
                before=say_cell(texts, was.status, was.share) if was is not None else "—",
                after=say_cell(texts, now.status, now.value),
            )
            flipped = was is not None and was.status != now.status
            cells.append(MatrixCell(now.status, now.value, said, flipped, mark))
        score = study.score(cluster.id)
        total = sum(cell.status != "not_applicable" for cell in cells)
        short = texts(
            "app.matrix.score_short",
            assessed=score.assessed,
            n=total,
            score="—" if score.score is None else f"{score.score:.2f}",
        )
        name = cluster.name or texts("app.cluster_unnamed", number=f"{cluster.number:02d}")
        colour = colours.get(cluster.id) or (old.colour if old is not None else "#7B8794")
        same = old is not None and old.score == short
        rows.append(
            MatrixRow(
                cluster.id,
                cluster.number,
                name,
                colour,
                short,
                old.score_tip if old is not None and same else short,
                tuple(cells),
            )
        )
    return elements, rows


def say_cell(texts: Texts, status: Status, value: float | None) -> str:
    """Say a cell in a few words: its status, and its share where it has one."""
    word = texts(f"app.status_word.{status}")
    return word if value is None else f"{word} {texts.share(value)}"


def say_flips(document: Document, texts: Texts) -> str:
    """Name the cells whose status what is tried would change, the first of them in words; "" where there is none."""
    project, study = document.project, document.live.study
    if project is None or study is None:
        return ""
    flips = [c for c in document.live.tried_cells if c.before.status != c.after.status]
    said = [
        texts(
            "app.live.flip",
            element=texts.title(study.standard.element(flip.element)),
            cluster=cluster_title(texts, project.grouping.cluster(flip.cluster_id)),
            before=texts(f"app.status_word.{flip.before.status}"),
            after=texts(f"app.status_word.{flip.after.status}"),
        )
        for flip in flips[:_MOST_SAID]
    ]
    if len(flips) > _MOST_SAID:
        said.append(texts("app.live.more", n=len(flips) - _MOST_SAID))
    return "  ·  ".join(said)
