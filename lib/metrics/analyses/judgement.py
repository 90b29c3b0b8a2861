"""Words and rules shared by the analyses: which groups are flagged, which are too small, which periods are final."""

from typing import Final

import numpy as np
import pandas as pd

from lib.stats.funnel import (
    HIGH_INNER,
    HIGH_OUTER,
    LOW_INNER,
    LOW_OUTER,
    Overdispersion,
    overdispersion_flags,
)

#: Flags as charts and tables name them.
FLAGS: Final = {
    HIGH_OUTER: "high_998",
    HIGH_INNER: "high_95",
    LOW_OUTER: "low_998",
    LOW_INNER: "low_95",
}
#: Fewer tests than this: drawn hollow, not flagged, not ordered.
SMALL: Final = 30
#: φ above this: groups differ for more reasons than chance, adjusted limits are used.
OVERDISPERSED: Final = 2.0
#: Why a group inside widened limits may carry a mark: among few groups the outliers make the spread themselves.
HIDING: Final = "少数地区与其余相差很大时，放宽的界限会遮住它们自己，宜一并核实。"
#: Two groups or fewer tell nothing about how groups vary.
ENOUGH_GROUPS: Final = 3
#: Share of samples with a final result below which a period is provisional.
COMPLETE: Final = 0.95
#: Rows left out that still wait for a result; the other states are final.
WAITING: Final = ("excluded_pending", "excluded_reinspection", "excluded_objection")
_NOT_SAMPLED: Final = ("excluded_sampling", "excluded_listing")


def flag_names(labels: np.ndarray, small: np.ndarray) -> list[str]:
    """Flags of groups; a small group carries none."""
    return ["" if few else FLAGS.get(str(label), "") for label, few in zip(labels, small, strict=True)]


def hidden_by_widening(frame: pd.DataFrame) -> pd.Series:
    """Groups (flag, chance_flag) that the exact 99.8 % tail marks and widened limits do not: they have a mark too."""
    return ((frame["flag"] == "") & frame["chance_flag"].str.endswith("_998")).astype(bool)


def hidden_names(frame: pd.DataFrame) -> str:
    """Those groups (name, flag, chance_flag) by their side: "高于99.8%界限的甲，低于99.8%界限的乙"; empty: none."""
    rows = frame[hidden_by_widening(frame)]
    sides = (("高于", "high_998"), ("低于", "low_998"))
    parts = [
        f"{word}99.8%界限的{names_of(rows.loc[rows['chance_flag'] == flag, 'name'])}"
        for word, flag in sides
        if (rows["chance_flag"] == flag).any()
    ]
    return "，".join(parts)


def adjusted_labels(result: Overdispersion, exact: np.ndarray) -> np.ndarray:
    """Labels against the adjusted limits where groups are over-dispersed, else the exact ones.

    Wider limits only take marks away: a group is never marked more strongly than its exact tail says. Without this
    the transformed scale, skew near a rate of 0, would mark a small group without failures that chance explains.
    """
    if result.phi <= OVERDISPERSED:
        return exact
    pairs = zip(overdispersion_flags(result), exact, strict=True)
    return np.array([_milder(str(wide), str(narrow)) for wide, narrow in pairs], dtype=object)


def _milder(first: str, second: str) -> str:
    for outer, inner in ((HIGH_OUTER, HIGH_INNER), (LOW_OUTER, LOW_INNER)):
        if {first, second} <= {outer, inner}:
            return inner if inner in (first, second) else outer
    return ""


def small_groups(denominator: pd.Series) -> np.ndarray:
    """Which groups have too few tests."""
    return numbers(denominator) < SMALL


def numbers(column: pd.Series) -> np.ndarray:
    """A column of counts as floats, missing as NaN."""
    return column.to_numpy(dtype="float64", na_value=np.nan)


def completeness(frame: pd.DataFrame) -> np.ndarray:
    """Share of sampled batches whose result is final, per row of a result table; NaN where it cannot be known."""
    waiting = [name for name in WAITING if name in frame.columns]
    if not waiting:
        return np.full(len(frame), np.nan)
    left_out = [name for name in frame.columns if name.startswith("excluded_") and name not in _NOT_SAMPLED]
    open_results = sum((numbers(frame[name]) for name in waiting), np.zeros(len(frame)))
    sampled = numbers(frame["denominator"]) + sum((numbers(frame[name]) for name in left_out), 0.0)
    return np.divide(sampled - open_results, sampled, out=np.full(len(frame), np.nan), where=sampled > 0)


def names_of(values: pd.Series, limit: int = 5) -> str:
    """A few names for a sentence, saying how many there are in all."""
    names = [str(value) for value in values]
    shown = "、".join(names[:limit])
    return f"{shown}等{len(names)}个" if len(names) > limit else shown
