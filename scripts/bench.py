"""What the program's speed is, beside what else is there: one table, and whether the targets are met.

python scripts/bench.py coverage                       everything, about three minutes on two quiet cores
python scripts/bench.py coverage --network FILE        the searches on the streets of a file
python scripts/bench.py coverage --quick               the smallest generated network alone
python scripts/bench.py coverage --json OUT            also as JSON
python scripts/bench.py clusters                       groupings: optima, peers, alternatives; about twenty minutes
python scripts/bench.py clusters --only small,counties these groups of rows alone
python scripts/bench.py clusters --every-mean          every town with means of 5, 9 and 15, not one of them
python scripts/bench.py clusters --quick               the smallest towns alone, without peers
python scripts/bench.py clusters --instance FILE       divide a districting instance (JSON)

A network is an OpenStreetMap extract (.osm, .osm.gz), a results GeoPackage (.gpkg), or arrays u, v, length and perhaps
xy (.npz); an instance is described in scripts/bench_parts/instances.py.
Exit code: 0 all targets met, 1 one missed or not measured, 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Measure, print the table, and give the exit code."""
    parser = argparse.ArgumentParser(
        prog="bench.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["coverage", "clusters"], help="what is measured")
    parser.add_argument("--network", type=Path, metavar="FILE", help=".osm, .osm.gz, .gpkg or .npz")
    parser.add_argument("--instance", type=Path, metavar="FILE", help="a districting instance (.json)")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the rows as JSON too")
    parser.add_argument("--quick", action="store_true", help="the smallest generated cases alone")
    parser.add_argument("--only", metavar="NAMES", default="", help="groups of rows of clusters, by commas")
    parser.add_argument(
        "--every-mean", action="store_true", help="every town with every mean size of clusters"
    )
    given = parser.parse_args(arguments)
    if given.network is not None and not given.network.is_file():
        parser.error(f"there is no file {given.network}")
    if given.instance is not None and not given.instance.is_file():
        parser.error(f"there is no file {given.instance}")
    if given.instance is not None and given.what != "clusters":
        parser.error("--instance belongs to clusters")
    only = [name for name in given.only.split(",") if name]
    if only and given.what != "clusters":
        parser.error("--only belongs to clusters")
    sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

    from gis_planner.paths import prepare_environment

    prepare_environment()
    if given.instance is not None:
        return divide_instance(given.instance, given.json)
    from bench_parts import clusters
    from bench_parts.coverage import measure_all, measure_file, measure_quick, require_kernels
    from bench_parts.table import show, summarise, write_json

    unknown = sorted(set(only) - set(clusters.GROUPS))
    if unknown:
        parser.error(f"--only knows {', '.join(clusters.GROUPS)}; not {', '.join(unknown)}")
    start = time.monotonic()
    try:
        require_kernels()
        if given.what == "clusters":
            rows = (
                clusters.measure_quick()
                if given.quick
                else clusters.measure_clusters(only, every_mean=given.every_mean)
            )
        elif given.network is not None:
            rows = measure_file(given.network)
        else:
            rows = measure_quick() if given.quick else measure_all()
    except ValueError as error:
        print(f"Cannot be measured: {error}", file=sys.stderr)
        return 1
    show(rows, sys.stdout)
    about = {"machine": platform.machine(), "system": platform.system(), "python": platform.python_version()}
    print("Seconds are processor time, and searches run in turn with scipy's, unless a line says otherwise.")
    print(f"{summarise(rows)} Took {time.monotonic() - start:,.0f} s.")
    if given.json is not None:
        write_json(rows, given.json, dict(about))
    return 1 if any(row.missed for row in rows) else 0


def divide_instance(path: Path, out: Path | None) -> int:
    """Divide one instance and print it; exit code 0 divided within all bounds, 1 not, 2 the file is wrong."""
    from bench_parts.instances import print_instance, run_instance

    try:
        found = run_instance(path)
    except ValueError as error:
        print(f"Cannot be read: {error}", file=sys.stderr)
        return 2
    print_instance(found, sys.stdout)
    if out is not None:
        out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if found["value"] is not None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
