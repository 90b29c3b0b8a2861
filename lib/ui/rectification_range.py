"""What is open now is asked of every item, whatever its found date, unless the reader wants those of the period."""

from dataclasses import dataclass, replace
from typing import Final

from lib.data.filters import Filters
from lib.ui import cached
from lib.ui.loop_cached import Found
from lib.ui.url_choice import segments
from lib.ui.view import View

_EVERY, PERIOD = "all", "period"
RANGES: Final = {_EVERY: "全部在册（不限发现日期）", PERIOD: "仅本期发现"}
_COUNTED: Final = "rectification_items"


@dataclass(frozen=True)
class Range:
    """The filters of the items asked for, and the words that say so in the sentence of the figure."""

    filters: Filters
    words: str

    def said(self, found: Found) -> Found:
        """The same figure with the words in its sentence."""
        return replace(found, sentence=f"{found.sentence}；{self.words}")


def every_item(view: View) -> Range:
    """All items found up to the as-of day: from the first one on record."""
    as_of = view.choices.as_of
    first = min(cached.first_day(view.source, _COUNTED), as_of)
    return Range(
        view.filters.with_(start=first, end=as_of), f"截至{as_of.isoformat()}的全部整改项，不限发现日期"
    )


def of_period(view: View) -> Range:
    """Items found in the period of the filters."""
    return Range(view.filters, "仅所选期间内发现的整改项，此前发现的不在内")


def item_range(view: View) -> Range:
    """Which items the reader asks for, part of the address; everything by default."""
    chosen = segments("range", "整改项范围", RANGES)
    return of_period(view) if chosen == PERIOD else every_item(view)
