"""A metric through our layer against the same statements run directly on the engine, in one run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

from lib.data.duckdb_statements import compile_statement
from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, open_snapshot
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric

REPEATS = 15
YEAR = {"start": date(2025, 1, 1), "end": date(2025, 8, 31)}
DECADE = {"start": date(2015, 1, 1), "end": date(2025, 12, 31)}


@dataclass(frozen=True)
class Question:
    """One metric as a page asks it."""

    title: str
    metric: str
    filters: Filters
    by: tuple[str, ...] = ()


QUESTIONS = (
    Question("一年的不合格率", "unqualified_rate", Filters(**YEAR)),
    Question("十年按月走势", "unqualified_rate", Filters(**DECADE), ("month",)),
    Question("十年按月走势，四个筛选", "unqualified_rate",
             Filters(**DECADE, district="341200", category=("33",), stage=("流通",), tier=("县抽",)), ("month",)),
    Question("各市比较", "unqualified_rate", Filters(**YEAR), ("city",)),
    Question("品类与环节", "unqualified_rate", Filters(**YEAR), ("category", "stage")),
    Question("多批次不合格企业", "repeat_offenders", Filters(**YEAR)),
    Question("各县区被抽样单位数", "enterprises_sampled", Filters(**YEAR), ("division",)),
)  # fmt: skip


def measure(folder: Path) -> list[dict[str, Any]]:
    """Rows of the results table: medians in milliseconds and their ratio."""
    scope = Scope.everything()
    snapshot = open_snapshot(folder, scope)
    rows = []
    for question in QUESTIONS:
        ours, direct = _pair(snapshot, question, scope)
        rows.append(
            {"what": question.title, "ours_ms": ours * 1e3, "direct_ms": direct * 1e3, "ratio": ours / direct}
        )
    return rows


def _pair(snapshot: Snapshot, question: Question, scope: Scope) -> tuple[float, float]:
    metric = get_metric(question.metric)

    def ours() -> object:
        return compute(snapshot, metric, question.filters, scope, by=question.by)

    statements = _statements(ours)

    def direct() -> object:
        cursor = snapshot.connection.cursor()
        return [cursor.execute(text, values or None).to_arrow_table() for text, values in statements]

    # Turn about, so that whatever else the machine does falls on both alike.
    times: dict[Callable[[], object], list[float]] = {ours: [], direct: []}
    for _ in range(REPEATS):
        for run, taken in times.items():
            start = time.perf_counter()
            run()
            taken.append(time.perf_counter() - start)
    return statistics.median(times[ours]), statistics.median(times[direct])


def _statements(run: Callable[[], object]) -> list[tuple[str, list[Any]]]:
    seen: list[tuple[str, list[Any]]] = []
    fetch = Snapshot.fetch

    def noting(self: Snapshot, statement: Any) -> Any:
        seen.append(compile_statement(statement))
        return fetch(self, statement)

    with patch.object(Snapshot, "fetch", noting):
        run()
    return seen
