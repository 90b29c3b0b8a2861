"""整改闭环: how far items have come, what is open and whose it is, how fast, and what was closed on paper only."""

from lib.ui import rectification_page as part
from lib.ui.begin_page import begin_page
from lib.ui.loop_view import OMITTED, has_records, loop_view
from lib.ui.meeting_links import meeting_links
from lib.ui.view import open_view, page_end

reader = begin_page("整改闭环")
view = loop_view(open_view(reader, omitted=OMITTED))
if has_records(view, part.COUNTED):
    part.headline(view)
    section = part.section()
    if section == "stages":
        part.stages(view)
    elif section == "open":
        part.still_open(view)
    elif section == "cohorts":
        part.cohorts(view)
    elif section == "list":
        part.item_list(view)
    elif section == "paper":
        part.closed_on_paper(view)
meeting_links(view)
page_end(view)
