"""What is known of the compounds when clusters are formed, judged and explained.

A `Town` lines up, by compound, everything that the grouping asks: households, township, community, place,
allowed neighbours with what is crossed, and walking distances. Rows are in the order of the ids, so nothing
depends on the order in which a file came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.clustering.pair_walks import PairWalks, no_walks
from gis_planner.analysis.clustering.services import Services
from gis_planner.analysis.frontage import areas
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, floats, geometries, ids, take, texts

DETOUR = 1.3  # streets are longer than the straight line; only where no walking distance is known


@dataclass(frozen=True)
class Link:
    """An allowed pair of neighbours, as one of the two sees it: frontage in metres and the kinds between."""

    frontage_m: float
    crosses: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Town:
    """The compounds by row, sorted by id; None and NaN are unknown.

    `years` (n,) are construction years. `services` say which households reach what, None before anybody measured.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    households: tuple[int | None, ...]
    townships: tuple[str | None, ...]
    communities: tuple[str | None, ...]
    shapes: NDArray[Any]
    xy: NDArray[np.float64]
    links: tuple[Mapping[int, Link], ...]
    walks: PairWalks
    rules: Rules
    years: NDArray[np.float64]
    services: Services | None = None

    @cached_property
    def row(self) -> dict[str, int]:
        """The row of every id."""
        return {compound: row for row, compound in enumerate(self.ids)}

    @cached_property
    def links_by_row(self) -> tuple[tuple[int, ...], ...]:
        """The rows of every compound's allowed neighbours, sorted."""
        return tuple(tuple(others) for others in self.links)

    @cached_property
    def township_codes(self) -> NDArray[np.int64]:
        """A number for every compound's township, -1 where unknown."""
        number = {name: place for place, name in enumerate(sorted({name for name in self.townships if name}))}
        return np.array([number.get(name or "", -1) for name in self.townships], dtype=np.int64)

    def rows(self, compounds: Sequence[str]) -> list[int]:
        """Give the rows of these compounds, sorted; those that the town does not have are left out."""
        return sorted(self.row[compound] for compound in compounds if compound in self.row)

    def distances(self, rows: Sequence[int]) -> NDArray[np.float64]:
        """Give how far these compounds are from each other in metres: on foot, by the straight line where unknown."""
        at = list(rows)
        xy = np.nan_to_num(self.xy[at])
        straight = np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)) * DETOUR
        walked = self.walks.among(at)
        return np.where(np.isnan(walked), straight, walked)

    def too_far(self, rows: Sequence[int]) -> NDArray[np.bool_]:
        """Tell which pairs of these compounds are known to be further apart than the walking diameter allows."""
        at = list(rows)
        walked, known = self.walks.among(at), self.walks.known[at]
        checked = known[:, None] & known[None, :]
        far = checked & ~(walked <= self.rules.walk_diameter_max_m)
        np.fill_diagonal(far, False)
        return np.asarray(far)


def gather_town(
    project: Project,
    *,
    households: Mapping[str, int | None],
    neighbours: Frame,
    walks: PairWalks | None = None,
) -> Town:
    """Gather what is known of every compound.

    `households` by compound id (`households_of`), `neighbours` as `find_neighbours` gives them, `walks` by the rows of
    the sorted ids, None where there are no roads.
    """
    compounds = _sorted(project.table("compounds"))
    names = ids(compounds)
    row = {compound: number for number, compound in enumerate(names)}
    shapes = areas(geometries(compounds))
    links: list[dict[int, Link]] = [{} for _ in names]
    pairs = zip(
        *(list(neighbours[column]) for column in ("a", "b", "frontage_m", "crosses", "allowed")), strict=True
    )
    for a, b, frontage_m, crosses, allowed in pairs:
        if allowed and a in row and b in row:
            link = Link(float(frontage_m), tuple(crosses.split(";")) if crosses else ())
            links[row[a]][row[b]] = links[row[b]][row[a]] = link
    return Town(
        ids=tuple(names),
        names=tuple(name or compound for name, compound in zip(texts(compounds, "name"), names, strict=True)),
        households=tuple(households.get(compound) for compound in names),
        townships=_townships(compounds, shapes, project.table("townships")),
        communities=tuple(_trimmed(name) for name in texts(compounds, "community")),
        shapes=shapes,
        xy=shapely.get_coordinates(shapely.centroid(shapes)) if _all_placed(shapes) else _centres(shapes),
        links=tuple({other: seen[other] for other in sorted(seen)} for seen in links),
        walks=no_walks(len(names)) if walks is None else walks,
        rules=project.rules,
        years=floats(compounds, "built_year"),
    )


def make_town(
    households: Sequence[int | None],
    xy: NDArray[np.float64],
    pairs: Mapping[tuple[int, int], Link],
    *,
    rules: Rules,
    ids: Sequence[str] | None = None,
    townships: Sequence[str | None] | None = None,
    communities: Sequence[str | None] | None = None,
    years: Sequence[float | None] | None = None,
    shapes: NDArray[Any] | None = None,
    walks: PairWalks | None = None,
    services: Services | None = None,
) -> Town:
    """Make a town of plain figures, one row for each compound; what is not given is unknown.

    `xy` (n, 2) in metres, `pairs` the allowed neighbours by their rows. `ids` must be sorted; shapes are points where
    none are given.
    """
    n = len(households)
    named = tuple(ids) if ids is not None else tuple(f"C{row:06d}" for row in range(n))
    links: list[dict[int, Link]] = [{} for _ in range(n)]
    for (one, other), link in pairs.items():
        links[one][other] = links[other][one] = link
    return Town(
        ids=named,
        names=named,
        households=tuple(households),
        townships=tuple(townships) if townships is not None else (None,) * n,
        communities=tuple(communities) if communities is not None else (None,) * n,
        shapes=np.asarray(shapely.points(xy)) if shapes is None else shapes,
        xy=np.asarray(xy, dtype=np.float64),
        links=tuple({other: seen[other] for other in sorted(seen)} for seen in links),
        walks=no_walks(n) if walks is None else walks,
        rules=rules,
        years=np.array([np.nan if y is None else y for y in years or [None] * n], dtype=np.float64),
        services=services,
    )


def households_of(units: pd.DataFrame) -> dict[str, int | None]:
    """Give each compound's households from the units table (None where unknown)."""
    return {
        str(feature): None if pd.isna(households) else int(households)
        for unit, feature, households in zip(
            units["unit_id"], units["feature_id"], units["households"], strict=True
        )
        if str(unit).startswith("compounds/")
    }


def _sorted(compounds: Frame) -> Frame:
    names = ids(compounds)
    return take(compounds, sorted(range(len(names)), key=names.__getitem__))


def _all_placed(shapes: NDArray[Any]) -> bool:
    return not bool(np.any(shapely.is_empty(shapes)))


def _centres(shapes: NDArray[Any]) -> NDArray[np.float64]:
    centres = np.full((len(shapes), 2), np.nan)
    placed = ~shapely.is_empty(shapes)
    centres[placed] = shapely.get_coordinates(shapely.centroid(shapes[placed]))
    return centres


def _townships(compounds: Frame, shapes: NDArray[Any], townships: Frame) -> tuple[str | None, ...]:
    """Name each compound's township: as its column says, else the one that holds most of it."""
    found = [_trimmed(name) for name in texts(compounds, "township")]
    names, outlines = texts(townships, "name"), areas(geometries(townships))
    tree = shapely.STRtree(outlines)
    for row, name in enumerate(found):
        if name is not None or bool(shapely.is_empty(shapes[row])):
            continue
        held: dict[str, float] = {}
        for township in sorted(tree.query(shapes[row], predicate="intersects").tolist()):
            holder = _trimmed(names[township])
            if holder is not None:
                part = shapely.area(shapely.intersection(shapes[row], outlines[township]))
                held[holder] = held.get(holder, 0.0) + float(part)
        if held and max(held.values()) > 0:
            found[row] = min(held, key=lambda holder: (-held[holder], holder))
    return tuple(found)


def _trimmed(name: str | None) -> str | None:
    return (name.strip() or None) if name else None
