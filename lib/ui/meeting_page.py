"""The page 汇报 outside a meeting: the list of agendas, and the way into one."""

from typing import Final

import streamlit as st

from lib.access.agendas import Agenda, AgendaSlide, add_slide, create_agenda, list_agendas, open_agenda
from lib.access.errors import AccessRefused, RecordsUnavailable
from lib.access.reception import reception
from lib.data.settings import settings
from lib.data.snapshot import SnapshotMissing, newest_version
from lib.ui import identity
from lib.ui import meeting_address as address
from lib.ui.identity import Reader
from lib.ui.input_hints import hide_input_hints
from lib.ui.meeting_change import changing, message, say
from lib.ui.meeting_editor import editor, start_link
from lib.ui.meeting_stay import forget_stay
from lib.ui.plain_text import plain
from lib.ui.slides import SLIDES, view_of
from lib.ui.view import page_end, view_at

_NEW: Final = ""
_NOTHING: Final = "还没有发布的数据，请管理员运行 manage.py load 或 manage.py publish"


def agendas(reader: Reader) -> None:
    """What the address asks for: a slide to add, one agenda, or all of them."""
    hide_input_hints()
    message()
    forget_stay()
    if newest_version(settings().snapshot_folder) is None:
        st.warning(f"{_NOTHING}。")
        return
    try:
        if address.asked(address.ADD) is not None:
            _add(reader, list_agendas(reception().engine, reader.username))
        elif (number := address.asked(address.AGENDA)) is not None:
            editor(reader, open_agenda(reception().engine, reader.username, number))
        else:
            _list(reader, list_agendas(reception().engine, reader.username))
    except AccessRefused as refused:
        st.warning(plain(str(refused)), icon=":material/link_off:")
        st.page_link(address.PAGE, label="返回议程", icon=":material/arrow_back:")
    except RecordsUnavailable:
        st.warning("记录数据库连接不上，议程暂时不能打开。各页面仍可查看。", icon=":material/cloud_off:")
    page_end(view_at(reader, _newest(), {})[0])


def _list(reader: Reader, found: list[Agenda]) -> None:
    st.caption(
        "议程是有序的页面：每页带筛选条件和讲稿提示，全程固定一个数据版本。"
        "在各页面左侧栏点“加入议程”收集页面，或点“汇报此页”直接投影。"
    )
    for agenda in found:
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(agenda.title)}**", width="content")
            st.caption(plain(_about(agenda, reader)), width="stretch")
            if agenda.slides:
                start_link(agenda)
            st.page_link(
                address.PAGE,
                label="编辑" if agenda.owner == reader.username else "查看",
                icon=":material/edit:" if agenda.owner == reader.username else ":material/list:",
                query_params={address.AGENDA: agenda.agenda_no},
            )
    if not found:
        st.info("还没有议程。", icon=":material/info:")
    with st.form("meeting.new", clear_on_submit=True, border=False), st.container(horizontal=True):
        st.text_input("新议程", placeholder="会议名称", key="meeting.title", label_visibility="collapsed")
        st.form_submit_button("新建议程", key="meeting.create", on_click=_create, args=(reader,))


def _about(agenda: Agenda, reader: Reader) -> str:
    whose = "" if agenda.owner == reader.username else f"由{agenda.owner_name}共享；"
    shared = "；已共享" if agenda.shared and not whose else ""
    return f"{whose}{len(agenda.slides)} 页；数据版本 {agenda.data_version}{shared}"


def _create(reader: Reader) -> None:
    with changing():
        made = create_agenda(
            reception().engine,
            reader.username,
            str(st.session_state["meeting.title"]),
            data_version=_newest(),
            now=identity.present(),
        )
        address.write_address({address.AGENDA: made.agenda_no}, {})


def _add(reader: Reader, found: list[Agenda]) -> None:
    """Which agenda a slide goes to, and what to say with it."""
    slide = address.asked(address.ADD) or ""
    query = address.page_query()
    if slide not in SLIDES:
        raise AccessRefused("链接中的页面不能放入议程。")
    view, notes = view_at(reader, address.asked_number(address.VERSION) or _newest(), query)
    st.subheader(f"加入议程：{plain(SLIDES[slide].name)}", anchor=False)
    st.caption(plain(view_of(view, slide).sentence))
    for note in notes:
        st.warning(plain(note), icon=":material/link_off:")
    own = {one.agenda_no: one.title for one in found if one.owner == reader.username}
    options = [*own, _NEW]
    with st.form("meeting.add", border=False):
        st.selectbox(
            "议程", options, format_func=lambda number: own.get(number, "新建议程"), key="meeting.to"
        )
        st.text_input("新议程的会议名称", key="meeting.to_title", placeholder="只在新建时填写")
        st.text_area("讲稿提示（只有您看得到）", key="meeting.to_note", height=100)
        text = address.query_text({**query, **view.filters.to_query()})
        st.form_submit_button(
            "加入",
            key="meeting.put",
            type="primary",
            on_click=_added,
            args=(reader, AgendaSlide(slide, text), view.snapshot.version),
        )


def _added(reader: Reader, slide: AgendaSlide, version: int) -> None:
    with_note = AgendaSlide(slide.slide, slide.query, str(st.session_state["meeting.to_note"]))
    number, engine, now = str(st.session_state["meeting.to"]), reception().engine, identity.present()
    with changing():
        if number == _NEW:
            title = str(st.session_state["meeting.to_title"])
            made = create_agenda(
                engine, reader.username, title, data_version=version, now=now, slides=(with_note,)
            )
        else:
            made = add_slide(engine, reader.username, number, with_note, now)
        if made.data_version != version:
            say(
                f"已加入。议程固定为数据版本 {made.data_version}，这一页也按它显示；刚才看的是数据版本 {version}。"
            )
        address.write_address({address.AGENDA: made.agenda_no}, {})


def _newest() -> int:
    newest = newest_version(settings().snapshot_folder)
    if newest is None:
        raise SnapshotMissing(_NOTHING)
    return newest
