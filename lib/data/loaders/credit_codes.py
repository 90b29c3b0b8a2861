"""Unified social credit codes (统一社会信用代码): the check character of GB 32100-2015."""

from operator import mul
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
LENGTH: Final = 18
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}


def check_character(first_seventeen: str) -> str:
    """The eighteenth character for seventeen characters of the alphabet. Raises ``KeyError`` for others."""
    if len(first_seventeen) != LENGTH - 1:
        raise ValueError("a credit code has seventeen characters before its check character")
    total = sum(map(mul, WEIGHTS, map(_VALUES.__getitem__, first_seventeen)))
    return ALPHABET[-total % 31]


def mistake(code: str) -> str | None:
    """Why ``code`` is not a credit code, in Chinese; nothing if it is one."""
    if len(code) != LENGTH:
        return f"统一社会信用代码应为 18 位，实为 {len(code)} 位"
    wrong = sorted(set(code) - _VALUES.keys())
    if wrong:
        return f"统一社会信用代码含有不允许的字符 {'、'.join(wrong)}"
    expected = check_character(code[:17])
    return None if code[17] == expected else f"统一社会信用代码校验位不符（应为 {expected}）"
