"""The figures of a rate: course over time, districts, categories and stages. Analysis in, drawn figure out."""

from collections.abc import Sequence
from typing import Final

from lib.charts.funnel import describe_funnel, funnel_chart
from lib.charts.heat_map import describe_heat_map, heat_map
from lib.charts.interval_dots import describe_interval_dots, interval_dots
from lib.metrics.analyses.control import ControlChart
from lib.metrics.analyses.districts import DistrictComparison
from lib.metrics.analyses.heat import CategoryByStage
from lib.ui.cached import Picture
from lib.ui.chart_block import Figure
from lib.ui.figure_columns import rate_columns, with_chance_words, with_flag_words
from lib.ui.metric_words import measure_of
from lib.ui.tables import ShownColumn

_STEPS: Final = {"month": "按月", "quarter": "按季", "year": "按年"}
_FLAG: Final = ShownColumn("flag_text", "统计提示")


def course_figure(chart: ControlChart, picture: Picture, title: str) -> Figure:
    """The p′ chart of a rate by month, quarter or year, drawn already."""
    measure = measure_of(chart.result.metric)
    columns = [
        ShownColumn("period_name", "期间"),
        *rate_columns(measure),
        ShownColumn("centre", "均值（%）", "percent"),
        ShownColumn("limit_lower", "控制下限（%）", "percent"),
        ShownColumn("limit_upper", "控制上限（%）", "percent"),
        ShownColumn("completeness", "出结果比例（%）", "percent"),
        _FLAG,
    ]
    return Figure(
        key=f"course.{chart.result.metric.id}",
        title=title,
        chart=picture.chart,
        # The same words whatever the filters: with others the browser would build the chart anew. What the chart
        # says stands below it, for every reader.
        alt=f"{measure.name}控制图（{_STEPS[chart.period]}）：各期数值、均值、控制界限和统计提示；内容见图下文字。",
        table=with_flag_words(chart.frame),
        columns=columns,
        file_label=f"{measure.name}_{_STEPS[chart.period]}",
        filters=chart.result.filters,
        sentence=chart.result.sentence,
        notes=(picture.words, *chart.notes),
    )


def funnel_figure(comparison: DistrictComparison) -> Figure:
    """Crude rates of districts against their number of samples, with limits."""
    measure = measure_of(comparison.result.metric)
    return Figure(
        key=f"funnel.{comparison.result.metric.id}",
        title=f"各地{measure.name}与样品数（漏斗图）",
        chart=funnel_chart(
            comparison.crude, comparison.crude_limits, baseline=comparison.baseline, measure=measure
        ),
        alt=describe_funnel(comparison.crude, measure=measure),
        table=with_flag_words(comparison.crude),
        columns=[ShownColumn("code", "地区代码"), ShownColumn("name", "地区"), *rate_columns(measure), _FLAG],
        file_label=f"{measure.name}_地区漏斗图",
        filters=comparison.result.filters,
        sentence=comparison.result.sentence,
        notes=comparison.notes,
    )


def adjusted_figure(comparison: DistrictComparison) -> Figure:
    """Observed over expected failures of districts, the crude rate beside each."""
    measure = measure_of(comparison.result.metric)
    columns = [
        *(ShownColumn("code", "地区代码"), ShownColumn("name", "地区")),
        *(
            ShownColumn("observed", "实际（批次）", "count"),
            ShownColumn("expected", "预期（批次）", "number"),
        ),
        ShownColumn("ratio", "实际与预期之比", "number"),
        *(
            ShownColumn("ratio_lower", "比值95%区间下限", "number"),
            ShownColumn("ratio_upper", "比值95%区间上限", "number"),
        ),
        *rate_columns(measure),
        _FLAG,
    ]
    return Figure(
        key=f"adjusted.{comparison.result.metric.id}",
        title="各地实际不合格与按品类、环节构成的预期之比",
        chart=interval_dots(comparison.adjusted, measure=measure, ratio=True),
        alt=describe_interval_dots(comparison.adjusted, measure=measure, ratio=True),
        table=with_flag_words(comparison.adjusted),
        columns=columns,
        file_label=f"{measure.name}_地区实际与预期",
        filters=comparison.result.filters,
        sentence=comparison.result.sentence,
        notes=_ADJUSTED_NOTES,
    )


def heat_figure(cells: CategoryByStage) -> Figure:
    """Rates by food category and stage."""
    measure = measure_of(cells.result.metric)
    return Figure(
        key=f"heat.{cells.result.metric.id}",
        title=f"{measure.name}：食品大类与环节",
        chart=heat_map(cells.frame, measure=measure),
        alt=describe_heat_map(cells.frame, measure=measure),
        table=with_flag_words(with_chance_words(cells.frame)),
        columns=[
            ShownColumn("category_name", "食品大类"),
            ShownColumn("stage", "环节"),
            *rate_columns(measure),
            _FLAG,
            ShownColumn("chance_text", "只按偶然波动"),
        ],
        file_label=f"{measure.name}_食品大类与环节",
        filters=cells.result.filters,
        sentence=cells.result.sentence,
        notes=cells.notes,
    )


_ADJUSTED_NOTES: Sequence[str] = (
    "预期＝该地区各品类、各环节的批次×图中各地区合在一起的同品类、同环节不合格率。比值为 1 即与此相同；"
    "地区按代码排列，不作排名。",
)
