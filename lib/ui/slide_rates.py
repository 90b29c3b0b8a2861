"""Slides of sampling: 总览 and the sections of 抽检不合格率."""

from collections.abc import Mapping
from typing import Final

from lib.charts.pareto import Base
from lib.export.slide import Slide
from lib.metrics.analyses.control import Period
from lib.ui import cached
from lib.ui.figure_text import only_row
from lib.ui.final_months import provisional_note
from lib.ui.item_figures import items_figure, kinds_figure
from lib.ui.overview_page import TILES as OVERVIEW_TILES
from lib.ui.rate_figures import adjusted_figure, course_figure, funnel_figure, heat_figure
from lib.ui.rate_page import METRIC, reaching_back
from lib.ui.slide_parts import Drawn, SlideRefused, figures_of, shown_chart
from lib.ui.view import View

TILES: Final = (METRIC, "unqualified_batches", "batches_sampled")
#: Pixels of a course; the stage of the wall is as high as a small window.
COURSE_HEIGHT: Final = 215
COURSE_DRAWN: Final = Drawn("period_name", ("value", "centre", "limit_lower", "limit_upper"))
RATES_DRAWN: Final = Drawn("name", ("value",), ("bar",), horizontal=True)
_STEPS: Final = {"month": "按月", "quarter": "按季"}
_SHOWN: Final = 4


def overview(view: View, own: Mapping[str, str]) -> Slide:
    """The figures of sampling and of the loop, and what moved."""
    _require_samples(view)
    moved = cached.moved(view.source, METRIC, view.filters)
    whole = cached.comparison_with_last_year(view.source, METRIC, view.filters)
    sentences = [whole.phrase, *(f"{sentence}。" for sentence in moved.frame["sentence"].head(_SHOWN))]
    notes = list(moved.notes)
    if len(moved.frame) > _SHOWN:
        notes.append(f"只列出差别最明显的{_SHOWN}组，共{len(moved.frame)}组。")
    return Slide(
        title="总览",
        filters_sentence=view.sentence,
        basis=view.basis,
        figures=figures_of(view, OVERVIEW_TILES),
        sentences=sentences,
        notes=(*notes, *_waiting(view)),
    )


def course(view: View, own: Mapping[str, str]) -> Slide:
    """The p′ chart with the figures of the period and the sentence of the year before."""
    _require_samples(view)
    step: Period = "quarter" if own.get("step") == "quarter" else "month"
    filters = reaching_back(view, step)
    chart = cached.course(view.source, METRIC, filters, step)
    title = f"{chart.result.metric.name}（{_STEPS[step]}，{filters.period_sentence()}）"
    picture = cached.course_drawing(view.source, METRIC, filters, step, COURSE_HEIGHT)
    return Slide(
        title="抽检不合格率：走势与同比",
        filters_sentence=view.sentence,
        basis=view.basis,
        figures=figures_of(view, TILES),
        charts=(shown_chart(view, course_figure(chart, picture, title), COURSE_DRAWN),),
        sentences=(cached.comparison_with_last_year(view.source, METRIC, view.filters).phrase,),
        notes=_waiting(view),
    )


def districts(view: View, own: Mapping[str, str]) -> Slide:
    """Districts, adjusted for what was sampled; a single district has the crude funnel only."""
    _require_samples(view)
    comparison = cached.districts(view.source, METRIC, view.filters)
    if comparison.crude.empty:
        raise SlideRefused("所选范围没有可比较的地区。请把属地放宽到上一级")
    compared = len(comparison.adjusted) > 1
    figure = adjusted_figure(comparison) if compared else funnel_figure(comparison)
    drawn = Drawn("name", ("ratio",), ("bar",), horizontal=True) if compared else RATES_DRAWN
    return Slide(
        title="抽检不合格率：地区比较",
        filters_sentence=view.sentence,
        basis=view.basis,
        figures=(),
        charts=(shown_chart(view, figure, drawn),),
        notes=(*(comparison.notes if compared else ()), *_waiting(view)),
    )


def products(view: View, own: Mapping[str, str]) -> Slide:
    """Food categories by stage."""
    _require_samples(view)
    figure = heat_figure(cached.categories_and_stages(view.source, METRIC, view.filters))
    return Slide(
        title="抽检不合格率：品类与环节",
        filters_sentence=view.sentence,
        basis=view.basis,
        charts=(shown_chart(view, figure),),
        notes=_waiting(view),
    )


def items(view: View, own: Mapping[str, str]) -> Slide:
    """What failed, by its share of failing items or of failing batches."""
    _require_samples(view)
    pareto = cached.failing_items(view.source, view.filters)
    if pareto.frame.empty:
        raise SlideRefused("所选范围没有不合格项目")
    base: Base = "batches" if own.get("base") == "batches" else "items"
    drawn = Drawn("label", (f"share_{base}",), ("bar",), horizontal=True)
    return Slide(
        title="抽检不合格率：不合格项目",
        filters_sentence=view.sentence,
        basis=view.basis,
        charts=(shown_chart(view, items_figure(view, pareto, base), drawn),),
        notes=_waiting(view),
    )


def kinds(view: View, own: Mapping[str, str]) -> Slide:
    """Targeted and campaign sampling beside routine sampling, never pooled."""
    _require_samples(view)
    figure = kinds_figure(cached.kinds_of_sampling(view.source, METRIC, view.filters))
    return Slide(
        title="抽检不合格率：靶向与常规",
        filters_sentence=view.sentence,
        basis=view.basis,
        charts=(shown_chart(view, figure, Drawn("label", ("value",), ("bar",), horizontal=True)),),
        notes=_waiting(view),
    )


def _require_samples(view: View) -> None:
    if not only_row(view.result("batches_sampled"))["numerator"]:
        raise SlideRefused(f"没有样品：{view.sentence.removeprefix('范围：')}。没有数字可算，不等于零")


def _waiting(view: View) -> tuple[str, ...]:
    words = provisional_note(view.source, view.filters)
    return (f"{words}。",) if words else ()
