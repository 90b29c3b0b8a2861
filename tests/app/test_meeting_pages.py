"""汇报 over a copy of the small world: preparing an agenda and showing it, as owner, as reader and as a county."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from lib.access.agendas import (
    Agenda,
    AgendaSlide,
    create_agenda,
    list_agendas,
    open_agenda,
    pin_version,
    save_slides,
    share_agenda,
)
from lib.access.errors import RecordsUnavailable
from lib.access.reception import reception
from lib.access.roles import Role
from lib.data.scope import Scope
from lib.data.settings import settings
from lib.ui import identity
from lib.ui.identity import Reader, Visitor
from tests.app.conftest import PROJECT, figures, words
from tests.app.small_world import World

NOW = datetime(2025, 11, 3, tzinfo=UTC)
FILTERS = "from=2025-01-01&to=2025-09-30&district=341200"
COURSE = AgendaSlide("unqualified-rate.course", FILTERS, "先说走势")
KINDS = AgendaSlide("unqualified-rate.kinds", FILTERS)
NOTHING = AgendaSlide("unqualified-rate.course", f"{FILTERS}&stage=%E7%BD%91%E6%8A%BD")
Open = Callable[..., AppTest]


@pytest.fixture
def open_meeting(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Run the page 汇报 as one of the demo accounts, over a record database that may be changed."""
    source = Path(world.database_url.removeprefix("sqlite:///"))
    for file in source.parent.glob(f"{source.name}*"):
        shutil.copy(file, tmp_path / file.name)
    monkeypatch.setenv("BAMAI_DATABASE_URL", f"sqlite:///{tmp_path / source.name}")
    monkeypatch.setenv("BAMAI_SNAPSHOTS", str(world.snapshots))
    monkeypatch.setenv("BAMAI_ENV", "demo")
    settings.cache_clear()
    reception.cache_clear()

    def start(
        username: str = "presenter", scope: Scope | None = None, query: Mapping[str, str] | None = None
    ) -> AppTest:
        reader = Reader(username, username, Role.PRESENTER, scope or Scope.everything())
        monkeypatch.setattr(identity, "current_visitor", lambda: Visitor(reader))
        at = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60)
        at.query_params.clear()
        for name, value in (query or {}).items():
            at.query_params[name] = value
        return at.switch_page("pages/meeting/meeting.py").run()

    yield start
    reception().engine.dispose()
    settings.cache_clear()
    reception.cache_clear()


@pytest.fixture
def agenda(open_meeting: Open) -> Agenda:
    """An agenda of the presenter with three slides, the last of which cannot be computed."""
    return create_agenda(
        reception().engine,
        "presenter",
        "调度会",
        data_version=1,
        now=NOW,
        slides=(COURSE, KINDS, NOTHING),
    )


def slide(agenda: Agenda, number: int, **more: str) -> dict[str, str]:
    """The address of a slide."""
    return {"agenda": agenda.agenda_no, "slide": str(number), **more}


def test_an_agenda_is_made_on_the_page(open_meeting: Open) -> None:
    at = open_meeting()
    assert "还没有议程" in words(at)
    at.text_input(key="meeting.title").set_value("十一月调度会")
    at.button(key="meeting.create").click().run()
    (made,) = list_agendas(reception().engine, "presenter")
    assert (made.title, made.data_version) == ("十一月调度会", 1)
    at.button(key="meeting.more.add").click().run()
    (made,) = list_agendas(reception().engine, "presenter")
    assert [one.slide for one in made.slides] == ["overview.overview"]
    assert "district=341200" in made.slides[0].query


def test_a_page_is_put_into_an_agenda_with_its_filters(open_meeting: Open) -> None:
    asked = {"add": "unqualified-rate.course", "version": "1", "from": "2025-01-01", "to": "2025-06-30"}
    at = open_meeting(query={**asked, "district": "341202", "step": "quarter"})
    assert "范围：颍州区；2025年1—6月；常规抽样" in words(at)
    at.text_input(key="meeting.to_title").set_value("半年会")
    at.text_area(key="meeting.to_note").set_value("说明原因")
    at.button(key="meeting.put").click().run()
    (made,) = list_agendas(reception().engine, "presenter")
    (held,) = made.slides
    assert (made.title, held.slide, held.note) == ("半年会", "unqualified-rate.course", "说明原因")
    for part in ("step=quarter", "from=2025-01-01", "district=341202"):
        assert part in held.query


def test_slides_move_and_leave_on_the_page(open_meeting: Open, agenda: Agenda) -> None:
    at = open_meeting(query={"agenda": agenda.agenda_no})
    at.button(key="meeting.下移.0").click().run()
    at.button(key="meeting.移除.2").click().run()
    at.text_area(key="meeting.note.0").set_value("后说对比").run()
    held = open_agenda(reception().engine, "presenter", agenda.agenda_no)
    assert [(one.slide, one.note) for one in held.slides] == [
        (KINDS.slide, "后说对比"),
        (COURSE.slide, "先说走势"),
    ]
    assert not at.exception


def test_the_wall_shows_the_slide_with_version_and_filters(open_meeting: Open, agenda: Agenda) -> None:
    at = open_meeting(query=slide(agenda, 1))
    shown = words(at)
    assert not at.exception
    assert not at.error, shown
    assert "范围：阜阳市；2025年1—9月；常规抽样" in shown
    assert "数据截至2025年10月31日；数据版本 1；演示数据（合成）" in shown
    assert figures(at)["抽检批次"].endswith("批次")
    assert "先说走势" not in shown, "the note is not on the wall unless it is asked for"
    assert dict(at.query_params.items())["version"] in ("1", ["1"])


def test_the_note_is_for_the_owner_alone(open_meeting: Open, agenda: Agenda) -> None:
    share_agenda(reception().engine, "presenter", agenda.agenda_no, True, NOW)
    assert "先说走势" in words(open_meeting(query=slide(agenda, 1, panel="note")))
    assert "先说走势" not in words(open_meeting("analyst", query=slide(agenda, 1, panel="note")))


def test_a_slide_does_not_say_which_version_is_shown(open_meeting: Open) -> None:
    odd = AgendaSlide(COURSE.slide, f"{FILTERS}&version=9&agenda=x&slide=7&panel=filter")
    made = create_agenda(reception().engine, "presenter", "会", data_version=1, now=NOW, slides=(odd,))
    at = open_meeting(query=slide(made, 1))
    assert "数据版本 1；" in words(at)
    address = {name: at.query_params[name] for name in ("agenda", "slide", "version")}
    assert address == {"agenda": made.agenda_no, "slide": "1", "version": "1"}
    assert "panel" not in at.query_params


def test_a_slide_that_cannot_be_computed_says_why_and_shows_no_number(
    open_meeting: Open, agenda: Agenda
) -> None:
    at = open_meeting(query=slide(agenda, 3))
    assert "本页没有数字：没有样品" in words(at)
    assert not at.metric
    assert not at.get("vega_lite_chart")


def test_a_version_that_is_gone_is_said(open_meeting: Open, agenda: Agenda) -> None:
    at = open_meeting(query=slide(agenda, 1, version="9"))
    assert "数据版本 9 不存在或已清理" in words(at)
    assert not at.metric
    at.button(key="meeting.newer").click().run()
    assert figures(at)


def test_a_shared_agenda_shows_a_county_its_own_figures_only(open_meeting: Open, agenda: Agenda) -> None:
    with_own = Scope.of("341225")
    assert "没有共享给您" in words(open_meeting("county", with_own, slide(agenda, 1)))
    share_agenda(reception().engine, "presenter", agenda.agenda_no, True, NOW)
    at = open_meeting("county", with_own, slide(agenda, 1))
    shown = words(at)
    assert "范围：阜南县；2025年1—9月；常规抽样" in shown
    assert "不可用，已忽略" in shown
    assert "颍州" not in shown


def test_only_the_owner_changes_the_version_of_a_meeting(open_meeting: Open, agenda: Agenda) -> None:
    share_agenda(reception().engine, "presenter", agenda.agenda_no, True, NOW)
    at = open_meeting("analyst", query=slide(agenda, 1))
    assert not [one for one in at.button if one.key == "meeting.newer"]
    assert not [one for one in at.button if str(one.key).startswith("meeting.移除")]


def test_slides_of_a_link_are_as_wide_as_the_reader(open_meeting: Open, agenda: Agenda) -> None:
    codes = ("341202", "341225")
    share_agenda(reception().engine, "presenter", agenda.agenda_no, True, NOW)
    whole = figures(open_meeting("official", query=slide(agenda, 1)))["抽检批次"]
    for address in (slide(agenda, 1), {"show": COURSE.slide, "version": "1", **dict(parse_qsl(FILTERS))}):
        at = open_meeting("county", Scope.of(*codes), address)
        shown = words(at)
        assert "范围：颍州区、阜南县；2025年1—9月" in shown
        assert "链接中的属地“341200”不可用，已忽略" in shown
        assert figures(at)["抽检批次"] != whole
    at = open_meeting("county", Scope.of(*codes), {"agenda": agenda.agenda_no})
    assert "阜阳市；" not in words(at), "nor does the list of its slides name what is not shown"


def test_a_version_that_cannot_be_kept_leaves_the_meeting_as_it_is(
    open_meeting: Open, agenda: Agenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise RecordsUnavailable("连接不上记录数据库。")

    monkeypatch.setattr("lib.ui.meeting_show.pin_version", busy)
    at = open_meeting(query=slide(agenda, 1, version="9"))
    at.button(key="meeting.newer").click().run()
    assert not at.exception
    assert "没有保存，请稍后再试" in words(at)
    assert "数据版本 9 不存在" in words(at)


def test_a_meeting_begins_with_the_filters_of_its_agenda(open_meeting: Open, agenda: Agenda) -> None:
    at = open_meeting(query=slide(agenda, 2))
    assert "meeting.stay" in at.session_state
    at.query_params.clear()
    at.query_params["agenda"] = agenda.agenda_no
    at.run()
    assert "meeting.stay" not in at.session_state


def test_an_address_that_comes_late_changes_nothing(open_meeting: Open, agenda: Agenda) -> None:
    at = open_meeting(query=slide(agenda, 2))
    asked = dict(at.query_params.items())
    at.query_params["slide"] = "1"
    at.query_params["district"] = "341202"
    at.run()
    assert dict(at.query_params.items()) == asked
    assert "范围：阜阳市；2025年1—9月" in words(at)


def test_a_slide_seen_on_another_version_is_added_with_a_word(open_meeting: Open, agenda: Agenda) -> None:
    pin_version(reception().engine, "presenter", agenda.agenda_no, 7, NOW)
    at = open_meeting(query={"add": KINDS.slide, "version": "1"})
    at.button(key="meeting.put").click().run()
    assert "议程固定为数据版本 7" in words(at)


def test_sentences_of_slides_are_those_of_the_wall(open_meeting: Open) -> None:
    made = create_agenda(
        reception().engine,
        "presenter",
        "闭环",
        data_version=1,
        now=NOW,
        slides=(AgendaSlide("clinic.found", FILTERS),),
    )
    at = open_meeting(query={"agenda": made.agenda_no})
    assert "范围：阜阳市；2025年1—9月" in words(at)
    assert "常规抽样" not in words(at), "records of the clinic know no kind of sampling"


def test_an_empty_agenda_and_a_strange_link_are_answered(open_meeting: Open, agenda: Agenda) -> None:
    save_slides(reception().engine, "presenter", agenda, (), NOW)
    assert "还没有内容" in words(open_meeting(query=slide(agenda, 1)))
    assert "没有这个议程" in words(open_meeting(query={"agenda": "x", "slide": "1"}))
    assert "没有名为" in words(open_meeting(query={"show": "x.y"}))
    assert "不能放入议程" in words(open_meeting(query={"add": "x.y"}))


def test_one_page_alone_needs_no_agenda(open_meeting: Open) -> None:
    query = {"show": "unqualified-rate.kinds", "from": "2025-01-01", "to": "2025-09-30"}
    at = open_meeting(query=query)
    assert at.get("vega_lite_chart")
    assert "数据版本 1" in words(at)
