"""Every import contract bites: each is broken on purpose in a copy of the tree, by module and by floor."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "contracts"
]

# contract → [(file to write, what to put there)]
VIOLATIONS = {
    "floors": [
        ("lib/charts/broken.py", "import lib.ui"),
        ("lib/api/broken.py", "import lib.ui"),
        ("lib/ui/broken.py", "from lib.api import broken"),
        ("lib/export/broken.py", "import lib.api"),
        ("lib/charts/broken.py", "from lib.export import broken"),
        ("lib/export/broken.py", "import lib.access"),
        ("lib/metrics/broken.py", "import lib.charts"),
        ("lib/data/broken.py", "import lib.metrics"),
        ("lib/data/broken.py", "def late():\n    import lib.metrics"),
        ("lib/data/broken.py", "import lib.stats"),
        ("lib/newfloor/__init__.py", ""),
    ],
    "doors": [
        ("lib/ui/broken.py", "import pages.broken_section.one"),
        ("lib/ui/broken.py", "import app"),
        ("lib/data/broken.py", "import manage"),
        ("lib/access/broken.py", "import server"),
    ],
    "pages": [
        ("pages/broken_section/one.py", "import app"),
        ("pages/broken_section/one.py", "import manage"),
    ],
    "pages-apart": [
        ("pages/broken_section/one.py", "import pages.broken_section.two"),
        ("pages/broken_section/one.py", "from pages.another_section import three"),
    ],
    "stats-alone": [("lib/stats/broken.py", "import lib.data"), ("lib/stats/broken.py", "import lib.demo")],
    "stats-users": [
        ("lib/ui/broken.py", "import lib.stats"),
        ("pages/broken_section/one.py", "import lib.stats"),
    ],
    "demo": [("lib/demo/broken.py", "import lib.metrics"), ("lib/demo/broken.py", "import lib.stats")],
    "demo-users": [("lib/ui/broken.py", "import lib.demo"), ("lib/access/broken.py", "import lib.demo")],
    "access": [("lib/access/broken.py", "import lib.metrics"), ("lib/access/broken.py", "import lib.stats")],
    "streamlit": [
        (f"lib/{floor}/broken.py", "import streamlit as st")
        for floor in ("stats", "data", "metrics", "charts", "export", "access", "demo", "api")
    ],
    "database": [
        ("lib/charts/broken.py", "from sqlalchemy import select"),
        ("pages/broken_section/one.py", "import duckdb"),
    ],
}
CASES = [(contract, *violation) for contract, violations in VIOLATIONS.items() for violation in violations]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the contracts speak of, with two sections of harmless pages added; each test leaves it so.

    The linter keeps what it read of the files there and reads only those again that changed.
    """
    tmp_path = tmp_path_factory.mktemp("tree")
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    for package in ("lib", "pages"):
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for page in ("broken_section/one.py", "broken_section/two.py", "another_section/three.py"):
        file = tmp_path / "pages" / page
        file.parent.mkdir(exist_ok=True)
        file.write_text("")
    return tmp_path


def lint_imports(tree: Path, *contracts: str) -> tuple[int, str]:
    """Exit code and printed report of import-linter over a tree, for all contracts or the named ones."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), *chosen],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_untouched_tree_keeps_every_contract(tree: Path) -> None:
    code, report = lint_imports(tree)
    assert code == 0, report
    assert f"{len(CONTRACTS)} kept, 0 broken" in report


@pytest.mark.parametrize(("contract", "file", "source"), CASES)
def test_contract_breaks_when_broken(tree: Path, contract: str, file: str, source: str) -> None:
    target = tree / file
    is_new_folder = not target.parent.exists()
    before = target.read_text(encoding="utf-8") if target.exists() else None
    target.parent.mkdir(exist_ok=True)
    target.write_text(source + "\n", encoding="utf-8")
    try:
        code, report = lint_imports(tree, contract)
    finally:
        if is_new_folder:
            shutil.rmtree(target.parent)
        elif before is None:
            target.unlink()
        else:
            target.write_text(before, encoding="utf-8")
    assert code == 1, report
    assert "0 kept, 1 broken" in report


def test_the_tree_is_whole_again(tree: Path) -> None:
    code, report = lint_imports(tree)
    assert code == 0, report


def test_every_contract_is_broken_once() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(VIOLATIONS)


def test_no_contract_has_an_exemption() -> None:
    exemptions = {"ignore_imports", "exhaustive_ignores", "unmatched_ignore_imports_alerting"}
    assert [contract["id"] for contract in CONTRACTS if exemptions & set(contract)] == []
    assert all(contract.get("exhaustive", True) for contract in CONTRACTS)
