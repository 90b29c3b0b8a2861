"""From a metric, filters and a scope to the result table.

The result table is always: groups (code and name), numerator, denominator, value, lower, upper, and how many were left
out of both counts. Every figure on a page, in a file and on the command line comes from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.labels import group_labels, names_of_groups
from lib.metrics.metric import Count, Metric, Parameter, seen_from
from lib.metrics.predicates import check_sampling, effective_filters
from lib.metrics.question import OTHER_SAMPLING, Asked, Question
from lib.metrics.source import run
from lib.metrics.statements import statements
from lib.stats.intervals import wilson
from lib.stats.standardisation import poisson_rate

#: Whole numbers that may be missing stay whole numbers.
_WHOLE: Final = {kind: pd.Int64Dtype() for kind in (pa.int16(), pa.int32(), pa.int64())}

_FIGURES: Final = ("numerator", "denominator", "value", "lower", "upper")


class UnknownDimension(ValueError):
    """The metric cannot be split the way the reader asked."""


class WrongParameter(ValueError):
    """A parameter the metric does not have, or a value it cannot take."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """A figure, split by `by`.

    `frame`: for each dimension its code column `<dimension>` and its Chinese `<dimension>_name`, then `numerator`,
    `denominator` (missing for a count), `value` (a fraction for a proportion), `lower`, `upper` (95 %) and the
    columns named in `excluded` (column → Chinese label). Sorted by the codes, missing codes last.
    `filters` are the ones really applied; `sentence` says them in Chinese.
    """

    metric: Metric
    filters: Filters
    by: tuple[str, ...]
    frame: pd.DataFrame
    excluded: Mapping[str, str]
    as_of: date
    version: int
    sentence: str
    parameters: Mapping[str, int]


def compute(
    snapshot: Snapshot,
    metric: Metric,
    filters: Filters,
    scope: Scope,
    *,
    by: tuple[str, ...] = (),
    parameters: Mapping[str, float] | None = None,
    as_of: date | None = None,
    with_excluded: bool = True,
) -> Result:
    """Compute one metric.

    Raises `UnknownDimension`, `WrongParameter`, `FilterNotApplicable` or `UnknownDistrict`, each with a Chinese
    sentence. `as_of` is the day the data are seen from (the snapshot's own by default); it matters to time limits.
    """
    question = ask(
        snapshot,
        metric,
        filters,
        scope,
        by=by,
        parameters=parameters,
        as_of=as_of,
        with_excluded=with_excluded,
    )
    sides = [(asked, _to_frame(run(snapshot, asked.question))) for asked in statements(question)]
    frame = _valued(_joined(sides), metric)
    excluded = _labels_of_excluded(frame, metric)
    return Result(
        metric=metric,
        filters=question.filters,
        by=by,
        frame=_arranged(frame, question, names_of_groups(snapshot, question, frame), tuple(excluded)),
        excluded=excluded,
        as_of=question.as_of,
        version=snapshot.version,
        sentence=sentence_of(question, metric, snapshot.names),
        parameters=question.parameters,
    )


def ask(
    snapshot: Snapshot,
    metric: Metric,
    filters: Filters,
    scope: Scope,
    *,
    by: tuple[str, ...] = (),
    parameters: Mapping[str, float] | None = None,
    as_of: date | None = None,
    with_excluded: bool = True,
) -> Question:
    """Check what the reader asked for and bring it into the form the statements are made from."""
    unknown = [name for name in by if name not in metric.dimensions]
    if unknown or len(set(by)) != len(by):
        raise UnknownDimension(
            f"指标“{metric.name}”不能按 {'、'.join(unknown or by)} 分组；可用：{'、'.join(metric.dimensions)}"
        )
    effective = effective_filters(metric, filters)
    check_sampling(metric, filters)
    day = as_of or snapshot.as_of
    numbers = _parameters(metric, parameters or {})
    return Question(
        metric=seen_from(metric, day, tuple(numbers.items())),
        filters=effective,
        scope=scope,
        by=by,
        as_of=day if metric.needs_as_of else snapshot.as_of,
        parameters=numbers,
        units=snapshot.units,
        with_excluded=with_excluded,
    )


def sentence_of(question: Question, metric: Metric, names: Mapping[str, str]) -> str:
    """The filter sentence of a figure, with what its metric ignores or counts by its own rule."""
    omitted = () if any("sampling_kind" in side.table.c for side in metric.sides) else ("sampling",)
    sentence = question.filters.sentence(names, question.scope.sentence(dict(names)), omit=omitted)
    parts = [sentence]
    parts += [f"{parameter.label}{question.parameters[parameter.name]}" for parameter in metric.parameters]
    if metric.needs_as_of:
        parts.append(f"时限算至{question.as_of.isoformat()}")
    if metric.ignore_note:
        parts.append(metric.ignore_note)
    return "；".join(parts)


def _parameters(metric: Metric, given: Mapping[str, float]) -> dict[str, int]:
    known = {parameter.name: parameter for parameter in metric.parameters}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise WrongParameter(
            f"指标“{metric.name}”没有参数 {'、'.join(unknown)}；可用：{'、'.join(known) or '无'}"
        )
    return {
        name: _checked(parameter, given.get(name, parameter.default)) for name, parameter in known.items()
    }


def _checked(parameter: Parameter, value: float) -> int:
    if not float(value).is_integer() or value < parameter.minimum:
        raise WrongParameter(
            f"参数“{parameter.label}”（{parameter.name}）应为不小于 {parameter.minimum} 的整数，现为 {value}"
        )
    return int(value)


def _to_frame(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas(types_mapper=_WHOLE.get)


def _joined(sides: list[tuple[Asked, pd.DataFrame]]) -> pd.DataFrame:
    """Outer join of the aggregated sides; what one side does not have stays missing.

    A side that is a total over some groups is joined to each of them.
    """
    (asked, frame), *others = sides
    for other, more in others:
        shared = [key for key in asked.keys if key in other.keys]
        repeated = [name for name in more.columns if name in frame.columns and name not in shared]
        added = more.drop(columns=repeated)
        if not asked.keys and not other.keys:  # two totals of one row each
            frame = pd.concat([frame, added], axis=1)
        elif not shared:
            frame = frame.merge(added, how="cross")
        elif len(shared) < len(asked.keys):
            frame = frame.merge(added, on=shared, how="left")
        else:
            frame = frame.merge(added, on=shared, how="outer")
    return frame


def _valued(frame: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Add value and interval. A denominator of 0 or a missing side gives a missing value, never 0."""
    if isinstance(metric.numerator, Count) and metric.numerator.at_least is not None:
        # The group was looked at and no key reached k: that is a counted 0, not a missing value.
        frame = frame.assign(numerator=frame["numerator"].fillna(0))
    numerator = _floats(frame["numerator"])
    if metric.denominator is None:
        missing = np.full(len(frame), np.nan)
        none = pd.array([pd.NA] * len(frame), dtype="Int64")
        return frame.assign(denominator=none, value=numerator, lower=missing, upper=missing)
    denominator = _floats(frame["denominator"])
    shown = {}
    if metric.denominator.divide_by != 1:
        denominator = denominator / metric.denominator.divide_by
        shown = {"denominator": denominator}
    known = (denominator > 0) & ~np.isnan(numerator)
    value = np.divide(numerator, denominator, out=np.full(len(frame), np.nan), where=known)
    lower, upper = _interval(metric, np.where(known, numerator, np.nan), np.where(known, denominator, 0.0))
    return frame.assign(**shown, value=value, lower=lower, upper=upper)


def _interval(metric: Metric, x: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if metric.interval == "wilson":
        return wilson(x, n)
    if metric.interval == "byar":
        _, lower, upper = poisson_rate(x, np.where(n > 0, n, 1.0))
        return np.where(n > 0, lower, np.nan), np.where(n > 0, upper, np.nan)
    return np.full(x.shape, np.nan), np.full(x.shape, np.nan)


def _floats(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype="float64", na_value=np.nan)


def _labels_of_excluded(frame: pd.DataFrame, metric: Metric) -> dict[str, str]:
    labels = {f"excluded_{exclusion.id}": exclusion.label for exclusion in metric.excluded}
    labels[f"excluded_{OTHER_SAMPLING}"] = "其他抽样性质"
    return {name: label for name, label in labels.items() if name in frame.columns}


def _arranged(
    frame: pd.DataFrame, question: Question, names: Mapping[str, str], excluded: tuple[str, ...]
) -> pd.DataFrame:
    if not question.by:
        return frame[[*_FIGURES, *excluded]]
    labels = {
        f"{name}_name": pd.Series(group_labels(frame, name, names), index=frame.index, dtype="object")
        for name in question.by
    }
    named = frame.assign(**labels)[
        [*(column for name in question.by for column in (name, f"{name}_name")), *_FIGURES, *excluded]
    ]
    return named.sort_values(list(question.by), na_position="last", kind="stable", ignore_index=True)
