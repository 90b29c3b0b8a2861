"""Loading everything the pages need before the first reader comes, and setting it aside from garbage collection.

Streamlit collects garbage after every run of a page. Going through all that the libraries keep for good (some hundred
thousand objects) took longer than the run itself and held up every reader; frozen, they are passed over.
"""

import gc
from importlib import import_module
from pkgutil import iter_modules

import lib.ui


def preload() -> None:
    """Import every part of the pages, with all they stand on; call it once, before serving."""
    for module in iter_modules(lib.ui.__path__, "lib.ui."):
        import_module(module.name)
    gc.collect()
    gc.freeze()
