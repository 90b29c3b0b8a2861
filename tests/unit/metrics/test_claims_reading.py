"""Ledger files: what is read, and what is refused with its line and the reason."""

from pathlib import Path

import pytest

from lib.metrics.claims import Operator
from lib.metrics.claims_reading import OWN_FOLDER, ledger_files, read_ledger
from tests.unit.metrics.ledger_rows import derived, row, write_ledger


def refusal(folder: Path, **changes: str) -> str:
    """Why a ledger with one changed row refuses it; empty when it does not."""
    ledger = read_ledger([write_ledger(folder / "own.csv", row(id="9-00"), row(**changes))])
    assert {claim.id for claim in ledger.claims} >= {"9-00"}, "the good row stands"
    return ledger.refused[0].sentence() if ledger.refused else ""


def test_a_good_row_is_read(tmp_path: Path) -> None:
    (claim,) = read_ledger([write_ledger(tmp_path / "own.csv", row(value="83.30", unit="批次"))]).claims
    assert claim.value is not None
    assert (claim.value.decimals, float(claim.value.value)) == (2, 83.3)
    assert claim.operator is Operator.EQUAL
    assert claim.as_of is not None


def test_a_file_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "gb18030"):
        ledger = read_ledger([write_ledger(tmp_path / "own.csv", row(), encoding=encoding)])
        assert ledger.claims[0].document == "本局通报"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": ""}, "缺少 id"),
        ({"claim": ""}, "缺少 claim"),
        ({"operator": "大约"}, "operator 没有“大约”"),
        ({"value": "三"}, "value“三”不是"),
        ({"value": "7.3万"}, "value“7.3万”不是"),
        ({"value": ""}, "缺少 value"),
        ({"value": "1,000"}, "不带千分位"),
        ({"operator": "range"}, "value_to 与 operator range 应同时填写"),
        ({"operator": "≈"}, "tolerance 与 operator ≈ 应同时填写"),
        ({"tolerance": "5"}, "tolerance 与 operator ≈ 应同时填写"),
        ({"interval": "1-2"}, "interval“1-2”"),
        ({"interval": "1—2"}, "interval 只用于比率"),
        ({"metric": "batches_samplet"}, "没有指标“batches_samplet”"),
        ({"unit": "家"}, "单位不符：指标“抽检批次”以“批次”计，登记的是“家”"),
        ({"query": "form=2025-01-01"}, "query 没有“form”"),
        ({"query": "from=2025-02-30"}, "不是 2025-08-31 这样的真实日期"),
        ({"query": "from=2025-02-01&from=2025-01-01"}, "重复的名称"),
        ({"query": "from=2025-02-01&to=2025-01-01"}, "晚于截止日期"),
        ({"query": "from=2025-01-01&sampling=随便"}, "抽样性质“随便”未知"),
        ({"query": "2025年"}, "应写成 名称=取值"),
        ({"only": "role=专家"}, "不能按 role 分组"),
        ({"by": "year"}, "by 与 statistic"),
        ({"by": "year", "statistic": "each"}, "应填 groups"),
        ({"by": "year", "statistic": "mean"}, "statistic 没有“mean”"),
        ({"groups": "vier"}, "groups“vier”不是整数"),
        ({"parameters": "k=2"}, "没有参数 k"),
        ({"as_of": ""}, "缺少 as_of"),
        ({"as_of": "8月底"}, "as_of“8月底”不是"),
        ({"derived": "是"}, "derived“是”应为 yes 或 no"),
        ({"reported": "抽检批次"}, "恰好填一个"),
        ({"metric": ""}, "恰好填一个"),
        ({"operator": "text"}, "只登记文字的不应有 metric"),
        ({"operator": "parameter"}, "恰好有一个 parameters"),
    ],
)
def test_a_malformed_row_is_refused_with_line_and_reason(
    tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    sentence = refusal(tmp_path, **changes)
    assert sentence.startswith("own.csv 第 3 行：")
    assert reason in sentence


def test_a_row_with_a_cell_too_many_is_refused(tmp_path: Path) -> None:
    file = write_ledger(tmp_path / "own.csv", row())
    with open(file, "a", encoding="utf-8") as target:
        target.write("9-02,本局,一句，含逗号,3\r\n")
    assert "格数与表头不符" in read_ledger([file]).refused[0].reason


def test_an_id_is_registered_once_across_files(tmp_path: Path) -> None:
    files = [write_ledger(tmp_path / f"{name}.csv", row()) for name in ("a", "b")]
    ledger = read_ledger(files)
    assert len(ledger.claims) == 1
    assert ledger.refused[0].sentence() == "b.csv 第 2 行：编号 9-01 重复；一个编号只登记一次"


def test_what_stands_on_a_refused_row_is_refused_too(tmp_path: Path) -> None:
    rows = (row(unit="家"), derived("9-01 + 9-01", id="9-02"), derived("9-02 + 9-02", id="9-03"))
    ledger = read_ledger([write_ledger(tmp_path / "own.csv", *rows)])
    assert ledger.claims == ()
    assert [refused.line for refused in ledger.refused] == [2, 3, 4]


@pytest.mark.parametrize(
    ("terms", "unit", "reason"),
    [
        ("9-01 +", "批次", "terms 应为 编号 运算 编号"),
        ("9-01 9-02", "批次", "terms 应为 编号 运算 编号"),
        ("9-01 + 9-77", "批次", "不能计算的编号 9-77"),
        ("9-01 + 9-99", "批次", "绕回了自己"),
        ("9-01 = 9-02 + 9-01", "批次", "= 只能在最后一个编号之前"),
        ("9-01 + 9-02", "批次", "单位不同，不能相加"),
        ("9-01 / 9-02", "%", "批次÷家 的单位应为 两种单位之比"),
        ("9-01 / 9-01", "家", "的单位应为 %"),
        ("9-01 + 9-01", "家", "terms 的单位是 批次"),
    ],
)
def test_terms_that_mean_nothing_are_refused(tmp_path: Path, terms: str, unit: str, reason: str) -> None:
    firms = row(id="9-02", metric="producers_sampled", unit="家")
    ledger = read_ledger([write_ledger(tmp_path / "own.csv", row(), firms, derived(terms, unit=unit))])
    assert [refused.line for refused in ledger.refused] == [4]
    assert reason in ledger.refused[0].reason


def test_a_file_that_is_no_ledger_is_refused_whole(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("编号,原文\n1,一句\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"own\.csv 不是公开数字台账：缺少列 id"):
        read_ledger([tmp_path / "own.csv"])


def test_a_bureau_s_files_lie_apart_from_the_shipped_one() -> None:
    assert ledger_files()[0].parent.name == "reference"
    assert OWN_FOLDER.parts[-2:] == ("data", "claims")
