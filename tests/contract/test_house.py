"""The shape of the house: where things may stand, how long they may grow, who may import what."""

import ast
import re

import pytest

from tests.contract.source_tree import (
    ENTRY_FILES,
    PROJECT,
    calls,
    dotted_name,
    imports,
    line_count,
    parsed,
    product_files,
    python_files,
)

PAGES = python_files("pages")
PRODUCT = product_files()
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}


def test_the_entry_files_are_there() -> None:
    assert [name for name in ENTRY_FILES if not (PROJECT / name).exists()] == []


def test_there_are_pages() -> None:
    assert PAGES, "no page found; the checks over pages would pass on nothing"


# Streamlit serves a flat pages/x.py without running app.py, hence without login, on a fresh server.
def test_no_page_lies_flat_in_pages() -> None:
    misplaced = [page for page in PAGES if not re.fullmatch(r"pages/[^/]+/[^/]+\.py", page)]
    assert misplaced == [], "a page is pages/<section>/<page>.py"


@pytest.mark.parametrize("page", PAGES)
def test_page_is_seen_by_the_import_contracts(page: str) -> None:
    # import-linter passes over folders and files whose names are no Python names.
    assert all(part.isidentifier() for part in page.removesuffix(".py").split("/"))


@pytest.mark.parametrize("page", PAGES)
def test_page_starts_with_begin_page(page: str) -> None:
    statements = [
        node
        for node in parsed(page).body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    assert statements, f"{page} is empty"
    first = statements[0]
    assert isinstance(first, ast.Expr | ast.Assign), f"{page} must call begin_page first"
    assert isinstance(first.value, ast.Call), f"{page} must call begin_page first"
    assert dotted_name(first.value.func).split(".")[-1] == "begin_page"


@pytest.mark.parametrize("page", PAGES)
def test_page_reads_like_a_table_of_contents(page: str) -> None:
    definitions = [
        node
        for node in ast.walk(parsed(page))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda)
    ]
    assert definitions == [], f"{page} defines something; it belongs on a lower floor"
    assert line_count(page) <= 60


def test_app_is_short() -> None:
    assert line_count("app.py") <= 40


def test_no_module_is_too_long() -> None:
    modules = [path for path in PRODUCT if not path.startswith("pages/")]
    assert [f"{path}: {line_count(path)} lines" for path in modules if line_count(path) > 250] == []


def test_no_module_has_an_empty_name() -> None:
    names = [
        path for path in python_files("lib", "pages", "tests") if EMPTY_NAMES & set(path[:-3].split("/"))
    ]
    assert names == []


def test_streamlit_stays_upstairs() -> None:
    lower = [
        path
        for path in PRODUCT
        if path not in ("app.py", "server.py") and not path.startswith(("pages/", "lib/ui/"))
    ]
    assert lower
    assert [path for path in lower if imports(path, "streamlit")] == []


def test_caches_live_in_one_module() -> None:
    cached = {
        path
        for path in PRODUCT
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in ("cache_data", "cache_resource")
    }
    assert cached == {"lib/ui/cached.py"}


@pytest.mark.parametrize("path", [name for name in ENTRY_FILES if (PROJECT / name).exists()])
def test_entry_files_stand_apart(path: str) -> None:
    others = {name.removesuffix(".py") for name in ENTRY_FILES} - {path.removesuffix(".py")}
    assert [other for other in others | {"pages"} if imports(path, other)] == []


def test_the_command_line_needs_no_web_page() -> None:
    assert not imports("manage.py", "lib.ui")


def test_relative_imports_are_not_used() -> None:
    # One spelling of a module's name keeps searches and the import contracts simple.
    relative = [
        f"{path}:{node.lineno}"
        for path in PRODUCT
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_nothing_is_imported_by_a_computed_name() -> None:
    computed = {"__import__", "importlib.import_module", "import_module", "exec", "eval"}
    found = [
        f"{path}:{call.lineno}"
        for path in PRODUCT
        for call in calls(path)
        if dotted_name(call.func) in computed
    ]
    assert found == [], "an import that import-linter cannot see"
