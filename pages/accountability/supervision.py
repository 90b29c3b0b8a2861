"""包保督导: the quarter's cockpit, its task and reminder lists, and who held which binding."""

from lib.ui import supervision_page as part
from lib.ui.begin_page import begin_page
from lib.ui.loop_view import OMITTED
from lib.ui.meeting_links import meeting_links
from lib.ui.view import open_view, page_end

reader = begin_page("包保督导")
view = part.quarter_view(open_view(reader, omitted=OMITTED))
if part.has_duties(view):
    part.headline(view)
    section = part.section()
    if section == "progress":
        part.progress(view)
    elif section == "tasks":
        part.tasks(view)
    elif section == "reminders":
        part.reminders(view)
    elif section == "holders":
        part.holders(view)
meeting_links(view)
page_end(view)
