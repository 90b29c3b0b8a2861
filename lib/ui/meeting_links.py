"""From any page into a meeting: show what is on the screen on the wall, or put it into an agenda."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.ui import meeting_address as address
from lib.ui.filter_query import PARAMETERS
from lib.ui.slides import slide_of_page
from lib.ui.view import View

_HOME = "overview"


def meeting_links(view: View) -> None:
    """Two links in the side bar, for a section that fits on a wall; lists and texts have none."""
    slide = slide_of_page(_page(), address.asked("section"))
    if slide is None:
        return
    own = {
        name: value for name, value in address.page_query().items() if name not in {"section", *PARAMETERS}
    }
    asked = {**own, **_filters(view), address.VERSION: str(view.snapshot.version)}
    with st.sidebar:
        st.page_link(
            address.PAGE,
            label="汇报此页",
            icon=":material/slideshow:",
            query_params={**asked, address.SHOW: slide},
        )
        st.page_link(
            address.PAGE,
            label="加入议程",
            icon=":material/playlist_add:",
            query_params={**asked, address.ADD: slide},
        )


def _filters(view: View) -> dict[str, str]:
    """The filters of the address: those of a view may be cut down to what its records know."""
    asked = {name: value for name, value in st.query_params.items() if name in PARAMETERS}
    return asked if "from" in asked else view.filters.to_query()


def _page() -> str:
    """Address of the page that is drawn."""
    context = get_script_run_ctx()
    if context is None:
        return ""
    page = context.pages_manager.get_pages().get(context.page_script_hash)
    return (page["url_pathname"] if page is not None else "") or _HOME
