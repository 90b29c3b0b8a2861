"""Checks of single values beyond their type: credit codes, the profile's patterns, cells of another encoding."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final

from lib.data.loaders import credit_codes
from lib.data.loaders.dates import BadValue
from lib.data.loaders.notes import Notes
from lib.data.loaders.profiles import ColumnRule
from lib.data.loaders.values import Convert

_UTF8_PAIR: Final = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){2}")
_REGISTRATION: Final = re.compile(r"^\d{13,15}$")


def credit_code_check(convert: Convert, on_bad: str, notes: Notes) -> Convert:
    """``convert`` followed by the check of a credit code; a wrong one is refused or noted and left out."""

    def check(text: str) -> str | None:
        value = convert(text)
        code = None if value is None else str(value).upper()
        if code is None or _REGISTRATION.match(code):
            # Fifteen-digit registration numbers of the time before 2015 have no check digit and are no credit code.
            return None
        mistake = credit_codes.mistake(code)
        if mistake is None:
            return code
        if on_bad == "reject":
            raise BadValue(mistake)
        notes.count("统一社会信用代码有误，按缺失处理", text)
        return None

    return check


def pattern_check(convert: Convert, rule: ColumnRule, notes: Notes, name: str) -> Convert:
    """``convert`` followed by the profile's own pattern for the column."""
    pattern: Callable[[str], Any] = re.compile(rule.pattern or "").fullmatch

    def check(text: str) -> Any:
        value = convert(text)
        if value is None or isinstance(value, date) or pattern(str(value)):
            return value
        if rule.on_mismatch == "reject":
            raise BadValue(f"不符合方案所写的格式 {rule.pattern}")
        notes.count(f"{name} 不符合方案所写的格式（已照原样载入）", text)
        return value

    return check


def is_foreign(text: str, encoding: str) -> bool:
    """Whether a cell decoded from ``encoding`` is really UTF-8 (two or more Chinese characters in a row)."""
    if text.isascii():
        return False
    raw = text.encode(encoding, "ignore")
    if not _UTF8_PAIR.search(raw):
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def code_list_check(convert: Convert, dimension: str, code_lists: Mapping[str, Collection[str]]) -> Convert:
    """The same conversion, with the result checked against a code list that the bureau may extend."""
    known = code_lists.get(dimension, ())

    def check(text: str) -> Any:
        value = convert(text)
        if value is None or value in known:
            return value
        raise BadValue(
            f"不在代码表 {dimension} 中（现有：{'、'.join(sorted(known))[:120]}）；"
            "可在方案中用 map 对应，或在 data/reference/code_values.csv 增补"
        )

    return check
