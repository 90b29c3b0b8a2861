"""From one cell's text to one value, as a column rule says. Works on distinct texts; columns come later."""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, Final

from lib.data.loaders.dates import BadValue, parse_date
from lib.data.loaders.moments import parse_moment, parse_quarter
from lib.data.loaders.profiles import ColumnRule, ValueRule
from lib.data.loaders.targets import ITEM_VERDICTS, Target
from lib.data.verdicts import CONCLUSIONS, OBJECTION_STATUSES

Convert = Callable[[str], Any]
_NUMBER: Final = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")
_THOUSANDS: Final = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$")
#: 1.234,5 or 1 234,5 as 1,234.5
_SWAPPED: Final = str.maketrans({".": ",", ",": ".", " ": ",", "\u00a0": ",", "\u202f": ","})
_EXPONENT: Final = re.compile(r"^\d+(\.\d+)?[eE]\+?\d+$")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]")
_LINE_BREAKS: Final = re.compile(r"[ \t]*[\r\n]+[ \t]*")
_ERRORS: Final = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"})
_FORMULA: Final = re.compile(r"^=[A-Za-z_(+\-$@'][^\s]*$")
_TEXT_FORMULA: Final = re.compile(r'^="(.*)"$', re.DOTALL)
#: Columns whose values come from a closed list.
ALLOWED: Final[dict[str, tuple[str, ...]]] = {
    "stage": ("生产", "流通", "餐饮", "网抽"),
    "side": ("生产", "流通", "餐饮", "网抽"),
    "purpose": ("监督抽检", "抽检监测", "风险监测", "评价性抽检"),
    "tier": ("国抽", "省抽", "市抽", "县抽"),
    "sampling_kind": ("常规", "靶向", "专项", "跟踪", "执法", "公众点检"),
    "conclusion": tuple(CONCLUSIONS),
    "objection_status": OBJECTION_STATUSES,
}
_KEEPS_LINES: Final = frozenset({"remark"})


def checked_text(text: str) -> str:
    """A cell's text, or ``BadValue`` for formulas, error values and control characters."""
    if _CONTROL.search(text):
        raise BadValue("含有控制字符或乱码字符，文件可能已损坏")
    if text.startswith("#") and text in _ERRORS:
        raise BadValue("单元格是错误值")
    if text.startswith("="):
        if unwrapped := _TEXT_FORMULA.match(text):
            return unwrapped[1].strip()
        if _FORMULA.match(text):
            raise BadValue("单元格是公式，不是数值；请在表格软件中“选择性粘贴—数值”后再载入")
    return text


def converter(target: Target, rule: ColumnRule, values: ValueRule) -> Convert:
    """The function from a non-empty cell text to a value, nothing (empty) or ``BadValue``."""
    steps = [_extraction(rule), _mapping(rule, values.decimal), typing(target, rule, values)]
    active = [step for step in steps if step is not None]
    empty = frozenset((*values.empty, *rule.empty))

    def convert(text: str) -> Any:
        value: Any = checked_text(text)
        if value == "" or value in empty:
            return None
        for step in active:
            value = step(value)
            if value is None:
                return None
        return value

    return convert


def _extraction(rule: ColumnRule) -> Convert | None:
    if rule.extract is None:
        return None
    pattern = re.compile(rule.extract)

    def extract(text: str) -> str | None:
        found = pattern.search(text)
        if found is None and rule.otherwise != "reject":
            return text if rule.otherwise == "keep" else None
        if found is None:
            raise BadValue(f"不含方案 extract 所写的“{rule.extract}”")
        return found.group(1) if pattern.groups else found.group()

    return extract


def _mapping(rule: ColumnRule, decimal: str) -> Convert | None:
    if rule.filled:
        return lambda text: "是"
    if not (rule.map or rule.contains or rule.patterns or rule.ranges):
        return None
    patterns = [(re.compile(pattern), value) for pattern, value in rule.patterns.items()]

    def translate(text: str) -> str | None:
        if text in rule.map:
            return rule.map[text] or None
        found = next((value for part, value in rule.contains.items() if part in text), None)
        if found is None:
            found = next((value for pattern, value in patterns if pattern.search(text)), None)
        if found is None:
            found = _in_range(_plain_number(text, decimal), rule)
        return _otherwise(text, rule) if found is None else found or None

    return translate


def _in_range(text: str | None, rule: ColumnRule) -> str | None:
    if not rule.ranges or text is None:
        return None
    number = float(text)
    for part in rule.ranges:
        above = part.at_least is None or number >= part.at_least
        if above and (part.below is None or number < part.below):
            return part.value
    return None


def _otherwise(text: str, rule: ColumnRule) -> str | None:
    if rule.otherwise == "reject":
        known = "、".join(list(rule.map) + list(rule.contains))[:120]
        raise BadValue(f"方案没有写这个值如何对应（已写：{known}）")
    return text if rule.otherwise == "keep" else None


def typing(target: Target, rule: ColumnRule, values: ValueRule) -> Convert:
    """The last step: a text that already is the target's value, as its type. Constants take only this step."""
    if target.kind in ("date", "moment", "quarter"):
        return _of_calendar(target, rule, values)
    if target.kind == "truth":
        return lambda text: _truth(text, values)
    if target.kind in ("integer", "long", "number"):
        return lambda text: _number(text, whole=target.kind != "number", decimal=values.decimal)
    if target.name == "item_verdict":
        return _item_verdict
    if allowed := target.allowed or ALLOWED.get(target.name):
        return lambda text: _one_of(text, allowed)
    return lambda text: _text(text, target)


def _of_calendar(target: Target, rule: ColumnRule, values: ValueRule) -> Convert:
    if target.kind == "quarter":
        return parse_quarter
    formats, serials = [*rule.date_formats, *values.date_formats], values.excel_dates
    if target.kind == "moment":
        return lambda text: parse_moment(text, formats, excel_dates=serials)
    return lambda text: _shifted(parse_date(text, formats, excel_dates=serials), rule.shift_days)


def _shifted(day: date, days: int) -> date:
    return day + timedelta(days=days) if days else day


def _truth(text: str, values: ValueRule) -> bool:
    if text in values.true:
        return True
    if text in values.false:
        return False
    raise BadValue("不是“是”或“否”；可在方案的 values.true、values.false 补充写法")


def _number(text: str, *, whole: bool, decimal: str) -> float | int:
    plain = _plain_number(text, decimal)
    if plain is None:
        raise BadValue(
            '不是数字（小数点用逗号的文件，方案写 values.decimal = ","）' if "," in text else "不是数字"
        )
    number = float(plain)
    if number < 0:
        raise BadValue("数量不能为负，请核对更正")
    if not whole:
        return number
    if not number.is_integer():
        raise BadValue("应为整数")
    return int(number)


def _plain_number(text: str, decimal: str) -> str | None:
    """The number as Python reads it: thousands taken out where they stand in threes, a decimal point; else nothing."""
    swapped = text.replace("，", ",")
    if decimal == ",":
        swapped = swapped.translate(_SWAPPED)
    plain = swapped.replace(",", "") if _THOUSANDS.match(swapped) else swapped
    return plain if _NUMBER.match(plain) else None


def _item_verdict(text: str) -> str:
    verdict = ITEM_VERDICTS.get(text, text)
    return _one_of(verdict, (*ITEM_VERDICTS.values(),), tuple(ITEM_VERDICTS))


def _one_of(text: str, allowed: Iterable[str], shown: Iterable[str] | None = None) -> str:
    if text in allowed:
        return text
    raise BadValue(f"不在可用的值之内（{'、'.join(shown or allowed)}）；可在方案中用 map 或 contains 对应")


def _text(text: str, target: Target) -> str:
    if target.name.endswith("_no") and _EXPONENT.match(text):
        raise BadValue("编号已被表格软件改成科学计数法，丢失了数字；请把该列设为文本后重新导出")
    if "\n" in text or "\r" in text:
        text = text if target.name in _KEEPS_LINES else _LINE_BREAKS.sub(" ", text)
    if target.length is not None and len(text) > target.length:
        raise BadValue(f"超过 {target.length} 个字符（实有 {len(text)} 个）")
    return text
