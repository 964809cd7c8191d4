"""The pages of the workflow's steps: what each needs, what came of it, and the rules that it follows."""

from __future__ import annotations

from collections import Counter
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QWidget

from gis_planner.analysis.wanted import CODE as NUMBER_NOT_HAD
from gis_planner.app.desk import Desk
from gis_planner.app.icons import action_icon, facility_icon
from gis_planner.app.marks import MarkLabel, NumberLabel
from gis_planner.app.pack_fields import pack_fields
from gis_planner.app.page_parts import MOST_ROWS, Page, aligned, figures, more_in_tab, page_head, stale_note
from gis_planner.app.parts import ClickRow, Elided, button, column, facts, group, label, line, row
from gis_planner.app.rows import order_elements
from gis_planner.app.rule_fields import rule_fields
from gis_planner.app.standing_of_now import standing_of_now
from gis_planner.app.theme import SPACE
from gis_planner.app.verbs import Verbs
from gis_planner.app.why_alone import lone_sets
from gis_planner.cartography.classes import cluster_outlines, colour_clusters
from gis_planner.io.read_standard import read_profiles
from gis_planner.model.clusters import Cluster
from gis_planner.model.layers import LAYER_NAMES
from gis_planner.model.project import Project
from gis_planner.model.results import ClusterFigures, Results
from gis_planner.model.standard import STATUSES, Status

_GROUPING_RULES = (
    "households_min",
    "households_max",
    "members_min",
    "members_max",
    "walk_diameter_max_m",
    "max_gap_m",
    "min_frontage_m",
    "same_township",
    "river_divides",
    "railway_divides",
    "trunk_road_divides",
    "expressway_divides",
    "crossings_open",
    "clusters_wanted",
    "programme",
    "usual_members",
)
_WEIGHT_RULES = (
    "weight_compactness",
    "weight_frontage_cut",
    "weight_roads_crossed",
    "weight_community",
    "weight_size",
    "weight_balance",
    "weight_years",
    "weight_build",
    "cost_secondary",
    "cost_branch",
    "cost_wall",
    "cost_opened",
)
_COVERAGE_RULES = (
    "limit_m",
    "search_max_m",
    "snap_max_m",
    "walker",
    "walk_speed_m_s",
    "elderly_speed_m_s",
    "stairs_penalty",
    "signal_penalty_m",
    "slope_weight",
    "capacity_near_m",
    "capacity_middle_m",
    "capacity_middle_weight",
    "capacity_far_weight",
)
_STANDARD_RULES = ("service_basis", "null_share_max", "layer_cover_min", "pci_min")
_RESULTS = ("eligible", "eligible_via_cluster", "pending", "reserve", "excluded")


def build_data_page(desk: Desk, verbs: Verbs) -> QWidget:
    """Build the page of the data: layers with their counts, declarations, sources."""
    texts, project = desk.texts, desk.document.project
    assert project is not None
    take = button(texts("app.action.import"), desk.window.import_files, role="primary")
    take.setEnabled(desk.document.can_edit)
    page = Page().add(
        page_head(desk, texts("app.page.data"), texts("app.page.data_what"), back=False), row(take, None)
    )
    page.add(group(texts("app.data.layers"), _layers(desk, verbs, project), note=texts("app.data.complete")))
    if project.sources:
        page.add(line(), group(texts("app.data.sources"), _sources(desk, project)))
    return page.end()


def _layers(desk: Desk, verbs: Verbs, project: Project) -> QWidget:
    texts = desk.texts
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(0, 1)
    for at, name in enumerate(LAYER_NAMES):
        loaded, n = name in project.loaded, len(project.table(name))
        title = label(texts.layer(name))
        title.setEnabled(loaded or n > 0)
        grid.addWidget(title, at, 0)
        grid.addWidget(aligned(texts.number(n) if loaded or n else texts("app.data.absent"), 80), at, 1)
        tick = QCheckBox()
        tick.setObjectName(f"complete_{name}")
        tick.setToolTip(texts("app.data.complete_tip", layer=texts.layer(name)))
        tick.setAccessibleName(f"{texts('app.data.complete')} {texts.layer(name)}")
        tick.setChecked(name in project.complete)
        tick.setEnabled(desk.document.can_edit)
        tick.clicked.connect(lambda checked, chosen=name: verbs.declare_complete(chosen, bool(checked)))
        grid.addWidget(tick, at, 2, Qt.AlignmentFlag.AlignRight)
    return made


def _sources(desk: Desk, project: Project) -> QWidget:
    """List every file once, with the layers that came from it."""
    texts = desk.texts
    by_file: dict[tuple[str, str], list[str]] = {}
    for source in project.sources:
        said = f"{texts.layer(source.layer)} {texts.number(source.rows)}"
        by_file.setdefault((source.file, source.crs), []).append(said)
    parts: list[QWidget] = []
    for (file, crs), layers in by_file.items():
        said = " · ".join([*layers, crs] if crs and len(crs) < 20 else layers)
        parts.append(column(label(file, selectable=True), label(said, "second", wrap=True), spacing=1))
    return column(*parts)


def build_eligibility_page(desk: Desk, verbs: Verbs) -> QWidget:
    """Build the page of eligibility: the city's profile and how many compounds came out how."""
    texts, project, results = desk.texts, desk.document.project, desk.document.results
    assert project is not None
    page = Page().add(
        page_head(desk, texts("app.page.eligibility"), texts("app.page.eligibility_what"), back=False)
    )
    _add_stale(desk, page)
    profiles = read_profiles()
    box = QComboBox()
    box.setObjectName("profile")
    for profile in profiles.values():
        box.addItem(profile.zh if texts.language == "zh" else profile.en, profile.id)
    box.setCurrentIndex(max(box.findData(project.profile), 0))
    box.setEnabled(desk.document.can_edit)
    box.activated.connect(lambda: verbs.set_profile(str(box.currentData())))
    chosen = profiles.get(project.profile)
    told = []
    if chosen is not None:
        told = [
            (texts("app.profile.source"), chosen.source),
            (texts("app.profile.cutoff"), str(chosen.cutoff_year)),
            (
                texts("app.profile.extension", first=chosen.extension_from, last=chosen.extension_to),
                texts(f"app.profile.extension_{chosen.extension_mode}"),
            ),
            (
                texts("app.profile.consent"),
                texts(
                    f"app.profile.consent_{chosen.consent_mode}",
                    share=f"{chosen.consent_num}/{chosen.consent_den}",
                ),
            ),
        ]
    page.add(group(texts("app.new.profile"), box, facts(told)), line())
    if results is None:
        return page.add(_not_studied(desk)).end()
    counts = Counter(str(e.result) for e in results.eligibility)
    rows: list[QWidget] = []
    for result in _RESULTS:
        made = ClickRow(
            label(texts(f"app.eligibility.{result}")), None, aligned(str(counts.get(result, 0)), 60, "")
        )
        made.clicked.connect(
            partial(desk.selection.tab_wanted.emit, "compounds", texts(f"app.eligibility.{result}"))
        )
        rows.append(made)
    return page.add(
        group(texts("app.column.eligibility"), *rows, note=texts("app.compounds", n=len(results.eligibility)))
    ).end()


def build_clusters_page(desk: Desk, verbs: Verbs) -> QWidget:
    """Build the page of the grouping: its bounds, its clusters, and forming them anew."""
    texts, project, results = desk.texts, desk.document.project, desk.document.results
    assert project is not None
    page = Page().add(
        page_head(desk, texts("app.page.clusters"), texts("app.page.clusters_what"), back=False)
    )
    _add_stale(desk, page)
    clusters = project.grouping.clusters
    action = "recluster" if clusters else "study"
    make = button(
        texts("app.clusters.anew" if clusters else "app.clusters.form"),
        desk.actions[action].trigger,
        role="" if clusters else "primary",
    )
    make.setObjectName("form_clusters")
    make.setEnabled(desk.document.can_edit)
    if clusters:
        members = sum(len(c.members) for c in clusters)
        alone = len(project.table("compounds")) - members
        page.add(
            figures(
                [
                    (str(len(clusters)), texts("app.figure.clusters")),
                    (str(members), texts("app.figure.compounds")),
                    (str(alone), texts("app.figure.alone")),
                ]
            )
        )
        missed = (
            [issue for issue in results.issues if issue.code == NUMBER_NOT_HAD] if results is not None else []
        )
        for issue in missed:
            said = label(texts.say(issue.message), "warn", wrap=True, selectable=True)
            said.setObjectName("wanted_not_had")
            page.add(said)
        colours = colour_clusters(project, cluster_outlines(project, results))
        found = {c.id: c for c in results.clusters} if results is not None else {}
        rows: list[QWidget] = [
            _cluster_row(desk, c, colours[c.id], found.get(c.id)) for c in clusters[:MOST_ROWS]
        ]
        if len(clusters) > MOST_ROWS:
            rows.append(more_in_tab(desk, len(clusters) - MOST_ROWS, "matrix"))
        page.add(group(texts("app.page.clusters"), *rows))
        alone_sets = lone_sets(desk) if alone else None
        if alone_sets is not None:
            page.add(alone_sets)
    page.add(
        row(make, None),
        line(),
        group(texts("app.clusters.rules"), rule_fields(desk, verbs, _GROUPING_RULES)),
        group(texts("app.clusters.weights"), rule_fields(desk, verbs, _WEIGHT_RULES)),
    )
    return page.end()


def _cluster_row(desk: Desk, cluster: Cluster, colour: str, found: ClusterFigures | None) -> QWidget:
    texts = desk.texts
    state: Status = "not_assessed"
    now = standing_of_now(desk, cluster, found)
    if now is not None:
        states = {bound.state for bound in now.bounds}
        state = (
            "fail"
            if "broken" in states or not now.contiguous
            else "not_assessed"
            if "unchecked" in states
            else "pass"
        )
    households = "" if now is None else texts("app.households", n=texts.number(now.households))
    if now is not None and now.households_unknown:
        households = f"≥ {households}"
    lock = label("")
    if cluster.locked:
        lock.setPixmap(action_icon("lock", desk.theme, token="second").pixmap(14, 14))
        lock.setObjectName("locked")
    made = ClickRow(
        NumberLabel(cluster.number, colour, 22),
        Elided(cluster.name or texts("app.cluster_unnamed", number=f"{cluster.number:02d}")),
        lock,
        None,
        aligned(households, 80),
        MarkLabel(state, desk.theme, 13),
        tip=texts(f"app.bounds.{state}"),
    )
    made.setObjectName(f"cluster_{cluster.id}")
    made.clicked.connect(lambda: desk.selection.choose_cluster(cluster.id))
    return made


def build_coverage_page(desk: Desk, verbs: Verbs) -> QWidget:
    """Build the page of coverage: each kind's share of households, to be shaded on the map, and the limits."""
    texts, results = desk.texts, desk.document.results
    page = Page().add(
        page_head(desk, texts("app.page.coverage"), texts("app.page.coverage_what"), back=False)
    )
    _add_stale(desk, page)
    if results is None or not results.clusters:
        page.add(_not_studied(desk))
    else:
        asked = [e.facility for e in order_elements(results.standard.elements) if e.facility is not None]
        kinds = list(dict.fromkeys(asked))
        rows = [_kind_row(desk, results, kind) for kind in kinds]
        page.add(group(texts("app.coverage.kinds"), *rows, note=texts("app.coverage.kinds_note")))
    page.add(line(), group(texts("app.coverage.rules"), rule_fields(desk, verbs, _COVERAGE_RULES)))
    return page.end()


def _kind_row(desk: Desk, results: Results, kind: str) -> QWidget:
    texts, table = desk.texts, results.cluster_coverage
    rows = table[(table["kind"] == kind) & table["share"].notna()]
    households, reached = float(rows["households"].sum()), float(rows["reached_households"].sum())
    share = reached / households if households > 0 else None
    picture = label("")
    picture.setPixmap(facility_icon(kind, 18).pixmap(18, 18))
    n = int(((results.facilities["kind"] == kind) & (results.facilities["status"] != "closed")).sum())
    made = ClickRow(
        picture,
        Elided(texts.kind(kind)),
        None,
        aligned(texts("app.coverage.places", n=n), 60),
        aligned(texts.share(share) if share is not None else texts("app.status_word.not_assessed"), 60, ""),
    )
    made.setObjectName(f"kind_{kind}")
    chosen = desk.selection.value.kind == kind
    made.mark(chosen)
    made.clicked.connect(lambda: desk.selection.set(kind=None if chosen else kind))
    return made


def build_standard_page(desk: Desk, verbs: Verbs) -> QWidget:
    """Build the page of the standard: how each element came out over all clusters, and the rules of scoring."""
    texts, results = desk.texts, desk.document.results
    page = Page().add(
        page_head(desk, texts("app.page.standard"), texts("app.page.standard_what"), back=False)
    )
    _add_stale(desk, page)
    if results is None or not results.clusters:
        page.add(_not_studied(desk))
    else:
        page.add(_element_table(desk, results))
    page.add(
        line(),
        group(texts("app.standard.pack"), pack_fields(desk, verbs)),
        group(texts("app.standard.rules"), rule_fields(desk, verbs, _STANDARD_RULES)),
    )
    return page.end()


def _element_table(desk: Desk, results: Results) -> QWidget:
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE[1])
    grid.setVerticalSpacing(SPACE[0])
    grid.setColumnStretch(0, 1)
    for at, status in enumerate(STATUSES, 1):
        mark = MarkLabel(status, desk.theme, 14)
        mark.setToolTip(desk.texts(f"app.status_word.{status}"))
        grid.addWidget(mark, 0, at, Qt.AlignmentFlag.AlignRight)
    counts = Counter((v.element, v.status) for v in results.verdicts)
    for down, element in enumerate(order_elements(results.standard.elements), 1):
        grid.addWidget(label(desk.texts.title(element)), down, 0)
        for at, status in enumerate(STATUSES, 1):
            n = counts[(element.id, status)]
            grid.addWidget(aligned(str(n) if n else "·", 26, "" if n else "second"), down, at)
    return made


def _add_stale(desk: Desk, page: Page) -> None:
    note = stale_note(desk)
    if note is not None:
        page.add(note)


def _not_studied(desk: Desk) -> QWidget:
    run = button(desk.texts("app.action.study"), desk.actions["study"].trigger, role="primary")
    return group(
        desk.texts("app.page.not_studied"),
        label(desk.texts("app.page.not_studied_what"), "second", wrap=True),
        row(run, None),
    )
