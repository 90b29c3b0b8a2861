"""There is no query of facts without the reader's scope."""

import ast
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot import FACT_TABLES, item_group, sample
from lib.metrics.compute import ask
from lib.metrics.registry import all_metrics
from lib.metrics.source import run, run_code_list, scoped
from lib.metrics.statements import statements
from tests.unit.metrics.conftest import sample_row

METRICS_FOLDER = Path(__file__).resolve().parents[3] / "lib" / "metrics"
YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))


def calls_of(name: str) -> list[str]:
    """Modules of the metric layer that call something of this name."""
    return sorted(
        path.relative_to(METRICS_FOLDER).as_posix()
        for path in METRICS_FOLDER.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and name == (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    )


def test_only_one_module_asks_the_snapshot() -> None:
    assert set(calls_of("fetch")) == {"source.py"}
    assert set(calls_of("Scoped")) == {"source.py"}, "a Scoped is made by scoped() alone"
    assert set(calls_of("execute")) == set()


def test_a_bare_statement_is_turned_away(make_snapshot: Callable[..., Snapshot]) -> None:
    snapshot = make_snapshot(sample=[sample_row()])
    with pytest.raises(TypeError, match="scoped"):
        run(snapshot, select(func.count()).select_from(sample))  # type: ignore[arg-type]


@pytest.mark.parametrize("table", FACT_TABLES, ids=lambda table: table.name)
def test_a_fact_table_is_no_code_list(table: object, empty: Snapshot) -> None:
    with pytest.raises(ValueError, match="scope"):
        run_code_list(empty, select(table))  # type: ignore[call-overload]


def test_code_lists_need_no_scope(empty: Snapshot) -> None:
    codes = run_code_list(empty, select(item_group.c.code).order_by(item_group.c.code))
    assert codes["code"].to_pylist() == ["MICRO", "PEST", "VET"]


@pytest.mark.parametrize("metric", all_metrics().values(), ids=all_metrics().keys())
def test_every_statement_of_every_metric_names_the_scope(metric: object, empty: Snapshot) -> None:
    for by in ((), (metric.dimensions[0],)):  # type: ignore[attr-defined]
        question = ask(empty, metric, YEAR, Scope.of("341299"), by=by)  # type: ignore[arg-type]
        for asked in statements(question):
            text = str(asked.question.statement.compile(compile_kwargs={"literal_binds": True}))
            assert "'341299'" in text


def test_the_scope_limits_the_side_that_is_asked(make_snapshot: Callable[..., Snapshot]) -> None:
    rows = [sample_row(county="341202", made="340102"), sample_row(county="340102", made="341202")]
    snapshot = make_snapshot(sample=rows)
    statement = select(func.count().label("rows")).select_from(sample)
    for side in ("found", "made"):
        counted = run(snapshot, scoped(statement, sample, Scope.of("341200"), side))  # type: ignore[arg-type]
        assert counted["rows"].to_pylist() == [1]
    nobody = run(snapshot, scoped(statement, sample, Scope.of(), "found"))
    assert nobody["rows"].to_pylist() == [0]
