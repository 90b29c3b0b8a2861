"""The words of a metric's two counts, taken from its declaration."""

from typing import Final

from lib.charts.labels import Measure
from lib.metrics.metric import Count, Counted, Metric
from lib.metrics.sides import side_names

#: Which way is better, for sentences and tooltips; nothing for a metric that is only background.
DIRECTION_WORDS: Final = {"lower": "越低越好", "higher": "越高越好", "neutral": ""}


def measure_of(metric: Metric) -> Measure:
    """The metric as charts name it. Raises ValueError for a count: it has no rate to draw."""
    numerator, denominator = side_names(metric)
    if denominator is None:
        raise ValueError(f"{metric.id} is a count and has no denominator")
    return Measure(
        name=metric.name,
        numerator=numerator,
        denominator=denominator,
        unit=metric.numerator.unit.value,
    )


def record_words(side: Counted) -> str:
    """What one side counts and by which day: kind of record, what is told apart, the date column."""
    record = (side.table.comment or side.table.name).split("，")[0].split("；")[0]
    by_day = f"，按{side.date.comment or side.date.name}计入期间" if side.date is not None else "，不分期间"
    if isinstance(side, Count) and side.distinct:
        keys = "、".join(column.comment or column.name for column in side.distinct)
        return f"{record}中不同的{keys}，以{side.unit}计{by_day}"
    return f"{record}，以{side.unit}计{by_day}"
