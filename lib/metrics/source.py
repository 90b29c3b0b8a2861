"""The only door through which the metric layer asks a published snapshot.

Every statement passes `run`, which takes a `Scoped` statement, and a `Scoped` is made by `scoped` alone: there is no
query of facts without the reader's scope. Code lists have no districts and pass `run_code_list`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
from sqlalchemy import Select, Table

from lib.data.filters import Side
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot import FACT_TABLES


@dataclass(frozen=True)
class Scoped:
    """A statement that carries the scope predicate of its table. Made by `scoped`, reshaped by `outside`."""

    statement: Select[Any]
    table: Table
    scope: Scope

    def outside(self, statement: Select[Any]) -> "Scoped":
        """The same question asked around this one; `statement` selects from this one as a subquery."""
        return replace(self, statement=statement)


def scoped(statement: Select[Any], table: Table, scope: Scope, side: Side) -> Scoped:
    """Limit a statement over one fact table to what the reader may see on that side."""
    return Scoped(statement.where(scope.where(table, side)), table, scope)


def run(snapshot: Snapshot, question: Scoped) -> pa.Table:
    """Ask the snapshot a scoped question."""
    if not isinstance(question, Scoped):
        raise TypeError("a query of facts needs a Scoped statement: use scoped()")
    return snapshot.fetch(question.statement)


def stream(snapshot: Snapshot, question: Scoped) -> Iterator[pa.RecordBatch]:
    """The rows of a scoped question batch by batch, for files of any length."""
    if not isinstance(question, Scoped):
        raise TypeError("a query of facts needs a Scoped statement: use scoped()")
    return snapshot.batches(question.statement)


def run_code_list(snapshot: Snapshot, statement: Select[Any]) -> pa.Table:
    """Ask for a code list (item groups, statutory limits …). Raises ValueError if a fact table is involved."""
    facts = set(statement.get_final_froms()) & set(FACT_TABLES)
    if facts:
        raise ValueError("a fact table is read through run() with a scope")
    return snapshot.fetch(statement)
