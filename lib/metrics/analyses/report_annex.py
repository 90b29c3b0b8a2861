"""The annex of the 抽检分析报告: one row per food category, highest rate first, as the national notices have it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import compute
from lib.metrics.dimensions import UNKNOWN
from lib.metrics.format import count_text, rate_of_counts_text
from lib.metrics.registry import get_metric

HEADINGS: Final = ("序号", "食品种类", "样品抽检数量/批次", "不合格样品数量/批次", "样品不合格率")
CATERING: Final = "31"
#: Tableware is listed below catering food: a quarter of all failures comes from it.
TABLEWARE: Final = "餐饮具"


@dataclass(frozen=True)
class Annex:
    """The table in texts, one per heading, and what its numbers count."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True)
class CategoryCounts:
    """Unqualified and tested batches of one food category; tested is never 0."""

    code: str
    name: str
    unqualified: int
    tested: int

    @property
    def rate(self) -> Fraction:
        """The exact rate."""
        return Fraction(self.unqualified, self.tested)


def by_category(snapshot: Snapshot, filters: Filters, scope: Scope) -> tuple[CategoryCounts, ...]:
    """Every category with a verdict; highest rate first, then most samples."""
    frame = compute(
        snapshot, get_metric("unqualified_rate"), filters, scope, by=("category",), with_excluded=False
    ).frame
    frame = frame[frame["denominator"] > 0].fillna({"category": "", "category_name": UNKNOWN, "numerator": 0})
    columns = (frame[name] for name in ("category", "category_name", "numerator", "denominator"))
    counts = [
        CategoryCounts(str(code), str(name), int(x), int(n))
        for code, name, x, n in zip(*columns, strict=True)
    ]
    return tuple(sorted(counts, key=lambda one: (-one.rate, -one.tested, one.code)))


def report_annex(
    snapshot: Snapshot, filters: Filters, scope: Scope, categories: Sequence[CategoryCounts]
) -> Annex:
    """The table of `by_category`, tableware below catering food, the total at its end."""
    total = (sum(one.unqualified for one in categories), sum(one.tested for one in categories))
    tableware = _tableware(snapshot, filters, scope)
    return Annex(
        title=f"附件　{filters.period_sentence()}各类食品监督抽检情况",
        headings=HEADINGS,
        rows=(*_rows(categories, tableware), _row("", "合计", *total)),
        note="样品抽检数量为已出监督结论的批次数；按不合格率由高到低排列，批次少的大类不合格率易受偶然影响。",
    )


def _rows(
    categories: Sequence[CategoryCounts], tableware: tuple[int, int] | None
) -> Iterator[tuple[str, ...]]:
    for number, one in enumerate(categories, 1):
        yield _row(str(number), one.name, one.unqualified, one.tested)
        if one.code == CATERING and tableware is not None:
            yield _row("", f"其中：{TABLEWARE}", *tableware)


def _row(number: str, name: str, x: int, n: int) -> tuple[str, ...]:
    return (number, name, count_text(n), count_text(x), rate_of_counts_text(x, n))


def _tableware(snapshot: Snapshot, filters: Filters, scope: Scope) -> tuple[int, int] | None:
    """Unqualified and tested batches of tableware; None where there are none or the class of some is not recorded."""
    frame = compute(
        snapshot,
        get_metric("unqualified_rate"),
        filters,
        scope,
        by=("category", "subcategory_4"),
        with_excluded=False,
    ).frame
    catering = frame[(frame["category"] == CATERING) & (frame["denominator"] > 0)]
    if catering["subcategory_4"].isna().any():
        return None
    mine = catering[catering["subcategory_4"].str.contains("餐具|餐饮具|自消毒").astype(bool)]
    n = int(mine["denominator"].sum())
    return (int(mine["numerator"].fillna(0).sum()), n) if n else None
