"""Every page of the dashboard: its place in the menu, its address and the roles that may open it."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lib.access.roles import EVERY_ROLE, Role
from lib.access.tokens import TOKEN_ROLES
from lib.ui.identity import Reader

_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class PageEntry:
    """One page: its file, its address, and its roles, which must equal those of its ``begin_page``."""

    section: str
    path: str
    title: str
    url_path: str
    roles: frozenset[Role] = EVERY_ROLE
    icon: str | None = None
    default: bool = False


PAGES = (
    PageEntry("", "pages/overview/overview.py", "总览", "overview", default=True),
    PageEntry("监督抽检", "pages/sampling/unqualified_rate.py", "抽检不合格率", "unqualified-rate"),
    PageEntry("监督抽检", "pages/sampling/sample_rows.py", "样品明细", "sample-rows"),
    PageEntry("闭环", "pages/loop/clinic.py", "流动诊所", "clinic"),
    PageEntry("闭环", "pages/loop/rectification.py", "整改闭环", "rectification"),
    PageEntry("责任", "pages/accountability/districts.py", "属地责任", "districts"),
    PageEntry("责任", "pages/accountability/supervision.py", "包保督导", "supervision"),
    PageEntry("数据", "pages/extracts/extracts.py", "数据下载", "extracts"),
    PageEntry("数据", "pages/extracts/tokens.py", "接口", "api", TOKEN_ROLES),
    PageEntry("汇报", "pages/meeting/meeting.py", "汇报", "meeting"),
    PageEntry("参考", "pages/reference/definitions.py", "指标说明", "definitions"),
    PageEntry("参考", "pages/reference/published_figures.py", "公开数字核对", "published-figures"),
)


def addresses() -> tuple[str, ...]:
    """The address of every page but the default one, which Streamlit serves at the root only."""
    return tuple(entry.url_path for entry in PAGES if not entry.default)


def navigation_pages(reader: Reader | None) -> dict[str, list[StreamlitPage]]:
    """Pages by section, always all of them: an address that is not declared would be lost at login.

    Pages a reader may not open are hidden from the menu and answer 无权访问 themselves.
    """
    sections: dict[str, list[StreamlitPage]] = {}
    for entry in PAGES:
        allowed = reader is None or reader.role in entry.roles
        page = st.Page(
            _PROJECT / entry.path,
            title=entry.title,
            url_path=entry.url_path,
            icon=entry.icon,
            default=entry.default,
            visibility="visible" if allowed else "hidden",
        )
        sections.setdefault(entry.section, []).append(page)
    return sections
