"""The project's own files, as the contract tests look at them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ENTRY_FILES = ("app.py", "server.py", "manage.py")
GENERATED = "lib/data/migrations/versions/"  # written by Alembic, then never touched again


def python_files(*folders: str) -> list[str]:
    """Paths (relative, with forward slashes) of the Python files below the folders, sorted."""
    return sorted(
        path.relative_to(PROJECT).as_posix()
        for folder in folders
        for path in (PROJECT / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    )


def product_files() -> list[str]:
    """Everything that runs in production: entry files, pages and lib."""
    written = [name for name in python_files("lib", "pages") if not name.startswith(GENERATED)]
    return [name for name in ENTRY_FILES if (PROJECT / name).exists()] + written


@cache
def parsed(path: str) -> ast.Module:
    return ast.parse((PROJECT / path).read_text(encoding="utf-8"), filename=path)


def calls(path: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))


def imported_modules(path: str) -> set[str]:
    """Full dotted names of what a file imports, late imports included."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def imports(path: str, package: str) -> bool:
    return any(name == package or name.startswith(package + ".") for name in imported_modules(path))


def dotted_name(node: ast.expr) -> str:
    """`datetime.now` for the expression of that shape; anything else inside gives an empty part."""
    if isinstance(node, ast.Attribute):
        return f"{dotted_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def line_count(path: str) -> int:
    return len((PROJECT / path).read_text(encoding="utf-8").splitlines())


def repository_files() -> list[str]:
    """Every file that is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return sorted(name for name in set(listed.split("\0")) if name and (PROJECT / name).is_file())
