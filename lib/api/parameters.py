"""From the query of an address to an `Extract`: every word is understood or refused, none is passed over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lib.access.extracts import LEAST_REASON, LONGEST_REASON
from lib.api.problem import Problem
from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, parents_of
from lib.export.extract import Extract, Kind
from lib.export.formats import SUFFIXES
from lib.metrics.extent import data_range, table_range
from lib.metrics.question_words import (
    CONDITION_NAMES,
    asked_conditions,
    asked_dimensions,
    asked_filters,
    asked_number,
)
from lib.metrics.registry import get_metric
from lib.metrics.tables import get_table

#: Filters that may stand in the address as they do in that of a page.
FILTER_WORDS: Final = CONDITION_NAMES
_DAYS: Final = {"from": "起始日期（含）", "to": "截止日期（含）"}
_EVERYWHERE: Final = {"where": "筛选，如 stage=生产，可重复", "format": "文件格式", "version": "数据版本"}
_PERSONAL: Final = {"personal": "1：含涉及个人的列"}
_PROTECTED: Final = {"protect": "1：小数保护，对外提供时用", "reason": "对外提供的事由"}
#: Words of each kind of address besides the filters.
WORDS: Final[Mapping[Kind, Mapping[str, str]]] = {
    "metric": {
        **_DAYS,
        **_EVERYWHERE,
        **_PROTECTED,
        **{"by": "分组", "parameter": "参数，如 k=3", "as_of": "时限算至"},
    },
    "rows": {
        **_DAYS,
        **_EVERYWHERE,
        **_PERSONAL,
        **{"part": "分子 numerator 或分母 denominator", "parameter": "参数，如 k=3", "as_of": "时限算至"},
    },
    "table": {**_DAYS, **_EVERYWHERE, **_PERSONAL},
}
PARTS: Final = ("numerator", "denominator")
_REPEATABLE: Final = ("where", "by", "parameter")
#: No record of food sampling lies outside.
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
_LARGEST_NUMBER: Final = 10**9


@dataclass(frozen=True)
class Query:
    """The words of one address, each known and none given twice that may stand once only."""

    kind: Kind
    name: str
    words: Mapping[str, tuple[str, ...]]

    @property
    def form(self) -> str:
        """The file format asked for; CSV when none is."""
        form = self.one("format") or "csv"
        if form not in SUFFIXES:
            raise Problem(400, f"文件格式“{form}”未知；可用：{'、'.join(SUFFIXES)}")
        return form

    @property
    def version(self) -> int | None:
        """The data version asked for; None for the newest."""
        text = self.one("version")
        if text is None:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise Problem(400, f"数据版本“{text}”应为整数，如 42")
        return int(text)

    def one(self, word: str) -> str | None:
        """The value of a word that stands once; None where it is absent."""
        return self.words[word][0] if word in self.words else None


def read_query(kind: Kind, name: str, items: Iterable[tuple[str, str]]) -> Query:
    """The words of an address. A `Problem` names words that this address does not know, with those it does."""
    declared = () if kind == "table" else tuple(one.name for one in get_metric(name).parameters)
    if kind == "table":
        get_table(name)
    known = (*WORDS[kind], *FILTER_WORDS, *declared)
    words: dict[str, list[str]] = {}
    for word, text in items:
        words.setdefault(word, []).append(text)
    unknown = [word[:40] for word in words if word not in known]
    if unknown:
        raise Problem(400, f"参数“{'、'.join(unknown)}”未知，没有取数；可用：{'、'.join(known)}")
    twice = [word for word, texts in words.items() if len(texts) > 1 and word not in _REPEATABLE]
    if twice:
        raise Problem(400, f"参数“{'、'.join(twice)}”只能出现一次；多个取值用逗号分隔")
    return Query(kind, name, {word: tuple(texts) for word, texts in words.items()})


def read_extract(query: Query, snapshot: Snapshot, scope: Scope, *, may_see_persons: bool) -> Extract:
    """What is asked for. Raises `Problem` or what the metric floor raises, each with a Chinese sentence."""
    filters = _filters(query, snapshot, scope)
    _refuse_outside(filters.district, snapshot, scope)
    part = query.one("part") or PARTS[0]
    if part not in PARTS:
        raise Problem(400, f"“part”只能是 {'、'.join(PARTS)}")
    numbers = _numbers(query)
    grouped = query.kind == "metric" and "by" in query.words
    return Extract(
        kind=query.kind,
        name=query.name,
        filters=filters,
        by=asked_dimensions(get_metric(query.name), query.words["by"]) if grouped else (),
        parameters=tuple(sorted(numbers.items())),
        part="denominator" if part == PARTS[1] else "numerator",
        form=query.form,  # type: ignore[arg-type]
        as_of=_day("as_of", query.one("as_of")),
        personal=_personal(query, may_see_persons),
        protected=_is_on(query, "protect") and bool(read_reason(query)),
    )


def read_reason(query: Query) -> str:
    """Why a protected table leaves the bureau. A `Problem` where one is needed and not given, or not needed."""
    reason = (query.one("reason") or "").strip()
    if not _is_on(query, "protect"):
        if "reason" in query.words:
            raise Problem(400, "“reason”只与 protect=1（对外提供）一起使用")
        return ""
    if not (LEAST_REASON <= len(reason) <= LONGEST_REASON and reason.isprintable()):
        raise Problem(
            400, f"对外提供须写明事由：reason=……（{LEAST_REASON} 至 {LONGEST_REASON} 个字），登记备查"
        )
    return reason


def _filters(query: Query, snapshot: Snapshot, scope: Scope) -> Filters:
    conditions = asked_conditions(snapshot, _where(query), scope)
    start, end = _day("from", query.one("from")), _day("to", query.one("to"))
    return asked_filters(conditions, start, end, _range(query, snapshot, scope))


def _where(query: Query) -> Sequence[str]:
    named = [f"{word}={query.one(word)}" for word in FILTER_WORDS if word in query.words]
    return (*query.words.get("where", ()), *named)


def _range(query: Query, snapshot: Snapshot, scope: Scope) -> tuple[date, date]:
    if query.kind == "table":
        return table_range(snapshot, get_table(query.name), scope)
    return data_range(snapshot, get_metric(query.name), scope)


def _day(word: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Problem(400, f"“{word}”的日期“{text}”不是 2025-01-31 这样的真实日期") from None
    if day.isoformat() != text or not EARLIEST <= day <= LATEST:
        raise Problem(
            400, f"“{word}”的日期“{text}”应写成 2025-01-31，并在 {EARLIEST.year}—{LATEST.year} 年之间"
        )
    return day


def _numbers(query: Query) -> dict[str, Any]:
    if query.kind == "table":
        return {}
    declared = {one.name for one in get_metric(query.name).parameters}
    direct = [f"{name}={query.one(name)}" for name in declared if name in query.words]
    written = [*query.words.get("parameter", ()), *direct]
    numbers: dict[str, Any] = {}
    for text in written:
        name, number = asked_number(text)
        if name in numbers:
            raise Problem(400, f"参数“{name}”只能出现一次")
        if not abs(number) <= _LARGEST_NUMBER:
            raise Problem(400, f"参数“{name}”的值太大")
        numbers[name] = number
    return numbers


def _personal(query: Query, may_see_persons: bool) -> bool:
    asked = _is_on(query, "personal")
    if asked and not may_see_persons:
        raise Problem(403, "涉及个人的列只有统计岗和系统管理员可以取；请去掉 personal=1")
    return asked


def _is_on(query: Query, word: str) -> bool:
    text = query.one(word)
    if text not in (None, "0", "1"):
        raise Problem(400, f"“{word}”只能是 0 或 1")
    return text == "1"


def _refuse_outside(district: str | None, snapshot: Snapshot, scope: Scope) -> None:
    """A foreign district would give figures of nothing; one above the reader's, a part under the name of the whole."""
    if district is not None and not scope.reaches(district, parents_of(snapshot.units)):
        name = snapshot.names.get(district, district)
        raise Problem(403, f"属地“{name}”不在您的可见范围（{scope.sentence(snapshot.names)}）之内，请改选")
