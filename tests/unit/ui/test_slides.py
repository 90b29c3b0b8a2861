"""Slides: which there are, and how values of tables read on them."""

import ast
import inspect
from datetime import date

import pandas as pd
import pytest

from lib.charts.part_bars import part_bars
from lib.export.slide import ShownChart, ShownTable, Slide
from lib.ui import slide_duties, slide_loop, slide_parts, slide_rates, slides
from lib.ui.clinic_page import SECTIONS as CLINIC
from lib.ui.district_page import SECTIONS as DISTRICTS
from lib.ui.handouts import with_pictures
from lib.ui.page_table import PAGES
from lib.ui.rate_page import SECTIONS as RATES
from lib.ui.rectification_page import SECTIONS as RECTIFICATION
from lib.ui.slide_duties import progress_table
from lib.ui.slide_parts import cell_text, checked, shown_table
from lib.ui.slides import SLIDES, slide_of_page
from lib.ui.supervision_page import SECTIONS as SUPERVISION
from lib.ui.tables import ShownColumn
from tests.unit.charts import frames

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


def test_a_parameter_that_cannot_be_chosen_is_named_as_on_its_page() -> None:
    kept, notes = checked({"measure": "nonsense", "other": "1"}, SLIDES["districts.measure"].own)
    assert kept == {"other": "1"}
    assert notes == ("链接中的指标在当前范围内不可选，已改为“监督抽检不合格率”。",)
    assert checked({"k": "99"}, SLIDES["clinic.eligible"].own)[1] == (
        "链接中的批次门槛在当前范围内不可选，已改为“2”。",
    )
    assert checked({"range": "period"}, SLIDES["rectification.open"].own) == ({"range": "period"}, ())


def test_a_picture_says_one_range_its_own() -> None:
    chart = ShownChart(
        key="course",
        title="走势",
        specification=part_bars(frames.parts(), names=frames.PART_WORDS).to_dict(),
        alt="",
        data=None,
        table=ShownTable("表", ("甲",), (), ("left",)),
        notes=("均值见图。", "本图范围：阜阳市；2022年10月—2025年9月"),
        range_note="本图范围：阜阳市；2022年10月—2025年9月",
    )
    (drawn,) = with_pictures(Slide("走势", "范围：阜阳市；2025年1—9月", "数据版本 1", charts=(chart,))).charts
    assert drawn.svg.count("范围：") == drawn.svg.count(">范围：阜阳市；2022年10月—2025年9月<") == 1
    assert drawn.notes == ("均值见图。",)


def test_progress_of_the_duties_has_few_columns_for_a_phone() -> None:
    # Wilson 95 %: scipy.stats.binomtest(22, 24).proportion_ci(0.95, "wilson") = 0.741541…0.976798.
    row = {
        "group_name": "包保B级",
        "due": 24,
        "done": 22,
        "on_time": 21,
        "late": 1,
        "overdue": 2,
        "not_due": 0,
    }
    rest = {"rate": 22 / 24, "lower": 0.741541, "upper": 0.976798, "gaps": 0, "problems": 1100}
    empty = {**row, "due": 0, "done": 0, "rate": None, "lower": None, "upper": None, "gaps": 0, "problems": 0}
    table = progress_table("进度", pd.DataFrame([row | rest, empty]))
    assert table.rows[0] == ["包保B级", "22/24", "21/1", "2/0", "91.67%（74.15%—97.68%）", "0", "1,100"]
    assert table.rows[1][4] == "—"
    assert len(table.headings) == len(table.align) == 7
