"""Words taken from declarations hold for every metric."""

import pytest

from lib.metrics.metric import Metric
from lib.metrics.registry import all_metrics, get_metric
from lib.metrics.sides import side_names
from lib.ui.definition_cards import matching
from lib.ui.figure_text import is_additive
from lib.ui.metric_words import measure_of, record_words

METRICS = list(all_metrics().values())


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.id)
def test_both_sides_have_names(metric: Metric) -> None:
    numerator, denominator = side_names(metric)
    assert numerator
    assert (denominator is None) == (metric.denominator is None)
    assert all("÷" not in name for name in (numerator, denominator or ""))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.id)
def test_records_are_said_in_chinese(metric: Metric) -> None:
    for side in metric.sides:
        assert side.unit in record_words(side)


def test_the_main_rate_is_named_as_declared() -> None:
    measure = measure_of(get_metric("unqualified_rate"))
    assert (measure.numerator, measure.denominator) == ("监督判定不合格批次", "已出监督结论批次")


def test_a_count_has_no_rate_to_draw() -> None:
    with pytest.raises(ValueError, match="batches_sampled"):
        measure_of(get_metric("batches_sampled"))


def test_only_rates_that_add_up_are_compared_month_by_month() -> None:
    assert is_additive(get_metric("unqualified_rate"))
    assert not is_additive(get_metric("batches_sampled"))
    assert not is_additive(get_metric("suspected_share"))


def test_search_needs_every_word() -> None:
    found = [metric.id for metric in matching("核查处置 按时", METRICS)]
    assert "disposal_on_time_rate" in found
    assert "unqualified_rate" not in found
    assert len(matching("", METRICS)) == len(METRICS)
    assert matching("UNQUALIFIED_RATE", METRICS)[0].id == "unqualified_rate"
