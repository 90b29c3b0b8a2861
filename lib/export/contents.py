"""From result tables and rows to the content of a file."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa
from sqlalchemy import Table

from lib.export.content import Content
from lib.export.csv import as_table
from lib.export.dictionary import metric_columns
from lib.metrics.compute import Result
from lib.metrics.metric import Metric
from lib.metrics.row_columns import FileColumn, added_names, table_columns, with_names
from lib.metrics.row_source import RowSource


def metric_content(result: Result, *, is_synthetic: bool, notes: tuple[str, ...] = ()) -> Content:
    """The result table of a metric as the content of a file."""
    metric, frame = result.metric, result.frame
    described = {one.name: one for one in metric_columns(metric, result.by, dict(result.parameters))}
    table = as_table(frame)
    return Content(
        title=metric.name,
        subject={
            "metric": metric.id,
            "name": metric.name,
            "unit": metric.unit,
            "description": metric.description,
            "from": result.filters.start.isoformat(),
            "to": result.filters.end.isoformat(),
            "by": list(result.by),
            "parameters": dict(result.parameters),
            "excluded": dict(result.excluded),
        },
        sentence=result.sentence,
        as_of=result.as_of,
        version=result.version,
        is_synthetic=is_synthetic,
        columns=tuple(described[name] for name in frame.columns),
        row_count=len(frame),
        schema=table.schema,
        tables=lambda: iter([table]),
        first=lambda rows: table.slice(0, rows),
        definitions=definitions_of(metric),
        notes=notes,
    )


def definitions_of(metric: Metric) -> tuple[str, ...]:
    """The sentence of a metric with its basis, for the papers that travel with a file."""
    basis = f"依据：{metric.basis}；口径审定：{metric.reviewed_on.isoformat()}"
    return tuple(text for text in (f"{metric.name}：{metric.description}", metric.note, basis) if text)


def rows_content(
    source: RowSource, subject: Mapping[str, Any], title: str, definitions: tuple[str, ...], personal: bool
) -> Content:
    """Rows of one table as the content of a file; counted now, read when asked for."""
    chosen = visible_columns(source.table, personal)
    left_out = [one.heading for one in table_columns(source.table) if one.is_personal and not personal]
    notes = (f"未含涉及个人的列（须统计岗或系统管理员）：{'、'.join(left_out)}",) if left_out else ()
    return Content(
        title=title,
        subject=subject,
        sentence=source.sentence,
        as_of=source.snapshot.as_of,
        version=source.snapshot.version,
        is_synthetic=source.snapshot.is_synthetic,
        columns=chosen,
        row_count=source.count(),
        schema=_headed(source.first(0, _stored(source, chosen)), source, chosen).schema,
        tables=partial(_tables, source, chosen),
        first=lambda rows: _headed(source.first(rows, _stored(source, chosen)), source, chosen),
        definitions=definitions,
        notes=notes,
    )


def visible_columns(table: Table, personal: bool) -> tuple[FileColumn, ...]:
    """The columns a reader may take: those about persons by right only."""
    return tuple(one for one in table_columns(table) if personal or not one.is_personal)


def _tables(source: RowSource, chosen: tuple[FileColumn, ...]) -> Iterator[pa.Table]:
    for batch in source.batches(_stored(source, chosen)):
        yield _headed(batch, source, chosen)


def _headed(rows: pa.Table | pa.RecordBatch, source: RowSource, chosen: tuple[FileColumn, ...]) -> pa.Table:
    return with_names(rows, source.table, source.snapshot.names).rename_columns(
        [one.heading for one in chosen]
    )


def _stored(source: RowSource, chosen: tuple[FileColumn, ...]) -> list[str]:
    added = added_names(source.table)
    return [one.name for one in chosen if one.name not in added]
