from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from conftest import Said

Cli = Callable[..., Said]


def test_every_answer_in_json_is_wrapped_alike(cli: Cli, sample: Path) -> None:
    prints = set()
    for what in ("clusters", "compounds", "coverage", "verdicts", "eligibility", "issues", "neighbours"):
        said = cli("show", sample, what, "--json")
        assert said.code == 0, said.err
        assert set(said.json) == {"schema", "project", "scenario", "fingerprint", "rows"}
        assert said.json["rows"], what
        prints.add(said.json["fingerprint"])
    assert len(prints) == 1
    assert cli("show", sample, "log", "--json").json["rows"][0]["kind"] in ("SetProfile", "ImportLayer")
    wrapped = cli("show", sample, "results", "--json").json
    assert wrapped["rows"]["inputs"]["profile"] == "LN"
    raw = cli("show", sample, "results").out.rstrip("\n")
    assert {hashlib.sha256(raw.encode()).hexdigest(), wrapped["fingerprint"]} == prints
    assert json.loads(raw) == wrapped["rows"]


def test_setting_a_rule_lists_the_cells_that_flip_and_what_if_writes_nothing(cli: Cli, sample: Path) -> None:
    before = cli("study", sample, "--json").json
    tried = cli("study", sample, "--set", "limit_m=300", "--what-if", "--json").json
    assert tried["flips"]
    assert tried["fingerprint"] != before["fingerprint"]
    assert cli("study", sample, "--json").json["fingerprint"] == before["fingerprint"]
    done = cli("study", sample, "--set", "limit_m=300", "--json").json
    assert done["flips"] == tried["flips"]
    assert done["fingerprint"] == tried["fingerprint"]
    assert cli("undo", sample).code == 0
    assert cli("study", sample, "--json").json["fingerprint"] == before["fingerprint"]


@pytest.mark.parametrize("setting", ["limit_m=800", "KH3.threshold_partial=0.8", "KY5.threshold_pass=0.5"])
def test_the_flips_are_the_cells_whose_status_differs_and_no_others(
    cli: Cli, sample: Path, setting: str
) -> None:
    def verdicts() -> dict[tuple[str, str], dict[str, object]]:
        rows = cli("show", sample, "verdicts", "--json").json["rows"]
        return {(row["cluster"], row["element"]): row for row in rows}

    before = verdicts()
    tried = cli("study", sample, "--set", setting, "--what-if", "--json").json
    assert verdicts() == before, "nothing was written"
    assert cli("study", sample, "--set", setting, "--json").json["flips"] == tried["flips"]
    after = verdicts()
    expected = [
        (cell[0], cell[1], before[cell]["status"], row["status"], before[cell]["value"], row["value"])
        for cell, row in after.items()
        if row["status"] != before[cell]["status"]
    ]
    keys = ("cluster", "element", "before", "after", "value_before", "value_after")
    flips = [tuple(flip[key] for key in keys) for flip in tried["flips"]]
    assert sorted(flips, key=repr) == sorted(expected, key=repr)
    assert all(flip["zh"] and flip["en"] for flip in tried["flips"])
    if "threshold" in setting:
        assert {flip["element"] for flip in tried["flips"]} <= {setting.partition(".")[0]}
    else:
        assert {flip["element"][:2] for flip in tried["flips"]} == {"KY"}


def test_every_cell_of_the_sample_has_evidence_and_leads_to_a_file(cli: Cli, sample: Path) -> None:
    rows = cli("show", sample, "verdicts", "--json").json["rows"]
    assert len(rows) == 15 * len({row["cluster"] for row in rows})
    for row in rows:
        evidence = row["evidence"]
        assert evidence["sources"], row["element"]
        assert all(evidence["confidence"][language].strip() for language in ("zh", "en"))
        assert row["zh"].endswith("。")
        assert row["en"].endswith(".")
        if row["status"] == "not_assessed":
            assert all(evidence[key][language] for key in ("doubt", "remedy") for language in ("zh", "en"))
        elif row["element"].startswith("KY"):
            for which in ("nearest", "farthest"):
                walk = evidence[which]
                assert walk["source"]["file"] == "facilities_gcj02.csv"
                assert walk["source"]["row"] > 1
                assert walk["roads"] or walk["inside_compound"]
                assert abs(walk["route_m"] - walk["distance_m"]) < 1e-6
            assert evidence["confidence"]["level"] == "low", "its facilities were shifted back from GCJ-02"
        else:
            assert all(one["file"] and one["row"] for one in evidence["failing"])


def test_edits_from_a_file_branch_undo_redo_and_replay(cli: Cli, sample: Path, tmp_path: Path) -> None:
    first = cli("study", sample, "--json").json
    cluster = first["rows"][0]
    edits = [
        {"kind": "MoveCompounds", "compounds": [cluster["compounds"][0]], "to": None},
        {"kind": "SetNotApplicable", "cluster": cluster["id"], "element": "KH1", "reason": "片区内没有杆"},
    ]
    path = tmp_path / "edits.jsonl"
    path.write_text("\n".join(json.dumps(e, ensure_ascii=False) for e in edits), "utf-8")
    assert cli("branch", sample, "方案乙").code == 0
    assert cli("edit", sample, path, "--scenario", "方案乙").code == 0
    changed = cli("study", sample, "--scenario", "方案乙", "--json").json
    assert changed["scenario"] == "方案乙"
    assert changed["fingerprint"] != first["fingerprint"]
    assert cli("study", sample, "--json").json["fingerprint"] == first["fingerprint"]
    assert cli("undo", sample, "2", "--scenario", "方案乙").code == 0
    assert cli("study", sample, "--scenario", "方案乙", "--json").json["fingerprint"] == first["fingerprint"]
    assert cli("redo", sample, "2", "--scenario", "方案乙").code == 0
    assert cli("replay", sample, tmp_path / "again.gpkg").code == 0
    again = cli("study", tmp_path / "again.gpkg", "--scenario", "方案乙", "--json").json
    assert again["fingerprint"] == changed["fingerprint"]


def test_a_list_with_one_impossible_edit_changes_nothing(cli: Cli, sample: Path, tmp_path: Path) -> None:
    log = len(cli("show", sample, "log", "--json").json["rows"])
    path = tmp_path / "edits.jsonl"
    path.write_text(
        '{"kind": "SetRule", "name": "limit_m", "value": 700}\n{"kind": "CloseFacility", "id": "none"}',
        "utf-8",
    )
    said = cli("edit", sample, path)
    assert said.code == 1
    assert "问题" in said.err
    assert "Remedy" in said.err
    assert len(cli("show", sample, "log", "--json").json["rows"]) == log


def test_what_is_missing_or_wrong_says_so_with_its_exit_code(cli: Cli, sample: Path, tmp_path: Path) -> None:
    assert cli("show", tmp_path / "none.gpkg", "clusters").code == 1
    assert cli("show", sample, "clouds").code == 2
    assert cli("show", sample, "clusters", "--scenario", "none").code == 1
    assert cli("study", sample, "--set", "limit_m").code == 2
    assert cli("study", sample, "--set", "limit_m=abc").code == 1
    assert cli("export", sample, "--out", tmp_path / "o", "--what", "poem").code == 2
    assert cli("export", sample, "--out", tmp_path / "o", "--clusters", "Z99").code == 1
    assert cli("new", tmp_path / "p.gpkg", "--profile", "XX").code == 1
    assert cli("new", tmp_path / "p.gpkg", "--crs", "EPSG:4326").code == 1
    assert cli("new", sample).code == 1
    assert cli("nonsense").code == 2
    assert cli("redo", sample).code == 1
    for said in (cli("undo", sample, "9999"), cli("import", sample, tmp_path / "none.shp")):
        assert said.code == 1
        assert "Traceback" not in said.err


def test_a_command_that_is_written_wrong_is_told_as_problem_and_remedy(
    cli: Cli, sample: Path, tmp_path: Path
) -> None:
    for words in (
        ("nonsense",),
        ("show", sample),
        ("study", sample, "--frob"),
        ("undo", sample, "zero"),
        ("undo", sample, "0"),
        ("export", sample),
        ("--language", "fr", "show", sample, "log"),
    ):
        said = cli(*words)
        assert said.code == 2, words
        assert [line.split(":")[0] for line in said.err.splitlines()] == ["问题", "办法", "Problem", "Remedy"]
    assert cli("--help").code == 0
    assert cli("study", "--help").code == 0


def test_an_interrupted_command_says_so(cli: Cli, sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gis_planner.workflow.studying.study", interrupt)
    said = cli("study", sample)
    assert (said.code, said.err.strip()) == (1, "已停止")


def test_a_file_where_a_folder_is_wanted_is_told(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    said = cli("demo", "--out", tmp_path / "out")
    assert said.code == 1
    assert "Remedy" in said.err


def test_the_remedy_of_a_rule_names_what_it_can_be(cli: Cli, sample: Path) -> None:
    assert "50 至 5000" in cli("study", sample, "--set", "limit_m=abc").err
    assert "coverage、existence" in cli("study", sample, "--set", "service_basis=abc").err
    assert "true 或 false" in cli("study", sample, "--set", "same_township=abc").err
    assert cli("study", sample, "--set", "same_township=0", "--what-if").code == 0


def test_english_is_complete(cli: Cli, sample: Path) -> None:
    said = cli("--language", "en", "study", sample)
    assert said.code == 0
    assert "clusters" in said.out


def test_isochrones_are_shown_by_minutes_or_by_metres(cli: Cli, sample: Path) -> None:
    cluster = cli("show", sample, "clusters", "--json").json["rows"][0]
    of = f"clusters/{cluster['id']}"
    said = cli("show", sample, "isochrones", "--of", of, "--json")
    assert said.code == 0, said.err
    rows = said.json["rows"]
    assert [row["minutes"] for row in rows] == pytest.approx([5.0, 10.0, 15.0])
    assert [row["limit_m"] for row in rows] == pytest.approx([360.0, 720.0, 1080.0])
    shapes = [shapely.from_wkt(row["outline"]) for row in rows]
    assert shapes[0].area == pytest.approx(rows[0]["area_m2"], rel=1e-9)
    assert shapes[0].area < shapes[1].area < shapes[2].area
    assert all(shape.is_valid for shape in shapes)
    assert shapely.from_wkt(rows[1]["streets"]).length == pytest.approx(rows[1]["streets_m"], rel=1e-9)
    member = f"compounds/{cluster['compounds'][0]}"
    alone = cli("show", sample, "isochrones", "--of", member, "--metres", "720", "--json").json["rows"]
    assert len(alone) == 1
    assert alone[0]["streets_m"] <= rows[1]["streets_m"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 2),
        (("--of", "compounds/nobody"), 1),
        (("--of", "clusters/nobody"), 1),
        (("--of", "compounds/C001", "--minutes", "soon"), 2),
        (("--of", "compounds/C001", "--metres", "-5"), 2),
    ],
)
def test_an_isochrone_that_cannot_be_drawn_is_refused_in_words(
    cli: Cli, sample: Path, options: tuple[str, ...], code: int
) -> None:
    said = cli("show", sample, "isochrones", *options)
    assert said.code == code
    assert "Traceback" not in said.err
    assert said.err


def test_the_two_reports_are_ranked_and_a_fix_can_be_put_into_a_list_of_edits(
    cli: Cli, sample: Path, tmp_path: Path
) -> None:
    street = {"kind": "DrawStreet", "id": "N1", "coords": [[559100.0, 3805100.0], [559160.0, 3805100.0]]}
    for number, shift in ((1, 0.0), (2, 63.0)):  # two ends of new streets, 3 m apart
        moved = [[x + shift, y] for x, y in street["coords"]]  # type: ignore[attr-defined]
        path = tmp_path / f"{number}.jsonl"
        path.write_text(json.dumps({**street, "id": f"N{number}", "coords": moved}), "utf-8")
        assert cli("edit", sample, path).code == 0
    rows = cli("show", sample, "network", "--json").json["rows"]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    households = [row["households"] or 0 for row in rows]
    assert households == sorted(households, reverse=True)
    assert all(row["zh"] and row["en"] and row["code"].startswith("network.") for row in rows)
    gap = next(row for row in rows if row["feature"] == "N1" and row["code"] == "network.gap")
    path.write_text(json.dumps(gap["fix"]), "utf-8")
    assert cli("edit", sample, path).code == 0
    assert gap["id"] not in [row["id"] for row in cli("show", sample, "network", "--json").json["rows"]]
    issues = {row["id"]: row for row in cli("show", sample, "issues", "--json").json["rows"]}
    assert all({"fix", "households", "repair"} <= set(row) for row in issues.values())

    access = cli("show", sample, "access", "--json").json["rows"]
    assert [row["rank"] for row in access] == list(range(1, len(access) + 1))
    assert {row["found"] for row in access} <= {"no_access", "unreached", "long_leg"}
    for what in ("network", "access"):
        assert cli("show", sample, what).code == 0


def test_reasons_are_shown_for_every_compound_in_both_languages(
    sample: Path, cli: Callable[..., Said]
) -> None:
    rows = cli("show", sample, "reasons", "--json").json["rows"]
    compounds = cli("show", sample, "compounds", "--json").json["rows"]
    assert [row["id"] for row in rows] == [row["id"] for row in compounds]
    assert all(row["zh"] and row["en"] for row in rows)
    for row in compounds:
        assert (row["why"] is None) == (row["cluster"] is None)
    held = [row for row in rows if row["conflict"] is not None]
    assert held
    for row in held:
        assert row["cluster"] is None
        assert row["id"] in row["conflict_compounds"]
        assert row["conflict"]["zh"]
        assert row["conflict"]["en"]
        assert row["conflict_demands"]
    trunk = [row for row in held if row["conflict_demands"] == [["trunk_road"]]]
    assert "主干路" in trunk[0]["conflict"]["zh"]
    assert "conflict" in cli("show", sample, "reasons").out.splitlines()[0]


def test_a_number_of_clusters_that_is_not_had_is_said(sample: Path, cli: Callable[..., Said]) -> None:
    asked = ("study", sample, "--set", "clusters_wanted=400", "--what-if")
    assert "要求划分 400 个组团，现有" in cli(*asked).out
    assert cli(*asked, "--json").json["wanted"]["en"].startswith("400 clusters are asked for")


def test_clusters_are_formed_anew_around_one_alone(sample: Path, cli: Callable[..., Said]) -> None:
    before = {row["id"]: row for row in cli("show", sample, "clusters", "--json").json["rows"]}
    first = min(before)
    said = cli("study", sample, "--around", first, "--json").json
    now = {row["id"]: row for row in said["rows"]}
    assert all(now[name]["compounds"] == before[name]["compounds"] for name in before if name != first)
    assert [row["kind"] for row in cli("show", sample, "log", "--json").json["rows"]][-1] == "SetClusters"
    assert cli("study", sample, "--around", "Z99").code == 1
