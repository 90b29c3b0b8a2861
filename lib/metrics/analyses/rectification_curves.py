"""Share of rectification items verified within a limit and its curve, for one group of items. Kaplan–Meier."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from lib.metrics.analyses.rectification_rows import curve
from lib.stats.survival import closed_within

NOT_DUE: Final = "未到期"
LIMIT_COLUMNS: Final = (
    *("group", "group_name", "items", "verified", "open", "ended", "median_days", "limit"),
    *("share", "lower", "upper", "at_risk", "too_early", "shown", "text"),
)


def lasted(frame: pd.DataFrame) -> pd.Series:
    """Days of every item; one that is recorded as ended before it began lasted no time."""
    return frame["days"].clip(lower=0)


def limits_of(
    code: Any, name: str, frame: pd.DataFrame, today: pd.Timestamp, limits: Sequence[int]
) -> Iterator[tuple[Any, ...]]:
    """One row a limit: counts of the group, median days, share verified within the limit; 未到期 where too young."""
    estimate = curve(lasted(frame), frame["is_verified"])
    # A young cohort that is closed altogether is as young as one that is not.
    followed = (today - frame["started_on"]).dt.days.max()
    counts = (len(frame), int(frame["is_verified"].sum()), int(frame["is_open"].sum()))
    ended = counts[0] - counts[1] - counts[2]
    median = None if estimate is None else estimate.median
    for limit in limits:
        head = (code, name, *counts, ended, median, limit)
        if estimate is None:
            yield (*head, None, None, None, 0, True, False, NOT_DUE)
            continue
        within = closed_within(estimate, limit, follow_up=float(followed))
        text = NOT_DUE if within.too_early else ""
        ends = (within.share, within.lower, within.upper, within.n_at_risk)
        yield (*head, *ends, within.too_early, within.shown, text)


def curve_of(code: Any, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Share of the group verified by each day, its interval and who was still at risk; day 0 included."""
    estimate = curve(lasted(frame), frame["is_verified"])
    columns = {
        "day": [0.0],
        "completed": [0.0],
        "lower": [np.nan],
        "upper": [np.nan],
        "at_risk": [len(frame)],
    }
    points = pd.DataFrame(columns)
    if estimate is not None:
        later = pd.DataFrame(
            {
                "day": estimate.time,
                "completed": 1.0 - estimate.survival,
                "lower": 1.0 - estimate.upper,
                "upper": 1.0 - estimate.lower,
                "at_risk": estimate.n_risk,
            }
        )
        points = (
            pd.concat([points, later[later["day"] > 0]], ignore_index=True)
            if 0 not in estimate.time
            else later
        )
    return points.assign(group=code, group_name=name)[
        ["group", "group_name", "day", "completed", "lower", "upper", "at_risk"]
    ]
