"""Agendas: whose they are, what others see of a shared one, and what two windows do to each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy import event as sqlalchemy_event

from lib.access.accounts import Account
from lib.access.agendas import (
    MOST_SLIDES,
    Agenda,
    AgendaSlide,
    add_slide,
    create_agenda,
    delete_agenda,
    list_agendas,
    moved,
    open_agenda,
    pin_version,
    rename_agenda,
    save_slides,
    share_agenda,
)
from lib.access.errors import AccessRefused
from lib.data.tables.access import audit_event
from tests.unit.access.conftest import NOW

LATER = NOW + timedelta(minutes=5)
COURSE = AgendaSlide("unqualified-rate.course", "from=2025-01-01&to=2025-09-30&district=341200", "先说走势")
GRID = AgendaSlide("districts.compare", "from=2025-01-01&to=2025-09-30", "")


@pytest.fixture
def mine(engine: Engine, add_account: Callable[..., Account]) -> Agenda:
    """An agenda of two slides of one account; another account is there too."""
    add_account("presenter", role="presenter")
    add_account("analyst")
    return create_agenda(
        engine, "presenter", " 十一月  调度会 ", data_version=3, now=NOW, slides=(COURSE, GRID)
    )


def test_it_comes_back_as_it_was_made(engine: Engine, mine: Agenda) -> None:
    assert open_agenda(engine, "presenter", mine.agenda_no) == mine
    assert (mine.title, mine.data_version, mine.slides) == ("十一月 调度会", 3, (COURSE, GRID))
    assert list_agendas(engine, "presenter") == [mine]


def test_nobody_else_sees_it_until_it_is_shared(engine: Engine, mine: Agenda) -> None:
    assert list_agendas(engine, "analyst") == []
    with pytest.raises(AccessRefused, match="没有这个议程"):
        open_agenda(engine, "analyst", mine.agenda_no)
    share_agenda(engine, "presenter", mine.agenda_no, True, LATER)
    seen = open_agenda(engine, "analyst", mine.agenda_no)
    assert [one.slide for one in seen.slides] == [COURSE.slide, GRID.slide]
    assert [one.note for one in seen.slides] == ["", ""], "notes are for the presenter alone"
    share_agenda(engine, "presenter", mine.agenda_no, False, LATER)
    assert list_agendas(engine, "analyst") == []
    with engine.connect() as connection:
        events = connection.scalars(select(audit_event.c.event).order_by(audit_event.c.id)).all()
    assert events[-2:] == ["agenda_shared", "agenda_unshared"]


def test_a_shared_agenda_is_changed_by_its_owner_only(engine: Engine, mine: Agenda) -> None:
    shared = share_agenda(engine, "presenter", mine.agenda_no, True, NOW)
    number = shared.agenda_no
    for attempt in (
        lambda: rename_agenda(engine, "analyst", number, "别的", LATER),
        lambda: pin_version(engine, "analyst", number, 9, LATER),
        lambda: share_agenda(engine, "analyst", number, False, LATER),
        lambda: delete_agenda(engine, "analyst", number, LATER),
        lambda: add_slide(engine, "analyst", number, GRID, LATER),
        lambda: save_slides(engine, "analyst", shared, (), LATER),
    ):
        with pytest.raises(AccessRefused, match="别人的议程"):
            attempt()
    assert open_agenda(engine, "presenter", number) == shared


def test_slides_are_added_moved_and_removed(engine: Engine, mine: Agenda) -> None:
    longer = add_slide(engine, "presenter", mine.agenda_no, COURSE, LATER)
    assert longer.slides == (COURSE, GRID, COURSE)
    turned = save_slides(engine, "presenter", longer, moved(longer.slides, 1, -1), LATER)
    assert turned.slides == (GRID, COURSE, COURSE)
    fewer = save_slides(engine, "presenter", turned, turned.slides[:1], LATER)
    assert open_agenda(engine, "presenter", mine.agenda_no).slides == fewer.slides == (GRID,)


def test_a_slide_at_an_end_stays() -> None:
    assert moved((COURSE, GRID), 0, -1) == (COURSE, GRID)
    assert moved((COURSE, GRID), 1, 1) == (COURSE, GRID)
    assert moved((COURSE, GRID), 0, 1) == (GRID, COURSE)


def test_a_window_that_saw_an_older_agenda_overwrites_nothing(engine: Engine, mine: Agenda) -> None:
    add_slide(engine, "presenter", mine.agenda_no, GRID, LATER)
    with pytest.raises(AccessRefused, match="已在别处改动"):
        save_slides(engine, "presenter", mine, (), LATER)
    assert len(open_agenda(engine, "presenter", mine.agenda_no).slides) == 3


def test_title_and_version_change_and_deletion_hides(engine: Engine, mine: Agenda) -> None:
    assert rename_agenda(engine, "presenter", mine.agenda_no, "年底会", LATER).title == "年底会"
    assert pin_version(engine, "presenter", mine.agenda_no, 4, LATER).data_version == 4
    delete_agenda(engine, "presenter", mine.agenda_no, LATER)
    assert list_agendas(engine, "presenter") == []
    with pytest.raises(AccessRefused):
        open_agenda(engine, "presenter", mine.agenda_no)


@pytest.mark.parametrize("title", ["", "  ", "长" * 61])
def test_a_title_has_words_and_an_end(engine: Engine, mine: Agenda, title: str) -> None:
    with pytest.raises(AccessRefused, match="会议名称"):
        rename_agenda(engine, "presenter", mine.agenda_no, title, LATER)


def test_what_is_too_long_is_refused_and_nothing_is_written(engine: Engine, mine: Agenda) -> None:
    for slides in ((COURSE,) * (MOST_SLIDES + 1), (AgendaSlide("a.b", "", "长" * 2001),)):
        with pytest.raises(AccessRefused):
            save_slides(engine, "presenter", mine, slides, LATER)
    assert open_agenda(engine, "presenter", mine.agenda_no).slides == (COURSE, GRID)


def test_a_list_of_agendas_takes_few_queries(engine: Engine, mine: Agenda) -> None:
    share_agenda(engine, "presenter", mine.agenda_no, True, LATER)
    others = [
        create_agenda(
            engine, "analyst", f"会议{n}", data_version=1, now=NOW - timedelta(hours=n), slides=[GRID] * n
        )
        for n in range(9)
    ]
    asked: list[str] = []
    sqlalchemy_event.listen(engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
    listed = list_agendas(engine, "analyst")
    assert [one.agenda_no for one in listed] == [mine.agenda_no, *(one.agenda_no for one in others)]
    assert [len(one.slides) for one in listed] == [2, *range(9)]
    assert listed[0].slides[0].note == "", "notes are for the presenter alone"
    assert len([one for one in asked if one.lstrip().startswith("SELECT")]) == 2


def test_windows_that_write_at_once_wait_for_each_other(engine: Engine, mine: Agenda) -> None:
    with ThreadPoolExecutor(4) as windows:
        added = [
            windows.submit(add_slide, engine, "presenter", mine.agenda_no, GRID, LATER) for _ in range(8)
        ]
    assert [one.exception() for one in added] == [None] * 8
    assert open_agenda(engine, "presenter", mine.agenda_no).slides == (COURSE, *[GRID] * 9)
