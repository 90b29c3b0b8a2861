"""Filters out of a page's address. A value that is not on a list is left out, and the reader is told."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from lib.data.filters import MULTIPLE, Filters
from lib.ui.choices import Choices

#: Parameters of the address and what readers call them.
PARAMETERS: Final[dict[str, str]] = {
    "from": "起始日期",
    "to": "截止日期",
    "district": "属地",
    "side": "地区口径",
    "category": "食品大类",
    "stage": "环节",
    "purpose": "任务类别",
    "tier": "任务层级",
    "sampling": "抽样性质",
    "campaign": "专项",
    "place": "抽样场所",
    "source": "来源",
}
#: No record of food sampling lies outside; a year before or after is still a valid date.
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)
_SHOWN_LENGTH: Final = 20


def read_filters(query: Mapping[str, str], choices: Choices) -> tuple[Filters, tuple[str, ...]]:
    """The filters an address asks for, and one Chinese note for each value that was left out.

    An address with a period is a whole view: a dimension it does not name is not limited. Without a period the
    reader's defaults are changed by what it names. A reader of one single district always sees it named.
    """
    whole = "from" in query and "to" in query
    filters = choices.default.with_(district=None) if whole else choices.default
    notes: list[str] = []
    for names in (("from", "to"), ("district",), ("side",), *((name,) for name in MULTIPLE)):
        part = {name: query[name] for name in names if name in query}
        kept = {name: _allowed_part(name, value, choices, notes) for name, value in part.items()}
        filters = _changed(filters, {name: value for name, value in kept.items() if value}, notes)
    if filters.district is None and len(choices.districts) == 1:
        filters = filters.with_(district=next(iter(choices.districts)))
    return filters, tuple(notes)


def in_reach(filters: Filters, choices: Choices) -> bool:
    """Whether the district is still one the reader may choose (another reader may have logged in)."""
    return filters.district is None or filters.district in choices.districts


def _allowed_part(name: str, value: str, choices: Choices, notes: list[str]) -> str:
    allowed = choices.allowed(name)
    if allowed is None:
        return value
    listed = set(allowed)
    parts = [part for part in value.split(",") if part]
    refused = [part for part in parts if part not in listed]
    if refused:
        notes.append(f"链接中的{PARAMETERS[name]}“{_short('、'.join(refused))}”不可用，已忽略。")
    return ",".join(part for part in parts if part in listed)


def _changed(filters: Filters, part: Mapping[str, str], notes: list[str]) -> Filters:
    if not part:
        return filters
    try:
        changed = Filters.from_query(part, filters)
    except ValueError as error:
        notes.append(f"链接中的{PARAMETERS[next(iter(part))]}不可用，已忽略：{_short(str(error), 60)}。")
        return filters
    if not _EARLIEST <= changed.start <= changed.end <= _LATEST:
        notes.append(f"链接中的期间超出 {_EARLIEST.year}—{_LATEST.year} 年，已忽略。")
        return filters
    return changed


def _short(text: str, length: int = _SHOWN_LENGTH) -> str:
    return text if len(text) <= length else text[:length] + "…"
