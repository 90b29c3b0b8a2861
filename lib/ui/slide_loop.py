"""Slides of the closed loop: 流动诊所 and 整改闭环."""

from collections.abc import Mapping, Sequence
from typing import Final

from lib.export.slide import ShownChart, ShownFigure, ShownTable, Slide
from lib.ui import cached, loop_cached
from lib.ui.chart_block import Figure
from lib.ui.clinic_figures import (
    areas_figure,
    coverage_figure,
    outcome_figure,
    outcome_table,
    suggestions_figure,
)
from lib.ui.clinic_page import COUNTED as CLINIC_COUNTED
from lib.ui.clinic_page import LEAST
from lib.ui.figure_text import only_row
from lib.ui.filter_query import PARAMETERS
from lib.ui.loop_tiles import LoopTile
from lib.ui.loop_view import found_records, known_view
from lib.ui.rectification_cohorts import NO_CURVE, cohort_table, cohorts_figure, drawn_quarters
from lib.ui.rectification_figures import ageing_figure, paper_figure, stages_figure
from lib.ui.rectification_page import COUNTED as RECTIFICATION_COUNTED
from lib.ui.rectification_range import PERIOD, every_item, of_period
from lib.ui.slide_parts import WORDS, Drawn, SlideRefused, loop_figures, shown_chart, shown_table
from lib.ui.view import View

_PARTS: Final = Drawn("label", ("part",), bars=True, words=WORDS)


def eligible(view: View, own: Mapping[str, str]) -> Slide:
    """Who was eligible for the clinic and who got it, by district."""
    known, k = _clinic(view), _threshold(own)
    limit = (("k", float(k)),)
    level = loop_cached.level(known.source, known.filters)
    split = cached.result(known.source, "clinic_coverage", known.filters, (level,), limit)
    if split.frame.empty:
        raise SlideRefused("所选范围没有符合条件的生产企业")
    tiles = (
        LoopTile("clinic_eligible", limit, name="符合条件的生产企业"),
        LoopTile("clinic_coverage", limit),
        LoopTile("clinic_assisted"),
    )
    condition = f"符合条件：年内不合格不少于{k}批次。"
    figure = coverage_figure(split, level, (condition,))
    return _bars(view, "流动诊所：谁符合条件", known, figure, _of_total("家"), tiles=tiles)


def found(view: View, own: Mapping[str, str]) -> Slide:
    """What the clinic found, by diagnosis area."""
    known = _clinic(view)
    pareto = loop_cached.diagnosis_areas(known.source, known.filters)
    if pareto.frame.empty:
        raise SlideRefused("所选范围没有流动诊所发现的问题")
    return _bars(view, "流动诊所：发现的问题", known, areas_figure(pareto, known.filters), _PARTS)


def advice(view: View, own: Mapping[str, str]) -> Slide:
    """Suggestions and what became of them."""
    known = _clinic(view)
    suggestions = loop_cached.suggestions(known.source, known.filters)
    if suggestions.frame.empty:
        raise SlideRefused("所选范围没有流动诊所的整改建议")
    tiles = (LoopTile("advice_done_rate"), LoopTile("clinic_completion_rate"))
    figure = suggestions_figure(suggestions, known.filters)
    return _bars(view, "流动诊所：建议与落实", known, figure, _of_total("条"), tiles=tiles)


def outcome(view: View, own: Mapping[str, str]) -> Slide:
    """Time to the next unqualified batch, helped and not helped."""
    known = _clinic(view)
    after = loop_cached.outcome(known.source, known.filters)
    if after.curves.empty:
        raise SlideRefused("所选期间没有可以随访的企业。请放宽期间或属地")
    table = shown_table("365天内再次不合格与再抽样", *outcome_table(after))
    chart = shown_chart(known, outcome_figure(after, known.filters), table=table)
    return _slide(view, "流动诊所：帮扶是否有效", (), (chart,), (table,))


def stages(view: View, own: Mapping[str, str]) -> Slide:
    """How many items reached each stage of the loop."""
    known = _rectification(view)
    flow = loop_cached.stages(known.source, known.filters)
    if not flow.frame["reached"].iloc[0]:
        raise SlideRefused("所选期间没有发现的整改项")
    tiles = (LoopTile("rectification_rate", name="到期整改率"), LoopTile("paper_rectification_rate"))
    figure = stages_figure(flow, known.filters)
    return _bars(view, "整改闭环：五环流程", known, figure, _of_total("项", "stage", "reached"), tiles=tiles)


def still_open(view: View, own: Mapping[str, str]) -> Slide:
    """Open items by age, overdue ones apart; all on record unless the address asks for those of the period."""
    known = _rectification(view)
    asked = of_period(known) if own.get("range") == PERIOD else every_item(known)
    ageing = asked.said(loop_cached.ageing(known.source, asked.filters))
    tiles = (
        LoopTile("rectification_open", line=asked.words, filters=asked.filters),
        LoopTile("rectification_overdue", name="逾期未完成项数", line=asked.words, filters=asked.filters),
    )
    figure = ageing_figure(ageing, asked.filters)
    return _bars(view, "整改闭环：未完成与逾期", known, figure, _of_total("项"), tiles=tiles)


def cohorts(view: View, own: Mapping[str, str]) -> Slide:
    """Completion by the quarter in which items were found."""
    known = _rectification(view)
    completed = loop_cached.cohorts(known.source, known.filters)
    if completed.limits.empty:
        raise SlideRefused("所选期间没有发现的整改项")
    table = shown_table("30、60、90天内的完成比例", *cohort_table(completed))
    title = "整改闭环：完成进度"
    if not drawn_quarters(completed):
        return _slide(view, title, (), (), (table,), notes=(*completed.notes, NO_CURVE))
    chart = shown_chart(known, cohorts_figure(completed, known.filters), table=table)
    return _slide(view, title, (), (chart,), (table,))


def paper(view: View, own: Mapping[str, str]) -> Slide:
    """Closings on paper by what makes them so."""
    known = _rectification(view)
    closed = loop_cached.closed_on_paper(known.source, known.filters)
    if closed.frame.empty:
        raise SlideRefused("所选范围没有纸面整改")
    claims = int(only_row(known.result("paper_rectification_rate"))["denominator"])
    tiles = (LoopTile("paper_rectification_rate"), LoopTile("rectification_recurrence_rate"))
    figure = paper_figure(closed, known.filters, claims)
    return _bars(view, "整改闭环：纸面整改", known, figure, _PARTS, tiles=tiles)


def _of_total(unit: str, names: str = "label", part: str = "part") -> Drawn:
    """Bars of parts, each inside the outline of its total."""
    return Drawn(names, (part, "total"), bars=True, words=WORDS, axis=unit)


def _bars(
    view: View, title: str, known: View, figure: Figure, drawn: Drawn, *, tiles: Sequence[LoopTile] = ()
) -> Slide:
    """Tiles above bars."""
    return _slide(view, title, loop_figures(known, tiles), (shown_chart(known, figure, drawn),))


def _slide(
    view: View,
    title: str,
    figures: Sequence[ShownFigure],
    charts: Sequence[ShownChart],
    tables: Sequence[ShownTable] = (),
    *,
    notes: Sequence[str] = (),
) -> Slide:
    known, left_out = known_view(view)
    words = "、".join(PARAMETERS[name] for name in left_out)
    ignored = (f"闭环记录不分{words}，本页数字没有按此筛选。",) if words else ()
    return Slide(title, known.sentence, known.basis, figures, charts, tables, notes=(*notes, *ignored))


def _clinic(view: View) -> View:
    return _with_records(view, CLINIC_COUNTED)


def _rectification(view: View) -> View:
    return _with_records(view, RECTIFICATION_COUNTED)


def _with_records(view: View, metric_ids: Sequence[str]) -> View:
    """The view as records of the loop know it. Raises SlideRefused when none of the counts finds anything."""
    known, _ = known_view(view)
    if not found_records(known, known.filters, metric_ids):
        raise SlideRefused(f"没有记录：{known.sentence.removeprefix('范围：')}。没有数字可算，不等于零")
    return known


def _threshold(own: Mapping[str, str]) -> int:
    return int(own.get("k", LEAST))
