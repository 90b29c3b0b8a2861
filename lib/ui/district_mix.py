"""What of a district's rate comes from what it samples: figure and table."""

import pandas as pd

from lib.charts.mix_dots import describe_mix_dots, mix_dots
from lib.metrics.analyses.districts import DistrictComparison
from lib.metrics.format import rate_text
from lib.ui.chart_block import Figure
from lib.ui.district_figures import DISTRICT_COLUMNS
from lib.ui.figure_columns import rate_columns
from lib.ui.metric_words import measure_of
from lib.ui.tables import ShownColumn


def mix_figure(comparison: DistrictComparison) -> Figure:
    """Rate of each district and the rate its own mix leads to expect."""
    words = measure_of(comparison.result.metric)
    table = mix_table(comparison)
    return Figure(
        key="district.mix",
        title="构成解释了多少：实际不合格率与按本地构成的预期",
        chart=mix_dots(table, baseline=comparison.baseline, measure=words),
        alt=describe_mix_dots(table, baseline=comparison.baseline, measure=words),
        table=table,
        columns=[
            *DISTRICT_COLUMNS,
            *rate_columns(words),
            ShownColumn("expected", "预期（批次）", "number"),
            ShownColumn("expected_rate", "按本地构成预期的不合格率（%）", "percent"),
            ShownColumn("mix_part", "构成带来的差（个百分点）", "points"),
            ShownColumn("own_part", "同品类同环节之内的差（个百分点）", "points"),
        ],
        file_label="不合格率_构成影响",
        filters=comparison.result.filters,
        sentence=comparison.result.sentence,
        notes=(
            f"圆点为实际，短竖线为按本地品类、环节构成的预期，虚线为合计{rate_text(comparison.baseline)}。"
            "竖线与虚线之差是构成带来的，圆点与竖线之差是同品类、同环节之内的。",
        ),
    )


def mix_table(comparison: DistrictComparison) -> pd.DataFrame:
    """Split of each district's distance from the pooled rate: `mix_part` and `own_part` add up to it (fractions)."""
    table = comparison.adjusted.astype({"small": bool})
    expected_rate = table["expected"].astype(float) / table["denominator"].astype(float)
    return table.assign(
        expected_rate=expected_rate,
        mix_part=expected_rate - comparison.baseline,
        own_part=table["value"].astype(float) - expected_rate,
    )
