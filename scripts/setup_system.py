"""The system libraries that Qt loads, and how Debian provides them.

Qt's wheels bring Qt itself and expect the rest of a desktop (OpenGL, fonts, the X client libraries) from the
system. A server has none of that, and Qt then ends with a message about a file that nobody knows. Loading each
library beforehand tells which package is missing. Windows and macOS bring everything.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import sys
from pathlib import Path

from setup_console import SetupFailure, capture, detail, say

# Library to load → Debian package that holds it.
DRAWING = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
}
WINDOW = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def has_display() -> bool:
    """Tell whether a window can be shown."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def ensure_qt_libraries(*, window: bool) -> None:
    """Make sure that Qt can draw, and open a window where one is wanted; installs only on Debian as root."""
    if not sys.platform.startswith("linux"):
        return
    needed = {**DRAWING, **WINDOW} if window else DRAWING
    missing = _missing(needed)
    if not missing:
        return
    packages = sorted({needed[library] for library in missing})
    ensure_packages(
        packages,
        why=("Qt 绘图和显示需要这些系统库", "Qt needs these system libraries to draw"),
        lacking=", ".join(missing),
    )
    still = _missing(needed)
    if still:
        raise SetupFailure(
            (
                f"安装之后仍缺少系统库：{', '.join(still)}。",
                f"Still missing after installing: {', '.join(still)}.",
            ),
            (
                "请安装提供这些文件的系统包；确实不需要时加 --no-system。",
                "Install the system packages that hold these files, or pass --no-system to go on without.",
            ),
        )


def ensure_packages(packages: list[str], *, why: tuple[str, str], lacking: str) -> None:
    """Install Debian packages as root; anyone else is told the line to type."""
    typed = "apt-get update && apt-get install -y --no-install-recommends " + shlex.join(packages)
    if shutil.which("apt-get") is None:
        raise SetupFailure(
            (f"{why[0]}，本机缺少：{lacking}。", f"{why[1]}; this machine lacks {lacking}."),
            (
                "请用本系统的包管理器安装提供这些文件的包，再运行一次；加 --no-system 可跳过检查。",
                "Install the packages that hold them with your system's package manager and run this again; "
                "--no-system skips the check.",
            ),
        )
    if os.geteuid() != 0:
        raise SetupFailure(
            (f"{why[0]}，本机缺少：{lacking}。", f"{why[1]}; this machine lacks {lacking}."),
            (
                f"请执行这一行后再运行（加 --no-system 可跳过检查）：sudo sh -c '{typed}'",
                f"Type this line and run the command again (--no-system skips the check): sudo sh -c '{typed}'",
            ),
        )
    say(f"{why[0]}，现在安装", f"{why[1]}; installing now")
    detail(f"缺少 / missing: {lacking}")
    detail(typed)
    _apt_get("update")
    _apt_get("install", "-y", "--no-install-recommends", *packages)


def _missing(libraries: dict[str, str]) -> list[str]:
    missing = []
    for library in libraries:
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(library)
    return missing


def _apt_get(*arguments: str) -> None:
    done = capture(["apt-get", "-q", *arguments], {"DEBIAN_FRONTEND": "noninteractive"})
    if done.returncode == 0:
        return
    said = [line.strip() for line in done.stdout.splitlines() if line.startswith(("E:", "Err:", "W:"))]
    reason = " ".join(said[-2:]) or f"exit code {done.returncode}"
    if "No space left" in done.stdout or "enough free space" in done.stdout:
        problem = ("磁盘已满，系统包装不下。", "The disk is full; the system packages do not fit.")
    elif "failure resolving" in done.stdout or "Could not connect" in done.stdout:
        problem = (
            "连不上系统软件源（没有网络？）。",
            "The system's package source cannot be reached (no network?).",
        )
    else:
        problem = (f"apt-get {arguments[0]} 没有成功：{reason}", f"apt-get {arguments[0]} failed: {reason}")
    raise SetupFailure(
        problem,
        (
            "请检查网络、磁盘空间和软件源后再运行；自己装好之后可加 --no-system。",
            "Check the network, the disk space and the package sources and run this again, or install them yourself "
            "and pass --no-system.",
        ),
    )


def is_systems_own_python() -> bool:
    """Tell whether this Python came with the system, so that the system's packages complete it."""
    return Path(sys.base_prefix) == Path("/usr")
