"""Slides: which there are, and how values of tables read on them."""

import ast
import inspect
from datetime import date

import pandas as pd
import pytest

from lib.ui import slide_duties, slide_loop, slide_parts, slide_rates, slides
from lib.ui.clinic_page import SECTIONS as CLINIC
from lib.ui.district_page import SECTIONS as DISTRICTS
from lib.ui.page_table import PAGES
from lib.ui.rate_page import SECTIONS as RATES
from lib.ui.rectification_page import SECTIONS as RECTIFICATION
from lib.ui.slide_parts import cell_text, shown_table
from lib.ui.slides import SLIDES, slide_of_page
from lib.ui.supervision_page import SECTIONS as SUPERVISION
from lib.ui.tables import ShownColumn

SECTIONS = {
    "overview": {"overview": "总览"},
    "unqualified-rate": RATES,
    "clinic": CLINIC,
    "rectification": RECTIFICATION,
    "districts": DISTRICTS,
    "supervision": SUPERVISION,
}


def test_every_slide_is_a_section_of_a_page() -> None:
    addresses = {entry.url_path for entry in PAGES}
    for number, kind in SLIDES.items():
        assert kind.address in addresses, number
        assert kind.section in SECTIONS[kind.address], number
        assert number == f"{kind.address}.{kind.section}"


def test_a_page_without_a_section_shows_its_first_one() -> None:
    assert slide_of_page("unqualified-rate", None) == "unqualified-rate.course"
    assert slide_of_page("rectification", "paper") == "rectification.paper"
    assert slide_of_page("rectification", "list") is None
    assert slide_of_page("definitions", None) is None


def test_builders_read_no_session() -> None:
    for module in (slides, slide_parts, slide_rates, slide_loop, slide_duties):
        tree = ast.parse(inspect.getsource(module))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert "st" not in names, module.__name__


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.0234497, "percent", "2.34%"),
        (0.00105, "points", "+0.11"),
        (-0.00105, "points", "-0.11"),
        (2.005, "number", "2.01"),
        (5254, "count", "5,254"),
        (date(2025, 1, 31), "date", "2025-01-31"),
        (None, "percent", "—"),
        (float("nan"), "count", "—"),
        (0, "count", "0"),
        ("两\n行", "text", "两 行"),
    ],
)
def test_values_read_as_on_the_screen(value: object, kind: str, text: str) -> None:
    assert cell_text(value, kind) == text  # type: ignore[arg-type]


def test_numbers_of_a_table_stand_right_and_missing_is_no_zero() -> None:
    frame = pd.DataFrame({"name": ["颍州区", "颍上县"], "value": [0.0234497, None], "hidden": [1, 2]})
    table = shown_table(
        "表", frame, [ShownColumn("name", "地区"), ShownColumn("value", "率（%）", "percent")]
    )
    assert table.headings == ["地区", "率（%）"]
    assert table.rows == [["颍州区", "2.34%"], ["颍上县", "—"]]
    assert table.align == ["left", "right"]
