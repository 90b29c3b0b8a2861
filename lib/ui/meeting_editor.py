"""One agenda: its slides in order with their notes, its data version, whether others may open it, its link."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from lib.access import agendas as store
from lib.access.agendas import Agenda, AgendaSlide
from lib.access.reception import reception
from lib.data.settings import settings
from lib.data.snapshot import SnapshotMissing, newest_version
from lib.ui import identity
from lib.ui import meeting_address as address
from lib.ui.handout_buttons import handout_buttons
from lib.ui.identity import Reader
from lib.ui.meeting_change import changing, say
from lib.ui.plain_text import plain
from lib.ui.slides import SLIDES, view_of
from lib.ui.view import view_at

_SECONDS: Final = {0: "手动翻页", 15: "每 15 秒翻页", 30: "每 30 秒翻页", 60: "每 60 秒翻页"}


def start_link(agenda: Agenda, every: int = 0) -> None:
    """The way onto the wall."""
    seconds = {address.EVERY: str(every)} if every else {}
    st.page_link(
        address.PAGE,
        label="开始汇报",
        icon=":material/slideshow:",
        query_params={**_start(agenda), **seconds},
    )


def _start(agenda: Agenda) -> dict[str, str]:
    return {
        address.AGENDA: agenda.agenda_no,
        address.SLIDE: "1",
        address.VERSION: str(agenda.data_version),
    }


def editor(reader: Reader, agenda: Agenda) -> None:
    """An agenda to prepare, for its owner; to look through, for everybody else."""
    is_own = agenda.owner == reader.username
    st.page_link(address.PAGE, label="全部议程", icon=":material/arrow_back:")
    if is_own:
        _hold("meeting.name", agenda.title)
        st.text_input("会议名称", key="meeting.name", on_change=_rename, args=(reader, agenda))
    else:
        st.subheader(plain(agenda.title), anchor=False)
        st.caption(plain(f"由{agenda.owner_name}共享；各账号只看到自己的属地。"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        every = st.selectbox(
            "翻页",
            list(_SECONDS),
            format_func=lambda seconds: _SECONDS[seconds],
            key="meeting.every",
            label_visibility="collapsed",
            width=160,
        )
        if agenda.slides:
            start_link(agenda, int(every))
        _version(reader, agenda, is_own)
    for place, slide in enumerate(agenda.slides):
        _slide(reader, agenda, place, slide, is_own)
    if not agenda.slides:
        st.info("还没有页面。在各页面左侧栏点“加入议程”，或在下面选一页。", icon=":material/info:")
    if agenda.slides:
        handout_buttons(identity.current_visitor(), agenda.title, agenda.data_version, agenda.slides)
    if is_own:
        _more(reader, agenda)


def _version(reader: Reader, agenda: Agenda, is_own: bool) -> None:
    st.caption(f"数据版本固定为 {agenda.data_version}", width="content")
    newest = newest_version(settings().snapshot_folder)
    if is_own and newest is not None and newest != agenda.data_version:
        st.button(
            f"改用最新版本 {newest}",
            key="meeting.pin",
            type="tertiary",
            on_click=_pin,
            args=(reader, agenda, newest),
        )


def _slide(reader: Reader, agenda: Agenda, place: int, slide: AgendaSlide, is_own: bool) -> None:
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            name = SLIDES[slide.slide].name if slide.slide in SLIDES else slide.slide
            st.markdown(f"**{place + 1}. {plain(name)}**", width="stretch")
            if is_own:
                _tools(reader, agenda, place)
        st.caption(plain(_sentence(reader, agenda, slide)))
        if is_own:
            key = f"meeting.note.{place}"
            _hold(key, slide.note)
            st.text_area(
                "讲稿提示（只有您看得到）", key=key, height=70, on_change=_note, args=(reader, agenda, place)
            )


def _tools(reader: Reader, agenda: Agenda, place: int) -> None:
    slides = agenda.slides
    ways: Sequence[tuple[str, str, tuple[AgendaSlide, ...], bool]] = (
        ("上移", ":material/arrow_upward:", store.moved(slides, place, -1), place == 0),
        ("下移", ":material/arrow_downward:", store.moved(slides, place, 1), place == len(slides) - 1),
        ("移除", ":material/delete:", (*slides[:place], *slides[place + 1 :]), False),
    )
    for label, icon, changed, is_end in ways:
        st.button(
            label,
            icon=icon,
            key=f"meeting.{label}.{place}",
            type="tertiary",
            disabled=is_end,
            on_click=_save,
            args=(reader, agenda, changed),
        )


def _sentence(reader: Reader, agenda: Agenda, slide: AgendaSlide) -> str:
    """The filters of a slide in words, as far as this reader may see them."""
    try:
        view, notes = view_at(reader, agenda.data_version, address.query_of(slide.query))
    except SnapshotMissing as error:
        return f"{error}。"
    return "；".join((view_of(view, slide.slide).sentence, *notes))


def _more(reader: Reader, agenda: Agenda) -> None:
    """A slide with the usual filters, sharing, deleting."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "再加一页（默认筛选，投影时可改）",
            list(SLIDES),
            format_func=lambda slide: SLIDES[slide].name,
            key="meeting.more",
            width=340,
        )
        st.button("加入", key="meeting.more.add", on_click=_add, args=(reader, agenda))
    _hold("meeting.shared", agenda.shared)
    st.toggle(
        "共享：其他账号在“汇报”中看得到，也可用链接打开（各自只看到自己的属地，看不到讲稿提示）",
        key="meeting.shared",
        on_change=_share,
        args=(reader, agenda),
    )
    if agenda.slides:
        query = address.query_text(_start(agenda))
        st.caption("会议链接（在别的电脑上登录后直接打开）")
        st.code(f"{_root()}/meeting?{query}", language=None, wrap_lines=True)
    with st.popover("删除议程", width="content"):
        st.caption("删除后不能恢复，它固定的数据版本也不再专门保留。")
        st.button("确认删除", key="meeting.delete", on_click=_delete, args=(reader, agenda))


def _root() -> str:
    return (st.context.url or "").split("?")[0].rstrip("/").removesuffix("/meeting")


def _hold(key: str, value: object) -> None:
    """A field shows what is stored; when that changed (another agenda, another order) the field follows."""
    mark = f"{key}.stored"
    if st.session_state.get(mark) != value or key not in st.session_state:
        st.session_state[key] = st.session_state[mark] = value


def _rename(reader: Reader, agenda: Agenda) -> None:
    title = str(st.session_state["meeting.name"])
    with changing():
        store.rename_agenda(reception().engine, reader.username, agenda.agenda_no, title, identity.present())


def _share(reader: Reader, agenda: Agenda) -> None:
    shared = bool(st.session_state["meeting.shared"])
    with changing():
        store.share_agenda(reception().engine, reader.username, agenda.agenda_no, shared, identity.present())


def _pin(reader: Reader, agenda: Agenda, version: int) -> None:
    with changing():
        store.pin_version(reception().engine, reader.username, agenda.agenda_no, version, identity.present())


def _delete(reader: Reader, agenda: Agenda) -> None:
    with changing():
        store.delete_agenda(reception().engine, reader.username, agenda.agenda_no, identity.present())
        address.write_address({}, {})


def _add(reader: Reader, agenda: Agenda) -> None:
    try:
        view, _ = view_at(reader, agenda.data_version, {})
    except SnapshotMissing as error:
        say(f"{error}。请先改用最新版本。")
        return
    slide = AgendaSlide(str(st.session_state["meeting.more"]), address.query_text(view.filters.to_query()))
    with changing():
        store.add_slide(reception().engine, reader.username, agenda.agenda_no, slide, identity.present())


def _note(reader: Reader, agenda: Agenda, place: int) -> None:
    slides = list(agenda.slides)
    slides[place] = replace(slides[place], note=str(st.session_state[f"meeting.note.{place}"]))
    _save(reader, agenda, tuple(slides))


def _save(reader: Reader, agenda: Agenda, slides: tuple[AgendaSlide, ...]) -> None:
    with changing():
        store.save_slides(reception().engine, reader.username, agenda, slides, identity.present())
