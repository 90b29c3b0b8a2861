"""The style of the wall: it takes away everything around the slide and sizes words by the window."""

from typing import Final

import streamlit as st

#: Words grow with the window: at 1920 × 1080 the smallest are 24 pixels high. A chart is drawn for a plot as narrow as
#: in a small window and enlarged as a whole, words and lines alike; on a phone it stays as it is.
_STYLE: Final = """
<style>
html { font-size: max(15px, min(1.5vw, 2.67vh)) !important; }
[data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stStatusWidget"],
[data-testid="stExpandSidebarButton"], [data-testid="stSidebarCollapsedControl"] { display: none !important; }
[data-testid="stMainBlockContainer"] { max-width: none; padding: 0.5rem 1.2rem 2.1rem; }
body:has([data-test-connection-state]:not([data-test-connection-state="CONNECTED"]))
  > div:not(#root):has([role="dialog"]) { display: none !important; }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding-bottom: 5.5rem; } }
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0.4rem; }
[data-testid="stElementContainer"]:has(h1) { display: none; }
.st-key-wall-slide [data-testid="stElementToolbar"] { display: none; }
.st-key-wall-slide { --wall: tan(atan2(max(12.6px, min(1.5vw, 2.67vh)), 12.6px)); gap: 0.35rem; }
.st-key-wall-slide h2, .st-key-wall-slide h3 { padding: 0; margin: 0; }
.st-key-wall-slide [data-testid="stHeading"] [data-testid="stMarkdownContainer"] { margin: 0; }
.st-key-wall-slide [data-testid="stCaptionContainer"], .st-key-wall-slide [data-testid="stCaptionContainer"] * {
  color: CanvasText; font-size: 0.875rem; line-height: 1.4; opacity: 1; }
.st-key-filter-bar [data-testid="stElementContainer"]:has([data-testid="stMultiSelect"], [data-testid="stSelectbox"]) {
  flex: 0 1 11rem !important; }
[class*="st-key-wall-figure"] { padding: 0.5rem 0.7rem; gap: 0; }
.st-key-wall-slide [data-testid="stTable"] :is(th, td) { min-width: 4.5em; }
.st-key-wall-slide [data-testid="stTable"] tbody th { white-space: nowrap; }
[class*="st-key-wall-chart"] { width: calc(100% / var(--wall)); }
[class*="st-key-wall-chart"] * { overflow: visible; }
[class*="st-key-wall-chart"] :is(div, details) { height: auto !important; }
[class*="st-key-wall-chart"] svg.marks {
  width: calc(100% * var(--wall)) !important; height: auto !important; max-width: none; display: block; }
</style>
"""


def whole_window() -> None:
    """Take away everything around the slide; words and charts grow with the window."""
    st.html(_STYLE)
