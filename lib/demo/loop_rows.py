"""Rows of the closed-loop tables, collected one by one and handed over as Arrow tables."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Integer, Table

from lib.demo.findings import Findings
from lib.demo.scale import SOURCE
from lib.demo.streams import stream
from lib.demo.world import World

_ARROW = (
    (BigInteger, pa.int64()),
    (Integer, pa.int32()),
    (Boolean, pa.bool_()),
    (Date, pa.date32()),
    (Float, pa.float64()),
)


class RowBook:
    """Collects rows by table; every row has the demo's source."""

    def __init__(self) -> None:
        self.rows: defaultdict[Table, list[dict[str, Any]]] = defaultdict(list)
        self.blocks: list[tuple[Table, pa.Table]] = []
        self.counted: defaultdict[str, int] = defaultdict(int)

    def number(self, prefix: str) -> str:
        """Next number of a series, e.g. DEMOZG000001."""
        self.counted[prefix] += 1
        return f"DEMO{prefix}{self.counted[prefix]:06d}"

    def add(self, table: Table, **values: Any) -> None:
        """One row; columns left out stay empty."""
        self.rows[table].append({"source": SOURCE, **values})

    def add_block(self, table: Table, rows: pa.Table) -> None:
        """Many rows at once, with every column but the version."""
        self.blocks.append((table, rows))

    def tables(self, version: int) -> Iterator[tuple[Table, pa.Table]]:
        """Every table with its rows, all columns, at one data version."""
        for table, rows in self.rows.items():
            names = [column for column in table.columns if column.name != "version_to"]
            schema = pa.schema([(column.name, _arrow_type(column)) for column in names])
            stamped = [{**row, "version_from": version} for row in rows]
            yield table, pa.Table.from_pylist(stamped, schema=schema)
        for table, block in self.blocks:
            stamp = pa.array(np.full(block.num_rows, version, dtype=np.int32))
            yield table, block.append_column("version_from", stamp)


def _arrow_type(column: Column[Any]) -> pa.DataType:
    for kind, arrow in _ARROW:
        if isinstance(column.type, kind):
            return arrow
    return pa.string()


@dataclass(frozen=True)
class Scene:
    """What every part of the closed-loop story needs: the world, the calendar, what sampling found, the row book.

    ``calendar`` is the reference calendar (day → working day).
    """

    world: World
    calendar: dict[date, bool]
    findings: Findings
    book: RowBook

    @property
    def as_of(self) -> date:
        """Last day of which anything is known."""
        return self.world.scale.as_of

    def stream(self, name: str) -> np.random.Generator:
        """Random stream of one part of the story."""
        return stream(self.world.seed, "loop", name)

    def workday(self, day: date) -> date:
        """The day itself or the next working day; years outside the calendar know weekends only."""
        while not self.calendar.get(day, day.weekday() < 5):
            day += timedelta(days=1)
        return day

    def name_of(self, code: str) -> str:
        """Name of a county-level unit."""
        districts = self.world.districts
        return districts.names[districts.index[code]]

    def codes_under(self, prefix: str) -> list[str]:
        """County-level units of a city or province that are sampled, in order of codes."""
        districts = self.world.districts
        return [
            code
            for code, weight in zip(districts.codes, districts.weight, strict=True)
            if code.startswith(prefix) and weight > 0
        ]


def moment(day: date, hour: int, minute: int) -> str:
    """A moment in Beijing time as the records keep it."""
    return f"{day.isoformat()}T{hour:02d}:{minute:02d}:00+08:00"


def spread_days(scene: Scene, first: date, last: date, count: int) -> list[date]:
    """``count`` working days spread evenly from ``first`` to ``last``, in order."""
    span = (last - first).days
    days = (first + timedelta(days=span * (2 * number + 1) // (2 * count)) for number in range(count))
    return [min(scene.workday(day), last) for day in days]
