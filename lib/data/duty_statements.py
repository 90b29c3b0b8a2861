"""Supervision duties (包保督导): who held the subject on the due day, whether it was done in time, who was reminded."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Select,
    and_,
    case,
    cast,
    func,
    null,
    or_,
    select,
)

from lib.data.loop_statements import Filling, beijing, filling_of
from lib.data.snapshot_statements import period_columns
from lib.data.tables import snapshot_loop as loop


def select_bindings(bindings: FromClause, posts: FromClause) -> Select[Any]:
    """Bindings with the post, its level and the day its holder left (a post of the city may hold a county's firm)."""
    filling = filling_of(loop.binding, bindings)
    own, post = bindings.c, posts.c
    filling.join(posts, and_(post.source == own.source, post.post_no == own.post_no))
    filling.values.update(post=post.post, binding_level=post.binding_level, left_on=post.valid_to)
    return filling.select()


def select_posts(posts: FromClause, attendances: FromClause, trainings: FromClause) -> Select[Any]:
    """Posts with the day of their first training and how often they were trained."""
    came, held = attendances.c, trainings.c
    key = (came.source, came.post_no)
    trained = (
        select(*key, func.min(held.held_on).label("trained_on"), func.count().label("trainings"))
        .select_from(
            attendances.join(
                trainings, and_(held.source == came.source, held.training_no == came.training_no)
            )
        )
        .group_by(*key)
        .subquery("trained")
    )
    filling = filling_of(loop.cadre_post, posts)
    filling.join(trained, and_(trained.c.source == posts.c.source, trained.c.post_no == posts.c.post_no))
    filling.values["trained_on"] = trained.c.trained_on
    filling.values["trainings"] = func.coalesce(trained.c.trainings, 0)
    return filling.select()


def select_attendances(attendances: FromClause) -> Select[Any]:
    """Trained posts: the day of the training, the districts and level of the post."""
    filling = Filling(loop.training_attendance, attendances)
    post, held = loop.cadre_post, loop.training
    own = attendances.c
    filling.join(held, and_(held.c.source == own.source, held.c.training_no == own.training_no))
    filling.values.update(held_on=held.c.held_on, audience=held.c.audience, **period_columns(held.c.held_on))
    filling.take_from_parent(post, "post_no")
    return filling.select()


def select_duties(
    duties: FromClause, bindings: FromClause, posts: FromClause, notices: FromClause, as_of: date
) -> Select[Any]:
    """Duties with who held the subject on the due day, and the state on ``as_of``."""
    filling = filling_of(loop.supervision_duty, duties)
    own, values = duties.c, filling.values
    key = (own.source, own.duty_no)
    holding = _holders(duties, bindings, posts).subquery("holding")
    latest = _latest_levels(duties, bindings, posts).subquery("latest")
    changes = _changes(duties, bindings).subquery("changes")
    reminders = _reminders(duties, notices).subquery("reminders")
    for beside in (holding, latest, changes, reminders):
        filling.join(beside, and_(*(beside.c[column.name] == column for column in key)))
    done_on = values["done_on"]
    done_quarter = period_columns(done_on)["quarter"]
    values.update(
        binding_no=holding.c.binding_no,
        holder_post_no=holding.c.post_no,
        holder_post=holding.c.post,
        binding_level=func.coalesce(holding.c.binding_level, latest.c.binding_level),
        has_gap=holding.c.binding_no.is_(None),
        changed_hands=func.coalesce(changes.c.holders > 1, False),
        done_quarter=done_quarter,
        is_done_in_quarter=func.coalesce(done_quarter == own.due_quarter, False),
        reminded_on=reminders.c.reminded_on,
        state=case(
            (done_on <= own.due_on, "按期完成"),
            (done_on > own.due_on, "逾期完成"),
            (own.due_on < as_of, "逾期未完成"),
            else_="未到期",
        ),
    )
    return filling.select()


def _holders(duties: FromClause, bindings: FromClause, posts: FromClause) -> Select[Any]:
    """The newest binding in force on the due day whose post was still held then; a post not on record counts."""
    own, bound, post = duties.c, bindings.c, posts.c
    in_force = and_(
        bound.source == own.source,
        bound.enterprise_key == own.enterprise_key,
        _covers(bound, own.due_on),
    )
    joined = duties.join(bindings, in_force).outerjoin(
        posts, and_(post.source == bound.source, post.post_no == bound.post_no)
    )
    newest = bound.valid_from
    return (
        select(
            own.source,
            own.duty_no,
            func.arg_max(bound.binding_no, newest).label("binding_no"),
            func.arg_max(bound.post_no, newest).label("post_no"),
            # arg_max passes over missing values: a post not on record must not take the name of the one before.
            func.nullif(func.arg_max(func.coalesce(post.post, ""), newest), "").label("post"),
            func.arg_max(func.coalesce(post.binding_level, bound.subject_level), newest).label(
                "binding_level"
            ),
        )
        .select_from(joined)
        .where(or_(post.post_no.is_(None), _covers(post, own.due_on)))
        .group_by(own.source, own.duty_no)
    )


def _latest_levels(duties: FromClause, bindings: FromClause, posts: FromClause) -> Select[Any]:
    """Level of the latest binding that began before the due day: a gap keeps the level of the subject."""
    own, bound, post = duties.c, bindings.c, posts.c
    begun = and_(
        bound.source == own.source,
        bound.enterprise_key == own.enterprise_key,
        bound.valid_from <= own.due_on,
    )
    joined = duties.join(bindings, begun).outerjoin(
        posts, and_(post.source == bound.source, post.post_no == bound.post_no)
    )
    level = func.arg_max(func.coalesce(post.binding_level, bound.subject_level), bound.valid_from)
    return (
        select(own.source, own.duty_no, level.label("binding_level"))
        .select_from(joined)
        .group_by(own.source, own.duty_no)
    )


def _changes(duties: FromClause, bindings: FromClause) -> Select[Any]:
    """How many posts held the subject at some time of the quarter."""
    own, bound = duties.c, bindings.c
    first_month = (own.due_quarter % 10 - 1) * 3 + 1
    year = cast(func.floor(own.due_quarter / 10), BigInteger)
    start = func.make_date(year, first_month, 1)
    end = func.last_day(func.make_date(year, first_month + 2, 1))
    overlaps = and_(
        bound.source == own.source,
        bound.enterprise_key == own.enterprise_key,
        bound.valid_from <= end,
        or_(bound.valid_to.is_(None), bound.valid_to >= start),
    )
    return (
        select(own.source, own.duty_no, func.count(bound.post_no.distinct()).label("holders"))
        .select_from(duties.join(bindings, overlaps))
        .group_by(own.source, own.duty_no)
    )


def _reminders(duties: FromClause, notices: FromClause) -> Select[Any]:
    own, notice = duties.c, notices.c
    of_duty = and_(notice.source == own.source, notice.duty_no == own.duty_no, notice.kind == "季末提醒")
    reminded_on = func.min(cast(beijing(notice.sent_at), Date))
    return (
        select(own.source, own.duty_no, reminded_on.label("reminded_on"))
        .select_from(duties.join(notices, of_duty))
        .group_by(own.source, own.duty_no)
    )


def select_notices(notices: FromClause, duties: FromClause, posts: FromClause) -> Select[Any]:
    """Prompts and reminders with the subject they are about and when it was supervised."""
    filling = filling_of(loop.supervision_notice, notices)
    own, duty, post = notices.c, duties.c, posts.c
    published = loop.supervision_duty
    filling.join(duties, and_(duty.source == own.source, duty.duty_no == own.duty_no))
    filling.join(published, and_(published.c.source == own.source, published.c.duty_no == own.duty_no))
    filling.join(posts, and_(post.source == own.source, post.post_no == own.post_no))
    done, sent = beijing(duty.done_at), beijing(own.sent_at)
    before = done < sent
    place_names = [
        column.name
        for column in published.c
        if column.name.endswith(("province_code", "city_code", "county_code"))
    ]
    said = filling.values["province_code"]
    filling.values.update(
        {
            name: case((said.is_not(None), filling.values[name]), else_=published.c[name])
            for name in place_names
        }
    )
    filling.values.update(
        enterprise_key=published.c.enterprise_key,
        enterprise_name=published.c.enterprise_name,
        binding_level=func.coalesce(post.binding_level, published.c.binding_level),
        duty_done_on=published.c.done_on,
        was_done=case((duty.duty_no.is_(None), null()), else_=func.coalesce(before, False)),
        days_to_done=case(
            (before.is_(False), func.date_diff("day", cast(sent, Date), cast(done, Date))), else_=null()
        ),
    )
    return filling.select()


def _covers(row: Any, day: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a validity (both days included, open end empty) covers a day."""
    return and_(row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to >= day))
