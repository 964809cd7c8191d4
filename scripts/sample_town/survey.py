"""What the bureau's survey says of each old compound: names, years, willingness, findings.

The figures are made so that every branch of the decision table is met somewhere, and so that the ledger holds the
usual traps of survey tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import shapely
from shapely import Point

from sample_town.compounds import Compound, front_between
from sample_town.places import TOWNSHIPS
from sample_town.plan import read_plan

_CLOSING_M = 60.0  # gaps up to twice this between compounds of one neighbourhood count as its inside
HOUSEHOLDS = 4_347  # the published total of the county the town is modelled on


@dataclass
class Survey:
    """One row of the ledger, as plain values. None is an empty cell."""

    compound: Compound
    built: str | int | None = None
    households: int | None = None
    structure: str = "砖混"
    floors: int = 0
    owner_unit: str | None = None
    property_mode: str = "无物业"
    owners_committee: str | None = "无"
    consent_households: int | None = None
    consent_ratio: str | float | None = None
    parking_spaces: int | None = None
    fund_balance: float | None = None
    plan_year: int | None = None
    invest: float | None = None
    in_urban_scope: str | None = "是"
    in_shantytown_plan: str | None = "否"
    demolish_rebuild: str | None = "否"
    self_built_share: str | float | None = 0
    urban_village: str | None = "否"
    sangongyiye: str | None = "否"
    structure_safe: str | None = "是"
    gap_count: int | None = 0
    items: str | None = None


def number_compounds(compounds: list[Compound], rng: Random) -> list[Compound]:
    """Give every compound its number and its name, township by township, from north-west to south-east."""
    ordered = sorted(
        compounds,
        key=lambda c: (TOWNSHIPS.index(c.township), -round(c.outline.centroid.y / 90), c.outline.centroid.x),
    )
    units, north = list(read_plan().units), list(read_plan().north_units)
    rng.shuffle(units)
    names = {seed.name: list(seed.names) for seed in read_plan().seeds}
    alone = {seed.name for seed in read_plan().seeds if seed.members == 1}
    for number, compound in enumerate(ordered, 1):
        compound.id = f"C{number:03d}"
        own = names[compound.seed]
        pool = north if compound.seed == "城北" else units
        if own and (compound.seed in alone or rng.random() < 0.5 or not pool):
            compound.name = own.pop(0)
        else:
            compound.name = f"{pool.pop(0)}家属院"
    return ordered


def date_compounds(compounds: list[Compound], rng: Random) -> None:
    """Give built years: most before 2001; in each large neighbourhood one of 2001–2005, deep inside."""
    for compound in compounds:
        compound.built_year = min(2000, max(1975, round(rng.gauss(1990, 6.5))))
    for seed in read_plan().seeds:
        members = [c for c in compounds if c.seed == seed.name]
        if len(members) < 6:
            continue
        inside = inner_member(members)
        inside.built_year = rng.randint(2001, 2005)
    for compound in compounds:
        if compound.seed == "云锦":
            compound.built_year = 2004


def inner_member(members: list[Compound]) -> Compound:
    """Find the member that the others surround most and without which they still hang together."""

    def inside(member: Compound) -> float:
        others = shapely.union_all([other.outline for other in members if other is not member])
        hull = others.buffer(_CLOSING_M).buffer(-_CLOSING_M)
        return float(shapely.area(shapely.intersection(member.outline, hull)) / member.outline.area)

    by_depth = sorted(members, key=inside, reverse=True)
    return next(m for m in by_depth if hang_together([o for o in members if o is not m]))


def outer_member(members: list[Compound], taken: set[str]) -> Compound:
    """Find the member farthest from the middle without which the others still hang together."""
    middle: Point = shapely.centroid(shapely.union_all([m.outline for m in members]))
    by_distance = sorted(members, key=lambda m: -m.outline.centroid.distance(middle))
    old = [m for m in by_distance if m.built_year <= 2000 and m.id not in taken]
    return next(m for m in old if hang_together([o for o in members if o is not m and o.built_year <= 2000]))


def hang_together(members: list[Compound]) -> bool:
    """Tell whether compounds form one piece by their fronts."""
    reached, waiting = {members[0].id}, [members[0]]
    while waiting:
        one = waiting.pop()
        for other in members:
            if other.id not in reached and front_between(one.outline, other.outline) > 18:
                reached.add(other.id)
                waiting.append(other)
    return len(reached) == len(members)


def survey_compounds(compounds: list[Compound], uncounted: Compound, rng: Random) -> list[Survey]:
    """Fill the ledger, one row a compound in their order; nobody counted the households of one."""
    rows = [_ordinary(c, rng) for c in compounds]
    by_seed = {s.name: [r for r in rows if r.compound.seed == s.name] for s in read_plan().seeds}
    taken: set[str] = {uncounted.id}

    def outer(seed: str) -> Survey:
        found = outer_member([r.compound for r in by_seed[seed]], taken)
        taken.add(found.id)
        return next(r for r in rows if r.compound is found)

    unsafe = outer("柳林")
    unsafe.structure_safe, unsafe.items = "否", "房屋鉴定为D级,另行处置"
    rebuild = outer("东关")
    rebuild.in_shantytown_plan, rebuild.demolish_rebuild = "是", "是"
    done = outer("北关")
    done.gap_count, done.items = 0, "已改造"
    by_seed["新民"][0].urban_village, by_seed["新民"][0].self_built_share = "是", "35%"
    by_seed["西坡"][0].in_urban_scope = "否"

    plain = [r for r in rows if r.compound.id not in taken and r.compound.built_year <= 2000 and r.compound.seed in
             {s.name for s in read_plan().seeds if s.members > 1}]  # fmt: skip
    picks = rng.sample(plain, 8)
    for row in picks[:3]:
        row.structure_safe = None
    picks[3].built = "不详"
    for row in picks[4:6]:
        row.sangongyiye = "是"
    picks[6].in_urban_scope = None
    picks[7].gap_count = None
    _consent_traps(plain, set(map(id, picks)))
    _empty_households(next(r for r in rows if r.compound is uncounted))
    return rows


def _ordinary(compound: Compound, rng: Random) -> Survey:
    homes = [b for b in compound.buildings if b.use == "住宅"]
    row = Survey(compound, households=compound.households, structure=homes[0].structure)
    row.floors = max(b.floors for b in homes)
    row.built = _written_year(compound.built_year, rng)
    if compound.name.endswith("家属院") and "街" not in compound.name and "老" not in compound.name:
        row.owner_unit = f"安和县{compound.name.removesuffix('家属院')}"
    agreed = rng.choice((0.78, 0.82, 0.86, 0.9, 0.93, 0.96, 1.0))
    row.consent_households = round(compound.households * agreed)
    row.consent_ratio = _written_share(row.consent_households / compound.households, compound.township)
    if rng.random() < 0.05:
        row.consent_households = row.consent_ratio = None
    row.property_mode = rng.choice(("无物业", "无物业", "社区代管", "社区代管", "业主自管", "市场化物业"))
    row.owners_committee = rng.choice(("有", "无", "无", None))
    row.parking_spaces = round(compound.households * rng.choice((0, 0.1, 0.15, 0.25, 0.35)))
    row.fund_balance = rng.choice((None, None, 0, round(rng.uniform(0.4, 9.5), 2)))
    row.plan_year = rng.choice((2021, 2021, 2022, 2023, None))
    row.gap_count = rng.randint(3, 11)
    row.invest = round(compound.households * rng.uniform(1.4, 2.6), 1) if rng.random() < 0.8 else None
    row.items = rng.choice(
        (
            "道路、排水、外墙",
            "雨污分流、线缆入地",
            "屋顶防水、外墙、路灯",
            "道路、围墙、停车位",
            "排水、供水、楼道修缮",
            None,
        )
    )
    return row


def _written_year(year: int, rng: Random) -> str | int:
    chance = rng.random()
    if year > 2000:
        return year if chance < 0.6 else f"{year}年"
    if chance < 0.5:
        return year
    if chance < 0.75:
        return f"{year}年"
    if chance < 0.9 and year < 2000:
        return f"{year % 100 // 10 * 10}年代"
    first = year // 5 * 5
    return f"{first}-{first + 4}" if first + 4 <= 1999 else f"{year}年"


def _written_share(share: float, township: str) -> str | float:
    """Write a share as each township does: 0.82, 82.4 or "82.4%"."""
    if township == "城北镇":
        return round(share, 2)
    return f"{share * 100:.1f}%" if township == "西关街道" else round(share * 100, 1)


def _consent_traps(rows: list[Survey], busy: set[int]) -> None:
    """Two thirds exactly, one household below, far below, and a ratio that disagrees with its households."""
    free = [r for r in rows if id(r) not in busy and r.households and r.consent_households is not None]
    thirds = [r for r in free if r.households is not None and r.households % 3 == 0 and r.households >= 18][
        :2
    ]
    exact, below = thirds
    for row, less in ((exact, 0), (below, 1)):
        total = row.households or 0
        row.consent_households = total * 2 // 3 - less
        row.consent_ratio = f"{100 * row.consent_households / total:.2f}%"
    others = [r for r in free if r not in thirds]
    others[3].consent_households = round((others[3].households or 0) * 0.45)
    others[3].consent_ratio = f"{100 * others[3].consent_households / (others[3].households or 1):.1f}%"
    others[7].consent_ratio = 72


def _empty_households(row: Survey) -> None:
    """Leave one compound's households open, in the ledger and in one of its buildings."""
    row.households = row.consent_households = None
    row.consent_ratio = "80%"
    home = next(b for b in row.compound.buildings if b.use == "住宅")
    home.households = None
