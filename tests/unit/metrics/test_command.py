"""One figure on the command line."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lib.data.snapshot import SnapshotMissing
from lib.metrics.command import WrongCondition, _cell, list_metrics, run_metric
from lib.metrics.compute import UnknownDimension, WrongParameter
from lib.metrics.registry import UnknownMetric, all_metrics
from tests.unit.metrics.conftest import place_columns, sample_row, write_snapshot


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        sample_row(county="341202", day=date(2025, 1, 3), supervision_verdict="unqualified"),
        sample_row(county="341202", day=date(2025, 2, 3), stage="餐饮"),
        sample_row(county=None, day=date(2025, 9, 3), campaign_code="C1", sampling_kind="专项"),
        sample_row(county=None, day=date(2025, 3, 3), category_code="33", category_detail_code="35"),
    ]
    campaign = {
        "campaign_code": "C1",
        "name": "夏季行动",
        "start_on": date(2025, 9, 1),
        **place_columns("341202"),
    }
    path = tmp_path_factory.mktemp("published")
    write_snapshot(path, {"sample": rows, "campaign": [campaign]})
    return path


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_result_table_as_csv(folder: Path) -> None:
    rows = rows_of(run_metric(folder, "unqualified_rate", by=["division"]))
    shown = [(row["division"], row["division_name"], row["numerator"], row["denominator"]) for row in rows]
    assert shown == [("341202", "颍州区", "1", "2"), ("", "未知", "0", "1")]
    assert [row["value"] for row in rows] == ["0.5", "0"], "numbers are written as in an extract"
    assert rows[1]["excluded_sampling"] == "1"


def test_the_result_table_as_json(folder: Path) -> None:
    document = json.loads(run_metric(folder, "unqualified_rate", date(2026, 1, 1), output_format="json"))
    assert document["metric"] == "unqualified_rate"
    assert (document["name"], document["unit"]) == ("监督抽检不合格率", "%")
    assert (document["as_of"], document["version"]) == ("2025-10-31", 1)
    assert document["rows"][0]["denominator"] == 0
    assert document["rows"][0]["value"] is None, "missing is null, neither 0 nor NaN"
    assert document["excluded"]["excluded_pending"] == "结果未出"


def test_without_dates_the_records_own_range_is_used(folder: Path) -> None:
    document = json.loads(
        run_metric(folder, "batches_sampled", where=["sampling=全部"], output_format="json")
    )
    assert (document["from"], document["to"]) == ("2025-01-03", "2025-09-03")
    assert document["rows"][0]["numerator"] == 4
    later = json.loads(run_metric(folder, "batches_sampled", date(2025, 2, 1), output_format="json"))
    assert (later["from"], later["to"]) == ("2025-02-01", "2025-09-03")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (["stage=流通"], 2),
        (["环节=流通,餐饮"], 3),
        (["环节=流通", "环节=餐饮"], 3),
        (["district=341202"], 2),
        (["地区=阜阳市"], 2),
        (["食品类别=蔬菜"], 1),
        (["食品类别=食用农产品"], 1),
        (["专项=夏季行动"], 1),
        (["campaign=C1"], 1),
        (["抽样性质=专项"], 1),
        (["地区=瑶海区", "side=made"], 0),
        (["地区=颍州区", "地区口径=生产企业所在地"], 3),
    ],
)
def test_conditions_by_code_or_chinese_name(where: list[str], expected: int, folder: Path) -> None:
    (row,) = rows_of(run_metric(folder, "batches_sampled", where=where))
    assert int(row["numerator"]) == expected


def test_grouping_by_chinese_name(folder: Path) -> None:
    assert run_metric(folder, "batches_sampled", by=["月份"]) == run_metric(
        folder, "batches_sampled", by=["month"]
    )
    rows = rows_of(run_metric(folder, "batches_sampled", by=["month,stage"]))
    assert [(row["month_name"], row["stage"]) for row in rows][:2] == [
        ("2025年1月", "流通"),
        ("2025年2月", "餐饮"),
    ]


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"where": ["stage=天上"]}, WrongCondition, "可用：.*流通"),
        ({"where": ["ward=1"]}, WrongCondition, "名称可用：.*district（地区）"),
        ({"where": ["stage"]}, WrongCondition, "名称=取值"),
        ({"where": ["district=341202,341203"]}, WrongCondition, "只能取一个值"),
        ({"where": ["地区=火星"]}, WrongCondition, "341202（颍州区）"),
        ({"by": ["item"]}, UnknownDimension, "division（县区）"),
        ({"parameters": ["k"]}, WrongParameter, "名称=数值"),
        ({"parameters": ["k=2"]}, WrongParameter, "没有参数 k"),
        ({"output_format": "xml"}, WrongCondition, "csv、json"),
        ({"start": date(2025, 2, 1), "end": date(2025, 1, 1)}, ValueError, "晚于"),
        ({"version": 9}, SnapshotMissing, "版本 9"),
    ],
)
def test_wrong_words_are_answered_with_the_right_ones(
    asked: dict[str, Any], error: type[Exception], said: str, folder: Path
) -> None:
    with pytest.raises(error, match=said):
        run_metric(folder, "unqualified_rate", **asked)


def test_an_unknown_metric(folder: Path) -> None:
    with pytest.raises(UnknownMetric, match="unqualified_rate"):
        run_metric(folder, "unqualified")


def test_the_list_names_every_metric() -> None:
    text = list_metrics()
    for metric in all_metrics().values():
        assert f"{metric.id}  {metric.name}（{metric.unit}）" in text
    assert "参数 k" in text


def test_routine_sampling_asked_for_by_name_is_not_replaced_by_the_default_of_a_metric(folder: Path) -> None:
    # The fixture has three routine batches, one of them unqualified, and one qualified campaign batch.
    (own,) = rows_of(run_metric(folder, "problem_finding_rate"))
    assert (own["numerator"], own["denominator"]) == ("0", "1")
    (asked,) = rows_of(run_metric(folder, "problem_finding_rate", where=["sampling=常规"]))
    assert (asked["numerator"], asked["denominator"]) == ("1", "3")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_text_cell_is_never_a_formula(start: str, tmp_path: Path) -> None:
    name = f"{start}1+1"
    row = sample_row(campaign_code="C1", sampling_kind="专项", supervision_verdict="unqualified")
    campaign = {"campaign_code": "C1", "name": name, "start_on": date(2025, 1, 1), **place_columns("341202")}
    write_snapshot(tmp_path, {"sample": [row], "campaign": [campaign]})
    text = run_metric(tmp_path, "unqualified_rate", by=["campaign"], where=["sampling=全部"])
    (read,) = csv.DictReader(io.StringIO(text, newline=""))
    assert (read["campaign"], read["campaign_name"]) == ("C1", f"'{name}")
    assert read["numerator"] == "1"


def test_a_negative_number_stays_a_number() -> None:
    assert _cell(-1.5) == -1.5
    assert _cell("-1.5") == "'-1.5"


def test_a_group_asked_for_twice_is_refused_in_words(folder: Path) -> None:
    with pytest.raises(UnknownDimension, match="重复"):
        run_metric(folder, "unqualified_rate", by=["division", "县区,division"])
