"""The shipped fonts: which characters they draw, how wide a text is, where lines break."""

import pytest
from fontTools.ttLib import TTFont

from lib.data import fonts
from lib.data.fonts import MissingGlyph, check_glyphs, runs_by_family, text_width, wrapped

#: Part of the private use area: no font of the world gives it a meaning.
NOWHERE = "\ue123"


def test_every_character_of_the_national_sets_is_there() -> None:
    # GB 2312: rows 1–87 of the code table; the rest of GBK's Chinese characters are U+4E00–U+9FA5.
    two_bytes = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    national = {code.decode("gb2312", errors="ignore") for code in two_bytes} - {""}
    assert len(national) == 6763
    check_glyphs(["".join(sorted(national)), "".join(map(chr, range(0x4E00, 0x9FA6)))])


def test_rare_names_and_signs_of_the_field_are_there() -> None:
    check_glyphs(
        ["𠮷野家 䶮 㐂 —“”‘’…·、。，；：？！（）《》【】％‰℃ ≥≤±×÷ ①②⑩ ▲▼△▽◆○●▶ m² μg/kg β-内酰胺 Ⅰ"]
    )


def test_a_missing_character_is_named_with_its_place() -> None:
    with pytest.raises(MissingGlyph, match=f"“{NOWHERE}”（U\\+E123）.*甲{NOWHERE}食品厂"):
        check_glyphs(["乙", f"甲{NOWHERE}食品厂"])


def test_line_breaks_and_selectors_need_no_glyph() -> None:
    check_glyphs(["甲\n乙\t丙\u200b\ufe0f"])


@pytest.mark.parametrize("name", ["BamaiSans-Regular.otf", "BamaiSans-Bold.otf", "BamaiSansRare-Regular.otf"])
def test_fonts_are_ours_by_name_open_by_licence_and_not_large(name: str) -> None:
    path = fonts.FONT_FOLDER / name
    font = TTFont(path, lazy=True)
    assert font["name"].getDebugName(1) in (fonts.FAMILY, fonts.RARE_FAMILY)
    assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert path.stat().st_size < 6_000_000


def test_chinese_is_one_em_wide() -> None:
    assert text_width("食品安全", 10) == pytest.approx(40)
    assert 0 < text_width("1234", 10) < 30


def test_lines_keep_numbers_whole_and_marks_off_their_beginning() -> None:
    # Ten em fit: eight characters and a number of nine digits do not go together.
    lines = wrapped("不合格样品共计一二三123456789批次，合格", 10, 100)
    assert "".join(lines) == "不合格样品共计一二三123456789批次，合格"
    assert any("123456789" in line for line in lines)
    assert all(text_width(line.rstrip("，"), 10) <= 100 for line in lines)
    assert not any(line.startswith("，") for line in lines)


def test_a_word_longer_than_a_line_is_broken() -> None:
    lines = wrapped("A" * 100, 10, 100)
    assert "".join(lines) == "A" * 100
    assert all(text_width(line, 10) <= 100 for line in lines)


def test_runs_tell_the_family_of_rare_characters() -> None:
    assert runs_by_family("甲𠮷乙丙") == [
        ("甲", fonts.FAMILY),
        ("𠮷", fonts.RARE_FAMILY),
        ("乙丙", fonts.FAMILY),
    ]
