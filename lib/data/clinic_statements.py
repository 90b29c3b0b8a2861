"""What is derived around the mobile clinic: firms that were helped, and producers that should have been."""

from typing import Any, Final

from sqlalchemy import Select, SmallInteger, and_, case, cast, func, null, select

from lib.data.snapshot_statements import ordered, period_columns
from lib.data.tables import snapshot
from lib.data.tables import snapshot_loop as loop
from lib.data.tables.snapshot_columns import PLACE_COLUMNS

#: A visit belongs to a producer's year if it came within so many days of the first unqualified batch.
VISIT_DAYS: Final = 365


def select_clinic_enterprises() -> Select[Any]:
    """Firms helped by the mobile clinic, by year of the visit, with the state of what they were told to put right."""
    visit = loop.clinic_visit
    item, problem, suggestion = loop.rectification_item, loop.clinic_problem, loop.clinic_suggestion
    of_visit = func.coalesce(item.c.origin_no, problem.c.visit_no, suggestion.c.visit_no)
    counts_in = item.c.ended_on.is_(None)
    counted = (
        select(
            item.c.source,
            of_visit.label("visit_no"),
            func.count().filter(counts_in).label("item_count"),
            func.count(item.c.verified_on).filter(counts_in).label("verified"),
            func.max(item.c.verified_on).filter(counts_in).label("last_on"),
        )
        .select_from(
            item.outerjoin(
                problem, and_(problem.c.source == item.c.source, problem.c.problem_no == item.c.problem_no)
            ).outerjoin(
                suggestion,
                and_(
                    suggestion.c.source == item.c.source, suggestion.c.suggestion_no == item.c.suggestion_no
                ),
            )
        )
        .where(item.c.origin == "流动诊所")
        .group_by(item.c.source, of_visit)
        .subquery("counted")
    )
    source = visit.outerjoin(
        counted, and_(counted.c.source == visit.c.source, counted.c.visit_no == visit.c.visit_no)
    )
    items, verified = (
        func.coalesce(func.sum(counted.c.item_count), 0),
        func.coalesce(func.sum(counted.c.verified), 0),
    )
    first_visit = func.min(visit.c.visited_on)
    values: dict[str, Any] = {
        column.name: func.arg_min(visit.c[column.name], visit.c.visited_on)
        for column in loop.clinic_enterprise.columns
        if column.name in visit.c and column.name not in ("enterprise_key", "visited_on")
    }
    values.update(
        enterprise_key=visit.c.enterprise_key,
        visited_on=first_visit,
        visits=func.count(),
        items=items,
        items_verified=verified,
        finished_on=case((and_(items > 0, items == verified), func.max(counted.c.last_on)), else_=null()),
        **period_columns(first_visit),
    )
    query = select(*ordered(loop.clinic_enterprise, values, visit)).select_from(source)
    return query.group_by(visit.c.enterprise_key, func.year(visit.c.visited_on))


def select_producer_years() -> Select[Any]:
    """Producers with an unqualified batch: how many, when the second came, whether helped, and what came next."""
    failed = _unqualified()
    row = failed.c
    key = (row.producer_key, row.sampled_year)
    first = row.number == 1
    taken = {
        name: func.max(row[name]).filter(first).label(name)
        for name in ("producer_name", *PLACE_COLUMNS["made"])
    }
    firm = (
        select(
            *key,
            *taken.values(),
            func.count().label("unqualified_batches"),
            func.min(row.sampled_on).label("first_on"),
            func.min(row.sampled_on).filter(row.number == 2).label("second_on"),
        )
        .group_by(*key)
        .subquery("firm")
    )
    followed = _followed(firm)
    return _with_what_came_next(followed)


def select_producer_failures() -> Select[Any]:
    """Every unqualified batch of a producer with its number within the year, beside the producer's year."""
    failed, year = _unqualified().c, loop.producer_year
    source = year.join(
        failed.number.table,
        and_(failed.producer_key == year.c.enterprise_key, failed.sampled_year == year.c.sampled_year),
    )
    values = {
        "number": failed.number,
        "reached_on": failed.sampled_on,
        **period_columns(failed.sampled_on),
    }
    return select(*ordered(loop.producer_failure, values, year)).select_from(source)


def _year(day: Any) -> Any:
    return cast(func.year(day), SmallInteger)


def _unqualified() -> Any:
    sample = snapshot.sample
    year = _year(sample.c.sampled_on)
    order = (sample.c.sampled_on, sample.c.source, sample.c.sample_no)
    number = func.row_number().over(partition_by=(sample.c.producer_key, year), order_by=order)
    names = ("producer_key", "producer_name", "sampled_on", *PLACE_COLUMNS["made"])
    return (
        select(*(sample.c[name] for name in names), year.label("sampled_year"), number.label("number"))
        .where(
            sample.c.supervision_verdict == "unqualified",
            sample.c.producer_key.is_not(None),
            sample.c.sampled_on.is_not(None),
        )
        .subquery("failed")
    )


def _followed(firm: Any) -> Any:
    """Firms with the first visit after their first unqualified batch, and the day from which they are followed."""
    visit = loop.clinic_visit
    came = and_(
        visit.c.enterprise_key == firm.c.producer_key,
        visit.c.visited_on >= firm.c.first_on,
        visit.c.visited_on <= firm.c.first_on + VISIT_DAYS,
    )
    helped = (
        select(firm.c.producer_key, firm.c.sampled_year, func.min(visit.c.visited_on).label("visited_on"))
        .select_from(firm.join(visit, came))
        .group_by(firm.c.producer_key, firm.c.sampled_year)
        .subquery("helped")
    )
    source = firm.outerjoin(
        helped,
        and_(helped.c.producer_key == firm.c.producer_key, helped.c.sampled_year == firm.c.sampled_year),
    )
    start = func.coalesce(helped.c.visited_on, firm.c.second_on)
    return (
        select(firm, helped.c.visited_on, start.label("followed_from"))
        .select_from(source)
        .subquery("followed")
    )


def _with_what_came_next(followed: Any) -> Select[Any]:
    own, sample = followed.c, snapshot.sample
    judged = sample.c.supervision_verdict.in_(("qualified", "unqualified"))
    key = (own.producer_key, own.sampled_year)
    of_firm = and_(sample.c.producer_key == own.producer_key, judged)
    later = sample.c.sampled_on > own.followed_from
    unqualified = sample.c.supervision_verdict == "unqualified"
    seen = (
        select(
            *key,
            func.count().filter(_year(sample.c.sampled_on) == own.sampled_year).label("batches"),
            func.min(sample.c.sampled_on).filter(later).label("next_sampled_on"),
            func.min(sample.c.sampled_on).filter(and_(later, unqualified)).label("next_unqualified_on"),
        )
        .select_from(followed.join(sample, of_firm))
        .group_by(*key)
        .subquery("seen")
    )
    values: dict[str, Any] = {
        "enterprise_key": own.producer_key,
        "enterprise_name": own.producer_name,
        "batches": seen.c.batches,
        "first_unqualified_on": own.first_on,
        "second_unqualified_on": own.second_on,
        "next_sampled_on": seen.c.next_sampled_on,
        "next_unqualified_on": seen.c.next_unqualified_on,
        **period_columns(own.first_on),
    }
    for side in PLACE_COLUMNS.values():
        values.update({name: own[made] for name, made in zip(side, PLACE_COLUMNS["made"], strict=True)})
    same = and_(seen.c.producer_key == own.producer_key, seen.c.sampled_year == own.sampled_year)
    return select(*ordered(loop.producer_year, values, followed)).select_from(followed.join(seen, same))
