"""流动诊所: who is eligible and who got it, what was found and advised, whether it helped, and each firm's sheet."""

from lib.ui import clinic_page as part
from lib.ui.begin_page import begin_page
from lib.ui.loop_view import OMITTED, has_records, loop_view
from lib.ui.meeting_links import meeting_links
from lib.ui.view import open_view, page_end

reader = begin_page("流动诊所")
view = loop_view(open_view(reader, omitted=OMITTED))
if has_records(view, part.COUNTED):
    k = part.threshold()
    part.headline(view, k)
    section = part.section()
    if section == "eligible":
        part.eligible(view, k)
    elif section == "found":
        part.problems(view)
    elif section == "advice":
        part.advice(view)
    elif section == "outcome":
        part.outcome(view)
    elif section == "firm":
        part.firm(view, k)
meeting_links(view)
page_end(view)
