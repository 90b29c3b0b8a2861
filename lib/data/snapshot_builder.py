"""Filling one snapshot file from the records of one data version."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
from sqlalchemy import Column, Connection, MetaData, Select, Table, func, insert, select
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql import visitors

from lib.data import disposal_statements
from lib.data import snapshot_statements as statements
from lib.data.bulk import Batch, arrow_type, prefetched, read_batches
from lib.data.duckdb_statements import execute
from lib.data.lookup_rows import due_weeks, unit_paths, workday_numbers
from lib.data.loop_builder import LoopBuilder
from lib.data.part_order import by_city_and_day
from lib.data.tables import reference, sampling, snapshot
from lib.data.tables.base import snapshot_metadata
from lib.data.tables.loads import data_version
from lib.data.versions import part_of_version
from lib.data.whole_columns import read_table

#: Statutory limits (data/reference/statutory_limits.csv) that set the due dates of a disposal side.
START_LIMIT: Final = "D01"
FINISH_LIMIT: Final = "D03"
_MEMORY_LIMIT: Final = "400MB"
#: One row group of the file: it is written there at once, without passing through a log.
_ROWS_AT_ONCE: Final = 122_880

Progress = Callable[[str], None]


class SnapshotBuilder:
    """Fills one snapshot file from one connection to the records."""

    def __init__(self, records: Connection, path: Path, version: int, progress: Progress) -> None:
        self.records = records
        self.version = version
        self.progress = progress
        self.output = duckdb.connect(
            # One thread fills while another reads the records: a second one only waits, and takes memory.
            str(path),
            config={"memory_limit": _MEMORY_LIMIT, "threads": 1, "preserve_insertion_order": "false"},
        )

    def build(self) -> None:
        """Create every table, fill it, and close the file (closing writes everything into it)."""
        try:
            for table in snapshot_metadata.sorted_tables:
                execute(self.output, CreateTable(table))
            self._fill_lookups()
            self._fill_facts()
            LoopBuilder(self.output, self._stage, max(load["as_of"] for load in self._loads())).build()
            self._fill_reference()
            self._fill_information()
        finally:
            self.output.close()

    def _fill_lookups(self) -> None:
        units = self._rows(reference.reporting_unit)
        paths = unit_paths(units)
        self._cities = {code: city for code, _, city, _ in paths}
        self._register(statements.unit_path, paths)
        categories = self._rows(reference.food_category)
        self._register(statements.category_rollup, [(c["code"], c["rollup_code"]) for c in categories])
        groups = self._rows(reference.item_group)
        self._register(statements.group_rollup, [(g["code"], g["comparable_code"]) for g in groups])
        item = sampling.failing_item
        counts = (
            select(item.c.source, item.c.sample_no, func.count().label("failing_items"))
            .where(part_of_version(item, self.version), item.c.verdict == "unqualified")
            .group_by(item.c.source, item.c.sample_no)
        )
        batches = list(read_batches(self.records, counts, list(statements.failing_count.columns)))
        schema = _schema(statements.failing_count.columns)
        self.output.register(statements.failing_count.name, pa.Table.from_batches(batches, schema))
        days = sorted((row["day"], row["is_workday"]) for row in self._rows(reference.workday))
        numbers, first_days = workday_numbers(days)
        self._register(disposal_statements.workday_number, numbers)
        self._register(disposal_statements.workday_by_number, first_days)

    def _fill_facts(self) -> None:
        self._fill(
            snapshot.sample,
            sampling.sample,
            statements.select_samples,
            lambda part: by_city_and_day(part, self._cities),
        )
        self._fill(snapshot.failing_item, sampling.failing_item, statements.select_failing_items)
        limits = {row["id"]: (row["value"], row["unit"]) for row in self._rows(reference.statutory_limit)}
        self._fill(
            snapshot.disposal,
            sampling.disposal,
            lambda incoming: disposal_statements.select_disposals(
                incoming, limits[START_LIMIT], limits[FINISH_LIMIT]
            ),
        )
        self._fill(
            snapshot.enterprise,
            sampling.enterprise,
            partial(statements.select_with_place, snapshot.enterprise),
        )
        self._fill(
            snapshot.inspection,
            sampling.inspection,
            lambda incoming: statements.select_inspections(incoming, snapshot.enterprise),
        )
        self._fill(
            snapshot.campaign, sampling.campaign, partial(statements.select_with_place, snapshot.campaign)
        )
        self._fill(
            snapshot.campaign_category, sampling.campaign_category, statements.select_campaign_categories
        )
        self._fill_sampling_weeks()

    def _fill_sampling_weeks(self) -> None:
        weeks = [week for duty in self._rows(sampling.sampling_duty) for week in due_weeks(duty)]
        due = _incoming(sampling.sampling_duty, "due_week")
        table = pa.table(
            {
                "enterprise_key": pa.array([week[0] for week in weeks], pa.string()),
                "division_code": pa.array([week[1] for week in weeks], pa.string()),
                "week_start_on": pa.array([week[2] for week in weeks], pa.date32()),
            }
        )
        due.append_column(snapshot.sampling_week.c.week_start_on._copy())
        self.output.register("due_week", table)
        self._insert(snapshot.sampling_week, statements.select_sampling_weeks(due))

    def _fill_reference(self) -> None:
        for target, source in (
            (snapshot.reporting_unit, reference.reporting_unit),
            (snapshot.food_category, reference.food_category),
            (snapshot.item_group, reference.item_group),
            (snapshot.statutory_limit, reference.statutory_limit),
        ):
            self._fill(target, source, partial(statements.select_plain, target))
        self._fill(snapshot.population, reference.reporting_unit, statements.select_population)

    def _fill_information(self) -> None:
        loads = self._loads()
        newest = max(loads, key=lambda row: row["version"])
        description = "、".join(sorted({row["profile"] for row in loads}))
        row = {
            "version": self.version,
            "as_of": max(load["as_of"] for load in loads),
            "created_at": newest["created_at"].isoformat(timespec="seconds"),
            "is_synthetic": any(load["kind"] == "demo" for load in loads),
            "description": description,
        }
        execute(self.output, insert(snapshot.snapshot_info).values(row))

    def _loads(self) -> list[dict[str, Any]]:
        """The loads this version consists of."""
        rows = self._rows(data_version)
        return [row for row in rows if row["version"] <= self.version and row["kind"] != "removed"]

    def _stage(self, source: Table) -> Table:
        """Bring the records of a table into a temporary table of the file, for statements over all of them."""
        self.progress(source.comment or source.name)
        copies = (Column(column.name, column.type) for column in source.columns)
        staged = Table(f"record_{source.name}", MetaData(), *copies, prefixes=["TEMPORARY"])
        execute(self.output, CreateTable(staged))
        incoming = _incoming(source, "incoming")
        columns = list(source.columns)
        for part in prefetched(parts(self._stream(source, columns), _schema(columns))):
            self.output.register("incoming", part)
            self._insert(staged, select(incoming))
            self.output.unregister("incoming")
        return staged

    def _fill(
        self,
        target: Table,
        source: Table,
        statement: Callable[[Table], Select[Any]],
        arrange: Callable[[pa.Table], pa.Table] = lambda part: part,
    ) -> None:
        """Bring the records of ``source`` into ``target`` through ``statement``, a bounded number of rows at a time.

        What sorts (``arrange`` or the statement) does so within such a part: enough for the engine to skip what a
        filter leaves out, and memory does not grow with the database.
        """
        self.progress(target.comment or target.name)
        incoming = _incoming(source, "incoming")
        query = statement(incoming)
        used = {id(node) for node in visitors.iterate(query)}
        columns = [column for column in source.columns if id(incoming.c[column.name]) in used]
        for part in prefetched(map(arrange, parts(self._stream(source, columns), _schema(columns)))):
            self.output.register("incoming", part)
            self._insert(target, query)
            self.output.unregister("incoming")

    def _stream(self, source: Table, columns: list[Column[Any]]) -> Iterator[Batch]:
        where = [part_of_version(source, self.version)] if "version_to" in source.c else []
        return read_table(self.records, source, columns, where)

    def _insert(self, target: Table, query: Select[Any]) -> None:
        execute(self.output, insert(target).from_select([column.name for column in target.columns], query))

    def _rows(self, source: Table) -> list[dict[str, Any]]:
        query = select(source)
        if "version_to" in source.c:
            query = query.where(part_of_version(source, self.version))
        return [dict(row) for row in self.records.execute(query).mappings()]

    def _register(self, table: Table, rows: list[tuple[Any, ...]]) -> None:
        columns = list(zip(*rows, strict=True)) or [()] * len(table.columns)
        arrays = [
            pa.array(values, arrow_type(column))
            for values, column in zip(columns, table.columns, strict=True)
        ]
        self.output.register(
            table.name, pa.Table.from_arrays(arrays, names=[column.name for column in table.columns])
        )


def _schema(columns: Iterable[Column[Any]]) -> pa.Schema:
    return pa.schema([pa.field(column.name, arrow_type(column)) for column in columns])


def _incoming(table: Table, name: str) -> Table:
    """A Core table of the same columns, standing for a registered Arrow stream."""
    return Table(name, MetaData(), *(type(column)(column.name, column.type) for column in table.columns))


def parts(batches: Iterable[Batch], schema: pa.Schema, rows: int = _ROWS_AT_ONCE) -> Iterator[pa.Table]:
    """Gather a stream of batches into tables of at least ``rows`` rows (the last may be smaller)."""
    waiting: list[Batch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        if count >= rows:
            yield pa.Table.from_batches(waiting, schema)
            waiting, count = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting, schema)
