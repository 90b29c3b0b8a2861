"""The 抽检分析报告 as plain values, in the order of the national notices: every sentence is made from metrics.

Totals with rate and change, the five staples, categories that moved, groups of failing items, disposal, and the annex.
A sentence whose figure cannot be computed says so and why; a report without any verdict is refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.items import Pareto, pareto
from lib.metrics.analyses.judgement import SMALL
from lib.metrics.analyses.moved import Moved, what_moved
from lib.metrics.analyses.report_annex import Annex, CategoryCounts, by_category, report_annex
from lib.metrics.analyses.report_disposal import disposal_sentences
from lib.metrics.analyses.year_on_year import YearOnYear, year_on_year
from lib.metrics.compute import Result, compute
from lib.metrics.format import (
    count_text,
    interval_text,
    is_missing,
    rate_of_counts_text,
    rate_text,
    rate_with_counts_text,
)
from lib.metrics.question import OTHER_SAMPLING
from lib.metrics.registry import get_metric

#: 粮食加工品, 食用油、油脂及其制品, 肉制品, 蛋制品, 乳制品: the five of the national notices, in their order.
STAPLES: Final = ("01", "02", "04", "19", "05")
_LEADING: Final = 3
_ITEMS_NAMED: Final = 5


class ReportImpossible(ValueError):
    """There is nothing to report; the words (Chinese) say why."""


@dataclass(frozen=True)
class Section:
    """A heading and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SamplingReport:
    """The whole report; `basis` tells filters, as-of day and data version."""

    title: str
    sections: tuple[Section, ...]
    annex: Annex
    basis: tuple[str, ...]
    version: int


def sampling_report(snapshot: Snapshot, filters: Filters, scope: Scope) -> SamplingReport:
    """Write the report of a period. Raises `ReportImpossible` where no supervision verdict is there."""
    metric = get_metric("unqualified_rate")
    total = compute(snapshot, metric, filters, scope)
    row = total.frame.iloc[0]
    if is_missing(row["denominator"]) or row["denominator"] == 0:
        raise ReportImpossible(
            f"{filters.period_sentence()}所选范围没有已出监督结论的样品，不能生成报告；请放宽期间或筛选条件"
        )
    place, period = _place(snapshot, filters, scope), filters.period_sentence()
    categories = by_category(snapshot, filters, scope)
    compared = year_on_year(snapshot, metric, filters, scope)
    subject = f"{period}，{place or '全部地区'}"
    sections = (
        Section("一、总体情况", _totals(snapshot, total, compared, scope, subject)),
        Section("二、五类大宗食品", _staples(categories, row)),
        Section("三、各类食品不合格率变化", _changes(snapshot, compared, scope, categories)),
        Section("四、不合格项目", _items(snapshot, filters, scope)),
        Section("五、核查处置与风险控制", disposal_sentences(snapshot, filters, scope)),
    )
    return SamplingReport(
        title=f"{place}{period}食品安全监督抽检分析报告",
        sections=sections,
        annex=report_annex(snapshot, filters, scope, categories),
        basis=(f"统计{total.sentence}。", f"{_basis(snapshot)}。"),
        version=snapshot.version,
    )


def _place(snapshot: Snapshot, filters: Filters, scope: Scope) -> str:
    if filters.district is not None:
        return snapshot.names.get(filters.district, filters.district)
    return "" if scope.is_everything else scope.sentence(snapshot.names)


def _basis(snapshot: Snapshot) -> str:
    day = snapshot.as_of
    synthetic = "；演示数据（合成），不代表真实情况" if snapshot.is_synthetic else ""
    return f"数据截至{day.year}年{day.month}月{day.day}日；数据版本 {snapshot.version}{synthetic}"


def _totals(
    snapshot: Snapshot, total: Result, compared: YearOnYear, scope: Scope, subject: str
) -> tuple[str, ...]:
    row = total.frame.iloc[0]
    sampled = compute(snapshot, get_metric("batches_sampled"), total.filters, scope, with_excluded=False)
    number = sampled.frame.iloc[0]["numerator"]
    first = (
        f"{subject}共抽检食品样品{count_text(number)}批次，其中已出监督结论{count_text(row['denominator'])}批次，"
        f"检出不合格样品{count_text(row['numerator'])}批次，{total.metric.name}为"
        f"{rate_of_counts_text(row['numerator'], row['denominator'])}"
        f"（95%置信区间{interval_text(row['lower'], row['upper'])}）。"
    )
    change = (
        compared.phrase
        if compared.change is not None
        else f"{compared.reason.removesuffix('，不作同比')}，本报告不作同比。"
    )
    return tuple(text for text in (first, _left_out(total, row), change, *compared.notes) if text)


def _left_out(total: Result, row: Any) -> str:
    """Batches in neither count, state by state; other kinds of sampling apart, because they are not pooled."""
    other = f"excluded_{OTHER_SAMPLING}"
    states = [
        f"{label}{count_text(row[column])}批次"
        for column, label in total.excluded.items()
        if column != other and not is_missing(row[column]) and row[column] > 0
    ]
    said = [f"未计入不合格率的有：{'、'.join(states)}。"] if states else []
    if other in total.excluded and not is_missing(row[other]) and row[other] > 0:
        said.append(f"靶向、专项等其他性质的抽样{count_text(row[other])}批次不与本报告的抽样合并计算。")
    return "".join(said)


def _staples(categories: Sequence[CategoryCounts], total: Any) -> tuple[str, ...]:
    by_code = {one.code: one for one in categories}
    present = [by_code[code] for code in STAPLES if code in by_code]
    enough = [one for one in present if one.tested >= SMALL]
    said = []
    if enough:
        names = listed(one.name for one in enough)
        rates = "、".join(_rate(one) for one in enough)
        each = "分别为" if len(enough) > 1 else "为"
        said.append(f"{names}监督抽检不合格率{each}{rates}，{_against(enough, total)}。")
    few = [f"{one.name}{count_text(one.tested)}批次" for one in present if one not in enough]
    if few:
        said.append(f"已出监督结论不足{SMALL}批次的不列不合格率：{listed(few)}。")
    if not present:
        said.append("所选范围没有五类大宗食品的监督结论，不作比较。")
    return tuple(said)


def _rate(one: CategoryCounts) -> str:
    return rate_with_counts_text(one.unqualified, one.tested)


def listed(names: Iterable[str]) -> str:
    """Names side by side; where one of them holds a 、 itself, commas part them, as in the national notices."""
    given = list(names)
    return ("，" if any("、" in name for name in given) else "、").join(given)


def _against(compared: Sequence[CategoryCounts], total: Any) -> str:
    """Which of the categories lie below the whole, compared as exact fractions."""
    whole = Fraction(int(total["numerator"]), int(total["denominator"]))
    text = rate_of_counts_text(total["numerator"], total["denominator"])
    sides: dict[str, list[str]] = {"低于": [], "等于": [], "高于": []}
    for one in compared:
        sides["低于" if one.rate < whole else "高于" if one.rate > whole else "等于"].append(one.name)
    named = [(side, names) for side, names in sides.items() if names]
    if len(named) == 1:
        return f"{'均' if len(compared) > 1 else ''}{named[0][0]}总体不合格率（{text}）"
    parts = [f"{listed(names)}{side}总体不合格率" for side, names in named]
    return f"其中{'；'.join(parts)}（{text}）"


def _changes(
    snapshot: Snapshot, compared: YearOnYear, scope: Scope, categories: Sequence[CategoryCounts]
) -> tuple[str, ...]:
    moved = what_moved(snapshot, compared.metric, compared.filters, scope, dimensions=("category",))
    return tuple(text for text in (*_moved(moved, compared.period), _leading(categories)) if text)


def _moved(moved: Moved, period: str) -> tuple[str, ...]:
    if not moved.compared:
        return (f"没有两年都不少于{SMALL}批次的食品大类可与上年同期比较，不作同比。",)
    down, up = (moved.frame[sign] for sign in (moved.frame["difference"] < 0, moved.frame["difference"] > 0))
    rest = moved.compared - len(down) - len(up)
    if rest == moved.compared:
        return (f"{period}可与上年同期比较的{moved.compared}个食品大类，不合格率的变化均未超出偶然波动。",)
    counts = [
        f"{len(rows)}个大类不合格率{word}（{listed(rows['name'])}）"
        for rows, word in ((down, "下降"), (up, "上升"))
        if len(rows)
    ]
    others = f"，其余{rest}个大类的变化未超出偶然波动" if rest else ""
    said = [f"{period}可与上年同期比较的{moved.compared}个食品大类中，{'，'.join(counts)}{others}。"]
    return (*said, *(f"{sentence}。" for rows in (down, up) for sentence in rows["sentence"]))


def _leading(categories: Sequence[CategoryCounts]) -> str:
    enough = [one for one in categories if one.tested >= SMALL and one.unqualified > 0][:_LEADING]
    if not enough:
        return ""
    named = listed(f"{one.name}{_rate(one)}" for one in enough)
    order = "最高的为" if len(enough) == 1 else "居前的依次为"
    return f"已出监督结论不少于{SMALL}批次的大类中，不合格率{order}{named}。"


def _items(snapshot: Snapshot, filters: Filters, scope: Scope) -> tuple[str, ...]:
    groups = pareto(snapshot, filters, scope, level="item_group", top=len(snapshot.categories))
    if groups.frame.empty:
        return ("所选范围没有登记不合格项目，不作项目分析。",)
    total = groups.frame["total_items"].iloc[0]
    first = (
        f"不合格样品共检出不合格项目{count_text(total)}项次（一批次可有多项）。"
        "按项目组计，占不合格项次的比例依次为："
    )
    items = pareto(snapshot, filters, scope, level="item", top=_ITEMS_NAMED)
    return (first + _shares(groups) + "。", f"检出项次居前的项目为{_named(items)}。")


def _shares(groups: Pareto) -> str:
    return listed(
        f"{row.label}{rate_text(row.share_items)}（{count_text(row.numerator)}项次）"
        for row in groups.frame.itertuples()
    )


def _named(items: Pareto) -> str:
    named = items.frame[~items.frame["is_other"].astype(bool)]
    return listed(f"{row.label}（{count_text(row.numerator)}项次）" for row in named.itertuples())
