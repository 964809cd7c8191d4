"""Which bytes mean which characters.

A declaration in a file (`.cpg`, a language byte) is often wrong, and a wrong one is silent mojibake. What worked on
real files: strict UTF-8 over all text; where that fails, GB18030 (which holds GBK and GB2312). A declaration is
believed only when the text decodes by it, and only over what UTF-8 itself does not prove.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gis_planner.errors import UnclearInputError
from gis_planner.messages import Message

_SAMPLE_CHARACTERS = 40
_GB_NAMES = {
    "gbk",
    "gb2312",
    "gb18030",
    "cp936",
    "936",
    "hz-gb-2312",
    "euc-cn",
    "euccn",
    "x-gbk",
    "gb_2312-80",
}
_SINGLE_BYTE = ("iso8859", "cp125", "cp437", "cp850", "latin", "ascii", "mac", "koi8")


@dataclass(frozen=True)
class EncodingGuess:
    """An encoding (empty: the format leaves no question), whether it is certain, why, and how text then looks."""

    encoding: str
    certain: bool
    reason: Message
    sample: str = ""


FIXED_UTF8 = EncodingGuess("UTF-8", True, Message("import.encoding.format"))


def judge_encoding(
    texts: Sequence[bytes], *, declared: str = "", given: str = "", file: str = ""
) -> EncodingGuess:
    """Judge the encoding of raw texts.

    `declared` is what the file says of itself, `given` what a person says. A given one that does not decode, or that
    nobody knows, raises UnclearInputError.
    """
    telling = sorted({text for text in texts if not text.isascii()})
    if given:
        return _as_given(telling, given, file)
    if not telling:
        return EncodingGuess("UTF-8", True, Message("import.encoding.ascii"), "")
    name = python_codec(declared)
    utf8 = _decodes(telling, "utf-8")
    chinese = _decodes(telling, "gb18030")
    if utf8 and not (chinese and _accidental(telling)):
        return EncodingGuess("UTF-8", True, Message("import.encoding.utf8"), _sample(telling, "utf-8"))
    if utf8:
        # Two-byte UTF-8 without one Chinese character that would read as Chinese in GBK: a few names may be either.
        if name in ("utf-8", "gb18030"):
            return _guess(name, telling, True, "import.encoding.declared", declared)
        return EncodingGuess(
            "GB18030",
            False,
            Message("import.encoding.either", utf8=_sample(telling, "utf-8"), gb=_sample(telling, "gb18030")),
            _sample(telling, "gb18030"),
        )
    if chinese and _reads_chinese(telling, "gb18030"):
        if name == "big5" and _decodes(telling, name):
            return _guess(name, telling, True, "import.encoding.declared", declared)
        disproved = name == "utf-8" or name.startswith(_SINGLE_BYTE)
        key = "import.encoding.gb_against" if declared and disproved else "import.encoding.gb"
        return _guess("gb18030", telling, True, key, declared)
    if name and name != "utf-8" and _decodes(telling, name):
        return _guess(name, telling, not name.startswith(_SINGLE_BYTE), "import.encoding.declared", declared)
    return EncodingGuess(
        "GB18030", False, Message("import.encoding.unclear"), _sample(telling, "gb18030", errors="replace")
    )


def python_codec(name: str) -> str:
    """Give Python's name of an encoding as files write it (`936`, `ANSI 936`, `UTF8`), empty when nobody knows it."""
    plain = name.strip().lower().replace("ansi", "").replace("oem", "").strip(" _-")
    if not plain:
        return ""
    if plain in _GB_NAMES:
        return "gb18030"
    if plain in ("65001", "cp65001", "utf8", "utf-8"):
        return "utf-8"
    if plain.isdigit():
        plain = f"iso8859-{plain[4:]}" if plain.startswith("8859") else f"cp{plain}"
    try:
        found = codecs.lookup(plain).name
        b"\x00\x00\x00\x00".decode(found)  # codecs such as base64 turn bytes into bytes and raise here
    except (LookupError, ValueError):
        return ""
    return found


def decode(raw: bytes, encoding: str, *, cut: bool = False) -> str:
    """Decode one text; one that fills its field (`cut`) may end within a character, which is then left out."""
    codec = python_codec(encoding) or "utf-8"
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        if cut:
            try:
                return codecs.getincrementaldecoder(codec)("strict").decode(raw, False)
            except UnicodeDecodeError:
                pass
        return raw.decode(codec, "replace")


def whole_characters(raw: bytes) -> bytes:
    """Cut an incomplete last character off a text that fills its field, whether it is UTF-8 or GB18030."""
    for codec in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(codec)("strict")
        try:
            decoder.decode(raw, False)
        except UnicodeDecodeError:
            continue
        rest = decoder.getstate()[0]
        return raw[: len(raw) - len(rest)] if rest else raw
    return raw


def _as_given(telling: Sequence[bytes], given: str, file: str) -> EncodingGuess:
    name = python_codec(given)
    if not name:
        raise UnclearInputError(
            Message("import.encoding.unknown", file=file, encoding=given),
            Message("import.encoding.unknown_remedy"),
        )
    if not _decodes(telling, name):
        raise UnclearInputError(
            Message("import.encoding.fails", file=file, encoding=given),
            Message("import.encoding.fails_remedy"),
        )
    return _guess(name, telling, True, "import.encoding.given", given)


def _guess(name: str, telling: Sequence[bytes], certain: bool, key: str, said: str) -> EncodingGuess:
    return EncodingGuess(name.upper(), certain, Message(key, said=said), _sample(telling, name))


def _decodes(texts: Iterable[bytes], codec: str) -> bool:
    try:
        for text in texts:
            text.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _accidental(texts: Sequence[bytes]) -> bool:
    """Tell whether UTF-8 gives no Chinese character at all where GB18030 gives almost nothing else."""
    if any(_is_chinese(c) for text in texts for c in text.decode("utf-8")):
        return False
    return _reads_chinese(texts, "gb18030")


def _reads_chinese(texts: Sequence[bytes], codec: str) -> bool:
    foreign = [c for text in texts for c in text.decode(codec) if ord(c) > 127]
    return sum(_is_chinese(c) for c in foreign) >= 0.6 * len(foreign)


def _is_chinese(character: str) -> bool:
    return (
        "\u4e00" <= character <= "\u9fff"
        or "\u3000" <= character <= "\u303f"
        or "\uff00" <= character <= "\uffef"
    )


def _sample(texts: Sequence[bytes], codec: str, errors: str = "strict") -> str:
    """Show how the texts would look."""
    shown = ""
    for text in texts:
        shown += ("  " if shown else "") + " ".join(text.decode(codec, errors).split())
        if len(shown) >= _SAMPLE_CHARACTERS:
            break
    return shown[:_SAMPLE_CHARACTERS]
