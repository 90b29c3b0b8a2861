"""A foreign file with a profile written from docs/IMPORT.md alone: its figures are those pandas finds in the file."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

from lib.data.loaders.load import load_files
from lib.metrics.command import run_metric
from tests.records import prepared_engine

PROFILE = """
name = "markttag"
title = "Betriebskontrollen (Beispiel)"
table = "sample"
source = "markttag"

[file]
encodings = ["cp1252"]
delimiter = ";"

[values]
date_formats = ["%d.%m.%Y"]
decimal = ","

[columns.sample_no]
from = "Prüfnummer"
pattern = '\\d{8}'

[columns.sampled_on]
from = "Prüfdatum"
required = true

[columns.purpose]
value = "监督抽检"

[columns.sampling_kind]
value = "常规"

[columns.division_text]
from = "Bezirk"

[places.division.create]
root_code = "MT"
root_name = "Marktstadt"

[columns.sampled_unit_name]
from = "Betrieb"

[columns.conclusion]
from = "Kühltemperatur °C"
ranges = [{ below = 7, value = "纯抽检合格样品" }, { at_least = 7, value = "纯抽检不合格样品" }]

[columns.remark]
from = "Ergebnis"
"""
DISTRICTS = ("Süd", "Nord", "Altstadt-Österfeld", "")


def content() -> str:
    draw = random.Random(5)
    lines = ["Betriebskontrollen 2024;;;;;", "Prüfnummer;Prüfdatum;Bezirk;Betrieb;Kühltemperatur °C;Ergebnis"]
    for number in range(2_000):
        day = date(2024, 1, 1) + timedelta(days=draw.randrange(300))
        warm = draw.choice(
            (*(f"{draw.randrange(0, 70) / 10:.1f}" for _ in range(9)), "7.0", "12.5", "")
        ).replace(".", ",")
        result = "" if not warm else "bestanden" if float(warm.replace(",", ".")) < 7 else "nicht bestanden"
        lines.append(
            f"{number:08d};{day:%d.%m.%Y};{draw.choice(DISTRICTS)};Café {number % 37} «Zur Brücke»;{warm};{result}"
        )
    return "\r\n".join(lines) + "\r\n"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("foreign")
    (folder / "kontrollen.csv").write_bytes(content().encode("cp1252"))
    (folder / "markttag.toml").write_text(PROFILE, encoding="utf-8")
    engine = prepared_engine(f"sqlite:///{folder / 'records.db'}")
    report = load_files(
        engine,
        [folder / "kontrollen.csv"],
        folder / "markttag.toml",
        actor="测试岗",
        today=date(2025, 1, 1),
        now=datetime(2025, 1, 1, tzinfo=UTC),
        snapshots_folder=folder / "published",
    )
    assert (report.new, report.rejected) == (2_000, 0)
    yield folder / "published"
    engine.dispose()


def expected(by: pd.Series | str) -> dict[str, tuple[int, int]]:
    frame = pd.read_csv(StringIO(content()), sep=";", skiprows=1, dtype=str, keep_default_na=False)
    frame["month"] = frame["Prüfdatum"].str[6:] + frame["Prüfdatum"].str[3:5]
    tested = frame[frame["Ergebnis"] != ""]
    bad = tested["Ergebnis"] == "nicht bestanden"
    return {key: (int(bad[rows.index].sum()), len(rows)) for key, rows in tested.groupby(str(by))}


def found(folder: Path, dimension: str) -> dict[str, tuple[int, int]]:
    text = run_metric(
        folder, "unqualified_rate", start=date(2024, 1, 1), end=date(2024, 12, 31), by=(dimension,)
    )
    frame = pd.read_csv(StringIO(text.removeprefix("\ufeff")), dtype=str, keep_default_na=False)
    counts = zip(frame[dimension], frame["numerator"], frame["denominator"], strict=True)
    return {key: (int(bad), int(all_)) for key, bad, all_ in counts}


def test_by_month(published: Path) -> None:
    assert found(published, "month") == expected("month")
    assert len(expected("month")) == 10


def test_by_district_with_the_unknown_one_apart(published: Path) -> None:
    counts = found(published, "division")
    assert sorted(counts.values()) == sorted(expected("Bezirk").values())
    assert len(counts) == 4
    assert counts[""] == expected("Bezirk")[""]
