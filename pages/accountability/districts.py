"""属地责任: every district beside the others, fairly; what its mix explains; one district's own open work."""

from lib.ui import district_page as part
from lib.ui.begin_page import begin_page
from lib.ui.district_own import own_lists, own_view, own_work
from lib.ui.meeting_links import meeting_links
from lib.ui.view import open_view, page_end

reader = begin_page("属地责任")
view = open_view(reader)
section = part.section()
if section == "compare":
    part.side_by_side(view)
elif section == "measure":
    part.one_measure(view)
elif section == "mix":
    part.mix(view)
elif section == "own":
    own = own_view(view)
    own_work(own)
    own_lists(own)
meeting_links(view)
page_end(view)
