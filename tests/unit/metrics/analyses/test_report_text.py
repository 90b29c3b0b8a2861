"""The report: its sentences against counts made by hand, and what it says where there is nothing to say."""

import re
from datetime import date

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.report_text import ReportImpossible, SamplingReport, sampling_report
from tests.unit.metrics.analyses.conftest import Make, Rows, batches, waiting
from tests.unit.metrics.conftest import disposal_row, item_row

ALL = Scope.everything()
HALF = Filters(start=date(2025, 1, 1), end=date(2025, 6, 30), district="341200")
NOW, BEFORE = date(2025, 3, 5), date(2024, 3, 5)
#: What would have to be filled in by hand, or was never computed.
PLACEHOLDER = re.compile(r"XX|××|＿|_|〇〇|nan|None|NA|(?<![0-9月%）])—|—(?![0-9+\-])")


def rows() -> Rows:
    """42 of 840 unqualified in 2025: 01 4/400 (before 4/400), 24 8/40 (before 0/40), 33 30/400 (before 60/400)."""
    return [
        *batches(4, 400, day=NOW, category_code="01"),
        *batches(8, 40, day=NOW, category_code="24"),
        *batches(30, 400, day=NOW, category_code="33"),
        *batches(4, 400, day=BEFORE, category_code="01"),
        *batches(0, 40, day=BEFORE, category_code="24"),
        *batches(60, 400, day=BEFORE, category_code="33"),
    ]


def items(sampled: Rows) -> Rows:
    """In 2025 the 42 unqualified batches fail 30 times for 毒死蜱 (PEST), 12 times for 菌落总数 (MICRO)."""
    failed = [one for one in sampled if one["supervision_verdict"] == "unqualified" and one["year"] == 2025]
    return [
        item_row(one, "毒死蜱" if number < 30 else "菌落总数", "PEST" if number < 30 else "MICRO")
        for number, one in enumerate(failed)
    ]


@pytest.fixture
def report(make: Make) -> SamplingReport:
    sampled = rows()
    failed = [one for one in sampled if one["supervision_verdict"] == "unqualified" and one["year"] == 2025]
    disposal = [
        disposal_row(
            one,
            received=date(2025, 4, 1),
            started_on=date(2025, 4, 2),
            start_due_on=date(2025, 4, 9),
            finished_on=date(2025, 5, 1) if number < 40 else None,
            finish_due_on=date(2025, 6, 30),
            rechecked_on=date(2025, 5, 2) if number < 30 else None,
            recheck_passed=True if number < 30 else None,
        )
        for number, one in enumerate(failed)
    ]
    return sampling_report(
        make(sample=[*sampled, *waiting(7, day=NOW)], failing_item=items(sampled), disposal=disposal),
        HALF,
        ALL,
    )


def paragraphs(report: SamplingReport, number: int) -> str:
    return "".join(report.sections[number].paragraphs)


def test_title_names_place_and_period(report: SamplingReport) -> None:
    assert report.title == "阜阳市2025年1—6月食品安全监督抽检分析报告"


def test_totals(report: SamplingReport) -> None:
    said = paragraphs(report, 0)
    # 42/840 = 5.00 %; Wilson 95 %: scipy.stats.binomtest(42, 840).proportion_ci(0.95, "wilson") = 0.03719…0.06692.
    assert said.startswith(
        "2025年1—6月，阜阳市共抽检食品样品847批次，其中已出监督结论840批次，检出不合格样品42批次，"
        "监督抽检不合格率为5.00%（95%置信区间3.72%—6.69%）。未计入不合格率的有：结果未出7批次。"
    )


def test_change_is_said_in_points_or_left_out_with_its_reason(report: SamplingReport, make: Make) -> None:
    # 64/840 = 7.62 % the year before: 2.62 points less.
    assert "比上年同期7.62%（64/840）下降2.62个百分点" in paragraphs(report, 0)
    alone = sampling_report(make(sample=batches(4, 400, day=NOW)), HALF, ALL)
    assert "没有两年数据都齐的月份，本报告不作同比。" in paragraphs(alone, 0)
    assert "百分点" not in paragraphs(alone, 0)


def test_staples_below_the_whole(report: SamplingReport) -> None:
    assert paragraphs(report, 1) == "粮食加工品监督抽检不合格率为1.00%（4/400），低于总体不合格率（5.00%）。"


def test_staples_on_both_sides_and_too_few(make: Make) -> None:
    sampled = [
        *batches(1, 100, day=NOW, category_code="01"),
        *batches(20, 100, day=NOW, category_code="02"),
        *batches(0, 29, day=NOW, category_code="05"),
    ]
    names = [
        {"code": code, "name": name, "level": 1, "rollup_code": code}
        for code, name in (("01", "粮食加工品"), ("02", "食用油、油脂及其制品"), ("05", "乳制品"))
    ]
    said = paragraphs(sampling_report(make(sample=sampled, food_category=names), HALF, ALL), 1)
    # 21/229 = 9.17 %. A name with 、 inside is parted from its neighbours by a comma, or two would read as three.
    assert said == (
        "粮食加工品，食用油、油脂及其制品监督抽检不合格率分别为1.00%（1/100）、20.00%（20/100），"
        "其中粮食加工品低于总体不合格率；食用油、油脂及其制品高于总体不合格率（9.17%）。"
        "已出监督结论不足30批次的不列不合格率：乳制品29批次。"
    )


def test_only_changes_beyond_chance_are_called_so(report: SamplingReport) -> None:
    said = paragraphs(report, 2)
    assert said.startswith(
        "2025年3月可与上年同期比较的3个食品大类中，1个大类不合格率下降（食用农产品），"
        "1个大类不合格率上升（糕点），其余1个大类的变化未超出偶然波动。"
    )
    # 15.00 % to 7.50 %, 0 % to 20.00 %.
    assert "比上年同期15.00%（60/400）下降7.50个百分点" in said
    assert "比上年同期0.00%（0/40）上升20.00个百分点" in said
    assert said.endswith(
        "不合格率居前的依次为糕点20.00%（8/40）、食用农产品7.50%（30/400）、粮食加工品1.00%（4/400）。"
    )


def test_item_groups_stand_in_descending_share(report: SamplingReport) -> None:
    # 30/42 = 71.43 %, 12/42 = 28.57 %.
    assert paragraphs(report, 3) == (
        "不合格样品共检出不合格项目42项次（一批次可有多项）。按项目组计，占不合格项次的比例依次为："
        "农药残留超标71.43%（30项次）、微生物污染28.57%（12项次）。"
        "检出项次居前的项目为毒死蜱（30项次）、菌落总数（12项次）。"
    )


def test_disposal_keeps_what_was_verified_apart(report: SamplingReport) -> None:
    # 40/42 = 95.24 %, 30/40 = 75.00 %; all 42 limits are over, two sides are late.
    assert paragraphs(report, 4) == (
        "对期间收到报告的不合格样品和问题样品（含各类抽样），应核查处置42件（按处置环节计），"
        "已填报完成40件，完成率95.24%（40/42）。"
        "已填报完成的环节中，经现场复查合格30件，整改复查通过率75.00%（30/40）；其余没有复查合格的记录（未复查或复查不合格）。"
        "完成时限已过的环节按时完成率95.24%（40/42），超期未完成2件。"
    )


def test_what_cannot_be_computed_says_why(make: Make) -> None:
    bare = sampling_report(make(sample=batches(2, 50, day=NOW)), HALF, ALL)
    assert paragraphs(bare, 3) == "所选范围没有登记不合格项目，不作项目分析。"
    assert paragraphs(bare, 4) == "期间没有收到需要核查处置的记录，本报告不列处置情况。"
    assert paragraphs(bare, 2).startswith("没有两年都不少于30批次的食品大类可与上年同期比较，不作同比。")


def test_annex_is_sorted_by_rate_with_the_total_at_its_end(report: SamplingReport) -> None:
    assert report.annex.rows == (
        ("1", "糕点", "40", "8", "20.00%"),
        ("2", "食用农产品", "400", "30", "7.50%"),
        ("3", "粮食加工品", "400", "4", "1.00%"),
        ("", "合计", "840", "42", "5.00%"),
    )


def test_tableware_stands_below_catering_food(make: Make) -> None:
    sampled = [
        *batches(10, 40, day=NOW, category_code="31", subcategory_4="集中消毒餐饮具"),
        *batches(2, 60, day=NOW, category_code="31", subcategory_4="馒头"),
    ]
    names = [{"code": "31", "name": "餐饮食品", "level": 1, "rollup_code": "31"}]
    rows_ = sampling_report(make(sample=sampled, food_category=names), HALF, ALL).annex.rows
    assert rows_[:2] == (
        ("1", "餐饮食品", "100", "12", "12.00%"),
        ("", "其中：餐饮具", "40", "10", "25.00%"),
    )


def test_nothing_is_left_to_fill_in(report: SamplingReport) -> None:
    for section in report.sections:
        assert section.paragraphs
        for text in section.paragraphs:
            assert text.endswith("。")
            assert not PLACEHOLDER.search(text), text


def test_without_any_verdict_there_is_no_report(make: Make) -> None:
    with pytest.raises(ReportImpossible, match="2025年1—6月所选范围没有已出监督结论的样品，不能生成报告"):
        sampling_report(make(sample=waiting(5, day=NOW)), HALF, ALL)
