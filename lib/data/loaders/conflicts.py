"""Rows of one load that contradict each other, and rows that share the fate of a rejected one."""

from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, insert, select

from lib.data.loaders.chunks import RejectSink
from lib.data.loaders.errors import Reject
from lib.data.loaders.mapping import FREE_TEXT, ROW_ID, RowPlaces
from lib.data.loaders.profiles import Profile
from lib.data.loaders.staging import Staging
from lib.data.loaders.targets import NUMBERS, TABLES

_UNCOMPARED: Final = frozenset({ROW_ID, "digest", *FREE_TEXT})


class Conflicts:
    """Settles a staging area: afterwards every key has exactly one row (``staging.chosen``)."""

    def __init__(self, staging: Staging, profile: Profile, places: RowPlaces, reject: RejectSink) -> None:
        self._staging = staging
        self._profile = profile
        self._places = places
        self._reject = reject
        self.rows_rejected = 0
        self.duplicates = 0

    def settle(self) -> None:
        """Reject companions of bad rows and contradicting rows, then choose one row per record."""
        staging = self._staging
        if staging.by_item:
            self._reject_companions()
            self._reject_contradicting_items()
        if self._profile.on_conflict == "reject":
            self._reject_contradicting_records()
            if not staging.by_item:
                self._reject_contradicting_items()
        record = staging.record
        pick = func.max if self._profile.on_conflict == "last" else func.min
        chosen = select(pick(record.c[ROW_ID])).group_by(*self._keys())
        staging.run(insert(staging.chosen).from_select([ROW_ID], chosen))
        if not staging.by_item:
            kept = staging.value(select(func.count()).select_from(staging.chosen))
            self.duplicates = staging.rows_staged - self.rows_rejected - kept
        else:
            self.duplicates = self._repeated_items()

    def _repeated_items(self) -> int:
        item = self._staging.item
        rows, names = (
            select(item.c.sample_no, item.c.item_name),
            select(item.c.sample_no, item.c.item_name).distinct(),
        )
        counts = [
            self._staging.value(select(func.count()).select_from(query.subquery())) for query in (rows, names)
        ]
        return int(counts[0] - counts[1])

    def _keys(self) -> list[ColumnElement[Any]]:
        return [self._staging.record.c[name] for name in self._staging.key]

    def _reject_companions(self) -> None:
        spoiled, item = self._staging.spoiled, self._staging.item
        numbers = select(spoiled.c.sample_no)
        rows = select(item.c[ROW_ID], item.c.sample_no).where(item.c.sample_no.in_(numbers)).distinct()
        for row_id, number in self._staging.rows(rows.order_by(item.c[ROW_ID])):
            self.say(row_id, "sample_no", number, "同一抽样编号另有行被拒收，整个样品不载入")
        self._staging.drop_samples(numbers)

    def _reject_contradicting_items(self) -> None:
        item = self._staging.item
        twice = (
            select(item.c.sample_no, item.c.item_name)
            .group_by(item.c.sample_no, item.c.item_name)
            # One cell may name an item twice, with several results; two rows may not.
            .having(_differ(item.c.digest) & _differ(item.c[ROW_ID]))
            .subquery()
        )
        rows = (
            select(item.c[ROW_ID], func.min(item.c.item_name))
            .join(twice, (twice.c.sample_no == item.c.sample_no) & (twice.c.item_name == item.c.item_name))
            .group_by(item.c.sample_no, item.c[ROW_ID])
            .order_by(item.c.sample_no, item.c[ROW_ID])
        )
        listed = self._staging.rows(rows)
        for row_id, name in listed:
            self.say(row_id, "item_name", name, "同一样品的同一项目出现多次而内容不同")
        if listed:
            self._staging.drop_samples(select(twice.c.sample_no))

    def _reject_contradicting_records(self) -> None:
        record = self._staging.record
        twice = (select(*self._keys()).group_by(*self._keys()).having(_differ(record.c.digest))).subquery()
        same = [twice.c[name] == record.c[name] for name in self._staging.key]
        names = [column.name for column in record.columns]
        rows = self._staging.rows(
            select(record).join(twice, _all(same)).order_by(*self._keys(), record.c[ROW_ID])
        )
        if not rows:
            return
        keys = [names.index(name) for name in self._staging.key]
        for _, group in groupby(rows, key=lambda row: [row[index] for index in keys]):
            self._list_differences(names, list(group))
        if self._staging.key == ("sample_no",):
            self._staging.drop_samples(select(twice.c.sample_no))
        else:
            row_ids: Select[Any] = select(record.c[ROW_ID]).join(twice, _all(same))
            self._staging.run(record.delete().where(record.c[ROW_ID].in_(row_ids)))

    def _list_differences(self, names: list[str], rows: list[tuple[Any, ...]]) -> None:
        table, number = TABLES[self._profile.table], NUMBERS[self._profile.table]
        first = rows[0]
        for row in rows[1:]:
            index = next(i for i, name in enumerate(names) if name not in _UNCOMPARED and row[i] != first[i])
            meaning = table.c[names[index]].comment or names[index]
            _, first_row = self._places.where(first[0])
            reason = f"与第 {first_row} 行编号相同而“{meaning}”不同（{_shown(first[index])} / {_shown(row[index])}）"
            self.say(row[0], number, str(row[names.index(number)]), reason)
        self.say(
            first[0],
            number,
            str(first[names.index(number)]),
            "编号在文件中出现多次而内容不同，未载入",
        )

    def say(self, row_id: int, target: str, value: str, reason: str) -> None:
        """Reject one staged row; ``target`` names the column to blame."""
        sheet, row = self._places.where(row_id)
        self.rows_rejected += 1
        rule = self._profile.columns.get(target)
        found = [sheet.match.position(names) for names in rule.headers] if rule else []
        column = (
            "+".join(sheet.header[position].strip() for position in found if position is not None) or None
        )
        self._reject(Reject(sheet.file, sheet.name, row, column, value, reason))


def _differ(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the rows of a group have more than one value; cheaper than counting how many."""
    return func.min(column) != func.max(column)


def _all(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    joined = conditions[0]
    for condition in conditions[1:]:
        joined = joined & condition
    return joined


def _shown(value: Any) -> str:
    return "空" if value is None else str(value)
