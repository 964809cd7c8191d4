"""The sheet that explains a ledger: where its figures come from and by which rules they were found."""

from __future__ import annotations

from dataclasses import fields

from gis_planner.io.ledger_tables import layer_title
from gis_planner.io.ledger_values import AtLeast, Block, Cell, LedgerAbout, Voice
from gis_planner.io.read_standard import read_profiles
from gis_planner.model.issues import sort_issues
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.rules import Rules, rule_facts, rule_names
from gis_planner.model.standard import Element, Standard


def explain_ledger(project: Project, results: Results, scenario: str, voice: Voice) -> LedgerAbout:
    """Say what a reader of the ledger must know: data and dates, rules with their origin, pack, fingerprint."""
    return LedgerAbout(
        name=voice.say("ledger.about"),
        title=voice.say("about.title"),
        subtitle=project.title,
        blocks=(
            _basics(project, results, scenario, voice),
            _summary(project, results, voice),
            _sources(project, voice),
            _thresholds(results, voice),
            _rules(results.rules, voice),
            _reading(voice),
        ),
    )


def data_until(project: Project) -> str:
    """Give the latest date of all sources, empty when none is dated."""
    return max((source.data_date[:10] for source in project.sources), default="")


def _basics(project: Project, results: Results, scenario: str, voice: Voice) -> Block:
    rules, pack = results.rules, results.standard
    origin = voice.say(f"origin.{rules.origin('limit_m')}")
    rows: list[tuple[Cell, ...]] = [
        (voice.say("about.project"), project.title),
        (voice.say("about.scenario"), scenario),
        (voice.say("about.profile"), _profile(project, voice)),
        (voice.say("about.crs"), project.crs),
        (voice.say("about.data_until"), data_until(project) or voice.say("about.undated")),
        (voice.say("about.limit"), voice.say("about.limit_value", limit=f"{rules.limit_m:g}", origin=origin)),
        (voice.say("about.basis"), voice.say(f"about.basis_{rules.service_basis}")),
        (voice.say("about.pack"), f"{voice.pick(pack.zh, pack.en)} {pack.version}"),
        (voice.say("about.pack_sha256"), pack.sha256),
        *_compound_pack(results.compound_standard, voice),
        (voice.say("about.fingerprint"), results.fingerprint),
        (voice.say("about.mark"), voice.say("internal")),
        *((voice.say("about.attribution"), name) for name in project.attributions),
    ]
    return Block(voice.say("about.basics"), (), tuple(rows))


def _compound_pack(pack: Standard | None, voice: Voice) -> list[tuple[Cell, ...]]:
    if pack is None:
        return []
    return [
        (voice.say("about.compound_pack"), f"{voice.pick(pack.zh, pack.en)} {pack.version}"),
        (voice.say("about.compound_pack_sha256"), pack.sha256),
    ]


def _profile(project: Project, voice: Voice) -> str:
    found = read_profiles().get(project.profile)
    return project.profile if found is None else f"{voice.pick(found.zh, found.en)} ({found.id})"


def _summary(project: Project, results: Results, voice: Voice) -> Block:
    compounds = len(project.table("compounds"))
    grouped = sum(len(cluster.compounds) for cluster in results.clusters)
    households = sum(cluster.households for cluster in results.clusters)
    unknown = sum(cluster.households_unknown for cluster in results.clusters)
    severities = [issue.severity for _, issue in sort_issues(results.issues)]
    count = voice.say(
        "about.issue_counts", n=len(severities), errors=severities.count("error"),
        warnings=severities.count("warning"), notes=severities.count("note"),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = (
        (voice.say("about.clusters"), len(results.clusters)),
        (voice.say("about.compounds"), compounds),
        (voice.say("about.grouped"), grouped),
        (voice.say("about.alone"), compounds - grouped),
        (voice.say("about.households"), AtLeast(households) if unknown else households),
        (voice.say("about.households_unknown"), unknown),
        (voice.say("about.no_access"), _without_access(results)),
        (voice.say("about.issues"), count),
    )
    return Block(voice.say("about.summary"), (), rows)


def _without_access(results: Results) -> int:
    """Count the compounds from which nobody gets onto the network."""
    coverage = results.coverage
    if len(coverage) == 0:
        return 0
    stranded = coverage["unit_id"][coverage["reason"] == "no_access"]
    return len({str(unit) for unit in stranded if str(unit).startswith("compounds/")})


def _sources(project: Project, voice: Voice) -> Block:
    headings = ("layer", "file", "data_date", "rows", "datum", "crs", "licence")
    rows = tuple(
        (
            layer_title(source.layer, voice), source.file, source.data_date[:10] or voice.say("about.undated"),
            source.rows, source.datum, source.crs, source.licence,
        )
        for source in project.sources
    )  # fmt: skip
    return Block(voice.say("about.sources"), tuple(voice.say(f"heading.{key}") for key in headings), rows)


def _thresholds(results: Results, voice: Voice) -> Block:
    headings = (
        "element_name",
        "element",
        "threshold_pass",
        "threshold_partial",
        "origin",
        "clause",
        "indicator",
    )
    second = results.compound_standard
    rows = tuple(
        (
            voice.pick(element.zh, element.en), element.id, f"{passing * 100:g} %", f"{partial * 100:g} %",
            voice.say(f"origin.{origin}"), element.clause, voice.pick(element.indicator_zh, element.indicator_en),
        )
        for element in (*results.standard.elements, *(second.elements if second is not None else ()))
        for passing, partial, origin in (_threshold(element, results.rules),)
    )  # fmt: skip
    return Block(voice.say("about.thresholds"), tuple(voice.say(f"heading.{key}") for key in headings), rows)


def _threshold(element: Element, rules: Rules) -> tuple[float, float, str]:
    own_pass, own_partial = rules.threshold(element.id, "pass"), rules.threshold(element.id, "partial")
    passing = element.threshold_pass if own_pass is None else own_pass
    partial = element.threshold_partial if own_partial is None else own_partial
    own = own_pass is not None or own_partial is not None
    return passing, min(passing, partial), "own" if own else element.origin


def _rules(rules: Rules, voice: Voice) -> Block:
    headings = ("rule_name", "rule_value", "unit", "origin", "source", "key")
    assert {f.name for f in fields(Rules)} == {*rule_names(), "thresholds"}
    rows: list[tuple[Cell, ...]] = []
    for name in rule_names():
        facts = rule_facts(name)
        value = getattr(rules, name)
        if isinstance(value, bool):
            value = voice.say("yes" if value else "no")
        rows.append((
            voice.pick(facts["zh"], facts["en"]), value, facts["unit"],
            voice.say(f"origin.{rules.origin(name)}"), facts["source"], name,
        ))  # fmt: skip
    return Block(
        voice.say("about.rules"), tuple(voice.say(f"heading.{key}") for key in headings), tuple(rows)
    )


def _reading(voice: Voice) -> Block:
    notes = ("null", "at_least", "rounding", "served", "public")
    return Block(voice.say("about.reading"), (), tuple((voice.say(f"about.note_{note}"),) for note in notes))
