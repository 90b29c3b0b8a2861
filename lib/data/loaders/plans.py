"""The plans of a load: how staged rows and current records become records, column by column."""

from typing import Any, Final

import pyarrow as pa
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    MetaData,
    Select,
    String,
    Subquery,
    Table,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union,
)

from lib.data.loaders.current import CurrentRecords
from lib.data.loaders.item_plan import items_plan
from lib.data.loaders.mapping import ROW_ID, mapped_columns
from lib.data.loaders.merge import TablePlan, join_current, labelled, stored_columns
from lib.data.loaders.profiles import Profile
from lib.data.loaders.staging import FIRM_SCHEMA, Staging, last_filled
from lib.data.loaders.targets import FIRMS, NUMBERS, TABLES
from lib.data.tables.catalogue import VERSIONED
from lib.data.tables.sampling import NATURAL_KEYS, enterprise
from lib.data.verdicts import CONCLUSIONS, OBJECTION_STATUSES, derive

_VERDICTS: Final = ("supervision_verdict", "monitoring_verdict", "result_state")
#: What a publication may change in a record of the full export; everything else it only fills in where empty.
_DECIDED_BY_PUBLICATION: Final = frozenset({"objection_status", "remark", "notice_no", "notice_on"})
_ITEM_VERDICTS: Final = ("unqualified", "qualified", "problem", "not_judged", "not_tested")
verdict_table = Table(
    "verdict", MetaData(), *(Column(name, String) for name in ("conclusion", "objection_status", *_VERDICTS))
)


class Plans:
    """Builds the plans of one load from its staging area and the open connection to the records."""

    def __init__(self, staging: Staging, profile: Profile, records: Connection) -> None:
        self._staging = staging
        self._profile = profile
        self._current = CurrentRecords(records, staging)
        self._table = TABLES[profile.table]
        self._key = VERSIONED[self._table]
        staging.fill(verdict_table, [_verdict_rows()])

    def build(self) -> list[TablePlan]:
        """The plans in the order in which they are written; the last but items is the profile's own table."""
        main = self._records_plan()
        plans = [self._firms_plan(main)] if FIRMS[self._profile.table] else []
        plans.append(main)
        if self._profile.table == "sample" and self._profile.has_items:
            plans.append(
                items_plan(staging=self._staging, profile=self._profile, records=self._current, main=main)
            )
        return plans

    def _records_plan(self) -> TablePlan:
        staging, profile = self._staging, self._profile
        number = NUMBERS[profile.table]
        keys = select(staging.record.c[number]).join(
            staging.chosen, staging.chosen.c[ROW_ID] == staging.record.c[ROW_ID]
        )
        own_source = [self._table.c.source == profile.source]
        current = self._current.fetch(self._table, number, keys.distinct(), own_source)
        joined = staging.record.join(staging.chosen, staging.chosen.c[ROW_ID] == staging.record.c[ROW_ID])
        if current is not None:
            same = [staging.record.c[name] == current.c[name] for name in self._key]
            joined = joined.outerjoin(current, _all(same))
        tested = self._tested() if profile.rows == "item" else None
        if tested is not None:
            joined = joined.outerjoin(tested, tested.c.sample_no == staging.record.c.sample_no)
        merged = {name: self._merged(name, current, tested) for name in stored_columns(self._table)}
        query = select(*labelled(self._table, merged, current, self._key)).select_from(joined)
        rows = self._with_verdicts(query) if profile.table == "sample" else query.subquery()
        return TablePlan(self._table, self._key, rows, current)

    def _merged(self, name: str, current: Table | None, tested: FromClause | None) -> ColumnElement[Any]:
        """The value a column should have: from the file if the profile maps it, else as recorded."""
        profile = self._profile
        old: ColumnElement[Any] = null() if current is None else current.c[name]
        if name == "is_online" and name not in mapped_columns(profile):
            return func.coalesce(old, literal(False))
        if name not in mapped_columns(profile):
            return cast(old, self._table.c[name].type) if current is None else old
        file = self._from_file(name, tested)
        if profile.table != "sample" or profile.listing == "full" or current is None or name in self._key:
            return file
        # A table of some samples only fills the gaps of a full record; what publication itself decides it replaces.
        if name == "listing":
            added = old
        elif name in _DECIDED_BY_PUBLICATION:
            added = func.coalesce(file, old)
        else:
            added = func.coalesce(old, file)
        return case((current.c.listing == "full", added), else_=file)

    def _from_file(self, name: str, tested: FromClause | None) -> ColumnElement[Any]:
        if tested is not None and name == "tested_items":
            return tested.c.tested_items
        if tested is not None and name == "conclusion" and self._profile.conclusion_from_items:
            return tested.c.conclusion
        return self._staging.record.c[name]

    def _tested(self) -> FromClause:
        """Per sample: how many items were tested, and the conclusion their verdicts add up to."""
        item = self._staging.item
        has = {
            verdict: func.coalesce(func.bool_or(item.c.verdict == verdict), literal(False))
            for verdict in _ITEM_VERDICTS
        }
        names: dict[tuple[str | None, str | None], str] = {
            pair: name for name, pair in CONCLUSIONS.items() if pair != (None, None)
        }
        supervision = [
            ("unqualified", has["unqualified"]),
            ("qualified", has["qualified"]),
            (None, literal(True)),
        ]
        monitoring = [("problem", has["problem"]), ("not_judged", has["not_judged"]), (None, literal(True))]
        whens = [
            (first & second, names[first_name, second_name])
            for first_name, first in supervision
            for second_name, second in monitoring
            if (first_name, second_name) in names
        ]
        conclusion = case(*whens, (has["not_tested"], "未检验样品"), else_=null())
        tested = select(
            item.c.sample_no,
            func.count(item.c.item_name.distinct()).label("tested_items"),
            conclusion.label("conclusion"),
        )
        return self._staging.keep("tested", tested.group_by(item.c.sample_no))

    def _with_verdicts(self, query: Select[Any]) -> Subquery:
        base = query.subquery()
        joined = base.join(
            verdict_table,
            (verdict_table.c.conclusion == func.coalesce(base.c.conclusion, ""))
            & (verdict_table.c.objection_status == func.coalesce(base.c.objection_status, "")),
        )
        columns = [
            verdict_table.c[name] if name in _VERDICTS else column for name, column in base.columns.items()
        ]
        return select(*columns).select_from(joined).subquery()

    def _firms_plan(self, main: TablePlan) -> TablePlan:
        firm, key = self._staging.firm, NATURAL_KEYS[enterprise]
        prefixes = [prefix for prefix, _, _ in FIRMS[self._profile.table]]
        # Kept: the plan is asked twice (counted, then written), the records behind it need not be.
        keys = union(*(select(main.rows.c[f"{prefix}_key"].label("used_key")) for prefix in prefixes))
        used = self._staging.keep("used_firm", keys)
        query = last_filled(firm, [name for name in FIRM_SCHEMA.names if name != "position"])
        staged = query.where(firm.c.enterprise_key.in_(select(used.c.used_key))).subquery()
        current = self._current.fetch(enterprise, "enterprise_key", select(staged.c.enterprise_key))
        merged = {name: _merged_firm(name, staged, current) for name in stored_columns(enterprise)}
        rows = select(*labelled(enterprise, merged, current, key)).select_from(
            join_current(staged, current, key)
        )
        return TablePlan(enterprise, key, rows.subquery(), current)


def _merged_firm(name: str, staged: Subquery, current: Table | None) -> ColumnElement[Any]:
    old: ColumnElement[Any] = cast(null(), String) if current is None else current.c[name]
    if name not in staged.c:
        return old
    # A file that does not say an enterprise's address does not empty it.
    return staged.c[name] if current is None else func.coalesce(staged.c[name], old)


def _all(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    joined = conditions[0]
    for condition in conditions[1:]:
        joined = joined & condition
    return joined


def _verdict_rows() -> pa.Table:
    rows = []
    for conclusion in (None, *CONCLUSIONS):
        for status in (None, *OBJECTION_STATUSES):
            verdict = derive(conclusion, status)
            rows.append(
                (conclusion or "", status or "", verdict.supervision, verdict.monitoring, verdict.state)
            )
    names = [column.name for column in verdict_table.columns]
    arrays = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
    return pa.Table.from_arrays(arrays, names=names)
