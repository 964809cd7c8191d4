"""Laws of coverage, each tried on many generated towns: what must hold whatever the town looks like.

`--cases 1000` tries ten times as many as usual. A failure names its seed: `law_town(seed)` is that town again.
One exception is meant and no fault: the *first* open entrance of a compound may lower coverage. Until then
people step out of the whole outline (or, with closed gates only, a facility inside is measured from the outline); from
then on they leave by the gate alone. So the law about entrances speaks of those beyond the first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import shapely
from lawful_towns import (
    KINDS,
    LAW_RULES,
    changed,
    clusters_of,
    law_town,
    law_walks,
    measured,
    transformed,
    with_entrance,
    with_facility,
    with_way,
    without_facility,
    without_way,
)
from reference import find_faults
from walks import Walks, exported, walks_in

from gis_planner.analysis.coverage import measure_coverage
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import take

CLOSE_M = 1e-6
SAID = ["unit_id", "kind"]
Change = Callable[[Project, np.random.Generator], "Project | None"]


def worse_off(before: pd.DataFrame, after: pd.DataFrame, rules: Rules = LAW_RULES) -> list[str]:
    """List every unit and kind whose walk grew, or who is no longer served."""
    assert before[SAID].equals(after[SAID])
    was = before["distance_m"].fillna(np.inf).to_numpy()
    now = after["distance_m"].fillna(np.inf).to_numpy()
    with np.errstate(invalid="ignore"):
        grew = (now > was) & ~(now - was <= CLOSE_M)
    at_limit = np.abs(was - rules.limit_m) <= CLOSE_M
    lost = before["reached"].to_numpy(bool) & ~after["reached"].to_numpy(bool) & ~at_limit
    return [
        f"{before['unit_id'][row]} {before['kind'][row]}: {was[row]} → {now[row]}"
        for row in np.flatnonzero(grew | lost)
    ]


def try_growth(cases: range, change: Change, *, grows: bool = True) -> int:
    """Try a change that only adds (or only takes away) in every town; gives how many walks it changed."""
    changes = 0
    for seed in cases:
        town = law_town(seed)
        other = change(town, np.random.default_rng(seed + 1_000_003))
        if other is None:
            continue
        before, after = law_walks(seed).coverage, measured(other).coverage
        poorer, richer = (before, after) if grows else (after, before)
        assert not (found := worse_off(poorer, richer)), f"seed {seed}: {found[:5]}"
        changes += int((before["distance_m"].fillna(-1) != after["distance_m"].fillna(-1)).sum())
    return changes


def assert_same(before: pd.DataFrame, after: pd.DataFrame, seed: int) -> None:
    """Hold two tables of coverage to be the same to a micrometre."""
    assert before[SAID].equals(after[SAID])
    was, now = before["distance_m"].to_numpy(), after["distance_m"].to_numpy()
    np.testing.assert_allclose(now, was, rtol=0, atol=CLOSE_M, err_msg=f"seed {seed}")
    near = (np.abs(was - LAW_RULES.limit_m) <= CLOSE_M) | (np.abs(was - LAW_RULES.search_max_m) <= CLOSE_M)
    same = (before["reason"] == after["reason"]).to_numpy() | near
    assert same.all(), f"seed {seed}: {before[~same]} {after[~same]}"


def test_the_check_sees_a_walk_that_grew_and_one_that_was_lost() -> None:
    before = law_walks(0).coverage
    row = before.index[before["reached"].fillna(False)][3]
    longer, lost = before.copy(), before.copy()
    longer.loc[row, "distance_m"] += 2e-6
    lost.loc[row, "reached"] = False
    assert len(worse_off(before, longer)) == len(worse_off(before, lost)) == 1
    assert worse_off(longer, before) == worse_off(lost, before) == []


# --- adding never lowers, removing never raises


def test_a_further_facility_never_lowers_anyone_s_coverage(cases: range) -> None:
    assert try_growth(cases, with_facility) > len(cases)


def test_a_facility_less_never_raises_it(cases: range) -> None:
    assert try_growth(cases, without_facility, grows=False) > len(cases)


def test_a_further_way_never_lowers_it(cases: range) -> None:
    assert try_growth(cases, with_way) > len(cases)


def test_a_way_less_never_raises_it(cases: range) -> None:
    assert try_growth(cases, without_way, grows=False) > len(cases)


def test_an_entrance_beyond_the_first_never_lowers_it(cases: range) -> None:
    assert try_growth(cases, with_entrance) > len(cases) // 4


def test_more_reach_is_more_in_every_cluster(cases: range) -> None:
    for seed in cases:
        town = law_town(seed)
        richer = with_facility(town, np.random.default_rng(seed))
        before, after = clusters_of(town, law_walks(seed)), clusters_of(richer, measured(richer))
        for column in ("reached_households", "share", "existence"):
            was, now = before[column].astype("Float64"), after[column].astype("Float64")
            assert (now >= was).fillna(True).all(), f"seed {seed} {column}"
            assert (was.notna() <= now.notna()).all(), f"seed {seed} {column}"


# --- sums, symmetry


def test_sums_over_compounds_and_their_buildings_equal_the_cluster_s(cases: range) -> None:
    told = 0
    for seed in cases:
        town, walks = law_town(seed), law_walks(seed)
        units = pd.DataFrame(walks.units.drop(columns="geometry"))
        rows = walks.coverage.merge(units, on="unit_id")
        rows = rows[rows["counted"] & rows["cluster_id"].notna() & (rows["unit_type"] != "parcels")]
        rows = rows[rows["households"].notna()]
        by_compound: dict[tuple[str, str], list[int]] = {}
        home = {member: c.id for c in town.grouping.clusters for member in c.members}
        for compound, kind, households, reached in zip(
            rows["compound_id"], rows["kind"], rows["households"], rows["reached"], strict=True
        ):
            sums = by_compound.setdefault((home[compound], kind), [0, 0])
            sums[0] += int(households)
            sums[1] += int(households) * bool(reached)
        for row in clusters_of(town, walks).itertuples():
            sums = by_compound.get((row.cluster_id, row.kind))
            if sums is None:
                assert pd.isna(row.households), f"seed {seed}"
                assert pd.isna(row.share), f"seed {seed}"
                continue
            told += 1
            assert [row.households, row.reached_households] == sums, f"seed {seed} {row}"
            assert np.isnan(row.share) if sums[0] == 0 else row.share == sums[1] / sums[0], (
                f"seed {seed} {row}"
            )
    assert told > len(cases)


def test_a_walk_is_as_long_there_as_back(cases: range) -> None:
    tried = 0
    for seed in cases:
        walks, random = law_walks(seed), np.random.default_rng(seed)
        rows = walks.coverage[walks.coverage["distance_m"].notna()]
        if not len(rows):
            continue
        for row in rows.iloc[random.choice(len(rows), min(3, len(rows)), replace=False)].itertuples():
            there, back = (
                one_way(walks, row.unit_id, row.facility_id),
                one_way(walks, row.unit_id, row.facility_id, back=True),
            )
            assert abs(there - row.distance_m) <= CLOSE_M, f"seed {seed}: {row}"
            assert abs(there - back) <= CLOSE_M, (
                f"seed {seed}: {row.unit_id} {row.facility_id} {there} {back}"
            )
            tried += 1
    assert tried > len(cases)


def one_way(walks: Walks, unit: str, facility: str, *, back: bool = False) -> float:
    """Measure from one unit to one facility, or with their roles exchanged."""
    found = walks.found
    units = take(walks.units, np.array([u == unit for u in walks.units["unit_id"]], dtype=bool))
    facilities = take(
        found.facilities, np.array([f == facility for f in found.facilities["facility_id"]], dtype=bool)
    )
    access, direct = found.access.copy(), found.direct.copy()
    if back:
        units, facilities = units.assign(unit_id=facility), facilities.assign(facility_id=unit)
        access["owner_type"] = access["owner_type"].map({"unit": "facility", "facility": "unit"})
        direct = direct.rename(columns={"unit_id": "facility_id", "facility_id": "unit_id"})
    table = measure_coverage(
        walks.network, units, facilities.assign(counted=True), access, direct, LAW_RULES,
        kinds=[str(facilities["kind"].iloc[0])], assessed=True,
    )  # fmt: skip
    return float(table["distance_m"].iloc[0])


# --- what must not matter


def test_the_order_of_rows_does_not_matter_to_the_last_bit(cases: range) -> None:
    for seed in cases:
        town, random = law_town(seed), np.random.default_rng(seed)
        turned = changed(
            town,
            **{
                name: take(town.table(name), random.permutation(len(town.table(name))))
                for name in sorted(town.loaded)
            },
        )
        walks = measured(turned)
        pd.testing.assert_frame_equal(law_walks(seed).coverage, walks.coverage, check_exact=True)
        pd.testing.assert_frame_equal(
            clusters_of(town, law_walks(seed)), clusters_of(turned, walks), check_exact=True
        )


def test_the_order_of_vertices_does_not_matter(cases: range) -> None:
    for seed in cases:
        random = np.random.default_rng(seed)

        def turn(shapes: np.ndarray, random: np.random.Generator = random) -> np.ndarray:
            return np.array([_turned(shape, random) for shape in shapes], dtype=object)

        assert_same(law_walks(seed).coverage, measured(transformed(law_town(seed), turn)).coverage, seed)


def _turned(shape: shapely.Geometry, random: np.random.Generator) -> shapely.Geometry:
    """Draw a line or a ring the other way round, a ring from another corner too."""
    if shape.geom_type == "Polygon" and not shape.interiors:
        ring = np.array(shape.exterior.coords)[:-1]
        ring = np.roll(ring, int(random.integers(len(ring))), axis=0)
        return shapely.Polygon(ring[::-1] if random.random() < 0.5 else ring)
    return shapely.reverse(shape) if random.random() < 0.5 else shape


def test_moving_and_rotating_the_town_do_not_matter(cases: range) -> None:
    for seed in cases:
        random = np.random.default_rng(seed)
        angle, shift = float(random.uniform(0, 2 * np.pi)), random.uniform(-3000, 3000, 2)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])

        def move(shapes: np.ndarray, turn: np.ndarray = turn, shift: np.ndarray = shift) -> np.ndarray:
            return np.asarray(shapely.transform(shapes, lambda xy: xy @ turn + shift))

        assert_same(law_walks(seed).coverage, measured(transformed(law_town(seed), move)).coverage, seed)


# --- what is not known


def test_missing_is_never_zero(cases: range) -> None:
    for seed in cases:
        town, walks = law_town(seed), law_walks(seed)
        unknown = walks.coverage["distance_m"].isna()
        assert (walks.coverage["facility_id"].isna() == unknown).all(), f"seed {seed}"
        assert (walks.coverage["minutes"].isna() == unknown).all(), f"seed {seed}"
        assert set(walks.coverage["reason"][unknown]) <= {"beyond_search", "no_access", "no_facility"}
        assert not walks.coverage["reached"][unknown].any(), f"seed {seed}"

        nobody = town.table("compounds").assign(
            households=pd.Series([pd.NA] * len(town.table("compounds")), dtype="Int64")
        )
        empty = town.table("buildings").assign(
            households=pd.Series([pd.NA] * len(town.table("buildings")), dtype="Int64")
        )
        untold = changed(town, compounds=nobody, buildings=empty)
        without = measured(untold)
        pd.testing.assert_frame_equal(walks.coverage, without.coverage, check_exact=True)
        sums = clusters_of(untold, without)
        assert sums[["households", "reached_households", "share"]].isna().all().all(), f"seed {seed}"
        # A compound without figures counts itself and no longer through its buildings; somebody is still asked.
        told = clusters_of(town, walks)["existence"].notna()
        assert (sums["existence"].notna() == told).all(), f"seed {seed}"

        unasked = walks_in(untold, LAW_RULES, KINDS, assessed=False)
        assert unasked.coverage[["distance_m", "facility_id", "minutes", "reached"]].isna().all().all()
        silent = clusters_of(town, walks_in(town, LAW_RULES, KINDS, assessed=False))
        assert silent[["reached_households", "share", "existence"]].isna().all().all(), f"seed {seed}"


# --- brute force


def test_every_distance_is_found_again_by_brute_force(cases: range) -> None:
    reasons: set[str] = set()
    for seed in cases:
        walks = law_walks(seed)
        nodes, edges = exported(walks.network)
        faults = find_faults(
            nodes, edges, walks.units, walks.found.facilities, walks.found.access, walks.found.direct,
            walks.coverage, search_max=LAW_RULES.search_max_m, limit=LAW_RULES.limit_m,
        )  # fmt: skip
        assert not faults, f"seed {seed}: {faults[:5]}"
        reasons |= set(walks.coverage["reason"])
    assert reasons == {"served", "beyond_limit", "beyond_search", "no_access", "no_facility"}
    assert any(len(law_walks(seed).found.direct) for seed in cases)
