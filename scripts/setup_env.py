"""Make the environment that the program runs in, beside the checkout, from the lock files.

Standard library only: this runs before anything is installed. A stamp in the environment remembers which lock
it was made from; as long as that holds, nothing is asked, fetched or written.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from setup_console import SetupFailure, capture, clean_environment, detail, say
from setup_faults import explain
from setup_system import ensure_packages, ensure_qt_libraries, is_systems_own_python

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "scripts" / "lock.txt"
LOCK_DEV = ROOT / "scripts" / "lock-dev.txt"

_STAMP = VENV / "gis_planner-setup.json"
_UNFINISHED = {"state": "unfinished"}  # a package may be half unpacked, which pip would take for installed
_LOG = VENV / "gis_planner-setup.log"
_PIP_NEWS = re.compile(
    r"\s*(?:Downloading|Using cached|Processing) (?:\S*[/\\])?(\w[\w.]*?)-\d\S*(?: \((\S+ \S+)\))?"
)
_NEWEST_PYTHON = (3, 13)
_NEEDED_BYTES = 1_500_000_000  # measured: 1.1 GB of environment, and pip keeps its downloads


def prepare(*, development: bool, window: bool, system: bool) -> Path:
    """Bring the environment up to date and give the path of its Python."""
    _check_python()
    if system:
        ensure_qt_libraries(window=window)
    wanted = _wanted(development)
    if _is_current(wanted):
        return _venv_python()

    _check_disk()
    _make_venv(system=system)
    _remember(_UNFINISHED)
    _install_locked(development)
    _install_project()
    _remember(wanted)
    say("环境就绪", "The environment is ready")
    return _venv_python()


def _check_python() -> None:
    have = sys.version_info[:2]
    if have > _NEWEST_PYTHON:
        raise SetupFailure(
            (
                f"这里的 Python 是 {have[0]}.{have[1]}，有的依赖包（fiona）还没有它的现成版本。",
                f"This is Python {have[0]}.{have[1]}, for which a package (fiona) has no ready-made version yet.",
            ),
            (
                "请用 Python 3.11、3.12 或 3.13 运行本命令。",
                "Run this command with Python 3.11, 3.12 or 3.13.",
            ),
        )
    if sys.maxsize < 2**32:
        raise SetupFailure(
            ("这里的 Python 是 32 位的。", "This is a 32-bit Python."),
            ("请安装 64 位的 Python，再运行一次。", "Install a 64-bit Python and run this again."),
        )


def _wanted(development: bool) -> dict[str, str]:
    """Say what an up-to-date environment was made from."""

    def digest(*files: Path) -> str:
        return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()

    wanted = {"root": str(ROOT), "running": digest(LOCK, ROOT / "pyproject.toml")}
    if development:
        wanted["development"] = digest(LOCK_DEV)
    return wanted


def _is_current(wanted: dict[str, str]) -> bool:
    return _venv_python().exists() and wanted.items() <= _remembered().items()


def _remembered() -> dict[str, str]:
    try:
        stamp = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _remember(wanted: dict[str, str]) -> None:
    beside = _STAMP.with_suffix(".new")
    beside.write_text(json.dumps(wanted, indent=1), encoding="utf-8")
    beside.replace(_STAMP)


def _check_disk() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < _NEEDED_BYTES and "running" not in _remembered():
        raise SetupFailure(
            (
                f"磁盘空间不足：这里只剩 {free / 1e9:.1f} GB，安装约需 {_NEEDED_BYTES / 1e9:.1f} GB。",
                f"Not enough disk space: {free / 1e9:.1f} GB free, about {_NEEDED_BYTES / 1e9:.1f} GB needed.",
            ),
            ("请腾出空间，再运行一次。", "Free some space and run this again."),
        )


def _make_venv(*, system: bool) -> None:
    """Make `.venv`; make it again where its Python does not start or a set-up was broken off in the middle."""
    if _remembered() != _UNFINISHED and _venv_works():
        return
    if VENV.exists() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        raise SetupFailure(
            (f"{VENV} 已存在，但不是 Python 环境。", f"{VENV} exists and is not a Python environment."),
            ("请先把它移走，再运行一次。", "Move it away and run this again."),
        )
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        _get_venv_module(system=system)
    say(f"创建 Python 环境 {VENV}", "Making the Python environment")
    done = capture([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if done.returncode != 0:
        raise explain(
            done.stdout, ("创建 Python 环境没有成功", "Making the Python environment failed"), log=_LOG
        )


def _get_venv_module(*, system: bool) -> None:
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if system and is_systems_own_python():
        ensure_packages(
            [package],
            why=("创建 Python 环境需要 venv 模块", "Making a Python environment needs the venv module"),
            lacking="ensurepip",
        )
        importlib.invalidate_caches()
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise SetupFailure(
            (
                "这里的 Python 缺少 venv（ensurepip）模块，不能创建环境。",
                "This Python lacks the venv (ensurepip) module.",
            ),
            (
                f"Debian、Ubuntu 请安装 {package}（apt-get install {package}）；其他系统请用官方安装包的 Python。",
                f"On Debian and Ubuntu install {package} (apt-get install {package}); elsewhere use a Python from the "
                "official installer.",
            ),
        )


def _venv_python() -> Path:
    return VENV / "Scripts" / "python.exe" if os.name == "nt" else VENV / "bin" / "python"


def _venv_works() -> bool:
    """Tell whether the environment's Python starts, is one that we serve, and has pip."""
    ask = f"import pip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= {_NEWEST_PYTHON})"
    try:
        done = subprocess.run([str(_venv_python()), "-c", ask], env=clean_environment(), capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def _install_locked(development: bool) -> None:
    locks = [LOCK, LOCK_DEV] if development else [LOCK]
    count = sum(
        len(re.findall(r"^[a-z0-9]", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)) for lock in locks
    )
    say(
        f"安装 {count} 个锁定版本的依赖包（首次约 250 MB，几分钟）",
        f"Installing {count} locked packages (about 250 MB the first time, some minutes)",
    )
    named = [argument for lock in locks for argument in ("-r", str(lock))]
    _pip("--require-hashes", "--no-deps", "--only-binary=:all:", *named)


def _install_project() -> None:
    say("安装本程序", "Installing the program itself")
    _pip("--no-deps", "--no-build-isolation", "--no-index", "--force-reinstall", "--editable", str(ROOT))


def _pip(*arguments: str) -> None:
    """Run pip install, tell which package it is at, keep all that it says in a log beside the environment."""
    command = [str(_venv_python()), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", *arguments]
    said: list[str] = []
    child = subprocess.Popen(
        command,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    assert child.stdout is not None
    try:
        for line in child.stdout:
            said.append(line)
            news = _PIP_NEWS.match(line)
            if news:
                detail(" ".join(part for part in news.groups() if part))
            elif line.startswith("Installing collected packages"):
                detail("解压安装 / unpacking …")
            elif line.startswith("WARNING: Retrying"):
                detail("连接失败，重试 / no connection, trying again …")
    finally:
        code = child.wait()
        _keep_log("".join(said))
    if code != 0:
        raise explain("".join(said), ("pip 没有成功", "pip failed"), log=_LOG)


def _keep_log(text: str) -> None:
    try:
        _LOG.write_text(text, encoding="utf-8")
    except OSError:  # a full disk: the fault itself is told by whoever called
        return
