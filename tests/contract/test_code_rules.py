"""Rules for the product's code that no linter knows."""

import ast
from collections.abc import Iterator

import pytest

from tests.contract.source_tree import calls, dotted_name, imported_modules, parsed, product_files

PRODUCT = product_files()
LIBRARY = [path for path in PRODUCT if path.startswith("lib/")]

# Where the few statements may stand that SQLAlchemy Core cannot say (PRAGMA, ATTACH, COPY).
STATEMENT_ROOMS = ("lib/data/database.py", "lib/data/snapshot.py")

# streamlit-authenticator keeps the logged-in user under these names in the session: a widget (or, bound to
# the URL, a stranger) could otherwise overwrite them.
SESSION_NAMES = {"name", "username", "email", "roles", "logout", "authentication_status"}

CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "Timestamp.now", "Timestamp.today"),
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime"),
    *("func.now", "func.current_date", "func.current_timestamp", "func.localtimestamp", "func.sysdate"),
}


def keyword_value(call: ast.Call, name: str) -> object:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value.value if isinstance(keyword.value, ast.Constant) else ...
    return None


def imported_from(path: str, module: str) -> set[str]:
    """Names that a file takes from a module, under the names it gives them."""
    return {
        alias.asname or alias.name
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
        if alias.name in ("time", "time_ns", "now", "today", "text")
    }


def clock_reads(path: str) -> Iterator[str]:
    bare = imported_from(path, "time")
    for node in ast.walk(parsed(path)):
        # The reference counts, not only the call: `default=datetime.now` reads the clock too.
        if isinstance(node, ast.Attribute):
            name = ".".join(dotted_name(node).split(".")[-2:])
            if name in CLOCKS:
                yield f"{path}:{node.lineno} {name}"
        elif isinstance(node, ast.Name) and node.id in bare:
            yield f"{path}:{node.lineno} {node.id}"


def test_only_pages_and_command_line_read_the_clock() -> None:
    lower = [path for path in LIBRARY if not path.startswith("lib/ui/")]
    assert lower
    assert [place for path in lower for place in clock_reads(path)] == [], (
        "take the date or the moment as an argument"
    )


def is_written_text(node: ast.expr) -> bool:
    """A string literal, also one put together from pieces."""
    if isinstance(node, ast.BinOp):
        return is_written_text(node.left) or is_written_text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def written_statements(path: str) -> list[str]:
    """Places where a statement is given to the database as a string."""
    text_names = imported_from(path, "sqlalchemy") | {"sqlalchemy.text", "sa.text"}
    return [
        f"{path}:{call.lineno}"
        for call in calls(path)
        if dotted_name(call.func) in text_names
        or dotted_name(call.func).endswith((".exec_driver_sql", ".literal_column"))
        or (dotted_name(call.func).endswith(".execute") and call.args and is_written_text(call.args[0]))
    ]


def test_no_statement_is_written_as_a_string() -> None:
    written = [place for path in PRODUCT if path not in STATEMENT_ROOMS for place in written_statements(path)]
    assert written == [], f"use SQLAlchemy Core, or say it in {' or '.join(STATEMENT_ROOMS)}"


def test_no_html_is_let_through() -> None:
    allowed = [
        f"{path}:{call.lineno}"
        for path in PRODUCT
        for call in calls(path)
        if keyword_value(call, "unsafe_allow_html") is not None
    ]
    assert allowed == []
    assert not [
        path
        for path in PRODUCT
        if any(name.startswith("streamlit.components.v1") for name in imported_modules(path))
    ]


def test_no_widget_takes_a_name_of_the_login() -> None:
    taken = [
        f"{path}:{call.lineno} key={keyword_value(call, 'key')!r}"
        for path in PRODUCT
        for call in calls(path)
        if keyword_value(call, "key") in SESSION_NAMES
    ]
    assert taken == []


def test_no_error_is_swallowed() -> None:
    silent = [
        f"{path}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler)
        and all(isinstance(statement, ast.Pass | ast.Continue) for statement in node.body)
    ]
    assert silent == []


def test_the_clock_rule_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    look_at(
        monkeypatch,
        "from datetime import datetime\nfrom time import time\nimport datetime as d\n"
        "datetime.now()\nd.date.today()\nColumn(default=datetime.utcnow)\ntime()\nfunc.now()\n",
    )
    assert len(list(clock_reads("x"))) == 5


def test_the_statement_rule_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    look_at(
        monkeypatch,
        "import sqlalchemy as sa\nfrom sqlalchemy import text as t\n"
        "t('SELECT 1')\nsa.text(x)\nc.execute(f'DROP {x}')\nc.execute('A' + x)\nc.exec_driver_sql(x)\n"
        "c.execute(select(x))\n",
    )
    assert [place.split(":")[1] for place in written_statements("x")] == ["3", "4", "5", "6", "7"]


def look_at(monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """Let the rules read this source instead of a file of the project."""
    tree = ast.parse(source)
    monkeypatch.setattr(f"{__name__}.parsed", lambda path: tree)
    monkeypatch.setattr("tests.contract.source_tree.parsed", lambda path: tree)
