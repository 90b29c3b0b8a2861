"""Tables a reader may take: every one readable, in order, under headings that differ, filtered or refused."""

from collections.abc import Callable
from datetime import date

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.base import snapshot_metadata
from lib.metrics.predicates import FilterNotApplicable
from lib.metrics.row_columns import added_names, table_columns, with_names
from lib.metrics.row_order import ROW_ORDER
from lib.metrics.tables import UnknownTable, get_table, readable_tables, rows_of
from tests.unit.metrics.conftest import sample_row

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
ALL = Scope.everything()


def test_every_table_of_the_snapshot_but_its_own_note_can_be_taken() -> None:
    assert set(readable_tables()) | {"snapshot_info"} >= set(snapshot_metadata.tables)


@pytest.mark.parametrize("name", sorted(readable_tables()))
def test_every_table_can_be_read_and_says_what_it_is(name: str, empty: Snapshot) -> None:
    taken = get_table(name)
    source = rows_of(empty, taken, YEAR, ALL)
    columns = [one.name for one in taken.columns if one.name not in added_names(taken.table)]
    batches = list(source.batches(columns))
    assert sum(batch.num_rows for batch in batches) == source.count()
    assert source.first(1, columns).column_names == columns
    assert taken.title
    assert taken.title in source.sentence or source.sentence.startswith("范围：")
    assert set(ROW_ORDER[name]) <= set(taken.table.c.keys())
    headings = [one.heading for one in taken.columns]
    assert len(set(headings)) == len(headings)


def test_codes_get_names_and_a_code_without_a_name_stays(make_snapshot: Callable[..., Snapshot]) -> None:
    snapshot = make_snapshot(sample=[sample_row(county="341202", made=None), sample_row(county=None)])
    table = get_table("sample").table
    rows = rows_of(snapshot, get_table("sample"), YEAR, ALL).first(
        9, [column.name for column in table.columns]
    )
    named = with_names(rows, table, {**snapshot.names, "01": "粮食加工品"}).to_pylist()
    assert [row["county_name"] for row in named] == ["颍州区", None]
    assert [row["category_name"] for row in named] == ["粮食加工品"] * 2
    assert [one.name for one in table_columns(table)] == list(named[0])


def test_period_district_and_values_act_on_the_table(make_snapshot: Callable[..., Snapshot]) -> None:
    snapshot = make_snapshot(
        sample=[
            sample_row(county="341202", day=date(2025, 1, 1), stage="生产"),
            sample_row(county="341203", day=date(2025, 12, 31), stage="流通"),
            sample_row(county="341203", day=date(2026, 1, 1), stage="流通"),
            sample_row(county="341203", day=None, stage="流通"),
            sample_row(county="341203", day=date(2025, 5, 1), sampling_kind="靶向"),
        ]
    )

    def counted(filters: Filters) -> int:
        return rows_of(snapshot, get_table("sample"), filters, ALL).count()

    assert counted(YEAR) == 2
    assert counted(YEAR.with_(undated=True)) == 3
    assert counted(YEAR.with_(district="341203")) == 1
    assert counted(YEAR.with_(district="341200", stage=("生产",))) == 1
    assert counted(YEAR.with_(sampling=("全部",))) == 3


def test_a_table_without_a_day_says_that_the_period_does_not_act(
    make_snapshot: Callable[..., Snapshot],
) -> None:
    snapshot = make_snapshot()
    assert "期间不起作用" in rows_of(snapshot, get_table("population"), YEAR, ALL).sentence
    assert "不受期间和地区影响" in rows_of(snapshot, get_table("item_group"), YEAR, ALL).sentence
    assert rows_of(snapshot, get_table("item_group"), YEAR, Scope.of("341202")).count() == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"category": ("01",)}, "食品类别"),
        ({"sampling": ("靶向",)}, "抽样性质"),
        ({"stage": ("生产",)}, "环节"),
    ],
)
def test_a_filter_the_table_does_not_know_is_refused(
    changes: dict[str, tuple[str, ...]], words: str, make_snapshot: Callable[..., Snapshot]
) -> None:
    with pytest.raises(FilterNotApplicable, match=f"“监督检查”不分{words}"):
        rows_of(make_snapshot(), get_table("inspection"), YEAR.with_(**changes), ALL)


def test_an_unknown_table_names_near_ones() -> None:
    with pytest.raises(UnknownTable, match="sample（样品）"):
        get_table("samples")
