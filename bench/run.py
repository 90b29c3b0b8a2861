"""`make bench`: speed and memory, as ratios within one run, written to docs/BENCHMARKS.md with machine and date."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from bench import api, extracts, loading, page, queries, users, wall  # noqa: E402 (the project folder comes first)

REPORT = PROJECT / "docs" / "BENCHMARKS.md"
HEAD = """# 测速记录

`make bench` 写成，整份替换（全部约需 11 分钟）。毫秒与秒随机器而变，可比的是同一次运行里的倍数；中位数。

| 目标 | 限度 |
|---|---|
| 指标查询 ÷ 同样语句直接在引擎上执行 | ≤ 2 |
| 抽检页热筛选 ÷ 图数相同、不连数据库的空白页 | ≤ 1.5 |
| 国家系统导出表 CSV 100 万行载入并发布 | ≤ 60 秒，≤ 1 GiB |
| 同表 XLSX 20 万行 | ≤ 60 秒 |
| 汇报时现场筛选 | ≤ 1 秒 |
| 取走 100 万行 CSV | ≤ 10 秒，首字节 ≤ 1 秒，高于空闲 ≤ 200 MiB |
"""


def main() -> None:
    """Measure what was asked for and write the report."""
    options = _options()
    parts = [HEAD, _machine()]
    with tempfile.TemporaryDirectory(prefix="bamai-bench-") as name:
        folder = Path(name)
        for scale in options.scales:
            url, snapshots = f"sqlite:///{folder / scale}.db", folder / f"published-{scale}"
            parts += [f"## 演示库（{scale}）\n", _built(scale, url, snapshots)]
            parts.append(_queries(queries.measure(snapshots)))
            parts.append(_page(page.measure(url, snapshots)))
            parts.append(_wall(wall.measure(url, snapshots)))
            large = extracts.filled(snapshots, folder / f"large-{scale}", options.extract_rows)
            parts.append(_extracts(extracts.measure(large)))
            parts.append(_interface(api.measure(url, large)))
            parts.append(_readers(users.measure(url, large)))
        if not options.no_loading:
            parts.append(_loading(loading.measure(folder, options.csv_rows, options.workbook_rows)))
    REPORT.write_text("\n".join(parts), encoding="utf-8")
    sys.stdout.write("\n".join(parts))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scales", nargs="*", default=["city"], help="city province nation")
    parser.add_argument("--csv-rows", type=int, default=1_000_000)
    parser.add_argument("--workbook-rows", type=int, default=200_000)
    parser.add_argument("--extract-rows", type=int, default=1_000_000)
    parser.add_argument("--no-loading", action="store_true")
    return parser.parse_args()


def _machine() -> str:
    day = datetime.now(UTC).date()
    return f"{day}；{os.cpu_count()} 核，{platform.machine()}，Python {platform.python_version()}\n"


def _built(scale: str, url: str, snapshots: Path) -> str:
    environment = {
        **os.environ,
        "BAMAI_DATABASE_URL": url,
        "BAMAI_SNAPSHOTS": str(snapshots),
        "BAMAI_ENV": "demo",
    }
    start = datetime.now(UTC)
    subprocess.run(
        [sys.executable, "manage.py", "demo", "--scale", scale], cwd=PROJECT, env=environment, check=True
    )
    seconds = (datetime.now(UTC) - start).total_seconds()
    size = sum(path.stat().st_size for path in snapshots.iterdir()) / 2**20
    return f"生成并发布 {seconds:.0f} 秒，快照 {size:.0f} MiB。\n"


def _queries(rows: list[dict[str, Any]]) -> str:
    lines = ["| 指标查询 | 经本程序 毫秒 | 直接执行 毫秒 | 倍数 |", "|---|---:|---:|---:|"]
    lines += [f"| {r['what']} | {r['ours_ms']:.1f} | {r['direct_ms']:.1f} | {r['ratio']:.2f} |" for r in rows]
    return "\n".join(lines) + "\n"


def _page(row: dict[str, Any]) -> str:
    return (
        "| 热筛选（浏览器内，从点选到画完） | 抽检页 毫秒 | 空白页 毫秒 | 倍数 |\n|---|---:|---:|---:|\n"
        f"| 换属地 | {row['ours_ms']:.0f} | {row['bare_ms']:.0f} | {row['ratio']:.2f} |\n"
    )


def _wall(rows: list[wall.Live]) -> str:
    lines = [
        "| 汇报时现场筛选（1080p，从点选到画完） | 换属地，初次 毫秒 | 再次 毫秒 | 最慢 毫秒 | 全市换环节，初次 毫秒 |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.title} | {r.first:.0f} | {r.again:.0f} | {r.slowest:.0f} "
        f"| {'—' if r.stages is None else f'{r.stages:.0f}'} |"
        for r in rows
    ]
    return "\n".join(lines) + "\n"


def _extracts(rows: list[extracts.Measured]) -> str:
    lines = [
        "| 取走全部样品 | 行 | MB | 首字节 秒 | 秒 | 处理器 秒 | 高于空闲 MiB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.form} | {r.rows:,} | {r.megabytes:.0f} | {r.first_byte_seconds:.1f} | {r.seconds:.1f} "
        f"| {r.processor_seconds:.1f} | {r.mebibytes_above_idle:.0f} |"
        for r in rows
    ]
    return "\n".join(lines) + "\n"


def _interface(rows: list[api.Taken]) -> str:
    lines = [
        "| 经接口取走全部样品 | 行 | MiB | 首字节 秒 | 秒 | 处理器 秒 | 高于空闲 MiB "
        "| 其间别人查一个指标 毫秒 | 平时 毫秒 |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.what} | {r.rows:,} | {r.mebibytes:.0f} | {r.first_byte_seconds:.1f} | {r.seconds:.1f} "
        f"| {r.processor_seconds:.1f} | {r.mebibytes_above_idle:.0f} "
        f"| {r.figure_milliseconds:.0f} | {r.figure_alone_milliseconds:.0f} |"
        for r in rows
    ]
    return "\n".join(lines) + "\n"


def _readers(row: users.Beside) -> str:
    lines = [
        f"{users.READERS} 人同时看抽检不合格率，每人每两秒换一次属地（服务器答完为止，不含浏览器画图）：",
        "",
        "| 情形 | 点选次数 | 中位 毫秒 | 最慢二十分之一 毫秒 |",
        "|---|---:|---:|---:|",
    ]
    beside = f"其间一人取走 {row.rows:,} 行 CSV（{row.file_seconds:.1f} 秒）"
    lines += [
        f"| {what} | {one.clicks} | {one.median:.0f} | {one.slowest_twentieth:.0f} |"
        for what, one in (("平时", row.alone), (beside, row.beside))
    ]
    return "\n".join(lines) + "\n"


def _loading(rows: list[dict[str, Any]]) -> str:
    lines = [
        "## 载入并发布（国家系统导出表，86 列）\n",
        "| 文件 | 行 | 秒 | 内存峰值 MiB |",
        "|---|---:|---:|---:|",
    ]
    lines += [f"| {r['what']} | {r['rows']:,} | {r['seconds']:.1f} | {r['peak_mib']:.0f} |" for r in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
