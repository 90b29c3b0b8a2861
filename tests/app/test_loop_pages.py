"""流动诊所 and 整改闭环: every role and section, figures against the records that went in, scope, empty filters."""

import csv
import io
import json
import re
from collections import Counter
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from lib.access.roles import Role
from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.command import run_metric
from lib.ui import loop_cached
from tests.app.conftest import OpenPage, figures, words
from tests.app.loop_world import HERE, ITEMS, POSTS, THERE, UNSAMPLED, VISITS
from tests.app.small_world import AS_OF, World

CLINIC, RECTIFICATION = "loop/clinic", "loop/rectification"
SECTIONS = {
    CLINIC: ("eligible", "found", "advice", "outcome", "firm"),
    RECTIFICATION: ("stages", "open", "cohorts", "list", "paper"),
}
EVERY_SECTION = [(page, section) for page, sections in SECTIONS.items() for section in sections]
WHOLE = {"from": "2021-01-01", "to": "2025-10-31", "district": "341200"}
YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 9, 30), district="341200")


def eligible(world: World, county: str, k: int = 2) -> set[str]:
    """Producers of a county with k unqualified batches of any kind from January to September 2025."""
    failed = Counter(
        row["producer_key"]
        for row in world.samples
        if row["supervision_verdict"] == "unqualified"
        and row["sampled_on"].year == 2025
        and row["producer_division_code"] == county
    )
    return {key for key, number in failed.items() if number >= k}


def listed(at: AppTest, column: str) -> list[object]:
    """One column of the only table of a page that has it."""
    (frame,) = (table.value for table in at.dataframe if column in table.value.columns)
    return list(frame[column])


def metric_value(world: World, metric_id: str, *parameters: str) -> float:
    """What `manage.py metric` prints as the numerator under the page's default filters."""
    answer = run_metric(
        world.snapshots,
        metric_id,
        YEAR.start,
        YEAR.end,
        where=[f"district={YEAR.district}"],
        parameters=parameters,
        output_format="json",
    )
    (row,) = json.loads(answer)["rows"]
    return float(row["numerator"])


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
@pytest.mark.parametrize("page", SECTIONS)
def test_the_page_stands_for_every_role(open_loop_page: OpenPage, page: str, role: Role) -> None:
    at = open_loop_page(page, role=role)
    assert not at.exception
    assert not at.error, words(at)
    assert figures(at)


@pytest.mark.parametrize(("page", "section"), EVERY_SECTION)
@pytest.mark.parametrize(
    "query", [{}, WHOLE, {"district": HERE}], ids=["default", "five years", "one district"]
)
def test_every_section_stands(
    open_loop_page: OpenPage, page: str, section: str, query: dict[str, str]
) -> None:
    at = open_loop_page(page, query={**query, "section": section})
    assert not at.exception
    assert not at.error, words(at)
    assert at.get("vega_lite_chart") or at.dataframe


@pytest.mark.parametrize("page", SECTIONS)
def test_nothing_left_is_explained_and_can_be_widened(open_loop_page: OpenPage, page: str) -> None:
    at = open_loop_page(page, query={"from": "2020-01-01", "to": "2020-12-31", "district": "341200"})
    assert "没有记录" in words(at)
    assert "不等于零" in words(at)
    assert not at.metric
    wider = next(button for button in at.button if button.label.startswith("期间改为"))
    assert figures(wider.click().run())


@pytest.mark.parametrize("page", SECTIONS)
def test_a_filter_the_loop_cannot_know_is_named(open_loop_page: OpenPage, page: str) -> None:
    at = open_loop_page(page, query={"stage": "餐饮"})
    (warning,) = at.warning
    assert "闭环记录不分环节（现为餐饮），本页数字没有按此筛选。" in warning.value.replace("\\", "")
    assert not at.error
    assert figures(at) == figures(open_loop_page(page))


class TestRectification:
    """Counted by hand from ITEMS and the two items of the clinic (one verified, one overdue)."""

    def test_tiles_equal_a_plain_count_and_the_metrics(
        self, open_loop_page: OpenPage, loop_world: World
    ) -> None:
        shown = figures(open_loop_page(RECTIFICATION))
        open_items = ("on-paper", "struck-off", "reported", "overdue", "under-way")
        overdue = [number for number in open_items if ITEMS[number][2] < AS_OF]
        assert shown["未完成整改项数"] == f"{len(open_items) + 1} 项"
        assert shown["逾期未完成项数"] == f"{len(overdue) + 1} 项"
        assert shown["到期整改率"] == "42.86%", "3 verified of 3 and 4 overdue"
        assert shown["纸面整改率"] == "40.00%", "2 of 5 claims"
        for metric_id, name in (
            ("rectification_open", "未完成整改项数"),
            ("rectification_overdue", "逾期未完成项数"),
        ):
            assert shown[name] == f"{metric_value(loop_world, metric_id):.0f} 项"

    def test_what_is_open_is_counted_whatever_its_found_date(
        self, open_loop_page: OpenPage, loop_world: World
    ) -> None:
        """Four open items were found before the period: three of ITEMS left in it, one of the clinic before."""
        summer = {"from": "2025-07-01", "to": "2025-09-30", "district": "341200"}
        at = open_loop_page(RECTIFICATION, query={**summer, "section": "list"})
        shown = figures(at)
        assert shown["未完成整改项数"] == "6 项"
        assert shown["逾期未完成项数"] == "4 项"
        assert "其中本期发现 3 项" in words(at)
        assert "其中本期发现 1 项" in words(at)
        assert len(listed(at, "item_no")) == 6
        assert "截至2025-10-31的全部整改项，不限发现日期" in words(at)
        whole = run_metric(
            loop_world.snapshots, "rectification_open", where=["district=341200"], output_format="json"
        )
        assert json.loads(whole)["rows"][0]["numerator"] == 6
        only = open_loop_page(RECTIFICATION, query={**summer, "section": "list", "range": "period"})
        assert set(listed(only, "item_no")) == {"reported", "overdue", "under-way"}
        assert figures(only)["未完成整改项数"] == "6 项", "the tile is of all, whatever the list shows"

    def test_ageing_and_owners_follow_the_range(self, open_loop_page: OpenPage) -> None:
        summer = {"from": "2025-07-01", "to": "2025-09-30", "district": "341200", "section": "open"}
        for asked, number in (({}, 6), ({"range": "period"}, 3)):
            at = open_loop_page(RECTIFICATION, query={**summer, **asked})
            for chart in at.get("vega_lite_chart"):
                counted = re.findall(r"未完成(\d+)项", chart.proto.alt)
                assert sum(map(int, counted)) == number, chart.proto.alt

    def test_the_sentence_names_no_kind_of_sampling(self, open_loop_page: OpenPage) -> None:
        for page in SECTIONS:
            assert "常规抽样" not in words(open_loop_page(page))

    def test_the_list_is_as_long_as_its_metric(self, open_loop_page: OpenPage, loop_world: World) -> None:
        for state, metric_id in (
            ("open", "rectification_open"),
            ("overdue", "rectification_overdue"),
            ("reported", "rectification_self_reported"),
            ("underway", "rectification_in_progress"),
            ("verified", "rectification_verified"),
            ("ended", "rectification_ended"),
            ("all", "rectification_items"),
        ):
            at = open_loop_page(RECTIFICATION, query={"section": "list", "state": state})
            assert len(listed(at, "item_no")) == metric_value(loop_world, metric_id), state

    def test_the_list_is_filtered_from_the_address(self, open_loop_page: OpenPage) -> None:
        query = {"section": "list", "state": "open", "post": POSTS[THERE], "origin": "监督检查"}
        at = open_loop_page(RECTIFICATION, query=query)
        assert set(listed(at, "item_no")) == {"struck-off", "overdue"}
        assert at.selectbox(key="choice.state").value == "open"

    def test_the_list_can_be_printed(self, open_loop_page: OpenPage) -> None:
        at = open_loop_page(RECTIFICATION, query={"section": "list", "state": "overdue", "form": "print"})
        (table,) = at.table
        assert set(table.value["整改项编号"].str.replace("\\", "")) >= {"on-paper", "struck-off", "overdue"}
        assert not at.dataframe
        assert "整改内容" in table.value.columns

    def test_paper_is_listed_with_what_is_missing(self, open_loop_page: OpenPage) -> None:
        at = open_loop_page(RECTIFICATION, query={"section": "paper"})
        missing = dict(zip(listed(at, "item_no"), listed(at, "missing"), strict=True))
        assert missing == {"on-paper": "验证证据", "struck-off": "现场验证记录"}

    def test_a_quarter_of_too_few_items_has_no_share(self, open_loop_page: OpenPage) -> None:
        at = open_loop_page(RECTIFICATION, query={"section": "cohorts", **WHOLE})
        within = dict(zip(listed(at, "group_name"), listed(at, "within_90"), strict=True))
        assert within["2025年第3季度"] == "在册不足5项，不作比例", "three items, none verified"

    def test_a_county_reader_sees_no_other_countys_rows(self, open_loop_page: OpenPage) -> None:
        query = {"section": "list", "state": "all", "from": "2021-01-01", "to": "2025-10-31"}
        at = open_loop_page(RECTIFICATION, scope=Scope.of(HERE), query=query)
        here = {number for number, item in ITEMS.items() if item[0] == HERE}
        assert set(listed(at, "item_no")) == here | {f"V-{key}-item" for key in VISITS}
        assert POSTS[THERE] not in at.selectbox(key="choice.post").options

    def test_a_post_of_another_county_in_the_address_counts_for_nothing(
        self, open_loop_page: OpenPage
    ) -> None:
        query = {"section": "list", "state": "all", "post": POSTS[THERE]}
        at = open_loop_page(RECTIFICATION, scope=Scope.of(HERE), query=query)
        assert at.selectbox(key="choice.post").value == ""
        assert POSTS[THERE] not in words(at)


class TestClinic:
    """Counted by hand from VISITS and the samples of the small world."""

    def test_tiles_equal_a_plain_count(self, open_loop_page: OpenPage, loop_world: World) -> None:
        at = open_loop_page(CLINIC, query={"district": HERE})
        shown = figures(at)
        firms = eligible(loop_world, HERE)
        assert shown["流动诊所帮扶企业数"] == "2 家"
        assert shown["派出专家人次"] == "6 人次"
        assert "派出核查处置人员人次 4 人次" in words(at)
        assert shown["流动诊所发现问题数"] == "6 个"
        assert "流动诊所整改建议数 4 条" in words(at)
        assert shown["符合条件的生产企业"] == f"{len(firms)} 家"
        assert f"{len(firms & set(VISITS))}/{len(firms)} 家" in words(at)

    def test_tiles_equal_the_command_line(self, open_loop_page: OpenPage, loop_world: World) -> None:
        shown = figures(open_loop_page(CLINIC, query={"k": "3"}))
        assert shown["符合条件的生产企业"] == f"{metric_value(loop_world, 'clinic_eligible', 'k=3'):.0f} 家"
        assert shown["流动诊所帮扶企业数"] == f"{metric_value(loop_world, 'clinic_assisted'):.0f} 家"

    def test_the_threshold_stands_in_the_address(self, open_loop_page: OpenPage, loop_world: World) -> None:
        at = open_loop_page(CLINIC, query={"district": HERE, "k": "3"})
        assert at.slider(key="choice.k").value == 3
        assert figures(at)["符合条件的生产企业"] == f"{len(eligible(loop_world, HERE, 3))} 家"
        assert "不合格批次不少于3" in words(at)
        at.slider(key="choice.k").set_value(2).run()
        assert at.query_params["k"] == "2"

    def test_coverage_is_missing_where_nobody_is_known_to_be_eligible(self, open_loop_page: OpenPage) -> None:
        at = open_loop_page(CLINIC, query={"district": THERE})
        assert figures(at)["流动诊所帮扶企业数"] == "1 家"
        assert figures(at)["流动诊所帮扶覆盖率"] == "—"
        assert "覆盖率无法判断，不作100%" in words(at)

    def test_the_eligible_are_listed_with_the_reason(
        self, open_loop_page: OpenPage, loop_world: World
    ) -> None:
        at = open_loop_page(CLINIC, query={"district": HERE, "section": "eligible"})
        helped = dict(zip(listed(at, "enterprise_key"), listed(at, "assisted_text"), strict=True))
        assert set(helped) == eligible(loop_world, HERE)
        assert {key for key, word in helped.items() if word == "已帮扶"} == eligible(loop_world, HERE) & set(
            VISITS
        )

    def test_suggestions_have_the_state_of_their_items(self, open_loop_page: OpenPage) -> None:
        at = open_loop_page(CLINIC, query={"section": "advice"})
        states = dict(zip(listed(at, "suggestion_no"), listed(at, "state"), strict=True))
        assert states == {
            "V-企业1-s0": "已验证",
            "V-企业1-s1": "未列入整改",
            "V-企业3-s0": "逾期",
            "V-企业3-s1": "未列入整改",
        }

    def test_outcome_says_not_due_and_warns_of_regression(self, open_loop_page: OpenPage) -> None:
        at = open_loop_page(CLINIC, query={"section": "outcome"})
        again = dict(zip(listed(at, "group_name"), listed(at, "again_text"), strict=True))
        assert again["已帮扶"] == "未到期", "no visit is 365 days old"
        assert "向均值回归" in words(at)

    def test_a_firms_sheet(self, open_loop_page: OpenPage, loop_world: World) -> None:
        at = open_loop_page(CLINIC, query={"section": "firm", "firm": "企业3"})
        own = [row for row in loop_world.samples if row["producer_key"] == "企业3"]
        assert at.selectbox(key="choice.firm").value == "企业3"
        assert listed(at, "visit_no") == ["V-企业3"]
        assert "首次上门 2025-06-16" in words(at)
        assert f"共 {len(own)} 行" in words(at)

    def test_a_firm_of_another_county_in_the_address_is_not_opened(self, open_loop_page: OpenPage) -> None:
        at = open_loop_page(CLINIC, scope=Scope.of(THERE), query={"section": "firm", "firm": "企业3"})
        assert at.selectbox(key="choice.firm").value == UNSAMPLED[0]
        assert listed(at, "visit_no") == [f"V-{UNSAMPLED[0]}"]
        assert "企业3" not in words(at)


def test_hidden_sections_are_not_computed(open_loop_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ageing", "owners", "cohorts", "items", "closed_on_paper"):
        monkeypatch.setattr(loop_cached, name, None)
    assert not open_loop_page(RECTIFICATION).error


def test_a_file_holds_what_the_screen_shows(open_loop_page: OpenPage, loop_world: World) -> None:
    from lib.ui.cached import Source
    from lib.ui.figure_file import figure_bytes
    from lib.ui.rectification_lists import item_listing

    at = open_loop_page(RECTIFICATION, query={"section": "list", "state": "all"})
    source = Source(str(loop_world.snapshots), 2, Scope.everything())
    listing = item_listing(loop_cached.items(source, YEAR), YEAR, ("all", "", ""))
    text = figure_bytes(listing.table, listing.columns).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["整改项编号"] for row in rows] == listed(at, "item_no")
    assert {row["发现日期"] for row in rows if row["整改项编号"] == "verified"} == {"2025-02-01"}
