"""The plan of failing items: which are listed, which are no longer, and what a publication may say of them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, Table, and_, case, func, literal, or_, select

from lib.data.loaders.current import CurrentRecords
from lib.data.loaders.mapping import ROW_ID
from lib.data.loaders.merge import TablePlan, join_current, labelled, stored_columns
from lib.data.loaders.profiles import Profile
from lib.data.loaders.staging import FAILING, Staging
from lib.data.loaders.targets import item_columns
from lib.data.tables.sampling import NATURAL_KEYS, failing_item

_ONE_OF_A_LIST: Final = frozenset({"verdict", "group_code"})


def items_plan(*, staging: Staging, profile: Profile, records: CurrentRecords, main: TablePlan) -> TablePlan:
    """The plan of the failing items of the samples in ``main``, which is the plan of their records."""
    key = NATURAL_KEYS[failing_item]
    listed = _listed(staging, profile, main).subquery()
    samples, current = main.current, None
    if samples is not None:
        own_source = [failing_item.c.source == profile.source]
        current = records.fetch(failing_item, "sample_no", select(main.rows.c.sample_no), own_source)
    joined = join_current(listed, current, key)
    if samples is not None:
        joined = joined.outerjoin(samples, samples.c.sample_no == listed.c.sample_no)
    merged = {name: _merged(profile, name, listed, current, samples) for name in stored_columns(failing_item)}
    rows = select(*labelled(failing_item, merged, current, key)).select_from(joined)
    closing = _no_longer_listed(profile, listed, current, samples)
    return TablePlan(failing_item, key, rows.subquery(), current, closing)


def _listed(staging: Staging, profile: Profile, main: TablePlan) -> Select[Any]:
    item = staging.item
    names = [name for name in stored_columns(failing_item) if name not in NATURAL_KEYS[failing_item]]
    query = select(
        literal(profile.source).label("source"),
        item.c.sample_no,
        item.c.item_name,
        *(_every_value(item.c[name]).label(name) for name in names),
    ).where(item.c.verdict.in_(FAILING))
    if profile.rows == "record":
        query = query.where(item.c[ROW_ID].in_(_rows_like_the_chosen(staging)))
    if profile.items is not None and profile.items.only_if_unqualified:
        failed = select(main.rows.c.sample_no).where(main.rows.c.supervision_verdict == "unqualified")
        query = query.where(item.c.sample_no.in_(failed))
    return query.group_by(item.c.sample_no, item.c.item_name)


def _every_value(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """One value; where a cell names an item twice with different results, all of them, joined."""
    if column.name in _ONE_OF_A_LIST:
        return func.min(column)
    values = func.list_sort(func.list_distinct(func.list(column)))
    return func.nullif(func.array_to_string(values, "；"), "")


def _rows_like_the_chosen(staging: Staging) -> Select[Any]:
    """Rows with the same record as the chosen one: each may name items that the others do not."""
    row, pick = staging.record, staging.record.alias()
    same = [row.c[name] == pick.c[name] for name in (*staging.key, "digest")]
    picked = pick.join(staging.chosen, staging.chosen.c[ROW_ID] == pick.c[ROW_ID])
    return select(row.c[ROW_ID]).select_from(picked.join(row, and_(*same)))


def _merged(
    profile: Profile, name: str, listed: Subquery, current: Table | None, samples: Table | None
) -> ColumnElement[Any]:
    if current is None or samples is None or name in NATURAL_KEYS[failing_item]:
        return listed.c[name]
    mapped = {item_columns()[part] for part in _item_parts(profile)} | {"verdict", "group_code"}
    if name not in mapped:
        return current.c[name]
    if profile.listing == "full":
        return listed.c[name]
    # As with records: a publication fills the gaps of an item of the full export, and replaces its own.
    return case(
        (samples.c.listing == "full", func.coalesce(current.c[name], listed.c[name])),
        else_=func.coalesce(listed.c[name], current.c[name]),
    )


def _no_longer_listed(
    profile: Profile, listed: Subquery, current: Table | None, samples: Table | None
) -> Select[Any] | None:
    """Items that end: the file lists their sample without them. Only a full file may end those of a full record."""
    if current is None or samples is None:
        return None
    key = NATURAL_KEYS[failing_item]
    joined = current.outerjoin(listed, and_(*(current.c[name] == listed.c[name] for name in key)))
    joined = joined.outerjoin(samples, samples.c.sample_no == current.c.sample_no)
    query = select(*(current.c[name] for name in key)).select_from(joined).where(listed.c.sample_no.is_(None))
    if profile.listing == "full":
        return query
    return query.where(or_(samples.c.listing.is_(None), samples.c.listing != "full"))


def _item_parts(profile: Profile) -> Sequence[str]:
    named = [name for name in profile.columns if name in item_columns()]
    return [*named, *(profile.items.parts if profile.items else ())]
