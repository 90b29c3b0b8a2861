"""The figures of failing items and of kinds of sampling."""

from lib.charts.comparison import comparison_chart, describe_comparison
from lib.charts.pareto import Base, describe_pareto, pareto_chart
from lib.metrics.analyses.items import Pareto
from lib.metrics.analyses.sampling_lift import SamplingKinds
from lib.ui.chart_block import Figure
from lib.ui.figure_columns import rate_columns
from lib.ui.metric_words import measure_of
from lib.ui.tables import ShownColumn
from lib.ui.view import View


def items_figure(view: View, pareto: Pareto, base: Base) -> Figure:
    """Failing items by their share of failing items, or of failing batches."""
    return Figure(
        key=f"items.{base}",
        title=f"不合格项目（{'占不合格项次' if base == 'items' else '占不合格批次'}）",
        chart=pareto_chart(pareto.frame, base=base),
        alt=describe_pareto(pareto.frame, base=base),
        table=pareto.frame,
        columns=[
            ShownColumn("label", "不合格项目"),
            ShownColumn("group_name", "项目组"),
            ShownColumn("numerator", "不合格项次", "count"),
            ShownColumn("total_items", "不合格项次合计", "count"),
            ShownColumn("share_items", "占项次（%）", "percent"),
            ShownColumn("share_items_lower", "95%区间下限（%）", "percent"),
            ShownColumn("share_items_upper", "95%区间上限（%）", "percent"),
            ShownColumn("cumulative", "累计占项次（%）", "percent"),
            ShownColumn("batches", "含该项目的批次", "count"),
            ShownColumn("total_batches", "不合格批次合计", "count"),
            ShownColumn("share_batches", "占批次（%）", "percent"),
        ],
        file_label="不合格项目构成",
        filters=view.filters,
        sentence=pareto.sentence,
        notes=pareto.notes,
    )


def kinds_figure(kinds: SamplingKinds) -> Figure:
    """The rate of each kind of sampling with its interval, routine first."""
    metric = kinds.result.metric
    measure = measure_of(metric)
    return Figure(
        key=f"kinds.{metric.id}",
        title=f"{measure.name}：按抽样性质分列",
        chart=comparison_chart(kinds.frame, measure=measure),
        alt=describe_comparison(kinds.frame, measure=measure),
        table=kinds.frame,
        columns=[ShownColumn("label", "抽样性质"), *rate_columns(measure)],
        file_label=f"{measure.name}_抽样性质对比",
        filters=kinds.result.filters,
        # The sentence of the figure says that everything was asked for; here nothing is pooled.
        sentence=kinds.result.sentence.replace("全部抽样性质合并", "各抽样性质分列"),
        notes=kinds.notes,
    )
