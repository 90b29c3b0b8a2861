"""The fonts that ship with the program: which characters they have, how wide a text is, where its lines break.

Pictures, slides and paper are drawn with them, so that what they look like depends on no machine.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from fontTools.ttLib import TTFont

from lib.data.settings import PROJECT_FOLDER

FONT_FOLDER: Final = PROJECT_FOLDER / "data" / "fonts"
FAMILY: Final = "Bamai Sans"
#: Rare characters in their own file; drawing programs are told both families in this order.
RARE_FAMILY: Final = "Bamai Sans Rare"
_FILES: Final = {
    False: ("BamaiSans-Regular.otf", "BamaiSansRare-Regular.otf"),
    True: ("BamaiSans-Bold.otf", "BamaiSansRare-Regular.otf"),
}
#: Control and format characters, and selectors of a form, have no glyph of their own.
_WITHOUT_GLYPH: Final = frozenset({"Cf", "Cc", "Zl", "Zp"})
_SHOWN: Final = 20
#: Pieces that a line does not break inside: runs of Latin letters and digits; everything else stands alone.
_PIECES: Final = re.compile(r"[A-Za-z0-9.,%+\-/:_]+|.", re.DOTALL)
#: Marks that may not begin a line.
_CLINGING: Final = "，。、；：？！）》”’％%」』】〉"


class MissingGlyph(ValueError):
    """A text holds a character that no shipped font can draw; the message (Chinese) names both."""


@lru_cache(maxsize=2)
def advances(bold: bool = False) -> Mapping[int, float]:
    """Code point → width in em of every character that can be drawn."""
    widths: dict[int, float] = {}
    for name in reversed(_FILES[bold]):
        with TTFont(FONT_FOLDER / name, lazy=True) as font:
            measured = font["hmtx"].metrics
            unit = font["head"].unitsPerEm
            widths |= {code: measured[glyph][0] / unit for code, glyph in font.getBestCmap().items()}
    return widths


@lru_cache(maxsize=1)
def _rare() -> frozenset[int]:
    with TTFont(FONT_FOLDER / _FILES[False][-1], lazy=True) as font:
        return frozenset(font.getBestCmap())


def check_glyphs(texts: Iterable[str]) -> None:
    """Raise `MissingGlyph` for the first character that would come out as an empty box."""
    known = advances()
    for text in texts:
        for character in text:
            if ord(character) not in known and not _is_invisible(character):
                raise MissingGlyph(
                    f"随附字体没有“{character}”（U+{ord(character):04X}）的字形，出现在“{_around(text, character)}”中；"
                    "请改用通行字形，或让管理员更换 data/fonts 中的字体"
                )


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line in the unit of `size`."""
    widths = advances(bold)
    return sum(widths.get(ord(character), 1.0) for character in text) * size


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Lines not wider than `width`, broken as Chinese is: anywhere but inside numbers and before closing marks."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for piece in _pieces(paragraph, size, width, bold):
            if line and piece[0] not in _CLINGING and text_width(line + piece, size, bold=bold) > width:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
        lines.append(line)
    return lines


def runs_by_family(text: str) -> list[tuple[str, str]]:
    """The text in runs, each with the family that draws it: programs differ in how they look for a rare character."""
    runs: list[tuple[str, str]] = []
    for character in text:
        family = RARE_FAMILY if ord(character) in _rare() else FAMILY
        if runs and runs[-1][1] == family:
            runs[-1] = (runs[-1][0] + character, family)
        else:
            runs.append((character, family))
    return runs


def broken_pieces(text: str) -> list[str]:
    """What a line may be broken between: single Chinese characters, whole numbers and Latin words."""
    return _PIECES.findall(text)


def _pieces(text: str, size: float, width: float, bold: bool) -> Iterator[str]:
    for piece in broken_pieces(text):
        # A run longer than a line has to be broken somewhere.
        yield from piece if text_width(piece, size, bold=bold) > width else (piece,)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in _WITHOUT_GLYPH or unicodedata.name(character, "").startswith(
        "VARIATION SELECTOR"
    )


def _around(text: str, character: str) -> str:
    place = text.index(character)
    return text[max(0, place - _SHOWN) : place + _SHOWN]
