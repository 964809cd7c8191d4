"""Qt's own words (file dialogs, standard buttons, context menus) in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator

_NAME = "qt_words"


def speak(application: QCoreApplication, language: str) -> bool:
    """Let Qt say its own words in `language` (zh or en); False where Qt brings no such words, which stay English."""
    before = application.findChild(QTranslator, _NAME)
    if before is not None:
        application.removeTranslator(before)
        before.setParent(None)
    if language != "zh":
        return True
    words = QTranslator(application)
    words.setObjectName(_NAME)
    if not words.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        words.setParent(None)
        return False
    return application.installTranslator(words)
