"""Loads are versions: the same file changes nothing, a corrected one supersedes, nothing is ever deleted."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lib.data.loaders.errors import LoadRefused
from lib.data.snapshot import newest_version
from lib.data.tables.loads import data_version
from lib.data.tables.sampling import disposal, enterprise, failing_item, sample
from tests.records import prepared_engine, url_of
from tests.unit.data.loaders.loading import SMALL_HEADER, current, history, load

Write = Callable[..., Path]
GOOD = [("A1", "2025-01-02", "合格"), ("A2", "2025-01-03", "不合格"), ("A3", "2025-01-04", "")]

ITEM_PROFILE = """
name = "items"
title = "测试"
table = "sample"
source = "测试"
rows = "item"

[columns.sample_no]
from = "编号"

[columns.sampled_on]
from = "抽样日期"

[columns.purpose]
value = "监督抽检"

[columns.sampling_kind]
value = "常规"

[columns.conclusion]
from = "结论"
map = { "合格" = "纯抽检合格样品", "不合格" = "纯抽检不合格样品" }

[columns.food_name]
from = "样品"
optional = true

[columns.item_name]
from = "项目"

[columns.item_verdict]
from = "判定"

[columns.item_measured_value]
from = "结果"
"""
ITEM_HEADER = ("编号", "抽样日期", "结论", "样品", "项目", "判定", "结果")
ITEMS = [
    ("A1", "2025-01-02", "不合格", "苹果", "铅", "不合格项", "0.5"),
    ("A1", "2025-01-02", "不合格", "苹果", "镉", "合格项", "0.1"),
    ("A1", "2025-01-02", "不合格", "苹果", "毒死蜱", "不合格项", "0.3"),
    ("A2", "2025-01-02", "合格", "梨", "铅", "合格项", "0.0"),
]


@pytest.fixture
def item_profile(tmp_path: Path) -> Path:
    path = tmp_path / "items.toml"
    path.write_text(ITEM_PROFILE, encoding="utf-8")
    return path


def test_the_same_file_twice_changes_nothing(
    any_engine: Engine, write_csv: Write, small_profile: Path
) -> None:
    path = write_csv([SMALL_HEADER, *GOOD])
    first = load(any_engine, path, small_profile)
    second = load(any_engine, path, small_profile)
    assert (first.version, first.new, first.read) == (1, 3, 3)
    assert (second.version, second.new, second.superseded, second.unchanged) == (None, 0, 0, 3)
    assert len(history(any_engine, data_version)) == 1
    assert len(history(any_engine, sample)) == 3


def test_a_corrected_row_supersedes_and_the_past_stays(
    any_engine: Engine, write_csv: Write, small_profile: Path
) -> None:
    load(any_engine, write_csv([SMALL_HEADER, *GOOD]), small_profile)
    report = load(
        any_engine, write_csv([SMALL_HEADER, ("A3", "2025-01-04", "不合格")], "b.csv"), small_profile
    )
    assert (report.version, report.new, report.superseded, report.unchanged) == (2, 0, 1, 0)
    past = [row for row in history(any_engine, sample) if row["sample_no"] == "A3"]
    assert [(row["version_from"], row["version_to"], row["result_state"]) for row in past] == [
        (1, 2, "pending"),
        (2, None, "concluded"),
    ]
    assert len(current(any_engine, sample)) == 3, "rows that a file does not list are not deletions"


def test_columns_a_profile_does_not_map_keep_their_value(
    any_engine: Engine, write_csv: Write, small_profile: Path, item_profile: Path
) -> None:
    load(any_engine, write_csv([ITEM_HEADER, *ITEMS]), item_profile)
    load(any_engine, write_csv([SMALL_HEADER, ("A1", "2025-01-05", "不合格")], "b.csv"), small_profile)
    row = next(row for row in current(any_engine, sample) if row["sample_no"] == "A1")
    assert (row["food_name"], str(row["sampled_on"]), row["tested_items"]) == ("苹果", "2025-01-05", 3)
    assert len(current(any_engine, failing_item)) == 2


def test_items_a_full_file_no_longer_lists_end(
    any_engine: Engine, write_csv: Write, item_profile: Path
) -> None:
    load(any_engine, write_csv([ITEM_HEADER, *ITEMS]), item_profile)
    report = load(any_engine, write_csv([ITEM_HEADER, *ITEMS[:2]], "b.csv"), item_profile)
    assert report.tables["failing_item"].closed == 1
    assert [row["item_name"] for row in current(any_engine, failing_item)] == ["铅"]
    assert len(history(any_engine, failing_item)) == 2
    again = load(any_engine, write_csv([ITEM_HEADER, *ITEMS[:2]], "b.csv"), item_profile)
    assert again.version is None


def test_a_list_of_unqualified_samples_does_not_blank_a_full_record(
    any_engine: Engine, write_csv: Write, item_profile: Path, tmp_path: Path
) -> None:
    load(any_engine, write_csv([ITEM_HEADER, *ITEMS]), item_profile)
    narrow = tmp_path / "narrow.toml"
    narrow.write_text(
        ITEM_PROFILE.replace('source = "测试"', 'source = "测试"\nlisting = "unqualified"').replace(
            'value = "常规"', 'value = "专项"'
        ),
        encoding="utf-8",
    )
    row = ("A1", "2025-01-02", "不合格", "", "铅", "不合格项", "")
    report = load(any_engine, write_csv([ITEM_HEADER, row], "b.csv"), narrow)
    assert report.version is None
    kept = next(row for row in current(any_engine, sample) if row["sample_no"] == "A1")
    assert (kept["food_name"], kept["listing"], kept["sampling_kind"]) == ("苹果", "full", "常规")
    assert len(current(any_engine, failing_item)) == 2


def narrow_profile(tmp_path: Path) -> Path:
    """The profile of the items file, as a publication that states the conclusion itself and has remarks."""
    narrow = tmp_path / "narrow.toml"
    text = ITEM_PROFILE.replace('source = "测试"', 'source = "测试"\nlisting = "unqualified"')
    text = text.replace('value = "常规"', 'value = "专项"')
    text = text.replace(
        'from = "结论"\nmap = { "合格" = "纯抽检合格样品", "不合格" = "纯抽检不合格样品" }',
        'value = "纯抽检不合格样品"\n\n[columns.remark]\nfrom = "结论"',
    )
    narrow.write_text(text, encoding="utf-8")
    return narrow


def test_a_publication_fills_a_full_record_and_replaces_nothing(
    any_engine: Engine, write_csv: Write, item_profile: Path, tmp_path: Path
) -> None:
    pending = ("A3", "2025-01-03", "", "桃", "铅", "不合格项", "")
    load(any_engine, write_csv([ITEM_HEADER, *ITEMS, pending]), item_profile)
    rows = [
        ("A1", "2025-06-30", "已公布", "别的名称", "铅", "不合格项", "0.9"),
        ("A3", "2025-06-30", "已公布", "别的名称", "铅", "不合格项", "0.7"),
    ]
    load(any_engine, write_csv([ITEM_HEADER, *rows], "b.csv"), narrow_profile(tmp_path))
    records = {row["sample_no"]: row for row in current(any_engine, sample)}
    assert (records["A1"]["food_name"], str(records["A1"]["sampled_on"])) == ("苹果", "2025-01-02")
    assert (records["A1"]["sampling_kind"], records["A1"]["remark"]) == ("常规", "已公布")
    assert (records["A3"]["conclusion"], records["A3"]["listing"]) == ("纯抽检不合格样品", "full")
    assert (records["A3"]["supervision_verdict"], records["A3"]["result_state"]) == (
        "unqualified",
        "concluded",
    )
    measured = {
        (row["sample_no"], row["item_name"]): row["measured_value"]
        for row in current(any_engine, failing_item)
    }
    assert measured == {("A1", "铅"): "0.5", ("A1", "毒死蜱"): "0.3", ("A3", "铅"): "0.7"}


def test_items_a_corrected_publication_no_longer_lists_end(
    any_engine: Engine, write_csv: Write, tmp_path: Path
) -> None:
    profile = narrow_profile(tmp_path)
    load(any_engine, write_csv([ITEM_HEADER, ITEMS[0], ITEMS[2], ("B1", *ITEMS[0][1:])]), profile)
    report = load(any_engine, write_csv([ITEM_HEADER, ITEMS[0]], "b.csv"), profile)
    assert report.tables["failing_item"].closed == 1
    listed = [(row["sample_no"], row["item_name"]) for row in current(any_engine, failing_item)]
    assert listed == [("A1", "铅"), ("B1", "铅")]


def test_a_dry_run_writes_nothing(any_engine: Engine, write_csv: Write, small_profile: Path) -> None:
    report = load(any_engine, write_csv([SMALL_HEADER, *GOOD]), small_profile, dry_run=True)
    assert (report.new, report.version) == (3, None)
    assert history(any_engine, sample) == []


def test_publishing_after_a_load_and_not_after_nothing(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "published"
    path = write_csv([SMALL_HEADER, *GOOD])
    assert load(sqlite_engine, path, small_profile, snapshots_folder=folder).snapshot is not None
    assert load(sqlite_engine, path, small_profile, snapshots_folder=folder).snapshot is None
    assert newest_version(folder) == 1


def test_samples_spread_over_files_are_one_load(
    sqlite_engine: Engine, write_csv: Write, item_profile: Path
) -> None:
    paths = [write_csv([ITEM_HEADER, *ITEMS[:1]]), write_csv([ITEM_HEADER, *ITEMS[1:], ITEMS[1]], "b.csv")]
    report = load(sqlite_engine, paths, item_profile)
    assert (report.new, report.duplicates, report.version) == (2, 1, 1)
    assert current(sqlite_engine, sample)[0]["tested_items"] == 3


def test_an_item_row_of_another_width_takes_its_whole_sample_along(
    sqlite_engine: Engine, write_csv: Write, item_profile: Path, tmp_path: Path
) -> None:
    strict = tmp_path / "strict.toml"
    text = item_profile.read_text(encoding="utf-8")
    strict.write_text(text.replace('from = "编号"', 'from = "编号"\npattern = "A[0-9]"'), encoding="utf-8")
    path = write_csv([ITEM_HEADER, *ITEMS, ("A1", "2025-01-02", "不合格", "苹果", "锡")])
    with pytest.raises(LoadRefused, match="看不出属于哪个样品"):
        load(sqlite_engine, path, item_profile, accept_partial=True)
    report = load(sqlite_engine, path, strict, accept_partial=True)
    assert [row["sample_no"] for row in current(sqlite_engine, sample)] == ["A2"]
    assert (report.read, report.rejected) == (5, 4)
    lost = write_csv([ITEM_HEADER, *ITEMS, ("2025-01-02", "不合格", "苹果", "锡")], "b.csv")
    with pytest.raises(LoadRefused, match="看不出属于哪个样品"):
        load(sqlite_engine, lost, strict, accept_partial=True)


CELL_PROFILE = """
[items]
from = "不合格项目"
parts = ["item_name", "item_measured_value"]
"""


def test_items_of_equal_rows_of_one_sample_are_joined(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "cells.toml"
    profile.write_text(small_profile.read_text(encoding="utf-8") + CELL_PROFILE, encoding="utf-8")
    row = ("A1", "2025-01-02", "不合格")
    rows = [(*SMALL_HEADER, "不合格项目"), (*row, "铅|1；镉|2"), (*row, "铅|1；汞|3"), (*row, "铅|1；汞|3")]
    report = load(sqlite_engine, write_csv(rows), profile)
    assert (report.new, report.duplicates) == (1, 2)
    found = [(item["item_name"], item["measured_value"]) for item in current(sqlite_engine, failing_item)]
    assert found == [("汞", "3"), ("铅", "1"), ("镉", "2")]
    other = write_csv([rows[0], (*row, "铅|1；砷|1"), (*row, "铅|5；砷|1")], "b.csv")
    with pytest.raises(LoadRefused, match="2 行") as caught:
        load(sqlite_engine, other, profile)
    assert {(reject.row, reject.value) for reject in caught.value.rejects} == {(2, "铅"), (3, "铅")}
    assert "同一项目出现多次而内容不同" in caught.value.rejects[0].reason


def test_a_bad_item_row_takes_its_whole_sample_along(
    sqlite_engine: Engine, write_csv: Write, item_profile: Path
) -> None:
    rows = [ITEM_HEADER, *ITEMS, ("A1", "2025-02-30", "不合格", "苹果", "锡", "合格项", "")]
    report = load(sqlite_engine, write_csv(rows), item_profile, accept_partial=True)
    assert [row["sample_no"] for row in current(sqlite_engine, sample)] == ["A2"]
    assert report.rejected == 4


def test_disposal_sides_are_records_of_their_own(any_engine: Engine, write_csv: Write) -> None:
    header = [
        "抽样编号",
        "处置环节",
        "核查处置单位、部门",
        "监管部门收到检验报告日期",
        "启动日期",
        "完成日期",
    ]
    header += ["人为添加", "储运不当", "生产（购进）数量", "行政立案"]
    rows = [
        [
            "XBJ25341202000000001",
            "生产",
            "阜阳市市场监督管理局",
            "2025-01-02",
            "45665",
            "",
            "否",
            "√",
            "1,200kg",
            "是",
        ],
        [
            "XBJ25341202000000001",
            "流通",
            "太和县",
            "2025-01-03",
            "2025/1/6",
            "2025年2月1日",
            "",
            "",
            "/",
            "否",
        ],
    ]
    assert load(any_engine, write_csv([header, *rows]), "disposal").new == 2
    sides = {row["side"]: row for row in current(any_engine, disposal)}
    assert sides["流通"]["authority_code"] == "341222"
    assert str(sides["流通"]["finished_on"]) == "2025-02-01"
    assert str(sides["生产"]["started_on"]) == "2025-01-08"
    assert (sides["生产"]["cause"], sides["生产"]["made_kilogram"]) == ("储运不当", 1200.0)
    assert (sides["生产"]["case_filed"], sides["流通"]["case_filed"]) == (True, False)
    rows[0][5] = "2025-03-01"
    report = load(any_engine, write_csv([header, *rows]), "disposal")
    assert (report.superseded, report.unchanged) == (1, 1)


def test_enterprises_keep_what_a_file_does_not_say(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "p.toml"
    base = small_profile.read_text(encoding="utf-8") + '[columns.sampled_unit_name]\nfrom = "名称"\n'
    base += '[columns.sampled_unit_licence_no]\nfrom = "许可证"\n'
    profile.write_text(base + '[columns.sampled_unit_address]\nfrom = "地址"\n', encoding="utf-8")
    header = [*SMALL_HEADER, "名称", "许可证", "地址"]
    load(
        sqlite_engine,
        write_csv([header, ["A1", "2025-01-02", "合格", "甲", "JY13412020001234", "人民路"]]),
        profile,
    )
    load(
        sqlite_engine,
        write_csv([header, ["A2", "2025-01-02", "合格", "甲", "ｊｙ1341202 0001234", "/"]]),
        profile,
    )
    assert [row["address"] for row in current(sqlite_engine, enterprise)] == ["人民路"]


def test_words_in_place_of_a_licence_do_not_make_firms_one(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path, tmp_path: Path
) -> None:
    base = small_profile.read_text(encoding="utf-8") + '[columns.sampled_unit_name]\nfrom = "名称"\n'
    base += '[columns.sampled_unit_licence_no]\nfrom = "许可证"\n'
    header, row = [*SMALL_HEADER, "名称", "许可证"], ["2025-01-02", "合格"]
    words = [
        ("甲", "不适用"),
        ("乙", "不适用"),
        ("丙", "小作坊登记1号"),
        ("丁", "小作坊登记1号"),
        ("戊", "——"),
    ]
    rows = [[f"A{number}", *row, *pair] for number, pair in enumerate(words)]
    (tmp_path / "p.toml").write_text(base, encoding="utf-8")
    load(sqlite_engine, write_csv([header, *rows]), tmp_path / "p.toml")
    firms = {firm["enterprise_key"]: firm["licence_no"] for firm in current(sqlite_engine, enterprise)}
    assert firms == {"甲": None, "乙": None, "丙": "小作坊登记1号", "丁": "小作坊登记1号", "戊": None}
    keyed = (
        base.replace('source = "测试"', 'source = "别处"') + '[firms.sampled_unit]\nkey = ["licence_no"]\n'
    )
    (tmp_path / "q.toml").write_text(keyed, encoding="utf-8")
    rows = [["A1", *row, "Ann", "77"], ["A2", *row, "Bob", "77"]]
    load(sqlite_engine, write_csv([header, *rows]), tmp_path / "q.toml")
    assert "77" in {firm["enterprise_key"] for firm in current(sqlite_engine, enterprise)}


def test_two_loads_at_once_queue(any_engine: Engine, write_csv: Write, small_profile: Path) -> None:
    rows = [(f"B{number}", "2025-01-02", "合格") for number in range(500)]
    paths = [write_csv([SMALL_HEADER, *rows[start:]], f"{start}.csv") for start in (0, 200)]
    errors: list[Exception] = []

    def run(path: Path) -> None:
        try:
            load(any_engine, path, small_profile)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(current(any_engine, sample)) == len(history(any_engine, sample)) == 500


CHILD = """
import sys
from pathlib import Path
from lib.data.database import record_engine
from tests.unit.data.loaders.loading import load
print("ready", flush=True)
load(record_engine(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
print("done", flush=True)
"""


def test_a_killed_load_changes_nothing(
    record_url: str, write_csv: Write, small_profile: Path, project_folder: Path
) -> None:
    engine = prepared_engine(record_url)
    load(engine, write_csv([SMALL_HEADER, *GOOD]), small_profile)
    before = (history(engine, sample), history(engine, data_version))
    rows = [(f"C{number}", "2025-01-02", "合格") for number in range(20_000)]
    path = write_csv([SMALL_HEADER, ("A1", "2025-01-09", "合格"), *rows], "big.csv")
    delays = random.Random(7)
    for _ in range(3):
        command = [sys.executable, "-c", CHILD, url_of(engine), str(path), str(small_profile)]
        with subprocess.Popen(command, cwd=project_folder, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(delays.uniform(0.0, 0.5))
            os.kill(child.pid, signal.SIGKILL)
            finished = child.stdout.read()
        if finished:
            break
        assert (history(engine, sample), history(engine, data_version)) == before
    assert load(engine, path, small_profile).version in (2, None)
    assert len(current(engine, sample)) == 20_003
    engine.dispose()


def test_a_failure_in_the_middle_of_writing_changes_nothing(
    any_engine: Engine, write_csv: Write, small_profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(any_engine, write_csv([SMALL_HEADER, *GOOD]), small_profile)
    before = (history(any_engine, sample), history(any_engine, data_version))

    def fail(*_arguments: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr("lib.data.loaders.merge.bulk_insert", fail)
    with pytest.raises(OSError, match="disk full"):
        load(any_engine, write_csv([SMALL_HEADER, ("A1", "2025-01-09", "合格")]), small_profile)
    assert (history(any_engine, sample), history(any_engine, data_version)) == before
