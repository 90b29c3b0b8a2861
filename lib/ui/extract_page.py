"""The parts of 数据下载: what is chosen, how much of it there is, a look at it, the file, and what was taken before."""

from dataclasses import replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.access.errors import RecordsUnavailable
from lib.access.extracts import LEAST_REASON, LONGEST_REASON, releases
from lib.access.reception import reception
from lib.data.scope import Scope
from lib.data.settings import settings
from lib.data.snapshot import Snapshot, SnapshotMissing, newest_version, open_snapshot
from lib.export.content import Content
from lib.export.csv import ExportError
from lib.export.dictionary import chinese_name, dictionary
from lib.export.extract import Extract, prepare
from lib.metrics.format import count_text
from lib.metrics.releases import Before
from lib.ui.extract_download import extract_button, offer_of
from lib.ui.filter_state import set_parameter
from lib.ui.input_hints import hide_input_hints
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.tables import ShownColumn, show_table
from lib.ui.view import View

_PREVIEWED: Final = 20
_LONG_CODES: Final = "双击打开 CSV，表格程序会改动长编号和前导零；要在 Excel 中看编号请取 Excel 格式。"
_KEPT: Final = "extract.prepared"


def at_version(view: View) -> View:
    """The view at the data version the address names; where that one is gone, the page says so and shows none."""
    asked = st.query_params.get("version", "")
    newest = newest_version(settings().snapshot_folder)
    if not asked or asked == str(newest):
        return view
    try:
        snapshot = open_snapshot(
            settings().snapshot_folder, view.reader.scope, int(asked) if asked.isdecimal() else -1
        )
    except SnapshotMissing:
        st.warning(
            plain(f"数据版本 {asked[:12]} 已不在服务器上，不能按同一版本重取。现有最新版本为 {newest}。"),
            icon=":material/history_toggle_off:",
        )
        _newest_button(newest)
        st.stop()
    st.info(
        f"按数据版本 {snapshot.version} 取数（最新版本为 {newest}）；数据截至 {snapshot.as_of.isoformat()}。",
        icon=":material/history:",
    )
    _newest_button(newest)
    return replace(view, snapshot=snapshot)


def _newest_button(newest: int | None) -> None:
    st.button(f"改用最新版本 {newest}", key="extract.newest", on_click=set_parameter, args=("version", None))


def offer(view: View, extract: Extract | None) -> None:
    """Count, reason where one is needed, the button; then a preview and the meaning of every column."""
    if extract is None:
        return
    with page_part(skeleton_height=400):
        content = _prepared(view, extract)
        st.subheader(f"{content.title}：{count_text(content.row_count)} 行", anchor=False)
        st.caption("  \n".join(plain(words) for words in (*content.definitions, *content.notes)))
        if not content.row_count:
            st.info("所选范围没有记录，没有可下载的内容。请放宽期间、属地或其他筛选条件。")
            return
        reason = _reason() if extract.protected else ""
        if extract.form == "csv" and content.text_headings:
            st.caption(_LONG_CODES)
        extract_button(
            offer_of(view, extract, content, reason),
            key="extract.file",
            disabled=extract.protected and len(reason) < LEAST_REASON,
        )
        _preview(content)
        _meanings(content)


def _reason() -> str:
    hide_input_hints()
    reason = st.text_input(
        "对外提供的事由（必填，登记备查）",
        key="extract.reason",
        max_chars=LONGEST_REASON,
        placeholder="提供给谁、用于什么，例如“应市人大要求提供分县区不合格率”",
    )
    words = (reason or "").strip()
    if len(words) < LEAST_REASON:
        st.caption("写明事由后才能下载。")
    return words


def _prepared(view: View, extract: Extract) -> Content:
    """Counted once for a choice: typing a reason or opening a panel must not count and audit again."""
    known = _left_before() if extract.protected else ()
    key = (extract, view.snapshot.version, view.reader.scope, known)
    kept = st.session_state.get(_KEPT)
    if not isinstance(kept, tuple) or kept[0] != key:
        before = Before.of(_whole(view), known) if extract.protected else None
        kept = (key, prepare(view.snapshot, extract, view.reader.scope, before))
        st.session_state[_KEPT] = kept
    content: Content = kept[1]
    return content


def _left_before() -> tuple[str, ...]:
    try:
        return releases(reception().engine)
    except RecordsUnavailable as error:
        raise ExportError(
            "对外提供须与以前提供过的表一并复核，而记录数据库暂时读不了（可能正在导入数据），请稍后再试"
        ) from error


def _whole(view: View) -> Snapshot:
    """The data of all districts: what others took may be subtracted too. Nothing of it is shown."""
    return open_snapshot(settings().snapshot_folder, Scope.everything(), view.snapshot.version)


def _preview(content: Content) -> None:
    first = content.first(_PREVIEWED)
    st.caption(
        f"预览前 {first.num_rows} 行，共 {len(content.columns)} 列；“—”表示缺失（文件中为空白）。"
        "率为未四舍五入的小数。"
    )
    frame = pd.DataFrame(
        {
            name: pd.Series([_text(value) for value in first.column(name).to_pylist()], dtype="object")
            for name in first.column_names
        }
    )
    columns = [ShownColumn(one.heading, chinese_name(one), "text", one.meaning) for one in content.columns]
    show_table(frame, columns, alt=f"{content.title}前{first.num_rows}行")


def _text(value: Any) -> str | None:
    """A cell as the file says it; None where it is missing."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"  # as the files write it
    return str(value)


def _meanings(content: Content) -> None:
    with st.expander(f"各列的含义（{len(content.columns)} 列）"):
        frame = dictionary(content.columns)
        show_table(frame, [ShownColumn(name, name) for name in frame.columns], alt="数据字典", height=420)
