"""What a tile says, as plain text: worked out once for each figure and set of filters."""

from dataclasses import dataclass

from lib.data.filters import Filters
from lib.metrics.compute import Result
from lib.metrics.registry import get_metric
from lib.ui import cached
from lib.ui.figure_text import counts_lines, excluded_text, figure_value
from lib.ui.year_before import YearBefore, year_before


@dataclass(frozen=True)
class Tile:
    """A figure, the change since the year before in few words (None where none can be called), lines, explanation."""

    name: str
    value: str
    change: str | None
    lines: tuple[str, ...]
    explained: str


@cached.kept
def tile(source: cached.Source, metric_id: str, filters: Filters) -> Tile:
    """A figure with its counts, its interval and the same period a year earlier."""
    metric = get_metric(metric_id)
    now, earlier = cached.result(source, metric_id, filters), year_before(source, metric, filters)
    return Tile(
        name=metric.name,
        value=figure_value(now),
        change=earlier.word,
        lines=(*counts_lines(now), earlier.line),
        explained=_explained(now, earlier),
    )


def _explained(now: Result, earlier: YearBefore) -> str:
    parts = (now.metric.description, excluded_text(now), now.sentence, *earlier.details)
    return "；".join(part.rstrip("。") for part in parts if part) + "。"
