"""The operator's commands end to end: what they print, what they refuse, and their exit codes."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import manage
from lib.data.settings import settings

Run = Callable[..., Result]

PROFILE = """
name = "townships"
title = "乡镇抽查表"
table = "sample"
source = "townships"
listing = "full"

[file]
encodings = ["utf-8-sig", "gb18030"]

[columns.purpose]
value = "监督抽检"

[columns.sampling_kind]
value = "常规"

[columns.sample_no]
from = "编号"

[columns.sampled_on]
from = "日期"

[columns.conclusion]
from = "结论"
map = { "合格" = "纯抽检合格样品", "不合格" = "纯抽检不合格样品" }
"""


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Run a command in an installation of its own; settings may be changed for one call."""
    environment = {
        "BAMAI_DATABASE_URL": f"sqlite:///{tmp_path / 'records.db'}",
        "BAMAI_SNAPSHOTS": str(tmp_path / "published"),
        "BAMAI_ENV": "demo",
    }

    def command(*arguments: str, given: str = "", **changes: str) -> Result:
        settings.cache_clear()
        return CliRunner().invoke(manage.app, arguments, input=given, env={**environment, **changes})

    yield command
    settings.cache_clear()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A small table of ten samples, its profile, and the same table with one impossible day."""
    rows = [
        f"S{number:04d},2025-03-{number:02d},{'不合格' if number == 3 else '合格'}" for number in range(1, 11)
    ]
    good, bad, profile = tmp_path / "表.csv", tmp_path / "坏表.csv", tmp_path / "profile.toml"
    good.write_text("\r\n".join(["编号,日期,结论", *rows]), encoding="utf-8-sig")
    bad.write_text("\r\n".join(["编号,日期,结论", *rows, "S0011,2025-02-30,合格"]), encoding="gb18030")
    profile.write_text(PROFILE, encoding="utf-8")
    return {"good": str(good), "bad": str(bad), "profile": str(profile)}


def test_from_a_file_to_a_figure(run: Run, files: dict[str, str]) -> None:
    loaded = run("load", files["good"], "--profile", files["profile"])
    assert loaded.exit_code == 0, loaded.stderr
    assert "读取 10 行；新增 10" in loaded.stdout
    figure = run("metric", "unqualified_rate", "--from", "2025-03-01", "--to", "2025-03-31")
    [row] = csv.DictReader(io.StringIO(figure.stdout))
    assert (row["numerator"], row["denominator"], float(row["value"])) == ("1", "10", 0.1)
    document = json.loads(run("metric", "unqualified_rate", "--by", "month", "--format", "json").stdout)
    assert document["version"] == 1
    assert [line["month"] for line in document["rows"]] == [202503]


def test_records_without_a_date_count_only_when_no_period_is_asked(run: Run, files: dict[str, str]) -> None:
    table = Path(files["good"])
    table.write_text(table.read_text(encoding="utf-8-sig").replace("2025-03-01", ""), encoding="utf-8")
    loaded = run("load", str(table), "--profile", files["profile"])
    assert "1 行没有抽样日期" in loaded.stdout
    whole = json.loads(run("metric", "batches_sampled", "--format", "json").stdout)
    assert whole["rows"][0]["numerator"] == 10
    assert "含没有日期的记录" in whole["sentence"]
    march = json.loads(run("metric", "batches_sampled", "--from", "2025-03-01", "--format", "json").stdout)
    assert march["rows"][0]["numerator"] == 9


def test_the_same_file_twice_changes_nothing(run: Run, files: dict[str, str], tmp_path: Path) -> None:
    run("load", files["good"], "--profile", files["profile"])
    again = run("load", files["good"], "--profile", files["profile"])
    assert again.exit_code == 0
    assert "没有写入任何改动" in again.stdout
    assert [path.name for path in (tmp_path / "published").iterdir()] == ["v000001.duckdb"]


def test_snapshots_of_another_record_database_are_not_served(
    run: Run, files: dict[str, str], tmp_path: Path
) -> None:
    run("load", files["good"], "--profile", files["profile"])
    other = f"sqlite:///{tmp_path / 'other.db'}"
    refused = run("load", files["good"], "--profile", files["profile"], BAMAI_DATABASE_URL=other)
    assert refused.exit_code == 1
    assert "不是由这个记录库发布的" in refused.stderr
    emptied = run("publish", BAMAI_DATABASE_URL=other)
    assert "还没有数据版本" in emptied.stderr


def test_an_undated_file_does_not_move_the_as_of_day(run: Run, files: dict[str, str], tmp_path: Path) -> None:
    run("load", files["good"], "--profile", files["profile"])
    undated = tmp_path / "无日期.csv"
    undated.write_text("编号,日期,结论\nU1,,合格\n", encoding="utf-8")
    assert run("load", str(undated), "--profile", files["profile"]).exit_code == 0
    document = json.loads(run("metric", "batches_sampled", "--format", "json").stdout)
    assert (document["version"], document["as_of"]) == (2, "2025-03-10")


def test_a_dry_run_writes_nothing(run: Run, files: dict[str, str], tmp_path: Path) -> None:
    tried = run("load", files["good"], "--profile", files["profile"], "--dry-run")
    assert tried.exit_code == 0
    assert "没有写入任何改动" in tried.stdout
    assert not (tmp_path / "published").exists()


def test_an_impossible_day_refuses_the_file_and_says_where(run: Run, files: dict[str, str]) -> None:
    refused = run("load", files["bad"], "--profile", files["profile"])
    assert refused.exit_code != 0
    assert all(word in refused.stderr for word in ("坏表.csv", "第 12 行", "日期", "2025-02-30"))
    assert f"全部 1 处见：{files['bad']}.rejects.csv" in refused.stderr
    partial = run("load", files["bad"], "--profile", files["profile"], "--accept-partial")
    assert partial.exit_code == 0, partial.stderr
    assert "新增 10" in partial.stdout
    assert "拒收 1 行" in partial.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("load", "absent.csv", "--profile", "samr-workbook"), "absent.csv"),
        (("load", "README.md", "--profile", "no-such-profile"), "no-such-profile"),
        (("metric", "no_such_metric"), "没有指标“no_such_metric”"),
        (("metric", "unqualified_rate"), "还没有发布的数据"),
        (("metric", "unqualified_rate", "--from", "2025-02-30"), "2025-02-30"),
        (("publish",), "manage.py load"),
        (("user", "add", "somebody", "--role", "official", "--display-name", "科长"), "--district"),
    ],
)
def test_faults_are_said_in_one_chinese_sentence(run: Run, arguments: tuple[str, ...], message: str) -> None:
    answer = run(*arguments)
    assert answer.exit_code != 0
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_unreachable_record_database_is_said(run: Run, files: dict[str, str]) -> None:
    url = "postgresql://nobody@127.0.0.1:1/absent"
    answer = run("load", files["good"], "--profile", files["profile"], BAMAI_DATABASE_URL=url)
    assert answer.exit_code != 0
    assert "BAMAI_DATABASE_URL" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_accounts(run: Run) -> None:
    password = "一个足够长的密码2025"
    added = run(
        *("user", "add", "analyst1", "--role", "analyst", "--display-name", "统计岗", "--district", "341225"),
        given=password + "\n",
    )
    assert added.exit_code == 0, added.stderr
    assert "analyst1" in run("user", "list").stdout
    assert run("user", "deactivate", "analyst1").exit_code == 0
    assert "停用" in run("user", "list").stdout
    weak = run(
        "user", "add", "b2", "--role", "analyst", "--display-name", "岗", "--all-districts", given="short\n"
    )
    assert weak.exit_code != 0


def test_the_process_ends_with_the_exit_code(project_folder: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "BAMAI_SNAPSHOTS": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "manage.py", "metric", "no_such_metric"],
        cwd=project_folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("错误：没有指标“no_such_metric”")


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("--port=9", 2)])
def test_the_server_takes_no_arguments(project_folder: Path, argument: str, code: int) -> None:
    answer = subprocess.run(
        [sys.executable, "server.py", argument],
        cwd=project_folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert answer.returncode == code
    assert (answer.stdout if code == 0 else answer.stderr).startswith("用法：python server.py")


def test_every_metric_is_listed(run: Run) -> None:
    listed = run("metrics")
    assert listed.exit_code == 0
    assert "unqualified_rate  监督抽检不合格率（%）" in listed.stdout


def test_doctor_names_what_is_wrong_and_passes_when_nothing_is(run: Run, files: dict[str, str]) -> None:
    sick = run("doctor")
    assert sick.exit_code != 0
    assert "问题" in sick.stdout
    run("load", files["good"], "--profile", files["profile"])
    well = run("doctor")
    assert well.exit_code == 0, well.stdout
    assert "提醒" not in well.stdout, "more than 90 days of calendar remain after these data"


@pytest.mark.parametrize("name", ["UTF-8", "utf8", "utf-8-sig", "utf_8"])
def test_unicode_goes_by_any_of_its_names(run: Run, files: dict[str, str], name: str) -> None:
    profile = Path(files["profile"])
    profile.write_text(profile.read_text(encoding="utf-8").replace("utf-8-sig", name), encoding="utf-8")
    loaded = run("load", files["good"], "--profile", files["profile"], "--dry-run")
    assert loaded.exit_code == 0, loaded.stderr
