"""Agendas of meetings: somebody's ordered slides with their filters, and the data version the meeting is held on.

An agenda gives no right: whoever opens a shared one sees the districts of the own account, and not the notes.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, or_, select, update

from lib.access.audit import record_event
from lib.access.errors import AccessRefused
from lib.access.records import reading, writing
from lib.data.tables.access import account
from lib.data.tables.meetings import agenda, agenda_slide

LONGEST_TITLE: Final = 60
LONGEST_NOTE: Final = 2000
MOST_SLIDES: Final = 60
_LONGEST_QUERY: Final = 2000
_WITH_OWNER: Final = select(agenda, account.c.display_name).join_from(
    agenda, account, agenda.c.username == account.c.username
)
_GONE: Final = "没有这个议程，或者它没有共享给您。"
_CHANGED: Final = "议程已在别处改动，请刷新页面后再改。"


@dataclass(frozen=True)
class AgendaSlide:
    """One slide: its number in `lib.ui.slides`, the address of its page after "?", a note for the presenter."""

    slide: str
    query: str
    note: str = ""


@dataclass(frozen=True)
class Agenda:
    """An agenda as one account may see it; `slides` carry notes for the owner only."""

    agenda_no: str
    title: str
    owner: str
    owner_name: str
    data_version: int
    shared: bool
    changed_at: datetime
    slides: tuple[AgendaSlide, ...]


def create_agenda(
    engine: Engine,
    username: str,
    title: str,
    *,
    data_version: int,
    now: datetime,
    slides: Sequence[AgendaSlide] = (),
) -> Agenda:
    """Create an agenda of one's own that is held on a data version."""
    number = secrets.token_urlsafe(16)
    with writing(engine) as connection:
        connection.execute(
            insert(agenda).values(
                agenda_no=number,
                title=_checked_title(title),
                username=username,
                data_version=data_version,
                shared=False,
                changed_at=now,
            )
        )
        _write_slides(connection, number, slides)
        return _seen_by(connection, number, username)


def list_agendas(engine: Engine, username: str) -> list[Agenda]:
    """One's own agendas and those that others share, the latest first."""
    visible = or_(agenda.c.username == username, agenda.c.shared)
    wanted = _WITH_OWNER.where(visible, agenda.c.deleted_at.is_(None))
    held = select(agenda_slide).join(agenda).where(visible, agenda.c.deleted_at.is_(None))
    slides: dict[str, list[Any]] = {}
    with reading(engine) as connection:
        rows = connection.execute(wanted.order_by(agenda.c.changed_at.desc(), agenda.c.agenda_no)).all()
        for slide in connection.execute(held.order_by(agenda_slide.c.position)):
            slides.setdefault(slide.agenda_no, []).append(slide)
    return [_agenda(row, slides.get(row.agenda_no, ()), with_notes=row.username == username) for row in rows]


def open_agenda(engine: Engine, username: str, agenda_no: str) -> Agenda:
    """An agenda by its link. Raises AccessRefused for one that is gone or was not shared, in the same words."""
    with reading(engine) as connection:
        return _seen_by(connection, agenda_no, username)


def rename_agenda(engine: Engine, username: str, agenda_no: str, title: str, now: datetime) -> Agenda:
    """Give an agenda of one's own another title."""
    with writing(engine) as connection:
        _change(connection, username, agenda_no, now, title=_checked_title(title))
        return _seen_by(connection, agenda_no, username)


def pin_version(engine: Engine, username: str, agenda_no: str, version: int, now: datetime) -> Agenda:
    """Hold the meeting on another data version."""
    with writing(engine) as connection:
        _change(connection, username, agenda_no, now, data_version=version)
        return _seen_by(connection, agenda_no, username)


def share_agenda(engine: Engine, username: str, agenda_no: str, shared: bool, now: datetime) -> Agenda:
    """Let other accounts open it by its link, each with their own districts; or no longer."""
    with writing(engine) as connection:
        _change(connection, username, agenda_no, now, shared=shared)
        changed = _seen_by(connection, agenda_no, username)
        event = "agenda_shared" if shared else "agenda_unshared"
        record_event(connection, now=now, event=event, username=username, subject=changed.title)
        return changed


def delete_agenda(engine: Engine, username: str, agenda_no: str, now: datetime) -> None:
    """Delete an agenda of one's own; its data version is then no longer kept for it."""
    with writing(engine) as connection:
        _change(connection, username, agenda_no, now, deleted_at=now)


def add_slide(engine: Engine, username: str, agenda_no: str, slide: AgendaSlide, now: datetime) -> Agenda:
    """Put a slide at the end of an agenda of one's own."""
    with writing(engine) as connection:
        held = _own(connection, agenda_no, username)
        return _saved(connection, held, (*held.slides, slide), now)


def save_slides(
    engine: Engine, username: str, seen: Agenda, slides: Sequence[AgendaSlide], now: datetime
) -> Agenda:
    """Replace the slides of an agenda of one's own, reordered, removed or changed.

    Raises AccessRefused when it was changed since it was `seen`: another window must not lose its work.
    """
    with writing(engine) as connection:
        held = _own(connection, seen.agenda_no, username)
        if held.slides != seen.slides:
            raise AccessRefused(_CHANGED)
        return _saved(connection, held, slides, now)


def moved(slides: Sequence[AgendaSlide], position: int, step: int) -> tuple[AgendaSlide, ...]:
    """The slides with the one at `position` (from 0) moved by `step`; at an end it stays."""
    order, target = list(slides), position + step
    if 0 <= target < len(order):
        order.insert(target, order.pop(position))
    return tuple(order)


def _change(connection: Connection, username: str, agenda_no: str, now: datetime, **values: object) -> None:
    _own(connection, agenda_no, username)
    connection.execute(update(agenda).where(_is(agenda_no)).values(changed_at=now, **values))


def _saved(connection: Connection, held: Agenda, slides: Sequence[AgendaSlide], now: datetime) -> Agenda:
    connection.execute(delete(agenda_slide).where(agenda_slide.c.agenda_no == held.agenda_no))
    _write_slides(connection, held.agenda_no, slides)
    connection.execute(update(agenda).where(_is(held.agenda_no)).values(changed_at=now))
    return replace(held, slides=tuple(slides), changed_at=now)


def _write_slides(connection: Connection, number: str, slides: Sequence[AgendaSlide]) -> None:
    if len(slides) > MOST_SLIDES:
        raise AccessRefused(f"一个议程最多 {MOST_SLIDES} 页。")
    rows = [
        {"agenda_no": number, "position": position, "slide": one.slide, "query": one.query, "note": one.note}
        for position, one in enumerate(map(_checked_slide, slides), start=1)
    ]
    if rows:
        connection.execute(insert(agenda_slide), rows)


def _own(connection: Connection, agenda_no: str, username: str) -> Agenda:
    """The agenda, kept from other writers until the transaction ends: two windows must not write the same slide."""
    connection.execute(select(agenda.c.agenda_no).where(_is(agenda_no)).with_for_update())
    held = _seen_by(connection, agenda_no, username)
    if held.owner != username:
        raise AccessRefused("这是别人的议程，只能观看，不能修改。")
    return held


def _seen_by(connection: Connection, agenda_no: str, username: str) -> Agenda:
    row = connection.execute(_WITH_OWNER.where(_is(agenda_no), agenda.c.deleted_at.is_(None))).one_or_none()
    if row is None or not (row.shared or row.username == username):
        raise AccessRefused(_GONE)
    asked = (
        select(agenda_slide).where(agenda_slide.c.agenda_no == agenda_no).order_by(agenda_slide.c.position)
    )
    return _agenda(row, connection.execute(asked).all(), with_notes=row.username == username)


def _agenda(row: Any, slides: Iterable[Any], *, with_notes: bool) -> Agenda:
    return Agenda(
        agenda_no=row.agenda_no,
        title=row.title,
        owner=row.username,
        owner_name=row.display_name,
        data_version=row.data_version,
        shared=row.shared,
        changed_at=row.changed_at,
        slides=tuple(AgendaSlide(one.slide, one.query, one.note if with_notes else "") for one in slides),
    )


def _is(agenda_no: str) -> ColumnElement[bool]:
    return agenda.c.agenda_no == agenda_no


def _checked_title(title: str) -> str:
    cleaned = " ".join(title.split())
    if not 1 <= len(cleaned) <= LONGEST_TITLE:
        raise AccessRefused(f"会议名称须为 1 至 {LONGEST_TITLE} 个字。")
    return cleaned


def _checked_slide(slide: AgendaSlide) -> AgendaSlide:
    if len(slide.note) > LONGEST_NOTE:
        raise AccessRefused(f"讲稿提示最多 {LONGEST_NOTE} 个字。")
    if len(slide.query) > _LONGEST_QUERY:
        raise AccessRefused("这一页的筛选条件太长，不能放入议程。请减少所选的值。")
    return slide
