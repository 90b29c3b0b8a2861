"""The seam between SQLAlchemy Core and DuckDB: compile a statement, run it, hand out the cursor."""

from typing import Any

import duckdb
from duckdb_sqlalchemy import Dialect
from sqlalchemy import ClauseElement

_DIALECT = Dialect(paramstyle="numeric_dollar")


def compile_statement(statement: ClauseElement) -> tuple[str, list[Any]]:
    """Text and positional parameters of a Core statement for DuckDB."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = compiled.params or {}
    return str(compiled), [values[name] for name in getattr(compiled, "positiontup", None) or ()]


def literal_text(statement: ClauseElement) -> str:
    """Text of a Core statement with its values written in, for a view definition."""
    return str(statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def execute(connection: duckdb.DuckDBPyConnection, statement: ClauseElement) -> duckdb.DuckDBPyConnection:
    """Run a Core statement on a DuckDB connection or cursor."""
    text, parameters = compile_statement(statement)
    return connection.execute(text, parameters) if parameters else connection.execute(text)
