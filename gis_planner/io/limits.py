"""How much of a foreign file is sane, and what is said of one that cannot be taken."""

from __future__ import annotations

from dataclasses import dataclass

from gis_planner.errors import InputError
from gis_planner.messages import Message


@dataclass(frozen=True)
class Limits:
    """What is sane for a planning bureau's file; beyond it a file is refused, never half read."""

    file_bytes: int = 2 * 2**30
    text_bytes: int = 512 * 2**20
    parsed_bytes: int = 256 * 2**20  # JSON and drawings, which take ten times their size in memory
    unpacked_bytes: int = 2**30
    unpack_ratio: int = 200
    small_bytes: int = 16 * 2**20
    members: int = 2000
    rows: int = 1_000_000
    sheet_rows: int = 200_000
    sheet_cells: int = 5_000_000
    columns: int = 1000


LIMITS = Limits()


def check_expansion(name: str, packed: int, unpacked: int, limits: Limits = LIMITS) -> None:
    """Refuse what unpacks to more than is sane."""
    if unpacked > limits.unpacked_bytes or (
        unpacked > limits.small_bytes and unpacked > packed * limits.unpack_ratio
    ):
        raise InputError(
            Message("import.file.bomb", file=name, size=megabytes(unpacked)),
            Message("import.file.bomb_remedy"),
        )


def too_big(name: str, limit: int) -> InputError:
    """Say that a file is larger than can be handled."""
    return InputError(
        Message("import.file.too_big", file=name, limit=megabytes(limit)),
        Message("import.file.too_big_remedy"),
    )


def too_many_rows(name: str, limit: int) -> InputError:
    """Say that a file has more rows than can be handled."""
    return InputError(
        Message("import.file.too_many_rows", file=name, limit=f"{limit:,}"),
        Message("import.file.too_many_rows_remedy"),
    )


def damaged(name: str, why: str | Message) -> InputError:
    """Say that a file is broken or cut off."""
    return InputError(
        Message("import.file.damaged", file=name, why=why), Message("import.file.damaged_remedy")
    )


def denied(name: str) -> InputError:
    """Say that the system does not let us read a file."""
    return InputError(Message("import.file.denied", file=name), Message("import.file.denied_remedy"))


def locked(name: str) -> InputError:
    """Say that another program holds a file."""
    return InputError(Message("import.file.locked", file=name), Message("import.file.locked_remedy"))


def too_deep(name: str) -> InputError:
    """Say that a file is nested deeper than any real one."""
    return InputError(Message("import.file.too_deep", file=name), Message("import.file.damaged_remedy"))


def megabytes(size: int) -> str:
    """Write a size for people."""
    return f"{size / 2**20:,.0f} MB"
