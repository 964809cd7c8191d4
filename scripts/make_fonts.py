"""Make the two fonts that the program ships, from Source Han Sans SC.

    python scripts/make_fonts.py SOURCE_DIR [--out resources/fonts]

SOURCE_DIR holds ``SourceHanSansSC-Regular.otf`` and ``SourceHanSansSC-Bold.otf``, version 2.001
(SIL Open Font License 1.1). The same sources give the same bytes. Needs fontTools and cffsubr,
which nothing else in the project needs: ``pip install fonttools cffsubr``.

Why own fonts. A PDF remembers glyphs and, for the search, one character for each glyph. A usual
Chinese font draws 工 and the radical ⼯ with one glyph, so a search for 工业用地 finds nothing. Here
every glyph stands for exactly one character, the compatibility forms are left out, and ligatures are
off. The characters are those of GBK, those of the 通用规范汉字表 (2013) beyond GBK, which names of
places need, and the marks of the window and of the sheets. A few marks are drawn here because
the source lacks them or draws them as wide as an ideograph.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import io
import math
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont

FAMILY = "Planner Sans SC"
POSTSCRIPT_FAMILY = "PlannerSansSC"

# sha256 of the two source files: another version would give other fonts without a word.
SOURCES = {
    "Regular": "a2125a726118e672952ebc914bdf3e7ef4b8f7c19f56c1044b747a02d107a111",
    "Bold": "df560f379d55a0c9859add605dd67e0721955fde3cd76c41c5f8d6cba7823d41",
}

FORBIDDEN = ((0x2E80, 0x2FDF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
"""Radicals and compatibility ideographs: second code points of glyphs that have a first one."""

MARKS = (
    "‚„†‡•‹›‼⁴₩€℀ℓ™−∂∆∇∥∦⊂⊃⊖⊗⊘⊠⌀⌘␣"
    "↔↕↺↻⇄⇅⇆⇐⇒⇔⇦⇧⇨⇩"
    "⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳⓪❶❷❸❹❺❻❼❽❾❿"
    "▐░▒▢▣▤▥▦▧▨▩▪▫▱▴▶▷▸▾◀◁◂◈◉◌◐◑◒◓◦◯"
    "☎☏⚠✓✔✕✗✚❖㎠㎥㎢㏊・"
)
"""Marks beyond GBK that texts of the program or of a bureau's data hold."""

STANDARD_CHARACTERS_BEYOND_GBK = (
    "鿍鿎鿏㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎"
    "䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮𠅤𠙶𠳐𡎚𡐓𣗋𣲗𣲘𣸣𤧛"
    "𤩽𤫉𥔲𥕢𥖨𥻗𦈡𦒍𦙶𦝼𦭜𦰡𧿹𨐈𨙸𨚕𨟠𨭉𨱇𨱏𨱑𨱔𨺙𩽾𩾃𩾌𪟝𪣻𪤗𪨰𪨶𪩘𪾢𫄧𫄨𫄷𫄸𫇭𫌀𫍣𫍯𫍲𫍽𫐄"
    "𫐐𫐓𫑡𫓧𫓯𫓶𫓹𫔍𫔎𫔶𫖮𫖯𫖳𫗧𫗴𫘜𫘝𫘦𫘧𫘨𫘪𫘬𫚕𫚖𫚭𫛭𫞩𫟅𫟦𫟹𫟼𫠆𫠊𫠜𫢸𫫇𫭟𫭢𫭼𫮃𫰛𫵷𫶇𫷷𫸩"
    "𬀩𬀪𬂩𬃊𬇕𬇙𬇹𬉼𬊈𬊤𬌗𬍛𬍡𬍤𬒈𬒔𬒗𬕂𬘓𬘘𬘡𬘩𬘫𬘬𬘭𬘯𬙂𬙊𬙋𬜬𬜯𬞟𬟁𬟽𬣙𬣞𬣡𬣳𬤇𬤊𬤝𬨂𬨎𬩽𬪩"
    "𬬩𬬭𬬮𬬱𬬸𬬹𬬻𬬿𬭁𬭊𬭎𬭚𬭛𬭤𬭩𬭬𬭯𬭳𬭶𬭸𬭼𬮱𬮿𬯀𬯎𬱖𬱟𬳵𬳶𬳽𬳿𬴂𬴃𬴊𬶋𬶍𬶏𬶐𬶟𬶠𬶨𬶭𬶮𬷕𬸘"
    "𬸚𬸣𬸦𬸪𬹼𬺈𬺓"
)
"""The 276 characters of the 通用规范汉字表 (国发〔2013〕23号) that GBK lacks."""

Point = tuple[float, float]
Contour = list[Point]


def main() -> None:
    """Read the command line and make both weights."""
    parser = argparse.ArgumentParser(description="Make the fonts that the program ships.")
    parser.add_argument("source_dir", type=Path, metavar="SOURCE_DIR")
    default_out = Path(__file__).resolve().parent.parent / "resources" / "fonts"
    parser.add_argument("--out", type=Path, default=default_out)
    arguments = parser.parse_args()
    for style, digest in SOURCES.items():
        source = arguments.source_dir / f"SourceHanSansSC-{style}.otf"
        found = hashlib.sha256(source.read_bytes()).hexdigest()
        if found != digest:
            raise SystemExit(f"{source} is not version 2.001: its sha256 is {found}, not {digest}.")
        target = arguments.out / f"{POSTSCRIPT_FAMILY}-{style}.otf"
        make_font(source, target, style=style)
        print(f"{target}  {target.stat().st_size:,} bytes")


def make_font(source: Path, target: Path, *, style: str) -> None:
    """Write one weight: own marks in, one character a glyph, cut to the repertoire, renamed, packed."""
    font = TTFont(source, recalcTimestamp=False)
    wanted = repertoire()
    spare = iter(range(0x1100, 0x1160))  # Korean letters, none of which is wanted: their glyphs are reused
    for character, (width, contours) in _own_marks(bold=style == "Bold").items():
        _put_outline(font, ord(character), next(spare), width=width, contours=contours)
    _part_shared_glyphs(font, wanted, spare)
    _cut(font, wanted)
    _rename(font, style)
    font = _renumber(font)
    importlib.import_module("cffsubr").subroutinize(font, keep_glyph_names=False)
    font.save(target)


def repertoire() -> set[int]:
    """Give the code points that the fonts are to hold."""
    latin = set(range(0x20, 0x7F)) | (set(range(0xA0, 0x100)) - {0xAD})
    marks = {ord(character) for character in MARKS + STANDARD_CHARACTERS_BEYOND_GBK}
    wanted = latin | marks | set(_gbk())
    return {point for point in wanted if not any(low <= point <= high for low, high in FORBIDDEN)}


def _gbk() -> Iterator[int]:
    """Go through the two-byte characters of GBK."""
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                yield ord(bytes((lead, trail)).decode("gbk"))
            except UnicodeDecodeError:
                continue


def _own_marks(*, bold: bool) -> dict[str, tuple[int, list[Contour]]]:
    """Give width and contours, in thousandths of the em, of the marks drawn here.

    Signs between figures take the width and the pen of the font's own plus sign. The em dash fills
    its square, so that the double dash of Chinese is one line.
    """
    digit, middle, pen, dot = (589, 376, 107, 80) if bold else (555, 369, 69, 60)
    mark = 130 if bold else 90
    x = digit / 2
    minus = _stroke(x - 240, middle, x + 240, middle, pen)
    raised = middle + 60
    plus = [_stroke(x - 240, raised, x + 240, raised, pen), _stroke(x, raised - 215, x, raised + 215, pen)]
    return {
        "·": (300, [_disc(150, 372, dot)]),
        "•": (480, [_disc(240, 372, 2 * dot)]),
        "×": (digit, _cross(x, middle, 180, pen)),
        "÷": (digit, [minus, _disc(x, middle + 190, dot), _disc(x, middle - 190, dot)]),
        "±": (digit, [*plus, _stroke(x - 240, 60, x + 240, 60, pen)]),
        "⌀": (760, [_ring(380, 370, 265, pen), _stroke(60, 50, 700, 690, pen)]),
        "—": (1000, [_stroke(0, 281, 1000, 281, 95 if bold else 64)]),
        "✓": (1000, [_tick(mark)]),
        "✔": (1000, [_tick(1.6 * mark)]),
        "✕": (1000, _cross(500, 380, 330, mark)),
        "✗": (1000, _cross(500, 380, 330, 1.6 * mark)),
        "↻": (1000, _turn(mark, clockwise=True)),
        "↺": (1000, _turn(mark, clockwise=False)),
        "▸": (600, [[(110, 120), (110, 640), (530, 380)]]),
        "◂": (600, [[(490, 120), (490, 640), (70, 380)]]),
        "▾": (600, [[(40, 570), (560, 570), (300, 150)]]),
        "▴": (600, [[(40, 190), (560, 190), (300, 610)]]),
    }


def _stroke(x0: float, y0: float, x1: float, y1: float, width: float) -> Contour:
    """Outline a straight stroke with square ends."""
    scale = width / 2 / math.hypot(x1 - x0, y1 - y0)
    dx, dy = (y1 - y0) * scale, (x1 - x0) * scale
    return [(x0 + dx, y0 - dy), (x1 + dx, y1 - dy), (x1 - dx, y1 + dy), (x0 - dx, y0 + dy)]


def _cross(x: float, y: float, reach: float, width: float) -> list[Contour]:
    """Outline a diagonal cross."""
    return [
        _stroke(x - reach, y - reach, x + reach, y + reach, width),
        _stroke(x - reach, y + reach, x + reach, y - reach, width),
    ]


def _tick(width: float) -> Contour:
    """Outline a tick: two legs that meet in a right angle."""
    side = width / math.sqrt(2)
    foot = (410.0, 110.0)
    short, long = 270.0, 520.0
    x, y = foot
    return [
        (x, y),
        (x - short, y + short),
        (x - short + side, y + short + side),
        (x, y + 2 * side),
        (x + long - side, y + long + side),
        (x + long, y + long),
    ]


def _disc(x: float, y: float, radius: float) -> Contour:
    """Outline a filled circle; its 64 corners stay below a unit of the grid."""
    return _arc(x, y, radius, 0, 360)


def _ring(x: float, y: float, radius: float, width: float) -> Contour:
    """Outline a circle."""
    return _arc(x, y, radius + width / 2, 0, 360) + _arc(x, y, radius - width / 2, 360, 0)


def _turn(width: float, *, clockwise: bool) -> list[Contour]:
    """Outline an open ring with an arrow head at its upper end, for "out of date" and for undoing."""
    x, y, radius = 500.0, 370.0, 320.0
    ring = _arc(x, y, radius + width / 2, 95, 390) + _arc(x, y, radius - width / 2, 390, 95)
    head = [(x - 60, y + radius + 200), (x - 60, y + radius - 200), (x + 250, y + radius)]
    contours = [ring, head]
    return contours if clockwise else [[(2 * x - px, py) for px, py in contour] for contour in contours]


def _arc(x: float, y: float, radius: float, start: float, end: float) -> Contour:
    """Give points along a circle from one angle in degrees to another."""
    steps = 64
    angles = (math.radians(start + (end - start) * step / steps) for step in range(steps + 1))
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]


def _put_outline(font: TTFont, point: int, spare: int, *, width: int, contours: list[Contour]) -> None:
    """Draw a character's outline in the glyph of a spare one and give it to the character."""
    pen = T2CharStringPen(None, None)
    for contour in contours:
        corners = _clockwise([(round(x), round(y)) for x, y in contour])
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    name = font.getBestCmap()[spare]
    font["hmtx"][name] = (width, round(min(x for contour in contours for x, _ in contour)))
    _replace_program(font, name, pen)
    _assign(font, point, name)


def _replace_program(font: TTFont, name: str, pen: T2CharStringPen) -> None:
    """Let a glyph be what a pen has drawn, as wide as the table of widths says."""
    glyph = font["CFF "].cff[0].CharStrings[name]
    width = font["hmtx"][name][0] - glyph.private.nominalWidthX
    glyph.setProgram([width, *pen.getCharString().program])


def _clockwise(corners: Contour) -> Contour:
    """Turn a contour the way of filled outlines, so that overlapping ones add up."""
    following = corners[1:] + corners[:1]
    area = sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(corners, following, strict=True))
    return corners[::-1] if area < 0 else corners


def _part_shared_glyphs(font: TTFont, wanted: set[int], spare: Iterator[int]) -> None:
    """Give a glyph of its own to every character that shares one with an earlier character."""
    characters = font.getBestCmap()
    strings = font["CFF "].cff[0].CharStrings
    owners: set[str] = set()
    for point in sorted(wanted & characters.keys()):
        name = characters[point]
        if name in owners and point != 0xA0:  # a search for a space is to find the hard space too
            copy = characters[next(spare)]
            pen = T2CharStringPen(None, None)
            strings[name].draw(pen)
            font["hmtx"][copy] = font["hmtx"][name]
            _replace_program(font, copy, pen)
            _assign(font, point, copy)
        owners.add(name)


def _assign(font: TTFont, point: int, name: str) -> None:
    """Let a character show a glyph."""
    for table in font["cmap"].tables:
        if table.isUnicode() and table.format != 14 and (point <= 0xFFFF or table.format >= 12):
            table.cmap[point] = name


def _cut(font: TTFont, wanted: set[int]) -> None:
    """Leave the wanted characters, kerning, and nothing that swaps glyphs."""
    options = subset.Options()
    options.bidi_closure = False
    options.desubroutinize = True
    options.glyph_names = False
    options.hinting = False
    options.layout_features = ["kern"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["BASE", "DSIG", "GSUB", "VORG", "vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    missing = wanted - font.getBestCmap().keys()
    if missing:
        raise SystemExit("The source lacks " + " ".join(f"U+{point:04X}" for point in sorted(missing)))


def _rename(font: TTFont, style: str) -> None:
    """Give the changed font its own name, as the licence asks, and keep copyright and licence."""
    names = font["name"]
    postscript = f"{POSTSCRIPT_FAMILY}-{style}"
    kept = {record.nameID: record.toUnicode() for record in names.names if record.langID == 0x409}
    names.names = []
    texts = {
        0: kept[0],
        1: FAMILY,
        2: style,
        3: f"2.001;{postscript}",
        4: f"{FAMILY} {style}",
        5: "Version 2.001",
        6: postscript,
        10: "Made from a Source Han Sans SC font: fewer characters, some own marks, one character a glyph.",
        13: kept[13],
        14: kept[14],
    }
    for number, text in texts.items():
        names.setName(text, number, 3, 1, 0x409)
    font["OS/2"].achVendID = "    "
    top = font["CFF "].cff
    top.fontNames = [postscript]
    top[0].FamilyName, top[0].FullName, top[0].Notice = FAMILY, f"{FAMILY} {style}", kept[0]
    for part in top[0].FDArray:
        part.FontName = part.FontName.replace("SourceHanSansSC", POSTSCRIPT_FAMILY)


def _renumber(font: TTFont) -> TTFont:
    """Count the glyphs that are left from one upwards: 40 kB less than listing the gaps."""
    stream = io.BytesIO()
    font.save(stream)
    font = TTFont(stream, recalcTimestamp=False)
    top = font["CFF "].cff[0]
    order = [name if name == ".notdef" else f"cid{index:05d}" for index, name in enumerate(top.charset)]
    places = top.CharStrings.charStrings
    top.CharStrings.charStrings = dict(zip(order, (places[name] for name in top.charset), strict=True))
    top.charset = order
    font.setGlyphOrder(order)
    return font


if __name__ == "__main__":
    main()
