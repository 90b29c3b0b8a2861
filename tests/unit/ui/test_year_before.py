"""Which figures grow while results come in: a wrong answer would compare an open month with a finished one."""

import pytest

from lib.metrics.registry import get_metric
from lib.ui.year_before import waits_for_results


@pytest.mark.parametrize(
    ("metric_id", "waits"),
    [
        ("batches_sampled", False),
        ("unqualified_batches", True),
        ("problem_batches", True),
        ("repeat_offenders", True),
        ("unqualified_rate", True),
    ],
)
def test_counts_of_failures_wait_for_results_and_counts_of_samples_do_not(
    metric_id: str, waits: bool
) -> None:
    assert waits_for_results(get_metric(metric_id)) is waits
