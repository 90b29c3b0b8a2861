"""Which districts 总览 names, in which words.

An alert needs the 99.8 % limit: of so many comparisons one in twenty crosses the 95 % limit by chance. A district
counts too where widened limits hide it though its exact 99.8 % tail marks it. 95 % marks stay on the pages.
"""

from typing import Final

import pandas as pd

from lib.metrics.analyses.district_record import DistrictMeasure, DistrictRecord
from lib.metrics.analyses.judgement import hidden_by_widening
from lib.metrics.format import rate_with_counts_text
from lib.ui.figure_columns import FLAG_WORDS
from lib.ui.metric_words import DIRECTION_WORDS

_SHOWN: Final = 6
_GOOD_SIDES: Final = {"higher": "high", "lower": "low"}


def is_alert(frame: pd.DataFrame) -> pd.Series:
    """Rows (flag, chance_flag) beyond 99.8 %."""
    return frame["flag"].str.endswith("_998").astype(bool) | hidden_by_widening(frame)


def alert_words(flag: str, chance_flag: str, direction: str) -> str:
    """高于99.8%界限（越低越好）; for one that only chance alone marks: 仅按偶然波动高于99.8%界限."""
    words = FLAG_WORDS[flag] or f"仅按偶然波动{FLAG_WORDS[chance_flag]}"
    return f"{words}（{direction}）" if direction else words


def flagged_districts(record: DistrictRecord) -> list[str]:
    """A sentence for each, those on the good side last; one that says there is none, nothing if none is compared."""
    worse: list[str] = []
    better: list[str] = []
    for measure in record.measures:
        for side, sentence in _sentences(measure):
            (better if side == _GOOD_SIDES.get(measure.metric.direction) else worse).append(sentence)
    sentences = worse + better
    if not sentences:
        compared = any(measure.compared > 1 for measure in record.measures)
        return ["各地各项都没有越出99.8%界限。"] if compared else []
    more = len(sentences) - _SHOWN
    return [*sentences[:_SHOWN], *([f"另有{more}处提示，见属地责任。"] if more > 0 else [])]


def _sentences(measure: DistrictMeasure) -> list[tuple[str, str]]:
    """The side (high, low) and the sentence of each district beyond 99.8 %."""
    direction = DIRECTION_WORDS[measure.metric.direction]
    rows = measure.frame[is_alert(measure.frame)].rename(columns={"name": "district"})
    return [
        (
            (str(row.flag) or str(row.chance_flag)).split("_")[0],
            f"{row.district}{measure.metric.name}{rate_with_counts_text(row.numerator, row.denominator)}，"
            f"{alert_words(str(row.flag), str(row.chance_flag), direction)}。",
        )
        for row in rows.itertuples()
    ]
