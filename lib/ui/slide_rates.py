"""Slides of sampling: 总览 and the sections of 抽检不合格率."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lib.charts.labels import ratio_text
from lib.charts.pareto import Base
from lib.export.slide import ShownChart, ShownFigure, Slide
from lib.metrics.analyses.control import Period
from lib.metrics.format import MISSING, count_text, is_missing, rate_text, rate_with_counts_text
from lib.ui import cached
from lib.ui.chart_block import Figure
from lib.ui.figure_text import only_row
from lib.ui.filter_query import PARAMETERS
from lib.ui.final_months import provisional_note
from lib.ui.item_figures import items_figure, kinds_figure
from lib.ui.loop_tiles import LoopTile
from lib.ui.loop_view import known_view
from lib.ui.overview_loop import TILES as LOOP_TILES
from lib.ui.overview_page import TILES as OVERVIEW_TILES
from lib.ui.overview_page import district_lines, moved_lines
from lib.ui.rate_figures import adjusted_figure, funnel_figure, heat_figure
from lib.ui.rate_page import METRIC, TILES, course_of
from lib.ui.slide_parts import WORDS, Drawn, SlideRefused, figures_of, loop_figures, shown_chart, worded
from lib.ui.view import View

#: Pixels of a course; the stage of the wall is as high as a small window.
COURSE_HEIGHT: Final = 215
STEPS: Final = {"month": "按月", "quarter": "按季"}
BASES: Final = {"items": "占项次", "batches": "占批次"}
COURSE_DRAWN: Final = Drawn(
    "period_name", ("value", "centre", "limit_lower", "limit_upper"), hollow="provisional"
)


def overview(view: View, own: Mapping[str, str]) -> Slide:
    """The eight figures of the page, what moved, and which districts to look at; its charts are slides of their own."""
    _require_samples(view)
    known, left_out = known_view(view)
    loop = loop_figures(known, [LoopTile(metric_id) for metric_id in LOOP_TILES])
    moved, about_moves = moved_lines(view)
    districts, about_districts = district_lines(view)
    words = "、".join(PARAMETERS[name] for name in left_out)
    ignored = [f"{'、'.join(one.name for one in loop)}的记录不分{words}，没有按此筛选。"] if words else []
    return _slide(
        view,
        "总览",
        (*figures_of(view, OVERVIEW_TILES), *loop),
        sentences=(*moved, *districts),
        notes=(*ignored, *about_moves, *about_districts),
    )


def course(view: View, own: Mapping[str, str]) -> Slide:
    """The p′ chart with the figures of the period and the sentence of the year before."""
    _require_samples(view)
    step: Period = "quarter" if own.get("step") == "quarter" else "month"
    chart = shown_chart(view, course_of(view, METRIC, step, COURSE_HEIGHT), COURSE_DRAWN)
    phrase = cached.comparison_with_last_year(view.source, METRIC, view.filters).phrase
    title = "抽检不合格率：走势与同比"
    return _slide(view, title, figures_of(view, TILES), (chart,), sentences=(phrase,))


def districts(view: View, own: Mapping[str, str]) -> Slide:
    """Districts, adjusted for what was sampled; a single district has the crude funnel only."""
    _require_samples(view)
    comparison = cached.districts(view.source, METRIC, view.filters)
    if comparison.crude.empty:
        raise SlideRefused("所选范围没有可比较的地区。请把属地放宽到上一级")
    title = "抽检不合格率：地区比较"
    if len(comparison.adjusted) > 1:
        chart = ratios_chart(view, adjusted_figure(comparison))
        return _slide(view, title, charts=(chart,), notes=comparison.notes)
    return _slide(view, title, charts=(shown_chart(view, funnel_figure(comparison)),))


def products(view: View, own: Mapping[str, str]) -> Slide:
    """Food categories by stage."""
    _require_samples(view)
    figure = heat_figure(cached.categories_and_stages(view.source, METRIC, view.filters))
    return _slide(view, "抽检不合格率：品类与环节", charts=(shown_chart(view, figure),))


def items(view: View, own: Mapping[str, str]) -> Slide:
    """What failed, by its share of failing items or of failing batches."""
    _require_samples(view)
    pareto = cached.failing_items(view.source, view.filters)
    if pareto.frame.empty:
        raise SlideRefused("所选范围没有不合格项目")
    base: Base = "batches" if own.get("base") == "batches" else "items"
    share, counted, unit = f"share_{base}", *_COUNTED[base]
    figure = worded(
        items_figure(view, pareto, base),
        lambda row: (
            MISSING
            if is_missing(row[share])
            else f"{rate_text(row[share])}，{count_text(row[counted])}{unit}"
        ),
    )
    chart = shown_chart(view, figure, Drawn("label", (share,), bars=True, words=WORDS))
    return _slide(view, "抽检不合格率：不合格项目", charts=(chart,))


#: What the shares stand for: the column of counts and its unit.
_COUNTED: Final = {"items": ("numerator", "项次"), "batches": ("batches", "批次")}


def kinds(view: View, own: Mapping[str, str]) -> Slide:
    """Targeted and campaign sampling beside routine sampling, never pooled."""
    _require_samples(view)
    figure = kinds_figure(cached.kinds_of_sampling(view.source, METRIC, view.filters))
    return _slide(view, "抽检不合格率：靶向与常规", charts=(rates_chart(view, figure, "label"),))


def rates_chart(view: View, figure: Figure, names: str, reference: float | None = None) -> ShownChart:
    """Rates with their intervals; `reference` is the rate of all together, drawn beside each."""

    def words(row: Any) -> str:
        return "，".join((rate_with_counts_text(row["numerator"], row["denominator"]), *_flags(row)))

    drawn = Drawn(
        names,
        ("value",),
        bars=True,
        words=WORDS,
        interval=("lower", "upper"),
        hollow="small" if "small" in figure.table else "",
        reference=None if reference is None else (f"合计{rate_text(reference)}", reference),
    )
    return shown_chart(view, worded(figure, words), drawn)


def ratios_chart(view: View, figure: Figure) -> ShownChart:
    """Observed over expected failures with their intervals, beside 1; the crude rate in words."""

    def words(row: Any) -> str:
        return "，".join((ratio_text(row["ratio"]), f"未调整{rate_text(row['value'])}", *_flags(row)))

    drawn = Drawn(
        "name",
        ("ratio",),
        bars=True,
        words=WORDS,
        interval=("ratio_lower", "ratio_upper"),
        hollow="small",
        reference=("与预期相同", 1.0),
    )
    return shown_chart(view, worded(figure, words), drawn)


def _flags(row: Any) -> tuple[str, ...]:
    """What a mark says by colour and shape on the screen."""
    if row.get("flag_text"):
        return (str(row["flag_text"]),)
    by_chance = row.get("chance_text")
    return (f"仅按偶然波动：{by_chance}",) if by_chance else ()


def _slide(
    view: View,
    title: str,
    figures: Sequence[ShownFigure] = (),
    charts: Sequence[ShownChart] = (),
    *,
    sentences: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Slide:
    """A slide of sampling; months that wait for results are told at its end."""
    words = provisional_note(view.source, view.filters)
    waiting = (f"{words}。",) if words else ()
    return Slide(
        title=title,
        filters_sentence=view.sentence,
        basis=view.basis,
        figures=figures,
        charts=charts,
        sentences=sentences,
        notes=(*notes, *waiting),
    )


def _require_samples(view: View) -> None:
    if not only_row(view.result("batches_sampled"))["numerator"]:
        raise SlideRefused(f"没有样品：{view.sentence.removeprefix('范围：')}。没有数字可算，不等于零")
