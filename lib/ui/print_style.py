"""How any page prints: its title, sentence, figures and tables on A4 across, without menu, filters and buttons.

The style is a constant of the program and carries no data, so nothing of a reader gets into it.
"""

from typing import Final

import streamlit as st

#: Parts of the frame around a page, and controls, by the names Streamlit gives them.
HIDDEN: Final = (
    *("stSidebar", "stHeader", "stToolbar", "stAppToolbar", "stStatusWidget"),
    *("stExpandSidebarButton", "stElementToolbar"),
    *("stButton", "stDownloadButton", "stButtonGroup", "stPopover", "stPopoverButton", "stPagination"),
    *("stSelectbox", "stMultiSelect", "stSlider", "stDateInput", "stTextInput", "stCheckbox", "stExpander"),
    *("stPageLink", "stTooltipIcon", "stCustomComponentV1", "stBidiComponent"),
)
_FLOWING: Final = ("stApp", "stAppViewContainer", "stMain", "stMainBlockContainer", "stTable", "stMarkdown")


def _selector(names: tuple[str, ...]) -> str:
    return ", ".join(f'[data-testid="{name}"]' for name in names)


STYLE: Final = f"""<style>
@page {{ size: A4 landscape; margin: 12mm; }}
@media print {{
  {_selector(HIDDEN)} {{ display: none !important; }}
  html, body, #root, {_selector(_FLOWING)} {{
    position: static !important; height: auto !important; max-height: none !important;
    overflow: visible !important;
  }}
  [data-testid="stMainBlockContainer"] {{ padding: 0 !important; max-width: none !important; }}
  [data-testid="stTable"] table {{ width: 100% !important; font-size: 8pt; border-collapse: collapse; }}
  [data-testid="stTable"] th, [data-testid="stTable"] td {{ padding: 2px 4px !important; line-height: 1.25; }}
  [data-testid="stTable"] p {{ font-size: 8pt !important; line-height: 1.25; margin: 0; }}
  thead {{ display: table-header-group; }}
  tr, [data-testid="stMetric"], [data-testid="stVegaLiteChart"] {{ break-inside: avoid; }}
  h1, h2, h3 {{ break-after: avoid; }}
}}
</style>"""


def print_style() -> None:
    """Put the style into the page; it shows on paper only."""
    st.html(STYLE)
