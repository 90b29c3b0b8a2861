"""Make the fonts of data/fonts from Noto Sans CJK: python scripts/fonts.py FOLDER-OF-NotoSansCJK-*.ttc

Three files, so that none is large: the characters of everyday text in two weights, all other Chinese characters of the
source in one. The family gets a name of its own: what is drawn with it never depends on the fonts of a machine.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parents[1] / "data" / "fonts"
#: Position of Noto Sans CJK SC in the collection.
SIMPLIFIED_CHINESE = 2
SYMBOLS = [(0x20, 0x2FFF), (0x3000, 0x33FF), (0xFE10, 0xFE4F), (0xFF00, 0xFFEF)]
CHINESE = [(0x2E80, 0x2FDF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)]


def everyday() -> set[int]:
    """Symbols, all of GB 2312 and the commoner half of Big5 (traditional forms in names)."""
    codes = {code for first, last in SYMBOLS for code in range(first, last + 1)}
    for encoding, rows, cells in (
        ("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF)),
        ("big5", range(0xA4, 0xC7), range(0x40, 0xFF)),
    ):
        for row in rows:
            for cell in cells:
                text = bytes((row, cell)).decode(encoding, errors="ignore")
                codes.update(ord(character) for character in text)
    return codes


def rare() -> set[int]:
    """Chinese characters beyond the everyday ones."""
    return {code for first, last in CHINESE for code in range(first, last + 1)} - everyday()


def write(source: Path, codes: set[int], family: str, weight: str) -> None:
    """Write one file with these characters under a family name of its own."""
    options = subset.Options(font_number=SIMPLIFIED_CHINESE, layout_features=["ccmp"], hinting=False)
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx"]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    rename(font, family, weight)
    target = TARGET / f"{family.replace(' ', '')}-{weight}.otf"
    subset.save_font(font, str(target), options)
    print(target.name, len(font.getBestCmap()), target.stat().st_size)  # noqa: T201


def rename(font: TTFont, family: str, weight: str) -> None:
    """Give the font its own family name; licence and copyright stay as they are."""
    names = font["name"]
    names.names = [entry for entry in names.names if entry.nameID in (0, 5, 8, 9, 11, 13, 14)]
    plain = family.replace(" ", "")
    for number, text in (
        (1, family),
        (2, weight),
        (3, f"{plain}-{weight}"),
        (4, f"{family} {weight}"),
        (6, f"{plain}-{weight}"),
        (16, family),
        (17, weight),
    ):
        names.setName(text, number, 3, 1, 0x409)
    table = font["CFF "].cff
    table.fontNames = [f"{plain}-{weight}"]
    table[0].FamilyName, table[0].FullName = family, f"{family} {weight}"


def main() -> None:
    """Write the three files."""
    folder = Path(sys.argv[1])
    TARGET.mkdir(exist_ok=True)
    regular, bold = (folder / f"NotoSansCJK-{weight}.ttc" for weight in ("Regular", "Bold"))
    write(regular, everyday(), "Bamai Sans", "Regular")
    write(bold, everyday(), "Bamai Sans", "Bold")
    write(regular, rare(), "Bamai Sans Rare", "Regular")


if __name__ == "__main__":
    main()
