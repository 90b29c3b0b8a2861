"""One figure on the command line: words in, the result table out as CSV or JSON text. The caller prints it."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from lib.data.scope import Scope
from lib.data.snapshot import open_snapshot
from lib.data.spreadsheet_cells import neutralised
from lib.metrics.compute import Result, compute
from lib.metrics.extent import data_range
from lib.metrics.question_words import (
    WrongCondition,
    asked_conditions,
    asked_dimensions,
    asked_filters,
    asked_number,
)
from lib.metrics.registry import all_metrics, get_metric

FORMATS: Final = ("csv", "json")


def run_metric(
    snapshot_folder: Path,
    metric_id: str,
    start: date | None = None,
    end: date | None = None,
    *,
    by: Sequence[str] = (),
    where: Sequence[str] = (),
    parameters: Sequence[str] = (),
    output_format: str = "csv",
    version: int | None = None,
    as_of: date | None = None,
) -> str:
    """Compute one metric from the newest published version (or the given one) and write it as text.

    `by`: dimension ids or Chinese names; `where`: `name=value`, value a code or a Chinese name, several separated
    by commas; `parameters`: `k=3`. Without `start` or `end` the records' own range is used; without both,
    records that carry no date are counted as well. Time limits are judged on `as_of`. Raises ValueError or
    KeyError kinds with a Chinese sentence.
    """
    if output_format not in FORMATS:
        raise WrongCondition(f"输出格式“{output_format}”未知；可用：{'、'.join(FORMATS)}")
    scope = Scope.everything()
    metric = get_metric(metric_id)
    snapshot = open_snapshot(snapshot_folder, scope, version)
    conditions = asked_conditions(snapshot, where, scope)
    filters = asked_filters(conditions, start, end, data_range(snapshot, metric, scope))
    numbers = dict(asked_number(parameter) for parameter in parameters)
    groups = asked_dimensions(metric, by)
    result = compute(snapshot, metric, filters, scope, by=groups, parameters=numbers, as_of=as_of)
    return to_json(result) if output_format == "json" else to_csv(result)


def list_metrics() -> str:
    """All metrics: id, name, unit, what they may be split by, and the sentence of both counts."""
    lines = []
    for metric in all_metrics().values():
        parameters = "".join(
            f"；参数 {one.name}：{one.label}（默认 {one.default}）" for one in metric.parameters
        )
        lines += [
            f"{metric.id}  {metric.name}（{metric.unit}）",
            f"    {metric.description}{parameters}",
            f"    可分组：{'、'.join(metric.dimensions)}",
        ]
    return "\n".join(lines) + "\n"


def to_csv(result: Result) -> str:
    """The result table as CSV: a header of column names, missing cells empty, lines end with a line feed.

    A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers are never touched.
    """
    lines = [_line(result.frame.columns)]
    lines += [_line([_cell(value) for value in row.values()]) for row in _records(result.frame)]
    return "".join(lines)


def to_json(result: Result) -> str:
    """The result table as JSON with everything it takes to quote it; missing cells are null."""
    metric = result.metric
    document = {
        "metric": metric.id,
        "name": metric.name,
        "unit": metric.unit,
        "description": metric.description,
        "sentence": result.sentence,
        "from": result.filters.start.isoformat(),
        "to": result.filters.end.isoformat(),
        "by": list(result.by),
        "parameters": dict(result.parameters),
        "as_of": result.as_of.isoformat(),
        "version": result.version,
        "excluded": dict(result.excluded),
        "rows": list(_records(result.frame)),
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _line(cells: Iterable[Any]) -> str:
    """One record. Written with CRLF, which makes the writer quote a cell with either of the two inside."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow(cells)
    return target.getvalue().removesuffix("\r\n") + "\n"


def _cell(value: Any) -> Any:
    """A cell of the CSV table: a missing value is empty, a text is data and never a formula; numbers as in extracts."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return neutralised(value) if isinstance(value, str) else value


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: _plain(value) for name, value in zip(frame.columns, row, strict=True)}
        for row in frame.itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> Any:
    """A value JSON and CSV know; anything missing is None."""
    if value is None or pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value
