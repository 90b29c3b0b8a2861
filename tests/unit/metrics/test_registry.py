"""Metrics are found by id; a wrong id is answered with near ones."""

import pytest

from lib.metrics.metric import DeclarationError
from lib.metrics.registry import UnknownMetric, all_metrics, by_id, get_metric

#: Ids other systems may hold; field names of the accountability metrics this release computes.
STABLE = (
    *("batches_sampled", "batches_tested", "unqualified_rate", "qualified_rate", "problem_rate"),
    *("evaluation_pass_rate", "batches_per_1000", "problem_finding_rate", "disposal_started_on_time_rate"),
    *("disposal_completion_rate", "disposal_on_time_rate", "disposal_overdue", "case_filed_rate"),
    *("cause_found_rate", "reinspection_reversal_rate", "objection_upheld_rate"),
)


def test_stable_ids_are_there() -> None:
    assert set(STABLE) <= set(all_metrics())


def test_unknown_id_names_near_ones() -> None:
    with pytest.raises(UnknownMetric) as unknown:
        get_metric("unqualifed_rate")
    assert str(unknown.value).startswith("没有指标“unqualifed_rate”")
    assert "unqualified_rate（监督抽检不合格率）" in str(unknown.value)


def test_a_chinese_name_leads_to_the_id() -> None:
    with pytest.raises(UnknownMetric, match="unqualified_rate"):
        get_metric("抽检不合格率")


def test_an_id_is_never_used_twice() -> None:
    metric = get_metric("unqualified_rate")
    with pytest.raises(DeclarationError, match="重复"):
        by_id([metric, metric])


def test_nobody_can_add_to_the_list() -> None:
    with pytest.raises(TypeError):
        all_metrics()["extra"] = get_metric("unqualified_rate")  # type: ignore[index]
