"""Getting Qt ready to draw: the application object, the platform without a screen, the shipped fonts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import cache

from gis_planner.errors import ExportError
from gis_planner.messages import Message
from gis_planner.paths import resource

FAMILY = "Planner Sans SC"


def prepare_platform(*, offscreen_ok: bool = True) -> None:
    """Choose Qt's platform before Qt is loaded: without a display Qt would abort, not raise.

    An explicit QT_QPA_PLATFORM is left alone. Raises ExportError when there is no display and none may be done without.
    """
    if os.environ.get("QT_QPA_PLATFORM") or not sys.platform.startswith("linux"):
        return
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return
    if not offscreen_ok:
        raise ExportError(Message("maps.no_display"), Message("maps.no_display_remedy"))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


def ensure_qt(offscreen_ok: bool = True) -> str:
    """Make sure that Qt can draw in this process, and give the family of the fonts to draw with.

    An application that is already there (the window's) is used. To be called once in the main thread; painting on
    images and PDF files may then happen in workers.
    """
    prepare_platform(offscreen_ok=offscreen_ok)
    _application()
    return font_family()


@cache
def _application() -> object:
    # Kept here for the life of the process: Qt ends with its last reference.
    from PySide6.QtGui import QGuiApplication

    return QGuiApplication.instance() or QGuiApplication(["gis-planner"])


@cache
def font_family() -> str:
    """Load the shipped fonts once and give their family, or a Chinese family of the system where none is shipped."""
    from PySide6.QtGui import QFontDatabase

    families: list[str] = []
    for path in sorted(resource("fonts").glob("*.[ot]tf")):
        families += QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path)))
    if FAMILY in families:
        return FAMILY
    if families:
        return families[0]
    chinese = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    return chinese[0] if chinese else ""


def missing_characters(texts: Iterable[str]) -> str:
    """Give the characters that the font cannot draw, each once, in order of appearance; spaces and controls apart.

    A PDF drawn with a font that lacks a character holds no text there, and no error: ask before drawing.
    """
    from PySide6.QtGui import QFont, QRawFont

    face = QRawFont.fromFont(QFont(font_family()))
    seen: dict[str, None] = {}
    for text in texts:
        for character in text:
            if not character.isspace() and ord(character) >= 32:
                seen.setdefault(character)
    return "".join(character for character in seen if not face.supportsCharacter(ord(character)))
