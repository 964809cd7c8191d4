"""Who alone may import a package.

import-linter can say what a list of modules must not import. Some rules of this house run the other
way: a package such as Qt belongs to a few rooms, and every other module, those of tomorrow too, keeps out.
Rooms are named by patterns (`gis_planner.cartography.paint_*`); only direct imports count, because a verb may
well ask an exporter to paint.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyContract(Contract):
    """The named packages are imported directly by the named importers and by nobody else."""

    type_name = "only"

    packages = fields.ListField(subfield=fields.StringField())
    importers = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Find every direct import of a package by a module that is none of the importers."""
        intruders = sorted(
            (importer, package)
            for package in graph.modules
            if _is_one_of(package, self.packages)
            for importer in graph.find_modules_that_directly_import(package)
            if not _is_one_of(importer, self.importers)
        )
        return ContractCheck(kept=not intruders, metadata={"intruders": intruders})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that breaks the contract."""
        for importer, package in check.metadata["intruders"]:
            output.print_error(f"{importer} may not import {package}")


def _is_one_of(module: str, patterns: object) -> bool:
    assert isinstance(patterns, list)  # import-linter replaces the field by its parsed value
    return any(fnmatchcase(module, pattern) for pattern in patterns)
