"""Names of the groups of a result table."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, select

from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot import enterprise
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.question import Question
from lib.metrics.source import run, scoped


def group_labels(frame: pd.DataFrame, name: str, names: Mapping[str, str]) -> list[str]:
    """Chinese words for the groups of one dimension, from the rows themselves or from the names of codes."""
    dimension, stored = DIMENSIONS[name], f"{name}_name"
    labels = [
        dimension.label(None if missing else value, names) for value, missing in _with_missing(frame[name])
    ]
    if stored not in frame.columns:
        return labels
    pairs = zip(labels, _with_missing(frame[stored]), strict=True)
    return [label if missing else str(text) for label, (text, missing) in pairs]


def _with_missing(column: pd.Series) -> Iterator[tuple[object, bool]]:
    return zip(column, column.isna(), strict=True)


def names_of_groups(snapshot: Snapshot, question: Question, frame: pd.DataFrame) -> Mapping[str, str]:
    """Names of codes; those of enterprises come from their own table where the records carry only the key."""
    if "enterprise" not in question.by or "enterprise_name" in frame.columns:
        return snapshot.names
    keys = [key for key, missing in _with_missing(frame["enterprise"]) if not missing]
    columns: list[ColumnElement[Any]] = [enterprise.c.enterprise_key, enterprise.c.name]
    statement = select(*columns).where(enterprise.c.enterprise_key.in_(keys))
    found = run(snapshot, scoped(statement, enterprise, question.scope, question.filters.side)).to_pylist()
    return {**snapshot.names, **{row["enterprise_key"]: row["name"] for row in found if row["name"]}}
