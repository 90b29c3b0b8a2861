"""Whether a period can be compared with the year before at all: no overlap, and the same catalogue of foods.

The national catalogue of 2025 splits categories of the first level (食用农产品 into 蔬菜, 水产品 …). A category that
did not exist a year earlier has no year before, and a choice that holds one next to older categories has a
different one.
"""

from collections.abc import Mapping

from sqlalchemy import func, select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot import sample
from lib.metrics.source import run, scoped


def why_not_compared(snapshot: Snapshot, filters: Filters, scope: Scope) -> str:
    """Why the same period a year earlier is no comparison, in Chinese; empty where it is one."""
    before = filters.previous_year()
    if before.end >= filters.start:
        return "期间超过一年，与上年同期重叠，不作同比"
    new = [
        name
        for name, year in split_categories(snapshot, filters.category, scope).items()
        if year is None or year > before.start.year
    ]
    return f"上年的食品目录没有单列{'、'.join(new)}，不作同比" if new else ""


def split_categories(
    snapshot: Snapshot, categories: tuple[str, ...], scope: Scope
) -> Mapping[str, int | None]:
    """Names of the given categories that were split off another one → the year of their first sample, if any."""
    split = {
        one.code: one.name
        for one in snapshot.categories
        if one.code in categories and one.code != one.rollup_code
    }
    if not split:
        return {}
    code = sample.c.category_detail_code
    first = select(code.label("code"), func.min(sample.c.sampled_on).label("day"))
    first = first.where(code.in_(split)).group_by(code)
    rows = run(snapshot, scoped(first, sample, scope, "found")).to_pylist()
    days = {row["code"]: row["day"] for row in rows}
    return {name: days[code].year if days.get(code) else None for code, name in split.items()}
