"""The operator's command `manage.py extract …`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from lib.data.database import record_engine, upgrade
from lib.data.settings import settings

_ADDRESS = "写法与接口地址 /api/v1/ 之后的部分相同，如 'tables/sample?from=2025-01-01&format=xlsx'"
_OUTPUT = "写到哪个文件或文件夹；默认为当前文件夹，文件名与页面下载的相同"


def extract(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="取数条件", help=_ADDRESS)],
    output: Annotated[Path, typer.Option(help=_OUTPUT)] = Path(),
) -> None:
    """取出指标、明细或数据表，写成与页面、接口相同的文件，并登记。"""
    from lib.api.extract_file import write_extract

    engine = record_engine(settings().database_url)
    upgrade(engine)
    actor = os.environ.get("USER") or "operator"
    folder = settings().snapshot_folder
    written = write_extract(engine, folder, address, output, username=actor, now=context.obj)
    typer.echo(f"已写出 {written.row_count:,} 行：{written.path}（SHA-256 {written.sha256}）")
