"""Targeted and campaign sampling beside routine sampling: never pooled, compared within category × stage. One query."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from lib.data.filters import ALL_SAMPLING, ROUTINE, SAMPLING_KINDS, Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import Result, compute
from lib.metrics.format import MISSING, decimal_text, rate_with_counts_text
from lib.metrics.metric import Metric
from lib.stats.intervals import wilson
from lib.stats.lift import StandardisedLift, extra_finds_per_hundred, standardised_lift

_STRATA: Final = ("category", "stage")


@dataclass(frozen=True, kw_only=True)
class KindLift:
    """How many times more one kind of sampling finds than routine sampling would in the same strata."""

    kind: str
    lift: StandardisedLift
    extra_per_hundred: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class SamplingKinds:
    """`frame`: kind, label, numerator, denominator, value, lower, upper; routine first. `lifts`: the other kinds."""

    result: Result
    frame: pd.DataFrame
    lifts: tuple[KindLift, ...]
    notes: tuple[str, ...]


def sampling_kinds(snapshot: Snapshot, metric: Metric, filters: Filters, scope: Scope) -> SamplingKinds:
    """Rates of each kind of sampling and their lift over routine, crude and standardised."""
    everything = filters.with_(sampling=(ALL_SAMPLING,))
    by = ("sampling", *_STRATA)
    result = compute(snapshot, metric, everything, scope, by=by, with_excluded=False)
    cells = result.frame.assign(
        numerator=result.frame["numerator"].fillna(0).astype("int64"),
        denominator=result.frame["denominator"].fillna(0).astype("int64"),
    )
    tested = cells[cells["denominator"] > 0]
    frame = _rates(tested)
    lifts = tuple(_lifts(tested))
    notes = (_scope_note(filters), *_notes(frame, lifts))
    return SamplingKinds(result=result, frame=frame, lifts=lifts, notes=notes)


def _rates(tested: pd.DataFrame) -> pd.DataFrame:
    sums = tested.groupby("sampling", as_index=False)[["numerator", "denominator"]].sum()
    order = {kind: place for place, kind in enumerate(SAMPLING_KINDS)}
    sums = sums.sort_values("sampling", key=lambda kinds: kinds.map(order), ignore_index=True)
    lower, upper = wilson(sums["numerator"], sums["denominator"])
    return sums.rename(columns={"sampling": "kind"}).assign(
        label=[f"{kind}抽样" for kind in sums["sampling"]],
        value=sums["numerator"] / sums["denominator"],
        lower=lower,
        upper=upper,
    )


def _lifts(tested: pd.DataFrame) -> Iterator[KindLift]:
    routine = tested[tested["sampling"] == ROUTINE]
    if routine.empty:
        return
    for kind in SAMPLING_KINDS:
        own = tested[tested["sampling"] == kind]
        if kind == ROUTINE or own.empty:
            continue
        both = own.merge(routine, on=list(_STRATA), how="outer", suffixes=("", "_routine")).fillna(
            {"numerator": 0, "denominator": 0, "numerator_routine": 0, "denominator_routine": 0}
        )
        x, n, routine_x, routine_n = (
            both[name].to_numpy(dtype="float64")
            for name in ("numerator", "denominator", "numerator_routine", "denominator_routine")
        )
        yield KindLift(
            kind=kind,
            lift=standardised_lift(x, n, routine_x, routine_n),
            extra_per_hundred=extra_finds_per_hundred(x.sum(), n.sum(), routine_x.sum(), routine_n.sum()),
        )


def _scope_note(filters: Filters) -> str:
    """Which batches the groups hold, and which of them the other parts of the page count."""
    kinds = "全部抽样性质合并" if ALL_SAMPLING in filters.sampling else "、".join(filters.sampling) + "抽样"
    return (
        "每组是所选范围内该抽样性质已出监督结论的全部批次，各组互不重叠、不相加。"
        f"本页其余数字（指标、走势、地区、品类、项目）只算{kinds}。"
    )


def _notes(frame: pd.DataFrame, lifts: tuple[KindLift, ...]) -> Iterator[str]:
    rates = {row.kind: rate_with_counts_text(row.numerator, row.denominator) for row in frame.itertuples()}
    if ROUTINE not in rates:
        yield "所选范围没有已出结论的常规抽样，无从比较。"
    for one in lifts:
        lift = one.lift
        yield (
            f"{one.kind}抽样{rates[one.kind]}，常规抽样{rates[ROUTINE]}，发现倍数{_times(lift.crude.ratio)}"
            f"（95%区间 {_times(lift.crude.lower)}—{_times(lift.crude.upper)}）；同一品类与环节内比较为"
            f"{_times(lift.ratio)}（95%区间 {_times(lift.lower)}—{_times(lift.upper)}）"
            f"{_left_out(lift)}。"
        )
    if lifts:
        yield "靶向、专项和跟踪抽样有意抽风险高的，其比率不代表总体水平；除非在筛选中选定，不进入走势等其他数字。"


def _left_out(lift: StandardisedLift) -> str:
    return f"，{lift.strata_left_out}个品类环节只有一种抽样，未参与" if lift.strata_left_out else ""


def _times(ratio: float | None) -> str:
    return MISSING if ratio is None else f"{decimal_text(ratio)}倍"
