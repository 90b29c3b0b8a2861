"""A meeting on the wall: one slide in the whole window, of one data version, with filters on demand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from lib.access.agendas import Agenda, AgendaSlide, open_agenda, pin_version
from lib.access.errors import AccessRefused, RecordsUnavailable
from lib.access.reception import reception
from lib.data.settings import settings
from lib.data.snapshot import SnapshotMissing, newest_version
from lib.ui import identity
from lib.ui import meeting_address as address
from lib.ui.filter_bar import filter_bar
from lib.ui.identity import Reader
from lib.ui.meeting_change import changing, message
from lib.ui.meeting_keys import Place, keys
from lib.ui.meeting_slide import draw_slide
from lib.ui.meeting_stay import change_version, forget_stay, keep, resumed
from lib.ui.meeting_style import whole_window
from lib.ui.meeting_turns import PANELS, Show, Stay, after_pressing, with_query
from lib.ui.page_part import page_is_drawn, page_part
from lib.ui.plain_text import plain
from lib.ui.slides import SlideRefused, slide_of, view_of
from lib.ui.view import View, view_at

_HELD: Final = "meeting.held"
_SECONDS: Final = (5, 600)


def is_asked() -> bool:
    """Whether the address asks for a slide."""
    return _is_show(address.whole_address())


def _is_show(asked: Mapping[str, str]) -> bool:
    return address.SHOW in asked or (address.AGENDA in asked and address.SLIDE in asked)


def present(reader: Reader) -> None:
    """Show the slide of the address, or say why there is none."""
    stay, presses = resumed()
    try:
        show, stay = after_pressing(_show(reader, stay.asked), stay, presses)
    except (AccessRefused, RecordsUnavailable, SnapshotMissing) as error:
        later = "请稍后刷新本页再试。" if isinstance(error, RecordsUnavailable) else ""
        st.warning(plain(f"{error}{later}"), icon=":material/link_off:")
        st.page_link(address.PAGE, label="返回议程", icon=":material/arrow_back:")
        return
    if show is None or not _is_show(stay.asked):
        _leave(stay)
        return
    stay = with_query(show, replace(stay, asked=show.own))
    try:
        view, notes = view_at(reader, show.version, stay.query)
    except SnapshotMissing as error:
        _wall_without_data(reader, show, keep(stay, None), error)
    else:
        _wall(reader, show, keep(stay, view), view, notes)
    page_is_drawn()


def _listen(show: Show, stay: Stay) -> None:
    """First of all on the wall, so that what is pressed while a slide is computed is heard."""
    whole_window()
    own_agenda = show.is_own and show.agenda is not None
    keys(
        Place(
            show.number,
            len(show.slides),
            show.every,
            show.panel,
            own_agenda,
            token=stay.token,
            heard=stay.heard,
        )
    )
    message()


def _wall_without_data(reader: Reader, show: Show, stay: Stay, error: SnapshotMissing) -> None:
    _listen(show, stay)
    st.info(f"本页没有数字：{plain(str(error))}。", icon=":material/info:")
    _newer(reader, show)


def _wall(reader: Reader, show: Show, stay: Stay, view: View, notes: tuple[str, ...]) -> None:
    _listen(show, stay)
    if show.panel == "filter":
        filter_bar(view.filters, view.choices)
    with page_part(skeleton_height=None):
        try:
            shown = slide_of(view, show.slide.slide, stay.query)
        except SlideRefused as refused:
            _refusal(view_of(view, show.slide.slide), refused)
        else:
            draw_slide(replace(shown, notes=(*notes, *shown.notes)))
    if show.panel == "note" and show.is_own:
        st.info(plain(show.slide.note) or "这一页没有讲稿提示。", icon=":material/speaker_notes:")
    _newer(reader, show)


def _refusal(view: View, refused: SlideRefused) -> None:
    st.caption(plain(f"{view.sentence} · {view.basis}"))
    st.info(f"本页没有数字：{plain(str(refused).rstrip('。'))}。", icon=":material/info:")


def _show(reader: Reader, asked: Mapping[str, str]) -> Show:
    """What an address asks for. Raises what says why there is nothing to show."""
    number = asked.get(address.AGENDA)
    panel = asked.get(address.PANEL, "")
    every = address.number_of(asked.get(address.EVERY)) or 0
    rest: dict[str, Any] = {
        "panel": panel if panel in PANELS else "",
        "every": min(max(every, _SECONDS[0]), _SECONDS[1]) if every else 0,
    }
    version = address.number_of(asked.get(address.VERSION))
    if number is None:
        alone = AgendaSlide(asked.get(address.SHOW, ""), "")
        return Show((alone,), 1, version or _newest(), None, is_own=True, **rest)
    agenda = _agenda(reader, number)
    if not agenda.slides:
        raise AccessRefused("这个议程还没有内容，请先在各页面点“加入议程”。")
    place = min(max(address.number_of(asked.get(address.SLIDE)) or 1, 1), len(agenda.slides))
    mine = agenda.owner == reader.username
    return Show(agenda.slides, place, version or agenda.data_version, agenda, is_own=mine, **rest)


def _agenda(reader: Reader, number: str) -> Agenda:
    """The agenda; the one held in this window when the record database is away in the middle of a meeting."""
    try:
        found = open_agenda(reception().engine, reader.username, number)
    except RecordsUnavailable:
        held = st.session_state.get(_HELD)
        if isinstance(held, Agenda) and held.agenda_no == number:
            return held
        raise
    st.session_state[_HELD] = found
    return found


def _newest() -> int:
    newest = newest_version(settings().snapshot_folder)
    if newest is None:
        raise SnapshotMissing("还没有发布的数据")
    return newest


def _leave(stay: Stay) -> None:
    """Back to the agenda, or to the list."""
    forget_stay()
    agenda = {name: value for name, value in stay.asked.items() if name == address.AGENDA}
    address.send_address(agenda)
    st.rerun()


def _newer(reader: Reader, show: Show) -> None:
    """Say that there is a newer data version; only whose meeting it is may change to it."""
    newest = newest_version(settings().snapshot_folder)
    if show.agenda is not None and not show.is_own:
        newest = show.agenda.data_version
    if newest is None or newest == show.version:
        return
    words = "另有较新的数据版本" if newest > show.version else "会议的数据版本为"
    with st.container(horizontal=True, vertical_alignment="center", key="wall.newer"):
        st.caption(f"本次汇报固定为数据版本 {show.version}；{words} {newest}。", width="content")
        st.button(
            f"改用数据版本 {newest}",
            key="meeting.newer",
            type="tertiary",
            on_click=_change_version,
            args=(reader, show, newest),
        )


def _change_version(reader: Reader, show: Show, version: int) -> None:
    with changing():
        if show.agenda is not None and show.is_own:
            number = show.agenda.agenda_no
            pin_version(reception().engine, reader.username, number, version, identity.present())
        change_version(version)
