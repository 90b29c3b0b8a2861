"""Loading everything the pages need before the first reader comes, and setting it aside from garbage collection.

Streamlit collects garbage after every run of a page. Going through all that the libraries keep for good (some hundred
thousand objects) took longer than the run itself and held up every reader; frozen, they are passed over.
"""

import gc
from types import ModuleType
from typing import Final

from lib.ui import (
    begin_page,
    clinic_page,
    definition_cards,
    district_own,
    district_page,
    empty,
    extract_choices,
    extract_page,
    extract_recent,
    loop_view,
    meeting_links,
    meeting_page,
    meeting_show,
    overview_page,
    published_page,
    rate_page,
    rectification_page,
    sample_rows,
    supervision_page,
    token_page,
    view,
)

#: What the page files import; with what these stand on, all there is to load. A test compares them.
PARTS: Final[tuple[ModuleType, ...]] = (
    *(
        begin_page,
        clinic_page,
        definition_cards,
        district_own,
        district_page,
        empty,
        loop_view,
    ),
    *(
        extract_choices,
        extract_page,
        extract_recent,
        overview_page,
    ),
    *(meeting_links, meeting_page, meeting_show),
    *(published_page, rate_page, rectification_page, sample_rows, supervision_page, token_page, view),
)


def preload() -> None:
    """Set aside what importing this module has loaded; call it once, before serving."""
    gc.collect()
    gc.freeze()
