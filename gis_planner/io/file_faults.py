"""What sqlite and the file system refuse, said as a problem and a remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gis_planner.errors import ProjectFileError
from gis_planner.messages import Message

_SIGNS = (
    ("locked", "locked"), ("busy", "locked"), ("readonly", "read_only"), ("read-only", "read_only"),
    ("full", "disk_full"), ("unable to open", "unwritable"),
)  # fmt: skip


def file_message(key: str, path: Path, **values: Any) -> Message:
    """Give a message about a file, which it calls by its name."""
    return Message(key, file=path.name, **values)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what sqlite and the file system refuse into an error that says what to do."""
    try:
        yield
    except sqlite3.Error as fault:
        text = str(fault).lower()
        for sign, key in _SIGNS:
            if sign in text:
                raise ProjectFileError(
                    file_message(f"project.{key}", path), Message(f"project.{key}_remedy")
                ) from fault
        raise ProjectFileError(
            file_message("project.damaged", path, why=str(fault)), Message("project.damaged_remedy")
        ) from fault
    except OSError as fault:
        raise ProjectFileError(
            file_message("project.unwritable", path), Message("project.unwritable_remedy")
        ) from fault
