"""What the pages need is loaded and set aside before the first reader comes."""

import subprocess
import sys

SCRIPT = """
import gc, sys
from lib.ui.preloading import preload
preload()
print(gc.get_freeze_count() > 100_000, "lib.ui.rate_page" in sys.modules, "altair" in sys.modules)
"""


def test_the_parts_of_all_pages_are_loaded_and_frozen() -> None:
    # In a process of its own: what is frozen here would stay so for the rest of the tests.
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True"] * 3, done.stderr
