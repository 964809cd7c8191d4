"""Make the sample: an invented county town, stored as a bureau would send it, always the same.

python scripts/make_sample_data.py [FOLDER]     writes into sample_data/ when no folder is named

The town is modelled on the published figures of a county's programme (83 old compounds, 4,347 households) and on
nothing else: no place, unit, person or brand in it exists.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sample_town.files import write_base, write_compounds, write_facilities, write_pipelines
from sample_town.ledger import write_ledger
from sample_town.town import Town, build_town

SAMPLE_DATA = Path(__file__).resolve().parent.parent / "sample_data"


def write_sample(town: Town, folder: Path) -> None:
    """Write every file of the sample into a folder, over those that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    write_compounds(town, folder)
    write_ledger(town.surveys, folder / "ledger.xlsx")
    write_facilities(town, folder / "facilities_gcj02.csv")
    write_pipelines(town, folder / "pipelines.dxf")
    write_base(town, folder / "base.gpkg")


def main(arguments: list[str]) -> int:
    """Build the town, write it and say what came out."""
    folder = Path(arguments[0]) if arguments else SAMPLE_DATA
    town = build_town()
    write_sample(town, folder)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    households = sum(s.households or 0 for s in town.surveys)
    print(f"{len(town.compounds)} compounds, {households} households, {len(town.parcels)} parcels,")
    print(
        f"{len(town.streets)} pieces of street, {len(town.facilities)} facilities; {size:.1f} MB in {folder}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
