"""What the pages need is loaded and set aside before the first reader comes."""

import ast
import subprocess
import sys
from pathlib import Path

from lib.ui.preloading import PARTS

PAGES = Path(__file__).resolve().parents[3] / "pages"
SCRIPT = """
import gc, sys
from lib.ui.preloading import preload
preload()
print(gc.get_freeze_count() > 100_000, "altair" in sys.modules)
"""


def test_what_the_parts_load_is_frozen() -> None:
    # In a process of its own: what is frozen here would stay so for the rest of the tests.
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True"] * 2, done.stderr


def test_every_part_of_every_page_is_loaded() -> None:
    wanted = set()
    for page in PAGES.rglob("*.py"):
        for node in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "lib.ui":
                wanted |= {f"lib.ui.{name.name}" for name in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lib.ui."):
                wanted.add(str(node.module))
    assert wanted == {part.__name__ for part in PARTS}
