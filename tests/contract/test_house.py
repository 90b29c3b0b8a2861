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


@pytest.mark.parametrize("path", [path for path in PRODUCT if not path.startswith("pages/")])
def test_module_is_not_too_long(path: str) -> None:
    assert line_count(path) <= 250


def test_no_module_has_an_empty_name() -> None:
    names = [
        path for path in python_files("lib", "pages", "tests") if EMPTY_NAMES & set(path[:-3].split("/"))
    ]
    assert names == []


@pytest.mark.parametrize("path", PRODUCT)
def test_streamlit_stays_upstairs(path: str) -> None:
    allowed = path in ("app.py", "server.py") or path.startswith(("pages/", "lib/ui/"))
    assert allowed or not imports(path, "streamlit")


@pytest.mark.parametrize("path", PRODUCT)
def test_caches_live_in_one_module(path: str) -> None:
    cached = [
        node
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in ("cache_data", "cache_resource")
    ]
    assert cached == [] or path == "lib/ui/cached.py"


@pytest.mark.parametrize("path", [name for name in ENTRY_FILES if (PROJECT / name).exists()])
def test_entry_files_stand_apart(path: str) -> None:
    others = {name.removesuffix(".py") for name in ENTRY_FILES} - {path.removesuffix(".py")}
    assert [other for other in others | {"pages"} if imports(path, other)] == []


def test_the_command_line_needs_no_web_page() -> None:
    assert not imports("manage.py", "lib.ui")


@pytest.mark.parametrize("path", PRODUCT)
def test_relative_imports_are_not_used(path: str) -> None:
    # One spelling of a module's name keeps searches and the import contracts simple.
    assert not [n for n in ast.walk(parsed(path)) if isinstance(n, ast.ImportFrom) and n.level]


@pytest.mark.parametrize("path", PRODUCT)
def test_nothing_is_imported_by_a_computed_name(path: str) -> None:
    names = [dotted_name(call.func) for call in calls(path)]
    assert not {"__import__", "importlib.import_module", "import_module", "exec", "eval"} & set(names), (
        "an import that import-linter cannot see"
    )
