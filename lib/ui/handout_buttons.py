"""Buttons that make a file to hand out: progress and a way to cancel while it is made, then the file or the reason."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st

from lib.access.agendas import AgendaSlide
from lib.ui import identity
from lib.ui.downloads import Download, handed_out
from lib.ui.handouts import Job, Kind, Order, slide_to_report
from lib.ui.identity import Visitor
from lib.ui.plain_text import plain

_JOB: Final = "handout.job"
_MIME: Final[dict[Kind, str]] = {
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_LABELS: Final[dict[Kind, str]] = {
    "pptx": "生成演示文稿（PPTX）",
    "pdf": "生成纸面材料（PDF）",
    "docx": "生成抽检分析报告草稿（DOCX）",
}
_ICONS: Final[dict[Kind, str]] = {
    "pptx": ":material/slideshow:",
    "pdf": ":material/print:",
    "docx": ":material/description:",
}
_LOOK_AGAIN: Final = 1.0


def handout_buttons(visitor: Visitor, title: str, data_version: int, slides: Sequence[AgendaSlide]) -> None:
    """Offer the slides of an agenda as files. Nothing is made before it is asked for."""
    if visitor.reader is None:
        return
    orders = [Order(kind, title, data_version, visitor.reader, tuple(slides)) for kind in _LABELS]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for order in orders:
            st.button(
                _LABELS[order.kind],
                key=f"handout.{order.kind}",
                icon=_ICONS[order.kind],
                disabled=_is_running()
                or not slides
                or (order.kind == "docx" and slide_to_report(slides) is None),
                on_click=partial(_begin, order),
            )
    job = st.session_state.get(_JOB)
    if isinstance(job, Job) and job.order in orders:
        _shown(visitor, job)


def _begin(order: Order) -> None:
    if not _is_running():
        st.session_state[_JOB] = Job(order).start()


def _is_running() -> bool:
    job = st.session_state.get(_JOB)
    return isinstance(job, Job) and job.is_running


def _shown(visitor: Visitor, job: Job) -> None:
    if job.is_running:
        st.fragment(_progress, run_every=_LOOK_AGAIN)(visitor, job)
    elif job.content is not None:
        st.download_button(
            f"下载 {plain(job.order.file_name)}",
            data=partial(handed_out, _offer(job, job.content), visitor),
            file_name=job.order.file_name,
            mime=_MIME[job.order.kind],
            key="handout.file",
            on_click="ignore",
            icon=":material/download:",
            type="primary",
        )
    elif job.is_cancelled:
        st.info("已取消，没有生成文件。", icon=":material/cancel:")
    else:
        st.error(plain(f"没有生成文件。{job.reason}"), icon=":material/error:")


def _progress(visitor: Visitor, job: Job) -> None:
    if visitor.reader is not None:
        identity.recheck(visitor.reader)
    if not job.is_running:
        st.rerun()
    progress = job.progress
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(progress.done / progress.total, text=plain(f"{progress.words}……"))
        st.button("取消", key="handout.cancel", icon=":material/close:", on_click=progress.cancel)


def _offer(job: Job, content: bytes) -> Download:
    """What is recorded when the file is fetched."""
    order = job.order
    return Download(
        file_name=order.file_name,
        row_count=len(order.slides),
        sentence=f"{order.title}，{len(order.slides)} 页",
        basis=f"数据版本 {order.data_version}",
        build=lambda: content,
    )
