"""What there is to ask for, as JSON: metrics with their dimensions and parameters, tables with their columns."""

from typing import Any

from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.metric import Metric
from lib.metrics.registry import all_metrics
from lib.metrics.row_columns import FileColumn
from lib.metrics.tables import ReadableTable, readable_tables

ROOT = "/api/v1"


def metrics_list() -> dict[str, Any]:
    """Every metric with what its address may hold."""
    return {"metrics": [_metric(metric) for metric in all_metrics().values()]}


def tables_list() -> dict[str, Any]:
    """Every table with its columns."""
    return {"tables": [_table(table) for table in readable_tables().values()]}


def _metric(metric: Metric) -> dict[str, Any]:
    return {
        "id": metric.id,
        "name": metric.name,
        "description": metric.description,
        "note": metric.note,
        "unit": metric.unit,
        "direction": metric.direction,
        "basis": metric.basis,
        "reviewed_on": metric.reviewed_on.isoformat(),
        "has_denominator": metric.denominator is not None,
        "dimensions": [{"id": name, "name": DIMENSIONS[name].name} for name in metric.dimensions],
        "parameters": [
            {"name": one.name, "label": one.label, "default": one.default, "minimum": one.minimum}
            for one in metric.parameters
        ],
        "address": f"{ROOT}/metrics/{metric.id}",
    }


def _table(table: ReadableTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "meaning": table.meaning,
        "day": table.day.name if table.day is not None else None,
        "is_code_list": table.is_code_list,
        "columns": [_column(column) for column in table.columns],
        "address": f"{ROOT}/tables/{table.name}",
    }


def _column(column: FileColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        "heading": column.heading,
        "kind": column.kind,
        "unit": column.unit,
        "meaning": column.meaning,
        "is_personal": column.is_personal,
    }
