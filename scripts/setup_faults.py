"""From what an installer prints to a sentence that a planner can act upon."""

from __future__ import annotations

import re
from pathlib import Path

from setup_console import SetupFailure

# What pip or venv says → what happened. The first that matches counts.
_FAULTS: list[tuple[str, tuple[str, str], tuple[str, str]]] = [
    (
        r"No space left on device|not enough space on the disk|Errno 28|Disk quota exceeded",
        ("磁盘已满，依赖包装不下。", "The disk is full; the packages do not fit."),
        (
            "请在项目所在磁盘和临时目录腾出约 1.5 GB，再运行一次。",
            "Free about 1.5 GB on this disk and in the folder for temporary files, and run this again.",
        ),
    ),
    (
        r"DO NOT MATCH THE HASHES",
        (
            "下载到的包与锁定文件登记的校验值不符，已拒绝安装。",
            "A downloaded package does not match the hash in the lock file and was refused.",
        ),
        (
            "可能下载中断或镜像内容不同：请换一个软件源，清空 pip 缓存（pip cache purge）后再运行。",
            "The download may be damaged or the mirror may differ: try another package source, empty pip's cache "
            "(pip cache purge) and run this again.",
        ),
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        (
            "软件源的安全证书无法验证，没有下载。",
            "The package source's certificate could not be verified; nothing was downloaded.",
        ),
        (
            "单位网络有代理时，请向网管要证书并设置 PIP_CERT，再运行一次。",
            "Behind an office proxy, ask for its certificate, name it in PIP_CERT and run this again.",
        ),
    ),
    (
        r"NewConnectionError|NameResolutionError|name resolution|getaddrinfo|ConnectTimeout|ReadTimeout|timed out"
        r"|ProxyError|Connection refused|ConnectionResetError|Network is unreachable|[Cc]onnection broken",
        ("连不上软件源（没有网络？）。", "The package source cannot be reached (no network?)."),
        (
            "请检查网络或代理设置，或给 pip 配置能用的镜像，再运行一次；已下载的不会白费。",
            "Check the network or the proxy, or tell pip a mirror that works, and run this again; what has been "
            "downloaded is kept.",
        ),
    ),
    (
        r"No matching distribution found|Could not find a version",
        (
            "有的依赖包没有适合本机的现成版本。",
            "Some package has no ready-made version for this machine.",
        ),
        (
            "支持 64 位 Windows、macOS 14 以上（Apple 芯片）、glibc 2.34 以上的 64 位 Linux，Python 3.11–3.13。",
            "Served are 64-bit Windows, macOS 14 or newer on Apple silicon, and 64-bit x86 Linux with glibc 2.34 or "
            "newer, with Python 3.11 to 3.13; or the package source is incomplete.",
        ),
    ),
    (
        r"Permission denied|Read-only file system|Access is denied|Errno 13|Errno 30",
        ("没有权限写入环境文件夹。", "The environment's folder cannot be written."),
        (
            "请把项目放到可写的文件夹，或关闭正在使用 .venv 的程序，再运行一次。",
            "Put the project into a folder that you may write, or close what uses .venv, and run this again.",
        ),
    ),
]


def explain(said: str, otherwise: tuple[str, str], *, log: Path) -> SetupFailure:
    """Find the sentence for what went wrong; what is not known is quoted, with the log to look into."""
    for pattern, problem, remedy in _FAULTS:
        if re.search(pattern, said):
            return SetupFailure(problem, remedy)
    errors = [line.strip() for line in said.splitlines() if "rror" in line] or said.splitlines()[-1:]
    reason = errors[-1] if errors else "?"
    return SetupFailure(
        (f"{otherwise[0]}：{reason}", f"{otherwise[1]}: {reason}"),
        (f"完整记录见 {log}。", f"All that was said is in {log}."),
    )
