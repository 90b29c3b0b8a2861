"""Figures that were computed before. The only place that sets up caches; others borrow its decorator ``kept``.

Every key holds the data version and the scope; every argument takes part in it (no argument starts with "_").
A data version never changes, so nothing goes stale: the bounds are there for memory only.
"""

import copyreg
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.charts.control_chart import control_chart as control_chart_of
from lib.charts.control_chart import describe_control_chart
from lib.charts.drawing import Drawing
from lib.data.filters import ALL_SAMPLING, Filters, Side
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, open_snapshot
from lib.metrics.analyses import comparability
from lib.metrics.analyses.control import ControlChart, Period, control_chart
from lib.metrics.analyses.districts import DistrictComparison, district_comparison, level_below
from lib.metrics.analyses.heat import CategoryByStage, category_by_stage
from lib.metrics.analyses.items import Pareto, pareto
from lib.metrics.analyses.moved import Moved, what_moved
from lib.metrics.analyses.sampling_lift import SamplingKinds, sampling_kinds
from lib.metrics.analyses.year_on_year import YearOnYear, year_on_year
from lib.metrics.compute import Result, compute
from lib.metrics.extent import data_range
from lib.metrics.metric import Metric
from lib.metrics.registry import get_metric
from lib.ui.metric_words import measure_of

_KEPT: Final = 1000
_DRAWINGS_KEPT: Final = 300
_LISTS_KEPT: Final = 20
_LIFE: Final = "12h"


@dataclass(frozen=True)
class Source:
    """Where figures come from: one data version, seen through one scope."""

    folder: str
    version: int
    scope: Scope

    def open(self) -> Snapshot:
        """The snapshot itself."""
        return open_snapshot(Path(self.folder), self.scope, self.version)


@dataclass(frozen=True)
class Picture:
    """A drawn chart and the words for it."""

    chart: Drawing
    words: str


@dataclass(frozen=True)
class Extent:
    """What a data version spans for a scope."""

    first_year: int
    campaigns: tuple[str, ...]
    districts: frozenset[str]


def _by_id(metric: Metric) -> tuple[Callable[[str], Metric], tuple[str]]:
    return get_metric, (metric.id,)


@lru_cache(maxsize=4096)
def _key(value: Source | Filters) -> str:
    """Every field of a key, as text: what Streamlit would make of the dataclass, but worked out once."""
    if isinstance(value, Source):
        return repr((value.folder, value.version, value.scope.is_everything, sorted(value.scope.codes)))
    return repr(value)


_HASHED: Final[dict[str | type[Any], Callable[[Any], Any]]] = {Source: _key, Filters: _key}

# Cached values are kept as pickles; a metric is a declaration of the program and travels by its id.
copyreg.pickle(Metric, _by_id)


#: The decorator of every cached figure; its function takes the source first and hides nothing from its key.
kept: Final = st.cache_data(max_entries=_KEPT, ttl=_LIFE, show_spinner=False, hash_funcs=_HASHED)
#: The same for lists of records, which are large: only the latest are kept.
few: Final = st.cache_data(max_entries=_LISTS_KEPT, ttl=_LIFE, show_spinner=False, hash_funcs=_HASHED)
#: The same for what is handed out as it is instead of as a copy: nobody may change it.
shared: Final = st.cache_resource(
    max_entries=_DRAWINGS_KEPT, ttl=_LIFE, show_spinner=False, hash_funcs=_HASHED
)


@kept
def result(
    source: Source,
    metric_id: str,
    filters: Filters,
    by: tuple[str, ...] = (),
    parameters: tuple[tuple[str, float], ...] = (),
) -> Result:
    """One metric, as `lib.metrics.compute.compute` gives it."""
    return compute(
        source.open(), get_metric(metric_id), filters, source.scope, by=by, parameters=dict(parameters)
    )


@kept
def extent(source: Source) -> Extent:
    """First year with samples, campaigns with samples, and every unit in which a sample was taken or made."""
    snapshot = source.open()
    everything = Filters(start=date(1990, 1, 1), end=snapshot.as_of, sampling=(ALL_SAMPLING,))

    def found(by: tuple[str, ...], side: Side = "found") -> pd.DataFrame:
        metric = get_metric("batches_sampled")
        filters = everything.with_(side=side)
        return compute(snapshot, metric, filters, source.scope, by=by, with_excluded=False).frame

    periods = found(("year", "campaign"))
    places = ("province", "city", "division")
    here, made = found(places), found(tuple(f"made_{place}" for place in places), "made")
    codes = {
        code for frame in (here, made) for column in frame.columns[:6:2] for code in frame[column].dropna()
    }
    years = periods["year"].dropna()
    return Extent(
        first_year=int(years.min()) if len(years) else snapshot.as_of.year,
        campaigns=tuple(sorted(periods["campaign"].dropna().unique())),
        districts=frozenset(codes),
    )


@kept
def first_day(source: Source, metric_id: str) -> date:
    """The first day on which there is a record of what the metric counts."""
    return data_range(source.open(), get_metric(metric_id), source.scope)[0]


@kept
def course(source: Source, metric_id: str, filters: Filters, period: Period) -> ControlChart:
    """The control chart of a rate."""
    return control_chart(source.open(), get_metric(metric_id), filters, source.scope, period=period)


@shared
def course_drawing(source: Source, metric_id: str, filters: Filters, period: Period, height: int) -> Picture:
    """The control chart of a rate, drawn. Shared as it is: a chart is only read when it is sent."""
    frame, measure = course(source, metric_id, filters, period).frame, measure_of(get_metric(metric_id))
    return Picture(
        control_chart_of(frame, measure=measure, height=height),
        describe_control_chart(frame, measure=measure),
    )


@kept
def comparison_with_last_year(source: Source, metric_id: str, filters: Filters) -> YearOnYear:
    """The same months a year earlier."""
    return year_on_year(source.open(), get_metric(metric_id), filters, source.scope)


@kept
def why_not_compared(source: Source, filters: Filters) -> str:
    """Why the year before is no comparison; empty where it is one."""
    return comparability.why_not_compared(source.open(), filters, source.scope)


@kept
def split_categories(source: Source, categories: tuple[str, ...]) -> Mapping[str, int | None]:
    """Categories split off another one in a later catalogue → the year of their first sample."""
    return comparability.split_categories(source.open(), categories, source.scope)


@kept
def districts(source: Source, metric_id: str, filters: Filters) -> DistrictComparison:
    """The districts one level below the one of the filters."""
    snapshot = source.open()
    level = _level(snapshot, filters)
    return district_comparison(snapshot, get_metric(metric_id), filters, source.scope, level=level)


@kept
def categories_and_stages(source: Source, metric_id: str, filters: Filters) -> CategoryByStage:
    """Every food category by stage."""
    return category_by_stage(source.open(), get_metric(metric_id), filters, source.scope)


@kept
def failing_items(source: Source, filters: Filters) -> Pareto:
    """The items that failed most often."""
    return pareto(source.open(), filters, source.scope)


@kept
def moved(source: Source, metric_id: str, filters: Filters) -> Moved:
    """Groups that differ from the year before by more than chance."""
    snapshot = source.open()
    dimensions = ("category", _level(snapshot, filters))
    return what_moved(snapshot, get_metric(metric_id), filters, source.scope, dimensions=dimensions)


@kept
def kinds_of_sampling(source: Source, metric_id: str, filters: Filters) -> SamplingKinds:
    """Targeted and campaign sampling beside routine sampling."""
    return sampling_kinds(source.open(), get_metric(metric_id), filters, source.scope)


def _level(snapshot: Snapshot, filters: Filters) -> str:
    level = level_below(filters.district, snapshot.units)
    return f"made_{level}" if filters.side == "made" else level
