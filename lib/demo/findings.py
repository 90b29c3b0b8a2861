"""What sampling found, kept while the months are drawn: the unqualified batches that the closed loop goes on with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Table

from lib.data.tables import sampling
from lib.demo.scale import CITY

#: One unqualified batch in so many of other cities is followed (the city's are all).
ELSEWHERE: Final = 20
_COLUMNS: Final = (
    "sample_no",
    "sampled_on",
    "reported_on",
    "division_code",
    "sampled_unit_key",
    "producer_key",
    "producer_division_code",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One unqualified batch. ``firm`` answers for it in ``division``: the producer if near, else the seller.

    ``items``: failing items. ``case_on``: day a case was filed against ``firm``, if any.
    """

    sample_no: str
    sampled_on: date
    reported_on: date
    found_in: str
    producer: str | None
    firm: str
    division: str
    items: tuple[str, ...]
    case_on: date | None


class Findings:
    """Unqualified batches in order of their sampling numbers."""

    def __init__(self) -> None:
        self.rows: list[Finding] = []

    def collect(self, tables: Iterable[tuple[Table, pa.Table]]) -> None:
        """Keep what concerns the closed loop of one month's samples, items and disposal sides."""
        by_table = dict(tables)
        sample = by_table[sampling.sample]
        sample = sample.filter(pc.equal(sample["supervision_verdict"], "unqualified")).select(_COLUMNS)
        items = _items(by_table[sampling.failing_item])
        cases = _cases(by_table[sampling.disposal])
        for row in sample.to_pylist():
            finding = _finding(row, items, cases)
            if is_city(finding.division) or int(finding.sample_no[-7:]) % ELSEWHERE == 0:
                self.rows.append(finding)

    def of_city(self) -> list[Finding]:
        """Batches a firm of the city answers for."""
        return [row for row in self.rows if is_city(row.division)]


def is_city(code: str | None) -> bool:
    """Whether a unit belongs to the city of the story."""
    return code is not None and code.startswith(CITY[:4])


def _finding(
    row: dict[str, object], items: dict[str, list[str]], cases: dict[tuple[str, bool], date]
) -> Finding:
    number = str(row["sample_no"])
    found_in, made_in = str(row["division_code"]), row["producer_division_code"]
    is_near = made_in is not None and str(made_in)[:4] == found_in[:4]
    producer = None if row["producer_key"] is None else str(row["producer_key"])
    return Finding(
        sample_no=number,
        sampled_on=row["sampled_on"],  # type: ignore[arg-type]
        reported_on=row["reported_on"],  # type: ignore[arg-type]
        found_in=found_in,
        producer=producer,
        firm=producer if is_near and producer else str(row["sampled_unit_key"]),
        division=str(made_in) if is_near else found_in,
        items=tuple(items.get(number, ())),
        case_on=cases.get((number, is_near)),
    )


def _items(table: pa.Table) -> dict[str, list[str]]:
    failing = table.filter(pc.equal(table["verdict"], "unqualified"))
    names: dict[str, list[str]] = {}
    for number, name in zip(failing["sample_no"].to_pylist(), failing["item_name"].to_pylist(), strict=True):
        names.setdefault(number, []).append(name)
    return names


def _cases(table: pa.Table) -> dict[tuple[str, bool], date]:
    """Day of the case by sampling number and whether it concerns the producer's side."""
    filed = table.filter(pc.fill_null(table["case_filed"], False))
    columns = (filed[name].to_pylist() for name in ("sample_no", "side", "controlled_on"))
    return {
        (number, side == "生产"): day for number, side, day in zip(*columns, strict=True) if day is not None
    }
