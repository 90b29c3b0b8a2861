"""The figures of 属地责任: analysis in, drawn figure out."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from lib.charts.district_grid import describe_district_grid, district_grid
from lib.charts.funnel import describe_funnel, funnel_chart
from lib.charts.interval_dots import describe_interval_dots, interval_dots
from lib.charts.labels import fraction_text, quotient_text, range_text, ratio_text
from lib.metrics.analyses.district_record import DistrictMeasure, DistrictRecord
from lib.metrics.analyses.judgement import hidden_by_widening
from lib.metrics.format import MISSING, count_text, decimal_text, rate_text
from lib.ui.chart_block import Figure
from lib.ui.figure_columns import rate_columns, with_chance_words, with_flag_words
from lib.ui.metric_words import DIRECTION_WORDS, measure_of
from lib.ui.tables import NAME_WIDTH, ShownColumn

#: Heads of the columns; a line may break at "\n". The last line says which way is better.
_HEADS: Final[dict[str, str]] = {
    "unqualified_rate": "不合格\n实际/\n预期",
    "disposal_on_time_rate": "处置\n按时\n完成",
    "rectification_on_time_rate": "整改\n按时\n验证",
    "supervision_on_time_rate": "包保\n按期\n督导",
    "paper_rectification_rate": "纸面\n整改",
    "complete_records_rate": "样品\n记录\n完整",
}
_PLACE: Final = (
    ShownColumn("rank_lower", "排名区间起（自高到低）", "count"),
    ShownColumn("rank_upper", "排名区间止（自高到低）", "count"),
)
_RATIO: Final = (
    ShownColumn("expected", "预期（批次）", "number"),
    ShownColumn("ratio", "实际与预期之比", "number"),
    ShownColumn("ratio_lower", "比值95%区间下限", "number"),
    ShownColumn("ratio_upper", "比值95%区间上限", "number"),
)
_FLAG: Final = ShownColumn("flag_text", "统计提示", width=NAME_WIDTH - 40)
_CHANCE: Final = ShownColumn("chance_text", "只按偶然波动", width=NAME_WIDTH - 40)
DISTRICT_COLUMNS: Final = (ShownColumn("code", "地区代码"), ShownColumn("name", "地区", width=NAME_WIDTH))
_SMALL: Final = "分母不足30"
_BETTER: Final = {"higher": "高为好", "lower": "低为好", "neutral": ""}
ADJUSTED_NAME: Final = "不合格实际与预期之比"
#: Why a single district has no ratio.
ALONE: Final = "没有可比较的其他地区，不与自身比较。"


def grid_figure(record: DistrictRecord, *, on_page: bool = True) -> Figure:
    """One row a district, one column a measure. `on_page`: its table stands below, which a slide does not have."""
    cells = grid_cells(record)
    first = record.measures[0].result
    return Figure(
        key="district.grid",
        title="各地履责对照",
        chart=district_grid(cells),
        alt=describe_district_grid(cells),
        table=wide_table(record),
        columns=wide_columns(record),
        file_label="属地责任对照",
        filters=first.filters,
        sentence="；".join(dict.fromkeys((first.sentence, *_ignored(record)))),
        notes=(
            "格内为数值、分子/分母和95%区间；画面较窄时只有数值和记号"
            f"{'，其余见下面的数据表' if on_page else ''}。",
            "不合格一列为实际与按品类、环节构成的预期之比，1 即与预期相同；其余各列为比率。",
            "颜色和记号只表示统计提示，不表示好坏；高为好还是低为好见列头。",
            *([f"{ADJUSTED_NAME}为“{MISSING}”：{ALONE}"] if _is_alone(record) else []),
            *record.notes,
            *record.refused,
        ),
    )


def _is_alone(record: DistrictRecord) -> bool:
    return any(measure.is_adjusted and measure.is_alone for measure in record.measures)


def _ignored(record: DistrictRecord) -> list[str]:
    return [
        f"{measure.metric.name}{measure.metric.ignore_note}"
        for measure in record.measures
        if measure.metric.ignore_note
    ]


def grid_cells(record: DistrictRecord) -> pd.DataFrame:
    """One row per district and measure for the grid; a district without cases has "—"."""
    measures = [(measure, _by_code(measure)) for measure in record.measures]
    cells = [
        _cell(measure, name, rows.get(code))
        for code, name in _districts(record).items()
        for measure, rows in measures
    ]
    return pd.DataFrame(cells)


def _cell(measure: DistrictMeasure, name: str, row: dict[str, object] | None) -> dict[str, object]:
    head = {
        "name": name,
        "measure": "\n".join((_HEADS[measure.metric.id], _BETTER[measure.metric.direction])),
        "measure_name": ADJUSTED_NAME if measure.is_adjusted else measure.metric.name,
        "direction_text": DIRECTION_WORDS[measure.metric.direction],
    }
    if row is None:
        nothing = dict.fromkeys(("fraction_text", "interval_text"), "")
        return {**head, "value_text": MISSING, **nothing, "flag": "", "chance_flag": "", "small": False}
    if measure.is_adjusted and measure.is_alone:
        texts = {"value_text": MISSING, "fraction_text": "无其他地区", "interval_text": ""}
    elif measure.is_adjusted:
        texts = {
            "value_text": ratio_text(row["ratio"]),
            "fraction_text": f"{count_text(row['observed'])}/{decimal_text(row['expected'], 1)}",
            "interval_text": range_text(ratio_text(row["ratio_lower"]), ratio_text(row["ratio_upper"])),
        }
    else:
        texts = {
            "value_text": quotient_text(row["numerator"], row["denominator"]),
            "fraction_text": fraction_text(row["numerator"], row["denominator"]),
            # One sign for both ends: neighbouring cells must not run into each other.
            "interval_text": range_text(rate_text(row["lower"]).removesuffix("%"), rate_text(row["upper"])),
        }
    return {**head, **texts, **{name: row[name] for name in ("flag", "chance_flag", "small")}}


def _by_code(measure: DistrictMeasure) -> dict[str, dict[str, object]]:
    return {str(row["code"]): row for row in measure.frame.to_dict("records")}  # type: ignore[misc]


def _districts(record: DistrictRecord) -> dict[str, str]:
    found: dict[str, str] = {}
    for measure in record.measures:
        found.update(zip(measure.frame["code"], measure.frame["name"], strict=True))
    return dict(sorted(found.items()))


def wide_table(record: DistrictRecord) -> pd.DataFrame:
    """All numbers of the grid, one row a district; columns carry the id of their measure in front."""
    districts = _districts(record)
    table = pd.DataFrame({"code": list(districts), "name": list(districts.values())}, dtype="object")
    for measure in record.measures:
        frame = _flagged(measure).drop(columns=["name", "flag", "chance_flag", "small"])
        named = {name: f"{measure.metric.id}.{name}" for name in frame.columns if name != "code"}
        table = table.merge(frame.rename(columns=named), on="code", how="left")
    return table


def wide_columns(record: DistrictRecord) -> Sequence[ShownColumn]:
    """Columns of `wide_table`, each heading with the name of its measure."""
    columns = list(DISTRICT_COLUMNS)
    for measure in record.measures:
        own = [*(_RATIO if measure.is_adjusted else ()), _FLAG, _CHANCE, *_PLACE]
        name = measure.metric.name
        for column in (*rate_columns(measure_of(measure.metric)), *own):
            heading = column.heading if column.heading.startswith(name) else f"{name}：{column.heading}"
            columns.append(
                ShownColumn(f"{measure.metric.id}.{column.name}", heading, column.kind, width=column.width)
            )
    return columns


def dots_figure(measure: DistrictMeasure, *, on_page: bool = True) -> Figure:
    """One rate of all districts with intervals beside the pooled rate; its table stands below on a page only."""
    words = measure_of(measure.metric)
    return Figure(
        key=f"district.dots.{measure.metric.id}",
        title=f"各地{measure.metric.name}与95%区间",
        chart=interval_dots(measure.frame, measure=words, reference=measure.baseline),
        alt=describe_interval_dots(measure.frame, measure=words, reference=measure.baseline),
        table=_flagged(measure),
        columns=[*DISTRICT_COLUMNS, *rate_columns(words), _FLAG, _CHANCE, *_PLACE],
        file_label=f"{measure.metric.name}_地区",
        filters=measure.result.filters,
        sentence=measure.result.sentence,
        notes=(
            f"虚线为合计{rate_text(measure.baseline)}。{measure.metric.description}{_better(measure)}",
            *((_within_limits(measure),) if hidden_by_widening(measure.frame).any() else ()),
            *place_notes(measure, on_page=on_page),
        ),
    )


def funnel_of(measure: DistrictMeasure) -> Figure:
    """The same rate against the number of cases, with limits."""
    words = measure_of(measure.metric)
    return Figure(
        key=f"district.funnel.{measure.metric.id}",
        title=f"各地{measure.metric.name}漏斗图",
        chart=funnel_chart(measure.frame, measure.limits, baseline=measure.baseline, measure=words),
        alt=describe_funnel(measure.frame, measure=words),
        table=_flagged(measure),
        columns=[*DISTRICT_COLUMNS, *rate_columns(words), _FLAG, _CHANCE, *_PLACE],
        file_label=f"{measure.metric.name}_地区漏斗图",
        filters=measure.result.filters,
        sentence=measure.result.sentence,
        notes=(_within_limits(measure),),
    )


def _better(measure: DistrictMeasure) -> str:
    words = DIRECTION_WORDS[measure.metric.direction]
    return f"{words}。" if words else ""


def _within_limits(measure: DistrictMeasure) -> str:
    """What a place inside the limits means; not "no difference" for those that chance does not explain."""
    if not hidden_by_widening(measure.frame).any():
        return "界限内的高低不说明差别。"
    return (
        "界限已按地区间的离散放宽。带“仅按偶然波动”记号的地区在放宽的界限之内，"
        "但偶然波动不足以解释其高低，宜核实；其余地区在界限内的高低不说明差别。"
    )


def _flagged(measure: DistrictMeasure) -> pd.DataFrame:
    table = with_chance_words(with_flag_words(measure.frame))
    return table.assign(flag_text=table["flag_text"].replace("样品不足30批次", _SMALL))


def place_notes(measure: DistrictMeasure, *, on_page: bool = True) -> tuple[str, ...]:
    """How far the places of districts can be told apart, in a sentence."""
    judged = measure.frame[~measure.frame["small"]]
    if len(judged) < 2:
        return ("可比较的地区不足两个，不给排名区间。",)
    wide = int((judged["rank_upper"] - judged["rank_lower"] >= len(judged) / 2).sum())
    table = "；排名区间见数据表" if on_page else ""
    return (f"{len(judged)}个地区中有{wide}个的95%排名区间宽于半数名次，所以不排名{table}。",)
