"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProjectPath = Annotated[
    Path,
    typer.Argument(metavar="P.gpkg", help="项目文件 / the project file", show_default=False, readable=False),
]
Scenario = Annotated[
    str | None, typer.Option("--scenario", metavar="NAME", help="方案 / the scenario to work on")
]
Json = Annotated[bool, typer.Option("--json", help="以 JSON 回答 / answer as JSON")]
