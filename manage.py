"""The operator's command line: demo data, loads, publishing, one figure, accounts, checks."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from sqlalchemy.exc import OperationalError

from lib.access.command_words import Application, ChineseGroup
from lib.access.commands import people
from lib.access.errors import RecordsUnavailable, StartRefused
from lib.api.commands import extract
from lib.data.database import DatabaseBusy, exclusive_transaction, load_reference, record_engine, upgrade
from lib.data.loaders.errors import LoadRefused
from lib.data.loaders.load import load_files
from lib.data.publish import ForeignSnapshot, IncompleteSnapshot, NothingToPublish, check_folder, publish
from lib.data.settings import settings
from lib.data.snapshot import QueryTooSlow, SnapshotMissing
from lib.data.versions import RealRecords, holds_records, remove_demo_records
from lib.metrics.registry import UnknownMetric

#: Faults an operator can mend: said in one sentence, exit code 1.
EXPECTED = (
    RecordsUnavailable,
    StartRefused,
    DatabaseBusy,
    ForeignSnapshot,
    IncompleteSnapshot,
    NothingToPublish,
    QueryTooSlow,
    RealRecords,
    SnapshotMissing,
    UnknownMetric,
    ValueError,
    FileNotFoundError,
)


class Guarded(ChineseGroup):
    """Turns expected faults of any command into one Chinese sentence on the error stream and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except OperationalError as error:
            _stop(f"记录库连接不上或不可写，请检查 BAMAI_DATABASE_URL：{error.orig}")
        except LoadRefused as refusal:
            for reject in refusal.rejects:
                if reject.sentence() != str(refusal):
                    typer.echo(reject.sentence(), err=True)
            if refusal.rejects_file:
                typer.echo(f"全部 {refusal.reject_count} 处见：{refusal.rejects_file}", err=True)
            _stop(str(refusal))
        except EXPECTED as error:
            _stop(str(error))


app = Application(
    cls=Guarded,
    help="食安把脉 Bamai 管理命令",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(people, name="user")
app.command()(extract)
progress_console = Console(stderr=True)


def _stop(message: str) -> None:
    typer.echo(f"错误：{message}", err=True)
    raise typer.Exit(1)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"日期“{text}”不是 2025-01-31 这样的真实日期") from error


def _now() -> datetime:
    return datetime.now(UTC)


@app.callback()
def start(context: typer.Context) -> None:
    """Commands below the command line read no clock: they find the moment of the call in the context."""
    context.obj = _now()


@app.command()
def demo(
    scale: Annotated[str, typer.Option(help="city 一市 / province 一省 / nation 全国规模")] = "city",
    seed: Annotated[int, typer.Option(help="随机种子：同一种子得同样的数据")] = 1,
    replace: Annotated[
        bool, typer.Option("--replace", help="替换已有的演示数据（载入的数据不会被替换）")
    ] = False,
) -> None:
    """生成演示（合成）数据库并发布。"""
    from lib.demo.build import build_demo

    engine = record_engine(settings().database_url)
    upgrade(engine)
    check_folder(engine, settings().snapshot_folder)
    with exclusive_transaction(engine) as connection:
        load_reference(connection)
        if holds_records(connection):
            if not replace:
                raise ValueError("记录库中已有数据；要重新生成演示数据请加 --replace")
            remove_demo_records(connection)
    with progress_console.status("生成演示数据") as status:
        version = build_demo(engine, scale=scale, seed=seed, now=_now(), progress=status.update)
        path = _publish(status.update)
    typer.echo(f"演示数据已生成：数据版本 {version}，快照 {path}")
    if settings().is_demo:
        from lib.access.demo_accounts import ensure_demo_accounts

        ensure_demo_accounts(engine, _now())


def _publish(progress: Callable[[str], None] | None = None) -> Path:
    engine = record_engine(settings().database_url)
    upgrade(engine)
    return publish(engine, settings().snapshot_folder, keep=settings().snapshots_kept, progress=progress)


@app.command("publish")
def publish_command() -> None:
    """把最新数据版本发布为只读快照。"""
    with progress_console.status("发布") as status:
        path = _publish(status.update)
    typer.echo(f"已发布：{path}")


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(metavar="文件", help="CSV、XLSX、XLS、JSON 或其 ZIP")],
    profile: Annotated[str, typer.Option(help="导入方案名称，或方案文件（TOML）路径")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
    accept_partial: Annotated[bool, typer.Option("--accept-partial", help="有拒收行时仍载入其余行")] = False,
    as_of: Annotated[str | None, typer.Option(help="数据截至，如 2025-10-31；默认为数据中最晚日期")] = None,
) -> None:
    """按导入方案载入文件；一次载入是一个整体，成功后发布。"""
    now = _now()
    engine = record_engine(settings().database_url)
    upgrade(engine)
    with exclusive_transaction(engine) as connection:
        load_reference(connection)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), console=progress_console
    ) as bar:
        task = bar.add_task("读取", total=None)
        report = load_files(
            engine,
            files,
            profile,
            dry_run=dry_run,
            accept_partial=accept_partial,
            actor=os.environ.get("USER") or "operator",
            today=now.astimezone().date(),
            now=now,
            progress=lambda what, rows: bar.update(task, description=f"{what} {rows:,} 行"),
            snapshots_folder=settings().snapshot_folder,
            snapshots_kept=settings().snapshots_kept,
            as_of=_day(as_of),
        )
    typer.echo(report.summary())


@app.command()
def metric(
    metric_id: Annotated[str, typer.Argument(metavar="指标", help="指标编号，见 manage.py metrics")],
    start: Annotated[str | None, typer.Option("--from", help="起始日期（含），如 2025-01-01")] = None,
    end: Annotated[str | None, typer.Option("--to", help="截止日期（含），如 2025-08-31")] = None,
    by: Annotated[list[str] | None, typer.Option(help="分组维度，可重复或用逗号分隔")] = None,
    where: Annotated[list[str] | None, typer.Option(help="筛选，如 stage=生产，可重复")] = None,
    parameter: Annotated[list[str] | None, typer.Option(help="指标参数，如 k=3")] = None,
    as_of: Annotated[str | None, typer.Option(help="时限算至哪一天，如 2025-08-31；默认为数据截至日")] = None,
    output_format: Annotated[str, typer.Option("--format", help="csv 或 json")] = "csv",
) -> None:
    """算一个指标，输出结果表：分组、分子、分母、值、区间与不计入的数。"""
    from lib.metrics.command import run_metric

    text = run_metric(
        settings().snapshot_folder,
        metric_id,
        start=_day(start),
        end=_day(end),
        by=tuple(name for names in by or [] for name in names.split(",") if name),
        where=tuple(where or []),
        parameters=tuple(parameter or []),
        output_format=output_format,
        as_of=_day(as_of),
    )
    sys.stdout.write(text)


@app.command()
def metrics() -> None:
    """列出全部指标：编号、名称、单位、定义。"""
    from lib.metrics.command import list_metrics

    sys.stdout.write(list_metrics())


@app.command()
def claims(
    document: Annotated[str, typer.Option(help="只核对名称含这些字的文件")] = "",
    output_format: Annotated[str, typer.Option("--format", help="table 或 csv")] = "table",
) -> None:
    """按最新发布的快照重算公开数字台账；全部相符退出码为 0，台账有误为 1，有不符或无法计算为 3。"""
    from lib.export.csv import csv_bytes
    from lib.metrics.claims_command import FORMATS, recompute_claims

    if output_format not in FORMATS:
        raise ValueError(f"输出格式“{output_format}”未知；可用：{'、'.join(FORMATS)}")
    report = recompute_claims(settings().snapshot_folder, document=document)
    if output_format == "csv":
        for row in report.refused:
            typer.echo(f"拒收的登记行：{row.sentence()}", err=True)
        sys.stdout.write(csv_bytes(report.frame).decode("utf-8-sig").replace("\r\n", "\n"))
    else:
        sys.stdout.write(report.text)
    raise typer.Exit(report.exit_code)


@app.command()
def doctor() -> None:
    """检查设置、记录库、快照与字体等，逐项说明；有问题时退出码不为 0。"""
    from lib.data.doctor import run_checks

    faults = 0
    for check in run_checks(settings(), _now().astimezone().date()):
        typer.echo(f"{'正常' if check.passed else '问题'}  {check.name}：{check.message}")
        faults += not check.passed
    if faults:
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
