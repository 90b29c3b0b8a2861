"""How each snapshot table is filled: statements from incoming records to the denormalised tables.

Every function takes the incoming records (a Core ``Table`` bound to an Arrow stream) and the small lookup tables of
``Lookups``; it returns a SELECT whose columns are those of the snapshot table, in order.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    cast,
    func,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from lib.data.tables import snapshot
from lib.data.tables.snapshot import PLACE_COLUMNS

lookup_metadata = MetaData()
#: A reporting unit and the province, city and county it lies in.
unit_path = Table(
    "unit_path",
    lookup_metadata,
    *(Column(name, String) for name in ("code", "province_code", "city_code", "county_code")),
)
category_rollup = Table(
    "category_rollup", lookup_metadata, Column("code", String), Column("rollup_code", String)
)
group_rollup = Table(
    "group_rollup", lookup_metadata, Column("code", String), Column("comparable_code", String)
)
failing_count = Table(
    "failing_count",
    lookup_metadata,
    Column("source", String),
    Column("sample_no", String),
    Column("failing_items", Integer),
)


def period_columns(day: ColumnElement[Any], prefix: str = "") -> dict[str, ColumnElement[Any]]:
    """Year, quarter (20251) and month (202501) of a day."""
    year, month = func.year(day), func.month(day)
    return {
        f"{prefix}year": year,
        f"{prefix}quarter": year * 10 + func.quarter(day),
        f"{prefix}month": year * 100 + month,
    }


def place_columns(path: Any, side: str) -> dict[str, ColumnElement[Any]]:
    """Province, city and county of a unit path as the columns of one side."""
    names = ("province_code", "city_code", "county_code")
    return {target: path.c[name] for target, name in zip(PLACE_COLUMNS[side], names, strict=True)}


def ordered(table: Table, values: dict[str, Any], incoming: Any) -> list[ColumnElement[Any]]:
    """One labelled expression per column of ``table``, in order: the given value or the incoming column."""
    chosen = [values.get(column.name, incoming.c.get(column.name)) for column in table.columns]
    missing = [column.name for column, value in zip(table.columns, chosen, strict=True) if value is None]
    if missing:
        raise ValueError(f"snapshot table {table.name}: no source for {', '.join(missing)}")
    return [value.label(column.name) for column, value in zip(table.columns, chosen, strict=True)]


def select_samples(incoming: Table) -> Select[Any]:
    """Samples with period, places by side, comparable category and failing items."""
    found, made = unit_path.alias("found"), unit_path.alias("made")
    values: dict[str, Any] = {
        **period_columns(incoming.c.sampled_on),
        **place_columns(found, "found"),
        **place_columns(made, "made"),
        "category_code": func.coalesce(category_rollup.c.rollup_code, incoming.c.category_code),
        "category_detail_code": incoming.c.category_code,
        "failing_items": func.coalesce(failing_count.c.failing_items, 0),
    }
    source = (
        incoming.outerjoin(found, found.c.code == incoming.c.division_code)
        .outerjoin(made, made.c.code == incoming.c.producer_division_code)
        .outerjoin(category_rollup, category_rollup.c.code == incoming.c.category_code)
        .outerjoin(
            failing_count,
            (failing_count.c.source == incoming.c.source)
            & (failing_count.c.sample_no == incoming.c.sample_no),
        )
    )
    return select(*ordered(snapshot.sample, values, incoming)).select_from(source)


def select_failing_items(incoming: Table) -> Select[Any]:
    """Failing and problem items with the dimensions of their sample."""
    sample = snapshot.sample
    values: dict[str, Any] = {column.name: column for column in sample.columns}
    values["comparable_group_code"] = func.coalesce(group_rollup.c.comparable_code, incoming.c.group_code)
    own = {
        name: incoming.c[name]
        for name in ("item_name", "verdict", "group_code", "measured_value", "measured_unit", "limit_value")
    }
    source = incoming.join(
        sample, (sample.c.source == incoming.c.source) & (sample.c.sample_no == incoming.c.sample_no)
    ).outerjoin(group_rollup, group_rollup.c.code == incoming.c.group_code)
    return (
        select(*ordered(snapshot.failing_item, {**values, **own}, incoming))
        .select_from(source)
        .order_by(sample.c.city_code, sample.c.sampled_on)
    )


def select_inspections(incoming: Table, enterprise: Table) -> Select[Any]:
    """Inspections with the name of the enterprise."""
    place = unit_path.alias("place")
    values: dict[str, Any] = {
        **period_columns(incoming.c.inspected_on),
        **place_columns(place, "found"),
        **place_columns(place, "made"),
        "enterprise_name": enterprise.c.name,
    }
    source = incoming.outerjoin(place, place.c.code == incoming.c.division_code).outerjoin(
        enterprise, enterprise.c.enterprise_key == incoming.c.enterprise_key
    )
    return select(*ordered(snapshot.inspection, values, incoming)).select_from(source)


def select_with_place(target: Table, incoming: Table) -> Select[Any]:
    """Enterprises and campaigns: the unit's places on both sides; a campaign gets its number of days."""
    place = unit_path.alias("place")
    values: dict[str, Any] = {**place_columns(place, "found"), **place_columns(place, "made")}
    if target is snapshot.campaign:
        values["days"] = func.date_diff("day", incoming.c.start_on, incoming.c.end_on) + 1
    source = incoming.outerjoin(place, place.c.code == incoming.c.division_code)
    return select(*ordered(target, values, incoming)).select_from(source)


def select_campaign_categories(incoming: Table) -> Select[Any]:
    """Categories named by a campaign, with the campaign's day and place."""
    campaign = snapshot.campaign
    values: dict[str, Any] = {column.name: column for column in campaign.columns}
    values["campaign_code"] = incoming.c.campaign_code
    source = incoming.outerjoin(campaign, campaign.c.campaign_code == incoming.c.campaign_code)
    return select(*ordered(snapshot.campaign_category, values, incoming)).select_from(source)


def select_population(incoming: Table) -> Select[Any]:
    """Counties that have a population figure."""
    place = unit_path.alias("place")
    values: dict[str, Any] = {
        **place_columns(place, "found"),
        **place_columns(place, "made"),
        "persons": cast(incoming.c.population, BigInteger),
        "basis": incoming.c.population_basis,
    }
    source = incoming.join(place, place.c.code == incoming.c.code)
    return (
        select(*ordered(snapshot.population, values, incoming))
        .select_from(source)
        .where(incoming.c.population.is_not(None), incoming.c.level == 3)
    )


def select_sampling_weeks(due_week: Table) -> Select[Any]:
    """Weeks in which a producer was due to be sampled, with the batches taken of its products that week."""
    sample, place = snapshot.sample, unit_path.alias("place")
    week = (
        select(
            sample.c.producer_key,
            cast(func.date_trunc("week", sample.c.sampled_on), Date).label("week_start_on"),
        )
        .where(sample.c.producer_key.in_(select(due_week.c.enterprise_key)))
        .subquery("week")
    )
    taken = (
        select(week.c.producer_key, week.c.week_start_on, func.count().label("batches"))
        .group_by(week.c.producer_key, week.c.week_start_on)
        .subquery("taken")
    )
    values: dict[str, Any] = {
        **period_columns(due_week.c.week_start_on),
        **place_columns(place, "found"),
        **place_columns(place, "made"),
        "batches": func.coalesce(taken.c.batches, 0),
    }
    source = due_week.outerjoin(place, place.c.code == due_week.c.division_code).outerjoin(
        taken,
        (taken.c.producer_key == due_week.c.enterprise_key)
        & (taken.c.week_start_on == due_week.c.week_start_on),
    )
    return select(*ordered(snapshot.sampling_week, values, due_week)).select_from(source)


def select_plain(target: Table, incoming: Table) -> Select[Any]:
    """Reference tables whose columns are taken as they are."""
    return select(*ordered(target, {}, incoming)).select_from(incoming)
