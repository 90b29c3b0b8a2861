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
from lib.metrics.format import decimal_text
from lib.metrics.metric import Metric
from lib.stats.dispersion import overdispersion
from lib.stats.funnel import exact_flags


@dataclass(frozen=True, kw_only=True, eq=False)
class CategoryByStage:
    """`frame`: category, category_name, stage, numerator, denominator, value, lower, upper, flag, small."""

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
    labels, phi = np.full(len(cells), "", dtype=object), float("nan")
    if usable.sum() >= ENOUGH_GROUPS and 0 < x.sum() < n.sum():
        spread = overdispersion(x, n, "proportion")
        labels, phi = adjusted_labels(spread, exact_flags(x, n)), spread.phi
    columns = ["category", "category_name", "stage", "numerator", "denominator", "value", "lower", "upper"]
    return CategoryByStage(
        result=result,
        frame=cells.assign(flag=flag_names(labels, cells["small"].to_numpy()))[[*columns, "flag", "small"]],
        phi=phi,
        notes=_notes(cells, phi),
    )


def _notes(cells: pd.DataFrame, phi: float) -> tuple[str, ...]:
    notes = ["颜色深浅只表示比率高低；标记才表示与合计的差别超出偶然。"]
    if phi > OVERDISPERSED:
        notes.append(f"品类之间本来就不同（离散系数φ={decimal_text(phi, 1)}），标记所用界限已相应放宽。")
    small = int(cells["small"].sum())
    if small:
        notes.append(f"{small}格样品不足{SMALL}批次，不作判断。")
    return tuple(notes)
