"""Files read back with other programs: complete, typed, unharmed by hostile names; a broken one is an error."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import QueryFailed, Snapshot
from lib.data.spreadsheet_cells import restored
from lib.export.content import Content
from lib.export.csv import ExportError
from lib.export.extract import Extract, columns, count, name_of_file, pieces, pieces_of, prepare
from lib.metrics.compute import compute
from lib.metrics.predicates import FilterNotApplicable
from lib.metrics.registry import get_metric
from lib.metrics.rows import rows_behind
from lib.metrics.tables import UnknownTable
from tests.unit.metrics.conftest import make_snapshot, sample_row  # noqa: F401

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
ALL = Scope.everything()
HOSTILE = (
    *("=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠1", "'=已有撇号", "'引号"),
    *(
        '含"引号"',
        "逗号,分号;",
        "两\n行",
        "两\r\n行",
        "𠮷野家",
        "䶮记糕点",
        "0012",
        "1E5",
        "1-2",
        "NULL",
        "NA",
    ),
    *(
        "913412007408123456",
        "91341200MA2E12345X",
        " 前后空格 ",
        "是",
        "TRUE",
        "2025-01-01",
        "%",
        "\\",
        "<b>&",
    ),
)


@pytest.fixture
def snapshot(make_snapshot: Callable[..., Snapshot]) -> Snapshot:  # noqa: F811
    return make_snapshot(
        sample=[
            sample_row(
                day=date(2025, 1, 1) + timedelta(days=number * 7 % 300),
                county=("341202", "341203", None)[number % 3],
                sample_no=f"N{number:04d}",
                food_name=HOSTILE[number % len(HOSTILE)],
                producer_key="000123456789012345",
                report_no=None if number % 4 else f"0{number}",
                is_online=(True, False, None)[number % 3],
                supervision_verdict="unqualified" if number % 5 == 0 else "qualified",
            )
            for number in range(3 * len(HOSTILE))
        ]
    )


def taken(snapshot: Snapshot, extract: Extract, scope: Scope = ALL) -> bytes:
    return b"".join(pieces(snapshot, extract, scope))


def table(form: str = "csv", **given: Any) -> Extract:
    return Extract(kind="table", name="sample", filters=YEAR, form=form, **given)  # type: ignore[arg-type]


def stored_names(snapshot: Snapshot) -> dict[str, str]:
    rows = snapshot.connection.cursor().execute("SELECT sample_no, food_name FROM sample").fetchall()
    return dict(rows)


def strictly_parsed(content: bytes) -> tuple[list[str], list[list[str]]]:
    text = content.decode("utf-8")
    assert text.startswith("\ufeff")
    lines = list(csv.reader(io.StringIO(text[1:], newline=""), strict=True))
    assert {len(line) for line in lines} == {len(lines[0])}
    return lines[0], lines[1:]


def test_a_strict_parser_reads_back_every_hostile_name(snapshot: Snapshot) -> None:
    heads, lines = strictly_parsed(taken(snapshot, table()))
    number, name = heads.index("抽样编号"), heads.index("样品名称")
    assert {line[number]: restored(line[name]) for line in lines} == stored_names(snapshot)
    assert not [line[name] for line in lines if line[name][:1] in set("=+-@\t\r＝＋－＠")]


def test_pandas_reads_the_file_as_it_is(snapshot: Snapshot) -> None:
    frame = pd.read_csv(io.BytesIO(taken(snapshot, table())), dtype=str, keep_default_na=False)
    assert {no: restored(name) for no, name in zip(frame["抽样编号"], frame["样品名称"], strict=True)} == (
        stored_names(snapshot)
    )
    assert set(frame["生产企业键"]) == {"000123456789012345"}
    assert set(frame["网络抽样"]) == {"是", "否", ""}


def test_a_workbook_holds_texts_as_texts_and_days_as_days(snapshot: Snapshot) -> None:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(taken(snapshot, table("xlsx")))).get_sheet_by_name(
        "数据"
    )
    heads, *lines = sheet.to_python()
    number, name, key, day = (heads.index(one) for one in ("抽样编号", "样品名称", "生产企业键", "抽样日期"))
    # XML knows one kind of line end.
    expected = {no: text.replace("\r\n", "\n") for no, text in stored_names(snapshot).items()}
    assert {line[number]: str(line[name]).replace("\r\n", "\n") for line in lines} == expected
    assert {line[key] for line in lines} == {"000123456789012345"}
    assert all(isinstance(line[day], date) for line in lines)


def test_parquet_and_json_hold_the_values_themselves(snapshot: Snapshot) -> None:
    read = pq.read_table(io.BytesIO(taken(snapshot, table("parquet"))))
    assert dict(zip(*(read[name].to_pylist() for name in ("抽样编号", "样品名称")), strict=True)) == (
        stored_names(snapshot)
    )
    assert read.schema.field("抽样日期").type == pa.date32()
    document = json.loads(taken(snapshot, table("json")))
    assert {row["抽样编号"]: row["样品名称"] for row in document["rows"]} == stored_names(snapshot)
    assert document["row_count"] == len(document["rows"]) == read.num_rows
    assert document["rows"][0]["抽样日期"] == "2025-01-01"


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "json", "package"])
def test_the_same_data_give_the_same_bytes(form: str, snapshot: Snapshot) -> None:
    assert taken(snapshot, table(form)) == taken(snapshot, table(form))


def test_rows_come_in_the_order_of_day_and_number(snapshot: Snapshot) -> None:
    heads, lines = strictly_parsed(taken(snapshot, table()))
    keys = [(line[heads.index("抽样日期")], line[heads.index("抽样编号")]) for line in lines]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_parts_of_the_rows_make_the_same_file(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = taken(snapshot, table())
    monkeypatch.setattr("lib.metrics.row_source._PART_ROWS", 7)
    assert taken(snapshot, table()) == whole


@pytest.mark.parametrize("by", [(), ("division",), ("stage", "month")])
def test_figures_in_the_file_are_those_of_compute(by: tuple[str, ...], snapshot: Snapshot) -> None:
    extract = Extract(kind="metric", name="unqualified_rate", filters=YEAR, by=by)
    frame = compute(snapshot, get_metric("unqualified_rate"), YEAR, ALL, by=by).frame
    read = pd.read_csv(
        io.BytesIO(taken(snapshot, extract)), dtype=dict.fromkeys(by, str), keep_default_na=True
    )
    assert list(read.columns) == list(frame.columns) == [one.heading for one in columns(extract)]
    for name in ("numerator", "denominator", "value", "lower", "upper"):
        assert read[name].tolist() == pytest.approx(
            frame[name].astype(float).tolist(), nan_ok=True, rel=1e-15
        )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.dates(date(2025, 1, 1), date(2025, 6, 30)),
    days=st.integers(0, 200),
    district=st.sampled_from([None, "341202", "341203", "341200"]),
    part=st.sampled_from(["numerator", "denominator"]),
)
def test_count_rows_the_figure_and_the_file_agree(
    snapshot: Snapshot, start: date, days: int, district: str | None, part: Any
) -> None:
    filters = YEAR.with_(start=start, end=start + timedelta(days=days), district=district)
    metric = get_metric("unqualified_rate")
    extract = Extract(kind="rows", name=metric.id, filters=filters, part=part)
    _, lines = strictly_parsed(taken(snapshot, extract))
    figure = compute(snapshot, metric, filters, ALL).frame.loc[0, part]
    assert len(lines) == count(snapshot, extract, ALL) == figure
    assert len(lines) == rows_behind(snapshot, metric, filters, ALL, part=part).count()


def test_a_reader_of_one_county_gets_its_rows_only(snapshot: Snapshot) -> None:
    scope = Scope.of("341203")
    heads, lines = strictly_parsed(taken(snapshot, table(), scope))
    assert {line[heads.index("县区代码")] for line in lines} == {"341203"}
    assert 0 < len(lines) < count(snapshot, table(), ALL)


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "json", "package"])
def test_a_batch_that_breaks_is_an_error_and_no_shorter_file(form: Any, snapshot: Snapshot) -> None:
    content = prepare(snapshot, table(form), ALL)

    def broken() -> Iterator[pa.Table]:
        yield next(content.tables()).slice(0, 5)
        raise QueryFailed("数据未能全部读出")

    with pytest.raises(ExportError, match="作废"):
        b"".join(pieces_of(with_tables(content, broken), form))


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet", "json", "package"])
@pytest.mark.parametrize("rows", [5, 1000])
def test_another_number_of_rows_than_counted_is_an_error(form: Any, rows: int, snapshot: Snapshot) -> None:
    content = prepare(snapshot, table(form), ALL)
    one = next(content.tables())
    other = one.slice(0, 5) if rows == 5 else pa.concat_tables([one, one])
    with pytest.raises(ExportError, match=f"应有 {content.row_count} 行，读出 {other.num_rows} 行"):
        b"".join(pieces_of(with_tables(content, lambda: iter([other])), form))


def test_a_full_disk_is_an_error_that_says_so(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lib.export.package.tempfile.TemporaryFile", full)
    monkeypatch.setattr("lib.export.workbook.tempfile.TemporaryDirectory", full)
    for form in ("package", "xlsx"):
        with pytest.raises(ExportError, match="没有写完"):
            taken(snapshot, table(form))


def with_tables(content: Content, tables: Callable[[], Iterator[pa.Table]]) -> Content:
    values = {name: getattr(content, name) for name in content.__dataclass_fields__}
    return Content(**{**values, "tables": tables})


def test_what_cannot_be_taken_is_refused_in_words(snapshot: Snapshot) -> None:
    with pytest.raises(UnknownTable, match="sample"):
        taken(snapshot, Extract(kind="table", name="samples", filters=YEAR))
    with pytest.raises(FilterNotApplicable, match="不分食品类别"):
        taken(snapshot, Extract(kind="table", name="inspection", filters=YEAR.with_(category=("01",))))
    with pytest.raises(ExportError, match="不分组"):
        Extract(kind="table", name="sample", filters=YEAR, by=("division",))
    with pytest.raises(ExportError, match="不得对外提供"):
        table(protected=True)
    with pytest.raises(ExportError, match="未知"):
        table("docx")


def test_columns_about_persons_come_by_right_only() -> None:
    extract = Extract(kind="table", name="rectification_item", filters=YEAR)
    own = {one.name for one in columns(extract)}
    by_right = {
        one.name
        for one in columns(Extract(kind="table", name="rectification_item", filters=YEAR, personal=True))
    }
    assert by_right - own == {"owner_post"}


def test_a_table_without_rows_still_has_its_columns(snapshot: Snapshot) -> None:
    extract = Extract(kind="table", name="enterprise", filters=YEAR, personal=True)
    heads, lines = strictly_parsed(taken(snapshot, extract))
    assert lines == []
    assert heads == [one.heading for one in columns(extract)]


def test_the_name_of_a_file_tells_what_when_and_which_version(snapshot: Snapshot) -> None:
    assert name_of_file(snapshot, table("package")) == "样品_20250101-20251231_v000001.zip"
    extract = Extract(kind="rows", name="unqualified_rate", filters=YEAR, part="denominator")
    assert name_of_file(snapshot, extract) == "已出监督结论批次明细_20250101-20251231_v000001.csv"


def test_groups_above_what_the_reader_sees_are_refused(snapshot: Snapshot) -> None:
    county, city = Scope.of("341202"), Scope.of("341200")

    def taken(by: str, scope: Scope, **filters: Any) -> int:
        extract = Extract(kind="metric", name="unqualified_rate", filters=YEAR.with_(**filters), by=(by,))
        return prepare(snapshot, extract, scope).row_count

    for by, scope in (("city", county), ("province", county), ("province", city)):
        with pytest.raises(ExportError, match="可见范围只有"):
            taken(by, scope)
    assert taken("division", county) == 1
    assert taken("city", city) == 1
    assert taken("province", Scope.everything()) >= 1
    with pytest.raises(ExportError, match="可见范围只有"):
        taken("made_city", county, side="made")


def test_a_table_without_days_has_no_period_in_name_or_sentence(snapshot: Snapshot) -> None:
    for name, title in (("enterprise", "企业"), ("food_category", "食品类别")):
        extract = Extract(kind="table", name=name, filters=YEAR)
        assert name_of_file(snapshot, extract) == f"{title}_v000001.csv"
        assert "2025" not in prepare(snapshot, extract, ALL).sentence
    dated = Extract(kind="table", name="sample", filters=YEAR)
    assert name_of_file(snapshot, dated) == "样品_20250101-20251231_v000001.csv"
