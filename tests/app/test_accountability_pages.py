"""属地责任 and 包保督导 for every role, and their figures against a plain count of the rows that went in."""

import json
from datetime import date

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from lib.access.roles import Role
from lib.data.scope import Scope
from lib.metrics.command import run_metric
from lib.ui.identity import Reader
from lib.ui.slides import built_slide
from tests.app import duty_world
from tests.app.conftest import OpenPage, figures, words
from tests.app.duty_world import LATE, ON_PAPER, QUARTERS, build_duty_world
from tests.app.small_world import AS_OF, World

DISTRICTS, SUPERVISION = "accountability/districts", "accountability/supervision"
SECTIONS = {
    DISTRICTS: ("compare", "measure", "mix", "own"),
    SUPERVISION: ("progress", "tasks", "reminders", "holders"),
}
EVERY_SECTION = [(page, section) for page, sections in SECTIONS.items() for section in sections]
THIRD = (date(2025, 7, 1), date(2025, 9, 30))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small world with duties, built once for this module and only read."""
    return build_duty_world(tmp_path_factory.mktemp("duties"))


def commanded(world: World, metric_id: str, start: date, end: date, *more: str) -> list[dict[str, object]]:
    """The rows of `manage.py metric` for 阜阳市, by county where asked."""
    text = run_metric(
        world.snapshots, metric_id, start, end, by=more, where=("district=341200",), output_format="json"
    )
    rows: list[dict[str, object]] = json.loads(text)["rows"]
    return rows


def words_of_charts(at: AppTest) -> str:
    """The words for screen readers of every chart."""
    return "\n".join(chart.proto.alt for chart in at.get("vega_lite_chart"))


def table_with(at: AppTest, column: str) -> pd.DataFrame:
    """The first table that has the column."""
    return next(table.value for table in at.dataframe if column in table.value.columns)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
@pytest.mark.parametrize("page", SECTIONS)
def test_every_page_stands_for_every_role(open_page: OpenPage, page: str, role: Role) -> None:
    at = open_page(page, role=role)
    assert not at.exception
    assert not at.error, words(at)
    assert "数据截至2025年10月31日；数据版本 1" in words(at)


@pytest.mark.parametrize(("page", "section"), EVERY_SECTION)
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from": "2021-01-01", "to": "2025-10-31", "district": "341200"},
        {"district": "341225"},
        {"district": "340100"},
        {"category": "31"},
        {"from": "2019-01-01", "to": "2019-12-31", "district": "341200"},
    ],
    ids=["default", "five-years", "one-district", "no-rows", "category", "before-the-data"],
)
def test_every_section_stands(open_page: OpenPage, page: str, section: str, query: dict[str, str]) -> None:
    at = open_page(page, query={"section": section, **query})
    assert not at.exception
    assert not at.error, words(at)


def test_the_grid_equals_the_command(open_page: OpenPage, world: World) -> None:
    at = open_page(DISTRICTS)
    assert "4个地区×6项指标对照" in words_of_charts(at)
    at.session_state["table.district.grid"] = True
    shown = table_with(at.run(), "supervision_on_time_rate.value").set_index("code")
    for metric_id in ("unqualified_rate", "supervision_on_time_rate", "paper_rectification_rate"):
        rows = commanded(world, metric_id, date(2025, 1, 1), date(2025, 9, 30), "division")
        for row in rows:
            counts = [
                shown.loc[row["division"], f"{metric_id}.{side}"] for side in ("numerator", "denominator")
            ]
            assert counts == [row["numerator"], row["denominator"]], (metric_id, row)


def test_the_late_district_is_named_though_three_districts_widen_the_limits(open_page: OpenPage) -> None:
    at = open_page(DISTRICTS)
    assert "低于99.8%界限的界首市另以“仅按偶然波动”标记" in words(at)
    assert "包保督导按期完成率" in words_of_charts(at)
    assert "仅按偶然波动：低于（越高越好）" in words_of_charts(at)
    assert "界首市" in words(at)
    at = open_page(DISTRICTS, query={"section": "measure", "measure": "supervision_on_time_rate"})
    on_time = sum(
        row["done_at"] is not None and row["done_at"][:10] <= row["due_on"].isoformat()
        for row in duty_world.supervision()
        if row["division_code"] == LATE and 20251 <= row["due_quarter"] <= 20253
    )
    at.session_state["table.district.dots.supervision_on_time_rate"] = True
    shown = table_with(at.run(), "chance_text").set_index("code")
    assert (shown.loc[LATE, "numerator"], shown.loc[LATE, "denominator"]) == (on_time, 120)
    assert shown.loc[LATE, "chance_text"] == "低于99.8%界限"
    assert shown.loc["341272", "flag_text"] == "分母不足30"
    assert pd.isna(shown.loc["341272", "rank_lower"]), "a small district takes no place"


def test_few_cases_are_not_judged_and_false_alarms_are_counted(open_page: OpenPage) -> None:
    at = open_page(DISTRICTS)
    assert "格不作判断" in words_of_charts(at)
    assert "仅凭偶然预计至多约" in words(at)
    assert "不计总分、不排名" in words(at)


def test_a_filter_the_duties_do_not_know_is_refused_by_name(open_page: OpenPage) -> None:
    at = open_page(DISTRICTS, query={"category": "31"})
    assert "指标“包保督导按期完成率”的数据不分食品类别" in words(at)
    assert "3项指标对照" in words_of_charts(at), "what the samples know still stands"
    at = open_page(SUPERVISION, query={"category": "31"})
    assert "本页数字没有按此筛选" in words(at)


def test_no_part_of_the_page_but_the_chosen_one_is_computed(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    from lib.ui import district_page

    monkeypatch.setattr(district_page, "side_by_side", lambda view: asked.append("compare"))
    monkeypatch.setattr(district_page, "mix", lambda view: asked.append("mix"))
    open_page(DISTRICTS, query={"section": "mix"})
    assert asked == ["mix"]


def test_a_district_has_a_view_of_its_own(open_page: OpenPage, world: World) -> None:
    at = open_page(DISTRICTS, query={"section": "own", "unit": LATE})
    rows = commanded(world, "supervision_on_time_rate", date(2025, 1, 1), date(2025, 9, 30), "division")
    (row,) = (row for row in rows if row["division"] == LATE)
    assert figures(at)["包保督导按期完成率"] == f"{row['numerator'] / row['denominator']:.2%}"  # type: ignore[operator]
    listed = table_with(at, "item_no")
    assert {number.split("-")[0] for number in listed["item_no"]} == {LATE}
    letters = table_with(
        open_page(DISTRICTS, query={"section": "own", "unit": LATE, "list": "letters"}), "letter_no"
    )
    assert sorted(letters["letter_no"]) == [f"{LATE}-{k}" for k in range(3)]


def test_a_county_sees_its_own_rows_only(open_page: OpenPage) -> None:
    for page, sections in SECTIONS.items():
        for section in sections:
            at = open_page(page, scope=Scope.of(ON_PAPER), query={"section": section})
            shown = words(at) + words_of_charts(at) + "".join(str(table.value) for table in at.dataframe)
            assert "阜南" in shown
            for other in ("界首", "颍州", "341282", "341202"):
                assert other not in shown, (page, section, other)


def test_the_quarter_equals_a_plain_count_and_the_command(open_page: OpenPage, world: World) -> None:
    at = open_page(SUPERVISION)
    rows = [row for row in duty_world.supervision() if row["due_quarter"] == 20253]
    done = [row for row in rows if row["done_at"] is not None]
    late = [row for row in done if row["done_at"][:10] > row["due_on"].isoformat()]
    shown = figures(at)
    assert shown["应督导户次"] == f"{len(rows)} 户次"
    assert shown["已督导户次"] == f"{len(done)} 户次"
    assert shown["逾期督导户次"] == f"{len(late)} 户次"
    assert shown["到期未督导户次"] == f"{len(rows) - len(done)} 户次"
    (row,) = commanded(world, "supervision_on_time_rate", *THIRD)
    assert shown["包保督导按期完成率"] == f"{row['numerator'] / row['denominator']:.2%}"  # type: ignore[operator]
    total = table_with(at, "group_name").iloc[-1]
    assert [total[name] for name in ("group_name", "due", "done", "late", "overdue")] == [
        *("合计", len(rows), len(done), len(late)),
        len(rows) - len(done),
    ]


def test_the_quarter_stands_in_the_address(open_page: OpenPage) -> None:
    at = open_page(SUPERVISION, query={"quarter": "20254"})
    assert "2025年10—12月，季度未结束，只表示进度" in words(at)
    done = sum(row["done_at"] is not None for row in duty_world.supervision() if row["due_quarter"] == 20254)
    assert figures(at)["已督导户次"] == f"{done} 户次"
    at = open_page(SUPERVISION, query={"from": "2023-01-01", "to": "2023-06-30", "district": "341200"})
    assert "以下数字按应督导季度：2023年4—6月" in words(at)


def test_the_task_list_names_posts_for_every_duty(open_page: OpenPage) -> None:
    at = open_page(SUPERVISION, query={"section": "tasks"})
    due = sum(duty_world.SUBJECTS.values())
    assert f"共 {due} 行" in words(at)
    assert set(table_with(at, "holder_post")["holder_post"]) <= {
        *("镇长（演示岗位）", "镇党委书记（演示岗位）"),
        "空档（无人包保）",
    }


def test_reminders_are_those_not_done(open_page: OpenPage, world: World) -> None:
    at = open_page(SUPERVISION, query={"section": "reminders"})
    waiting = [
        row for row in duty_world.supervision() if row["due_quarter"] == 20253 and row["done_at"] is None
    ]
    assert figures(at)["待督导户次"] == f"{len(waiting)} 户次"
    assert sorted(table_with(at, "days_left")["duty_no"]) == sorted(row["duty_no"] for row in waiting)
    (row,) = commanded(world, "supervision_done_after_reminder_rate", *THIRD)
    share = figures(at)["提醒后按天数完成率"]
    assert share == f"{row['numerator'] / row['denominator']:.2%}"  # type: ignore[operator]
    later = open_page(SUPERVISION, query={"section": "reminders", "days": "14"})
    assert figures(later)["提醒后按天数完成率"] != share, (
        "the late ones came fourteen days after the reminder"
    )


def test_who_held_a_binding_and_where_nobody_did(open_page: OpenPage) -> None:
    at = open_page(SUPERVISION, query={"section": "holders"})
    first = table_with(at, "change_text").head(5)
    assert list(first["change_text"]) == ["季内卸任", "季内接任", "季内卸任", "季内接任", "空档"]
    assert list(first["to_on"].astype(str).str[:10])[:2] == ["2025-08-15", "2025-09-30"]
    assert figures(at)["包保空档户次"] == "1 户次"
    assert figures(at)["季度内换人户次"] == "2 户次"
    gaps = table_with(open_page(SUPERVISION, query={"section": "holders", "held": "gaps"}), "duty_no")
    assert list(gaps["duty_no"]) == [f"20253-{duty_world.WITHOUT_POST}"]


def test_a_district_without_duties_says_so(open_page: OpenPage) -> None:
    at = open_page(SUPERVISION, query={"district": "340100"})
    assert "没有包保督导任务" in words(at)
    assert not figures(at)


def test_all_quarters_can_be_chosen(open_page: OpenPage) -> None:
    at = open_page(SUPERVISION)
    (box,) = (box for box in at.selectbox if box.label == "应督导季度")
    assert len(box.options) == len(QUARTERS)
    assert AS_OF.year == 2025


def test_the_overview_shows_the_duties_and_leads_to_their_pages(open_page: OpenPage, world: World) -> None:
    at = open_page("overview/overview")
    nine_months = (date(2025, 1, 1), date(2025, 9, 30))
    for metric_id, name in (
        ("supervision_on_time_rate", "包保督导按期完成率"),
        ("paper_rectification_rate", "纸面整改率"),
    ):
        (row,) = commanded(world, metric_id, *nine_months)
        assert figures(at)[name] == f"{row['numerator'] / row['denominator']:.2%}"  # type: ignore[operator]
    (due,), (overdue,) = (
        commanded(world, name, *nine_months) for name in ("supervision_due", "supervision_overdue")
    )
    assert f"应督导{due['numerator']}户次，到期未督导{overdue['numerator']}户次" in words(at)
    assert "提示供核实原因，不等于工作优劣。" in words(at)
    links = {link.proto.label: link.proto.query_string for link in at.get("page_link")}
    for label in ("流动诊所", "整改闭环", "属地责任", "包保督导"):
        assert "district=341200" in links[label]


def test_the_overview_says_which_filters_the_loop_does_not_know(open_page: OpenPage) -> None:
    at = open_page("overview/overview", query={"category": "31"})
    assert "本行四项的记录不分食品大类，没有按此筛选。" in words(at)


def test_without_samples_the_loop_is_still_shown(open_page: OpenPage) -> None:
    at = open_page("overview/overview", query={"stage": "流通", "category": "31"})
    assert "没有样品" in words(at)
    assert "包保督导按期完成率" in figures(at)
    assert "闭环与责任提示" in words(at)


@pytest.mark.parametrize("page", [DISTRICTS, SUPERVISION, "loop/clinic"])
def test_a_reader_of_several_districts_never_sees_them_called_the_city(
    open_page: OpenPage, page: str
) -> None:
    at = open_page(page, scope=Scope.of(ON_PAPER, LATE))
    assert "范围：阜南县、界首市；" in words(at)
    shown = words(at) + words_of_charts(at) + "".join(str(table.value) for table in at.dataframe)
    assert "范围：阜阳市" not in shown
    assert "全市" not in shown
    offered = " ".join(str(button.proto) for button in at.get("download_button"))
    assert "阜阳市" not in offered


def test_the_overview_slide_holds_every_figure_of_its_page(open_loop_page: OpenPage) -> None:
    asked = {"from": "2025-01-01", "to": "2025-09-30", "stage": "餐饮"}
    page = open_loop_page("overview/overview", query=asked)
    reader = Reader("tester", "测试", Role.ANALYST, Scope.everything())
    slide = built_slide(reader, 2, "overview.overview", asked, "")
    shown = figures(page)
    assert len(shown) == 8
    assert {one.name: one.value for one in slide.figures} == shown
    assert any("的记录不分环节，没有按此筛选" in note for note in slide.notes)
