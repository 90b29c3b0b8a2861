"""Every page for every role, and the figures on it against a plain count of the rows that went in."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from lib.access.roles import Role
from lib.data.scope import Scope
from lib.ui import cached
from tests.app.conftest import OpenPage, figures, words
from tests.app.small_world import TRAPS, World

PAGES = ("overview/overview", "sampling/unqualified_rate", "sampling/sample_rows", "reference/definitions")
SECTIONS = ("course", "districts", "products", "items", "kinds")
RATE = "监督抽检不合格率"


def routine(rows: Iterable[dict[str, Any]], **wanted: str) -> list[dict[str, Any]]:
    """Routine samples of the default period with the wanted values: 2025 up to September, as October waits."""
    return [
        row
        for row in rows
        if row["sampling_kind"] == "常规"
        and date(2025, 1, 1) <= row["sampled_on"] <= date(2025, 9, 30)
        and all(row[name] == value for name, value in wanted.items())
    ]


def rate_text(rows: list[dict[str, Any]]) -> str:
    """Unqualified over concluded, in percent with two decimals, halves up."""
    failed = sum(row["supervision_verdict"] == "unqualified" for row in rows)
    concluded = sum(row["supervision_verdict"] is not None for row in rows)
    rate = Decimal(failed * 100) / Decimal(concluded)
    return f"{rate.quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_stands_for_every_role(open_page: OpenPage, page: str, role: Role) -> None:
    at = open_page(page, role=role)
    assert not at.exception
    assert not at.error, words(at)
    assert "范围：阜阳市；2025年1—9月；常规抽样" in words(at)
    assert "数据截至2025年10月31日；数据版本 1" in words(at)
    assert "演示数据（合成），不代表真实情况。" in words(at)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_stands(open_page: OpenPage, section: str) -> None:
    at = open_page("sampling/unqualified_rate", query={"section": section})
    assert not at.exception
    assert not at.error, words(at)
    assert at.get("vega_lite_chart"), "a section shows at least one chart"
    assert at.get("download_button")


def test_tiles_equal_a_plain_count(open_page: OpenPage, world: World) -> None:
    rows = routine(world.samples)
    shown = figures(open_page("sampling/unqualified_rate"))
    assert shown[RATE] == rate_text(rows)
    assert shown["抽检批次"] == f"{len(rows):,} 批次"
    assert shown["不合格批次"] == f"{sum(row['supervision_verdict'] == 'unqualified' for row in rows):,} 批次"


def test_counts_and_interval_stand_with_the_rate(open_page: OpenPage, world: World) -> None:
    rows = [row for row in routine(world.samples) if row["supervision_verdict"]]
    failed = sum(row["supervision_verdict"] == "unqualified" for row in rows)
    shown = words(open_page("overview/overview"))
    assert f"{failed:,}/{len(rows):,} 批次" in shown
    assert "95% 区间" in shown


def test_a_period_beyond_the_data_is_compared_with_the_same_days_only(
    open_page: OpenPage, world: World
) -> None:
    at = open_page("sampling/unqualified_rate", query={"from": "2025-01-01", "to": "2025-12-31"})
    earlier = [
        row
        for row in world.samples
        if row["sampling_kind"] == "常规" and date(2024, 1, 1) <= row["sampled_on"] <= date(2024, 10, 31)
    ]
    shown = words(at)
    assert f"上年同期 {len(earlier):,} 批次" in shown, "batches taken are known to the day of the data"
    assert "同比只比2025年1—9月：" in shown, "results of October are not complete"
    failed = {
        year: sum(
            row["supervision_verdict"] == "unqualified" and row["sampling_kind"] == "常规"
            for row in world.samples
            if date(year, 1, 1) <= row["sampled_on"] <= date(year, 9, 30)
        )
        for year in (2024, 2025)
    }
    assert f"同比只比2025年1—9月：{failed[2025]} 批次，上年同期 {failed[2024]} 批次" in shown
    assert "2025年10—12月尚未结束或结果未齐，为暂定" in shown


def test_last_year_stands_under_every_tile(open_page: OpenPage, world: World) -> None:
    concluded = [
        row for row in world.samples if row["supervision_verdict"] and row["sampling_kind"] == "常规"
    ]
    earlier = [row for row in concluded if date(2024, 1, 1) <= row["sampled_on"] <= date(2024, 9, 30)]
    failed = sum(row["supervision_verdict"] == "unqualified" for row in earlier)
    at = open_page("overview/overview")
    assert f"上年同期 {rate_text(earlier)}（{failed}/{len(earlier):,}）" in words(at)
    firms = next(tile for tile in at.metric if tile.label == "多批次不合格生产企业")
    assert firms.delta, "a number of firms carries a verdict too"
    assert "暂定" not in words(at).split("范围：")[1].splitlines()[0], "the default period is complete"


def test_the_overview_points_to_the_comparison_of_districts(open_page: OpenPage) -> None:
    at = open_page("overview/overview")
    assert "3个地区的实际与预期之比都没有越出99.8%界限。" in words(at), "the fourth one has too few samples"
    link = next(link for link in at.get("page_link") if "地区比较" in link.proto.label)
    assert "section=districts" in link.proto.query_string
    assert "district=341200" in link.proto.query_string


def test_one_district_is_compared_with_nobody(open_page: OpenPage) -> None:
    at = open_page("overview/overview", scope=Scope.of("341225"))
    assert "地区比较提示" not in words(at)


def test_a_period_whose_year_before_has_no_data_is_not_compared(open_page: OpenPage) -> None:
    at = open_page("sampling/unqualified_rate", query={"from": "2021-01-01", "to": "2021-12-31"})
    assert "上年同期数据不全（2021年1月起有数据）" in words(at)
    assert "没有两年数据都齐的月份，不作同比" in words(at)
    assert "上年同期 0" not in words(at)


def test_one_figure_reads_the_same_on_every_page(open_page: OpenPage) -> None:
    overview, page = (figures(open_page(name))[RATE] for name in PAGES[:2])
    definitions = open_page("reference/definitions")
    definitions.session_state["metric.unqualified_rate"] = True
    assert overview == page
    assert f"当前数值：{page}" in words(definitions.run())


def test_a_county_reader_sees_the_county(open_page: OpenPage, world: World) -> None:
    county = Scope.of("341225")
    at = open_page("sampling/unqualified_rate", scope=county)
    assert figures(at)[RATE] == rate_text(routine(world.samples, division_code="341225"))
    assert "范围：阜南县；" in words(at)
    assert list(at.selectbox(key="filter.district").options) == ["阜南县（阜阳市）"]


def test_what_another_reader_warmed_up_stays_theirs(open_page: OpenPage, world: World) -> None:
    query = {"from": "2025-01-01", "to": "2025-09-30"}
    everything = figures(open_page("sampling/unqualified_rate", query=query))
    county = figures(open_page("sampling/unqualified_rate", scope=Scope.of("341225"), query=query))
    assert everything["抽检批次"] == f"{len(routine(world.samples)):,} 批次"
    assert county["抽检批次"] == f"{len(routine(world.samples, division_code='341225')):,} 批次"


def test_a_foreign_district_in_the_address_is_ignored_and_said(open_page: OpenPage) -> None:
    at = open_page("overview/overview", scope=Scope.of("341225"), query={"district": "341202"})
    assert "链接中的属地“341202”不可用，已忽略。" in words(at)
    assert "范围：阜南县；" in words(at)


@pytest.mark.parametrize(
    ("page", "name", "said"),
    [
        (
            "sampling/unqualified_rate",
            "section",
            "链接中的栏目在当前范围内不可选，已改为“走势与同比”。",
        ),
        ("sampling/sample_rows", "rows", "链接中的样品范围在当前范围内不可选，已改为“监督判定不合格批次”。"),
    ],
)
def test_a_choice_that_is_not_offered_leaves_the_address_and_is_said(
    open_page: OpenPage, page: str, name: str, said: str
) -> None:
    at = open_page(page, query={name: "nonsense"})
    assert words(at).count(said) == 1
    assert name not in at.query_params


def test_filters_of_the_address_are_applied_and_kept(open_page: OpenPage, world: World) -> None:
    query = {"from": "2024-01-01", "to": "2024-12-31", "district": "341202", "stage": "餐饮"}
    at = open_page("sampling/unqualified_rate", query=query)
    assert "范围：颍州区；2024年；餐饮；常规抽样" in words(at)
    assert {name: at.query_params[name] for name in query} == query


def test_a_change_of_filter_reaches_figure_and_address(open_page: OpenPage, world: World) -> None:
    at = open_page("sampling/unqualified_rate")
    at.multiselect(key="filter.stage").select("餐饮").run()
    assert at.query_params["stage"] == "餐饮"
    assert figures(at)[RATE] == rate_text(routine(world.samples, stage="餐饮"))
    at.selectbox(key="filter.district").select("341202").run()
    assert figures(at)[RATE] == rate_text(routine(world.samples, stage="餐饮", division_code="341202"))
    at.button(key="filter.reset").click().run()
    assert "stage" not in at.query_params
    assert figures(at)[RATE] == rate_text(routine(world.samples))


def test_filters_survive_a_change_of_page(open_page: OpenPage) -> None:
    at = open_page("sampling/unqualified_rate")
    at.multiselect(key="filter.stage").select("餐饮").run()
    at.switch_page("pages/reference/definitions.py").run()
    assert "餐饮" in words(at)
    assert at.multiselect(key="filter.stage").value == ["餐饮"]


def test_a_quarter_from_the_list(open_page: OpenPage) -> None:
    at = open_page("overview/overview")
    at.segmented_control(key="filter.period_kind").set_value("按季").run()
    assert at.query_params["from"] == "2025-07-01", "the quarter of the last complete month"
    assert "2025年7—9月" in words(at)
    period = at.selectbox(key="filter.period")
    assert period.options[0] == "2025年第4季度（截至10月，含暂定）"
    period.select_index(0).run()
    assert (at.query_params["from"], at.query_params["to"]) == ("2025-10-01", "2025-10-31")
    assert "2025年10月尚未结束或结果未齐，为暂定" in words(at)


def test_pooled_sampling_says_so(open_page: OpenPage, world: World) -> None:
    at = open_page("sampling/unqualified_rate", query={"sampling": "全部"})
    assert "全部抽样性质合并" in words(at)
    everything = [row for row in world.samples if date(2025, 1, 1) <= row["sampled_on"] <= date(2025, 9, 30)]
    assert figures(at)["抽检批次"] == f"{len(everything):,} 批次"


def test_nothing_left_is_explained_and_can_be_widened(open_page: OpenPage) -> None:
    at = open_page("sampling/unqualified_rate", query={"stage": "网抽"})
    assert not at.metric
    assert "没有样品" in words(at)
    widen = next(button for button in at.button if "不限环节" in button.label)
    widen.click().run()
    assert figures(at)
    assert "stage" not in at.query_params


def test_a_part_that_fails_says_so_and_the_rest_stands(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret path /srv/x")

    monkeypatch.setattr(cached, "course", fail)
    at = open_page("sampling/unqualified_rate")
    (error,) = at.error
    assert "编号" in error.value
    assert "secret" not in words(at)
    assert figures(at)
    assert not at.get("vega_lite_chart")


def test_hidden_sections_are_not_computed(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("districts", "categories_and_stages", "failing_items", "kinds_of_sampling"):
        monkeypatch.setattr(cached, name, None)
    at = open_page("sampling/unqualified_rate", query={"section": "course"})
    assert not at.error


def test_the_phrase_to_quote_holds_both_years(open_page: OpenPage) -> None:
    phrase = open_page("sampling/unqualified_rate").code[0].value
    assert "上年同期" in phrase
    assert "个百分点" in phrase
    assert phrase.count("/") == 2, "both rates stand with their counts"


def test_rows_are_as_many_as_the_figure(open_page: OpenPage, world: World) -> None:
    failed = [row for row in routine(world.samples) if row["supervision_verdict"] == "unqualified"]
    at = open_page("sampling/sample_rows")
    assert f"共 {len(failed)} 行" in words(at)
    shown = at.dataframe[0].value
    assert set(shown["sample_no"]) <= {row["sample_no"] for row in failed}
    assert len(shown) == min(100, len(failed))


def test_rows_turn_pages_without_overlap(open_page: OpenPage, world: World) -> None:
    at = open_page("sampling/sample_rows", query={"rows": "batches_sampled.numerator"})
    total = len(routine(world.samples))
    seen = set(at.dataframe[0].value["sample_no"])
    at.session_state["rows.page"] = 2
    at.run()
    second = set(at.dataframe[0].value["sample_no"])
    assert len(seen) == 100
    assert not seen & second
    assert f"共 {total} 行，本页第 101—" in words(at)


def test_names_from_data_stay_names(open_page: OpenPage) -> None:
    shown = open_page("sampling/sample_rows").dataframe[0].value
    assert set(shown["sampled_unit_name"]) <= set(TRAPS)


def test_definitions_can_be_searched(open_page: OpenPage) -> None:
    at = open_page("reference/definitions")
    everything = len(at.expander)
    at.text_input(key="definitions.search").set_value("核查处置 按时").run()
    assert 0 < len(at.expander) < everything
    at.text_input(key="definitions.search").set_value("没有这种指标").run()
    assert "没有符合的指标" in words(at)
