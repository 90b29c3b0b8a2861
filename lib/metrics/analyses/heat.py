"""Rate by food category and stage, one cell each. One query."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.judgement import (
    ENOUGH_GROUPS,
    OVERDISPERSED,
    SMALL,
    adjusted_labels,
    flag_names,
    numbers,
    small_groups,
)
from lib.metrics.compute import Result, compute
from lib.metrics.format import decimal_text, rate_text
from lib.metrics.metric import Metric
from lib.stats.dispersion import overdispersion
from lib.stats.funnel import exact_flags

#: Cells named in the note.
_NAMED = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class CategoryByStage:
    """`frame`: category, category_name, stage, numerator, denominator, value, lower, upper, flag, small, chance_flag.

    `flag` weighs how much categories differ anyway; `chance_flag` is what the cell's exact tail against the pooled
    rate says, as if chance alone made them differ.
    """

    result: Result
    frame: pd.DataFrame
    phi: float
    notes: tuple[str, ...]


def category_by_stage(snapshot: Snapshot, metric: Metric, filters: Filters, scope: Scope) -> CategoryByStage:
    """The cells with tests; a cell is flagged against the pooled rate, adjusted for how much categories differ."""
    result = compute(snapshot, metric, filters, scope, by=("category", "stage"), with_excluded=False)
    cells = result.frame[numbers(result.frame["denominator"]) > 0].reset_index(drop=True)
    cells = cells.assign(stage=cells["stage_name"], small=small_groups(cells["denominator"]))
    x, n = numbers(cells["numerator"]), numbers(cells["denominator"])
    usable = ~cells["small"].to_numpy()
    labels = chance = np.full(len(cells), "", dtype=object)
    phi = float("nan")
    if usable.sum() >= ENOUGH_GROUPS and 0 < x.sum() < n.sum():
        spread = overdispersion(x, n, "proportion")
        chance = exact_flags(x, n)
        labels, phi = adjusted_labels(spread, chance), spread.phi
    small = cells["small"].to_numpy()
    cells = cells.assign(flag=flag_names(labels, small), chance_flag=flag_names(chance, small))
    columns = ["category", "category_name", "stage", "numerator", "denominator", "value", "lower", "upper"]
    return CategoryByStage(
        result=result,
        frame=cells[[*columns, "flag", "small", "chance_flag"]],
        phi=phi,
        notes=_notes(cells, phi),
    )


def _notes(cells: pd.DataFrame, phi: float) -> tuple[str, ...]:
    notes = ["颜色深浅只表示比率高低；标记才表示与合计的差别超出偶然。"]
    if phi > OVERDISPERSED:
        notes.append(
            f"品类之间本来就不同（离散系数φ={decimal_text(phi, 1)}），标记所用界限已相应放宽。{_unmarked(cells)}"
        )
    small = int(cells["small"].sum())
    if small:
        notes.append(f"虚线框的{small}格样品不足{SMALL}批次，不作判断；斜线格没有样品。")
    return tuple(notes)


def _unmarked(cells: pd.DataFrame) -> str:
    """Cells that differ from the pooled rate by more than chance, yet not more than categories differ anyway."""
    beyond = cells[(cells["chance_flag"] != "") & (cells["flag"] == "")]
    if beyond.empty:
        return ""
    high = beyond[beyond["chance_flag"].str.startswith("high")].sort_values("value", ascending=False)
    named = [
        f"{row.category_name}{row.stage}{rate_text(row.value)}" for row in high.head(_NAMED).itertuples()
    ]
    shown = f"（较高的{len(high)}格，如{'、'.join(named)}）" if named else ""
    return f"只按偶然波动看另有{len(beyond)}格与合计不同{shown}，但在品类间常见的差别之内，不作标记。"
