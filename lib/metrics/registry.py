"""All metrics of the program, by id. A metric is added by declaring it in one module of `definitions`."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from lib.metrics.definitions import (
    cadres,
    campaigns,
    clinic,
    clinic_outcome,
    completeness,
    coverage,
    disposal,
    duties,
    enforcement,
    interviews_and_letters,
    items,
    office_work,
    paper_rectification,
    publicity,
    rectification,
    sampling,
)
from lib.metrics.metric import DeclarationError, Metric

_MODULES = (
    *(sampling, items, coverage, completeness, disposal, campaigns),
    *(clinic, clinic_outcome, rectification, paper_rectification, duties, cadres),
    *(enforcement, interviews_and_letters, office_work, publicity),
)
_NEAR = 3


class UnknownMetric(KeyError):
    """No metric has this id; the message names near ones."""

    def __str__(self) -> str:
        return str(self.args[0])


@cache
def all_metrics() -> Mapping[str, Metric]:
    """Every metric by id, in the order of the definition modules."""
    return MappingProxyType(by_id(metric for module in _MODULES for metric in module.METRICS))


def by_id(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """Metrics by id; two of one id are refused: an id is never reused."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        if metric.id in found:
            raise DeclarationError(f"指标 {metric.id}：id 重复声明")
        found[metric.id] = metric
    return found


def get_metric(metric_id: str) -> Metric:
    """The metric of this id. Raises `UnknownMetric` with near ids and names."""
    metrics = all_metrics()
    if metric_id in metrics:
        return metrics[metric_id]
    by_name = {metric.name: metric.id for metric in metrics.values()}
    near = get_close_matches(metric_id, metrics, n=_NEAR, cutoff=0.4)
    near += [by_name[name] for name in get_close_matches(metric_id, by_name, n=_NEAR, cutoff=0.4)]
    shown = "、".join(f"{name}（{metrics[name].name}）" for name in dict.fromkeys(near)) or "见 metrics 命令"
    raise UnknownMetric(f"没有指标“{metric_id}”；相近的有：{shown}")


# Declarations are checked when they are made; a duplicate must stop the start as well.
all_metrics()
