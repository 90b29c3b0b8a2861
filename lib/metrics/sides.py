"""Names of a metric's two counts, taken from its declaration."""

import re
from typing import Final

from lib.metrics.metric import Metric

#: "甲÷乙" inside a description, each side up to the nearest punctuation.
_SIDES: Final = re.compile(r"([^÷，；。：]+)÷([^÷，；。]+)")


def side_names(metric: Metric) -> tuple[str, str | None]:
    """Chinese names of numerator and denominator; a count has no denominator."""
    found = _SIDES.search(metric.description)
    if metric.denominator is None or found is None:
        return metric.name, None
    return found.group(1), found.group(2)
