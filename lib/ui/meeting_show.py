"""A meeting on the wall: one slide in the whole window, of one data version, with filters on demand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
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
from lib.ui.filter_state import set_filters
from lib.ui.identity import Reader
from lib.ui.meeting_change import changing, message
from lib.ui.meeting_keys import Place, deed, keys, whole_window
from lib.ui.meeting_slide import draw_slide
from lib.ui.page_part import page_is_drawn, page_part
from lib.ui.plain_text import plain
from lib.ui.slides import SlideRefused, slide_of, view_of
from lib.ui.view import View, view_at

_ASKED: Final = "meeting.asked"
_HELD: Final = "meeting.held"
_PANELS: Final = ("filter", "note")
_SECONDS: Final = (5, 600)


@dataclass(frozen=True)
class Show:
    """What is shown: the slides, the number of this one from 1, the data version. One page alone has no agenda."""

    slides: tuple[AgendaSlide, ...]
    number: int
    version: int
    agenda: Agenda | None
    panel: str
    every: int
    is_own: bool

    @property
    def slide(self) -> AgendaSlide:
        """The slide on the wall."""
        return self.slides[self.number - 1]

    @property
    def own(self) -> dict[str, str | int | None]:
        """The show's parameters of the address."""
        alone = None if self.agenda is not None else self.slide.slide
        return {
            address.AGENDA: self.agenda.agenda_no if self.agenda is not None else None,
            address.SLIDE: self.number if self.agenda is not None else None,
            address.SHOW: alone,
            address.VERSION: self.version,
            address.PANEL: self.panel,
            address.EVERY: self.every or None,
        }


def is_asked() -> bool:
    """Whether the address asks for a slide."""
    return address.asked(address.SHOW) is not None or (
        address.asked(address.AGENDA) is not None and address.asked(address.SLIDE) is not None
    )


def present(reader: Reader) -> None:
    """Show the slide of the address, or say why there is none."""
    try:
        show = _show(reader)
    except (AccessRefused, RecordsUnavailable, SnapshotMissing) as error:
        later = "请稍后刷新本页再试。" if isinstance(error, RecordsUnavailable) else ""
        st.warning(plain(f"{error}{later}"), icon=":material/link_off:")
        st.page_link(address.PAGE, label="返回议程", icon=":material/arrow_back:")
        return
    whole_window()
    message()
    _restore(show)
    _wall(reader, show)
    keys(
        Place(show.number, len(show.slides), show.every, show.panel, show.is_own and show.agenda is not None),
        partial(_act, show),
    )
    page_is_drawn()


def _wall(reader: Reader, show: Show) -> None:
    query = address.page_query()
    try:
        view, notes = view_at(reader, show.version, query)
    except SnapshotMissing as error:
        st.info(f"本页没有数字：{plain(str(error))}。", icon=":material/info:")
        _newer(reader, show)
        return
    set_filters(view.filters)
    if show.panel == "filter":
        filter_bar(view.filters, view.choices)
    with page_part(skeleton_height=None):
        try:
            shown = slide_of(view, show.slide.slide, query)
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


def _show(reader: Reader) -> Show:
    number = address.asked(address.AGENDA)
    panel = address.asked(address.PANEL) or ""
    every = address.asked_number(address.EVERY) or 0
    rest: dict[str, Any] = {
        "panel": panel if panel in _PANELS else "",
        "every": min(max(every, _SECONDS[0]), _SECONDS[1]) if every else 0,
    }
    version = address.asked_number(address.VERSION)
    if number is None:
        alone = AgendaSlide(address.asked(address.SHOW) or "", "")
        return Show((alone,), 1, version or _newest(), None, is_own=True, **rest)
    agenda = _agenda(reader, number)
    if not agenda.slides:
        raise AccessRefused("这个议程还没有内容，请先在各页面点“加入议程”。")
    place = min(max(address.asked_number(address.SLIDE) or 1, 1), len(agenda.slides))
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


def _restore(show: Show) -> None:
    """An address without filters (the start of a meeting) gets those of the slide."""
    query = address.page_query()
    if "from" not in query:
        query = {**address.query_of(show.slide.query), **query}
    address.write_address(show.own, query)


def _act(show: Show) -> None:
    what, to = deed()
    if what == "go":
        _turn(show, to)
    elif what in _PANELS:
        changed = replace(show, panel="" if show.panel == what else what)
        address.write_address(changed.own, address.page_query())
    elif what == "leave":
        _leave(show)


def _turn(show: Show, to: int) -> None:
    """Another slide with its own filters, or with those it had when it was last on the wall in this meeting."""
    asked: dict[tuple[str, int, AgendaSlide], Mapping[str, str]] = st.session_state.setdefault(_ASKED, {})
    agenda_no = show.agenda.agenda_no if show.agenda is not None else ""
    asked[agenda_no, show.number, show.slide] = address.page_query()
    target = replace(show, number=min(max(to, 1), len(show.slides)))
    # The slide is part of the key: the agenda may have been put into another order meanwhile.
    query = asked.get((agenda_no, target.number, target.slide)) or address.query_of(target.slide.query)
    address.write_address(target.own, query)


def _leave(show: Show) -> None:
    """Back to the agenda, or to the list."""
    address.write_address({address.AGENDA: show.agenda.agenda_no if show.agenda is not None else None}, {})


def forget_live_filters() -> None:
    """End a meeting: the next one begins with the filters of its agenda, however this one was left."""
    st.session_state.pop(_ASKED, None)


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
        address.write_address(replace(show, version=version).own, address.page_query())
