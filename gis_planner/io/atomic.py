"""Files that appear whole or not at all.

Overwriting a file in place loses the old one when the program is killed, the disk is full or the power fails. So an
output is written beside its place, forced to the disk, read again and checked, and only then put in place of the old
one, in a single step of the file system.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from gis_planner.errors import ExportError
from gis_planner.messages import Message

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What Windows says when another program has the file open.
_SHARING_VIOLATIONS = (32, 33)


def write_whole(path: Path, write: Callable[[Path], None], check: Callable[[Path], None]) -> None:
    """Write a file beside its place, check it, and put it there in one step.

    `write` makes the file at the path that it is given (same folder, same suffix); `check` reopens it and raises
    ExportError when it is not what was to be written. Whatever goes wrong, the old file stays as it was and nothing is
    left beside it. Raises ExportError for a folder that cannot be written, a full disk, a target that is a folder or
    that another program holds open.
    """
    if path.is_dir():
        raise _refused("folder", path)
    beside = path.with_name(f".{path.stem[:40]}.{os.getpid()}.{secrets.token_hex(4)}{path.suffix}")
    try:
        try:
            write(beside)
            _force_to_disk(beside)
            check(beside)
            beside.replace(path)
            _force_folder_to_disk(path.parent)
        finally:
            _remove(beside)
    except OSError as fault:
        raise _told(fault, path) from fault


def write_text_whole(path: Path, text: str) -> None:
    """Write a text file (UTF-8, its line ends as they are) whole or not at all."""
    body = text.encode("utf-8")

    def check(written: Path) -> None:
        if written.read_bytes() != body:
            raise incomplete(path)

    write_whole(path, lambda beside: _write_bytes(beside, body), check)


def make_folder(path: Path) -> None:
    """Make a folder and those above it; raises ExportError where that cannot be done."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as fault:
        raise _refused("file_in_the_way", path) from fault
    except OSError as fault:
        raise _told(fault, path) from fault


def incomplete(path: Path) -> ExportError:
    """Give the error for a file that did not come out as it was meant."""
    return _refused("incomplete", path)


def _write_bytes(path: Path, body: bytes) -> None:
    path.write_bytes(body)


def _force_to_disk(path: Path) -> None:
    # Windows flushes only files that are open for writing.
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _force_folder_to_disk(folder: Path) -> None:
    """Make the new name durable; systems that cannot open a folder do so by themselves."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as fault:
        # Some network file systems cannot sync a folder; the file itself is safe.
        if fault.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    for leftover in (path, *(path.with_name(path.name + end) for end in ("-journal", "-wal", "-shm"))):
        leftover.unlink(missing_ok=True)


def _told(fault: OSError, path: Path) -> ExportError:
    if fault.errno in _FULL:
        return _refused("disk_full", path)
    if getattr(fault, "winerror", None) in _SHARING_VIOLATIONS:
        return _refused("in_use", path)
    if isinstance(fault, PermissionError) or fault.errno == errno.EROFS:
        # Windows also denies access to a file that a program holds open: then the folder itself can be written.
        held = os.name == "nt" and path.exists() and os.access(path.parent, os.W_OK)
        return _refused("in_use" if held else "read_only", path)
    if isinstance(fault, FileNotFoundError | NotADirectoryError):
        return _refused("no_folder", path)
    return ExportError(
        Message("outputs.failed", file=path.name, folder=str(path.parent), why=fault.strerror or str(fault)),
        Message("outputs.failed_remedy", folder=str(path.parent)),
    )


def _refused(reason: str, path: Path) -> ExportError:
    return ExportError(
        Message(f"outputs.{reason}", file=path.name, folder=str(path.parent)),
        Message(f"outputs.{reason}_remedy", folder=str(path.parent)),
    )
