"""Loading and publishing: the national export as CSV and as a workbook, timed in a process of its own."""

import csv
import json
import random
import resource
import subprocess
import sys
import time
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

PROJECT = Path(__file__).resolve().parents[1]
WIDTH = 86


def headers() -> list[str]:
    """The headers the profile reads, filled up to the 86 columns of the national export."""
    profile = tomllib.loads(
        (PROJECT / "data" / "profiles" / "national-export.toml").read_text(encoding="utf-8")
    )
    names: list[str] = []
    for section in _sections(profile):
        for key in ("from", "first_of", "join"):
            asked = section.get(key, [])
            names += [asked] if isinstance(asked, str) else asked
    unique = list(dict.fromkeys(names))
    return unique + [f"其余列{number}" for number in range(WIDTH - len(unique))]


def _sections(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, dict):
        return []
    return [value, *(found for inner in value.values() for found in _sections(inner))]


def rows(count: int, items_per_sample: int, seed: int = 1) -> Any:
    """Rows of the national export: ``count`` test items of ``count / items_per_sample`` samples."""
    draw = random.Random(seed)
    names = headers()
    for number in range(count):
        sample, item = divmod(number, items_per_sample)
        if item == 0:
            day = date(2024, 1, 1) + timedelta(days=draw.randrange(600))
            bad = draw.random() < 0.027
            county = draw.choice(["颍州区", "太和县", "阜南县"])
        values = {
            "抽样编号": f"XBJ25340000{sample:09d}",
            "报告书编号": f"No.SP{sample:010d}",
            "抽样时间": str(day),
            "收检日期": str(day + timedelta(days=1)),
            "报告日期": str(day + timedelta(days=20)),
            "被抽样省份": "安徽省",
            "被抽样地市": "阜阳市",
            "县(市、区)": county,
            "被抽样单位名称": f"第{sample % 20000}号超市",
            "食品大类": "糕点",
            "样品名称": f"糕点{sample % 50}",
            "抽样环节": "流通",
            "检验目的": "监督抽检",
            "省抽国抽": "省抽",
            "结论": "纯抽检不合格样品" if bad else "纯抽检合格样品",
            "检验项目": f"项目{item}",
            "结果判定": "不合格项" if bad and item == 0 else "合格项",
            "检验结果": "0.7" if bad and item == 0 else "未检出",
        }
        yield [values.get(name.rstrip("*"), "") for name in names]


def measure(folder: Path, csv_rows: int, workbook_rows: int) -> list[dict[str, Any]]:
    """Time and peak memory of load plus publish for each kind of file."""
    results = []
    for title, count, per_sample, writer in (
        ("CSV，每样品 10 项", csv_rows, 10, _write_csv),
        ("CSV，每样品 1 项", csv_rows, 1, _write_csv),
        ("XLSX，每样品 10 项", workbook_rows, 10, _write_workbook),
    ):
        path = folder / f"{title[:3]}{per_sample}{'.xlsx' if writer is _write_workbook else '.csv'}"
        writer(path, count, per_sample)
        place = folder / f"load-{title[:3]}-{per_sample}"
        place.mkdir()
        answer = subprocess.run(
            [sys.executable, "-m", "bench.loading", str(path), str(place)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
        results.append({"what": title, "rows": count, **json.loads(answer.stdout)})
        path.unlink()
    return results


def _write_csv(path: Path, count: int, per_sample: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headers())
        writer.writerows(rows(count, per_sample))


def _write_workbook(path: Path, count: int, per_sample: int) -> None:
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = workbook.add_worksheet()
    for number, row in enumerate([headers(), *rows(count, per_sample)]):
        sheet.write_row(number, 0, row)
    workbook.close()


def _load(path: Path, place: Path) -> dict[str, Any]:
    from lib.data.database import exclusive_transaction, load_reference, record_engine, upgrade
    from lib.data.loaders.load import load_files

    engine = record_engine(f"sqlite:///{place / 'records.db'}")
    upgrade(engine)
    with exclusive_transaction(engine) as connection:
        load_reference(connection)
    start = time.perf_counter()
    load_files(
        engine,
        [path],
        "national-export",
        actor="bench",
        today=date(2026, 1, 1),
        now=datetime(2026, 1, 1, tzinfo=UTC),
        snapshots_folder=place / "published",
    )
    return {
        "seconds": time.perf_counter() - start,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_load(Path(sys.argv[1]), Path(sys.argv[2]))))
