"""The seam between SQLAlchemy Core and DuckDB: compile a statement, run it, hand out the cursor."""

from typing import Any, Final, cast

import duckdb
from duckdb_sqlalchemy import Dialect
from sqlalchemy import ClauseElement, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.util import LRUCache

_DIALECT: Final = Dialect(paramstyle="numeric_dollar")
#: Compiled statements by structure, as SQLAlchemy's own engines keep them: writing a metric's text costs more than
#: running it on a year of a city, and a page asks the same few statements with other values again and again.
_COMPILED: Final[LRUCache[Any, Any]] = LRUCache(1000)


def compile_statement(statement: ClauseElement) -> tuple[str, list[Any]]:
    """Text and positional parameters of a Core statement for DuckDB."""
    if not isinstance(statement, Select):
        once = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        given = once.params or {}
        return str(once), [given[name] for name in getattr(once, "positiontup", None) or ()]
    # What Connection.execute calls; there is no public way to it without an engine.
    found, extracted, *_ = statement._compile_w_cache(_DIALECT, compiled_cache=_COMPILED, column_keys=[])
    compiled = cast(SQLCompiler, found)
    values = compiled.construct_params(extracted_parameters=extracted)
    # Lists of values are written out here, with their length.
    expanded = compiled.construct_expanded_state(values)
    return expanded.statement, list(expanded.positional_parameters)


def literal_text(statement: ClauseElement) -> str:
    """Text of a Core statement with its values written in, for a view definition."""
    return str(statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def execute(connection: duckdb.DuckDBPyConnection, statement: ClauseElement) -> duckdb.DuckDBPyConnection:
    """Run a Core statement on a DuckDB connection or cursor."""
    text, parameters = compile_statement(statement)
    return connection.execute(text, parameters) if parameters else connection.execute(text)
