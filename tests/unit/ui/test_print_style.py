"""What goes on paper: no menu, no controls, heads on every page, and nothing but a constant style."""

import re
from pathlib import Path

import streamlit

from lib.ui.print_style import HIDDEN, STYLE


def test_the_style_is_for_paper_only_and_loads_nothing() -> None:
    assert STYLE.startswith("<style>")
    assert STYLE.endswith("</style>")
    outside, _, inside = STYLE.partition("@media print {")
    assert "{" not in outside.replace("@page { size: A4 landscape; margin: 12mm; }", "")
    assert "table-header-group" in inside
    assert not re.search(r"url\(|@import|<script", STYLE)


def test_what_is_hidden_exists_in_this_streamlit() -> None:
    """A renamed part would print again without anybody noticing."""
    scripts = Path(streamlit.__file__).parent / "static" / "static" / "js"
    bundle = "".join(path.read_text(encoding="utf-8") for path in scripts.glob("*.js"))
    unknown = [name for name in HIDDEN if name not in bundle]
    assert unknown == []
