"""Which months have complete results: where the default period ends, and what to say when a period goes beyond."""

from datetime import date
from typing import Final

from lib.data.filters import Filters
from lib.metrics.analyses.control import period_end
from lib.metrics.analyses.same_months import SameMonths, months_text
from lib.ui import cached

#: The rate whose results are waited for.
RATE: Final = "unqualified_rate"


def months_of(source: cached.Source, filters: Filters) -> SameMonths:
    """The months of a period, judged by the results of supervision sampling under the same filters."""
    return cached.comparison_with_last_year(source, RATE, filters).months


def final_end(source: cached.Source, district: str | None, as_of: date) -> date | None:
    """Last day of the latest month with complete results, in the year of ``as_of`` or the one before."""
    two_years = Filters(start=date(as_of.year - 1, 1, 1), end=as_of, district=district)
    final = months_of(source, two_years).final
    return period_end(final[-1], "month") if final else None


def provisional_note(source: cached.Source, filters: Filters) -> str:
    """Which months of the period are provisional and what that does to the rates; empty if none is."""
    months = months_of(source, filters)
    if not months.open:
        return ""
    return f"{months_text(filters, months.open)}尚未结束或结果未齐，为暂定，不合格数可能偏低"
